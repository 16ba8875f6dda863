"""Stretches of days of many people, held to plain sets of days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.care.calendar import EVER, NEVER
from kanglu.care.periods import Periods, all_of, any_of, lasting

PEOPLE = 3
HORIZON = range(-2, 15)
STRETCHES = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, 12) | st.just(EVER),
        st.integers(0, 12) | st.just(NEVER),
    ),
    max_size=8,
)

type Days = set[tuple[int, int]]


def periods(stretches: list[tuple[int, int, int]]) -> Periods:
    columns = np.array(stretches, np.int32).reshape(-1, 3).T
    return Periods.of(*(column.copy() for column in columns))


def days(stretches: list[tuple[int, int, int]]) -> Days:
    return {(who, day) for who, start, end in stretches for day in HORIZON if start <= day < end}


def told(found: Periods) -> Days:
    """The days of periods, which are as they promise to be: in order, apart, none empty."""
    assert (found.start < found.end).all()
    same = found.person[1:] == found.person[:-1]
    assert (found.person[1:] >= found.person[:-1]).all()
    assert (found.start[1:][same] > found.end[:-1][same]).all()
    assert {found.person.dtype, found.start.dtype, found.end.dtype} == {np.dtype(np.int32)}
    return days(list(zip(found.person.tolist(), found.start.tolist(), found.end.tolist(), strict=True)))


@given(STRETCHES)
def test_stretches_in_any_order_cover_the_same_days(stretches: list[tuple[int, int, int]]) -> None:
    assert told(periods(stretches)) == days(stretches)


@given(st.lists(STRETCHES, min_size=1, max_size=4))
def test_all_and_any_are_what_sets_have_in_common_and_together(
    parts: list[list[tuple[int, int, int]]],
) -> None:
    sets = [days(part) for part in parts]
    assert told(all_of([periods(part) for part in parts])) == set.intersection(*sets)
    assert told(any_of([periods(part) for part in parts])) == set.union(*sets)


@given(STRETCHES)
def test_not_is_every_other_day_of_everybody(stretches: list[tuple[int, int, int]]) -> None:
    everything = {(who, day) for who in range(PEOPLE) for day in HORIZON}
    found = periods(stretches).not_on(PEOPLE)
    assert told(found) == everything - days(stretches)
    assert told(found.not_on(PEOPLE)) == days(stretches)


@given(STRETCHES, st.integers(0, 14))
def test_a_day_is_looked_up_where_it_lies(stretches: list[tuple[int, int, int]], day: int) -> None:
    found, person = periods(stretches), np.arange(PEOPLE, dtype=np.int32)
    held = {(who, day) in days(stretches) for who in range(PEOPLE)}
    assert set(found.holds(person, np.full(PEOPLE, day, np.int32)).tolist()) == held
    assert set(found.person[found.on(day)].tolist()) == {who for who, on in days(stretches) if on == day}


@given(STRETCHES, st.integers(1, 5))
def test_what_has_lasted_begins_later(stretches: list[tuple[int, int, int]], long: int) -> None:
    found = periods(stretches)
    held = days(stretches)
    expected = {(who, day) for who, day in held if all((who, day - back) in held for back in range(long))}
    late = lasting(found, found.start + np.int32(long - 1))
    assert {(who, day) for who, day in told(late) if day > HORIZON[0] + long} == {
        (who, day) for who, day in expected if day > HORIZON[0] + long
    }


def test_stretches_that_touch_are_one() -> None:
    assert len(periods([(0, 5, 7), (0, 7, 9), (0, 1, 5)])) == 1


def test_stretches_of_neighbours_stay_apart() -> None:
    assert len(periods([(0, 5, NEVER), (1, EVER, 5)])) == 2


@pytest.mark.parametrize("found", [periods([]), periods([(0, 3, 3)]), Periods.nothing()])
def test_nothing_is_no_day_of_anybody(found: Periods) -> None:
    person = np.arange(PEOPLE, dtype=np.int32)
    assert not len(found)
    assert not found.holds(person, person).any()
    assert told(found.not_on(PEOPLE)) == told(Periods.always(np.ones(PEOPLE, bool)))
    assert not len(all_of([found, Periods.always(np.ones(PEOPLE, bool))]))


def test_nobody_has_no_days() -> None:
    assert not len(Periods.nothing().not_on(0))
