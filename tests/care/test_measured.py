"""On which days measured values are as wanted: given readings of a person, these days. Boundaries first."""

import pytest
from tests.care.known import Known, daily


def test_the_latest_value_counts_until_the_next_one(known: Known) -> None:
    known.person().read("sbp", 150, "2026-01-10").read("sbp", 138, "2026-02-01")
    assert known.days({"latest": {"of": "sbp", "ge": 140}}) == ["2026-01-10 to 2026-01-31"]
    assert known.days({"latest": {"of": "sbp", "lt": 140}}) == ["2026-02-01 to"]


def test_what_was_exactly_so_long_ago_counts(known: Known) -> None:
    known.person().read("fpg", 7.0, "2026-01-10")
    assert known.days({"latest": {"of": "fpg", "ge": 7, "within": "30d"}}) == ["2026-01-10 to 2026-02-09"]
    assert known.days({"latest": {"of": "fpg", "ge": 7, "within": "1mo"}}) == ["2026-01-10 to 2026-02-10"]


@pytest.mark.parametrize(
    ("day", "window", "until"),
    [
        ("2026-02-28", "3mo", "2026-05-31"),
        ("2026-11-30", "3mo", "2027-02-28"),
        ("2024-02-29", "1y", "2025-02-28"),
    ],
)
def test_months_clip_at_their_ends(known: Known, day: str, window: str, until: str) -> None:
    known.person().read("fpg", 8, day)
    assert known.days({"latest": {"of": "fpg", "ge": 7, "within": window}}) == [f"{day} to {until}"]


def test_the_mean_of_a_days_pressures_counts_half_up(known: Known) -> None:
    known.person().read("sbp", 139, "2026-01-10", "08:00").read("sbp", 140, "2026-01-10", "20:00")
    assert known.days({"latest": {"of": "sbp", "ge": 140}}) == ["2026-01-10 to"]


def test_what_is_not_measured_at_all_leaves_the_rule_of_the_day_as_it_is(known: Known) -> None:
    known.person().read("sbp", 150, "2026-01-10", "08:00").read("sbp", 120, "2026-01-10", "20:00")
    assert known.days({"latest": {"of": ["sbp", "dbp"], "ge": 135, "le": 135}}) == ["2026-01-10 to"]


def test_the_last_of_a_days_glucose_counts(known: Known) -> None:
    known.person().read("glucose", 11, "2026-01-10", "08:00").read("glucose", 6, "2026-01-10", "20:00")
    assert known.days({"latest": {"of": "glucose", "ge": 7}}) == []
    assert known.days({"latest": {"of": "glucose", "ge": 7, "day": "max"}}) == ["2026-01-10 to"]


def test_the_newest_of_indicators_that_stand_for_the_same(known: Known) -> None:
    known.person().read("fpg", 8, "2026-01-10").read("glucose", 6, "2026-01-20")
    assert known.days({"latest": {"of": ["fpg", "glucose"], "ge": 7}}) == ["2026-01-10 to 2026-01-19"]


def test_a_value_beyond_the_scale_says_only_what_is_sure(known: Known) -> None:
    known.person().read("glucose", "> 33.3", "2026-01-10")
    assert known.days({"latest": {"of": "glucose", "gt": 7}}) == ["2026-01-10 to"]
    assert known.days({"latest": {"of": "glucose", "gt": 40}}) == []
    assert known.days({"latest": {"of": "glucose", "le": 40}}) == []


def test_a_value_that_is_no_number_hides_the_one_before(known: Known) -> None:
    known.person().read("glucose", 8, "2026-01-10").read("glucose", None, "2026-01-20")
    assert known.days({"latest": {"of": "glucose", "ge": 7}}) == ["2026-01-10 to 2026-01-19"]


def test_codes_are_compared_with_codes(known: Known) -> None:
    known.person().read("smoking_status", "current", "2026-01-10").read(
        "smoking_status", "former", "2026-02-10"
    )
    asked = {"latest": {"of": "smoking_status", "in": ["current", "daily"]}}
    assert known.days(asked) == ["2026-01-10 to 2026-02-09"]


def test_yes_and_no_are_compared_with_true_and_false(known: Known) -> None:
    known.person().read("adverse_reaction", True, "2026-01-10").read("adverse_reaction", False, "2026-02-10")
    assert known.days({"latest": {"of": "adverse_reaction", "is": True}}) == ["2026-01-10 to 2026-02-09"]
    assert known.days({"latest": {"of": "adverse_reaction", "is": False}}) == ["2026-02-10 to"]


@pytest.mark.parametrize(("value", "high"), [(6.99, False), (126 / 18.0182, True), (7.0, True)])
def test_limits_may_stand_in_another_unit(known: Known, value: float, high: bool) -> None:
    known.person().read("glucose", value, "2026-01-10")
    held = known.days({"latest": {"of": "glucose", "ge": 126, "unit": "mg/dL"}})
    assert bool(held) is (high and value >= 126 / 18.0182)


def test_the_hours_of_a_day(known: Known) -> None:
    known.person().read("glucose", 8, "2026-01-10", "07:59").read("glucose", 5, "2026-01-12", "08:00")
    morning = {"from": "06:00", "to": "08:00"}
    assert known.days({"latest": {"of": "glucose", "ge": 7, "at": morning}}) == ["2026-01-10 to"]


def test_a_night_counts_from_the_day_on_which_it_ends(known: Known) -> None:
    known.person().read("heart_rate", 110, "2026-01-10", "23:00")
    night = {"from": "22:00", "to": "06:00"}
    assert known.days({"on_day": {"of": "heart_rate", "gt": 100, "at": night}}) == [
        "2026-01-11 to 2026-01-11"
    ]


def test_a_window_is_so_many_days_and_the_day_itself_the_last(known: Known) -> None:
    known.person().read("sbp", 150, "2026-01-10")
    for kind in ("every", "mean"):
        assert known.days({kind: {"of": "sbp", "ge": 140, "within": "7d"}}) == ["2026-01-10 to 2026-01-16"]
    count = {"of": "sbp", "ge": 140, "within": "7d", "at_least": 1}
    assert known.days({"count": count}) == ["2026-01-10 to 2026-01-16"]


def test_every_value_and_enough_of_them(known: Known) -> None:
    daily(known, "fpg", [8, 7, 6.9], "2026-03-01")
    asked = {"every": {"of": "fpg", "ge": 7, "within": "7d", "at_least": 2}}
    assert known.days(asked) == ["2026-03-02 to 2026-03-02"]


def test_three_different_days(known: Known) -> None:
    person = known.person()
    person.read("dbp", 95, "2026-03-01", "08:00").read("dbp", 95, "2026-03-01", "20:00")
    person.read("dbp", 95, "2026-03-05").read("dbp", 90, "2026-03-09")
    asked = {"count": {"of": "dbp", "ge": 90, "within": "3mo", "at_least": 3}}
    assert known.days(asked) == ["2026-03-09 to 2026-05-31"]


def test_a_day_counts_where_one_of_its_readings_does_and_with_day_where_its_value_does(known: Known) -> None:
    known.person().read("glucose", 3.2, "2026-03-01", "03:00").read("glucose", 6, "2026-03-01", "08:00")
    low = {"of": "glucose", "lt": 3.9, "within": "7d", "at_least": 1}
    assert known.days({"count": low}) == ["2026-03-01 to 2026-03-07"]
    assert known.days({"count": {**low, "day": "last"}}) == []


def test_the_days_mean_decides_whether_a_day_of_pressures_counts(known: Known) -> None:
    known.person().read("sbp", 150, "2026-03-01", "08:00").read("sbp", 120, "2026-03-01", "20:00")
    high = {"of": "sbp", "ge": 140, "within": "7d", "at_least": 1}
    assert known.days({"count": high}) == []
    assert known.days({"count": {**high, "each": "reading"}}) == ["2026-03-01 to 2026-03-07"]


def test_a_week_counts_once_and_as_long_as_one_of_its_readings_is_in_the_window(known: Known) -> None:
    daily(known, "fpg", [8, None, None, None, 8], "2026-03-02")  # Monday and Friday
    weeks = {"of": "fpg", "ge": 7, "within": "7d", "each": "week"}
    assert known.days({"count": {**weeks, "at_least": 1}}) == ["2026-03-02 to 2026-03-12"]
    assert known.days({"count": {**weeks, "at_least": 2}}) == []


def test_at_most_so_many_holds_for_those_who_have_nothing(known: Known) -> None:
    known.person()
    assert known.days({"count": {"of": "fpg", "within": "7d", "at_most": 0}}) == ["to"]


def test_at_most_so_many_holds_until_there_are_more(known: Known) -> None:
    daily(known, "fpg", [8, 5, 9], "2026-03-01")
    asked = {"count": {"of": "fpg", "ge": 7, "within": "7d", "at_most": 1}}
    assert known.days(asked) == ["to 2026-03-02", "2026-03-08 to"]


def test_a_mean_on_the_limit_is_on_it(known: Known) -> None:
    daily(known, "fpg", [6.9, 7.1, 7.0], "2026-03-01")
    asked = {"of": "fpg", "within": "3d", "at_least": 3}
    assert known.days({"mean": {**asked, "ge": 7}}) == ["2026-03-03 to 2026-03-03"]
    assert known.days({"mean": {**asked, "gt": 7}}) == []
    assert known.days({"mean": {**asked, "le": 7}}) == ["2026-03-03 to 2026-03-03"]


def test_a_mean_is_of_exact_values(known: Known) -> None:
    daily(known, "glucose", [8, "> 33.3", 8], "2026-03-01")
    asked = {"of": "glucose", "within": "7d", "ge": 8, "le": 8}
    assert known.days({"mean": {**asked, "at_least": 2}}) == ["2026-03-03 to 2026-03-07"]
    assert known.days({"mean": {**asked, "at_least": 3}}) == []
