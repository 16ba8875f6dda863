"""Shares of glucose readings by level, against every reference row and between the printed levels."""

from dataclasses import astuple
from math import nan
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.measures import glucose_ranges

SERIES = pd.read_csv(Path(__file__).parents[1] / "data" / "vectors" / "glucose_cv_tir.csv")
LEVELS = ("tbr_2", "tbr_1", "tir", "tar_1", "tar_2")


@pytest.mark.parametrize("row", SERIES.to_dict("records"), ids=SERIES["case_id"].tolist())
def test_every_row_of_the_reference(row: dict[str, object]) -> None:
    values = [float(part) for part in str(row["glucose_mmol_l"]).split(";")]
    found = glucose_ranges(values)
    assert found.n == len(values)
    assert [found.mean, found.sd] == pytest.approx([row["mean_mmol_l"], row["sd_n_minus_1"]], abs=6e-7)
    assert [
        found.cv,
        found.tir,
        found.tbr_1,
        found.tbr_2,
        found.tar_1,
        found.tar_2,
        found.gmi,
    ] == pytest.approx(
        [
            row["cv_percent"],
            row["tir_3.9_10.0_percent"],
            row["tbr_l1_3.0_3.8_percent"],
            row["tbr_l2_lt3.0_percent"],
            row["tar_l1_10.1_13.9_percent"],
            row["tar_l2_gt13.9_percent"],
            row["gmi_percent"],
        ],
        abs=6e-5,
    )


def level(mmol_l: float) -> str:
    found = glucose_ranges([mmol_l])
    return next(name for name in LEVELS if getattr(found, name) == 100)


@pytest.mark.parametrize(
    ("mmol_l", "expected"),
    [
        (2.9, "tbr_2"),
        (2.95, "tbr_2"),
        (3.0, "tbr_1"),
        (3.8, "tbr_1"),
        (3.85, "tbr_1"),
        (3.9, "tir"),
        (10.0, "tir"),
        (10.05, "tar_1"),
        (10.1, "tar_1"),
        (13.9, "tar_1"),
        (13.95, "tar_2"),
        (14.0, "tar_2"),
    ],
)
def test_levels_of_mmol_l_at_and_between_the_printed_limits(mmol_l: float, expected: str) -> None:
    assert level(mmol_l) == expected


@pytest.mark.parametrize(
    ("mg_dl", "expected"),
    [
        (53, "tbr_2"),
        (54, "tbr_1"),
        (69, "tbr_1"),
        (70, "tir"),
        (180, "tir"),
        (181, "tar_1"),
        (250, "tar_1"),
        (251, "tar_2"),
    ],
)
@pytest.mark.parametrize("factor", [18, 18.0182])
def test_readings_that_were_mg_dl_keep_their_level(mg_dl: int, factor: float, expected: str) -> None:
    assert level(mg_dl / factor) == expected
    assert level(round(mg_dl / factor, 2)) == expected


def test_what_is_undefined_is_none() -> None:
    assert astuple(glucose_ranges([])) == astuple(glucose_ranges([nan])) == (0, *(None,) * 9)
    assert glucose_ranges([5.5]).sd is None
    assert glucose_ranges([5.5, nan, 6.5]) == glucose_ranges([5.5, 6.5])


@given(st.lists(st.floats(1, 40), min_size=1, max_size=50))
def test_every_reading_has_one_level(readings: list[float]) -> None:
    found = glucose_ranges(readings)
    assert sum(getattr(found, name) for name in LEVELS) == pytest.approx(100)
