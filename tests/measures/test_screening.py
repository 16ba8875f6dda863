"""Points of APCS and FINDRISC, OSTA, and the NAFLD fibrosis score, at their edges."""

from math import nan

import pandas as pd
import pytest

from kanglu import measures

PEOPLE: dict[str, dict[str, object]] = {
    "apcs": {"sex": "female", "age_years": 45, "first_degree_crc_0_1": 0, "current_or_past_smoker_0_1": 0},
    "osta": {"weight_kg": 50, "age_years": 60},
    "findrisc": {
        "sex": "female",
        "age_years": 44,
        "bmi_kg_m2": 22,
        "waist_cm": 70,
        "daily_activity_30min_0_1": 1,
        "daily_veg_fruit_0_1": 1,
        "bp_medication_0_1": 0,
        "history_high_glucose_0_1": 0,
        "family_history_0none_1second_2first": 0,
    },
    "nafld_fibrosis_score": {
        "age_years": 50,
        "bmi_kg_m2": 25,
        "ifg_or_diabetes_0_1": 0,
        "ast_u_l": 40,
        "alt_u_l": 40,
        "platelets_1e9_l": 200,
        "albumin_g_l": 40,
    },
}


def answer(score: str, **facts: object) -> "pd.Series[object]":
    return measures.score(score, {**PEOPLE[score], **facts}).iloc[0]


@pytest.mark.parametrize(
    ("facts", "points", "band"),
    [
        ({}, 0, "average"),
        ({"age_years": 49.9}, 0, "average"),
        ({"sex": "male"}, 1, "average"),
        ({"age_years": 50}, 2, "moderate"),
        ({"age_years": 69}, 2, "moderate"),
        ({"age_years": 70}, 3, "moderate"),
        ({"age_years": 70, "current_or_past_smoker_0_1": 1}, 4, "high"),
        ({"first_degree_crc_0_1": 1}, 2, "moderate"),
    ],
)
def test_colorectal_points(facts: dict[str, object], points: int, band: str) -> None:
    found = answer("apcs", **facts)
    assert (found["value"], found["band"]) == (points, band)


@pytest.mark.parametrize(
    ("weight", "age", "band"),
    [
        (50, 54.99, "low"),
        (50, 55, "medium"),
        (50, 70, "medium"),
        (50, 70.01, "high"),
    ],
)
def test_osteoporosis_bands(weight: float, age: float, band: str) -> None:
    assert answer("osta", weight_kg=weight, age_years=age)["band"] == band


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"sex": "male"}, "not_applicable"),
        ({"postmenopausal_0_1": 0}, "not_applicable"),
        ({"sex": "female", "postmenopausal_0_1": 1}, "ok"),
        ({"sex": "", "postmenopausal_0_1": nan}, "ok"),
    ],
)
def test_osteoporosis_is_screened_in_women_after_the_menopause(facts: dict[str, object], status: str) -> None:
    assert answer("osta", **facts)["status"] == status


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, 0),
        ({"age_years": 45}, 2),
        ({"age_years": 54}, 2),
        ({"age_years": 55}, 3),
        ({"age_years": 64}, 3),
        ({"age_years": 65}, 4),
        ({"bmi_kg_m2": 24.99}, 0),
        ({"bmi_kg_m2": 25}, 1),
        ({"bmi_kg_m2": 30}, 1),
        ({"bmi_kg_m2": 30.01}, 3),
        ({"waist_cm": 79.99}, 0),
        ({"waist_cm": 80}, 3),
        ({"waist_cm": 88}, 3),
        ({"waist_cm": 88.01}, 4),
        ({"sex": "male", "waist_cm": 93.99}, 0),
        ({"sex": "male", "waist_cm": 94}, 3),
        ({"sex": "male", "waist_cm": 102}, 3),
        ({"sex": "male", "waist_cm": 102.01}, 4),
        ({"daily_activity_30min_0_1": 0}, 2),
        ({"daily_veg_fruit_0_1": 0}, 1),
        ({"bp_medication_0_1": 1}, 2),
        ({"history_high_glucose_0_1": 1}, 5),
        ({"family_history_0none_1second_2first": 1}, 3),
        ({"family_history_0none_1second_2first": 2}, 5),
    ],
)
def test_findrisc_points_begin_at_their_edge(facts: dict[str, object], points: int) -> None:
    assert answer("findrisc", **facts)["value"] == points


GLUCOSE = {"history_high_glucose_0_1": 1}
FAMILY = {"family_history_0none_1second_2first": 2}


@pytest.mark.parametrize(
    ("facts", "points", "band"),
    [
        ({**GLUCOSE, "bmi_kg_m2": 26}, 6, "low"),
        ({**GLUCOSE, "age_years": 45}, 7, "slightly elevated"),
        ({**GLUCOSE, **FAMILY, "bmi_kg_m2": 26}, 11, "slightly elevated"),
        ({**GLUCOSE, **FAMILY, "age_years": 45}, 12, "moderate"),
        ({**GLUCOSE, **FAMILY, "age_years": 65}, 14, "moderate"),
        ({**GLUCOSE, **FAMILY, "age_years": 65, "bmi_kg_m2": 26}, 15, "high"),
        ({**GLUCOSE, **FAMILY, "age_years": 65, "bmi_kg_m2": 31, "waist_cm": 85}, 20, "high"),
        ({**GLUCOSE, **FAMILY, "age_years": 65, "bmi_kg_m2": 31, "waist_cm": 90}, 21, "very high"),
    ],
)
def test_findrisc_bands_begin_at_their_edge(facts: dict[str, object], points: int, band: str) -> None:
    found = answer("findrisc", **facts)
    assert (found["value"], found["band"]) == (points, band)


def test_findrisc_says_whom_it_does_not_fit() -> None:
    assert answer("findrisc", age_years=24)["status"] == "not_applicable"
    assert answer("findrisc", diabetes_0_1=1)["status"] == "not_applicable"
    assert answer("findrisc", diabetes_0_1=nan)["status"] == "ok"
    assert answer("findrisc", family_history_0none_1second_2first=3)["status"] == "not_applicable"
    assert "extrapolation" in str(answer("findrisc", age_years=34)["reason"])
    assert answer("findrisc", age_years=35)["reason"] == ""


def test_points_tell_what_gave_them() -> None:
    person = {**PEOPLE["findrisc"], **FAMILY, "bmi_kg_m2": 26}
    found = measures.score("findrisc", person, contributors=True)["contributors"].iloc[0]
    assert [(item.factor, item.effect, item.unit) for item in found] == [
        ("family_history", 5, "points"),
        ("bmi", 1, "points"),
    ]


def platelets_for(value: float, age: float) -> float:
    """The platelets that give this fibrosis score at this age, all else as in the plain person."""
    return 200 + (float(str(answer("nafld_fibrosis_score", age_years=age)["value"])) - value) / 0.013


@pytest.mark.parametrize(
    ("age", "value", "band"),
    [
        (64, -1.456, "low"),
        (64, -1.454, "indeterminate"),
        (65, 0.119, "low"),
        (65, 0.121, "indeterminate"),
        (50, 0.675, "indeterminate"),
        (50, 0.677, "high"),
        (80, 0.677, "high"),
    ],
)
def test_fibrosis_classes(age: float, value: float, band: str) -> None:
    found = answer("nafld_fibrosis_score", age_years=age, platelets_1e9_l=platelets_for(value, age))
    assert (found["value"], found["band"]) == (pytest.approx(value), band)


def test_albumin_in_either_unit_gives_the_same() -> None:
    person = {**PEOPLE["nafld_fibrosis_score"]}
    grams = person.pop("albumin_g_l")
    in_dl = measures.score("nafld_fibrosis_score", {**person, "albumin_g_dl": float(str(grams)) / 10})
    assert in_dl["value"].iloc[0] == pytest.approx(answer("nafld_fibrosis_score")["value"])
    wrong = answer("nafld_fibrosis_score", albumin_g_l=4.0)
    assert (wrong["status"], wrong["reason"]) == ("not_applicable", "albumin_g_l 4 is outside 10–80 g/L")
