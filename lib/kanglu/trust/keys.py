"""The key of a database: encrypts direct identifiers, makes them findable, seals the audit chain.

The key is 32 random bytes, in the environment variable ``KANGLU_KEY`` (base64) or in a file beside the
database that only its owner may read. Whoever loses it loses the identifiers, so it belongs in a backup,
and not in the same one as the database.
"""

import base64
import binascii
import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kanglu.errors import RecordError

ENVIRONMENT = "KANGLU_KEY"
_BYTES = 32
_NONCE = 12


@dataclass(frozen=True)
class Keys:
    """The master key and what is done with it. Each use has a key of its own, derived from the master."""

    master: bytes = field(repr=False)

    def _derived(self, use: str) -> bytes:
        return hmac.digest(self.master, b"kanglu/1/" + use.encode(), "sha256")

    @cached_property
    def _index(self) -> bytes:
        return self._derived("index")

    @cached_property
    def _cipher(self) -> bytes:
        return self._derived("cipher")

    @cached_property
    def _seal(self) -> bytes:
        return self._derived("seal")

    @cached_property
    def fingerprint(self) -> str:
        """A short public name of the key, by which the database knows its own."""
        return self._derived("fingerprint").hex()[:16]

    def blind_index(self, system: str, value: str) -> str:
        """A keyed hash under which an identifier is found without being readable."""
        return hmac.digest(self._index, f"{system}\0{normalised(value)}".encode(), "sha256").hex()

    def seal(self, text: str) -> str:
        """A keyed hash that nobody without the key can make."""
        return hmac.digest(self._seal, text.encode(), "sha256").hex()

    def pseudonym(self, person_id: int) -> str:
        """The name under which an analyst knows a person: stable, and meaningless without the key."""
        return (
            "P"
            + hmac.digest(self._derived("pseudonym"), str(person_id).encode(), "sha256").hex()[:12].upper()
        )

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
        """AES-256-GCM: the fresh nonce, the cipher and its tag; whole in memory.

        `about` is not hidden, but what was encrypted about one thing is not decrypted about another.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._cipher).encrypt(nonce, data, about)

    def decrypt_bytes(self, cipher: bytes, about: bytes | None = None, what: str = "An identifier") -> bytes:
        """The bytes again; raises `RecordError` naming `what` when the key is another or they are damaged."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._cipher).decrypt(cipher[:_NONCE], cipher[_NONCE:], about)
        except (InvalidTag, ValueError):
            raise _undecipherable(what) from None


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
    """The key from the environment, else from its file. Raises `RecordError` when there is none."""
    if given := os.environ.get(ENVIRONMENT):
        return Keys(_decoded(given, f"environment variable {ENVIRONMENT}"))
    try:
        return Keys(_decoded(path.read_text("ascii"), str(path)))
    except FileNotFoundError:
        raise RecordError(
            "The key of this database is missing.",
            where=str(path),
            remedy=f"Put the key file back from your backup, or set {ENVIRONMENT}.",
        ) from None
    except (PermissionError, UnicodeDecodeError) as error:
        raise RecordError(
            "The key file cannot be read.", where=str(path), remedy=f"Check it and its permissions ({error})."
        ) from None


def create(path: Path) -> Keys:
    """The key from the environment, else a new one written to its file (mode 0600), else the file's."""
    if os.environ.get(ENVIRONMENT) or path.exists():
        return load(path)
    keys = Keys(secrets.token_bytes(_BYTES))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.b64encode(keys.master).decode() + "\n")
    return keys


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _BYTES:
        raise RecordError(
            f"The key is not {_BYTES} bytes in base64.",
            where=where,
            remedy="Use the key that `kanglu init` made for this database.",
        )
    return key
