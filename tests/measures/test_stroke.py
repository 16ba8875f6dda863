"""Stroke: the screening by eight factors, and CHA2DS2-VASc."""

from math import nan

import pandas as pd
import pytest
from tests.measures.unpacked import rows, stroke_screening

from kanglu import measures

HEALTHY = stroke_screening().drop(columns="expected").iloc[0].to_dict()


def screened(**facts: object) -> "pd.Series[object]":
    return measures.score("stroke_8", {**HEALTHY, **facts}).iloc[0]


def test_the_screening_answers_as_the_reference_does() -> None:
    given = stroke_screening()
    found = measures.score("stroke_8", given)
    said = [f"count={value:.0f}; {band}" for value, band in zip(found["value"], found["band"], strict=True)]
    assert said == given["expected"].tolist()
    assert len(said) == 4


@pytest.mark.parametrize(
    ("facts", "count", "band"),
    [
        ({}, 0, "low"),
        ({"bmi_kg_m2": 25.99}, 0, "low"),
        ({"bmi_kg_m2": 26}, 1, "low"),
        ({"diabetes_0_1": 1}, 1, "medium"),
        ({"atrial_fibrillation_0_1": 1}, 1, "medium"),
        ({"valvular_heart_disease_0_1": 1}, 1, "low"),
        ({"atrial_fibrillation_0_1": 1, "valvular_heart_disease_0_1": 1}, 1, "medium"),
        ({"dyslipidaemia_0_1": 1, "family_history_stroke_0_1": 1}, 2, "low"),
        ({"dyslipidaemia_0_1": 1, "family_history_stroke_0_1": 1, "inactivity_0_1": 1}, 3, "high"),
        ({"stroke_tia_0_1": 1}, 0, "high"),
    ],
)
def test_classes_of_the_screening(facts: dict[str, object], count: int, band: str) -> None:
    found = screened(**facts)
    assert (found["status"], found["value"], found["band"]) == ("ok", count, band)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"age_years": 39}, "not_applicable"),
        ({"age_years": 40}, "ok"),
        ({"family_history_stroke_0_1": nan}, "incomplete"),
        ({"stroke_tia_0_1": nan}, "incomplete"),
    ],
)
def test_whom_the_screening_is_for(facts: dict[str, object], status: str) -> None:
    assert screened(**facts)["status"] == status


def test_the_factors_that_are_there_are_named() -> None:
    person = {**HEALTHY, "bmi_kg_m2": 27, "atrial_fibrillation_0_1": 1, "valvular_heart_disease_0_1": 1}
    found = measures.score("stroke_8", person, contributors=True).iloc[0]
    assert {one.label["en"] for one in found["contributors"]} == {"atrial fibrillation", "body mass index"}


@pytest.mark.parametrize("output", ["cha2ds2_vasc", "cha2ds2_va"])
def test_points_are_those_of_the_reference(output: str) -> None:
    given = rows("cha2ds2_vasc")
    found = measures.score("cha2ds2_vasc", given, output=output)
    expected = given["cha2ds2_vasc" if output == "cha2ds2_vasc" else "cha2ds2_va_no_sex"]
    assert (found["status"] == "ok").all()
    assert found["value"].tolist() == expected.tolist()


PATIENT = {
    "sex": "male",
    "age_years": 60,
    "chf_0_1": 0,
    "hypertension_0_1": 0,
    "diabetes_0_1": 0,
    "stroke_tia_te_0_1": 0,
    "vascular_disease_0_1": 0,
}


def points(**facts: object) -> "pd.Series[object]":
    return measures.score("cha2ds2_vasc", {**PATIENT, **facts}, contributors=True).iloc[0]


@pytest.mark.parametrize(
    ("facts", "value", "band"),
    [
        ({}, 0, "low"),
        ({"sex": "female"}, 1, "low"),
        ({"age_years": 64}, 0, "low"),
        ({"age_years": 65}, 1, "medium"),
        ({"age_years": 74}, 1, "medium"),
        ({"age_years": 75}, 2, "high"),
        ({"sex": "female", "diabetes_0_1": 1}, 2, "medium"),
        ({"sex": "female", "stroke_tia_te_0_1": 1}, 3, "high"),
        ({"chf_0_1": 1, "vascular_disease_0_1": 1}, 2, "high"),
    ],
)
def test_the_sex_alone_moves_no_class(facts: dict[str, object], value: int, band: str) -> None:
    found = points(**facts)
    assert (found["value"], found["band"]) == (value, band)
    assert sum(one.effect for one in found["contributors"]) == value


def test_without_sex_the_version_says_so() -> None:
    found = measures.score("cha2ds2_vasc", {**PATIENT, "sex": "female"}, output="cha2ds2_va").iloc[0]
    assert (found["value"], found["version"]) == (0, "CHA2DS2-VA; bands of ESC 2024")
    assert pd.isna(points(chf_0_1=nan)["value"])
    assert points(age_years=17)["status"] == "not_applicable"
