"""Every score against every reference row that is carried in tests/data/vectors.

Tolerances are those of the references: the last printed decimal, or as the name of the test says.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kanglu import measures

VECTORS = Path(__file__).parents[1] / "data" / "vectors"


def rows(name: str) -> pd.DataFrame:
    return pd.read_csv(VECTORS / f"{name}.csv")


def assert_close(answer: pd.DataFrame, expected: pd.Series, tolerance: float) -> None:
    off = (answer["value"] - expected).abs()
    assert off.notna().all(), answer.loc[off.isna(), ["status", "reason"]]
    assert off.max() <= tolerance, off.nlargest(5)


@pytest.mark.parametrize(
    ("score", "vectors", "expected", "tolerance"),
    [
        ("china_par_10y", "china_par_official_calculator", "official_risk10_pct_1dp", 0.06),
        ("china_par_10y", "china_par_official_calculator", "calibrated_coefs_risk10_pct", 0.00006),
        ("china_par_10y", "china_par_published_examples", "published_risk10_pct", 0.3),
        ("china_par_10y", "china_par_published_examples", "calibrated_coefs_risk10_pct", 0.00006),
        ("ckd_epi_2021_cr", "ckd_epi", "egfr_cr_2021", 1e-5),
        ("metabolic_syndrome_cds2020", "metabolic_syndrome_cds2020", "n_criteria", 0),
        ("fib4", "fib4_nafld", "fib4", 1e-5),
        ("tyg", "homa_tyg", "tyg_index", 1e-5),
        ("eag", "hba1c_conversion", "eag_mmol_l", 1e-9),
    ],
)
def test_values_are_those_of_the_reference(score: str, vectors: str, expected: str, tolerance: float) -> None:
    given = rows(vectors)
    answer = measures.score(score, given)
    assert (answer["status"] == "ok").all()
    assert_close(answer, given[expected], tolerance)


def test_ckd_epi_gives_the_same_from_creatinine_in_either_unit() -> None:
    given = rows("ckd_epi").drop(columns="creatinine_mg_dl")
    assert_close(measures.score("ckd_epi_2021_cr", given), given["egfr_cr_2021"], 1e-5)


def test_tyg_gives_the_same_from_mg_dl() -> None:
    given = rows("homa_tyg").drop(columns=["fasting_glucose_mmol_l", "triglycerides_mmol_l"])
    assert_close(measures.score("tyg", given), given["tyg_index"], 1e-5)


def test_china_par_calls_ages_outside_the_derivation_an_extrapolation() -> None:
    given = rows("china_par_official_calculator")
    answer = measures.score("china_par_10y", given)
    assert (answer["reason"].eq("") == given["age_in_derivation_35_74"].eq(1)).all()


def test_chinese_diabetes_risk_score_points_and_high_risk() -> None:
    given = rows("cdrs_chinese_diabetes_risk_score").dropna(subset="points")
    answer = measures.score("chinese_diabetes_risk_score", given)
    assert len(given) == 36
    assert_close(answer, given["points"], 0)
    assert (answer["band"].eq("high") == given["high_risk_ge25"].eq(1)).all()


def test_chinese_diabetes_risk_score_outside_its_table() -> None:
    person = rows("cdrs_chinese_diabetes_risk_score").iloc[[0]]
    at_19 = measures.score("chinese_diabetes_risk_score", person.assign(age_years=19))
    assert at_19["status"].tolist() == ["not_applicable"]
    for absent in ("waist_cm", "sbp_mmhg"):
        answer = measures.score("chinese_diabetes_risk_score", person.assign(**{absent: np.nan}))
        assert answer["status"].tolist() == ["incomplete"]
        assert answer["missing"].tolist() == [absent]
        assert answer["value"].isna().all()


def test_bmi_and_waist_classes() -> None:
    given = rows("cn_bmi_waist")
    answer = measures.score("bmi_class_cn", given)
    expected = given["expected_bmi_class"].fillna(given["expected_waist_class"])
    assert answer["band"].tolist() == expected.tolist()
    assert (answer["status"] == "ok").all()


def test_hypertension_strata_and_rows_of_the_table() -> None:
    given = rows("cn_hypertension_stratification")
    answer = measures.score("bp_stratum_cn", given)
    assert answer["band"].tolist() == given["expected_stratum"].tolist()
    assert measures.bp_row(given["sbp_mmhg"], given["dbp_mmhg"]).tolist() == given["bp_class"].tolist()


def test_metabolic_syndrome_is_three_criteria_or_more() -> None:
    given = rows("metabolic_syndrome_cds2020")
    answer = measures.score("metabolic_syndrome_cds2020", given)
    assert (answer["band"].eq("metabolic syndrome") == given["ms_0_1"].eq(1)).all()


def test_ckd_epi_answers_where_a_reference_does_and_refuses_where_both_do() -> None:
    given = pd.read_csv(VECTORS / "ckd_epi_invalid_inputs.csv", dtype=str, keep_default_na=False)
    references = given[["kidney_epi_cr_2021", "preventr_calc_ckd_epi"]]
    answered = references.map(lambda text: text[0].isdigit()).any(axis=1)
    answer = measures.score("ckd_epi_2021_cr", given)
    assert (answer["status"].eq("ok") == answered).all()
    assert (answer["value"].notna() == answered).all()


FIELDS = {
    "sex": "sex",
    "age": "age_years",
    "region": "north_0_1",
    "area": "urban_0_1",
    "waist": "waist_cm",
    "tc": "total_chol_value",
    "tc_unit": "total_chol_unit",
    "hdlc": "hdl_c_value",
    "hdlc_unit": "hdl_c_unit",
    "sbp": "sbp_mmhg",
    "dbp": "dbp_mmhg",
    "drug": "on_antihypertensive_0_1",
    "dm": "diabetes_0_1",
    "csmoke": "current_smoker_0_1",
    "fh_ascvd": "family_history_ascvd_0_1",
}


def person_of(case: str) -> dict[str, str]:
    """The row that a case of the official site's input check describes, as text."""
    person = dict(rows("china_par_official_calculator").iloc[300][list(FIELDS.values())].astype(str))
    if case.startswith("missing_"):
        person[FIELDS[case.removeprefix("missing_")]] = ""
        return person
    name, _, cell = case.partition("=")
    if name.endswith("_mmol"):
        name = name.removesuffix("_mmol")
        person[f"{FIELDS[name].removesuffix('_value')}_unit"] = "mmol/L"
    person[FIELDS[name]] = cell
    return person


CHECKED = rows("china_par_invalid_inputs")


@pytest.mark.parametrize(
    ("case", "accepted"), list(zip(CHECKED["case"], CHECKED["official_site_accepts"], strict=True))
)
def test_china_par_accepts_what_the_official_site_accepts(case: str, accepted: int) -> None:
    answer = measures.score("china_par_10y", pd.DataFrame([person_of(case)])).iloc[0]
    if case == "sex=9":  # the site takes 9 for a sex; a score must not guess one
        accepted = 0
    assert (answer["status"] == "ok") == bool(accepted), answer["reason"]
    assert pd.notna(answer["value"]) == bool(accepted)
