"""Passwords are tried so often from one address, and no oftener."""

from datetime import UTC, datetime, timedelta

import pytest

from kanglu.ui.tries import MOST, WINDOW, TooManyTries, Tries

NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def refused(tries, address, now):
    """How long one has to wait; None where one may try."""
    try:
        tries.take(address, now)
    except TooManyTries as error:
        return error.wait
    return None


@pytest.fixture
def spent():
    """One address has tried as often as it may, a second apart."""
    tries = Tries()
    for number in range(MOST):
        assert refused(tries, "192.0.2.1", NOW + number * SECOND) is None
    return tries


def test_the_last_try_is_looked_at_and_the_next_one_waits_for_the_first_to_be_forgotten(spent):
    assert refused(spent, "192.0.2.1", NOW + MOST * SECOND) == WINDOW - MOST * SECOND


def test_a_try_is_looked_at_again_when_the_first_is_just_old_enough(spent):
    assert refused(spent, "192.0.2.1", NOW + WINDOW - SECOND) == SECOND
    assert refused(spent, "192.0.2.1", NOW + WINDOW) is None
    assert refused(spent, "192.0.2.1", NOW + WINDOW) == SECOND


def test_tries_that_were_refused_do_not_make_the_wait_longer(spent):
    for _ in range(100):
        refused(spent, "192.0.2.1", NOW + WINDOW - SECOND)
    assert refused(spent, "192.0.2.1", NOW + WINDOW) is None


def test_another_address_is_not_held_up(spent):
    assert refused(spent, "192.0.2.2", NOW + MOST * SECOND) is None
    assert refused(spent, None, NOW + MOST * SECOND) is None


def test_what_was_right_is_not_counted():
    tries = Tries()
    for number in range(10 * MOST):
        tries.take("192.0.2.1", NOW + number * SECOND)
        tries.take_back("192.0.2.1", NOW + number * SECOND)


def test_one_right_try_takes_back_itself_alone(spent):
    spent.take_back("192.0.2.1", NOW)
    assert refused(spent, "192.0.2.1", NOW + MOST * SECOND) is None
    assert refused(spent, "192.0.2.1", NOW + MOST * SECOND)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1", True),
    ],
)
def test_of_ipv6_a_whole_network_counts_as_one(one, other, same):
    tries = Tries(most=1)
    tries.take(one, NOW)
    assert (refused(tries, other, NOW) is not None) == same


def test_a_clock_that_is_put_back_holds_nobody_up(spent):
    assert refused(spent, "192.0.2.1", NOW - SECOND) is None


def test_many_addresses_fill_no_memory():
    tries = Tries(most=1, addresses=2)
    for number in range(3):
        tries.take(f"192.0.2.{number}", NOW)
    assert refused(tries, "192.0.2.2", NOW)
    assert refused(tries, "192.0.2.0", NOW) is None
