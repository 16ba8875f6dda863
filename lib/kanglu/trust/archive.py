"""An encrypted file that holds other files: written and read in a stream, and whole or refused.

It begins with a line that names its kind and a short text that anybody may read (which key it needs). Then
come blocks of at most a mebibyte, each encrypted with AES-256-GCM under a key of this file alone. The nonce
of a block is its place and whether it is the last, and what anybody may read is covered too: a block that was
changed, moved, left out or doubled, and an end that was cut off, do not decrypt.
"""

import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from kanglu.errors import RecordError
from kanglu.trust.keys import Keys

_KIND: Final = b"KANGLU BACKUP 1\n"
_BLOCK: Final = 1 << 20
_LENGTH: Final = struct.Struct(">I")
_TAG: Final = 16
_MOST_SAID: Final = 1 << 16
NAME, DATA, SUMMARY = b"N", b"D", b"S"
"""What a block is: the name of the file that begins, its bytes, or what the whole is said to hold."""


class Writer:
    """Writes an archive: the files one after the other, then the summary, which ends it."""

    def __init__(self, file: BinaryIO, keys: Keys, said: Mapping[str, Any]) -> None:
        salt = secrets.token_bytes(32)
        readable = json.dumps({**said, "key": keys.fingerprint, "salt": salt.hex()}).encode()
        self._file, self._place = file, 0
        self._cipher, self._about = _cipher(keys, salt), hashlib.sha256(_KIND + readable).digest()
        file.write(_KIND + _LENGTH.pack(len(readable)) + readable)

    def add(self, name: str, content: Iterable[bytes]) -> dict[str, Any]:
        """Add a file; gives its size in bytes and its hash."""
        self._block(NAME, name.encode())
        size, digest = 0, hashlib.sha256()
        for part in _portions(content):
            size += len(part)
            digest.update(part)
            self._block(DATA, part)
        return {"bytes": size, "sha256": digest.hexdigest()}

    def end(self, summary: Mapping[str, Any]) -> None:
        """Write the summary as the last block."""
        content = json.dumps(summary, ensure_ascii=False).encode()
        for start in range(0, max(len(content), 1), _BLOCK):
            self._block(SUMMARY, content[start : start + _BLOCK], last=start + _BLOCK >= len(content))

    def _block(self, kind: bytes, content: bytes, *, last: bool = False) -> None:
        sealed = self._cipher.encrypt(_nonce(self._place, last), kind + content, self._about)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._place += 1


def said_of(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """What anybody may read of an archive, and the same as it lies there. Raises `RecordError`."""
    if file.read(len(_KIND)) != _KIND:
        raise RecordError("This is no backup of Kanglu.", remedy="Name a file that `kanglu backup` wrote.")
    readable = _sized(file, _MOST_SAID) or b""
    try:
        return dict(json.loads(readable)), readable
    except ValueError:
        raise _damaged("its first block") from None


def read(file: BinaryIO, keys: Keys) -> Iterator[tuple[bytes, bytes]]:
    """The blocks of an archive, kind and content, in their order.

    Raises `RecordError` when it needs another key, and at the first block that is damaged, out of its place
    or missing. Until the end is reached, nothing of it is to be relied on.
    """
    said, readable = said_of(file)
    ring = keys.led_by(str(said.get("key")))
    if ring is None:
        raise RecordError(
            f"The backup was written with the key {said.get('key')}, which is not given.",
            remedy="Name a file that holds that key with --key-file.",
        )
    try:
        cipher = _cipher(ring, bytes.fromhex(str(said.get("salt"))))
    except ValueError:
        raise _damaged("its first block") from None
    about, place = hashlib.sha256(_KIND + readable).digest(), 0
    sealed = _sized(file, _BLOCK + 1 + _TAG)
    while sealed is not None:
        after = _sized(file, _BLOCK + 1 + _TAG)
        content = _opened(cipher, sealed, place, about, last=after is None)
        yield content[:1], content[1:]
        sealed, place = after, place + 1
    if not place:
        raise _damaged("everything after its first block")


def _opened(cipher: Any, sealed: bytes, place: int, about: bytes, *, last: bool) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(cipher.decrypt(_nonce(place, last), sealed, about))
    except InvalidTag:
        raise _damaged(f"block {place + 1}{', where it ends' if last else ''}") from None


def _cipher(keys: Keys, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(keys.derived("backup"), salt, "sha256"))


def _nonce(place: int, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([last])


def _sized(file: BinaryIO, most: int) -> bytes | None:
    """The next piece that states its length; None at the end. Raises `RecordError` where it is cut off."""
    head = file.read(_LENGTH.size)
    if not head:
        return None
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else most + 1
    if length > most:
        raise _damaged("the length of a block")
    content = file.read(length)
    if len(content) < length:
        raise _damaged("its end, which is missing")
    return content


def _portions(content: Iterable[bytes]) -> Iterator[bytes]:
    for part in content:
        for start in range(0, len(part), _BLOCK):
            yield part[start : start + _BLOCK]


def _damaged(where: str) -> RecordError:
    return RecordError(
        f"The backup is damaged or was cut off: {where}.",
        remedy="Take another copy of it, or an older backup. Nothing was restored.",
    )
