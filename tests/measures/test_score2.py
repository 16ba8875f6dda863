"""The SCORE2 family: against the reference rows, and given one man, at the edges."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import VECTORS, rows

from kanglu import measures

MAN: dict[str, object] = {
    "risk_region": "Low",
    "sex": "male",
    "age_years": 60,
    "current_smoker_0_1": 0,
    "sbp_mmhg": 120,
    "diabetes_0_1": 0,
    "total_chol_mmol_l": 5,
    "hdl_c_mmol_l": 1.3,
}
"""The man from whom the reference's invalid inputs start."""
DIABETIC = {
    **MAN,
    "diabetes_0_1": 1,
    "age_at_diabetes_dx_years": 50,
    "hba1c_mmol_mol": 53,
    "egfr_ml_min_173m2": 90,
}
SCORES = ("score2", "score2_op", "score2_asia_pacific", "score2_diabetes")


def answer(score: str, **facts: object) -> "pd.Series[object]":
    person = {**(DIABETIC if score == "score2_diabetes" else MAN)}
    if score == "score2_op":
        person["age_years"] = 75
    return measures.score(score, {**person, **facts}).iloc[0]


@pytest.mark.parametrize(
    ("score", "vectors", "expected", "tolerance"),
    [
        ("score2", "score2_score2op", "risk10_pct_unrounded_6dp_scales", 1e-5),
        ("score2", "score2_score2op", "risk10_pct_published_rounded_coefs", 0.003),
        ("score2", "score2_score2op", "published_or_external_pct", 0.05),
        ("score2_op", "score2_score2op", "risk10_pct_unrounded_6dp_scales", 1e-5),
        ("score2_op", "score2_score2op", "risk10_pct_published_rounded_coefs", 1),
        ("score2_op", "score2_score2op", "published_or_external_pct", 0.1),
        ("score2_asia_pacific", "score2_asia_pacific", "risk10_pct", 1e-5),
        ("score2_asia_pacific", "score2_asia_pacific", "published_pct", 0.05),
        ("score2_diabetes", "score2_diabetes", "risk10_pct_stata_formula", 0.04),
        ("score2_diabetes", "score2_diabetes", "risk10_pct_RiskScorescvd", 0.04),
        ("score2_diabetes", "score2_diabetes", "published_pct", 0.05),
    ],
)
def test_values_are_those_of_the_references(
    score: str, vectors: str, expected: str, tolerance: float
) -> None:
    given = rows(vectors).dropna(subset=expected)
    if "model" in given:
        given = given[given["model"] == {"score2": "SCORE2", "score2_op": "SCORE2-OP"}[score]]
    found = measures.score(score, given)
    assert len(given) > 0
    assert (found["status"] == "ok").all(), set(found["reason"])
    assert (found["value"] - given[expected]).abs().max() <= tolerance


INVALID = pd.read_csv(VECTORS / "score2_invalid_inputs.csv", dtype=str, keep_default_na=False)
FIELDS = {"current_smoker": "current_smoker_0_1", "diabetes": "diabetes_0_1"}


@pytest.mark.parametrize("row", range(len(INVALID)), ids=INVALID["case_id"])
def test_what_is_impossible_or_missing_gives_no_number(row: int) -> None:
    field, value, recommended = INVALID.iloc[row][["changed_input", "value", "recommended"]]
    column = FIELDS.get(field, field)
    found = answer("score2_op" if value in ("70", "89") else "score2", **{column: value})
    valid = recommended == "valid"
    assert (found["status"] == "ok") == valid, found["reason"]
    assert pd.notna(found["value"]) == valid
    assert valid or str(found["reason"]).startswith(column)


@pytest.mark.parametrize(
    ("score", "low", "high"),
    [
        ("score2", 40, 69),
        ("score2_asia_pacific", 40, 69),
        ("score2_diabetes", 40, 69),
        ("score2_op", 70, 89),
    ],
)
def test_ages(score: str, low: int, high: int) -> None:
    person = {"age_at_diabetes_dx_years": 30} if score == "score2_diabetes" else {}
    ages = (low - 1, low, high, high + 1)
    found = [answer(score, age_years=age, **person)["status"] for age in ages]
    assert found == ["not_applicable", "ok", "ok", "not_applicable"]


@pytest.mark.parametrize("score", SCORES)
def test_a_sex_is_spelt_as_the_reference_spells_it(score: str) -> None:
    found = answer(score, sex="Male")
    assert (found["status"], pd.isna(found["value"])) == ("incomplete", True)
    assert found["reason"] == "sex 'Male' is none of: female; male"


@pytest.mark.parametrize("score", SCORES)
def test_no_region_is_taken_for_granted(score: str) -> None:
    found = answer(score, risk_region="")
    assert (found["status"], found["missing"]) == ("incomplete", "risk_region")
    found = answer(score, risk_region="China")
    assert found["reason"] == "risk_region 'China' is none of: Low; Moderate; High; Very high"
    risks = [answer(score, risk_region=region)["value"] for region in ("Low", "Moderate")]
    assert risks[0] < risks[1]


@pytest.mark.parametrize(
    ("score", "facts", "reason"),
    [
        ("score2", {"diabetes_0_1": 1}, "is 1: the score is for people without; SCORE2-Diabetes fits"),
        ("score2_asia_pacific", {"diabetes_0_1": 1}, "is 1: the score is for people without"),
        ("score2_diabetes", {"diabetes_0_1": 0}, "is 0: the score is for people with type 2 diabetes"),
        ("score2_diabetes", {"age_at_diabetes_dx_years": 61}, "is later than the age"),
        ("score2", {"ascvd_0_1": 1}, "without ASCVD"),
        ("score2_op", {"ascvd_0_1": 1}, "without ASCVD"),
    ],
)
def test_whom_a_score_is_not_for(score: str, facts: dict[str, object], reason: str) -> None:
    found = answer(score, **facts)
    assert (found["status"], pd.isna(found["value"])) == ("not_applicable", True)
    assert reason in str(found["reason"])


def test_diabetes_weighs_in_older_people_and_must_be_known() -> None:
    assert answer("score2_op", diabetes_0_1=1)["value"] > answer("score2_op")["value"]
    assert answer("score2_op", diabetes_0_1=nan)["status"] == "incomplete"
    assert answer("score2", diabetes_0_1=nan)["status"] == "incomplete"
    assert answer("score2_diabetes", diabetes_0_1=nan)["status"] == "ok"  # they have an age at diagnosis


def test_hba1c_in_percent_is_converted_by_the_master_equation() -> None:
    person = {name: value for name, value in DIABETIC.items() if name != "hba1c_mmol_mol"}
    in_percent = measures.score("score2_diabetes", {**person, "hba1c_percent": 7.0})["value"].iloc[0]
    in_mmol_mol = answer("score2_diabetes", hba1c_mmol_mol=(7.0 - 2.152) / 0.09148)["value"]
    assert in_percent == pytest.approx(in_mmol_mol, rel=1e-12)


@pytest.mark.parametrize("score", ["score2", "score2_op", "score2_asia_pacific"])
def test_bands_begin_by_age(score: str) -> None:
    ages = range(70, 90) if score == "score2_op" else range(40, 70)
    frame = pd.DataFrame([MAN]).merge(pd.DataFrame({"sbp_mmhg": range(90, 220)}), how="cross")
    frame = frame.drop(columns="sbp_mmhg_x").rename(columns={"sbp_mmhg_y": "sbp_mmhg"})
    frame = frame.drop(columns="age_years").merge(pd.DataFrame({"age_years": ages}), how="cross")
    found = measures.score(score, frame)
    high, very_high = (
        np.select([frame["age_years"] < 50, frame["age_years"] < 70], below, above)
        for below, above in (([2.5, 5], 7.5), ([7.5, 10], 15))
    )
    expected = np.select(
        [found["value"] < high, found["value"] < very_high], ["low to moderate", "high"], "very high"
    )
    assert (found["band"] == expected).all()
    assert len(set(expected)) == 3


def test_bands_in_diabetes() -> None:
    frame = pd.DataFrame([DIABETIC] * 191).assign(sbp_mmhg=range(60, 251), current_smoker_0_1=1)
    found = pd.concat(
        [measures.score("score2_diabetes", frame.assign(risk_region=r)) for r in ("Low", "Very high")]
    )
    found = pd.concat(
        [found, measures.score("score2_diabetes", frame.assign(age_years=50, current_smoker_0_1=0))]
    )
    edges = [found["value"] < edge for edge in (5, 10, 20)]
    expected = np.select(edges, ["low", "moderate", "high"], "very high")
    assert found["band"].tolist() == expected.tolist()
    assert len(set(expected)) == 4


@pytest.mark.parametrize("score", SCORES)
def test_contributors_are_what_ideal_levels_would_save(score: str) -> None:
    person = {**DIABETIC, "diabetes_0_1": int(score == "score2_diabetes"), "current_smoker_0_1": 1}
    person |= {"age_years": 75} if score == "score2_op" else {}
    found = measures.score(score, person, contributors=True).iloc[0]
    effects = {one.factor: one.effect for one in found["contributors"]}
    without = measures.score(score, {**person, "current_smoker_0_1": 0})["value"].iloc[0]
    assert effects["smoker"] == pytest.approx(found["value"] - without)
    assert set(effects) == {"smoker", "total_chol"}  # all else is as in the comparison person
