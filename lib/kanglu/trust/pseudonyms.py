"""Pseudonyms of people in one extract, and how far the days of each are moved in it.

Two extracts have nothing in common by which somebody could be found in both, unless both are made for the
same project. None has the pseudonyms under which an analyst works.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Self

from kanglu.trust.keys import Keys

WEEKS = 52
"""Days are moved back by one to so many weeks."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The names that people have in an extract."""

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """Of one extract alone: the secret is kept nowhere."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def of_project(cls, keys: Keys, project: str) -> Self:
        """Of all extracts of a project, made with the key of the record's pseudonyms."""
        return cls(hmac.digest(keys.pseudonyms, f"extract\0{project}".encode(), "sha256"))

    def name(self, person_id: int) -> str:
        """The pseudonym of a person."""
        return "X" + self._hash("name", person_id).hex()[:16].upper()

    def weeks(self, person_id: int) -> int:
        """By how many weeks a person's days are moved back."""
        return 1 + int.from_bytes(self._hash("weeks", person_id)[:8]) % WEEKS

    def _hash(self, use: str, person_id: int) -> bytes:
        return hmac.digest(self.secret, f"{use}\0{person_id}".encode(), "sha256")
