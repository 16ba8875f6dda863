"""Scales scored from their answers: every class at its edge, and what is missing or outside its scale."""

from math import nan

import pandas as pd
import pytest
from tests.measures.unpacked import SCALES, questionnaire, rows

from kanglu import measures
from kanglu.measures import SCORES
from kanglu.measures.self_care import grade

MOST = {"phq9": 3, "gad7": 3, "audit_c": 4}


def summing(score: str, total: int) -> dict[str, object]:
    """Answers that come to a total, the first questions first."""
    answers: dict[str, object] = {}
    for place in range(1, SCALES[score][1] + 1):
        answers[f"{score}_{place}"] = min(total, MOST[score])
        total -= min(total, MOST[score])
    return answers


def answer(score: str, **facts: object) -> "pd.Series[object]":
    return measures.score(score, facts).iloc[0]


@pytest.mark.parametrize("score", SCALES)
def test_sums_and_bands_of_the_reference(score: str) -> None:
    given = questionnaire(score)
    found = measures.score(score, given)
    assert found["value"].tolist() == given["total"].tolist()
    assert found["band"].tolist() == given["expected_band"].str.replace(r" \d+-\d+$", "", regex=True).tolist()
    assert (found["status"] == "ok").all()


def test_the_reference_of_the_ninth_answer() -> None:
    given = questionnaire("phq9")
    found = measures.score("phq9", given)
    flagged = given["flag"].notna()
    assert (found["item_9_flag"].eq("yes") == flagged).all()
    assert (found["reason"].ne("") == flagged).all()


@pytest.mark.parametrize(
    ("score", "total", "band"),
    [
        ("phq9", 4, "minimal"),
        ("phq9", 5, "mild"),
        ("phq9", 9, "mild"),
        ("phq9", 10, "moderate"),
        ("phq9", 14, "moderate"),
        ("phq9", 15, "moderately severe"),
        ("phq9", 19, "moderately severe"),
        ("phq9", 20, "severe"),
        ("phq9", 27, "severe"),
        ("gad7", 4, "minimal"),
        ("gad7", 5, "mild"),
        ("gad7", 9, "mild"),
        ("gad7", 10, "moderate"),
        ("gad7", 14, "moderate"),
        ("gad7", 15, "severe"),
        ("gad7", 21, "severe"),
    ],
)
def test_classes_begin_at_their_edge(score: str, total: int, band: str) -> None:
    found = answer(score, **summing(score, total))
    assert (found["value"], found["band"]) == (total, band)


@pytest.mark.parametrize(
    ("sex", "total", "band"),
    [("male", 3, "negative"), ("male", 4, "positive"), ("female", 2, "negative"), ("female", 3, "positive")],
)
def test_drinking_is_positive_from_4_in_men_and_3_in_women(sex: str, total: int, band: str) -> None:
    assert answer("audit_c", sex=sex, **summing("audit_c", total))["band"] == band


@pytest.mark.parametrize(
    ("score", "item", "cell", "reason"),
    [
        ("phq9", "phq9_2", 4, "phq9_2 4 is outside 0–3 points"),
        ("gad7", "gad7_7", -1, "gad7_7 -1 is outside 0–3 points"),
        ("audit_c", "audit_c_3", 5, "audit_c_3 5 is outside 0–4 points"),
    ],
)
def test_an_answer_outside_its_scale_is_refused(score: str, item: str, cell: int, reason: str) -> None:
    found = answer(score, **{**summing(score, 5), "sex": "male", item: cell})
    assert (found["status"], found["reason"]) == ("not_applicable", reason)
    assert pd.isna(found["value"])


def test_eight_answers_of_nine_are_incomplete() -> None:
    found = answer("phq9", **{**summing("phq9", 5), "phq9_4": nan})
    assert (found["status"], found["missing"]) == ("incomplete", "phq9_4")
    assert pd.isna(found["value"])


@pytest.mark.parametrize(
    ("ninth", "flag"), [(0, "no"), (1, "yes"), (3, "yes"), (nan, None), ("?", None), (4, None)]
)
def test_the_ninth_answer_is_a_flag_of_its_own_whatever_else_is_missing(
    ninth: object, flag: str | None
) -> None:
    found = answer("phq9", **{**summing("phq9", 5), "phq9_4": nan, "phq9_9": ninth})
    assert found["status"] != "ok"
    assert found["item_9_flag"] == flag if flag else pd.isna(found["item_9_flag"])


def test_the_reason_says_that_the_ninth_answer_is_to_be_followed_up() -> None:
    found = answer("phq9", **{**summing("phq9", 0), "phq9_9": 1})
    assert (found["value"], found["band"]) == (1, "minimal")
    assert found["reason"] == "phq9_9 is above 0: thoughts of death or self-harm, to be followed up now"


IDLE = dict.fromkeys([f"{kind}_{what}" for kind in ("vig", "mod", "walk") for what in ("days", "min")], 0)


def test_activity_of_the_reference() -> None:
    given = rows("ipaq_sf")
    found = measures.score("ipaq_sf", given)
    assert found["band"].tolist() == given["category"].tolist()
    assert found["value"].tolist() == given["met_min_total"].tolist()
    for ours, theirs in (("vigorous", "vig"), ("moderate", "mod"), ("walking", "walk")):
        assert found[f"{ours}_met_min"].tolist() == given[f"met_min_{theirs}"].tolist()


@pytest.mark.parametrize(
    ("facts", "value", "band"),
    [
        ({"vig_days": 3, "vig_min": 62}, 1488, "moderate"),
        ({"vig_days": 3, "vig_min": 62.5}, 1500, "high"),
        ({"vig_days": 2, "vig_min": 100}, 1600, "low"),
        ({"vig_days": 3, "vig_min": 19}, 456, "low"),
        ({"vig_days": 3, "vig_min": 20}, 480, "moderate"),
        ({"mod_days": 5, "mod_min": 29}, 580, "low"),
        ({"mod_days": 5, "mod_min": 30}, 600, "moderate"),
        ({"walk_days": 5, "walk_min": 30}, 495, "moderate"),
        ({"mod_days": 2, "mod_min": 30, "walk_days": 3, "walk_min": 30}, 537, "moderate"),
        ({"mod_days": 4, "mod_min": 60}, 960, "low"),
        ({"walk_days": 7, "walk_min": 9}, 0, "low"),
        ({"walk_days": 7, "walk_min": 10}, 231, "low"),
        ({"mod_days": 7, "mod_min": 107}, 2996, "moderate"),
        ({"mod_days": 7, "mod_min": 107.25}, 3003, "high"),
        ({"walk_days": 7, "walk_min": 100, "mod_days": 3, "mod_min": 57.5}, 3000, "high"),
        ({"vig_days": 1, "vig_min": 181}, 1440, "low"),
    ],
)
def test_activity_classes_begin_at_their_edge(facts: dict[str, float], value: float, band: str) -> None:
    found = answer("ipaq_sf", **{**IDLE, **facts})
    assert (found["value"], found["band"]) == (value, band)


def test_more_than_180_minutes_count_as_180_and_it_is_said() -> None:
    assert answer("ipaq_sf", **{**IDLE, "mod_days": 1, "mod_min": 180})["reason"] == ""
    found = answer("ipaq_sf", **{**IDLE, "mod_days": 1, "mod_min": 300})
    assert (found["value"], found["reason"]) == (
        720,
        "minutes above 180 a day count as 180, as the protocol says",
    )


def test_more_than_sixteen_hours_a_day_are_left_out() -> None:
    week = {**IDLE, "vig_days": 1, "mod_days": 1, "walk_days": 1, "vig_min": 320, "mod_min": 320}
    assert answer("ipaq_sf", **{**week, "walk_min": 320})["status"] == "ok"
    found = answer("ipaq_sf", **{**week, "walk_min": 321})
    assert found["status"] == "not_applicable"
    assert "more than 960 minutes a day" in found["reason"]
    assert pd.isna(found["vigorous_met_min"])


def test_on_no_days_the_minutes_need_not_be_asked() -> None:
    found = answer("ipaq_sf", **{**IDLE, "vig_min": nan, "walk_days": 5, "walk_min": 30})
    assert (found["status"], found["value"]) == ("ok", 495)
    found = answer("ipaq_sf", **{**IDLE, "vig_days": 1, "vig_min": nan})
    assert (found["status"], found["missing"]) == ("incomplete", "vig_min")


ABLE = {f"self_care_{item}": 0 for item in ("eating", "washing", "dressing", "toileting", "moving")}


def test_every_sum_of_self_care_has_a_grade() -> None:
    found = measures.score("self_care_5", pd.DataFrame({"self_care_points": range(38)}))
    assert (found["status"] == "ok").all()
    places = [0] * 4 + [1] * 5 + [2] * 10 + [3] * 19
    assert found["band"].tolist() == [SCORES["self_care_5"].bands[place].code for place in places]
    assert grade(found["value"].to_numpy()).tolist() == places


@pytest.mark.parametrize(
    ("facts", "points", "band"),
    [
        ({}, 0, "able"),
        ({"self_care_eating": 3}, 3, "able"),
        ({"self_care_washing": 3, "self_care_moving": 1}, 4, "mild dependence"),
        ({"self_care_eating": 5, "self_care_dressing": 3}, 8, "mild dependence"),
        ({"self_care_eating": 5, "self_care_washing": 3, "self_care_toileting": 1}, 9, "moderate dependence"),
        (
            {"self_care_eating": 3, "self_care_toileting": 10, "self_care_moving": 5},
            18,
            "moderate dependence",
        ),
        (
            {"self_care_eating": 3, "self_care_washing": 1, "self_care_toileting": 10, "self_care_moving": 5},
            19,
            "unable",
        ),
        (dict(zip(ABLE, (5, 7, 5, 10, 10), strict=True)), 37, "unable"),
    ],
)
def test_self_care_is_the_sum_of_five_items(facts: dict[str, int], points: int, band: str) -> None:
    found = answer("self_care_5", **{**ABLE, **facts})
    assert (found["value"], found["band"]) == (points, band)


@pytest.mark.parametrize(
    ("item", "cell", "reason"),
    [
        ("self_care_eating", 1, "self_care_eating is none of 0, 3, 5"),
        ("self_care_washing", 5, "self_care_washing is none of 0, 1, 3, 7"),
        ("self_care_dressing", 7, "self_care_dressing 7 is outside 0–5 points"),
        ("self_care_moving", 3, "self_care_moving is none of 0, 1, 5, 10"),
    ],
)
def test_points_that_the_form_does_not_give_are_refused(item: str, cell: int, reason: str) -> None:
    found = answer("self_care_5", **{**ABLE, item: cell})
    assert (found["status"], found["reason"]) == ("not_applicable", reason)


def test_a_cell_that_cannot_be_read_is_quoted_and_not_called_missing_as_well() -> None:
    found = answer("self_care_5", **{**ABLE, "self_care_eating": "?"})
    assert (found["status"], found["missing"]) == ("incomplete", "self_care_eating")
    assert found["reason"] == "self_care_eating '?' is not a whole number"


def test_a_sum_on_the_form_stands_in_for_items_and_is_doubted_beside_them() -> None:
    found = answer("self_care_5", **{**ABLE, "self_care_eating": nan, "self_care_points": 5})
    assert (found["status"], found["value"], found["reason"]) == ("ok", 5, "")
    found = answer("self_care_5", **{**ABLE, "self_care_points": 5})
    assert (found["value"], found["reason"]) == (
        0,
        "self_care_points is not the sum of the items: the items count",
    )
    found = answer("self_care_5", **{**ABLE, "self_care_eating": nan})
    assert (found["status"], found["missing"]) == ("incomplete", "self_care_eating")
