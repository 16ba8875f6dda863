"""Questionnaires joined to one: what they share is asked once, and each gets its own answers back."""

from pathlib import Path

import pytest

from kanglu.catalogue.joining import Joined, join
from kanglu.catalogue.questionnaire_files import load_questionnaires

SHIPPED = load_questionnaires(Path("/nonexistent"))
HYPERTENSION, DIABETES = SHIPPED.get("followup_hypertension"), SHIPPED.get("followup_diabetes")
NAME = {"zh": "随访", "en": "Visit"}


@pytest.fixture(scope="module")
def both() -> Joined:
    """The two follow-up forms as one."""
    return join([HYPERTENSION, DIABETES], "visit", NAME)


def test_a_shared_item_is_asked_once_and_every_other_item_too(both: Joined) -> None:
    asked = list(both.questionnaire.by_id)
    assert len(asked) == len(set(asked))
    assert set(asked) == set(HYPERTENSION.by_id) | set(DIABETES.by_id)
    assert [names["sbp"] for names in both.names] == ["sbp", "sbp"]


def test_items_stand_where_their_questionnaire_has_them(both: Joined) -> None:
    asked = list(both.questionnaire.by_id)
    assert asked.index("mode") == 0
    assert asked.index("bmi_kg_m2") < asked.index("foot_pulse") < asked.index("life")
    assert asked.index("tests") < asked.index("fpg") < asked.index("adherence")
    assert both.questionnaire.group_of["foot_pulse"] == "signs"


def test_the_choices_are_those_of_both_and_other_stays_last(both: Joined) -> None:
    codes = [option.code for option in both.questionnaire.by_id["symptoms"].options]
    assert (codes[0], codes[-1]) == ("none", "other")
    assert {"tinnitus", "thirst"} < set(codes)
    assert len(codes) == len(set(codes))


def test_of_two_wordings_the_fuller_one_is_shown(both: Joined) -> None:
    assert both.questionnaire.by_id["danger_vision"].text["zh"] == "视力模糊、眼痛或视力骤降"


def test_what_one_must_have_is_required_of_both(both: Joined) -> None:
    assert both.questionnaire.by_id["hypoglycaemia"].required
    assert not both.questionnaire.by_id["sbp"].required


def test_a_choice_that_a_part_does_not_list_is_named_as_another(both: Joined) -> None:
    answers = {"symptoms": ["tinnitus", "thirst"], "symptoms_other": "怕冷"}
    assert both.answers_of(0, answers) == {
        "symptoms": ["tinnitus", "other"], "symptoms_other": "多饮；怕冷",
    }  # fmt: skip
    assert both.answers_of(1, answers) == {
        "symptoms": ["thirst", "other"], "symptoms_other": "眼花耳鸣；怕冷",
    }  # fmt: skip


@pytest.mark.parametrize(
    "answers",
    [
        {"symptoms": ["none"], "sbp": 138, "fpg": 6.5, "adverse": False},
        {"symptoms": ["thirst"]},
        {"symptoms": ["headache", "oedema", "thirst"]},
        {"symptoms": ["thirst", "other"], "symptoms_other": "怕冷"},
    ],
)
def test_answers_go_to_the_parts_and_come_back(both: Joined, answers: dict[str, object]) -> None:
    parts = [both.answers_of(place, answers) for place in range(2)]  # type: ignore[arg-type]
    back = both.answers_from(parts)
    assert {name: set(one) if isinstance(one, list) else one for name, one in back.items()} == {
        name: set(one) if isinstance(one, list) else one for name, one in answers.items()
    }


def test_one_questionnaire_is_itself() -> None:
    alone = join([DIABETES], "visit", NAME)
    assert alone.questionnaire is DIABETES
    assert alone.answers_of(0, {"fpg": 6.5}) == {"fpg": 6.5}


def test_items_that_only_share_their_name_stay_apart() -> None:
    other = DIABETES.model_copy(
        update={
            "items": (
                DIABETES.by_id["mode"],
                DIABETES.by_id["fpg"].model_copy(update={"id": "sbp", "indicator": "glucose"}),
            )
        }
    )
    apart = join([HYPERTENSION, type(other).model_validate(other.model_dump())], "visit", NAME)
    assert apart.names[1] == {"mode": "mode", "sbp": "followup_diabetes_sbp"}
    assert apart.answers_of(1, {"sbp": 140, "followup_diabetes_sbp": 6.5}) == {"sbp": 6.5}
