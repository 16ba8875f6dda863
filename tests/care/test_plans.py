"""Plans of people: begun once, proposed by tags, and what has become of them by a day."""

from datetime import date
from itertools import pairwise

import pytest
from tests.care.ruled import TODAY, book, enter, evaluated, flag, people, result
from tests.someone import Someone

from kanglu.care.plans import Plan, Proposed, agree, begin, end, fact_of, plans_of, propose
from kanglu.care.progress import Progress, planned, progress
from kanglu.catalogue.plans import PlanAction, PlanTemplate
from kanglu.errors import NotFound, RecordError
from kanglu.record import Store
from kanglu.record.facts import (
    CarePlan,
    Communication,
    Demographics,
    Encounter,
    MedicationStatement,
    Observation,
)

START = date(2025, 3, 1)
"""On which a plan of three months begins; it runs to 31 May."""


def template(**said: object) -> PlanTemplate:
    """One goal and one action of the test's own, three months long."""
    usual: dict[str, object] = {
        "id": "test",
        "version": 1,
        "name": {"zh": "计划", "en": "Plan"},
        "source": {"doc": "Test"},
        "for": "obesity",
        "length": "3mo",
        "owner": "manager",
        "goals": [goal()],
        "actions": [action(every="1w")],
    }
    return PlanTemplate.model_validate(usual | said)


def goal(of: str = "weight", by: str = "3mo", **asked: object) -> dict[str, object]:
    asked = asked or {"le": -5, "relative": True}
    return {"id": "goal", "of": of, "by": by, "words": {"zh": "目标", "en": "Goal"}, **asked}


def action(**said: object) -> dict[str, object]:
    usual = {"id": "act", "name": {"zh": "行动", "en": "Act"}, "role": "nurse", "done": [{"observed": "sbp"}]}
    return {**usual, **said}


def planned_for(someone: Someone, plan: PlanTemplate, start: date = START) -> Someone:
    """The person with a plan, begun by what was known then."""
    agreed = agree(someone.dossier(start.isoformat()), plan, start, "wang", book())
    return someone.add(fact_of(7, agreed))


def by(someone: Someone, day: str) -> Progress:
    """What has become of the only plan by a day."""
    dossier = someone.dossier(day)
    [plan] = plans_of(dossier)
    return progress(dossier, plan, dossier.as_of, rules=book())


def call(
    effective: str, outcome: str | None = "reached", direction: str = "out", **said: str
) -> Communication:
    return Communication(7, "kanglu", "call", effective, direction=direction, outcome=outcome, **said)  # type: ignore[arg-type]


# -- shipped ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["knee_replacement_3mo", "weight_loss_3mo", "glucose_3mo", "blood_pressure_3mo"]
)
@pytest.mark.parametrize("start", [date(2025, 1, 5), date(2024, 11, 30), date(2025, 1, 31)])
def test_all_times_of_a_shipped_plan_lie_within_it_and_share_no_day(name: str, start: date) -> None:
    plan = book().plans[name]
    stop = plan.length.after(start)
    for each in plan.actions:
        times = list(planned(each, start, stop))
        assert times
        assert all(start <= opens <= day <= last < stop for day, opens, last in times)
        assert all(one[2] < other[1] for one, other in pairwise(times))


def test_the_calls_after_a_knee_replacement_are_those_of_the_rule() -> None:
    [calls] = [one for one in book().plans["knee_replacement_3mo"].actions if one.id == "call"]
    [gift] = book().rules["aftercare.knee_calls"].gives
    assert (calls.at, calls.opens, calls.lapses) == (gift.at, gift.opens, gift.lapses)


# -- beginning and ending --------------------------------------------------------------------------


def test_a_plan_keeps_its_template_its_goals_and_the_values_of_its_day(store: Store) -> None:
    [one] = people(store, "张三")
    enter(store, Observation(one, "weight", "2026-06-30", value=90.0, unit="kg"))
    plan = begin(store, "K000001", "weight_loss_3mo", TODAY, "wang", rules=book())
    assert (plan.start, plan.end, plan.status) == (TODAY, date(2026, 9, 30), "active")
    [kept] = plans_of(store.dossier("K000001"))
    assert kept == plan
    assert kept.template == book().plans["weight_loss_3mo"]
    weight, waist = kept.goals
    assert weight.start is not None
    assert (weight.start.value, weight.start.day, weight.by) == (90.0, TODAY, date(2026, 9, 30))
    assert waist.start is None


def test_a_plan_is_a_care_plan_of_the_record(store: Store) -> None:
    people(store, "张三")
    begin(store, "K000001", "glucose_3mo", TODAY, "wang", rules=book())
    [row] = store.dossier("K000001").care_plans.to_dict("records")
    assert (row["system"], row["code"], row["intent"]) == ("kanglu-plan", "glucose_3mo", "plan")
    assert (row["effective"], row["effective_end"]) == ("2026-06-30", "2026-09-30")
    assert (row["clinical_status"], row["source"]) == ("active", "kanglu/wang")


def test_a_person_has_a_plan_of_a_template_once_at_a_time(store: Store) -> None:
    people(store, "张三")
    begin(store, "K000001", "glucose_3mo", date(2026, 3, 1), "wang", rules=book())
    with pytest.raises(RecordError, match="from 2026-03-01 to 2026-06-01"):
        begin(store, "K000001", "glucose_3mo", date(2026, 5, 31), "wang", rules=book())
    with pytest.raises(RecordError, match="from 2026-03-01"):  # it would still run when that one begins
        begin(store, "K000001", "glucose_3mo", date(2025, 12, 2), "wang", rules=book())
    begin(store, "K000001", "blood_pressure_3mo", date(2026, 5, 31), "wang", rules=book())
    begin(store, "K000001", "glucose_3mo", date(2026, 6, 1), "wang", rules=book())
    assert len(plans_of(store.dossier("K000001"))) == 3


def test_a_plan_is_not_begun_for_nobody_the_dead_the_unknown_or_ahead(store: Store) -> None:
    [one, _] = people(store, "张三", "李四")
    enter(store, Demographics(one, death_date="2026-06-01"))
    with pytest.raises(NotFound):
        begin(store, "K000009", "glucose_3mo", TODAY, "wang", rules=book())
    with pytest.raises(RecordError, match="died"):
        begin(store, "K000001", "glucose_3mo", TODAY, "wang", rules=book())
    with pytest.raises(RecordError, match="glucose_3mo"):
        begin(store, "K000002", "glucose", TODAY, "wang", rules=book())
    with pytest.raises(RecordError, match="lies ahead"):
        begin(store, "K000002", "glucose_3mo", date(2026, 7, 1), "wang", rules=book())


def test_a_plan_ends_early_with_a_reason_and_on_that_day_no_longer_runs(store: Store) -> None:
    people(store, "张三")
    begin(store, "K000001", "glucose_3mo", date(2026, 5, 1), "wang", rules=book())
    ended = end(store, "K000001", "glucose_3mo", date(2026, 6, 1), "wang", "住院")
    [kept] = plans_of(store.dossier("K000001"))
    assert kept == ended
    assert (kept.status, kept.reason, kept.end) == ("revoked", "住院", date(2026, 6, 1))
    assert kept.runs_on(date(2026, 5, 31))
    assert not kept.runs_on(date(2026, 6, 1))
    begin(store, "K000001", "glucose_3mo", date(2026, 6, 1), "wang", rules=book())


def test_only_a_running_plan_is_ended(store: Store) -> None:
    people(store, "张三")
    begin(store, "K000001", "glucose_3mo", date(2026, 3, 1), "wang", rules=book())
    with pytest.raises(RecordError, match="no plan 'glucose_3mo' runs"):
        end(store, "K000001", "glucose_3mo", date(2026, 6, 1), "wang", "时间已到")
    with pytest.raises(RecordError, match="needs a reason"):
        end(store, "K000001", "glucose_3mo", date(2026, 5, 1), "wang", " ")


# -- proposing -------------------------------------------------------------------------------------


def tag(person: int, code: str, **said: object) -> object:
    return result(person, "test.tag", kind="tag", code=code, window_start=None, due=None, lapses=None, **said)


def test_whom_a_tag_says_a_plan_is_for_and_who_has_none(store: Store) -> None:
    people(store, "甲", "乙", "丙", "丁")
    evaluated(store, tag(1, "obesity"), tag(2, "obesity"), tag(3, "obesity", ends="2026-06-30"))  # type: ignore[arg-type]
    begin(store, "K000002", "weight_loss_3mo", date(2026, 6, 1), "wang", rules=book())
    enter(store, flag(4, "diabetes_intensive"))
    assert propose(store, [1, 2, 3, 4], rules=book()) == (
        Proposed(1, "K000001", "weight_loss_3mo", "obesity"),
        Proposed(4, "K000004", "glucose_3mo", "diabetes_intensive"),
    )
    assert propose(store, [], rules=book()) == ()


def test_a_plan_is_proposed_again_on_the_day_it_ends_and_never_to_the_dead(store: Store) -> None:
    people(store, "甲", "乙")
    evaluated(store, tag(1, "obesity"), tag(2, "obesity"))  # type: ignore[arg-type]
    enter(store, Demographics(2, death_date="2026-06-15"))
    begin(store, "K000001", "weight_loss_3mo", date(2026, 3, 30), "wang", rules=book())
    assert propose(store, [1, 2], as_of=date(2026, 6, 29), known=TODAY, rules=book()) == ()
    [again] = propose(store, [1, 2], rules=book())
    assert again.person_id == 1


# -- goals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target_of", "birth", "wanted"),
    [
        ("sbp", "1960-03-02", {"lt": 140.0}),
        ("sbp", "1960-03-01", {"lt": 150.0}),
        ("sbp", None, {"lt": 135.0}),
    ],
)
def test_a_target_is_the_persons_own_on_the_day_it_begins(target_of: str, birth: str, wanted: object) -> None:
    """The 65th birthday is the first day of the wider target; without an age the goal's own number stands."""
    someone = Someone(birth=birth).has("高血压")
    plan = template(goals=[goal(target_of, lt=135, target=True)])
    [agreed] = by(planned_for(someone, plan), "2025-03-02").plan.goals
    assert agreed.wanted.limits == wanted


def test_a_goal_is_compared_in_the_indicators_unit() -> None:
    plan = template(goals=[goal("fpg", lt=126, unit="mg/dL")])
    someone = planned_for(Someone(), plan).seen("fpg", 6.9, "2025-04-01")
    [found] = by(someone, "2025-04-01").goals
    assert found.state == "met"
    assert by(someone.seen("fpg", 7.0, "2025-04-02"), "2025-04-02").goals[0].state == "not_yet"


def test_the_start_is_the_newest_value_up_to_the_day_and_that_day_is_not_yet_progress() -> None:
    someone = Someone().seen("weight", 82, "2025-02-20").seen("weight", 80, "2025-03-01")
    someone = planned_for(someone, template())
    [found] = by(someone, "2025-03-20").goals
    assert (found.start.value, found.now, found.state) == (80.0, None, "not_measured")
    [found] = by(someone.seen("weight", 78, "2025-03-02"), "2025-03-20").goals
    assert (found.now.value, found.change, found.state) == (78.0, -2.5, "not_yet")


def test_five_percent_less_is_met_and_a_little_more_is_not() -> None:
    someone = planned_for(Someone().seen("weight", 80, "2025-03-01"), template())
    assert by(someone.seen("weight", 76.1, "2025-05-01"), "2025-05-01").goals[0].state == "not_yet"
    assert by(someone.seen("weight", 76.0, "2025-05-02"), "2025-05-02").goals[0].state == "met"


def test_the_last_day_of_a_goal_counts_and_what_comes_later_does_not() -> None:
    someone = planned_for(Someone().seen("weight", 80, "2025-03-01"), template())
    someone.seen("weight", 78, "2025-05-01")
    assert by(someone, "2025-05-31").goals[0].state == "not_yet"
    assert by(someone, "2025-06-01").goals[0].state == "missed"
    assert by(someone.seen("weight", 70, "2025-06-02"), "2025-07-01").goals[0].state == "missed"
    assert by(someone.seen("weight", 75, "2025-06-01"), "2025-07-01").goals[0].state == "met"


def test_a_change_needs_a_value_to_count_from() -> None:
    someone = planned_for(Someone(), template()).seen("weight", 70, "2025-04-01")
    [found] = by(someone, "2025-04-01").goals
    assert (found.start, found.change, found.state) == (None, None, "no_start")


def test_a_value_entered_late_counts_as_the_start() -> None:
    someone = (
        planned_for(Someone(), template()).seen("weight", 80, "2025-02-27").seen("weight", 76, "2025-05-01")
    )
    [found] = by(someone, "2025-05-01").goals
    assert found.agreed.start is None
    assert (found.start.value, found.state) == (80.0, "met")


def test_a_value_known_only_as_above_is_shown_and_not_met() -> None:
    someone = planned_for(Someone(), template(goals=[goal("fpg", lt=7)]))
    [found] = by(someone.seen("fpg", 33.3, "2025-04-01", comparator=">"), "2025-04-01").goals
    assert (found.now.value, found.now.sign, found.change, found.state) == (33.3, ">", None, "not_yet")


def test_a_code_can_be_a_goal() -> None:
    someone = planned_for(Someone(), template(goals=[goal("smoking_status", **{"in": ["former", "never"]})]))
    someone.seen("smoking_status", value_code="former", effective="2025-04-01")
    [found] = by(someone, "2025-04-01").goals
    assert (found.now.code, found.state) == ("former", "met")


def test_several_pressures_of_a_day_are_their_mean() -> None:
    someone = planned_for(Someone(), template(goals=[goal("sbp", lt=140)]))
    someone.seen("sbp", 146, "2025-04-01T08:00:00").seen("sbp", 133, "2025-04-01T20:00:00")
    [found] = by(someone, "2025-04-01").goals
    assert (found.now.value, found.state) == (140.0, "not_yet")  # 139.5, half up


# -- planned times ---------------------------------------------------------------------------------


def times(said: dict[str, object], start: date, length: str = "3mo") -> list[tuple[str, str, str]]:
    plan = template(length=length)
    stop = plan.length.after(start)
    found = planned(PlanAction.model_validate(said), start, stop)
    return [(day.isoformat(), opens.isoformat(), last.isoformat()) for day, opens, last in found]


def test_a_month_that_is_too_short_moves_no_later_time() -> None:
    found = times(action(every="1mo", **{"from": "1mo"}), date(2025, 1, 31), "4mo")
    assert [day for day, _, _ in found] == ["2025-02-28", "2025-03-31", "2025-04-30"]
    assert found[-1][2] == "2025-05-30"


def test_what_comes_every_week_leaves_no_day_out_and_ends_with_the_plan() -> None:
    found = times(action(every="1w"), START)
    assert found[0] == ("2025-03-01", "2025-03-01", "2025-03-07")
    assert found[-1] == ("2025-05-31", "2025-05-31", "2025-05-31")
    assert len(found) == 14


def test_to_is_not_planned_any_more() -> None:
    found = times(action(every="1w", to="2w"), START)
    assert [day for day, _, _ in found] == ["2025-03-01", "2025-03-08"]


def test_a_listed_time_opens_before_its_day_and_lapses_after_it() -> None:
    found = times(action(at=["1w", "2w"], opens="2d", lapses="4d"), START)
    assert found == [
        ("2025-03-08", "2025-03-06", "2025-03-12"),  # the next opens on the 13th
        ("2025-03-15", "2025-03-13", "2025-03-19"),
    ]


def test_a_time_counts_when_it_is_kept_or_over() -> None:
    plan = template(actions=[action(every="1w")])
    someone = planned_for(Someone(), plan)
    found = by(someone, "2025-03-06").actions[0]
    assert (found.planned, found.done, found.adherence) == (0, 0, None)  # not asked is not zero
    found = by(someone, "2025-03-07").actions[0]
    assert (found.planned, found.done, found.adherence) == (1, 0, 0.0)
    someone.seen("sbp", 130, "2025-03-08")
    found = by(someone, "2025-03-08").actions[0]
    assert (found.planned, found.done, found.adherence) == (2, 1, 0.5)
    assert found.next(date(2025, 3, 8)).day == date(2025, 3, 15)


def test_two_facts_in_one_time_keep_it_once() -> None:
    someone = planned_for(Someone(), template()).seen("sbp", 130, "2025-03-02").seen("sbp", 131, "2025-03-03")
    found = by(someone, "2025-03-14").actions[0]
    assert (found.planned, found.done) == (2, 1)
    assert [one.done for one in found.times[:2]] == [date(2025, 3, 2), None]


def test_a_visit_and_a_call_keep_the_times_that_ask_for_them() -> None:
    visits = action(id="visit", at=["1w"], opens="3d", done=[{"event": "follow_up"}])
    calls = action(id="call", at=["1w"], opens="3d", done=[{"contact": "reached"}])
    someone = planned_for(Someone(), template(actions=[visits, calls]))
    someone.visit("随访", "2025-03-05").add(call("2025-03-04T09:00:00")).add(
        call("2025-03-05T09:00:00", "busy")
    )
    visit, called = by(someone, "2025-03-05").actions
    assert visit.times[0].done == date(2025, 3, 5)
    assert called.times[0].done is None  # the one that reached came a day too early
    assert by(someone.add(call("2025-03-06T09:00:00")), "2025-03-06").actions[1].done == 1


def test_a_plan_that_has_ended_asks_for_nothing_more() -> None:
    someone = planned_for(Someone(), template()).seen("sbp", 130, "2025-06-02")
    found = by(someone, "2025-12-31")
    assert (found.until, found.planned, found.done, found.adherence) == (date(2025, 5, 31), 14, 0, 0.0)
    assert found.actions[0].next(date(2025, 12, 31)) is None


def test_nothing_is_asked_of_the_dead() -> None:
    someone = planned_for(Someone(death="2025-03-10"), template())
    found = by(someone, "2025-05-31")
    assert (found.until, found.planned) == (date(2025, 3, 10), 1)


# -- contacts and medicines ------------------------------------------------------------------------


def test_contacts_are_those_of_the_plans_days() -> None:
    someone = planned_for(Someone(), template())
    for when, outcome in (
        ("2025-02-28T23:59:00", "reached"),
        ("2025-03-01T00:00:00", "no_answer"),
        ("2025-04-01T09:00:00", "reached"),
        ("2025-05-31T23:59:00", "refused"),
        ("2025-06-01T00:00:00", "reached"),
        ("2025-04", "reached"),
    ):
        someone.add(call(when, outcome))
    someone.add(call("2025-04-02T09:00:00", None)).add(call("2025-04-03T09:00:00", None, "in"))
    found = by(someone, "2025-12-31").contacts
    assert [one.outcome for one in found.tried] == ["no_answer", "reached", "refused"]
    assert (found.reached, found.sent, found.received) == (1, 1, 1)


def filled(first: str, last: str, intent: str = "filler-order") -> MedicationStatement:
    return MedicationStatement(
        7, None, None, first, last, kind="request", intent=intent, display="氨氯地平", status="final"
    )


def test_medicines_are_covered_by_what_was_dispensed() -> None:
    someone = planned_for(Someone(), template())
    assert by(someone.takes("氨氯地平"), "2025-05-31").medicines == ()
    assert by(someone.add(filled("2025-03-01", "2025-03-30", "order")), "2025-05-31").medicines == ()
    someone.add(filled("2025-03-01", "2025-03-30")).add(filled("2025-03-31", "2025-05-15"))
    [found] = by(someone, "2025-05-31").medicines
    assert (found.medicine, found.fills, found.band) == ("氨氯地平", 2, "adherent")
    assert found.share == pytest.approx(76 / 92)
    never = filled("2025-05-16", "2025-05-31")._replace(clinical_status="not-taken")
    [same] = by(someone.add(never), "2025-05-31").medicines
    assert same == found


# -- whose plans these are -------------------------------------------------------------------------


def test_somebody_without_a_plan_has_none_and_plans_of_others_are_left_out() -> None:
    assert plans_of(Someone().dossier()) == ()
    someone = Someone().add(
        CarePlan(7, "http://snomed.info/sct", "735985000", "2025-01-01", display="糖尿病")
    )
    assert plans_of(someone.add(Encounter(7, None, None, "2025-01-01")).dossier()) == ()


def test_a_plan_keeps_the_words_of_its_version() -> None:
    someone = planned_for(Someone(), template(version=3, name={"zh": "旧计划", "en": "Old"}))
    [plan] = plans_of(someone.dossier())
    assert isinstance(plan, Plan)
    assert (plan.template.version, plan.template.name["zh"]) == (3, "旧计划")
