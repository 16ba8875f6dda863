"""The figure, its period, months that fell, and how sure a proportion is."""

from datetime import date
from math import isclose

import pytest
from scipy.stats import binomtest
from tests.insight.served import day

from kanglu.errors import DateError
from kanglu.insight.service import Counted, Days, Figure, find_falling
from kanglu.insight.service.intervals import wilson

JUNE = Days.month(2026, 6)


def figure(numerator, denominator, days=JUNE, as_of="2026-12-31"):
    some = [Counted(n, frozenset(range(n))) for n in (numerator, denominator)]
    return Figure("a.definition", day(as_of), days, *some)


def test_a_figure_has_no_value_when_nobody_counts():
    assert figure(0, 0).value is None
    assert figure(0, 3).value == 0.0
    assert figure(2, 3).value == 2 / 3


@pytest.mark.parametrize(
    ("year", "month", "last"), [(2026, 2, 28), (2028, 2, 29), (2026, 6, 30), (2026, 12, 31)]
)
def test_a_month_ends_on_its_last_day(year, month, last):
    days = Days.month(year, month)
    assert (days.since, days.until) == (date(year, month, 1), date(year, month, last))
    assert days.is_month


@pytest.mark.parametrize(
    ("until", "since"),
    [
        ("2026-06-30", "2025-07-01"),
        ("2025-12-31", "2025-01-01"),
        ("2025-02-28", "2024-02-29"),
        ("2024-02-29", "2023-03-01"),
    ],
)
def test_a_year_that_ends_on_a_day(until, since):
    assert Days.year_to(day(until)) == Days(day(since), day(until))


def test_a_period_has_a_day():
    assert Days(day("2026-06-01"), day("2026-06-01")).is_month is False
    with pytest.raises(DateError, match="has no day"):
        Days(day("2026-06-02"), day("2026-06-01"))


# -- months that fall ----------------------------------------------------------------------------------


def monthly(*values, first=1, as_of="2026-12-31"):
    return [
        figure(value or 0, 0 if value is None else 100, Days.month(2026, first + at), as_of)
        for at, value in enumerate(values)
    ]


def months(found):
    return [[one.days.since.month for one in run.months] for run in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((90, 80, 70, 60), [[2, 3, 4]]),
        ((90, 80, 70), []),
        ((90, 80, 70, 70, 60), []),
        ((90, 80, 70, 60, 50, 60), [[2, 3, 4, 5]]),
        ((90, 80, None, 70, 60), []),
        ((None, 80, 70, 60, 50), [[3, 4, 5]]),
        ((90, 80, 70, 60, 95, 80, 70, 60), [[2, 3, 4], [6, 7, 8]]),
        ((), []),
    ],
)
def test_three_months_each_below_the_one_before(values, expected):
    assert months(find_falling(monthly(*values))) == expected


def test_the_month_before_the_fall_is_told():
    [found] = find_falling(monthly(90, 80, 70, 60))
    assert found.before.days == Days.month(2026, 1)


def test_a_missing_month_breaks_the_fall():
    assert find_falling([*monthly(90, 80), *monthly(70, 60, first=4)]) == ()


def test_a_month_that_is_not_over_is_not_judged():
    assert find_falling(monthly(90, 80, 70, 60, as_of="2026-04-29")) == ()
    assert months(find_falling(monthly(90, 80, 70, 60, as_of="2026-04-30"))) == [[2, 3, 4]]


# -- how sure ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (1, 1), (0, 20), (3, 20), (81, 263), (999, 1000)])
def test_the_interval_is_wilsons(part, whole):
    expected = binomtest(part, whole).proportion_ci(method="wilson")
    assert all(
        isclose(one, other, abs_tol=1e-12)
        for one, other in zip(wilson(part, whole), (expected.low, expected.high), strict=True)
    )


def test_of_nothing_there_is_no_interval():
    assert wilson(0, 0) is None
