"""The key ring of a database: encrypts direct identifiers, makes them findable, seals the audit chain.

A ring holds one key or several, each 32 random bytes in base64, one a line: in the environment variable
``KANGLU_KEY`` or in a file beside the database that only its owner may read. The database says which of them
is in force (`Keys.led_by`); the others only decrypt what was written with them. Whoever loses the ring loses
the identifiers, so it belongs in a backup, and not in the same one as the database.

What is encrypted says with which key: a mark, the first bytes of the key's fingerprint, a nonce, then the
AES-256-GCM cipher and its tag, which covers the mark too. What an older Kanglu wrote has no mark, and is
decrypted with whichever key fits.
"""

import base64
import binascii
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from kanglu.errors import PermissionDenied, RecordError

ENVIRONMENT = "KANGLU_KEY"
_BYTES = 32
_NONCE = 12
_MARK = b"kglu2"
_ID = 4
HEAD_BYTES = len(_MARK) + _ID
"""How many bytes say which key something was written with; a multiple of three, so that base64 keeps them."""


@dataclass(frozen=True)
class Keys:
    """The key in force and what is done with it, and the keys before it, which decrypt and do no more.

    Each use has a key of its own, derived from the master.

    Parameters
    ----------
    master : the key in force.
    others : the other keys of the ring.
    naming : makes the pseudonyms, where that is not the key in force but one that was before it.
    """

    master: bytes = field(repr=False)
    others: tuple[bytes, ...] = field(default=(), repr=False)
    naming: bytes | None = field(default=None, repr=False)

    def _derived(self, use: str) -> bytes:
        return _derived(self.master, use)

    @cached_property
    def _index(self) -> bytes:
        return self._derived("index")

    @cached_property
    def _ciphers(self) -> dict[bytes, bytes]:
        """The keys that encrypt and decrypt, by what a cipher begins with; the one in force first."""
        return {_head(one): _derived(one, "cipher") for one in self.masters}

    @cached_property
    def _seal(self) -> bytes:
        return self._derived("seal")

    @property
    def masters(self) -> tuple[bytes, ...]:
        """All keys of the ring, the one in force first."""
        return self.master, *self.others

    @cached_property
    def fingerprint(self) -> str:
        """A short public name of the key in force, by which the database knows its own."""
        return fingerprint_of(self.master)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The public names of all keys of the ring, the one in force first."""
        return tuple(map(fingerprint_of, self.masters))

    @cached_property
    def head(self) -> bytes:
        """What everything begins with that is encrypted with the key in force."""
        return _head(self.master)

    def led_by(self, fingerprint: str) -> "Keys | None":
        """The same ring with another of its keys in force; None when it does not hold that key."""
        leading = [one for one in self.masters if fingerprint_of(one) == fingerprint]
        if not leading:
            return None
        others = tuple(one for one in self.masters if one != leading[0])
        return replace(self, master=leading[0], others=others)

    def derived(self, use: str) -> bytes:
        """A key of its own for a use that names itself, such as ``backup``; another after a rotation."""
        return self._derived(use)

    def blind_index(self, system: str, value: str) -> str:
        """A keyed hash under which an identifier is found without being readable."""
        return hmac.digest(self._index, f"{system}\0{normalised(value)}".encode(), "sha256").hex()

    def seal(self, text: str) -> str:
        """A keyed hash that nobody without the key can make."""
        return hmac.digest(self._seal, text.encode(), "sha256").hex()

    @property
    def pseudonyms(self) -> bytes:
        """The key that pseudonyms are made with: that of the first key, which every rotation hands on."""
        return self.naming or self._derived("pseudonym")

    def pseudonym(self, person_id: int) -> str:
        """The name under which an analyst knows a person: stable, and meaningless without the key."""
        return "P" + hmac.digest(self.pseudonyms, str(person_id).encode(), "sha256").hex()[:12].upper()

    def veiled(self) -> "Keys":
        """What is handed to somebody who may not know whom the record is about: pseudonyms and the seal."""
        return Veiled(b"", naming=self.pseudonyms, sealing=self._seal, named=self.fingerprint)

    def encrypt(self, text: str) -> str:
        """AES-256-GCM with a fresh nonce, as base64 text."""
        return base64.b64encode(self.encrypt_bytes(text.encode())).decode()

    def decrypt(self, cipher: str) -> str:
        """The text again; raises `RecordError` when it was written with another key or damaged."""
        try:
            return self.decrypt_bytes(base64.b64decode(cipher, validate=True)).decode()
        except (binascii.Error, ValueError):
            raise _undecipherable("An identifier") from None

    def encrypt_bytes(self, data: bytes, about: bytes | None = None) -> bytes:
        """AES-256-GCM: which key, the fresh nonce, the cipher and its tag; whole in memory.

        `about` is not hidden, but what was encrypted about one thing is not decrypted about another.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        with_key = AESGCM(self._ciphers[self.head])
        return self.head + nonce + with_key.encrypt(nonce, data, self.head + (about or b""))

    def decrypt_bytes(self, cipher: bytes, about: bytes | None = None, what: str = "An identifier") -> bytes:
        """The bytes again; raises `RecordError` naming `what` when the key is another or they are damaged."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        for key, sealed, known in self._ways(cipher, about or b""):
            try:
                return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], known)
            except (InvalidTag, ValueError):
                continue
        raise _undecipherable(what)

    def _ways(self, cipher: bytes, about: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
        """What may decrypt it: the key, the nonce with the cipher, and what is known of it."""
        head = cipher[:HEAD_BYTES]
        if head in self._ciphers:
            yield self._ciphers[head], cipher[HEAD_BYTES:], head + about
        yield from ((key, cipher, about) for key in self._ciphers.values())


@dataclass(frozen=True)
class Veiled(Keys):
    """What makes pseudonyms and seals the audit chain; it holds no key that finds or reads an identifier."""

    sealing: bytes = field(default=b"", repr=False)
    named: str = ""

    def _derived(self, use: str) -> bytes:
        raise PermissionDenied(
            f"Nothing is decrypted or looked up here ({use}): the record was opened under pseudonyms.",
            remedy="Whoever may know people opens it in a role that may.",
        )

    @cached_property
    def _ciphers(self) -> dict[bytes, bytes]:
        return {b"": self._derived("cipher")}

    @cached_property
    def _seal(self) -> bytes:
        return self.sealing

    @cached_property
    def fingerprint(self) -> str:
        """The public name of the key in force."""
        return self.named

    @cached_property
    def head(self) -> bytes:
        """Nothing is encrypted here."""
        return self._derived("cipher")


def fingerprint_of(master: bytes) -> str:
    """The short public name of a key."""
    return _derived(master, "fingerprint").hex()[:16]


def _derived(master: bytes, use: str) -> bytes:
    return hmac.digest(master, b"kanglu/1/" + use.encode(), "sha256")


def _head(master: bytes) -> bytes:
    return _MARK + _derived(master, "fingerprint")[:_ID]


def _undecipherable(what: str) -> RecordError:
    return RecordError(
        f"{what} cannot be decrypted: it is damaged or was written with another key.",
        remedy=f"Give the database's own key in {ENVIRONMENT} or its key file.",
    )


def normalised(value: str) -> str:
    """An identifier as it is compared: one width, upper case, without blanks and hyphens."""
    wide = unicodedata.normalize("NFKC", value)
    return "".join(char for char in wide if not char.isspace() and char != "-").upper()


def load(path: Path) -> Keys:
    """The ring from the environment, else from its file. Raises `RecordError` when there is none."""
    if given := os.environ.get(ENVIRONMENT):
        return _decoded(given, f"environment variable {ENVIRONMENT}")
    return read(path)


def read(path: Path) -> Keys:
    """The ring of a file. Raises `RecordError` when there is none."""
    try:
        return _decoded(path.read_text("ascii"), str(path))
    except FileNotFoundError:
        raise RecordError(
            "The key of this database is missing.",
            where=str(path),
            remedy=f"Put the key file back from your backup, or set {ENVIRONMENT}.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(
            "The key file cannot be read.", where=str(path), remedy=f"Check it and its permissions ({error})."
        ) from None


def create(path: Path) -> Keys:
    """The key from the environment, else a new one written to its file (mode 0600), else the file's."""
    if os.environ.get(ENVIRONMENT) or path.exists():
        return load(path)
    keys = Keys(fresh())
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(_encoded(keys.masters))
    return keys


def fresh() -> bytes:
    """A new master key."""
    return secrets.token_bytes(_BYTES)


def write(path: Path, masters: tuple[bytes, ...]) -> None:
    """Put other keys into a key file: whole or not at all, and on the disk when this returns."""
    part = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(_encoded(masters))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise RecordError(
            f"The key file cannot be written: {error.strerror}.",
            where=str(path),
            remedy="Check that the disk has room and the folder can be written.",
        ) from None


def _encoded(masters: tuple[bytes, ...]) -> str:
    return "".join(f"{base64.b64encode(one).decode()}\n" for one in masters)


def _decoded(text: str, where: str) -> Keys:
    """A ring from its keys in base64, parted by blanks, lines or commas."""
    masters = tuple(dict.fromkeys(_key(word, where) for word in text.replace(",", " ").split()))
    if not masters:
        raise _no_key(where)
    return Keys(masters[0], masters[1:])


def _key(word: str, where: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _BYTES:
        raise _no_key(where)
    return key


def _no_key(where: str) -> RecordError:
    return RecordError(
        f"The key is not {_BYTES} bytes in base64.",
        where=where,
        remedy="Use the key that `kanglu init` made for this database.",
    )
