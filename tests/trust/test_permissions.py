"""Who may do what."""

import pytest

from kanglu.errors import PermissionDenied
from kanglu.trust import Action, Actor, Purpose, Resource, Role, allowed, require
from kanglu.trust.permissions import PURPOSES, RIGHTS, require_purpose


@pytest.mark.parametrize("role", Role)
def test_every_role_has_rights_and_purposes_and_may_open(role: Role) -> None:
    assert allowed(Actor("a", "A", role), Action.OPEN, Resource.RECORD)
    assert PURPOSES[role]


@pytest.mark.parametrize(
    ("role", "facts", "identity", "write", "verify"),
    [
        (Role.HEALTH_MANAGER, True, True, True, True),
        (Role.CLINICIAN, True, True, True, False),
        (Role.ANALYST, True, False, False, False),
        (Role.OPERATOR, False, False, True, True),
        (Role.ADMIN, True, True, True, True),
    ],
)
def test_what_each_role_may(role: Role, facts: bool, identity: bool, write: bool, verify: bool) -> None:
    actor = Actor("a", "A", role)
    assert allowed(actor, Action.READ, Resource.FACTS) is facts
    assert allowed(actor, Action.READ, Resource.IDENTITY) is identity
    assert allowed(actor, Action.WRITE, Resource.FACTS) is write
    assert allowed(actor, Action.VERIFY, Resource.AUDIT) is verify


def test_recordings_are_for_those_who_know_whom_they_hear() -> None:
    listens = {role for role in Role if allowed(Actor("a", "A", role), Action.READ, Resource.RECORDING)}
    assert listens == {
        role for role in Role if allowed(Actor("a", "A", role), Action.READ, Resource.IDENTITY)
    }


def test_what_is_not_given_is_refused() -> None:
    given = set().union(*RIGHTS.values())
    assert (Action.WRITE, Resource.AUDIT) not in given
    assert (Action.UNDO, Resource.AUDIT) not in given


def test_a_refusal_names_the_actor_and_who_may() -> None:
    with pytest.raises(PermissionDenied, match=r"li \(operator\) may not read facts.*health_manager"):
        require(Actor("li", "Li", Role.OPERATOR), Action.READ, Resource.FACTS)


def test_purposes_follow_the_role() -> None:
    assert require_purpose(Actor("a", "A", Role.CLINICIAN), "care") is Purpose.CARE
    for actor, purpose in ((Role.ANALYST, "care"), (Role.OPERATOR, "report"), (Role.ADMIN, "curiosity")):
        with pytest.raises(PermissionDenied, match=purpose):
            require_purpose(Actor("a", "A", actor), purpose)
