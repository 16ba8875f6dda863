"""Days, months and birthdays in columns: the same as `kanglu.dates` says of single days."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.known import nth

from kanglu.care import calendar
from kanglu.care.calendar import NEVER, day_of
from kanglu.catalogue.spans import Span, parse_span
from kanglu.dates import add_months, age_on

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SPANS = st.builds(Span, st.integers(0, 30), st.integers(-40, 400)).filter(lambda span: span.about > 0)


def column(*days: date) -> np.ndarray:
    return np.array([calendar.number(day) for day in days], np.int32)


@pytest.mark.parametrize(
    ("value", "window", "last"),
    [
        ("2026-01-01", "1d", "2026-01-02"),
        ("2026-01-01", "90d", "2026-04-01"),
        ("2025-11-30", "3mo", "2026-02-28"),
        ("2026-02-28", "3mo", "2026-05-31"),
        ("2026-02-27", "3mo", "2026-05-27"),
        ("2024-02-29", "1y", "2025-02-28"),
        ("2025-02-28", "1y", "2026-02-28"),
        ("2023-02-28", "1y", "2024-02-29"),
        ("2026-01-31", "1mo", "2026-02-28"),
        ("2026-06-10", "3mo-7d", "2026-09-03"),
    ],
)
def test_a_value_is_no_longer_ago_than_a_window_up_to_this_day(value: str, window: str, last: str) -> None:
    leaves = calendar.leaves_at(column(date.fromisoformat(value)), parse_span(window))
    assert calendar.iso(leaves - np.int32(1)) == [last]


@pytest.mark.parametrize(
    ("value", "window", "last"),
    [
        ("2026-01-01", "1d", "2026-01-01"),
        ("2026-01-01", "7d", "2026-01-07"),
        ("2026-02-28", "3mo", "2026-05-27"),
        ("2026-03-01", "3mo", "2026-05-31"),
        ("2025-11-30", "3mo", "2026-02-28"),
        ("2026-01-31", "1mo", "2026-02-28"),
        ("2024-02-29", "1y", "2025-02-28"),
    ],
)
def test_a_value_lies_in_a_stretch_as_long_as_a_window_up_to_this_day(
    value: str, window: str, last: str
) -> None:
    ends = calendar.stretch_ends(column(date.fromisoformat(value)), parse_span(window))
    assert calendar.iso(ends - np.int32(1)) == [last]


@given(DAYS, SPANS)
def test_what_leaves_a_window_is_longer_ago_from_that_day_on(day: date, window: Span) -> None:
    before = Span(-window.months, -window.days)
    leaves, ends = (
        day_of(find(column(day), window)[0]) for find in (calendar.leaves_at, calendar.stretch_ends)
    )
    assert before.after(leaves) > day >= before.after(_yesterday(leaves))
    assert before.after(ends) >= day > before.after(_yesterday(ends))


def _yesterday(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


@given(DAYS, st.integers(-400, 400))
def test_months_are_added_as_dates_add_them(day: date, months: int) -> None:
    assert day_of(calendar.add_months(column(day), months)[0]) == add_months(day, months)


@given(DAYS, SPANS)
def test_a_span_later_is_where_the_span_says(day: date, span: Span) -> None:
    assert day_of(calendar.add(column(day), span)[0]) == span.after(day)


@pytest.mark.parametrize(
    ("born", "age", "birthday"),
    [
        ("1960-06-15", 65, "2025-06-15"),
        ("1960-02-29", 65, "2025-03-01"),
        ("1960-02-29", 64, "2024-02-29"),
        ("1960-12-31", 65, "2025-12-31"),
        ("2026-01-01", 0, "2026-01-01"),
    ],
)
def test_a_birthday_is_the_first_day_of_an_age(born: str, age: int, birthday: str) -> None:
    assert calendar.iso(calendar.birthdays(column(date.fromisoformat(born)), age)) == [birthday]


@given(DAYS, st.integers(0, 120))
def test_the_age_is_reached_on_the_birthday_and_not_before(born: date, age: int) -> None:
    birthday = day_of(calendar.birthdays(column(born), age)[0])
    assert age_on(born, birthday) == age
    assert age_on(born, _yesterday(birthday)) == age - 1


def test_nobody_knows_the_birthdays_of_an_unknown_birth() -> None:
    assert calendar.birthdays(np.array([NEVER], np.int32), 65).tolist() == [NEVER]


@given(DAYS)
def test_weeks_begin_on_monday_and_months_on_the_first(day: date) -> None:
    week = calendar.week_starts(calendar.week_of(column(day)))[0]
    month = calendar.month_starts(calendar.month_of(column(day)))[0]
    assert day_of(week).weekday() == 0
    assert 0 <= calendar.number(day) - week < 7
    assert day_of(month) == day.replace(day=1)


@given(DAYS)
def test_years_run_from_january_to_december(day: date) -> None:
    assert day_of(calendar.year_starts(column(day))[0]) == date(day.year, 1, 1)
    assert day_of(calendar.year_ends(column(day))[0]) == date(day.year, 12, 31)


@pytest.mark.parametrize("window", ["99999y", "99999mo", "9999y", "99999w"])
def test_a_window_that_reaches_beyond_all_days_never_ends(window: str) -> None:
    day = np.array([nth("2026-01-01")], np.int32)
    assert calendar.leaves_at(day, parse_span(window))[0] <= NEVER
    assert calendar.stretch_ends(day, parse_span(window))[0] <= NEVER
