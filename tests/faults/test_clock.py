"""The clock jumps, forwards or back: nobody stays in for longer or out for ever, and nothing is lost."""

from datetime import timedelta

import pytest

from kanglu.errors import PermissionDenied
from kanglu.record.accounts import Accounts
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.record.sessions import IDLE, LONGEST, LONGEST_WAIT, TRIES
from kanglu.trust import Actor, Role

PASSWORD = "three green horses"
ROOT = Actor("root", "root", Role.ADMIN)


@pytest.fixture
def accounts(store, clock):
    made = Accounts(store.database, clock)
    given = made.add(ROOT, "chen", "chen", Role.HEALTH_MANAGER)
    made.change_password("chen", given, PASSWORD)
    return made


@pytest.mark.parametrize("jump", [timedelta(seconds=-1), timedelta(minutes=-30), timedelta(minutes=30)])
def test_a_small_jump_signs_nobody_out(accounts, clock, jump):
    token = accounts.sign_in("chen", PASSWORD)
    clock.now += jump
    assert accounts.who(token)


def test_a_session_that_was_begun_in_a_future_that_was_none_is_over(accounts, clock):
    """It would else outlive what a session may last."""
    clock.now += timedelta(days=365)
    token = accounts.sign_in("chen", PASSWORD)
    clock.now -= timedelta(days=365)
    assert accounts.who(token) is None
    assert accounts.who(accounts.sign_in("chen", PASSWORD))


def test_a_session_lasts_no_longer_than_it_may_by_the_time_that_has_passed(accounts, clock):
    token = accounts.sign_in("chen", PASSWORD)
    clock.now -= IDLE / 2
    for _ in range(int(LONGEST / IDLE) * 2 + 2):
        accounts.who(token)
        clock.now += IDLE / 2
    clock.now += IDLE / 2
    assert accounts.who(token) is None


@pytest.mark.parametrize("days", [1, 3650])
def test_who_was_locked_in_a_future_that_was_none_waits_no_longer_than_the_longest_wait(
    accounts, clock, days
):
    clock.now += timedelta(days=days)
    for _ in range(TRIES):
        with pytest.raises(PermissionDenied):
            accounts.sign_in("chen", "wrong")
    clock.now -= timedelta(days=days)
    clock.now += LONGEST_WAIT
    assert accounts.sign_in("chen", PASSWORD)


def entered(store, value):
    with store.batch("b") as writer:
        person = writer.person(PersonStatement((Identifier("mrn", "1"),), name="张三"))
        writer.add(Observation(person, "weight", "2026-01-05", value=value, source_key="one"))


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_what_is_entered_after_a_jump_counts_and_the_log_verifies(store, clock, days):
    entered(store, 70.0)
    clock.now += timedelta(days=days)
    entered(store, 71.0)
    clock.now -= timedelta(days=days)
    entered(store, 72.0)
    assert store.verify().ok
    clock.now += timedelta(days=max(days, 0) + 1)
    [dossier] = store.dossiers([1])
    assert list(dossier.observations["value"]) == [72.0]
