"""The Pooled Cohort Equations: against the reference rows, and given one woman, at the edges."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import VECTORS, rows

from kanglu import measures
from kanglu.measures.pooled_cohort import pce_2013

WOMAN: dict[str, object] = {
    "sex": "female",
    "race": "white",
    "age_years": 55,
    "total_chol_mg_dl": 213,
    "hdl_c_mg_dl": 50,
    "sbp_mmhg": 120,
    "on_antihypertensive_0_1": 0,
    "current_smoker_0_1": 0,
    "diabetes_0_1": 0,
}


def answer(**facts: object) -> "pd.Series[object]":
    return pce_2013({**WOMAN, **facts}).iloc[0]


@pytest.mark.parametrize(
    ("expected", "in_percent", "tolerance"),
    [
        ("risk10_printed_3dec_coefs", 100, 1e-5),
        ("risk10_preventr", 100, 0.1),
        ("risk10_PooledCohort", 100, 0.4),
        ("published_example_pct", 1, 0.1),
    ],
)
def test_values_are_those_of_the_references(expected: str, in_percent: float, tolerance: float) -> None:
    given = rows("pce_2013")
    found = measures.score("pce_2013", given)
    assert (found["status"] == "ok").all()
    assert (found["value"] - in_percent * given[expected]).abs().max() <= tolerance


def test_what_lies_outside_is_refused() -> None:
    given = pd.read_csv(VECTORS / "pce_invalid_inputs.csv", dtype=str)
    healthy = {name: 0 for name in WOMAN if name.endswith("_0_1")}
    found = measures.score("pce_2013", given.assign(**healthy))
    answered = given["case_id"] == "pce_sbp181"  # the equations take pressures up to 200
    assert (found["status"].eq("ok") == answered).all()
    assert (found["value"].notna() == answered).all()
    assert "race 'asian' is none of: white; black; other" in set(found["reason"])


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"age_years": 40}, "ok"),
        ({"age_years": 79}, "ok"),
        ({"total_chol_mg_dl": 130}, "ok"),
        ({"total_chol_mg_dl": 320}, "ok"),
        ({"hdl_c_mg_dl": 20}, "ok"),
        ({"hdl_c_mg_dl": 100}, "ok"),
        ({"hdl_c_mg_dl": 101}, "not_applicable"),
        ({"sbp_mmhg": 90}, "ok"),
        ({"sbp_mmhg": 200}, "ok"),
        ({"race": nan}, "incomplete"),
        ({"ascvd_0_1": 1}, "not_applicable"),
    ],
)
def test_ranges_include_their_ends(facts: dict[str, object], status: str) -> None:
    found = answer(**facts)
    assert found["status"] == status
    assert pd.notna(found["value"]) == (status == "ok")


def test_the_equations_of_white_people_serve_for_others() -> None:
    assert answer(race="other")["value"] == answer()["value"] != answer(race="black")["value"]


def test_bands_are_of_the_unrounded_risk() -> None:
    frame = pd.DataFrame([WOMAN] * 111).assign(sbp_mmhg=range(90, 201), current_smoker_0_1=1)
    found = pd.concat([pce_2013(frame.assign(age_years=age)) for age in (45, 62, 79)])
    edges = [found["value"] < edge for edge in (5, 7.5, 20)]
    expected = np.select(edges, ["low", "borderline", "intermediate"], "high")
    assert found["band"].tolist() == expected.tolist()
    assert len(set(expected)) == 4


def test_contributors_are_what_ideal_levels_would_save() -> None:
    found = pce_2013({**WOMAN, "diabetes_0_1": 1}, contributors=True).iloc[0]
    effects = {one.factor: one.effect for one in found["contributors"]}
    assert effects["diabetes"] == pytest.approx(found["value"] - answer()["value"])
    assert set(effects) == {"diabetes", "total_chol"}  # all else is as in the comparison person
