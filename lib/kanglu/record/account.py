"""An account, as it is read from the database."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from kanglu.trust import Actor, Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    Parameters
    ----------
    practitioner : the member of the staff that this is; None for one who looks after nobody.
    must_change : the password was given by somebody else and has to be changed first.
    institution : to whose people a supervisor is bound; None where all are of one.
    second_factor : signing in asks for a code too.
    recovery_codes : how many are left to be used in the place of a code.
    subject : who it is to the single sign-on; None where it is not bound.
    """

    id: str
    name: str
    role: Role
    practitioner: str | None
    language: str | None
    disabled: bool
    must_change: bool
    institution: str | None = None
    second_factor: bool = False
    recovery_codes: int = 0
    subject: str | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> "Account":
        """The account of a row of its table."""
        return cls(
            row.id, row.name, Role(row.role), row.practitioner, row.language, row.disabled is not None,
            bool(row.must_change), row.institution, row.second_factor_step is not None,
            len(json.loads(row.recovery or "[]")), row.subject,
        )  # fmt: skip

    @property
    def actor(self) -> Actor:
        """As whom the account reads and writes."""
        return Actor(self.id, self.name, self.role, self.practitioner, self.institution)
