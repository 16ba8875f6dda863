"""Days, nights, weeks, months and readings in a row; changes, and slopes."""

import pytest
from tests.care.known import Known, daily


@pytest.mark.parametrize(("now", "held"), [(7000, True), (7001, False)])
def test_steps_fall_by_thirty_percent(known: Known, now: int, held: bool) -> None:
    daily(known, "steps", [10000] * 7 + [now] * 7, "2026-03-01")
    fallen = {"of": "steps", "within": "7d", "against": "7d", "relative": True, "le": -30, "at_least": 7}
    assert known.days({"change": fallen}) == (["2026-03-14 to 2026-03-14"] if held else [])


def test_fewer_events_than_before(known: Known) -> None:
    known.person().had("lecture", "2026-01-05", "2026-01-06", "2026-02-04")
    fewer = {"event": "lecture", "within": "30d", "against": "30d", "relative": True, "le": -50}
    assert known.days({"change": fewer}) == ["2026-02-05 to 2026-04-04"]


def test_events_are_counted_for_equal_lengths_of_time(known: Known) -> None:
    known.person().had("lecture", "2026-01-01", "2026-01-20", "2026-02-20")
    as_many = {"event": "lecture", "within": "30d", "against": "60d", "ge": 0, "le": 0}
    assert known.days({"change": as_many}) == ["2026-02-20 to 2026-03-21"]


def test_a_change_may_be_in_another_unit(known: Known) -> None:
    daily(known, "weight", [70, 71], "2026-03-01")
    heavier = {"of": "weight", "within": "1d", "against": "1d", "unit": "{jin}"}
    assert known.days({"change": {**heavier, "ge": 2}}) == ["2026-03-02 to 2026-03-02"]
    assert known.days({"change": {**heavier, "gt": 2}}) == []


def test_a_slope_is_in_units_of_its_time(known: Known) -> None:
    daily(known, "weight", [70, 70.5, 71], "2026-03-01")
    asked = {"of": "weight", "within": "7d", "per": "1w"}
    assert known.days({"slope": {**asked, "ge": 3.5}}) == ["2026-03-03 to 2026-03-07"]
    assert known.days({"slope": {**asked, "gt": 3.5}}) == []


def test_a_slope_needs_enough_days(known: Known) -> None:
    daily(known, "weight", [70, 71], "2026-03-01")
    assert known.days({"slope": {"of": "weight", "within": "7d", "per": "1d", "ge": 0}}) == []


NIGHTS = {"of": "heart_rate", "per": "night", "length": 7, "gt": 100, "at": {"from": "22:00", "to": "06:00"}}


@pytest.mark.parametrize("at", ["23:00", "05:00"])
def test_seven_nights_in_a_row_are_over_in_the_morning(known: Known, at: str) -> None:
    daily(known, "heart_rate", [101] * 7, "2026-03-01", at)
    morning = "2026-03-08" if at == "23:00" else "2026-03-07"
    assert known.days({"streak": NIGHTS}) == [f"{morning} to {morning}"]


def test_six_nights_are_none(known: Known) -> None:
    daily(known, "heart_rate", [101] * 6, "2026-03-01", "23:00")
    daily(known, "heart_rate", [101] * 7, "2026-03-01", "12:00")
    assert known.days({"streak": NIGHTS}) == []


def test_a_night_that_is_not_measured_breaks_a_streak(known: Known) -> None:
    daily(known, "heart_rate", [101] * 4 + [None] + [101] * 4, "2026-03-01", "23:00")
    assert known.days({"streak": NIGHTS}) == []


def test_the_two_halves_of_a_night_are_one(known: Known) -> None:
    daily(known, "heart_rate", [95] * 7, "2026-03-01", "23:00")
    daily(known, "heart_rate", [104] * 7, "2026-03-02", "01:00")
    assert known.days({"streak": NIGHTS}) == []
    assert known.days({"streak": {**NIGHTS, "by": "max"}}) == ["2026-03-08 to 2026-03-08"]


def test_days_in_a_row_count_when_the_last_is_over(known: Known) -> None:
    daily(known, "fpg", [8, 8, 8, 6], "2026-03-01")
    asked = {"streak": {"of": "fpg", "per": "day", "length": 3, "ge": 7}}
    assert known.days(asked) == ["2026-03-04 to 2026-03-04"]


def test_readings_in_a_row_count_at_once(known: Known) -> None:
    known.person().read("fpg", 8, "2026-01-10").read("fpg", 8, "2026-02-10").read("fpg", 6, "2026-02-20")
    asked = {"streak": {"of": "fpg", "per": "reading", "length": 2, "ge": 7}}
    assert known.days(asked) == ["2026-02-10 to 2026-02-19"]


def test_weeks_in_a_row_by_their_sum(known: Known) -> None:
    person = known.person()
    for day in ("2026-03-02", "2026-03-05", "2026-03-09"):  # twice in the first week, once in the second
        person.read("exercise_minutes", 20, day)
    little = {"of": "exercise_minutes", "per": "week", "length": 2, "lt": 30, "by": "sum"}
    assert known.days({"streak": little}) == []
    assert known.days({"streak": {**little, "by": "mean"}}) == ["2026-03-16 to 2026-03-22"]


def test_months_in_a_row_hold_until_a_month_ends_that_does_not(known: Known) -> None:
    person = known.person()
    for month, value in (("01", 8), ("02", 8), ("03", 8), ("04", 5)):
        person.read("stress", value, f"2026-{month}-28")
    asked = {"streak": {"of": "stress", "per": "month", "length": 3, "gt": 6}}
    assert known.days(asked) == ["2026-04-01 to 2026-04-30"]


def test_a_week_of_pressures_is_made_of_its_days(known: Known) -> None:
    person = known.person()
    for day in ("2026-03-02", "2026-03-09"):
        person.read("sbp", 150, day, "08:00").read("sbp", 150, day, "20:00")
    for day in ("2026-03-04", "2026-03-11"):
        person.read("sbp", 130, day)
    asked = {"of": "sbp", "per": "week", "length": 2, "ge": 140, "le": 140}
    assert known.days({"streak": asked}) == ["2026-03-16 to 2026-03-22"]
