"""Readings as they count: the order of a day, its one value, its hours, and values that are not exact."""

from typing import Any

import numpy as np
import pytest
from tests.care.known import Known

from kanglu.care.series import NO_POINTS, Points, Series, joined
from kanglu.catalogue.criteria import Hours, Latest

NIGHT = Hours.model_validate({"from": "22:00", "to": "06:00"})
MORNING = Hours.model_validate({"from": "06:00", "to": "12:00"})
DAY = "2026-03-10"


def series(indicator: str, *readings: tuple[Any, ...]) -> Series:
    """The readings (value, day, clock time) of one person."""
    known = Known()
    person = known.person()
    for value, *when in readings:
        person.read(indicator, value, *when)
    return known.block().readings[indicator]


def wanted(**compared: Any) -> Latest:
    return Latest.model_validate({"of": "x", **compared})


@pytest.mark.parametrize(
    ("value", "compared", "satisfied"),
    [
        (7.0, {"ge": 7}, True),
        (7.0, {"gt": 7}, False),
        (6.99, {"ge": 7}, False),
        (7.0, {"le": 7}, True),
        (7.0, {"lt": 7}, False),
        ("> 33.3", {"ge": 7}, True),
        ("> 33.3", {"gt": 40}, False),
        ("> 33.3", {"lt": 40}, False),
        ("> 33.3", {"gt": 33.3}, True),
        ("> 33.3", {"ge": 33.3}, True),
        ("> 33.3", {"le": 33.3}, False),
        (">= 33.3", {"gt": 33.3}, False),
        (">= 33.3", {"ge": 33.3}, True),
        ("< 3.9", {"lt": 3.9}, True),
        ("< 3.9", {"le": 3.9}, True),
        ("< 3.9", {"lt": 3.8}, False),
        ("< 3.9", {"ge": 0}, False),
        ("<= 3.9", {"lt": 3.9}, False),
        ("<= 3.9", {"le": 3.9}, True),
        ("> 33.3", {"ge": 7, "le": 40}, False),
        (None, {"lt": 1000}, False),
    ],
)
def test_a_value_is_as_wanted_only_where_that_is_sure(
    value: Any, compared: dict[str, float], satisfied: bool
) -> None:
    assert series("glucose", (value, DAY)).satisfied(wanted(**compared)).tolist() == [satisfied]


@pytest.mark.parametrize(
    ("indicator", "readings", "rule", "value"),
    [
        ("glucose", [8.0, 6.0], None, 6.0),
        ("glucose", [8.0, 6.0], "mean", 7.0),
        ("glucose", [8.0, 6.0], "max", 8.0),
        ("glucose", [8.0, 6.0], "min", 6.0),
        ("sbp", [139, 140], None, 140),
        ("sbp", [140, 141], None, 141),
        ("sbp", [139, 140, 139], None, 139),
        ("sbp", [139, 140], "last", 140),
        ("sbp", [150, 139], "max", 150),
        ("glucose", [8.0, None], "mean", 8.0),
        ("glucose", [0.1, 0.2], "mean", 0.15),
    ],
)
def test_several_readings_of_a_day_count_as_one(
    indicator: str, readings: list[Any], rule: Any, value: float
) -> None:
    of = [(reading, DAY, f"{8 + hour:02}:00") for hour, reading in enumerate(readings)]
    _, _, found = series(indicator, *of).daily(wanted(ge=0), rule)
    assert found.tolist() == [value]


@pytest.mark.parametrize(
    ("readings", "rule", "compared", "held"),
    [
        (["> 33.3", 5.0], "max", {"gt": 7}, True),
        (["> 33.3", 5.0], "max", {"le": 7}, False),
        (["> 33.3", 5.0], "min", {"lt": 7}, True),
        (["> 33.3", 5.0], "min", {"gt": 7}, False),
        (["> 33.3", 5.0], "mean", {"lt": 7}, False),
        (["> 33.3", 8.0], "mean", {"gt": 7}, True),
        (["> 33.3"], "mean", {"gt": 7}, True),
        ([5.0, "> 33.3"], "last", {"gt": 7}, True),
        (["> 33.3", 5.0], "last", {"gt": 7}, False),
    ],
)
def test_readings_beyond_the_scale_decide_where_they_can(
    readings: list[Any], rule: Any, compared: dict[str, float], held: bool
) -> None:
    of = [(reading, DAY, f"{8 + hour:02}:00") for hour, reading in enumerate(readings)]
    _, ok, _ = series("glucose", *of).daily(wanted(**compared), rule)
    assert ok.tolist() == [held]


def test_a_pressure_above_the_scale_is_high() -> None:
    _, ok, value = series("sbp", ("> 300", DAY)).daily(wanted(ge=180), None)
    assert ok.tolist() == [True]
    assert np.isnan(value).all()


def test_the_later_of_two_readings_is_the_last_and_of_two_at_once_the_one_entered_last() -> None:
    readings = series("glucose", (9.0, DAY, "18:00"), (8.0, DAY, "08:00"), (7.0, DAY, "18:00"))
    assert readings.value.tolist() == [8.0, 9.0, 7.0]


def test_a_reading_without_a_time_comes_before_those_that_have_one() -> None:
    assert series("glucose", (9.0, DAY, "00:00"), (8.0, DAY)).value.tolist() == [8.0, 9.0]


def test_readings_after_midnight_belong_to_the_evening_before() -> None:
    night = series(
        "heart_rate",
        (60, "2026-03-10", "21:59"),
        (61, "2026-03-10", "22:00"),
        (62, "2026-03-11", "00:30"),
        (63, "2026-03-11", "05:59"),
        (64, "2026-03-11", "06:00"),
        (65, "2026-03-11"),
    ).within(NIGHT)
    assert night.value.tolist() == [61, 62, 63]
    assert len(night.first_of(night.at.day)) == 1


def test_the_hours_of_a_day_end_before_their_end() -> None:
    morning = series(
        "glucose", (5, DAY, "05:59"), (6, DAY, "06:00"), (11, DAY, "11:59"), (12, DAY, "12:00"), (13, DAY)
    ).within(MORNING)
    assert morning.value.tolist() == [6, 11]


def test_conversion_leaves_nothing_of_its_last_digits() -> None:
    assert series("body_temperature", (38.00000000000001, DAY)).satisfied(wanted(gt=38)).tolist() == [False]


def test_indicators_that_stand_for_the_same_are_one_row_of_readings() -> None:
    both = joined([series("fpg", (7, "2026-03-02")), series("glucose", (6, "2026-03-01"), (8, "2026-03-03"))])
    assert both.value.tolist() == [6, 7, 8]


def test_points_are_found_from_any_day() -> None:
    person, day = np.array([0, 0, 1], np.int32), np.array([5, 9, 2], np.int32)
    points = Points.of(person, day, np.arange(3))
    asked_of, on = np.array([0, 0, 0, 1, 2], np.int32), np.array([4, 5, 10, 1, 5], np.int32)
    assert points.last_before(asked_of, on).tolist() == [-1, 0, 1, -1, -1]
    assert points.first_from(asked_of, on).tolist()[:2] == [5, 5]
    assert points.next_day().tolist()[0] == 9


def test_no_readings_have_no_days() -> None:
    nothing = Series(NO_POINTS, np.empty(0, np.int16), np.empty(0), np.empty(0, np.int8))
    for rule in (None, "mean", "max"):
        points, ok, value = nothing.daily(wanted(ge=7), rule)
        assert (len(points), len(ok), len(value)) == (0, 0, 0)
    assert not len(nothing.within(NIGHT))
    assert not len(NO_POINTS.next_day())
    assert not len(NO_POINTS.days())
