"""Risk factors of the hypertension guideline: given answers, the count, the column, and what is open."""

import numpy as np
import pytest

from kanglu.measures import SCORES
from kanglu.measures.blood_pressure import OTHER_FACTORS
from kanglu.measures.risk_factors import QUESTIONS, count_range, stratum_column

nan = float("nan")
HEALTHY = {
    "age_years": 50,
    "current_smoker_0_1": 0,
    "passive_smoker_0_1": nan,
    "fpg_mmol_l": 5.0,
    "ogtt2h_mmol_l": nan,
    "tc_mmol_l": 4.5,
    "ldl_c_mmol_l": 2.5,
    "hdl_c_mmol_l": 1.4,
    "family_history_ascvd_0_1": 0,
    "waist_cm": 75,
    "bmi_kg_m2": 22,
    "homocysteine_umol_l": nan,
    "creatinine_umol_l": 70,
    "uacr_mg_g": nan,
}
NONE, SOME, DAMAGE, DISEASE = OTHER_FACTORS


def columns(**other):
    return {name: np.array([value], dtype=float) for name, value in (HEALTHY | other).items()}


def count(male=0, **other):
    least, most = count_range(columns(**other), np.array([male], dtype=float))
    return least[0], most[0]


def column(male=0, egfr=90, diabetes=0, complication=0, **other):
    given = [np.array([value], dtype=float) for value in (male, egfr)]
    found, still_open = stratum_column(
        columns(**other),
        *given,
        diabetes=np.array([diabetes], float),
        complication=np.array([complication], float),
    )
    return found[0], still_open[0]


@pytest.mark.parametrize(
    ("male", "other", "counts"),
    [
        (1, {"age_years": 55}, 0),
        (1, {"age_years": 56}, 1),
        (0, {"age_years": 65}, 0),
        (0, {"age_years": 66}, 1),
        (0, {"current_smoker_0_1": 1}, 1),
        (0, {"passive_smoker_0_1": 1}, 1),
        (0, {"current_smoker_0_1": 1, "passive_smoker_0_1": 1}, 1),
        (0, {"fpg_mmol_l": 6.09}, 0),
        (0, {"fpg_mmol_l": 6.1}, 1),
        (0, {"fpg_mmol_l": 6.99}, 1),
        (0, {"fpg_mmol_l": 7.0}, 0),
        (0, {"ogtt2h_mmol_l": 7.8}, 1),
        (0, {"ogtt2h_mmol_l": 11.09}, 1),
        (0, {"ogtt2h_mmol_l": 11.1}, 0),
        (0, {"tc_mmol_l": 5.19}, 0),
        (0, {"tc_mmol_l": 5.2}, 1),
        (0, {"ldl_c_mmol_l": 3.39}, 0),
        (0, {"ldl_c_mmol_l": 3.4}, 1),
        (0, {"hdl_c_mmol_l": 0.99}, 1),
        (0, {"hdl_c_mmol_l": 1.0}, 0),
        (0, {"tc_mmol_l": 6, "ldl_c_mmol_l": 4, "hdl_c_mmol_l": 0.8}, 1),
        (1, {"waist_cm": 89.9}, 0),
        (1, {"waist_cm": 90}, 1),
        (0, {"waist_cm": 84.9}, 0),
        (0, {"waist_cm": 85}, 1),
        (0, {"bmi_kg_m2": 27.9}, 0),
        (0, {"bmi_kg_m2": 28}, 1),
        (0, {"homocysteine_umol_l": 14.9}, 0),
        (0, {"homocysteine_umol_l": 15}, 1),
    ],
)
def test_each_factor_counts_once_from_its_limit_on(male, other, counts):
    assert count(male, **other) == (counts, counts)


@pytest.mark.parametrize(
    "name",
    [
        "age_years",
        "current_smoker_0_1",
        "fpg_mmol_l",
        "tc_mmol_l",
        "ldl_c_mmol_l",
        "hdl_c_mmol_l",
        "waist_cm",
        "bmi_kg_m2",
        "family_history_ascvd_0_1",
    ],
)
def test_what_was_not_asked_may_be_one_more_and_is_named(name):
    assert count(**{name: nan}) == (0, 1)
    assert column(**{name: nan}) == (None, name)


@pytest.mark.parametrize("name", ["passive_smoker_0_1", "ogtt2h_mmol_l", "homocysteine_umol_l"])
def test_what_is_no_part_of_a_usual_check_is_not_missed(name):
    assert count(**{name: nan}) == (0, 0)


def test_a_factor_found_is_not_open_whatever_else_was_not_asked():
    assert count(tc_mmol_l=6, ldl_c_mmol_l=nan, hdl_c_mmol_l=nan) == (1, 1)
    assert column(tc_mmol_l=6, ldl_c_mmol_l=nan, family_history_ascvd_0_1=nan) == (SOME, "")
    assert column(tc_mmol_l=6, ldl_c_mmol_l=nan, current_smoker_0_1=1, waist_cm=nan) == (
        None,
        "waist_cm",
    )


def test_disease_in_the_family_leaves_open_how_early_it_was():
    assert count(family_history_ascvd_0_1=1) == (0, 1)
    assert column(family_history_ascvd_0_1=1) == (None, "family_history_ascvd_0_1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, NONE),
        ({"current_smoker_0_1": 1}, SOME),
        ({"current_smoker_0_1": 1, "tc_mmol_l": 6}, SOME),
        ({"current_smoker_0_1": 1, "tc_mmol_l": 6, "waist_cm": 90}, DAMAGE),
        ({"uacr_mg_g": 29.9}, NONE),
        ({"uacr_mg_g": 30}, DAMAGE),
        ({"uacr_mg_g": 300}, DAMAGE),
        ({"uacr_mg_g": 301}, DISEASE),
        ({"egfr": 60}, NONE),
        ({"egfr": 59.9}, DAMAGE),
        ({"egfr": 30}, DAMAGE),
        ({"egfr": 29.9}, DISEASE),
        ({"egfr": 14.9}, DISEASE),
        ({"diabetes": 1}, DAMAGE),
        ({"complication": 1}, DISEASE),
        ({"complication": 1, "egfr": nan, "diabetes": nan, "tc_mmol_l": nan}, DISEASE),
    ],
)
def test_the_column_of_the_table(given, expected):
    assert column(**given) == (expected, "")


@pytest.mark.parametrize(
    ("given", "still_open"),
    [
        ({"complication": nan}, "complication_0_1"),
        ({"diabetes": nan}, "diabetes_0_1"),
        ({"egfr": nan, "creatinine_umol_l": nan}, "creatinine_umol_l"),
        ({"egfr": nan, "creatinine_umol_l": nan, "diabetes": 1}, "creatinine_umol_l"),
        ({"egfr": nan, "male": nan}, "sex"),
        ({"egfr": nan, "age_years": nan}, "age_years"),
        ({"diabetes": 1, "complication": nan, "tc_mmol_l": nan}, "complication_0_1"),
        (
            {"current_smoker_0_1": nan, "fpg_mmol_l": nan, "diabetes": nan},
            "current_smoker_0_1, fpg_mmol_l, diabetes_0_1",
        ),
    ],
)
def test_what_decides_is_named_and_nothing_else(given, still_open):
    assert column(**given) == (None, still_open)


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        ({"age_years": 55}, 0, 0),
        ({"age_years": 56}, 0, 1),
        ({"age_years": 66}, 1, 1),
        ({"waist_cm": 84}, 0, 0),
        ({"waist_cm": 85}, 0, 1),
        ({"waist_cm": 90}, 1, 1),
    ],
)
def test_without_the_sex_only_what_counts_in_both_is_found(other, least, most):
    assert count(nan, **other) == (least, most)


def test_more_than_one_person_at_once():
    both = {name: np.concatenate([value, value]) for name, value in columns().items()}
    both["current_smoker_0_1"] = np.array([nan, 1.0])
    zero = np.zeros(2)
    found, still_open = stratum_column(both, zero, np.array([90.0, 90.0]), diabetes=zero, complication=zero)
    assert (found.tolist(), still_open.tolist()) == ([None, SOME], ["current_smoker_0_1", ""])


def test_every_question_has_a_name_in_both_languages_and_every_column_a_place_in_the_table():
    assert all(label["zh"] and label["en"] for label in QUESTIONS.values())
    (words,) = (item.words for item in SCORES["bp_stratum_cn"].inputs if item.key == "other_factors")
    assert words == OTHER_FACTORS
