"""Metabolic syndrome of the IDF at the edges of its criteria, and decided as soon as it can be."""

from math import nan

import pandas as pd
import pytest

from kanglu import measures

MAN = {
    "sex": "male",
    "waist_cm": 95,
    "bmi_kg_m2": 26,
    "tg_mmol_l": 1.0,
    "tg_drug_0_1": 0,
    "hdl_mmol_l": 1.3,
    "hdl_drug_0_1": 0,
    "sbp_mmhg": 120,
    "dbp_mmhg": 75,
    "bp_drug_0_1": 0,
    "fpg_mmol_l": 5.0,
    "previous_t2dm_0_1": 0,
}


def answer(**facts: object) -> "pd.Series[object]":
    return measures.score("metabolic_syndrome_idf2005", {**MAN, **facts}).iloc[0]


@pytest.mark.parametrize(
    ("facts", "criteria"),
    [
        ({}, 0),
        ({"tg_mmol_l": 1.69}, 0),
        ({"tg_mmol_l": 1.7}, 1),
        ({"tg_drug_0_1": 1}, 1),
        ({"hdl_mmol_l": 1.03}, 0),
        ({"hdl_mmol_l": 1.02}, 1),
        ({"sex": "female", "hdl_mmol_l": 1.29}, 0),
        ({"sex": "female", "hdl_mmol_l": 1.28}, 1),
        ({"hdl_drug_0_1": 1}, 1),
        ({"sbp_mmhg": 129, "dbp_mmhg": 84}, 0),
        ({"sbp_mmhg": 130}, 1),
        ({"dbp_mmhg": 85}, 1),
        ({"bp_drug_0_1": 1}, 1),
        ({"fpg_mmol_l": 5.59}, 0),
        ({"fpg_mmol_l": 5.6}, 1),
        ({"previous_t2dm_0_1": 1}, 1),
    ],
)
def test_criteria_begin_at_their_edge(facts: dict[str, object], criteria: int) -> None:
    assert answer(**facts)["value"] == criteria


@pytest.mark.parametrize(
    ("sex", "waist", "bmi", "expected"),
    [
        ("male", 89.99, 30, "no"),
        ("male", 90, 30, "yes"),
        ("female", 79.99, 30, "no"),
        ("female", 80, 30, "yes"),
        ("male", 60, 30.01, "yes"),
        ("male", 60, nan, "no"),
        ("male", nan, 30.01, "yes"),
    ],
)
def test_central_obesity_is_a_wide_waist_or_a_bmi_above_30(
    sex: str, waist: float, bmi: float, expected: str
) -> None:
    found = answer(sex=sex, waist_cm=waist, bmi_kg_m2=bmi)
    assert (found["status"], found["central_obesity"]) == ("ok", expected)


TWO = {"tg_mmol_l": 2.0, "fpg_mmol_l": 6.0}


@pytest.mark.parametrize(
    ("facts", "band"),
    [
        (TWO, "metabolic syndrome"),
        ({"tg_mmol_l": 2.0}, "no metabolic syndrome"),
        ({**TWO, "waist_cm": 85}, "no metabolic syndrome"),
        ({**TWO, "hdl_mmol_l": nan, "sbp_mmhg": nan}, "metabolic syndrome"),
        ({"waist_cm": 85, "tg_mmol_l": nan, "fpg_mmol_l": nan}, "no metabolic syndrome"),
        ({"waist_cm": nan, "tg_mmol_l": nan}, "no metabolic syndrome"),
    ],
)
def test_it_is_central_obesity_with_two_others(facts: dict[str, object], band: str) -> None:
    found = answer(**facts)
    assert (found["status"], found["band"]) == ("ok", band)
    unknown = any(cell != cell for cell in facts.values())
    assert (found["reason"] != "") == unknown


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({**TWO, "waist_cm": nan}, "waist_cm"),
        ({**TWO, "waist_cm": 85, "sex": ""}, "sex"),
        ({"tg_mmol_l": 2.0, "sbp_mmhg": nan}, "sbp_mmhg"),
        ({"tg_mmol_l": 2.0, "bp_drug_0_1": nan}, "bp_drug_0_1"),
        ({"waist_cm": 85, "hdl_mmol_l": 1.1, "sex": "", "tg_mmol_l": 2.0}, "sex"),
    ],
)
def test_what_would_decide_is_asked_for_and_nothing_else(facts: dict[str, object], missing: str) -> None:
    found = answer(**facts)
    assert (found["status"], found["missing"]) == ("incomplete", missing)
    assert pd.isna(found["value"])
    assert pd.isna(found["central_obesity"])
