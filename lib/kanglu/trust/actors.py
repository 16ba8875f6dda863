"""Who opens the record, in which role, and what for."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user is in the house; `permissions` says what each may do."""

    HEALTH_MANAGER = "health_manager"
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMIN = "admin"


class Scope(StrEnum):
    """Whose records a role sees."""

    PANEL = "panel"
    INSTITUTION = "institution"
    EVERYBODY = "everybody"


class Purpose(StrEnum):
    """What the record is opened for; it is written beside every read."""

    CARE = "care"
    REPORT = "report"
    ANALYSIS = "analysis"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in a role.

    Parameters
    ----------
    id : stable name of the account, written into the audit log.
    name : how people call the user.
    role : decides what is allowed, and whose records are.
    practitioner : the member of the staff that this is; None for one who looks after nobody.
    institution : to whose people a supervisor is bound; None where all are of one.
    came_from : the address from which the user acts over the network, written into the audit log.
    at_machine : whether the user sits at the machine where the key and the database lie, and so has no wall
        before any record.
    """

    id: str
    name: str
    role: Role
    practitioner: str | None = None
    institution: str | None = None
    came_from: str | None = None
    at_machine: bool = False


LOCAL = Actor("local", "the user of this machine", Role.HEALTH_MANAGER, at_machine=True)
"""Whoever sits at the machine of an embedded database and has not signed in."""
