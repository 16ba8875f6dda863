"""Answers held to their questionnaire: what is on the scale, what is asked, what is open, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from kanglu.catalogue import current
from kanglu.catalogue.answering import Held, hold, number_of
from kanglu.catalogue.questionnaire_files import load_questionnaires
from kanglu.catalogue.questionnaires import Questionnaire

SHIPPED = load_questionnaires(Path("/nonexistent"))
INDICATORS = current().indicators


def ours(*items: dict[str, Any]) -> Questionnaire:
    named = {"zh": "问", "en": "question"}
    return Questionnaire.model_validate(
        {
            "id": "ours",
            "version": 1,
            "name": named,
            "source": {"doc": "ours"},
            "licence": "ours",
            "items": [{"text": named, **item} for item in items],
        }
    )


FORM = ours(
    {"id": "smokes", "kind": "boolean", "required": True},
    {
        "id": "tobacco",
        "kind": "group",
        "enable_when": [{"item": "smokes"}],
        "items": [
            {
                "id": "packs",
                "kind": "decimal",
                "required": True,
                "low": 0,
                "high": 10,
                "text": {"zh": "包", "en": "packs"},
            }
        ],
    },
    {"id": "tc", "kind": "decimal", "unit": "mmol/L", "indicator": "tc"},
    {"id": "falls", "kind": "integer", "low": 0, "high": 99},
    {
        "id": "pains",
        "kind": "choice",
        "repeats": True,
        "options": [
            {"code": code, "name": {"zh": zh, "en": code}}
            for code, zh in (("knee", "膝"), ("back", "背"), ("1", "其他"))
        ],
    },
    {"id": "since", "kind": "date"},
    {"id": "words", "kind": "text", "enable_when": [{"item": "falls", "op": ">=", "value": 2}]},
)


def held(**answers: object) -> Held:
    return hold(FORM, answers, INDICATORS)


def fault(**answers: object) -> str:
    [one] = held(**answers).faults
    return str(one)


def test_not_asked_is_not_no() -> None:
    assert held(smokes=False).answers == {"smokes": False}
    for nothing in (None, "", "  "):
        assert held(smokes=nothing, falls=0).answers == {"falls": 0}
        assert held(smokes=nothing, falls=0).open == ("smokes",)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(True, True), ("yes", True), ("是", True), ("有", True), (False, False), ("No", False), ("否", False)],
)
def test_yes_and_no(given: object, kept: bool) -> None:
    assert held(smokes=given).answers["smokes"] is kept


@pytest.mark.parametrize("given", [1, 0, "maybe", "不详", [True], {"value": 1}])
def test_what_is_neither_yes_nor_no(given: object) -> None:
    assert "neither yes nor no" in fault(smokes=given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("knee", ["knee"]),
        (["背", "knee"], ["back", "knee"]),
        (1, ["1"]),
        (1.0, ["1"]),
        ("膝; 其他", ["knee", "1"]),
    ],
)
def test_options_by_code_or_by_name(given: object, kept: list[str]) -> None:
    assert held(smokes=False, pains=given).answers["pains"] == kept


@pytest.mark.parametrize("given", ["hip", 2, True, ["knee", "hip"], {"code": "knee"}])
def test_an_answer_outside_the_scale(given: object) -> None:
    assert "none of its answers. They are: knee (knee), back (back), 1 (1)." in fault(
        smokes=False, pains=given
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (5, 5),
        ("5.2", 5.2),
        ("5.2 mmol/L", 5.2),
        ("200 mg/dL", {"value": 200.0, "unit": "mg/dL"}),
        ({"value": 200, "unit": "mg/dL"}, {"value": 200.0, "unit": "mg/dL"}),
        (0.3, 0.3),
        (40, 40),
    ],
)
def test_a_number_is_kept_as_it_was_given(given: object, kept: object) -> None:
    assert held(smokes=False, tc=given).answers["tc"] == kept


def test_a_number_in_another_unit_counts_in_the_items_own() -> None:
    raw = held(smokes=False, tc="200 mg/dL").answers["tc"]
    assert number_of(FORM.by_id["tc"], raw, INDICATORS) == pytest.approx(5.172, abs=1e-3)


def test_a_unit_slip_says_which_unit_it_looks_like() -> None:
    said = fault(smokes=False, tc=200)
    assert said.startswith("tc: 200 mmol/L is outside 0.3 to 40 mmol/L.")
    assert "Is it in mg/dL? Then give the unit: 200 mg/dL is 5.17 mmol/L." in said
    assert "40.1 mmol/L is outside" in fault(smokes=False, tc=40.1)
    assert "0.29 mmol/L is outside" in fault(smokes=False, tc=0.29)


@pytest.mark.parametrize("given", ["5 kg", {"value": 5, "unit": "kg"}])
def test_a_unit_that_it_cannot_be_in(given: object) -> None:
    assert "not measured in 'kg'" in fault(smokes=False, tc=given)


@pytest.mark.parametrize("given", ["much", True, float("nan"), float("inf"), [5], {"value": 5}, "> 6.22"])
def test_what_is_no_number(given: object) -> None:
    assert "is not a number" in fault(smokes=False, tc=given)


def test_a_whole_number_and_its_scale() -> None:
    assert held(smokes=False, falls="3").answers["falls"] == 3
    assert "1.5 is not a whole number" in fault(smokes=False, falls=1.5)
    assert "100 is outside 0 to 99" in fault(smokes=False, falls=100)
    assert "-1 is outside 0 to 99" in fault(smokes=False, falls=-1)


def test_dates_and_texts() -> None:
    assert held(smokes=False, since="2026-05").answers["since"] == "2026-05"
    assert "not a date of the calendar" in fault(smokes=False, since="2026-02-30")
    assert "is no text" in fault(smokes=False, falls=2, words=7)


def test_an_unknown_item_is_named() -> None:
    assert "Did you mean 'smokes'?" in fault(smokes=False, smoke=True)


def test_what_is_not_asked_may_not_be_answered_and_need_not_be() -> None:
    assert held(smokes=False).open == ()
    assert held(smokes=True).open == ("packs",)
    assert held(smokes=True, packs=1).open == ()
    assert "part of a group that is not asked" in fault(smokes=False, packs=1)
    assert "asked only when falls >= 2" in fault(smokes=False, falls=1, words="滑倒")
    assert held(smokes=False, falls=2, words="滑倒").faults == ()


def test_a_group_has_no_answer() -> None:
    assert "It is a group" in fault(smokes=True, packs=1, tobacco="yes")


def test_every_fault_is_named() -> None:
    assert {one.item for one in held(smokes="?", falls=-1, tc=200).faults} == {"smokes", "falls", "tc"}


def test_a_count_makes_the_question_it_covers_unnecessary() -> None:
    form = SHIPPED.get("tcm_33")
    answers = {f"tcm33_{place}": 3 for place in range(1, 34)}
    del answers["tcm33_14"]
    assert hold(form, answers, INDICATORS).open == ("tcm33_14",)
    assert hold(form, {**answers, "colds_per_year": 7}, INDICATORS).open == ()


def test_items_for_one_sex() -> None:
    form = SHIPPED.get("tcm_60")
    asked = set(hold(form, {"sex": "female"}, INDICATORS).open)
    assert "tcm60_damp_heat_6" in asked
    assert "tcm60_damp_heat_7" not in asked
