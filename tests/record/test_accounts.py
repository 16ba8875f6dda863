"""Accounts: what the database knows of a password and a session, who may make one, what is written down."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record.accounts import Accounts
from kanglu.record.sessions import IDLE, LONGEST, LONGEST_WAIT, TRIES, WAIT
from kanglu.record.tables import account, audit_event, login_session
from kanglu.trust import Actor, Role

ADMIN = Actor("root", "root", Role.ADMIN)
GOOD = "four green horses"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Passwords are hashed with little work: how much is argon2's affair, and the tests hash many."""
    little = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr("kanglu.trust.passwords._hasher", lambda: little)


@pytest.fixture
def accounts(store, clock):
    return Accounts(store.database, clock)


@pytest.fixture
def chen(accounts):
    accounts.change_password(
        "chen", accounts.add(ADMIN, "chen", "陈静", Role.HEALTH_MANAGER, "chen_jing"), GOOD
    )
    return "chen"


def test_the_first_start_makes_one_administrator_with_a_password_for_one_sign_in(accounts):
    password = accounts.first()
    assert accounts.first() is None
    [admin] = accounts.all()
    assert (admin.id, admin.role, admin.must_change) == ("admin", Role.ADMIN, True)
    assert accounts.who(accounts.sign_in("admin", password)) == admin


def test_the_database_knows_neither_a_password_nor_a_token(accounts, chen, store):
    token = accounts.sign_in(chen, GOOD)
    with store.database.reading() as connection:
        kept = str(
            connection.execute(select(account)).all() + connection.execute(select(login_session)).all()
        )
    assert GOOD not in kept
    assert token not in kept
    assert "$argon2id$" in kept


@pytest.mark.parametrize("passed", [timedelta(0), IDLE - timedelta(seconds=1)])
def test_a_session_lasts_while_it_is_used(accounts, chen, clock, passed):
    token = accounts.sign_in(chen, GOOD)
    clock.now += passed
    assert accounts.who(token).id == chen


def test_a_session_ends_at_its_idle_time(accounts, chen, clock):
    token = accounts.sign_in(chen, GOOD)
    clock.now += IDLE
    assert accounts.who(token) is None


def test_a_session_ends_after_its_longest_time_however_much_it_is_used(accounts, chen, clock):
    token, used = accounts.sign_in(chen, GOOD), timedelta(0)
    while used + timedelta(minutes=50) < LONGEST:
        clock.now += timedelta(minutes=50)
        used += timedelta(minutes=50)
        assert accounts.who(token) is not None
    clock.now += LONGEST - used
    assert accounts.who(token) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts, token: accounts.sign_out(token),
        lambda accounts, token: accounts.disable(ADMIN, "chen"),
        lambda accounts, token: accounts.reset(ADMIN, "chen"),
        lambda accounts, token: accounts.change_password("chen", GOOD, "five grey horses"),
    ],
    ids=["sign out", "disable", "reset", "change password"],
)
def test_a_session_ends_at_once(accounts, chen, end):
    token = accounts.sign_in(chen, GOOD)
    end(accounts, token)
    assert accounts.who(token) is None


@pytest.mark.parametrize("token", [None, "", "guess", "' OR 1=1 --"])
def test_no_token_is_nobody(accounts, chen, token):
    assert accounts.who(token) is None


def test_wrong_passwords_lock_an_account_longer_each_time_up_to_a_limit(accounts, chen, clock):
    def refused(password=GOOD):
        with pytest.raises(PermissionDenied):
            accounts.sign_in(chen, password)

    for _ in range(TRIES):
        refused("wrong")
    wait = WAIT
    for _ in range(8):
        clock.now += wait - timedelta(seconds=1)
        refused()
        clock.now += timedelta(seconds=1)
        refused("wrong")
        wait = min(2 * wait, LONGEST_WAIT)
    clock.now += wait
    assert accounts.sign_in(chen, GOOD)
    refused("wrong")
    assert accounts.sign_in(chen, GOOD)


def test_guessing_for_days_still_only_gives_the_longest_wait(accounts, chen, clock):
    for _ in range(TRIES + 60):
        with pytest.raises(PermissionDenied):
            accounts.sign_in(chen, "wrong")
        clock.now += LONGEST_WAIT
    assert accounts.sign_in(chen, GOOD)


def test_wrong_passwords_that_are_tried_at_once_all_count(accounts, chen):
    begin, tried = Barrier(TRIES), []

    def guess():
        begin.wait()
        with pytest.raises(PermissionDenied):
            accounts.sign_in(chen, "wrong")
        tried.append("wrong")

    guessing = [Thread(target=guess) for _ in range(TRIES)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
    assert len(tried) == TRIES
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, GOOD)


def test_a_disabled_account_signs_in_no_more(accounts, chen):
    accounts.disable(ADMIN, chen)
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, GOOD)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_only_an_administrator_makes_accounts(accounts, role):
    by = Actor("x", "x", role)
    for refused in (
        lambda: accounts.add(by, "new", "new", role),
        lambda: accounts.reset(by, "new"),
        lambda: accounts.disable(by, "new"),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert accounts.all() == []


@pytest.mark.parametrize("name", ["", "陈静", "a b", "x'; DROP TABLE account", "../x"])
def test_a_name_is_letters_and_digits(accounts, name):
    with pytest.raises(RecordError):
        accounts.add(ADMIN, name, "x", Role.CLINICIAN)


def test_a_name_is_taken_once(accounts, chen):
    with pytest.raises(RecordError):
        accounts.add(ADMIN, "CHEN", "another", Role.CLINICIAN)
    with pytest.raises(NotFound):
        accounts.reset(ADMIN, "nobody")


@pytest.mark.parametrize(
    "poor", ["short", "aaaaaaaaaaaa", "my name is chen", "password-2026", "1234567890", "x" * 201]
)
def test_a_poor_password_is_refused(accounts, chen, poor):
    with pytest.raises(RecordError):
        accounts.change_password(chen, GOOD, poor)
    assert accounts.sign_in(chen, GOOD)


def test_a_password_is_changed_only_by_who_knows_it(accounts, chen):
    with pytest.raises(PermissionDenied):
        accounts.change_password(chen, "wrong", "five grey horses")
    with pytest.raises(RecordError):
        accounts.change_password(chen, GOOD, GOOD)


def test_an_account_that_is_enabled_again_needs_a_new_password(accounts, chen):
    token = accounts.sign_in(chen, GOOD)
    accounts.disable(ADMIN, chen)
    given = accounts.enable(ADMIN, chen)
    assert accounts.who(token) is None
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, GOOD)
    assert accounts.who(accounts.sign_in(chen, given)).must_change


def test_only_the_administrator_enables_an_account_and_only_one_that_is_there(accounts, chen):
    accounts.disable(ADMIN, chen)
    with pytest.raises(PermissionDenied):
        accounts.enable(Actor("sun", "孙主任", Role.SUPERVISOR), chen)
    with pytest.raises(NotFound):
        accounts.enable(ADMIN, "nobody")
    assert accounts.all()[0].disabled


def test_whoever_becomes_something_else_is_signed_out_and_what_stays_the_same_ends_nothing(accounts, chen):
    token = accounts.sign_in(chen, GOOD)
    accounts.change(ADMIN, chen, "陈静", Role.HEALTH_MANAGER, "chen_jing", None)
    assert accounts.who(token) is not None
    accounts.change(ADMIN, chen, " 陈静医生 ", Role.CLINICIAN, "", "East")
    assert accounts.who(token) is None
    [now] = accounts.all()
    assert (now.name, now.role, now.practitioner, now.institution) == (
        "陈静医生",
        Role.CLINICIAN,
        None,
        "East",
    )


def test_nobody_changes_their_own_role_or_disables_themselves(accounts):
    accounts.add(ADMIN, "root", "root", Role.ADMIN)
    accounts.add(ADMIN, "ann", "Ann", Role.ADMIN)
    for refused in (
        lambda: accounts.change(ADMIN, "root", "root", Role.OPERATOR, None, None),
        lambda: accounts.disable(ADMIN, "root"),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    accounts.change(ADMIN, "root", "Root", Role.ADMIN, None, None)
    # At the machine one goes round it: whoever sits there reads the key, too.
    accounts.disable(Actor("root", "root", Role.ADMIN, at_machine=True), "root")


def test_the_last_administrator_stays(accounts, chen):
    by = Actor("machine", "machine", Role.ADMIN, at_machine=True)
    for name in ("ann", "bob"):
        accounts.add(by, name, name, Role.ADMIN)
    accounts.disable(by, "bob")
    for taken in (
        lambda: accounts.disable(by, "ann"),
        lambda: accounts.change(by, "ann", "ann", Role.OPERATOR, None, None),
    ):
        with pytest.raises(RecordError):
            taken()
    accounts.change(by, "bob", "bob", Role.OPERATOR, None, None)
    accounts.change(by, chen, "陈静", Role.ADMIN, None, None)
    accounts.disable(by, "ann")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_only_an_administrator_changes_accounts_and_signs_others_out(accounts, chen, role):
    token, by = accounts.sign_in(chen, GOOD), Actor("x", "x", role)
    for refused in (
        lambda: accounts.change(by, chen, "x", Role.ADMIN, None, None),
        lambda: accounts.end_sessions(by, chen),
        lambda: accounts.last_signed_in(by),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert accounts.who(token).name == "陈静"


def test_one_sees_ones_own_sessions_and_ends_no_other(accounts, chen, clock):
    here = accounts.sign_in(chen, GOOD, "192.0.2.1")
    clock.now += timedelta(minutes=5)
    there = accounts.sign_in(chen, GOOD, "192.0.2.2")
    accounts.change_password("he", accounts.add(ADMIN, "he", "何敏", Role.CLINICIAN), GOOD)
    theirs = accounts.sign_in("he", GOOD)
    assert [(one.came_from, one.here) for one in accounts.sessions(here)] == [
        ("192.0.2.2", False),
        ("192.0.2.1", True),
    ]
    for other in accounts.sessions(theirs):
        accounts.end_others(here, other.id)
    accounts.end_others("no token")
    assert accounts.sessions("no token") == []
    assert accounts.who(theirs) is not None
    accounts.end_others(here, accounts.sessions(here)[0].id)
    assert (accounts.who(there), accounts.who(here).id) == (None, chen)
    accounts.end_others(here)
    accounts.end_others(theirs)
    assert accounts.who(here).id == chen


def test_administrators_see_who_signed_in_last_and_when(accounts, chen, clock):
    accounts.add(ADMIN, "he", "何敏", Role.CLINICIAN)
    assert accounts.last_signed_in(ADMIN) == {}
    accounts.sign_in(chen, GOOD)
    clock.now += timedelta(hours=1)
    accounts.sign_in(chen, GOOD)
    assert accounts.last_signed_in(ADMIN) == {chen: "2026-06-30T02:00:00.000000Z"}


def test_the_single_sign_on_signs_in_whoever_is_bound_and_nobody_else(accounts, chen):
    with pytest.raises(NotFound):
        accounts.sign_in_as("sub-1")
    accounts.bind(ADMIN, chen, " sub-1 ")
    assert accounts.who(accounts.sign_in_as("sub-1")).subject == "sub-1"
    for other in ("", "SUB-1", "sub-2", "' OR 1=1 --"):
        with pytest.raises(NotFound):
            accounts.sign_in_as(other)
    accounts.disable(ADMIN, chen)
    with pytest.raises(PermissionDenied):
        accounts.sign_in_as("sub-1")
    accounts.enable(ADMIN, chen)
    accounts.bind(ADMIN, chen, "")
    with pytest.raises(NotFound):
        accounts.sign_in_as("sub-1")


def test_a_password_for_one_time_is_worth_nothing_to_who_signs_in_elsewhere(accounts, chen):
    accounts.bind(ADMIN, chen, "sub-1")
    assert accounts.who(accounts.sign_in_as("sub-1"))
    assert accounts.who(accounts.sign_in(chen, GOOD))
    given = accounts.reset(ADMIN, chen)
    assert not accounts.who(accounts.sign_in_as("sub-1")).must_change
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, given)


def test_a_name_of_the_single_sign_on_is_one_accounts(accounts, chen):
    accounts.add(ADMIN, "he", "何敏", Role.CLINICIAN)
    accounts.bind(ADMIN, chen, "sub-1")
    accounts.bind(ADMIN, chen, "sub-1")
    for by, subject in ((ADMIN, "sub-1"), (ADMIN, "x" * 256)):
        with pytest.raises(RecordError):
            accounts.bind(by, "he", subject)
    with pytest.raises(PermissionDenied):
        accounts.bind(Actor(chen, "陈静", Role.HEALTH_MANAGER), "he", "sub-2")
    with pytest.raises(NotFound):
        accounts.bind(ADMIN, "nobody", "sub-2")
    accounts.bind(Actor("he", "何敏", Role.CLINICIAN), "he", "sub-2")
    assert {one.id: one.subject for one in accounts.all()} == {chen: "sub-1", "he": "sub-2"}


def test_whom_the_single_sign_on_named_in_vain_is_in_the_log(accounts, chen, store):
    accounts.bind(ADMIN, chen, "sub-1")
    with pytest.raises(NotFound):
        accounts.sign_in_as("sub-2", "192.0.2.1")
    accounts.note_refused("the nonce is wrong", "192.0.2.2")
    accounts.bind(ADMIN, chen, None)
    with store.database.reading() as connection:
        said = select(audit_event.c.action, audit_event.c.detail, audit_event.c.came_from)
        last = connection.execute(said.order_by(audit_event.c.id.desc()).limit(4)).all()
    assert [tuple(row) for row in reversed(last)] == [
        ("bind single sign-on", '{"account":"chen","subject":"sub-1"}', None),
        (
            "sign-in refused",
            '{"account":"unknown","by":"single sign-on","subject":"sub-2"}',
            "192.0.2.1",
        ),
        (
            "sign-in refused",
            '{"account":"unknown","by":"single sign-on","reason":"the nonce is wrong"}',
            "192.0.2.2",
        ),
        ("unbind single sign-on", '{"account":"chen"}', None),
    ]


def test_the_log_says_from_where_somebody_signed_in_or_was_refused(accounts, chen, store):
    accounts.sign_in(chen, GOOD, "192.0.2.1")
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, "wrong", "192.0.2.2")
    accounts.sign_in(chen, GOOD)
    with store.database.reading() as connection:
        said = connection.execute(
            select(audit_event.c.came_from)
            .where(audit_event.c.action.in_(["sign in", "sign-in refused"]))
            .order_by(audit_event.c.id)
        )
        assert list(said.scalars()) == ["192.0.2.1", "192.0.2.2", None]
        kept = select(login_session.c.came_from).order_by(login_session.c.came_from)
        assert "192.0.2.1" in connection.execute(kept).scalars().all()
    assert store.verify().ok


def test_what_happens_to_accounts_is_in_the_audit_log(accounts, chen, store):
    accounts.sign_out(accounts.sign_in(chen, GOOD))
    with pytest.raises(PermissionDenied):
        accounts.sign_in(chen, "wrong")
    accounts.disable(ADMIN, chen)
    with store.database.reading() as connection:
        found = connection.execute(
            select(audit_event.c.actor, audit_event.c.action).order_by(audit_event.c.id)
        )
        deeds = [tuple(row) for row in found if row.action != "open"]
    assert deeds == [
        ("root", "make account"),
        ("chen", "change password"),
        ("chen", "sign in"),
        ("chen", "sign out"),
        ("system", "sign-in refused"),
        ("root", "disable account"),
    ]
    assert store.verify().ok
