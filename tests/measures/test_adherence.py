"""The proportion of days covered: the reference, the days by count, and what cannot be said."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.unpacked import rows

from kanglu import measures

START, END = date(2024, 1, 1), date(2024, 6, 28)


def person(*fills: tuple[date, int], start: date = START, end: date = END) -> dict[str, object]:
    return {
        "period_start": str(start),
        "period_end_inclusive": str(end),
        "fills_date:days": "|".join(f"{day}:{length}" for day, length in fills),
    }


def answer(**facts: object) -> "pd.Series[object]":
    return measures.score("pdc", {**person((START, 30), (date(2024, 2, 1), 30)), **facts}).iloc[0]


def test_the_reference() -> None:
    vectors = rows("pdc")
    found = measures.score("pdc", vectors)
    assert (found["value"] - vectors["expected_pdc_carry_forward"]).abs().max() < 5e-7
    assert (found["band"].eq("adherent") == vectors["adherent_ge_0.80"].eq(1)).all()


def by_count(fills: list[tuple[date, int]]) -> float | None:
    """The same, a day at a time."""
    taken = sorted(fill for fill in fills if START <= fill[0] <= END)
    if not taken:
        return None
    at_hand, covered, day = 0, 0, taken[0][0]
    while day <= END:
        at_hand += sum(length for on, length in taken if on == day)
        covered += at_hand > 0
        at_hand = max(at_hand - 1, 0)
        day += timedelta(days=1)
    return covered / ((END - taken[0][0]).days + 1)


FILLS = st.lists(
    st.tuples(st.dates(date(2023, 12, 1), date(2024, 7, 31)), st.integers(1, 60)), min_size=1, max_size=6
)


@given(st.lists(FILLS, min_size=1, max_size=5))
def test_it_is_what_counting_days_gives(people: list[list[tuple[date, int]]]) -> None:
    found = measures.score("pdc", pd.DataFrame([person(*fills) for fills in people]))
    for value, status, fills in zip(found["value"], found["status"], people, strict=True):
        expected = by_count(fills)
        assert status == ("not_applicable" if expected is None else "ok")
        assert np.isnan(value) if expected is None else value == pytest.approx(expected)


@pytest.mark.parametrize(("days", "band"), [(79, "not adherent"), (80, "adherent")])
def test_adherent_is_from_80_percent(days: int, band: str) -> None:
    found = measures.score("pdc", person((START, days), end=START + timedelta(days=99))).iloc[0]
    assert (found["value"], found["band"]) == (days / 100, band)


@pytest.mark.parametrize(
    ("facts", "status", "reason"),
    [
        ({"fills_date:days": ""}, "incomplete", "fills_date:days is missing"),
        (
            {"period_start": "01.01.2024"},
            "incomplete",
            "period_start '01.01.2024' is not a date (YYYY-MM-DD)",
        ),
        (
            {"period_start": "2024-02-30"},
            "incomplete",
            "period_start '2024-02-30' is not a date (YYYY-MM-DD)",
        ),
        (
            {"period_end_inclusive": "2023-12-31"},
            "not_applicable",
            "period_end_inclusive is before period_start",
        ),
        ({"fills_date:days": "2025-01-01:30"}, "not_applicable", "fills_date:days has no fill in the period"),
    ],
)
def test_what_cannot_be_said(facts: dict[str, object], status: str, reason: str) -> None:
    found = answer(**facts)
    assert (found["status"], found["reason"]) == (status, reason)
    assert pd.isna(found["value"])


@pytest.mark.parametrize(
    "text",
    ["2024-01-01", "2024-01-01:0", "2024-01-01:-5", "2024-02-30:30", "2024-01-01:30;2024-02-01:30", "30"],
)
def test_a_list_that_is_none_is_quoted_and_not_guessed(text: str) -> None:
    found = answer(**{"fills_date:days": text})
    assert found["status"] == "incomplete"
    assert found["reason"].startswith("fills_date:days ")
    assert "is not DATE:DAYS" in found["reason"]


def test_one_day_of_filling_and_fills_outside_the_period_are_told() -> None:
    assert answer()["reason"] == ""
    assert "the PQA asks for two" in answer(**{"fills_date:days": "2024-01-01:30|2024-01-01:30"})["reason"]
    found = answer(**{"fills_date:days": "2023-12-01:90|2024-01-01:30|2024-02-01:30"})
    assert (found["value"], found["reason"]) == (60 / 180, "fills outside the period are not counted")


def test_dates_may_be_dates() -> None:
    frame = pd.DataFrame([person((START, 90))]).astype({"period_start": "datetime64[ns]"})
    assert measures.score("pdc", frame)["value"].tolist() == [0.5]
    assert measures.score("pdc", {**person((START, 90)), "period_start": START})["value"].tolist() == [0.5]
