"""Solar terms on the days that the almanac gives them, and lunar dates in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.solar_terms import TERMS, lunar_date, next_term, term_of

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("day", "term"),
    [
        ("2026-11-21", "lidong"),
        ("2026-11-22", "xiaoxue"),  # begins at 15:23, and the whole day is of it
        ("2026-12-06", "xiaoxue"),
        ("2025-12-20", "daxue"),
        ("2025-12-21", "dongzhi"),  # at 23:03 in China
        ("2026-02-04", "lichun"),
        ("2026-04-05", "qingming"),
        ("2024-06-21", "xiazhi"),
        ("2026-01-01", "dongzhi"),
        ("2026-01-05", "xiaohan"),
    ],
)
def test_a_term_begins_on_its_day_in_china(day: str, term: str) -> None:
    assert term_of(date.fromisoformat(day)).id == term


def test_the_next_term_begins_after_the_day() -> None:
    assert next_term(date(2026, 11, 21)).begins == date(2026, 11, 22)
    assert next_term(date(2026, 11, 22)).id == "daxue"
    assert next_term(date(2026, 11, 22)).begins == date(2026, 12, 7)
    assert next_term(date(2026, 11, 22)).name == {"zh": "大雪", "en": "Major Snow"}


@given(DAYS)
def test_every_day_lies_between_its_term_and_the_next_which_follow_each_other(day: date) -> None:
    term, following = term_of(day), next_term(day)
    assert term.begins <= day < following.begins
    assert timedelta(14) <= following.begins - term.begins <= timedelta(16)
    order = list(TERMS)
    assert order[(order.index(term.id) + 1) % len(order)] == following.id


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        ("2026-02-17", "丙午年正月初一", "day 1 of lunar month 1, year of the Horse"),
        ("2026-11-22", "丙午年十月十四", "day 14 of lunar month 10, year of the Horse"),
        ("2025-07-25", "乙巳年闰六月初一", "day 1 of leap lunar month 6, year of the Snake"),
        ("2024-02-09", "癸卯年腊月三十", "day 30 of lunar month 12, year of the Rabbit"),
        ("2025-10-06", "乙巳年八月十五", "day 15 of lunar month 8, year of the Snake"),
    ],
)
def test_a_day_is_said_in_the_lunar_calendar(day: str, zh: str, en: str) -> None:
    assert lunar_date(date.fromisoformat(day), "zh") == zh
    assert lunar_date(date.fromisoformat(day), "en") == en
