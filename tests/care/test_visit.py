"""A visit as it is typed: one form, what is known, class, next date and alarms at their limits."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kanglu.care import visit
from kanglu.care.visit.telling import doubt_text, fault_text, known_text
from kanglu.catalogue.questionnaire_files import load_questionnaires
from kanglu.catalogue.rulebook import load_rulebook
from kanglu.errors import FormError
from kanglu.i18n import words
from kanglu.record import Dossier
from kanglu.record.facts import Encounter, EpisodeOfCare, MedicationStatement, QuestionnaireResponse

SHIPPED = load_questionnaires(Path("/nonexistent"))
RULES = load_rulebook(overlay=Path("/nonexistent"))
DAY = date(2026, 6, 30)
DONE = {
    "mode": "clinic", "symptoms": ["none"], "adherence": "regular", "adverse": False, "complication": False,
    "hypoglycaemia": "none",
}  # fmt: skip


@pytest.fixture
def chen(someone: Any) -> Any:
    """A woman of 56 years with both diseases, in both programmes since 2024, seen at no time before."""
    person = someone(birth="1970-01-01").has("高血压").has("2型糖尿病")
    for code in ("hypertension", "type2_diabetes"):
        person.add(EpisodeOfCare(7, None, code, "2024-01-10", clinical_status="active"))
    return person


def previewed(dossier: Dossier, day: date = DAY, **answers: object) -> visit.Preview:
    form = visit.form_of(dossier, day, RULES, SHIPPED)
    return visit.preview(form, {**DONE, **answers}, dossier, day, RULES)


def classes(found: visit.Preview) -> dict[str, str | None]:
    return {one.programme.id: one.class_.id if one.class_ else None for one in found.verdicts}


def visited(person: Any, on: str, **values: float) -> Any:
    """The same person with an earlier visit and what was measured then."""
    for name, value in values.items():
        person.seen(name, value, on)
    return person.add(Encounter(7, "kanglu", "follow-up", on, clinical_status="finished", setting="AMB"))


# -- the form --------------------------------------------------------------------------------------


def test_the_form_is_that_of_the_programmes_of_the_day(chen: Any) -> None:
    chen.add(EpisodeOfCare(7, None, "elderly", "2026-01-01", clinical_status="active"))
    form = visit.form_of(chen.dossier(), DAY, RULES, SHIPPED)
    assert sorted(form.programmes) == ["hypertension", "type2_diabetes"]
    assert form.formless == ()
    with pytest.raises(FormError, match="no programme that has a follow-up form"):
        visit.form_of(chen.dossier(), date(2024, 1, 9), RULES, SHIPPED)


# -- classes and dates at their limits -------------------------------------------------------------


@pytest.mark.parametrize(
    ("sbp", "dbp", "class_", "due"),
    [
        (139, 89, "controlled", date(2026, 8, 30)),
        (140, 89, "uncontrolled", date(2026, 7, 14)),
        (139, 90, "uncontrolled", date(2026, 7, 14)),
        (179, 109, "uncontrolled", date(2026, 7, 14)),
        (180, 100, "emergency", date(2026, 7, 14)),
        (150, 110, "emergency", date(2026, 7, 14)),
    ],
)
def test_blood_pressure_at_its_limits(chen: Any, sbp: int, dbp: int, class_: str, due: date) -> None:
    found = previewed(chen.dossier(), sbp=sbp, dbp=dbp)
    verdict = next(one for one in found.verdicts if one.programme.id == "hypertension")
    assert (verdict.class_ and verdict.class_.id, verdict.due) == (class_, due)
    assert ("urgent_referral" in {step.code for step in found.raised}) == (class_ == "emergency")


@pytest.mark.parametrize(
    ("birth", "sbp", "class_"),
    [
        ("1961-06-30", 145, "controlled"),
        ("1961-07-01", 145, "uncontrolled"),
        ("1961-06-30", 150, "uncontrolled"),
    ],
)
def test_the_target_of_65_years_holds_from_the_birthday(
    someone: Any, birth: str, sbp: int, class_: str
) -> None:
    person = someone(birth=birth).has("高血压")
    person.add(EpisodeOfCare(7, None, "hypertension", "2024-01-10", clinical_status="active"))
    assert classes(previewed(person.dossier(), sbp=sbp, dbp=80)) == {"hypertension": class_}


@pytest.mark.parametrize(
    ("fpg", "class_"),
    [("6.9", "controlled"), ("7.0", "uncontrolled"), ("16.6", "uncontrolled"), ("16.7", "emergency"),
     ("4.0", "controlled"), ("3.9", "emergency")],
)  # fmt: skip
def test_glucose_at_its_limits(chen: Any, fpg: str, class_: str) -> None:
    assert classes(previewed(chen.dossier(), fpg=fpg))["type2_diabetes"] == class_


def test_each_programme_has_its_class_and_the_earliest_date_serves_both(chen: Any) -> None:
    found = previewed(chen.dossier(), sbp=138, dbp=80, fpg=7.4)
    assert classes(found) == {"hypertension": "controlled", "type2_diabetes": "uncontrolled"}
    assert {one.due for one in found.verdicts} == {date(2026, 7, 14)}
    assert found.next is not None
    assert "7.40" in found.next.why(words("en"))


def test_a_second_time_running_is_a_referral(chen: Any) -> None:
    visited(chen, "2026-06-16", sbp=150.0, dbp=80.0)
    found = previewed(chen.dossier(), sbp=148, dbp=80)
    [verdict] = [one for one in found.verdicts if one.programme.id == "hypertension"]
    assert (verdict.before, verdict.due) == (1, date(2026, 7, 14))
    assert {"referral", "check_referral"} <= {step.code for step in found.raised}


@pytest.mark.parametrize(
    ("day", "due"),
    [("2025-11-30", date(2026, 2, 28)), ("2025-03-31", date(2025, 6, 30)), ("2026-01-31", date(2026, 4, 30))],
)
def test_three_months_end_with_the_month(chen: Any, day: str, due: date) -> None:
    for before in ("2025-02-28", "2025-05-28", "2025-08-28") if day == "2025-11-30" else ():
        visited(chen, before)
    found = previewed(chen.dossier(as_of=day), date.fromisoformat(day), sbp=128, dbp=78)
    [verdict] = [one for one in found.verdicts if one.programme.id == "hypertension"]
    assert verdict.due == due


def test_without_its_measurement_a_visit_has_no_class_and_says_what_is_lacking(chen: Any) -> None:
    found = previewed(chen.dossier(), sbp=138)
    assert classes(found) == {"hypertension": None, "type2_diabetes": None}
    lacking = {one.programme.id: one.lacking for one in found.verdicts}
    assert lacking == {"hypertension": ("dbp",), "type2_diabetes": ("fpg",)}


def test_a_visit_typed_late_is_due_from_its_own_day(chen: Any) -> None:
    found = previewed(chen.dossier(as_of="2026-03-20"), date(2026, 3, 1), sbp=150, dbp=80)
    assert found.next is not None
    assert found.next.due == date(2026, 3, 15)


def test_a_danger_sign_is_an_emergency_and_no_is_none(chen: Any) -> None:
    calm = {"sbp": 128, "dbp": 78, "fpg": 6.0}
    assert classes(previewed(chen.dossier(), **calm, danger_chest=True))["hypertension"] == "emergency"
    assert classes(previewed(chen.dossier(), **calm, danger_chest=False))["hypertension"] == "controlled"


def test_what_the_visit_closes_is_told(chen: Any) -> None:
    visited(chen, "2026-03-30", sbp=128.0, dbp=78.0)
    found = previewed(chen.dossier(), sbp=138, dbp=80)
    assert "follow_up" in {step.code for step in found.closed}
    assert "follow_up" in {step.code for step in found.raised}


def test_what_was_saved_before_does_not_count_beside_what_is_typed(chen: Any) -> None:
    chen.seen("sbp", 190.0, "2026-06-30", source_key="form/followup_hypertension/2026-06-30#sbp")
    chen.seen("dbp", 80.0, "2026-06-30", source_key="form/followup_hypertension/2026-06-30#dbp")
    assert classes(previewed(chen.dossier(), sbp=130, dbp=80))["hypertension"] == "controlled"


# -- what is known ---------------------------------------------------------------------------------


def known_of(person: Any) -> dict[str, visit.Known]:
    dossier = person.dossier()
    form = visit.form_of(dossier, DAY, RULES, SHIPPED)
    return visit.known(form, dossier, DAY, RULES.catalogue)


def test_the_last_value_is_known_and_is_no_answer(chen: Any) -> None:
    chen.seen("sbp", 138.0, "2026-05-03", origin="measured").seen("dbp", 80.0, "2026-05-03")
    chen.seen("sbp", 150.0, "2026-02-03")
    knows = known_of(chen)["sbp"]
    assert (knows.raw, knows.day, knows.origin, knows.lasts) == (138, "2026-05-03", "measured", False)
    assert classes(previewed(chen.dossier()))["hypertension"] is None


def test_habits_last_and_what_is_asked_at_every_visit_does_not(chen: Any) -> None:
    chen.seen("cigarettes_day", 10.0).seen("salt_level", None, value_code="light")
    chen.seen("medication_adherence", None, value_code="regular").seen("danger_chest", 0.0)
    knows = known_of(chen)
    assert (knows["cigarettes"].raw, knows["cigarettes"].lasts) == (10, True)
    assert (knows["salt_taste"].raw, knows["salt_taste"].lasts) == ("light", True)
    assert not knows["adherence"].lasts
    assert (knows["danger_chest"].raw, knows["danger_chest"].lasts) == (False, False)


def test_what_was_measured_today_elsewhere_may_be_taken_over(chen: Any) -> None:
    chen.seen("weight", 64.0, "2026-06-30T08:10:00")
    assert known_of(chen)["weight"].lasts


def test_defaults_withdrawn_values_and_those_with_a_sign_are_not_known(chen: Any) -> None:
    chen.seen("sbp", 120.0, origin="defaulted").seen("dbp", 80.0, status="entered-in-error")
    chen.seen("fpg", 22.0, comparator=">")
    assert known_of(chen) == {}


def test_goals_come_from_the_last_form_and_medicines_from_the_list(chen: Any) -> None:
    chen.add(
        QuestionnaireResponse(
            7, "kanglu", "followup_diabetes", "2026-03-30", version="1",
            source_key="form/followup_diabetes/2026-03-30", answers='{"weight_target": 60, "mode": "home"}',
        )
    )  # fmt: skip
    chen.add(MedicationStatement(7, None, None, "2025-01-01", display="氨氯地平片", dosage="5 mg 每日一次"))
    chen.add(MedicationStatement(7, None, None, "2025-01-01", "2025-06-01", display="硝苯地平"))
    knows = known_of(chen)
    assert (knows["weight_target"].raw, knows["weight_target"].lasts) == (60, True)
    assert (knows["mode"].raw, knows["mode"].lasts) == ("home", False)
    assert knows["medicines"].raw == "氨氯地平片 5 mg 每日一次"
    assert known_text(form_item(chen, "weight_target"), knows["weight_target"], words("en")) == (
        "Last: 60 kg, told on 30 Mar 2026"
    )


def form_item(person: Any, name: str) -> Any:
    return visit.form_of(person.dossier(), DAY, RULES, SHIPPED).questionnaire.by_id[name]


def test_the_body_mass_index_follows_the_weight_that_is_typed(chen: Any) -> None:
    chen.seen("height", 160.0, "2025-01-02").seen("weight", 80.0, "2025-01-02")
    assert previewed(chen.dossier(), weight="64").computed["bmi_kg_m2"] == 25.0
    chen.facts["observation"] = []
    assert "bmi_kg_m2" not in previewed(chen.dossier(), weight="64").computed


# -- what cannot be, and what is asked about again --------------------------------------------------


@pytest.mark.parametrize(
    ("item", "given", "said"),
    [
        ("sbp", "301", "Only 50 to 300 mmHg can be entered."),
        ("sbp", "abc", "It must be a number."),
        ("heart_rate", "70.5", "It must be a whole number."),
        ("mode", "bus", "It must be one of the answers."),
        ("next_visit", "2026-06-30", "The next visit must be after this one."),
        ("next_visit", "30.7.", "Write the day as 2026-05-26."),
        ("symptoms", ["none", "thirst"], "“none” goes with no other answer."),
    ],
)
def test_what_cannot_be_is_refused_with_the_limit(chen: Any, item: str, given: object, said: str) -> None:
    found = previewed(chen.dossier(), **{item: given})
    [fault] = found.faults
    assert fault_text(form_item(chen, item), fault, words("en")) == said
    assert item not in found.good


def test_exchanged_pressures_are_refused(chen: Any) -> None:
    [fault] = previewed(chen.dossier(), sbp=80, dbp=130).faults
    assert (fault.item, fault.kind) == ("dbp", "difference")
    assert "exchanged" in fault_text(form_item(chen, "dbp"), fault, words("en"))


@pytest.mark.parametrize(
    ("answers", "doubted"),
    [
        ({"sbp": 200, "dbp": 100}, []),
        ({"sbp": 201, "dbp": 100}, ["sbp=201"]),
        ({"sbp": 79, "dbp": 50}, ["sbp=79"]),
        ({"sbp": 140, "dbp": 126}, ["dbp=126", "dbp=14"]),
        ({"weight": "151"}, ["weight=151"]),
        ({"hba1c": "15.1"}, ["hba1c=15.1"]),
    ],
)
def test_the_implausible_is_questioned(chen: Any, answers: dict[str, Any], doubted: list[str]) -> None:
    found = previewed(chen.dossier(), **answers)
    assert [one.key for one in found.doubts] == doubted
    assert found.faults == ()


@pytest.mark.parametrize(("sbp", "doubted"), [(178, False), (179, True), (98, False), (97, True)])
def test_a_jump_from_the_last_value_is_questioned(chen: Any, sbp: int, doubted: bool) -> None:
    chen.seen("sbp", 138.0, "2026-05-03", origin="measured")
    found = previewed(chen.dossier(), sbp=sbp, dbp=70)
    assert [one.kind for one in found.doubts] == (["jump"] if doubted else [])
    if doubted:
        said = doubt_text(form_item(chen, "sbp"), found.doubts[0], words("en"))
        assert said == f"{sbp} mmHg: it was 138 mmHg on 3 May 2026, more than 40 apart."


def test_what_is_not_asked_any_more_is_left_out(chen: Any) -> None:
    found = previewed(chen.dossier(), adverse=False, adverse_what="咳嗽")
    assert found.faults == ()
    assert "adverse_what" not in found.good


def test_what_is_open_is_named(chen: Any) -> None:
    dossier = chen.dossier()
    form = visit.form_of(dossier, DAY, RULES, SHIPPED)
    found = visit.preview(form, {"mode": "home"}, dossier, DAY, RULES)
    assert found.held.open == ("symptoms", "adherence", "adverse", "hypoglycaemia", "complication")


def test_an_alarming_answer_of_another_form_raises_at_once(chen: Any) -> None:
    form = visit.form_for(SHIPPED.get("phq9"))
    found = visit.preview(form, {"phq9_9": "1"}, chen.dossier(), DAY, RULES)
    assert [one.task for one in found.alerts] == ["self_harm_thoughts"]
    assert "self_harm_thoughts" in {step.code for step in found.raised}
    assert found.verdicts == ()
