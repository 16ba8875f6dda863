"""A visit saved: all or nothing, once however often it is sent, over nobody's unseen change."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.care.ruled import TODAY, book, enter

from kanglu.care import visit
from kanglu.care.enrolment import leave
from kanglu.catalogue.questionnaire_files import load_questionnaires
from kanglu.errors import FormError, Overtaken, RecordError
from kanglu.record import Store
from kanglu.record.facts import Condition, EpisodeOfCare, Identifier, Observation, PersonStatement

SHIPPED = load_questionnaires(Path("/nonexistent"))
ANSWERS = {
    "mode": "clinic", "symptoms": ["none"], "adherence": "regular", "adverse": False, "complication": False,
    "hypoglycaemia": "none", "sbp": "138", "dbp": "82", "fpg": "7.2",
}  # fmt: skip


@pytest.fixture
def zhang(store: Store) -> Store:
    """A man of 56 years in both programmes."""
    him = PersonStatement((Identifier("mrn", "1"),), name="张三", birth_date="1970-01-01", source_key="P")
    with store.batch("b") as writer:
        writer.person(him)
        for name, display in (("hypertension", "高血压"), ("type2_diabetes", "2型糖尿病")):
            writer.add(Condition(1, None, None, "2020-05-01", display=display))
            writer.add(EpisodeOfCare(1, None, name, "2024-01-10", clinical_status="active"))
    return store


def form(store: Store, day: date = TODAY) -> visit.VisitForm:
    return visit.form_of(store.dossier("K000001"), day, book(), SHIPPED)


def save(store: Store, key: str = "a", day: date = TODAY, more: Any = None, **said: Any) -> visit.Saved:
    answers = {**ANSWERS, **(more or {})}
    return visit.save_visit(
        store, "K000001", form(store, day), answers, day, "wang", key, rules=book(), **said
    )


def counted(store: Store) -> tuple[int, int, int]:
    held = store.dossier("K000001")
    return len(held.encounters), len(held.responses), len(held.observations)


def test_one_visit_enters_the_forms_of_both_programmes_in_one_batch(zhang: Store) -> None:
    saved = save(zhang)
    held = zhang.dossier("K000001")
    [met] = held.encounters.to_dict("records")
    assert (met["setting"], met["provider"], met["reason"]) == ("AMB", "wang", "hypertension,type2_diabetes")
    assert set(held.responses["code"]) == {"followup_hypertension", "followup_diabetes"}
    assert set(held.responses["clinical_status"]) == {"completed"}
    assert held.observations["indicator"].tolist().count("sbp") == 1
    assert set(held.encounters["batch_id"]) | set(held.responses["batch_id"]) == {saved.batch}


def test_after_saving_the_person_is_evaluated_and_told(zhang: Store) -> None:
    save(zhang, day=date(2026, 6, 1), more={"fpg": "6.5"})
    saved = save(zhang, key="b")
    assert "follow_up" in set(saved.closed["code"])
    due = saved.opened.set_index("code")["due"]
    assert set(due.loc[["follow_up"]]) == {"2026-07-14"}
    step = saved.preview.next
    assert step is not None
    assert step.due == date(2026, 7, 14)


def test_the_same_sent_twice_is_one_visit(zhang: Store) -> None:
    first, second = save(zhang), save(zhang)
    assert (first.again, second.again) == (False, True)
    assert first.batch == second.batch
    assert counted(zhang)[:2] == (1, 2)


def test_a_late_repeat_does_not_take_back_what_was_corrected_since(zhang: Store) -> None:
    save(zhang)
    save(zhang, key="b", more={"sbp": "128"}, reason="袖带松了")
    save(zhang)
    held = zhang.dossier("K000001").observations
    assert held.loc[held["indicator"] == "sbp", "value"].tolist() == [128.0]


def test_saved_again_with_another_key_and_the_same_answers_it_says_nothing_new(zhang: Store) -> None:
    save(zhang)
    before = counted(zhang)
    save(zhang, key="b")
    assert counted(zhang) == before
    assert zhang.batches()["receipt"].tolist()[-1]["facts"]["new"] == 0


def test_a_correction_keeps_the_old_value_who_when_and_why(zhang: Store, clock: Any) -> None:
    save(zhang)
    clock.pass_days(1)
    save(zhang, key="b", more={"sbp": "128"}, reason="袖带松了")
    first, second = visit.history(zhang, "K000001", form(zhang), TODAY)
    assert first.reason is None
    assert {one.item for one in first.changes} == set(ANSWERS)
    assert [(one.item, one.old, one.new) for one in second.changes] == [("sbp", 138, 128)]
    assert (second.by, second.author, second.reason) == ("local", "wang", "袖带松了")
    assert first.recorded[:10] == "2026-06-30"
    assert second.recorded[:10] == "2026-07-01"


def test_what_was_saved_comes_back_as_one_form(zhang: Store) -> None:
    save(zhang, more={"symptoms": ["thirst", "tinnitus"]})
    back = visit.stored_answers(form(zhang), zhang.dossier("K000001"), TODAY)
    assert set(back["symptoms"]) == {"thirst", "tinnitus"}  # type: ignore[arg-type]
    assert (back["sbp"], back["fpg"], "symptoms_other" in back) == (138, 7.2, False)


def test_somebody_elses_visit_is_not_written_over_unseen(zhang: Store) -> None:
    seen = visit.mark(form(zhang), zhang.dossier("K000001"), TODAY)
    save(zhang)
    with pytest.raises(Overtaken, match="wang has saved this visit"):
        save(zhang, key="b", more={"sbp": "120"}, seen=seen)
    held = zhang.dossier("K000001").observations
    assert held.loc[held["indicator"] == "sbp", "value"].tolist() == [138.0]
    now = visit.mark(form(zhang), zhang.dossier("K000001"), TODAY)
    save(zhang, key="b", more={"sbp": "120"}, seen=now)


def test_nothing_is_entered_of_a_visit_with_a_fault_or_an_open_doubt(zhang: Store) -> None:
    before = counted(zhang)
    with pytest.raises(FormError, match="sbp: 301 mm"):
        save(zhang, more={"sbp": "301"})
    with pytest.raises(FormError, match="To be confirmed: sbp=210"):
        save(zhang, more={"sbp": "210", "dbp": "100"})
    with pytest.raises(FormError, match="To be confirmed"):
        save(zhang, more={"sbp": "212", "dbp": "100"}, confirmed={"sbp=210"})
    assert counted(zhang) == before
    save(zhang, more={"sbp": "210", "dbp": "100"}, confirmed={"sbp=210"})


def test_nothing_is_entered_when_one_of_the_forms_is_refused(zhang: Store) -> None:
    with pytest.raises(RecordError, match="lies ahead"):
        save(zhang, day=date(2026, 7, 1))
    both = form(zhang)
    leave(zhang, "K000001", "type2_diabetes", date(2026, 6, 1), "搬走")
    with pytest.raises(RecordError, match="programme that the person is in then"):
        visit.save_visit(zhang, "K000001", both, ANSWERS, TODAY, "wang", "a", rules=book())
    assert counted(zhang) == (0, 0, 0)


def test_a_home_visit_that_was_a_call_is_one_call(zhang: Store) -> None:
    save(zhang, more={"mode": "home"})
    save(zhang, key="b", more={"mode": "phone"})
    held = zhang.dossier("K000001")
    assert held.encounters["setting"].tolist() == ["VR"]
    assert set(held.observations.set_index("indicator")["origin"].loc[["sbp"]]) == {"reported"}


def test_half_a_visit_can_be_saved_and_is_in_progress(zhang: Store) -> None:
    half = {"mode": "home", "sbp": "138", "dbp": "82"}
    saved = visit.save_visit(zhang, "K000001", form(zhang), half, TODAY, "wang", "a", rules=book())
    assert "adherence" in saved.preview.held.open
    assert set(zhang.dossier("K000001").responses["clinical_status"]) == {"in-progress"}


def test_another_questionnaire_is_saved_in_the_same_way(zhang: Store) -> None:
    enter(zhang, Observation(1, "weight", "2026-05-01", value=80.0, unit="kg"))
    phq9 = visit.form_for(SHIPPED.get("phq9"))
    answers = {f"phq9_{place}": "1" for place in range(1, 10)}
    saved = visit.save_visit(zhang, "K000001", phq9, answers, TODAY, "wang", "a", rules=book())
    assert "self_harm_thoughts" in set(saved.opened["code"])
    held = zhang.dossier("K000001")
    assert held.encounters.empty
    assert held.observations.set_index("indicator")["value"]["phq9"] == 9.0
