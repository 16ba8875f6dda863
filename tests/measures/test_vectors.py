"""Every score against every reference row that is carried in tests/data/vectors.

Tolerances are those of the references: the last printed decimal, or as the name of the test says.
"""

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import VECTORS, kidney_failure_invalid, rows, screening

from kanglu import measures


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
        ("ckd_epi_2021_cr_cys", "ckd_epi", "egfr_cr_cys_2021", 1e-5),
        ("ckd_epi_2012_cys", "ckd_epi", "egfr_cys_2012", 1e-5),
        ("nafld_fibrosis_score", "fib4_nafld", "nafld_fibrosis_score", 1e-5),
        ("homa_ir", "homa_tyg", "homa_ir_mmol_div_22.5", 1e-5),
        ("metabolic_syndrome_idf2005", "metabolic_syndrome_idf2005_chinese", "n_other_criteria", 0),
        ("findrisc", "findrisc", "points", 0),
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


def test_homa_ir_is_divided_by_405_in_mg_dl_as_published() -> None:
    given = rows("homa_tyg").drop(columns="fasting_glucose_mmol_l")
    assert_close(measures.score("homa_ir", given), given["homa_ir_mgdl_div_405"], 1e-5)


@pytest.mark.parametrize("years", [2, 5])
def test_kidney_failure_risks_are_those_outside_north_america(years: int) -> None:
    given = rows("kfre_4var")
    answer = measures.score(f"kfre_4v_{years}y", given)
    assert (answer["status"] == "ok").all()
    assert_close(answer, 100 * given[f"risk{years}y_non_north_america"], 1e-5)  # 1e-7, in percent


def test_kidney_failure_is_refused_where_the_reference_computes_silently() -> None:
    given = kidney_failure_invalid()
    answer = measures.score("kfre_4v_5y", given)
    readable_here = given["case_id"].isin(["kfre_inv_13", "kfre_inv_14"])  # the word male; text for numbers
    assert (answer["status"].eq("ok") == readable_here).all(), answer["reason"]
    assert (answer["value"].notna() == readable_here).all()


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


def test_metabolic_syndrome_of_the_idf_needs_central_obesity() -> None:
    given = rows("metabolic_syndrome_idf2005_chinese")
    answer = measures.score("metabolic_syndrome_idf2005", given)
    assert (answer["band"].eq("metabolic syndrome") == given["ms_0_1"].eq(1)).all()
    assert (answer["central_obesity"].eq("yes") == given["central_obesity_0_1"].eq(1)).all()


def test_findrisc_bands() -> None:
    given = rows("findrisc")
    expected = given["risk_band"].str.extract(r"^\S+ (.+)$")[0]
    assert measures.score("findrisc", given)["band"].tolist() == expected.tolist()


@pytest.mark.parametrize(("score", "name"), [("apcs", "APCS_original_2011"), ("osta", "OSTA")])
def test_screening_points_and_bands(score: str, name: str) -> None:
    given = screening(name)
    answer = measures.score(score, given.drop(columns=["value", "band"]))
    assert_close(answer, given["value"], 1e-12)
    assert answer["band"].tolist() == given["band"].tolist()


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
