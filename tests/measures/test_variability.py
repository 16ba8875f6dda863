"""Variability from visit to visit and time in range, against every reference row and at the boundaries."""

from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.errors import MeasureError
from kanglu.measures import fit_population, time_in_range, variability, vim

VECTORS = Path(__file__).parents[1] / "data" / "vectors"
SERIES = pd.read_csv(VECTORS / "bp_variability_ttr.csv")


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(";")]


@pytest.mark.parametrize("row", SERIES.to_dict("records"), ids=SERIES["case_id"].tolist())
def test_every_row_of_the_reference(row: dict[str, object]) -> None:
    values = numbers(str(row["sbp_mmhg"]))
    found = variability(values)
    assert found.n == len(values)
    assert [found.mean, found.sd, found.cv, found.arv, found.rmssd, found.spread] == pytest.approx(
        [
            row["mean"],
            row["sd_n_minus_1"],
            row["cv_percent"],
            row["arv"],
            row["successive_variation_rms"],
            row["max_minus_min"],
        ],
        abs=6e-7,
    )
    shares = time_in_range(numbers(str(row["times_days"])), values, 110, 130)
    assert shares.by_time == pytest.approx(row["ttr_linear_interp_110_130_percent"], abs=6e-7)
    assert shares.by_visit == pytest.approx(row["ttr_visits_in_range_110_130_percent"], abs=6e-5)


def test_the_reference_has_all_its_rows() -> None:
    assert len(SERIES) == 13


def test_variability_independent_of_the_mean() -> None:
    row = pd.read_csv(VECTORS / "bp_vim.csv", dtype=str).iloc[0]
    means, sds = numbers(row["person_means"]), numbers(row["person_sds"])
    fit = fit_population(means, sds)
    assert fit.power == pytest.approx(float(row["fitted_power_x"]), abs=6e-7)
    assert fit.k == pytest.approx(float(row["k"]), rel=1e-9)
    assert fit.n == 7
    np.testing.assert_allclose(vim(means, sds, fit), numbers(row["person_vims"]), atol=6e-7)
    assert float(vim(means[0], sds[0], fit)) == pytest.approx(8.193852, abs=6e-7)


def test_people_whose_readings_do_not_vary_are_no_part_of_the_fit() -> None:
    fit = fit_population([115, 128, 142, 130, nan, 120], [6, 7, 9.5, 0, 5, nan])
    assert fit == fit_population([115, 128, 142], [6, 7, 9.5])
    assert np.isnan(vim([0, nan, 120], [5, 5, nan], fit)).all()


@pytest.mark.parametrize("means", [[], [120, 130], [120, 120, 120]])
def test_too_few_people_bear_no_fit(means: list[float]) -> None:
    with pytest.raises(MeasureError, match="bear no fit"):
        fit_population(means, [5] * len(means))


def test_what_is_undefined_is_none() -> None:
    nothing = variability([])
    assert (nothing.n, nothing.mean, nothing.sd) == (0, None, None)
    one = variability([128])
    assert (one.n, one.mean, one.sd, one.cv, one.arv, one.rmssd, one.spread) == (1, 128, *[None] * 5)
    assert variability([1, -1]).cv is None  # a mean of zero has no coefficient of variation


def test_a_missing_reading_is_left_out() -> None:
    assert variability([120, nan, 130]) == variability([120, 130])
    assert time_in_range([0, 5, 10, nan], [120, nan, 130, 170], 110, 130) == time_in_range(
        [0, 10], [120, 130], 110, 130
    )


def test_both_limits_are_inside() -> None:
    assert time_in_range([0, 10], [110, 130], 110, 130).by_time == 100
    assert time_in_range([0, 10], [130, 130], 110, 130) == time_in_range([0, 10], [110, 110], 110, 130)
    assert time_in_range([0, 10], [130, 130.001], 110, 130).by_visit == 50


def test_one_reading_covers_no_time() -> None:
    found = time_in_range([3], [120], 110, 130)
    assert (found.by_time, found.by_visit, found.n) == (None, 100, 1)
    assert time_in_range([3, 3], [120, 150], 110, 130).by_time is None
    assert time_in_range([], [], 110, 130) == time_in_range([nan], [120], 110, 130)


def test_a_long_gap_counts_neither_as_in_nor_as_out() -> None:
    days, values = [0, 56, 156], [120, 120, 180]
    assert time_in_range(days, values, 110, 130, max_gap_days=56).by_time == 100
    assert time_in_range(days, values, 110, 130).by_time == pytest.approx(100 * (56 + 100 / 6) / 156)
    assert time_in_range(days, values, 110, 130, max_gap_days=55).by_time is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(MeasureError, match="range 130–110 is empty"):
        time_in_range([0], [120], 130, 110)
    with pytest.raises(MeasureError, match="2 days and 1 values"):
        time_in_range([0, 1], [120], 110, 130)


visits = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(70, 250)), min_size=2, max_size=15, unique_by=lambda v: v[0]
)


@given(visits, st.randoms())
def test_the_order_of_the_rows_does_not_matter(points: list[tuple[int, int]], random: object) -> None:
    mixed = points.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert time_in_range(*zip(*mixed, strict=True), 110, 130) == time_in_range(
        *zip(*points, strict=True), 110, 130
    )


@given(visits)
def test_interpolation_agrees_with_a_look_at_every_hundredth_of_a_day(points: list[tuple[int, int]]) -> None:
    days, values = map(np.array, zip(*sorted(points), strict=True))
    share = time_in_range(days, values, 109.5, 130.5).by_time  # limits that no reading lies on
    fine = np.linspace(days[0], days[-1], 20_001)
    looked = np.interp(fine, days, values)
    assert share == pytest.approx(100 * ((looked >= 109.5) & (looked <= 130.5)).mean(), abs=0.2)


@given(visits)
def test_a_wider_range_never_holds_less(points: list[tuple[int, int]]) -> None:
    days, values = zip(*points, strict=True)
    narrow, wide = time_in_range(days, values, 110, 130), time_in_range(days, values, 105, 135)
    assert narrow.by_time is not None and wide.by_time is not None
    assert 0 <= narrow.by_time <= wide.by_time + 1e-9 <= 100 + 1e-6
