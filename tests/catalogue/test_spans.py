"""Spans of time: months first, clipped at the month's end, then days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kanglu.catalogue.spans import Offset, Span, Window, parse_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3d", Span(0, 3)),
        ("2w", Span(0, 14)),
        ("6mo", Span(6, 0)),
        ("1y", Span(12, 0)),
        ("3mo-7d", Span(3, -7)),
        ("1y+2w-1d", Span(12, 13)),
        ("-3d", Span(0, -3)),
        ("0d", Span(0, 0)),
    ],
)
def test_a_span_is_read(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "3", "3 d", "d", "3m", "3min", "1.5d", "3d2", "+3d", 3, None, "3mo7d"])
def test_what_is_no_span_says_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match="write 3d, 2w, 6mo, 1y or 3mo-7d"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "day", "after"),
    [
        ("3mo", date(2025, 11, 30), date(2026, 2, 28)),
        ("3mo", date(2023, 11, 30), date(2024, 2, 29)),
        ("1mo", date(2026, 1, 31), date(2026, 2, 28)),
        ("1mo", date(2026, 3, 31), date(2026, 4, 30)),
        ("1y", date(2024, 2, 29), date(2025, 2, 28)),
        ("3mo-7d", date(2025, 11, 30), date(2026, 2, 21)),
        ("-1mo", date(2026, 3, 31), date(2026, 2, 28)),
        ("14d", date(2026, 3, 1), date(2026, 3, 15)),
    ],
)
def test_the_day_after_a_span(text: str, day: date, after: date) -> None:
    assert parse_span(text).after(day) == after


@pytest.mark.parametrize("text", ["0d", "-3d", "1mo-31d", "0mo"])
def test_a_window_is_longer_than_nothing(text: str) -> None:
    with pytest.raises(ValidationError, match="must be longer than nothing"):
        TypeAdapter(Window).validate_python(text)


def test_an_offset_may_lie_before_the_day() -> None:
    assert TypeAdapter(Offset).validate_python("-3d") == Span(0, -3)


@given(st.integers(-2000, 2000), st.integers(-5000, 5000))
def test_a_span_is_written_as_it_is_read(months: int, days: int) -> None:
    span = Span(months, days)
    assert parse_span(str(span)) == span
