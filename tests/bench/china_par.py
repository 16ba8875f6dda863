"""China-PAR on a million rows against the bare numpy formula, turn by turn in one run."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from kanglu import measures
from kanglu.measures.cardiovascular import FEMALE, MALE, Coefficients

ROWS = 1_000_000
TURNS = 15
MOST = 2.0
MG_DL_PER_MMOL_L = 1 / 0.0259


def panel(rows: int = ROWS) -> pd.DataFrame:
    """Invented people, every cell clean."""
    rng = np.random.default_rng(20260630)

    def flag(share: float) -> np.ndarray:
        return (rng.random(rows) < share).astype(float)

    return pd.DataFrame(
        {
            "sex": np.where(rng.random(rows) < 0.5, "male", "female"),
            "age_years": rng.integers(35, 75, rows).astype(float),
            "north_0_1": flag(0.5),
            "urban_0_1": flag(0.6),
            "waist_cm": rng.uniform(60, 110, rows),
            "tc_mmol_l": rng.uniform(3, 8, rows),
            "hdl_c_mmol_l": rng.uniform(0.7, 2.5, rows),
            "sbp_mmhg": rng.integers(90, 190, rows).astype(float),
            "on_antihypertensive_0_1": flag(0.3),
            "diabetes_0_1": flag(0.15),
            "current_smoker_0_1": flag(0.3),
            "family_history_ascvd_0_1": flag(0.1),
        }
    )


def with_units(frame: pd.DataFrame) -> pd.DataFrame:
    """The same people with cholesterol as the calculator's file states it: a value, and its unit beside."""
    names = {"tc_mmol_l": "total_chol_value", "hdl_c_mmol_l": "hdl_c_value"}
    return frame.rename(columns=names).assign(total_chol_unit="mmol/L", hdl_c_unit="mmol/L")


def bare(frame: pd.DataFrame) -> np.ndarray:
    """The formula as one would type it: no check of any cell, no band, no status, no reason."""
    column = {name: frame[name].to_numpy() for name in frame}
    total, hdl = column["tc_mmol_l"] * MG_DL_PER_MMOL_L, column["hdl_c_mmol_l"] * MG_DL_PER_MMOL_L
    return _formula(column, total, hdl)


def bare_with_units(frame: pd.DataFrame) -> np.ndarray:
    """The same, for columns with their unit beside."""
    column = {name: frame[name].to_numpy() for name in frame}
    total, hdl = (
        np.where(column[f"{name}_unit"] == "mmol/L", MG_DL_PER_MMOL_L, 1.0) * column[f"{name}_value"]
        for name in ("total_chol", "hdl_c")
    )
    return _formula(column, total, hdl)


def _formula(column: dict[str, np.ndarray], total: np.ndarray, hdl: np.ndarray) -> np.ndarray:
    age, sbp, waist = (np.log(column[name]) for name in ("age_years", "sbp_mmhg", "waist_cm"))
    total, hdl = np.log(total), np.log(hdl)
    treated = column["on_antihypertensive_0_1"]

    def predictor(c: Coefficients) -> np.ndarray:
        return (
            c.intercept
            + c.age * age
            + treated * (c.sbp_treated + c.age_sbp_treated * age) * sbp
            + (1 - treated) * (c.sbp_untreated + c.age_sbp_untreated * age) * sbp
            + c.total_chol * total
            + c.hdl_c * hdl
            + c.waist * waist
            + (c.smoker + c.age_smoker * age) * column["current_smoker_0_1"]
            + c.diabetes * column["diabetes_0_1"]
            + c.north * column["north_0_1"]
            + c.urban * column["urban_0_1"]
            + (c.family_history + c.age_family_history * age) * column["family_history_ascvd_0_1"]
        )

    z = np.where(column["sex"] == "male", predictor(MALE), predictor(FEMALE))
    return 100 * (1 - np.exp(-np.exp(z)))


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor: both sides use one core, and other work on the machine is no part of them."""
    start = time.process_time()
    work()
    return time.process_time() - start


def row(
    what: str, ours: Callable[[], pd.DataFrame], theirs: Callable[[], np.ndarray], *, most: float = MOST
) -> dict[str, object]:
    """One row of the table: the shortest of several turns each, after one that warms up."""
    np.testing.assert_allclose(ours()["value"], theirs(), rtol=1e-9)
    turns = [(_seconds(ours), _seconds(theirs)) for _ in range(TURNS)]
    mine, bare_formula = (min(side) for side in zip(*turns, strict=True))
    return {
        "what": what,
        "against": "the bare numpy formula",
        "ours": f"{1000 * mine:.0f} ms",
        "theirs": f"{1000 * bare_formula:.0f} ms",
        "ratio": f"{mine / bare_formula:.1f}×",
        "target": f"at most {most:.0f}×",
        "met": mine <= most * bare_formula,
    }


def run() -> list[dict[str, object]]:
    """China-PAR called directly, by its id, and on a file's columns with units beside."""
    frame = panel()
    stated = with_units(frame)
    return [
        row("China-PAR, a million rows", lambda: measures.china_par(frame), lambda: bare(frame)),
        row(
            "China-PAR, a million rows, by id",
            lambda: measures.score("china_par_10y", frame),
            lambda: bare(frame),
        ),
        row(
            "China-PAR, a million rows, units beside",
            lambda: measures.score("china_par_10y", stated),
            lambda: bare_with_units(stated),
        ),
    ]
