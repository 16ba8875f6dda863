"""Glucose from a sensor: which readings count, and when they stand for the person."""

from datetime import date, datetime, timedelta

import pytest

from kanglu.insight.glucose import sensed

UNTIL = date(2025, 12, 31)


def wear(someone, days: int, minutes: int = 15, value: float = 8.0, start: str = "2025-03-01T00:00:00"):
    """Somebody who wears a sensor for so many whole days."""
    who, begin = someone(), datetime.fromisoformat(start)
    for at in range(days * 24 * 60 // minutes):
        who.seen("cgm_glucose", value, (begin + timedelta(minutes=minutes * at)).isoformat())
    return who


def test_a_sensor_worn_for_two_weeks_stands_for_the_person(someone) -> None:
    found = sensed(wear(someone, 14).dossier().observations, 2025, UNTIL)
    assert (found.days, found.first, found.last) == (14, date(2025, 3, 1), date(2025, 3, 14))
    assert found.cover == pytest.approx(100)
    assert found.enough
    assert found.ranges.tir == 100


def test_a_day_less_does_not(someone) -> None:
    assert not sensed(wear(someone, 13).dossier().observations, 2025, UNTIL).enough


def test_half_a_day_each_day_is_half_the_cover(someone) -> None:
    who = someone()
    for day in range(14):
        for at in range(48):
            when = datetime(2025, 3, 1) + timedelta(days=day, minutes=15 * at)
            who.seen("cgm_glucose", 8.0, when.isoformat())
    found = sensed(who.dossier().observations, 2025, UNTIL)
    assert found.cover == pytest.approx(50)
    assert not found.enough


def test_less_than_a_day_of_readings_says_nothing(someone) -> None:
    assert sensed(wear(someone, 1).dossier().observations, 2025, UNTIL).ranges.n == 96
    short = wear(someone, 1).dossier().observations.iloc[:95]
    assert sensed(short, 2025, UNTIL) is None
    assert sensed(someone().dossier().observations, 2025, UNTIL) is None


def test_only_the_year_and_what_has_a_time_counts(someone) -> None:
    who = wear(someone, 2, start="2024-12-31T00:00:00")
    who.seen("cgm_glucose", 30.0, "2025-01-01")
    found = sensed(who.dossier().observations, 2025, UNTIL)
    assert found.ranges.n == 96
    assert found.ranges.tar_2 == 0
