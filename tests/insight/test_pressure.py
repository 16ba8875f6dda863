"""A year's blood pressure: given readings on some days, how many within limits, and how it varies."""

from datetime import date

import pytest

from kanglu.catalogue import load
from kanglu.insight.findings import About
from kanglu.insight.history import history
from kanglu.insight.pressure import pressure

CATALOGUE = load()


def of(woman, age=50, problems=("hypertension",)):
    past = history(woman.frame("observation"), "2025-12-31T23:59:59")
    return pressure(past, About("female", age, frozenset(problems)), CATALOGUE, 2025)


def on_days(woman, *readings, month=3, apart=1):
    for at, (sbp, dbp) in enumerate(readings):
        woman.pressure(sbp, dbp, f"2025-{month:02d}-{1 + at * apart:02d}")
    return woman


def test_a_day_counts_when_both_values_are_within_their_limits(someone):
    found = of(on_days(someone(), (139, 89), (140, 89), (139, 90), (120, 59), (89, 70)))
    assert (found.days, found.within) == (5, 1)
    assert (found.first, found.last) == (date(2025, 3, 1), date(2025, 3, 5))


def test_from_65_the_limit_is_150(someone):
    readings = [(149, 80)] * 4 + [(150, 80)]
    assert of(on_days(someone(), *readings), age=65).within == 4
    assert of(on_days(someone(), *readings), age=64).within == 0


def test_four_days_say_nothing_and_two_readings_are_one_day(someone):
    woman = on_days(someone(), *[(120, 80)] * 4)
    assert of(woman) is None
    woman.pressure(130, 80, "2025-03-04T08:00:00")
    assert of(woman) is None
    woman.pressure(130, 80, "2025-03-05T08:00:00")
    assert of(woman).systolic.mean == pytest.approx((3 * 120 + 125 + 130) / 5)


def test_a_day_needs_both_values_and_a_full_date_and_exact_numbers(someone):
    woman = on_days(someone(), *[(120, 80)] * 4).seen("sbp", 120, "2025-04-01").pressure(120, 80, "2025-05")
    woman.seen("sbp", 300, "2025-06-01", comparator=">").seen("dbp", 80, "2025-06-01")
    assert of(woman) is None


@pytest.mark.parametrize("age", [None, 15])
def test_no_limits_no_judgement(someone, age):
    assert of(on_days(someone(), *[(120, 80)] * 9), age=age) is None


def test_a_pressure_that_stands_at_the_open_limit_is_never_in_range(someone):
    assert of(on_days(someone(), *[(140, 80)] * 5)).in_range.by_time == 0
    assert of(on_days(someone(), *[(139, 80)] * 5)).in_range.by_time == 100
    assert of(on_days(someone(), *[(90, 80)] * 5)).in_range.by_time == 100


def test_nothing_is_interpolated_over_eight_weeks(someone):
    woman = on_days(someone(), *[(120, 80)] * 4)
    assert of(woman.pressure(120, 80, "2025-04-29")).in_range is not None
    far = on_days(someone(), *[(120, 80)] * 4).pressure(120, 80, "2025-04-30")
    assert of(far).in_range is None
