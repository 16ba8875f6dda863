"""A visit as it is entered: one encounter and what was seen on it."""

from datetime import date
from typing import Any

import pytest
from tests.care.ruled import TODAY, book, enter, people

from kanglu.care.entry import enter_visit
from kanglu.care.evaluation import evaluate
from kanglu.care.tasks import tasks
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Condition, EpisodeOfCare

DAY = date(2026, 6, 28)


@pytest.fixture
def enrolled(store: Store) -> Store:
    """One person, in the hypertension programme since March."""
    people(store, "张三")
    enter(
        store,
        Condition(1, None, "I10", "2020", display="高血压"),
        EpisodeOfCare(1, None, "hypertension", "2026-03-01", clinical_status="active"),
    )
    return store


def observed(store: Store) -> dict[str, object]:
    """The value or code of each observation."""
    held = store.dossier("K000001").observations
    values = held["value"].where(held["value"].notna(), held["value_code"].astype(object))
    return dict(zip(held["indicator"], values, strict=True))


def test_a_visit_is_one_encounter_with_its_observations(enrolled: Store) -> None:
    values = {"sbp": 152, "dbp": 84.5, "smoking_status": "never", "adverse_reaction": False}
    enter_visit(enrolled, "K000001", DAY, "home", values, ["hypertension"], "wang", "有台阶", rules=book())
    held = enrolled.dossier("K000001")
    [visit] = held.encounters.to_dict("records")
    assert (visit["code"], visit["effective"], visit["setting"]) == ("follow-up", "2026-06-28", "HH")
    assert (visit["provider"], visit["reason"]) == ("wang", "hypertension")
    assert observed(enrolled) == {"sbp": 152, "dbp": 84.5, "smoking_status": "never", "adverse_reaction": 0}
    assert set(held.observations["effective"]) == {"2026-06-28"}
    assert held.observations["unit"].dropna().unique().tolist() == ["mm[Hg]"]
    assert held.communications["text"].tolist() == ["有台阶"]


def test_the_rules_answer_the_visit(enrolled: Store) -> None:
    """Not controlled for the first time: again within fourteen days of the visit, not of its entry."""
    enter_visit(enrolled, "K000001", DAY, "clinic", {"sbp": 152, "dbp": 84}, ["hypertension"], rules=book())
    evaluate(enrolled, book(), as_of=TODAY)
    found = tasks(enrolled, [1], rules=book())
    follow_up = found[(found["code"] == "follow_up") & (found["state"] == "draft")]
    assert follow_up["due"].tolist() == ["2026-07-12"]


@pytest.mark.parametrize(("mode", "setting"), [("clinic", "AMB"), ("home", "HH"), ("phone", "VR")])
def test_what_was_told_on_the_phone_was_reported(enrolled: Store, mode: Any, setting: str) -> None:
    enter_visit(enrolled, "K000001", DAY, mode, {"sbp": 130}, rules=book())
    held = enrolled.dossier("K000001")
    assert held.encounters["setting"].tolist() == [setting]
    assert held.observations["origin"].tolist() == ["reported" if mode == "phone" else "measured"]


def test_a_visit_saved_twice_is_one_and_its_changes_are_corrections(enrolled: Store) -> None:
    for sbp in (152, 152, 125):
        enter_visit(enrolled, "K000001", DAY, "clinic", {"sbp": sbp, "dbp": 84}, rules=book())
    assert len(enrolled.dossier("K000001").encounters) == 1
    assert observed(enrolled) == {"sbp": 125, "dbp": 84}
    receipts = [receipt["facts"] for receipt in enrolled.batches()["receipt"][-3:]]
    assert [(one["new"], one["duplicate"], one["corrected"]) for one in receipts] == [
        (3, 0, 0), (0, 3, 0), (0, 2, 1),
    ]  # fmt: skip


def test_a_call_and_a_visit_of_one_day_are_two(enrolled: Store) -> None:
    enter_visit(enrolled, "K000001", DAY, "phone", {}, rules=book())
    enter_visit(enrolled, "K000001", DAY, "home", {"sbp": 140}, rules=book())
    assert len(enrolled.dossier("K000001").encounters) == 2


def test_the_words_of_an_answer_are_taken_for_its_code(enrolled: Store) -> None:
    enter_visit(enrolled, "K000001", DAY, "phone", {"smoking_status": "从不吸烟"}, rules=book())
    assert observed(enrolled) == {"smoking_status": "never"}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"values": {"spb": 140}}, "no indicator 'spb'. Did you mean 'sbp'"),
        ({"values": {"sbp": 1400}}, r"1400 is no value of sbp. It is a number from \d+ to \d+, in mm\[Hg\]"),
        ({"values": {"sbp": "高"}}, "'高' is no value of sbp"),
        ({"values": {"sbp": True}}, "True is no value of sbp"),
        ({"values": {"sbp": float("nan")}}, "nan is no value of sbp"),
        ({"values": {"smoking_status": "sometimes"}}, "no value of smoking_status. It is one of: never"),
        ({"values": {"adverse_reaction": "maybe"}}, "It is True or False"),
        ({"day": date(2026, 7, 1)}, "2026-07-01 lies ahead"),
        ({"mode": "letter"}, "'letter' is no way of a visit"),
        ({"by": "wangg"}, "'wangg' is no member of the staff. Did you mean 'wang'"),
        ({"programmes": ["diabetes"]}, "'diabetes' is no programme that the person is in then"),
        ({"programmes": ["hypertension"], "day": date(2026, 2, 28)}, "is no programme that the person is in"),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(enrolled: Store, told: dict[str, Any], says: str) -> None:
    visit = {"day": DAY, "mode": "clinic", "values": {}} | told
    with pytest.raises(RecordError, match=says):
        enter_visit(enrolled, "K000001", **visit, rules=book())
    held = enrolled.dossier("K000001")
    assert held.encounters.empty
    assert held.observations.empty
