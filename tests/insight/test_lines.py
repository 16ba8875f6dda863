"""Indicators over the years: given readings, the points of a chart, its slope and its gaps."""

import pytest

from kanglu.catalogue import load
from kanglu.dates import year_at
from kanglu.insight.findings import About
from kanglu.insight.history import history
from kanglu.insight.lines import MOST_POINTS, lines

CATALOGUE = load()


def drawn(woman, year=2025, age=50):
    past = history(woman.frame("observation"), f"{year}-12-31T23:59:59")
    return {one.indicator: one for one in lines(CATALOGUE, past, About("female", age, frozenset()), year)}


@pytest.mark.parametrize(
    ("effective", "time"),
    [
        ("2025-01-01", 2025.0),
        ("2025-12-31T23:59:59", 2025 + 364 / 365),
        ("2024-12-31", 2024 + 365 / 366),
        ("2025", 2025.5),
        ("2025-01", 2025 + 0.5 / 12),
        ("2025-12", 2025 + 11.5 / 12),
    ],
)
def test_time_in_years(effective, time):
    assert year_at(effective) == pytest.approx(time)


def test_a_line_needs_values_in_three_of_five_years(someone):
    woman = (
        someone().seen("ldl_c", 2, "2020-12-31").seen("ldl_c", 3, "2024-01-01").seen("ldl_c", 4, "2025-01-01")
    )
    assert drawn(woman) == {}
    line = drawn(woman.seen("ldl_c", 2, "2021-01-01"))["ldl_c"]
    assert [point.value for point in line.points] == [2, 3, 4]


def test_only_key_indicators_are_drawn(someone):
    woman = someone()
    for year in (2023, 2024, 2025):
        woman.seen("mchc", 330, f"{year}-05-01")
    assert drawn(woman) == {}


def test_values_known_in_part_bear_no_slope(someone):
    woman = someone().seen("ldl_c", 2, "2023-05-01").seen("ldl_c", 3, "2024-05-01")
    line = drawn(woman.seen("ldl_c", 9, "2025-05-01", comparator=">"))["ldl_c"]
    assert (line.slope, line.rising, [point.comparator for point in line.points]) == (
        None,
        None,
        [None, None, ">"],
    )


@pytest.mark.parametrize(("step", "rising"), [(1, True), (-1, False), (0, None)])
def test_a_direction_is_claimed_only_by_a_whole_interval(someone, step, rising):
    woman = someone()
    for at, year in enumerate(range(2021, 2026)):
        woman.seen("ldl_c", 5 + step * at / 2, f"{year}-05-01").seen(
            "hdl_c", (1, 2, 1, 2, 1)[at], f"{year}-05-01"
        )
    found = drawn(woman)
    assert found["ldl_c"].rising is rising
    assert found["ldl_c"].slope.slope_per_year == pytest.approx(step / 2, abs=0.01)
    assert found["hdl_c"].rising is None


def test_a_gap_is_longer_than_eighteen_months(someone):
    woman = (
        someone().seen("ldl_c", 2, "2021-01-01").seen("ldl_c", 3, "2023-05-01").seen("ldl_c", 4, "2024-10-01")
    )
    (gap,) = drawn(woman)["ldl_c"].gaps
    assert gap == pytest.approx((2021, 2023 + 120 / 365))


def test_points_ascend_though_a_date_is_known_only_in_part(someone):
    woman = someone().seen("ldl_c", 2, "2023").seen("ldl_c", 3, "2023-02-01").seen("ldl_c", 4, "2024-05")
    woman.seen("ldl_c", 5, "2024-05-01").seen("ldl_c", 6, "2025-01-01")
    line = drawn(woman)["ldl_c"]
    assert [point.value for point in line.points] == [3, 2, 5, 4, 6]
    assert line.gaps == ()


def test_many_readings_are_drawn_as_medians_of_months(someone):
    woman = someone().seen("sbp", 300, "2025-03-30", comparator=">")
    for year in (2023, 2024, 2025):
        for day in range(1, 21):
            woman.seen("sbp", 100 + day, f"{year}-03-{day:02d}")
    line = drawn(woman)["sbp"]
    assert len(woman.facts["observation"]) > MOST_POINTS
    assert (line.by, [point.value for point in line.points]) == ("month", [110.5] * 3)


def test_a_child_has_a_line_without_limits(someone):
    woman = someone()
    for year in (2023, 2024, 2025):
        woman.seen("sbp", 100, f"{year}-05-01")
    assert drawn(woman, age=12)["sbp"].limits is None
