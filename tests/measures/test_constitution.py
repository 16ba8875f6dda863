"""Constitutions: both scales at their edges, and what the form of 33 questions leaves undefined."""

import ast
import re
from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import constitution_33, rows

from kanglu import measures
from kanglu.measures import SCORES
from kanglu.measures.constitution import _OF_33, TYPES, VERDICTS, _judged, transformed

ZH_TYPES = {label["zh"].removesuffix("质"): name for name, label in TYPES.items()}
ZH_VERDICTS = {label["zh"]: code for code, label in VERDICTS.items()}
WELL = {f"tcm33_{place}": 5 if place == 1 else 1 for place in range(1, 34)}
MEASURED = {"tcm33_9": nan, "tcm33_14": nan, "tcm33_17": nan, "tcm33_28": nan}


def answer(**facts: object) -> "pd.Series[object]":
    return measures.score("tcm_33", {**WELL, **facts}).iloc[0]


def test_forms_of_the_reference() -> None:
    given = constitution_33()
    found = measures.score("tcm_33", given)
    assert len(given) == 17
    for row, expected in given["expected"].items():
        for part in expected.split("; "):
            zh, points, verdict = re.fullmatch(r"(.+)=(\d+):(.+)", part).groups()  # type: ignore[union-attr]
            name = ZH_TYPES[zh]
            assert found.loc[row, f"{name}_points"] == int(points)
            assert found.loc[row, name] == ZH_VERDICTS[verdict]
    assert (found["value"] == found["balanced_points"]).all()


def summing(name: str, total: int) -> dict[str, object]:
    """Answers that give a type of the eight a sum of 4–20."""
    answers: dict[str, object] = {}
    for left, place in zip((3, 2, 1, 0), _OF_33[name], strict=True):
        answers[f"tcm33_{place}"] = min(5, total - left)
        total -= min(5, total - left)
    return answers


@pytest.mark.parametrize("name", [name for name in TYPES if name != "balanced"])
@pytest.mark.parametrize(
    ("points", "verdict"), [(4, "no"), (8, "no"), (9, "tendency"), (10, "tendency"), (11, "yes"), (20, "yes")]
)
def test_the_eight_begin_at_9_and_11(name: str, points: int, verdict: str) -> None:
    found = answer(**summing(name, points))
    assert (found[f"{name}_points"], found[name]) == (points, verdict)


@pytest.mark.parametrize(
    ("others", "first", "verdict", "band"),
    [
        (8, 5, "yes", "balanced"),
        (9, 5, "basically", "basically balanced"),
        (10, 5, "basically", "basically balanced"),
        (11, 5, "no", "not balanced"),
        (4, 1, "yes", "balanced"),
    ],
)
def test_balanced_is_17_and_no_other_type(others: int, first: int, verdict: str, band: str) -> None:
    found = answer(tcm33_1=first, **summing("damp_heat", others))
    assert (found["status"], found["balanced"], found["band"]) == ("ok", verdict, band)


@pytest.mark.parametrize(("first", "points", "verdict"), [(1, 17, "yes"), (nan, nan, None)])
def test_eights_everywhere_and_17_is_balanced(first: float, points: float, verdict: str | None) -> None:
    eights = {f"tcm33_{place}": 2 for place in range(1, 34)}
    found = answer(**{**eights, "tcm33_1": first})
    if verdict is None:
        assert (found["status"], found["missing"]) == ("incomplete", "tcm33_1")
        assert all(pd.isna(found[name]) for name in TYPES)
    else:
        assert (found["value"], found["balanced"]) == (points, verdict)
    assert answer(**{**eights, "tcm33_1": 1, "tcm33_13": 3})["balanced_points"] == 16


def test_below_17_nobody_is_balanced_though_nothing_else_is_found() -> None:
    found = answer(
        **{**{f"tcm33_{place}": 2 for place in range(1, 34)}, "tcm33_1": 1, "tcm33_13": 3, "tcm33_11": 1}
    )
    assert (found["value"], found["band"]) == (16, "not balanced")
    assert all(found[name] == "no" for name in TYPES)


def test_several_types_may_be_yes_at_once() -> None:
    found = answer(**{f"tcm33_{place}": 5 for place in range(1, 34)})
    assert [name for name in TYPES if found[name] == "yes"] == [name for name in TYPES if name != "balanced"]


@pytest.mark.parametrize(
    ("item", "column", "cell", "expected"),
    [
        (9, "bmi_kg_m2", 23.99, 1),
        (9, "bmi_kg_m2", 24, 2),
        (9, "bmi_kg_m2", 24.99, 2),
        (9, "bmi_kg_m2", 25, 3),
        (9, "bmi_kg_m2", 26, 4),
        (9, "bmi_kg_m2", 27.99, 4),
        (9, "bmi_kg_m2", 28, 5),
        (14, "colds_per_year", 0, 1),
        (14, "colds_per_year", 1, 1),
        (14, "colds_per_year", 2, 2),
        (14, "colds_per_year", 4, 2),
        (14, "colds_per_year", 5, 3),
        (14, "colds_per_year", 6, 3),
        (14, "colds_per_year", 8, 4),
        (14, "colds_per_year", 11, 4),
        (14, "colds_per_year", 12, 5),
        (17, "allergies_per_year", 0, 1),
        (17, "allergies_per_year", 1, 2),
        (17, "allergies_per_year", 2, 2),
        (17, "allergies_per_year", 3, 3),
        (17, "allergies_per_year", 4, 3),
        (17, "allergies_per_year", 5, 4),
        (17, "allergies_per_year", 6, 4),
        (28, "waist_cm", 79.9, 1),
        (28, "waist_cm", 80, 2),
        (28, "waist_cm", 85.4, 2),
        (28, "waist_cm", 85.5, 3),
        (28, "waist_cm", 90.4, 3),
        (28, "waist_cm", 90.5, 4),
        (28, "waist_cm", 105, 4),
        (28, "waist_cm", 105.1, 5),
    ],
)
def test_four_answers_follow_from_what_was_measured(
    item: int, column: str, cell: float, expected: int
) -> None:
    found = answer(**{f"tcm33_{item}": nan, column: cell})
    assert found["status"] == "ok", found["reason"]
    for name, places in _OF_33.items():
        if item in places:
            assert found[f"{name}_points"] == 3 + expected


@pytest.mark.parametrize(
    ("facts", "missing", "reason"),
    [
        (
            {"tcm33_14": nan, "colds_per_year": 7},
            "tcm33_14",
            "tcm33_14 is to be asked: 7 colds a year are no answer of the form",
        ),
        (
            {"tcm33_17": nan, "allergies_per_year": 7},
            "tcm33_17",
            "tcm33_17 is to be asked: more than 6 allergies a year are no answer",
        ),
        ({"tcm33_9": nan}, "tcm33_9", "tcm33_9 is missing"),
    ],
)
def test_what_the_form_does_not_define_is_asked(facts: dict[str, object], missing: str, reason: str) -> None:
    found = answer(**facts)
    assert (found["status"], found["missing"], found["reason"]) == ("incomplete", missing, reason)
    assert pd.isna(found["value"])
    assert pd.isna(found["special_points"])


def test_seven_colds_are_no_matter_once_the_question_is_answered() -> None:
    assert answer(tcm33_14=4, colds_per_year=7)["status"] == "ok"


def test_an_answer_that_does_not_follow_from_the_measured_counts_and_is_doubted() -> None:
    found = answer(tcm33_9=1, bmi_kg_m2=28)
    assert (found["phlegm_dampness_points"], found["reason"]) == (
        4,
        "tcm33_9 does not follow from bmi_kg_m2: the answer counts",
    )
    assert answer(tcm33_9=5, bmi_kg_m2=28)["reason"] == ""


@pytest.mark.parametrize(
    ("waist", "said"), [(85, False), (85.2, True), (86, False), (90.9, True), (79.5, False)]
)
def test_a_rounded_waist_is_told(waist: float, said: bool) -> None:
    assert ("rounded half up" in answer(tcm33_28=nan, waist_cm=waist)["reason"]) == said


def test_columns_of_the_record_serve_in_place_of_the_four_questions() -> None:
    frame = pd.DataFrame(
        [{**WELL, "bmi_kg_m2": 22, "colds_per_year": 1, "allergies_per_year": 0, "waist_cm": 70}]
    )
    found = measures.score("tcm_33", frame.drop(columns=list(MEASURED)))
    assert found["status"].tolist() == ["ok"]


def test_transformed_scores_of_the_reference() -> None:
    given = rows("tcm_constitution").query("version == 'ZYYXH/T157-2009 transform'")
    assert len(given) == 11
    for text, expected in zip(given["inputs"], given["expected"], strict=True):
        count, total = map(int, re.fullmatch(r"n_items=(\d+);raw_sum=(\d+)", text).groups())  # type: ignore[union-attr]
        assert transformed(np.array([float(total)]), count)[0] == pytest.approx(float(expected), abs=5e-5)


def test_verdicts_of_the_reference() -> None:
    given = rows("tcm_constitution").query("version == '9-type judgement'")
    assert len(given) == 4
    eight = [name for name in TYPES if name != "balanced"]
    for text, expected in zip(given["inputs"], given["expected"], strict=True):
        balanced, others = re.fullmatch(r"平和=(.+);.+=(\[.+\])", text).groups()  # type: ignore[union-attr]
        points = dict(zip(eight, ast.literal_eval(others), strict=True)) | {"balanced": float(balanced)}
        found = _judged({name: np.array([float(cell)]) for name, cell in points.items()}, 30, 40, 60)
        first, rest = re.fullmatch(r"平和质:(.+); others:(\[.+\])", expected).groups()  # type: ignore[union-attr]
        assert found.extra["balanced"].word(0) == ZH_VERDICTS[first]
        verdicts = [found.extra[name].word(0) for name in eight]
        assert verdicts == [ZH_VERDICTS[word] for word in ast.literal_eval(rest)]


def form_60(cell: int, **facts: object) -> dict[str, object]:
    names = [item.names[0] for item in SCORES["tcm_60"].inputs if item.key != "sex"]
    return {**dict.fromkeys(names, cell), "sex": "female", **facts}


def test_the_sixty_items_are_sixty_for_either_sex() -> None:
    items = [item for item in SCORES["tcm_60"].inputs if item.key != "sex"]
    assert len(items) == 61  # one of women, one of men
    assert sum(len(item.names) for item in items) == 8 + 8 + 7 + 8 + 8 + 7 + 7 + 7 + 7
    assert not {name for item in items for name in item.names} & {
        name for item in SCORES["tcm_33"].inputs for name in item.names
    }


def test_ones_everywhere_are_no_type_and_reversed_items_make_balance() -> None:
    found = measures.score("tcm_60", form_60(1, tcm60_balanced_1=5, tcm60_balanced_6=5)).iloc[0]
    assert (found["value"], found["band"]) == (100, "balanced")
    assert all(found[f"{name}_points"] == 0 for name in TYPES if name != "balanced")


@pytest.mark.parametrize(
    ("sum_", "points", "verdict", "balanced"),
    [
        (15, 28.5714, "no", "yes"),
        (16, 32.1429, "tendency", "basically"),
        (18, 39.2857, "tendency", "basically"),
        (19, 42.8571, "yes", "no"),
    ],
)
def test_the_eight_begin_at_30_and_40(sum_: int, points: float, verdict: str, balanced: str) -> None:
    person = form_60(1, tcm60_balanced_1=5, tcm60_balanced_6=5)
    left = sum_ - 7
    for place in range(1, 8):
        extra = min(4, left)
        person[f"tcm60_special_{place}"] = 1 + extra
        left -= extra
    found = measures.score("tcm_60", person).iloc[0]
    assert found["special_points"] == pytest.approx(points, abs=5e-5)
    assert (found["special"], found["balanced"]) == (verdict, balanced)


def test_a_question_of_two_lists_may_be_given_in_either() -> None:
    person = form_60(1)
    person["tcm60_balanced_2"] = person.pop("tcm60_qi_deficiency_1")
    assert measures.score("tcm_60", person)["status"].tolist() == ["ok"]
    tired = measures.score("tcm_60", {**person, "tcm60_balanced_2": 5}).iloc[0]
    assert tired["qi_deficiency_points"] == 12.5
    assert tired["value"] == measures.score("tcm_60", person)["value"].iloc[0] - 12.5


@pytest.mark.parametrize(("sex", "of_women", "of_men"), [("female", 5, nan), ("male", nan, 5)])
def test_damp_heat_asks_each_sex_its_own_question(sex: str, of_women: float, of_men: float) -> None:
    person = form_60(1, sex=sex, tcm60_damp_heat_6=of_women, tcm60_damp_heat_7=of_men)
    found = measures.score("tcm_60", person).iloc[0]
    assert (found["status"], found["damp_heat_points"]) == ("ok", pytest.approx(100 * 4 / 24))
    other = measures.score("tcm_60", {**person, "sex": "male" if sex == "female" else "female"}).iloc[0]
    assert other["status"] == "incomplete"
    assert other["missing"] in ("tcm60_damp_heat_6", "tcm60_damp_heat_7")
