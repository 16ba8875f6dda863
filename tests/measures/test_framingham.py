"""Framingham 2008: against the reference rows, and given one man, at the edges."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import VECTORS, rows

from kanglu import measures

MAN: dict[str, object] = {
    "sex": "male",
    "age_years": 55,
    "total_chol_mg_dl": 213,
    "hdl_c_mg_dl": 50,
    "sbp_mmhg": 140,
    "on_antihypertensive_0_1": 0,
    "current_smoker_0_1": 0,
    "diabetes_0_1": 0,
    "bmi_kg_m2": 25,
}
"""The man from whom the reference's invalid inputs start."""


def answer(model: str = "lipid", **facts: object) -> "pd.Series[object]":
    return measures.score(f"framingham_2008_{model}", {**MAN, **facts}).iloc[0]


@pytest.mark.parametrize(
    ("model", "expected", "tolerance"),
    [
        ("lipid", "risk10_pct_lipid_model", 1e-6),
        ("bmi", "risk10_pct_bmi_model", 1e-6),
        ("lipid", "published_example_pct", 0.03),
    ],
)
def test_values_are_those_of_the_reference(model: str, expected: str, tolerance: float) -> None:
    given = rows("framingham_2008").dropna(subset=expected)
    found = measures.score(f"framingham_2008_{model}", given)
    assert (found["status"] == "ok").all()
    assert (found["value"] - given[expected]).abs().max() <= tolerance


@pytest.mark.parametrize(
    ("model", "expected", "most"),
    [
        ("lipid", "CVrisk_lipid_pct_round2_floor1", 100),
        ("bmi", "CVrisk_bmi_pct_round2_floor1_cap30", 30),
    ],
)
def test_the_rounded_values_of_another_reference(model: str, expected: str, most: float) -> None:
    given = rows("framingham_2008").dropna(subset=expected)
    value = measures.score(f"framingham_2008_{model}", given)["value"]
    assert (value.clip(1, most) - given[expected]).abs().max() <= 0.0051  # here nothing is floored or capped


FIELDS = {
    "age": "age_years",
    "gender": "sex",
    "hdl": "hdl_c_mg_dl",
    "totchol": "total_chol_mg_dl",
    "sbp": "sbp_mmhg",
    "bp_med": "on_antihypertensive_0_1",
    "smoker": "current_smoker_0_1",
    "diabetes": "diabetes_0_1",
}
STATUS = {
    **dict.fromkeys(
        ["age=29", "age=75", "hdl=0", "hdl=-1", "totchol=5.5", "sbp=0", "sbp=300"], "not_applicable"
    ),
    **dict.fromkeys(["age=30", "age=55", "age=74", "gender=m", "diabetes=1"], "ok"),
    **dict.fromkeys(["gender=X", "bp_med=2"], "refused"),
}
"""What each invalid input is to give: the reference computes nonsense where a number is impossible."""
INVALID = pd.read_csv(VECTORS / "framingham_invalid_inputs.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("row", range(len(INVALID)), ids=INVALID["case_id"])
def test_what_is_impossible_or_missing_gives_no_number(row: int) -> None:
    field, value = INVALID.iloc[row][["changed_input", "value"]]
    found = answer(**{FIELDS[field]: value})
    wanted = "incomplete" if value == "NA" else STATUS[f"{field}={value}"]
    assert found["status"] == wanted or (wanted == "refused" and found["status"] != "ok")
    assert pd.notna(found["value"]) == (wanted == "ok")


@pytest.mark.parametrize("model", ["lipid", "bmi"])
@pytest.mark.parametrize(
    ("age", "status"), [(29, "not_applicable"), (30, "ok"), (74, "ok"), (75, "not_applicable")]
)
def test_ages(model: str, age: int, status: str) -> None:
    assert answer(model, age_years=age)["status"] == status


def test_each_model_asks_for_its_own() -> None:
    assert answer("bmi", total_chol_mg_dl=nan, hdl_c_mg_dl=nan)["status"] == "ok"
    assert answer("bmi", bmi_kg_m2=nan)["missing"] == "bmi_kg_m2"
    assert answer("lipid", bmi_kg_m2=nan)["status"] == "ok"
    assert answer("lipid", hdl_c_mg_dl=nan)["missing"] == "hdl_c_mg_dl"
    assert answer("bmi", ascvd_0_1=1)["status"] == "not_applicable"


def test_bands_are_of_the_unrounded_risk() -> None:
    frame = pd.DataFrame([MAN] * 45).assign(age_years=range(30, 75))
    found = measures.score("framingham_2008_lipid", frame)
    expected = np.select([found["value"] < 6, found["value"] <= 20], ["low", "intermediate"], "high")
    assert found["band"].tolist() == expected.tolist()
    assert len(set(expected)) == 3


@pytest.mark.parametrize("model", ["lipid", "bmi"])
def test_contributors_are_what_ideal_levels_would_save(model: str) -> None:
    smoker = {**MAN, "current_smoker_0_1": 1}
    found = measures.score(f"framingham_2008_{model}", smoker, contributors=True).iloc[0]
    effects = {one.factor: one.effect for one in found["contributors"]}
    assert effects["smoker"] == pytest.approx(found["value"] - answer(model)["value"])
    assert ("bmi" in effects) == (model == "bmi")
