"""Who may do what: the rights as data, and one function that decides.

A right is an action on a resource. What a role is not given here, it may not do.
"""

from collections.abc import Hashable, Mapping
from enum import StrEnum

from kanglu.errors import PermissionDenied
from kanglu.trust.actors import Actor, Purpose, Role, Scope


class Action(StrEnum):
    """What can be done."""

    OPEN = "open"
    READ = "read"
    WRITE = "write"
    UNDO = "undo"
    EXPORT = "export"
    VERIFY = "verify"
    PROPOSE = "propose"
    APPROVE = "approve"


class Resource(StrEnum):
    """What it can be done to."""

    RECORD = "record"
    FACTS = "facts"
    IDENTITY = "identity"
    AUDIT = "audit"
    RECORDING = "recording"
    ATTACHMENT = "attachment"
    ACCOUNTS = "accounts"
    RULES = "rules"
    REPORTS = "reports"
    KEYS = "keys"
    EXTRACT = "extract"
    REQUESTS = "requests"


Right = tuple[Action, Resource]

_OPEN: Right = (Action.OPEN, Resource.RECORD)
_READ: Right = (Action.READ, Resource.FACTS)
_NAMES: Right = (Action.READ, Resource.IDENTITY)
_WRITE: Right = (Action.WRITE, Resource.FACTS)
_UNDO: Right = (Action.UNDO, Resource.FACTS)
_EXPORT: Right = (Action.EXPORT, Resource.FACTS)
_EXTRACT: Right = (Action.EXPORT, Resource.EXTRACT)
"""Facts of many under pseudonyms, to be handed on."""
_VERIFY: Right = (Action.VERIFY, Resource.AUDIT)
_TRAIL: Right = (Action.READ, Resource.AUDIT)
"""Who had to do with the record of a person whom the actor may see."""
_LOG: Right = (Action.EXPORT, Resource.AUDIT)
"""The whole audit log, whoever it is about."""
_LISTEN: Right = (Action.READ, Resource.RECORDING)
_LETTERS: Right = (Action.READ, Resource.ATTACHMENT)
_ACCOUNTS: Right = (Action.WRITE, Resource.ACCOUNTS)
_KEYS: Right = (Action.WRITE, Resource.KEYS)
_BACK_UP: Right = (Action.EXPORT, Resource.RECORD)
_PROPOSE: Right = (Action.PROPOSE, Resource.RULES)
_APPROVE: Right = (Action.APPROVE, Resource.RULES)
_ASK: Right = (Action.WRITE, Resource.REQUESTS)
"""What somebody in one's panel asks about their own record."""
_ANSWER: Right = (Action.APPROVE, Resource.REQUESTS)
_OTHERS: Right = (Action.READ, Resource.REPORTS)
"""Batches of reports that somebody else has ordered."""

_CARING = frozenset({_OPEN, _READ, _NAMES, _WRITE, _EXPORT, _LISTEN, _LETTERS, _PROPOSE, _ASK})
"""What all may do who look after people."""
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.HEALTH_MANAGER: _CARING | {_UNDO, _VERIFY, _TRAIL},
    Role.CLINICIAN: _CARING | {_APPROVE},
    Role.SUPERVISOR: _CARING | {_VERIFY, _TRAIL, _LOG, _APPROVE, _OTHERS, _ANSWER, _EXTRACT},
    Role.ANALYST: frozenset({_OPEN, _READ, _EXPORT, _EXTRACT}),
    Role.OPERATOR: frozenset({_OPEN, _WRITE, _UNDO, _VERIFY}),
    Role.ADMIN: _CARING
    | {
        _UNDO,
        _VERIFY,
        _TRAIL,
        _LOG,
        _APPROVE,
        _OTHERS,
        _ANSWER,
        _ACCOUNTS,
        _KEYS,
        _BACK_UP,
    },
}
"""What each role may do. An analyst reads facts under pseudonyms; an operator runs imports and reads none.

Who may approve a change of the rules may not approve their own: a second person makes it live.
"""

PURPOSES: Mapping[Role, frozenset[Purpose]] = {
    Role.HEALTH_MANAGER: frozenset(Purpose),
    Role.CLINICIAN: frozenset({Purpose.CARE, Purpose.REPORT}),
    Role.SUPERVISOR: frozenset(Purpose),
    Role.ANALYST: frozenset({Purpose.ANALYSIS, Purpose.REPORT}),
    Role.OPERATOR: frozenset({Purpose.ADMINISTRATION}),
    Role.ADMIN: frozenset(Purpose),
}
"""What each role may open the record for."""


SCOPES: Mapping[Role, Scope] = {
    Role.HEALTH_MANAGER: Scope.PANEL,
    Role.CLINICIAN: Scope.PANEL,
    Role.SUPERVISOR: Scope.INSTITUTION,
    Role.ANALYST: Scope.EVERYBODY,
    Role.OPERATOR: Scope.EVERYBODY,
    Role.ADMIN: Scope.EVERYBODY,
}
"""Whose records each role sees, as far as it may read at all: see `record.walls`."""


def scope_of(actor: Actor) -> Scope:
    """Whose records the actor sees."""
    if actor.at_machine or (SCOPES[actor.role] is Scope.INSTITUTION and actor.institution is None):
        return Scope.EVERYBODY
    return SCOPES[actor.role]


def sight_of(actor: Actor) -> Hashable:
    """What two actors have in common who are shown the same of the same record."""
    scope, named = scope_of(actor), allowed(actor, Action.READ, Resource.IDENTITY)
    whose = None if scope is Scope.EVERYBODY else (actor.id, actor.practitioner, actor.institution)
    return named, scope, whose


def allowed(actor: Actor, action: Action, resource: Resource) -> bool:
    """Whether the actor's role holds this right."""
    return (action, resource) in RIGHTS[actor.role]


def require(actor: Actor, action: Action, resource: Resource) -> None:
    """Raise `PermissionDenied` unless the actor may do this."""
    if not allowed(actor, action, resource):
        able = ", ".join(role for role in Role if (action, resource) in RIGHTS[role])
        raise PermissionDenied(
            f"{actor.id} ({actor.role}) may not {action} {resource}.", remedy=f"Roles that may: {able}."
        )


def require_purpose(actor: Actor, purpose: str) -> Purpose:
    """The purpose, when the actor's role may open the record for it; else `PermissionDenied`."""
    if purpose not in PURPOSES[actor.role]:
        raise PermissionDenied(
            f"{actor.id} ({actor.role}) may not open the record for {purpose!r}.",
            remedy=f"Purposes of this role: {', '.join(sorted(PURPOSES[actor.role]))}.",
        )
    return Purpose(purpose)
