"""Passwords: kept as argon2 hashes, long enough, not those that everybody tries first."""

import secrets
from functools import cache
from typing import TYPE_CHECKING

from kanglu.errors import RecordError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 10
LONGEST = 200
_GUESSED = ("password", "passwort", "kanglu", "qwerty", "123456", "abc123", "admin", "letmein")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return _hasher().hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one whose hash was kept; takes the same time either way."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """A hash that no password has: compared with where there is no account, so that both take as long."""
    return hashed(secrets.token_urlsafe(32))


def one_time() -> str:
    """A password to be changed at the first sign-in: three groups of five that can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3))


def require_good(password: str, name: str) -> None:
    """Raise `RecordError` for a password that is too short, too long, or would be guessed first."""
    plain = password.casefold()
    remedy = f"Choose at least {SHORTEST} characters; several words are easy to keep in mind."
    if not SHORTEST <= len(password) <= LONGEST:
        raise RecordError(f"The password has {len(password)} characters.", where=name, remedy=remedy)
    if len(set(plain)) < 5 or name.casefold() in plain or any(word in plain for word in _GUESSED):
        raise RecordError("The password would be guessed soon.", where=name, remedy=remedy)
