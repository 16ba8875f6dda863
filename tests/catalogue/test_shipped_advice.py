"""The advice that ships: whole in both languages, sourced, and never against itself."""

import re

import pytest

from kanglu.catalogue.advice import Advice, load_advice
from kanglu.catalogue.conditions import IsLatest, walk
from kanglu.measures.constitution import TYPES
from kanglu.solar_terms import TERMS

BOOK = load_advice()
ALL = list(BOOK.rows.values())
DOSE = re.compile(r"\d+(\.\d+)?\s*(mg|毫克|片|粒|单位|IU|tablets?)|加倍吃|take double the")
every_row = pytest.mark.parametrize("row", ALL, ids=lambda row: row.id)


def test_there_is_advice_of_every_kind() -> None:
    kinds = {kind: sum(row.kind == kind for row in ALL) for kind in {row.kind for row in ALL}}
    assert len(ALL) >= 160
    assert set(kinds) == {"diet", "exercise", "mind", "medicine", "rest", "monitoring", "tcm"}
    assert min(kinds.values()) >= 20


@every_row
def test_a_row_is_one_short_thing_in_both_languages(row: Advice) -> None:
    assert row.text["zh"][-1] == "。"
    assert row.text["en"][-1] == "."
    assert len(row.text["zh"]) <= 80
    assert len(row.text["en"].split()) <= 45
    assert re.search(r"[A-Za-z]", row.text["en"])
    assert not re.search(r"[\u4e00-\u9fff]", row.text["en"])


@every_row
def test_a_row_says_where_it_comes_from_and_that_nobody_has_checked_it(row: Advice) -> None:
    assert row.version == 1
    assert row.source.doc
    assert row.source.clause
    assert row.source.checked_by is None
    assert row.source.checked_on is None


@every_row
def test_no_row_names_the_dose_of_a_medicine(row: Advice) -> None:
    assert not any(DOSE.search(text) for text in row.text.values())


@every_row
def test_a_row_recommends_none_of_what_speaks_against_it(row: Advice) -> None:
    if not row.warns:
        for text in row.text.values():
            assert BOOK.allergens_in(text) <= BOOK.names[row.id]


@every_row
def test_a_value_counts_for_some_time_only(row: Advice) -> None:
    asked = [row.when] if row.contradicts.when is None else [row.when, row.contradicts.when]
    latest = [node for one in asked for node in walk(one) if isinstance(node, IsLatest)]
    assert all(node.latest.within is not None for node in latest)


def test_every_constitution_has_the_five_kinds_of_advice_of_the_national_programme() -> None:
    parts = ("mind", "diet", "daily", "exercise", "acupoint")
    assert {row.id for row in ALL if row.id.startswith("tcm.")} == {
        f"tcm.{name}.{part}" for name in TYPES for part in parts
    }


def test_every_solar_term_has_its_sentence() -> None:
    assert sum(bool(row.season) for row in ALL) == len(TERMS)
    assert {term for row in ALL for term in row.season} == set(TERMS)


def test_pressing_points_and_potassium_are_not_for_whom_they_harm() -> None:
    for row in ALL:
        against = "" if row.contradicts.when is None else row.contradicts.when.key
        if row.id.endswith(".acupoint"):
            assert '"problem":"pregnancy"' in against, row.id
        if row.id in ("diet.salt.substitute", "diet.vegetables.general", "diet.fruit.general"):
            assert '"problem":"ckd"' in against
            assert '"of":["potassium"]' in against
    assert '"drug":"acei"' in BOOK.rows["diet.salt.substitute"].contradicts.when.key
    assert '"drug":"anticoagulant"' in BOOK.rows["diet.vegetables.general"].contradicts.when.key


@pytest.mark.parametrize(
    ("written", "allergen"),
    [
        ("Allergy to peanut (finding)", "peanut"),
        ("花生过敏", "peanut"),
        ("Allergy to tree nuts", "nuts"),
        ("海鲜过敏", "seafood"),
        ("Shellfish allergy", "shellfish"),
        ("乳糖不耐受", "dairy"),
        ("Cow's milk protein", "dairy"),
        ("鸡蛋", "egg"),
        ("Soya", "soy"),
        ("花粉", "pollen"),
    ],
)
def test_an_allergy_is_known_by_the_words_of_records(written: str, allergen: str) -> None:
    assert allergen in BOOK.allergens_in(written)


@pytest.mark.parametrize("written", ["青霉素", "Penicillin", "Aspirin", "如果干咳", "蛋白质", "coconut-free"])
def test_what_names_no_food_is_no_food(written: str) -> None:
    assert not BOOK.allergens_in(written)
