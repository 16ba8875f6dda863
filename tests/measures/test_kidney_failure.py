"""The kidney failure risk equation: whom it fits, what drives it, and albumin in either unit."""

import pandas as pd
import pytest

from kanglu import measures

MAN = {"sex": "male", "age_years": 60, "egfr_ml_min_173m2": 30, "uacr_mg_g": 300}


def answer(contributors: bool = False, years: int = 5, **facts: object) -> "pd.Series[object]":
    return measures.score(f"kfre_4v_{years}y", {**MAN, **facts}, contributors=contributors).iloc[0]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"egfr_ml_min_173m2": 59.99}, "ok"),
        ({"egfr_ml_min_173m2": 60}, "not_applicable"),
        ({"egfr_ml_min_173m2": 0}, "not_applicable"),
        ({"uacr_mg_g": 0}, "not_applicable"),
        ({"age_years": 17}, "not_applicable"),
        ({"age_years": 18}, "ok"),
        ({"age_years": 101}, "not_applicable"),
    ],
)
def test_it_is_for_chronic_kidney_disease_below_60(facts: dict[str, object], status: str) -> None:
    found = answer(**facts)
    assert found["status"] == status
    assert pd.notna(found["value"]) == (status == "ok")


def test_the_reason_says_what_the_equation_is_for() -> None:
    assert answer(egfr_ml_min_173m2=75)["reason"] == (
        "egfr_ml_min_173m2 is 60 or more: the equation is for chronic kidney disease below that"
    )


def test_albumin_in_mg_mmol_is_8_84_of_mg_g() -> None:
    person = {name: cell for name, cell in MAN.items() if name != "uacr_mg_g"}
    found = measures.score("kfre_4v_5y", {**person, "uacr_mg_mmol": 300 / 8.84}).iloc[0]
    assert found["value"] == pytest.approx(answer()["value"])


def test_five_years_are_a_larger_risk_than_two() -> None:
    assert answer(years=5)["value"] > answer(years=2)["value"] > 0


def test_contributors_are_what_the_average_of_the_derivation_would_save() -> None:
    found = answer(contributors=True)
    effects = {item.factor: item.effect for item in found["contributors"]}
    assert effects["egfr"] == pytest.approx(found["value"] - answer(egfr_ml_min_173m2=36.11)["value"])
    assert set(effects) == {"egfr", "uacr"}
    assert all(effect > 0 for effect in effects.values())
