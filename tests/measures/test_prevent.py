"""AHA PREVENT: against the reference rows, and given one woman, which model answers and where it ends."""

from itertools import pairwise
from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import VECTORS, rows

from kanglu import catalogue, measures
from kanglu.errors import MeasureError
from kanglu.measures.prevent import PREVENT, prevent

OUTPUTS = tuple(PREVENT.outputs)
WOMAN: dict[str, object] = {
    "sex": "female",
    "age_years": 50,
    "total_chol_mg_dl": 200,
    "hdl_c_mg_dl": 50,
    "sbp_mmhg": 130,
    "bmi_kg_m2": 25,
    "egfr_ml_min_173m2": 90,
    "diabetes_0_1": 0,
    "current_smoker_0_1": 0,
    "on_antihypertensive_0_1": 0,
    "on_statin_0_1": 0,
}
"""The woman from whom the reference's invalid inputs start."""


def answer(output: str = "cvd_10yr", **facts: object) -> "pd.Series[object]":
    return prevent({**WOMAN, **facts}, output=output).iloc[0]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    "vectors", ["prevent_base", "prevent_hba1c", "prevent_uacr", "prevent_sdi", "prevent_full"]
)
def test_values_are_those_of_the_reference(vectors: str, output: str) -> None:
    given = rows(vectors)
    fits = output.endswith("10yr") | given["valid_30yr_age_30_59"].eq(1)
    found = measures.score("prevent", given, output=output)
    assert (found["status"] == np.where(fits, "ok", "not_applicable")).all()
    assert (found["value"] / 100 - given[output])[fits].abs().max() <= 1e-7
    assert found["value"][~fits].isna().all()


@pytest.mark.parametrize(
    ("sex", "facts", "published"),
    [
        ("female", {}, 0.1468),
        ("male", {}, 0.1632),
        ("female", {"uacr_mg_g": 40}, 0.1599),
        ("male", {"uacr_mg_g": 40}, 0.1718),
        ("female", {"hba1c_percent": 7.5}, 0.1359),
        ("male", {"hba1c_percent": 7.5}, 0.1551),
        ("female", {"sdi_decile_1_10": 8}, 0.1565),
        ("male", {"sdi_decile_1_10": 8}, 0.1823),
        ("female", {"uacr_mg_g": 40, "hba1c_percent": 7.5, "sdi_decile_1_10": 8}, 0.1560),
        ("male", {"uacr_mg_g": 40, "hba1c_percent": 7.5, "sdi_decile_1_10": 8}, 0.1808),
    ],
)
def test_the_worked_example_of_the_supplement(sex: str, facts: dict[str, object], published: float) -> None:
    person = {"sex": sex, "hdl_c_mg_dl": 45, "sbp_mmhg": 160, "bmi_kg_m2": 35}
    found = answer(**person, on_antihypertensive_0_1=1, diabetes_0_1=1, **facts)
    assert found["value"] / 100 == pytest.approx(published, abs=0.00005)


FIELDS = {
    "age": "age_years",
    "sex": "sex",
    "sbp": "sbp_mmhg",
    "total_c": "total_chol_mg_dl",
    "hdl_c": "hdl_c_mg_dl",
    "egfr": "egfr_ml_min_173m2",
    "bmi": "bmi_kg_m2",
    "bp_tx": "on_antihypertensive_0_1",
    "dm": "diabetes_0_1",
    "smoking": "current_smoker_0_1",
    "statin": "on_statin_0_1",
    "hba1c": "hba1c_percent",
    "uacr": "uacr_mg_g",
}
INVALID = pd.read_csv(VECTORS / "prevent_invalid_inputs.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("row", range(len(INVALID)), ids=INVALID["case_id"])
def test_what_the_reference_refuses_is_refused(row: int) -> None:
    case = INVALID.iloc[row]
    found = answer(**{FIELDS[case["changed_input"]]: case["value"]})
    refused = case["preventr_behaviour"].startswith("10yr total_cvd=NA")
    if case["changed_input"] in ("hba1c", "uacr"):  # the reference leaves them out; here nothing is
        refused = True
    if case["case_id"].endswith("age_text"):  # a text of digits, as every cell of a file is
        refused = False
    assert (found["status"] != "ok") == refused, found["reason"]
    assert pd.isna(found["value"]) == refused
    assert not refused or str(found["reason"]).startswith(FIELDS[case["changed_input"]])


@pytest.mark.parametrize(
    ("facts", "model"),
    [
        ({}, "base model"),
        ({"hba1c_percent": 5.6}, "HbA1c model"),
        ({"uacr_mg_g": 12}, "UACR model"),
        ({"hba1c_percent": 5.6, "uacr_mg_g": 12}, "full model, social deprivation not known"),
        ({"hba1c_percent": nan}, "HbA1c model, HbA1c not measured"),
        (
            {"hba1c_percent": nan, "uacr_mg_g": 12},
            "full model, social deprivation not known, HbA1c not measured",
        ),
        ({"sdi_decile_1_10": 4}, "SDI model"),
        ({"sdi_decile_1_10": nan}, "SDI model, social deprivation not known"),
        ({"hba1c_percent": 5.6, "sdi_decile_1_10": 4}, "full model, UACR not measured"),
    ],
)
def test_the_columns_given_choose_the_model_and_the_version_says_it(
    facts: dict[str, object], model: str
) -> None:
    found = answer(**facts)
    assert found["status"] == "ok"
    assert found["version"] == f"AHA PREVENT 2023, 10-year total CVD; {model}"


def test_a_column_of_one_model_says_row_by_row_what_was_not_measured() -> None:
    frame = pd.DataFrame([WOMAN] * 3).assign(hba1c_percent=[5.6, nan, 5.6], uacr_mg_g=[nan, nan, 9.0])
    said = [text.partition("not known")[2] for text in measures.score("prevent", frame)["version"]]
    assert said == [", UACR not measured", ", HbA1c not measured, UACR not measured", ""]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"age_years": 30}, "ok"),
        ({"age_years": 79}, "ok"),
        ({"total_chol_mg_dl": 130}, "ok"),
        ({"total_chol_mg_dl": 320}, "ok"),
        ({"hdl_c_mg_dl": 20}, "ok"),
        ({"hdl_c_mg_dl": 100}, "ok"),
        ({"sbp_mmhg": 90}, "ok"),
        ({"sbp_mmhg": 180}, "ok"),
        ({"bmi_kg_m2": 18.5}, "ok"),
        ({"egfr_ml_min_173m2": 15}, "ok"),
        ({"egfr_ml_min_173m2": 140}, "ok"),
        ({"hba1c_percent": 4.5}, "ok"),
        ({"hba1c_percent": 15}, "ok"),
        ({"uacr_mg_g": 0.1}, "ok"),
        ({"uacr_mg_g": 25000}, "ok"),
        ({"sdi_decile_1_10": 0}, "not_applicable"),
        ({"sdi_decile_1_10": 1}, "ok"),
        ({"sdi_decile_1_10": 10}, "ok"),
        ({"sdi_decile_1_10": 11}, "not_applicable"),
        ({"sdi_decile_1_10": 4.5}, "incomplete"),
        ({"ascvd_0_1": 0}, "ok"),
        ({"ascvd_0_1": nan}, "ok"),
        ({"ascvd_0_1": 1}, "not_applicable"),
        ({"on_statin_0_1": nan}, "incomplete"),
        ({"bmi_kg_m2": nan}, "incomplete"),
    ],
)
def test_ranges_include_their_ends(facts: dict[str, object], status: str) -> None:
    assert answer(**facts)["status"] == status


def test_deprivation_weighs_by_three_groups_of_deciles() -> None:
    risks = [answer(sdi_decile_1_10=decile)["value"] for decile in range(1, 11)]
    risen = [decile for decile, (before, risk) in enumerate(pairwise(risks), 2) if risk > before]
    assert risen == [4, 7]
    assert len(set(risks)) == 3


def test_no_record_holds_a_deprivation_index() -> None:
    assert not [name for name in catalogue.current().indicators if "sdi" in name or "deprivation" in name]


@pytest.mark.parametrize(("age", "status"), [(30, "ok"), (59, "ok"), (60, "not_applicable")])
def test_the_thirty_year_models_end_at_59(age: int, status: str) -> None:
    found = answer("cvd_30yr", age_years=age)
    assert found["status"] == status
    assert ("above 59" in str(found["reason"])) == (age > 59)
    assert answer("cvd_10yr", age_years=age)["status"] == "ok"


def test_cholesterol_may_be_in_mmol_l_and_is_judged_there() -> None:
    person = {name: value for name, value in WOMAN.items() if "mg_dl" not in name}
    stated = prevent({**person, "tc_mmol_l": 200 * 0.02586, "hdl_c_mmol_l": 50 * 0.02586}).iloc[0]
    assert stated["value"] == pytest.approx(answer()["value"], rel=1e-12)
    high = prevent({**person, "tc_mmol_l": 8.29, "hdl_c_mmol_l": 1.3}).iloc[0]
    assert high["reason"] == "tc_mmol_l 8.29 is outside 3.36–8.28 mmol/L"


def test_only_the_ten_year_ascvd_risk_has_bands() -> None:
    frame = pd.DataFrame([WOMAN] * 50).assign(age_years=range(30, 80), current_smoker_0_1=1, sbp_mmhg=150)
    found = measures.score("prevent", frame, output="ascvd_10yr")
    edges = [found["value"] < edge for edge in (3, 5, 10)]
    expected = np.select(edges, ["low", "borderline", "intermediate"], "high")
    assert found["band"].tolist() == expected.tolist()
    assert len(set(expected)) == 4
    for output in set(OUTPUTS) - {"ascvd_10yr"}:
        assert not PREVENT.giving(output).bands


def test_contributors_are_what_ideal_levels_would_save() -> None:
    facts = {"current_smoker_0_1": 1, "hba1c_percent": 8, "uacr_mg_g": nan}
    found = prevent({**WOMAN, **facts}, contributors=True).iloc[0]
    effects = {one.factor: one.effect for one in found["contributors"]}
    without = answer(**{**facts, "current_smoker_0_1": 0})
    assert effects["smoker"] == pytest.approx(found["value"] - without["value"])
    assert effects["hba1c"] > 0
    assert "uacr" not in effects  # not measured, so not compared
    assert "bmi" not in effects  # weighs in heart failure alone
    sizes = [abs(effect) for effect in effects.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_an_output_it_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(MeasureError, match="no output 'cvd'") as refused:
        measures.score("prevent", WOMAN, output="cvd")
    assert "cvd_10yr, ascvd_10yr" in str(refused.value)
    with pytest.raises(MeasureError, match="gives one number"):
        measures.score("eag", {"hba1c_percent": 7}, output="cvd_10yr")


def test_the_first_output_is_given_unless_another_is_asked_for() -> None:
    assert measures.score("prevent", WOMAN)["value"].iloc[0] == answer("cvd_10yr")["value"]
    values = [answer(output)["value"] for output in OUTPUTS]
    assert len(set(values)) == len(OUTPUTS)
