"""Sums over moving windows against a plain sum for each day."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kanglu.care.calendar import stretch_ends
from kanglu.care.series import NO_POINTS, Points
from kanglu.care.windows import compare_means, sums_of, whole
from kanglu.catalogue.spans import Span

VALUES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(-5, 5)), max_size=12)


@given(VALUES, st.integers(1, 9))
def test_the_sum_of_a_window_is_the_sum_of_what_lies_in_it(
    values: list[tuple[int, int, int]], length: int
) -> None:
    person, day, weight = np.array(sorted(values), np.int32).reshape(-1, 3).T.copy()
    points = Points(person, day, np.zeros(len(day), np.int64))
    found = sums_of(points, stretch_ends(day, Span(0, length)), (weight.astype(np.int64),))
    sums = {}
    for place, total in enumerate(found.sums[0].tolist()):
        for on in range(found.start[place], found.end[place]):
            sums[int(found.person[place]), on] = total
    for who in range(3):
        for on in range(35):
            inside = [one for at, when, one in values if at == who and on - length < when <= on]
            assert sums.get((who, on), 0) == sum(inside)


def test_what_leaves_before_it_enters_was_never_there() -> None:
    points = Points(np.array([0], np.int32), np.array([5], np.int32), np.array([1]))
    found = sums_of(points, np.array([3], np.int32), (np.array([1]),))
    assert not len(found.start)


def test_nothing_has_no_sums() -> None:
    found = sums_of(NO_POINTS, np.empty(0, np.int32), (np.empty(0, np.int64),))
    assert not len(found.holding(found.sums[0] > 0))


def test_a_mean_on_a_limit_is_on_it() -> None:
    values = np.array([6.9, 7.1, 7.0, 0.1, 0.2])
    total, count = whole(values[:3]).sum(keepdims=True), np.array([3])
    assert compare_means(total, count, {"ge": 7.0, "le": 7.0}).tolist() == [True]
    assert compare_means(total, count, {"gt": 7.0}).tolist() == [False]
    total, count = whole(values[3:]).sum(keepdims=True), np.array([2])
    assert compare_means(total, count, {"le": 0.15, "ge": 0.15}).tolist() == [True]
