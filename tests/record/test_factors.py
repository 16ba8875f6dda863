"""The second factor: what is kept of it, which codes count and how often, and who has to have one."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from pyotp import TOTP
from sqlalchemy import select

from kanglu.errors import PermissionDenied, RecordError
from kanglu.record.accounts import Accounts
from kanglu.record.sessions import LONGEST_WAIT, PATIENCE, TRIES, WAIT, Waits
from kanglu.record.tables import account, audit_event, login_session
from kanglu.trust import Actor, Role
from kanglu.trust.codes import RECOVERY_CODES

ADMIN = Actor("root", "root", Role.ADMIN)
GOOD = "four green horses"
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Passwords are hashed with little work: how much is argon2's affair."""
    little = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr("kanglu.trust.passwords._hasher", lambda: little)


@pytest.fixture
def accounts(store, clock):
    made = Accounts(store.database, clock)
    made.change_password("chen", made.add(ADMIN, "chen", "陈静", Role.HEALTH_MANAGER), GOOD)
    return made


@pytest.fixture
def app(accounts, clock):
    """Chen's app, of which the code of now has been used to turn the second factor on."""
    secret = accounts.offer_factor(accounts.sign_in("chen", GOOD))
    app = App(secret, clock)
    app.recovery, app.token = accounts.turn_on(accounts.sign_in("chen", GOOD), app.code())
    return app


class App:
    """What stands on a phone."""

    def __init__(self, secret, clock):
        self.secret, self.clock = secret, clock

    def code(self, ahead=0):
        return TOTP(self.secret).at(self.clock(), counter_offset=ahead)

    def next_code(self):
        """The code after half a minute."""
        self.clock.now += STEP
        return self.code()


def wrong(code):
    """Another code of six figures."""
    return f"{(int(code) + 1) % 10**6:06}"


def refused(call, *given):
    with pytest.raises(PermissionDenied):
        call(*given)


def test_it_counts_only_when_a_code_was_given(accounts, clock):
    token = accounts.sign_in("chen", GOOD)
    secret = accounts.offer_factor(token)
    assert accounts.offered(token) == secret
    assert accounts.who(accounts.sign_in("chen", GOOD)) is not None
    app = App(secret, clock)
    assert accounts.turn_on(token, wrong(app.code())) is None
    assert not accounts.all()[0].second_factor
    codes, fresh = accounts.turn_on(token, app.code())
    assert len(set(codes)) == RECOVERY_CODES
    assert accounts.who(token) is None
    assert (accounts.who(fresh).second_factor, accounts.who(fresh).recovery_codes) == (True, RECOVERY_CODES)
    assert accounts.offered(fresh) is None


def test_what_was_offered_to_somebody_else_before_is_not_the_one(accounts, clock):
    token = accounts.sign_in("chen", GOOD)
    seen = App(accounts.offer_factor(token), clock)
    accounts.offer_factor(token)
    assert accounts.turn_on(token, seen.code()) is None


def test_one_that_is_on_is_not_set_up_again(accounts, app):
    for call in (lambda: accounts.offer_factor(app.token), lambda: accounts.turn_on(app.token, app.code())):
        with pytest.raises(RecordError):
            call()
    assert App(app.secret, app.clock).code() == app.code()


def test_nothing_is_confirmed_that_was_not_begun(accounts):
    with pytest.raises(RecordError):
        accounts.turn_on(accounts.sign_in("chen", GOOD), "000000")


def test_the_right_password_alone_begins_a_session_that_is_worth_nothing(accounts, app):
    token = accounts.sign_in("chen", GOOD)
    assert accounts.who(token) is None
    assert accounts.sessions(token) == []
    assert accounts.waiting(token)[1] is Waits.CODE
    for call in (accounts.offer_factor, lambda token: accounts.turn_on(token, app.next_code())):
        with pytest.raises(RecordError):
            call(token)
    with pytest.raises(RecordError):
        accounts.turn_off(token, app.next_code())
    assert accounts.waiting(app.token) is None


def test_with_the_code_it_is_a_whole_one_of_another_name(accounts, app):
    token = accounts.sign_in("chen", GOOD)
    fresh = accounts.give_code(token, app.next_code())
    assert accounts.who(fresh).id == "chen"
    assert accounts.who(token) is None
    assert accounts.waiting(token) is None


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_code_may_be_half_a_minute_off(accounts, app, clock, ahead):
    clock.now += 3 * STEP
    assert accounts.give_code(accounts.sign_in("chen", GOOD), app.code(ahead))


@pytest.mark.parametrize("ahead", [-2, 2])
def test_and_no_more(accounts, app, clock, ahead):
    clock.now += 3 * STEP
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), app.code(ahead))


def test_a_code_counts_once(accounts, app, clock):
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), app.code())
    code = app.next_code()
    assert accounts.give_code(accounts.sign_in("chen", GOOD), code)
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), code)
    clock.now += STEP
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), code)
    # Nor does an older one, after one of a later half minute.
    assert accounts.give_code(accounts.sign_in("chen", GOOD), app.code(1))
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), app.code())


@pytest.mark.parametrize("typed", [str, str.upper, lambda code: code.replace("-", " "), lambda c: f" {c} "])
def test_a_recovery_code_counts_once_however_it_is_typed(accounts, app, typed):
    code = app.recovery[3]
    fresh = accounts.give_code(accounts.sign_in("chen", GOOD), typed(code))
    assert accounts.who(fresh).recovery_codes == RECOVERY_CODES - 1
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), code)


@pytest.mark.parametrize("code", ["", "0", "000000 0", "٠٠٠٠٠٠", "'; --", "x" * 4000, "\x00"])
def test_no_other_text_is_a_code(accounts, app, code):
    refused(accounts.give_code, accounts.sign_in("chen", GOOD), code)


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(accounts, app, clock):
    token = accounts.sign_in("chen", GOOD)
    for _ in range(TRIES):
        refused(accounts.give_code, token, wrong(app.code()))
    clock.now += WAIT / 2
    refused(accounts.give_code, token, app.code())
    refused(accounts.sign_in, "chen", GOOD)
    clock.now += WAIT / 2
    assert accounts.give_code(accounts.sign_in("chen", GOOD), app.code())


def test_typing_the_right_password_in_between_gives_no_more_tries(accounts, app):
    for _ in range(TRIES):
        refused(accounts.give_code, accounts.sign_in("chen", GOOD), wrong(app.code()))
    refused(accounts.sign_in, "chen", GOOD)


def test_a_session_that_waits_does_not_wait_long(accounts, app, clock):
    token = accounts.sign_in("chen", GOOD)
    clock.now += PATIENCE - timedelta(seconds=1)
    assert accounts.waiting(token)
    clock.now += timedelta(seconds=1)
    assert accounts.waiting(token) is None
    refused(accounts.give_code, token, app.code())


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts: accounts.reset(ADMIN, "chen"),
        lambda accounts: accounts.disable(ADMIN, "chen"),
        lambda accounts: accounts.reset_factor(ADMIN, "chen"),
        lambda accounts: accounts.end_sessions(ADMIN, "chen"),
    ],
)
def test_what_ends_sessions_ends_those_that_wait(accounts, app, end):
    token = accounts.sign_in("chen", GOOD)
    end(accounts)
    refused(accounts.give_code, token, app.next_code())


def test_one_turns_it_off_with_a_code_and_not_without(accounts, app):
    for _ in range(TRIES - 1):
        refused(accounts.turn_off, app.token, wrong(app.code()))
    refused(accounts.turn_off, app.token, app.code())
    app.clock.now += WAIT
    accounts.turn_off(app.token, app.code())
    assert not accounts.who(app.token).second_factor
    assert accounts.who(accounts.sign_in("chen", GOOD))
    with pytest.raises(RecordError):
        accounts.turn_off(app.token, app.next_code())


def test_an_administrator_takes_it_off_whoever_has_lost_the_phone(accounts, app):
    refused(accounts.reset_factor, Actor("sun", "孙主任", Role.SUPERVISOR), "chen")
    accounts.reset_factor(ADMIN, "chen")
    assert accounts.who(app.token) is None
    assert accounts.who(accounts.sign_in("chen", GOOD))


def test_a_new_password_leaves_it_on_and_the_session_goes_on_under_another_name(accounts, app):
    fresh = accounts.change_password("chen", GOOD, "five grey horses", app.token)
    assert accounts.who(app.token) is None
    assert accounts.who(fresh).second_factor
    assert accounts.waiting(accounts.sign_in("chen", "five grey horses"))


def test_a_password_is_changed_without_a_session_of_ones_own_to_go_on_with(accounts):
    accounts.add(ADMIN, "he", "何敏", Role.HEALTH_MANAGER)
    accounts.reset(ADMIN, "he")
    others = accounts.sign_in("chen", GOOD)
    given = accounts.reset(ADMIN, "he")
    assert accounts.change_password("he", given, GOOD, others) is None
    assert accounts.who(others).id == "chen"


def test_a_role_that_needs_one_sets_it_up_before_anything_else(accounts, clock):
    accounts.require_factor(ADMIN, frozenset({Role.HEALTH_MANAGER}))
    token = accounts.sign_in("chen", GOOD)
    assert accounts.who(token) is None
    assert accounts.waiting(token)[1] is Waits.SETTING_UP
    refused(accounts.give_code, token, "000000")
    app = App(accounts.offer_factor(token), clock)
    _, fresh = accounts.turn_on(token, app.code())
    assert accounts.who(fresh).id == "chen"
    assert accounts.waiting(accounts.sign_in("chen", GOOD))[1] is Waits.CODE


def test_whoever_waits_to_set_one_up_gets_nowhere_by_the_one_that_another_has_set_up(accounts, clock):
    accounts.require_factor(ADMIN, frozenset({Role.HEALTH_MANAGER}))
    thief, owner = accounts.sign_in("chen", GOOD), accounts.sign_in("chen", GOOD)
    app = App(accounts.offer_factor(owner), clock)
    accounts.turn_on(owner, app.code())
    refused(accounts.turn_on, thief, app.next_code())
    assert accounts.who(thief) is None


def test_no_role_needs_one_where_nothing_is_said_and_only_an_administrator_says_so(accounts):
    assert accounts.roles_with_factor() == frozenset()
    refused(accounts.require_factor, Actor("sun", "孙", Role.SUPERVISOR), frozenset(Role))
    accounts.require_factor(ADMIN, frozenset({Role.ADMIN, Role.SUPERVISOR}))
    assert accounts.roles_with_factor() == {Role.ADMIN, Role.SUPERVISOR}
    assert accounts.who(accounts.sign_in("chen", GOOD))
    accounts.require_factor(ADMIN, frozenset())
    assert accounts.roles_with_factor() == frozenset()


def test_the_database_tells_neither_the_secret_nor_a_recovery_code(accounts, app, store):
    with store.database.reading() as connection:
        tables = (account, login_session, audit_event)
        kept = str([connection.execute(select(table)).all() for table in tables])
    assert app.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in app.recovery)
    assert app.secret not in repr(accounts.all())


def test_what_happens_to_it_is_in_the_audit_log(accounts, app, store):
    token = accounts.sign_in("chen", GOOD, "192.0.2.1")
    refused(accounts.give_code, token, wrong(app.code()), "192.0.2.1")
    fresh = accounts.give_code(token, app.recovery[0], "192.0.2.1")
    refused(accounts.turn_off, fresh, "000000")
    accounts.turn_off(fresh, app.next_code())
    accounts.reset_factor(ADMIN, "chen")
    accounts.require_factor(ADMIN, frozenset({Role.ADMIN}))
    with store.database.reading() as connection:
        found = connection.execute(
            select(audit_event.c.actor, audit_event.c.action, audit_event.c.detail).order_by(audit_event.c.id)
        ).all()
    begun = next(at for at, row in enumerate(found) if row.action == "turn on second factor")
    assert [tuple(row) for row in found[begun:]] == [
        ("chen", "turn on second factor", '{"account":"chen"}'),
        ("chen", "sign-in waits", '{"for":"code"}'),
        ("system", "sign-in refused", '{"account":"chen","by":"code","locked":false}'),
        ("chen", "sign in", '{"by":"recovery code"}'),
        ("chen", "code refused", '{"account":"chen"}'),
        ("chen", "turn off second factor", '{"account":"chen"}'),
        ("root", "reset second factor", '{"account":"chen"}'),
        ("root", "require second factor", '{"roles":["admin"]}'),
    ]
    assert store.verify().ok


def test_guessing_for_a_day_gives_few_tries(accounts, app, clock):
    """Of a million codes three are right at a time: a day's guesses find one in some 11,000 days."""
    end, tries = clock.now + timedelta(days=1), 0
    while clock.now < end:
        try:
            token = accounts.sign_in("chen", GOOD)
        except PermissionDenied:
            clock.now += WAIT
            continue
        refused(accounts.give_code, token, "not this one")
        tries += 1
    assert tries < TRIES + 7 + timedelta(days=1) / LONGEST_WAIT
