"""Slopes over years, changes beyond noise, gaps."""

import warnings
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.errors import MeasureError
from kanglu.measures import changed, classify, reference_change_value, segments, trend


def test_a_steady_rise_is_its_slope() -> None:
    found = trend([2021.0, 2022.0, 2023.0, 2024.0, 2025.0], [120, 122, 124, 126, 128])
    assert (found.slope_per_year, found.low, found.high, found.n) == (2, 2, 2, 5)
    assert found.reason is None


def test_one_outlier_does_not_make_a_trend() -> None:
    found = trend([2020, 2021, 2022, 2023, 2024, 2025], [5.0, 5.1, 5.0, 55, 5.1, 5.0])
    assert found.slope_per_year == pytest.approx(0, abs=0.05)
    assert found.low is not None and found.high is not None
    assert found.low <= 0 <= found.high


@pytest.mark.parametrize(
    ("times", "values", "reason"),
    [
        ([], [], "fewer than 3 values"),
        ([2024.0, 2025.0], [1, 2], "fewer than 3 values"),
        ([2023.0, 2024.0, 2025.0], [1, nan, 2], "fewer than 3 values"),
        ([2024.0, 2024.5, 2024.99], [1, 2, 3], "less than one year between first and last value"),
        ([2024.0, 2024.0, 2024.0], [1, 2, 3], "less than one year between first and last value"),
    ],
)
def test_too_little_gives_no_slope_and_says_why(times: list[float], values: list[float], reason: str) -> None:
    found = trend(times, values)
    assert (found.slope_per_year, found.low, found.high) == (None, None, None)
    assert found.reason == reason


def test_a_year_is_a_year_also_across_a_leap_day() -> None:
    in_leap_year, a_year_later = 2024 + 146 / 366, 2025 + 145 / 365  # both are 26 May
    assert trend([in_leap_year, 2024.9, a_year_later], [1, 2, 3]).slope_per_year is not None


@pytest.mark.parametrize("size", [3, 4])
def test_three_or_four_values_have_a_slope_but_bear_no_interval(size: int) -> None:
    found = trend(list(range(2020, 2020 + size)), [float(place) for place in range(size)])
    assert found.slope_per_year == 1
    assert (found.low, found.high) == (None, None)
    assert found.reason == "too few values for an interval of 95 %"


def test_times_and_values_must_be_of_one_length() -> None:
    with pytest.raises(MeasureError, match="3 times and 2 values"):
        trend([2020, 2021, 2022], [1, 2])


@pytest.mark.parametrize("seed", range(40))
def test_slope_and_interval_are_those_of_scipy(seed: int) -> None:
    from scipy.stats import theilslopes

    rng = np.random.default_rng(seed)
    size = int(rng.integers(5, 90))
    times = 2020 + rng.uniform(0, 6, size)
    values = rng.normal(130, 12, size) + 2 * (times - 2020)
    if seed % 3 == 1:  # ties in the values, as with whole mmHg
        values = values.round(-1)
    if seed % 3 == 2:  # and in the times
        times, values = times.round(1), values.round()
    found, expected = trend(times, values), theilslopes(values, times, 0.95)
    assert found.slope_per_year == pytest.approx(expected.slope, rel=1e-12, abs=1e-12)
    if found.low is None:
        assert size < 7
        return
    assert (found.low, found.high) == pytest.approx((expected.low_slope, expected.high_slope), rel=1e-12)


series = st.lists(
    st.tuples(st.floats(2000, 2030), st.floats(-1e6, 1e6)), min_size=5, max_size=20, unique_by=lambda p: p[0]
)


@given(series, st.randoms())
def test_the_order_of_the_points_does_not_matter(points: list[tuple[float, float]], random: object) -> None:
    mixed = points.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert trend(*zip(*mixed, strict=True)) == trend(*zip(*points, strict=True))


def test_the_noise_of_a_pair_follows_from_the_two_variations() -> None:
    # Total cholesterol, CVi 5.3 %, CVa 2.7 %: sigma² = ln(1 + 0.053² + 0.027²), exp(1.96·√2·sigma) - 1
    assert reference_change_value(2.7, 5.3) == pytest.approx(17.91, abs=0.01)
    assert reference_change_value(0, 0) == 0
    classic = 1.96 * 2**0.5 * 1.5
    assert reference_change_value(0.9, 1.2) == pytest.approx(classic, rel=0.03)  # where noise is small


@pytest.mark.parametrize("cvs", [(-1, 5), (5, -1), (nan, 5)])
def test_a_variation_below_zero_is_refused(cvs: tuple[float, float]) -> None:
    with pytest.raises(MeasureError, match="coefficients of variation"):
        reference_change_value(*cvs)


def test_a_change_counts_beyond_the_noise_and_not_at_it() -> None:
    assert not changed(100, 120, 20)
    assert changed(100, 120.01, 20)
    assert not changed(120, 100, 20)
    assert changed(120, 99.9, 20)


def test_a_fall_can_count_of_what_varies_much() -> None:
    noise = reference_change_value(5, 42)
    assert noise > 100
    assert changed(10, 1, noise)


@pytest.mark.parametrize("pair", [(nan, 5), (5, nan), (0, 5), (5, 0), (-1, 5)])
def test_without_two_positive_numbers_no_change_is_claimed(pair: tuple[float, float]) -> None:
    assert not changed(*pair, 1)


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(0, 200))
def test_there_and_back_are_judged_alike(before: float, after: float, noise: float) -> None:
    assert changed(before, after, noise) == changed(after, before, noise)


@pytest.mark.parametrize(
    ("value", "low", "high", "side"),
    [
        (3.89, 3.9, 6.1, "low"),
        (3.9, 3.9, 6.1, "in"),
        (6.1, 3.9, 6.1, "in"),
        (6.11, 3.9, 6.1, "high"),
        (1e9, 3.9, None, "in"),
        (-5, None, 6.1, "in"),
        (5, None, None, "unknown"),
        (nan, 3.9, 6.1, "unknown"),
    ],
)
def test_limits_are_inside(value: float, low: float | None, high: float | None, side: str) -> None:
    assert classify(value, low, high) == side


def test_a_gap_parts_the_line() -> None:
    times = [2018.0, 2019.0, 2020.5, 2022.1, 2023.0]
    assert segments(times, 1.5) == (slice(0, 3), slice(3, 5))
    assert segments([], 1) == ()
    assert segments([2020.0], 1) == (slice(0, 1),)
    with pytest.raises(MeasureError, match="do not ascend"):
        segments([2020, 2019], 1)


def test_ten_points_cost_microseconds() -> None:
    from timeit import repeat

    times, values = list(np.linspace(2020, 2025, 10)), list(np.random.default_rng(1).normal(5, 1, 10))
    seconds = min(repeat(lambda: trend(times, values), number=200, repeat=5)) / 200
    assert seconds < 1e-3  # some 20 µs; a wide limit, so that a busy machine does not fail
