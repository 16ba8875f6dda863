"""Questionnaires as fields of a page: what is asked, how it is answered, what a browser sends back."""

from pathlib import Path
from typing import Any

import pytest

from kanglu.catalogue.joining import join
from kanglu.catalogue.questionnaire_files import load_questionnaires
from kanglu.i18n import words
from kanglu.ui.forms import Question, Section, Shown, answers_from, sections

SHIPPED = load_questionnaires(Path("/nonexistent"))
NAME = {"zh": "随访", "en": "Visit"}
VISIT = join(
    [SHIPPED.get("followup_hypertension"), SHIPPED.get("followup_diabetes")], "visit", NAME
).questionnaire
ALL = frozenset(VISIT.by_id)


def shown(answers: dict[str, Any], **more: Any) -> tuple[Section, ...]:
    return sections(VISIT, answers, Shown(**{"asked": ALL, **more}), words("en"), ("First", "Last"))


def question(found: tuple[Section, ...], name: str) -> Question:
    return next(one for section in found for one in section.questions if one.id == name)


def test_groups_are_sections_and_what_stands_between_them_too() -> None:
    titles = [one.title for one in shown({})]
    assert titles == ["First", "Danger signs", "Signs", "Lifestyle", "Tests", "Last"]


def test_every_item_of_every_questionnaire_has_a_field_by_its_kind() -> None:
    controls = {
        "choice": {"one", "many"}, "boolean": {"yes_no"}, "integer": {"number"}, "decimal": {"number"},
        "date": {"date"}, "text": {"text"}, "display": {"words"},
    }  # fmt: skip
    for each in SHIPPED.newest.values():
        found = sections(each, {}, Shown(frozenset(each.by_id)), words("zh"))
        for item in each.by_id.values():
            if item.kind != "group":
                assert question(found, item.id).control in controls[item.kind], (each.id, item.id)


def test_what_is_not_asked_is_not_shown() -> None:
    found = shown({}, asked=ALL - {"symptoms_other"})
    assert "symptoms_other" not in {one.id for section in found for one in section.questions}


def test_an_answer_stands_in_its_field() -> None:
    found = shown({"sbp": "138", "symptoms": ["thirst"], "adverse": False, "mode": "home"})
    assert question(found, "sbp").value == "138"
    chosen = {
        name: [one.code for one in question(found, name).choices if one.chosen]
        for name in ("symptoms", "adverse", "mode")
    }
    assert chosen == {"symptoms": ["thirst"], "adverse": ["no"], "mode": ["home"]}
    assert not question(found, "complication").answered


def test_what_is_computed_is_read_and_not_typed() -> None:
    computed = question(shown({}, computed={"bmi_kg_m2": 25.389}), "bmi_kg_m2")
    assert (computed.control, computed.value) == ("computed", "25.4")
    assert question(shown({"bmi_kg_m2": "26"}, computed={"bmi_kg_m2": 25.4}), "bmi_kg_m2").control == "number"


def test_with_one_word_only_what_lasts_and_is_open_is_taken_over() -> None:
    found = shown({"liang": "1"}, lasting=frozenset({"cigarettes", "liang", "staple"}))
    life = next(one for one in found if one.title == "Lifestyle")
    assert life.lasting == ("cigarettes", "staple")


def test_only_questions_of_yes_or_no_are_denied_together() -> None:
    found = shown({"danger_chest": True})
    assert {one.title: len(one.undecided) for one in found if one.undecided} == {"Danger signs": 8}


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("sbp", " 138 ", "138"),
        ("sbp", "１３８", "138"),
        ("fpg", "6。5", "6.5"),
        ("fpg", "126 mg/dL", "126 mg/dL"),
        ("sbp", "", None),
        ("adverse", "no", False),
        ("adverse", "yes", True),
        ("adverse", None, None),
        ("mode", "home", "home"),
        ("medicines", "  氨氯地平 ", "氨氯地平"),
        ("symptoms", [], None),
        ("symptoms", ["thirst"], ["thirst"]),
    ],
)
def test_what_a_browser_sends(name: str, typed: object, read: object) -> None:
    assert answers_from(VISIT, {name: typed}, shown({}), {}).get(name) == read


def test_none_takes_the_place_of_the_others_and_leaves_before_another() -> None:
    found = shown({})
    for before, ticked, left in (
        ("thirst", ["thirst", "none"], "none"),
        ("none", ["none", "thirst"], "thirst"),
    ):
        read = answers_from(VISIT, {"symptoms": ticked}, found, {"symptoms": [before]})
        assert read["symptoms"] == [left]


def test_what_is_not_shown_keeps_its_answer_and_what_is_emptied_loses_it() -> None:
    found = shown({}, asked=ALL - {"adverse_what"})
    before = {"adverse_what": "咳嗽", "sbp": "138"}
    assert answers_from(VISIT, {"sbp": ""}, found, before) == {"adverse_what": "咳嗽"}
    assert answers_from(VISIT, {"strange": "1"}, found, {}) == {}
