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
    role : decides what is allowed.
    """

    id: str
    name: str
    role: Role


LOCAL = Actor("local", "the user of this machine", Role.HEALTH_MANAGER)
"""Whoever sits at the machine of an embedded database and has not signed in."""
