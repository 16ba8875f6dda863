"""Each score at the edges of its bands and of what it takes: given one person, expect."""

from math import nan

import numpy as np
import pandas as pd
import pytest

from kanglu import measures

type Person = dict[str, object]

PEOPLE: dict[str, Person] = {
    "bmi_class_cn": {"bmi_kg_m2": 22.0, "sex": "male", "waist_cm": 80},
    "ckd_epi_2021_cr": {"sex": "male", "age_years": 50, "creatinine_mg_dl": 1.0},
    "china_par_10y": {
        "sex": "male",
        "age_years": 50,
        "north_0_1": 1,
        "urban_0_1": 1,
        "waist_cm": 85,
        "tc_mmol_l": 5.0,
        "hdl_c_mmol_l": 1.2,
        "sbp_mmhg": 130,
        "on_antihypertensive_0_1": 0,
        "diabetes_0_1": 0,
        "current_smoker_0_1": 0,
        "family_history_ascvd_0_1": 0,
    },
    "chinese_diabetes_risk_score": {
        "sex": "female",
        "age_years": 20,
        "bmi_kg_m2": 21,
        "waist_cm": 65,
        "sbp_mmhg": 100,
        "family_history_first_degree_0_1": 0,
    },
    "bp_stratum_cn": {"sbp_mmhg": 145, "dbp_mmhg": 85, "other_factors": "0 other risk factors"},
    "metabolic_syndrome_cds2020": {
        "sex": "male",
        "waist_cm": 80,
        "fpg_mmol_l": 5.0,
        "ogtt2h_mmol_l": 6.0,
        "diabetes_treated_0_1": 0,
        "sbp_mmhg": 120,
        "dbp_mmhg": 75,
        "htn_treated_0_1": 0,
        "tg_mmol_l": 1.0,
        "hdl_mmol_l": 1.3,
    },
    "fib4": {"age_years": 50, "ast_u_l": 40, "alt_u_l": 36, "platelets_1e9_l": 200},
    "tyg": {"tg_mmol_l": 1.5, "fpg_mmol_l": 5.5},
    "eag": {"hba1c_percent": 7.0},
}


def answer(score: str, **facts: object) -> "pd.Series[object]":
    """The answer for the plain person of a score, with some facts changed."""
    return measures.score(score, {**PEOPLE[score], **facts}).iloc[0]


def band(score: str, **facts: object) -> object:
    found = answer(score, **facts)
    assert found["status"] == "ok", found["reason"]
    return found["band"]


def test_every_plain_person_is_answered() -> None:
    for score in PEOPLE:
        found = answer(score)
        assert found["status"] == "ok", found["reason"]
        assert found["version"] == measures.SCORES[score].version


@pytest.mark.parametrize(
    ("bmi", "expected"),
    [
        (18.4999, "underweight"),
        (18.5, "normal"),
        (23.9999, "normal"),
        (24, "overweight"),
        (27.9999, "overweight"),
        (28, "obese (mild)"),
        (32.4999, "obese (mild)"),
        (32.5, "obese (moderate)"),
        (37.4999, "obese (moderate)"),
        (37.5, "obese (severe)"),
        (49.9999, "obese (severe)"),
        (50, "obese (extreme, 2024)"),
    ],
)
def test_bmi_classes_begin_at_their_edge(bmi: float, expected: str) -> None:
    assert band("bmi_class_cn", bmi_kg_m2=bmi) == expected


@pytest.mark.parametrize(
    ("sex", "waist", "expected"),
    [
        ("male", 84.99, "normal"),
        ("male", 85, "pre-central obesity"),
        ("male", 89.99, "pre-central obesity"),
        ("male", 90, "central obesity"),
        ("female", 79.99, "normal"),
        ("female", 80, "pre-central obesity"),
        ("female", 84.99, "pre-central obesity"),
        ("female", 85, "central obesity"),
    ],
)
def test_waist_classes_begin_at_their_edge(sex: str, waist: float, expected: str) -> None:
    found = answer("bmi_class_cn", bmi_kg_m2=nan, sex=sex, waist_cm=waist)
    assert (found["status"], found["band"]) == ("ok", expected)
    assert answer("bmi_class_cn", sex=sex, waist_cm=waist)["waist_class"] == expected


def test_a_waist_without_the_sex_has_no_class() -> None:
    found = answer("bmi_class_cn", bmi_kg_m2=nan, sex="")
    assert (found["status"], found["missing"]) == ("incomplete", "sex")
    assert answer("bmi_class_cn", sex="")["reason"] == "waist: no class without the sex"


def test_a_child_has_no_adult_class() -> None:
    assert answer("bmi_class_cn", age_years=17)["status"] == "not_applicable"
    assert answer("bmi_class_cn", age_years=18)["status"] == "ok"


def creatinine_for(egfr: float) -> float:
    """The creatinine (mg/dL) of a man of 50 years with this eGFR below 120, by bisection."""
    low, high = 0.9, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        above = measures.score("ckd_epi_2021_cr", {**PEOPLE["ckd_epi_2021_cr"], "creatinine_mg_dl": middle})
        low, high = (middle, high) if above["value"].iloc[0] > egfr else (low, middle)
    return high


@pytest.mark.parametrize(
    ("edge", "from_it", "below"),
    [(90, "G1", "G2"), (60, "G2", "G3a"), (45, "G3a", "G3b"), (30, "G3b", "G4"), (15, "G4", "G5")],
)
def test_kidney_stages_begin_at_their_edge(edge: float, from_it: str, below: str) -> None:
    creatinine = creatinine_for(edge)
    assert band("ckd_epi_2021_cr", creatinine_mg_dl=creatinine - 1e-9) == from_it
    assert band("ckd_epi_2021_cr", creatinine_mg_dl=creatinine + 1e-9) == below


def test_kidney_function_from_umol_l_is_judged_in_umol_l() -> None:
    person = {"sex": "female", "age_years": 60}
    high = measures.score("ckd_epi_2021_cr", {**person, "creatinine_umol_l": 9000}).iloc[0]
    assert (high["status"], high["reason"]) == (
        "not_applicable",
        "creatinine_umol_l 9000 is outside 8.84–8840 µmol/L",
    )
    doubtful = measures.score("ckd_epi_2021_cr", {**person, "creatinine_mg_dl": 70}).iloc[0]
    assert (doubtful["status"], doubtful["band"]) == ("ok", "G5")
    assert "is the unit right?" in doubtful["reason"]


@pytest.mark.parametrize("age", [19, 86])
def test_china_par_has_no_answer_outside_20_to_85(age: int) -> None:
    assert answer("china_par_10y", age_years=age)["status"] == "not_applicable"


@pytest.mark.parametrize(
    ("age", "noted"), [(20, True), (34, True), (35, False), (74, False), (75, True), (85, True)]
)
def test_china_par_notes_an_extrapolation(age: int, noted: bool) -> None:
    found = answer("china_par_10y", age_years=age)
    assert found["status"] == "ok"
    assert ("extrapolation" in str(found["reason"])) == noted


def test_china_par_bands_are_of_the_unrounded_risk() -> None:
    frame = pd.DataFrame([PEOPLE["china_par_10y"]] * 131).assign(sbp_mmhg=range(70, 201), age_years=62)
    found = measures.china_par(frame)
    expected = np.select([found["value"] < 5, found["value"] < 10], ["low", "medium"], "high")
    assert found["band"].tolist() == expected.tolist()
    assert set(expected) == {"low", "medium", "high"}


def test_china_par_is_not_for_people_with_the_disease() -> None:
    assert answer("china_par_10y", ascvd_0_1=1)["status"] == "not_applicable"
    assert answer("china_par_10y", ascvd_0_1=0)["status"] == "ok"
    assert answer("china_par_10y", ascvd_0_1=nan)["status"] == "ok"


def test_china_par_contributors_are_what_ideal_levels_would_save() -> None:
    smoker = {**PEOPLE["china_par_10y"], "current_smoker_0_1": 1}
    found = measures.china_par(smoker, contributors=True).iloc[0]
    saved = found["value"] - answer("china_par_10y")["value"]
    effects = {item.factor: item.effect for item in found["contributors"]}
    assert effects["smoker"] == pytest.approx(saved)
    assert "diabetes" not in effects
    sizes = [abs(item.effect) for item in found["contributors"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("item", "value", "points"),
    [
        ("age_years", 24, 0),
        ("age_years", 25, 4),
        ("age_years", 34, 4),
        ("age_years", 35, 8),
        ("age_years", 40, 11),
        ("age_years", 45, 12),
        ("age_years", 50, 13),
        ("age_years", 55, 15),
        ("age_years", 60, 16),
        ("age_years", 65, 18),
        ("age_years", 74, 18),
        ("bmi_kg_m2", 21.99, 0),
        ("bmi_kg_m2", 22, 1),
        ("bmi_kg_m2", 23.99, 1),
        ("bmi_kg_m2", 24, 3),
        ("bmi_kg_m2", 29.99, 3),
        ("bmi_kg_m2", 30, 5),
        ("waist_cm", 69.99, 0),
        ("waist_cm", 70, 3),
        ("waist_cm", 75, 5),
        ("waist_cm", 80, 7),
        ("waist_cm", 85, 8),
        ("waist_cm", 90, 10),
        ("sbp_mmhg", 109, 0),
        ("sbp_mmhg", 110, 1),
        ("sbp_mmhg", 120, 3),
        ("sbp_mmhg", 130, 6),
        ("sbp_mmhg", 140, 7),
        ("sbp_mmhg", 150, 8),
        ("sbp_mmhg", 160, 10),
        ("family_history_first_degree_0_1", 1, 6),
    ],
)
def test_diabetes_points_begin_at_their_edge(item: str, value: float, points: int) -> None:
    assert answer("chinese_diabetes_risk_score", **{item: value})["value"] == points


@pytest.mark.parametrize(("waist", "points"), [(74.99, 0), (75, 3), (80, 5), (85, 7), (90, 8), (95, 10)])
def test_diabetes_points_of_a_mans_waist(waist: float, points: int) -> None:
    assert answer("chinese_diabetes_risk_score", sex="male", waist_cm=waist)["value"] == points + 2


def test_diabetes_risk_is_high_from_25_points() -> None:
    by_points = {"age_years": 65, "sbp_mmhg": 120, "bmi_kg_m2": 24}  # 18 + 3 + 3
    assert band("chinese_diabetes_risk_score", **by_points) == "not high"
    assert band("chinese_diabetes_risk_score", **{**by_points, "sex": "male"}) == "high"  # + 2


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"age_years": 19}, "not_applicable"),
        ({"age_years": 20}, "ok"),
        ({"age_years": 74}, "ok"),
        ({"age_years": 75}, "not_applicable"),
        ({"diabetes_0_1": 1}, "not_applicable"),
        ({"waist_cm": nan}, "incomplete"),
        ({"sbp_mmhg": nan}, "incomplete"),
        ({"family_history_first_degree_0_1": nan}, "incomplete"),
    ],
)
def test_diabetes_risk_says_whom_it_does_not_fit(facts: Person, status: str) -> None:
    found = answer("chinese_diabetes_risk_score", **facts)
    assert found["status"] == status
    assert pd.notna(found["value"]) == (status == "ok")


@pytest.mark.parametrize(
    ("sbp", "dbp", "expected"),
    [
        (130, 60, "no stratum"),
        (120, 85, "no stratum"),
        (139, 89, "no stratum"),
        (140, 60, "low"),
        (130, 90, "low"),
        (159, 99, "low"),
        (160, 60, "medium"),
        (130, 100, "medium"),
        (179, 109, "medium"),
        (180, 60, "high"),
        (130, 110, "high"),
    ],
)
def test_the_higher_pressure_decides_the_stratum(sbp: float, dbp: float, expected: str) -> None:
    assert band("bp_stratum_cn", sbp_mmhg=sbp, dbp_mmhg=dbp) == expected


def test_below_130_over_85_the_table_does_not_apply() -> None:
    found = answer("bp_stratum_cn", sbp_mmhg=129, dbp_mmhg=84)
    assert found["status"] == "not_applicable"
    assert pd.isna(found["band"])
    assert "the table begins there" in found["reason"]
    crossed = answer("bp_stratum_cn", sbp_mmhg=90, dbp_mmhg=90)
    assert crossed["reason"] == "dbp_mmhg is not below the systolic pressure"


def test_a_history_that_is_no_column_of_the_table_is_not_guessed() -> None:
    found = answer("bp_stratum_cn", other_factors="some")
    assert found["status"] == "incomplete"
    assert "'some' is none of: 0 other risk factors; 1-2 other risk factors" in found["reason"]


@pytest.mark.parametrize(
    ("sbp", "dbp", "expected"),
    [
        (119, 79, "normal"),
        (120, 79, "high normal"),
        (119, 80, "high normal"),
        (139, 89, "high normal"),
        (140, 89, "grade 1"),
        (139, 90, "grade 1"),
        (160, 80, "grade 2"),
        (150, 100, "grade 2"),
        (180, 80, "grade 3"),
        (150, 110, "grade 3"),
        (nan, 110, None),
    ],
)
def test_pressure_classes_begin_at_their_edge(sbp: float, dbp: float, expected: str | None) -> None:
    assert measures.bp_class(np.array([sbp]), np.array([dbp])).tolist() == [expected]


@pytest.mark.parametrize(
    ("facts", "criteria"),
    [
        ({}, 0),
        ({"waist_cm": 89.99}, 0),
        ({"waist_cm": 90}, 1),
        ({"sex": "female", "waist_cm": 84.99}, 0),
        ({"sex": "female", "waist_cm": 85}, 1),
        ({"fpg_mmol_l": 6.09}, 0),
        ({"fpg_mmol_l": 6.1}, 1),
        ({"ogtt2h_mmol_l": 7.79}, 0),
        ({"ogtt2h_mmol_l": 7.8}, 1),
        ({"diabetes_treated_0_1": 1}, 1),
        ({"sbp_mmhg": 129, "dbp_mmhg": 84}, 0),
        ({"sbp_mmhg": 130}, 1),
        ({"dbp_mmhg": 85}, 1),
        ({"htn_treated_0_1": 1}, 1),
        ({"sbp_mmhg": 130, "dbp_mmhg": 85, "htn_treated_0_1": 1}, 1),
        ({"tg_mmol_l": 1.69}, 0),
        ({"tg_mmol_l": 1.7}, 1),
        ({"hdl_mmol_l": 1.04}, 0),
        ({"hdl_mmol_l": 1.03}, 1),
    ],
)
def test_metabolic_criteria_begin_at_their_edge(facts: Person, criteria: int) -> None:
    assert answer("metabolic_syndrome_cds2020", **facts)["value"] == criteria


def test_metabolic_syndrome_is_decided_as_soon_as_it_can_be() -> None:
    met = {"waist_cm": 95, "tg_mmol_l": 2.0, "hdl_mmol_l": 0.9}
    unknown = {"fpg_mmol_l": nan, "ogtt2h_mmol_l": nan, "diabetes_treated_0_1": nan}
    three_met = answer("metabolic_syndrome_cds2020", **met, **unknown)
    assert (three_met["status"], three_met["band"]) == ("ok", "metabolic syndrome")
    assert "decided by the criteria that are known" in three_met["reason"]
    two_met = answer("metabolic_syndrome_cds2020", **{**met, "hdl_mmol_l": 1.3}, **unknown)
    assert two_met["status"] == "incomplete"
    assert two_met["missing"] == "fpg_mmol_l, diabetes_treated_0_1"
    none_met = answer("metabolic_syndrome_cds2020", **unknown)
    assert (none_met["status"], none_met["band"]) == ("ok", "no metabolic syndrome")


@pytest.mark.parametrize(
    ("age", "ast", "expected"),
    [  # FIB-4 = age · AST / (100 · √100): 1.30, 2.0 and 2.67 from the AST
        (50, 25.99, "low"),
        (50, 26, "indeterminate"),
        (50, 53.4, "indeterminate"),
        (50, 53.41, "high"),
        (64, 26, "indeterminate"),
        (65, 30.76, "low"),
        (80, 25, "indeterminate"),
        (35, 10, "low"),
        (34, 100, "not validated"),
    ],
)
def test_fib4_classes(age: float, ast: float, expected: str) -> None:
    assert band("fib4", age_years=age, ast_u_l=ast, alt_u_l=100, platelets_1e9_l=100) == expected


@pytest.mark.parametrize(("hba1c", "noted"), [(4.9, True), (5, False), (13, False), (13.1, True)])
def test_average_glucose_notes_an_extrapolation(hba1c: float, noted: bool) -> None:
    assert ("extrapolation" in str(answer("eag", hba1c_percent=hba1c)["reason"])) == noted


def test_tyg_is_the_logarithm_of_the_half_product() -> None:
    person = {"triglycerides_mg_dl": 150, "fasting_glucose_mg_dl": 100}
    assert measures.score("tyg", person)["value"].iloc[0] == pytest.approx(np.log(7500))
