"""Follow-ups in time, and recommendations after how many reminders: given what rules gave, as of a day."""

import pytest
from tests.insight.served import communications, counts, day, results

from kanglu.care.given import key_of
from kanglu.insight.service import Days, follow_up_completion, recommendations, recommendations_taken_up

JUNE = Days.month(2026, 6)


def completion(*tasks, as_of="2026-07-31", days=JUNE):
    return follow_up_completion(results(*tasks), days, day(as_of))


@pytest.mark.parametrize(
    ("due", "counted"), [("2026-05-31", 0), ("2026-06-01", 1), ("2026-06-30", 1), ("2026-07-01", 0)]
)
def test_a_follow_up_belongs_to_the_period_it_was_due_in(due, counted):
    assert completion({"due": due, "state": "done", "ends": "2026-07-02"}).denominator.n == counted


def test_done_by_done_and_failed_and_all_else_apart():
    found = completion(
        {"person_id": 1, "due": "2026-06-10", "state": "done", "ends": "2026-06-08"},
        {"person_id": 1, "due": "2026-06-20", "state": "done", "ends": "2026-06-25"},
        {"person_id": 2, "due": "2026-06-10", "state": "failed", "ends": "2026-07-10"},
        {"person_id": 3, "due": "2026-06-10", "state": "cancelled", "ends": "2026-06-11"},
        {"person_id": 4, "due": "2026-06-10"},
    )
    assert counts(found) == (2, 3, {"cancelled": 1, "overdue": 1})
    assert found.value == 2 / 3
    assert found.numerator.people == {1}
    assert found.denominator.people == {1, 2}
    assert found.apart["cancelled"].people == {3}
    assert found.apart["overdue"].people == {4}
    assert (found.definition, found.as_of, found.days) == (
        "follow_up_completion.due_in_period",
        day("2026-07-31"),
        JUNE,
    )


@pytest.mark.parametrize(
    ("as_of", "where"), [("2026-06-09", "open"), ("2026-06-10", "open"), ("2026-06-11", "overdue")]
)
def test_an_open_task_is_overdue_from_the_day_after_it_was_due(as_of, where):
    assert counts(completion({"due": "2026-06-10"}, as_of=as_of)) == (0, 0, {where: 1})


@pytest.mark.parametrize(("as_of", "done"), [("2026-06-11", 0), ("2026-06-12", 1)])
def test_a_task_is_done_from_the_day_it_ended(as_of, done):
    task = {"due": "2026-06-10", "state": "done", "ends": "2026-06-12"}
    assert completion(task, as_of=as_of).numerator.n == done


def test_what_began_later_and_what_is_no_follow_up_are_not_there():
    assert counts(completion({"due": "2026-06-10", "starts": "2026-08-01"})) == (0, 0, {})
    assert counts(completion({"due": "2026-06-10", "kind": "message"})) == (0, 0, {})
    assert counts(completion({"due": "2026-06-10", "code": "fpg_test"})) == (0, 0, {})
    assert completion().value is None


# -- recommendations -----------------------------------------------------------------------------------

KEY = key_of("a.rule", "2026-01-01", 0)


def reminder(effective, person=1, about=KEY, **more):
    usual = {"direction": "out", "channel": "wechat"}
    return {"person_id": person, "effective": effective, "about": about, **usual, **more}


def recommended(**more):
    return results({"kind": "recommendation", "code": "enhanced_cardiac_screening", **more})


YEAR = Days.year(2026)


def test_a_recommendation_taken_up_after_the_third_reminder():
    sent = [reminder(on) for on in ("2026-01-20T09:00:00", "2026-01-03", "2026-02-10")]
    given = recommended(state="done", ends="2026-02-10")
    [one] = recommendations(given, communications(*sent), YEAR, day("2026-06-30"))
    assert one.reminders == ("2026-01-03", "2026-01-20T09:00:00", "2026-02-10")
    assert (one.person_id, one.key, one.outcome, one.on) == (1, KEY, "done", "2026-02-10")
    found = recommendations_taken_up([one], YEAR, day("2026-06-30"))
    assert counts(found) == (1, 1, {"done_after_3": 1})


def test_reminders_after_the_outcome_of_others_and_of_other_things_do_not_count():
    sent = [
        reminder("2026-02-11"),
        reminder("2026-01-03", person=2),
        reminder("2026-01-03", about=key_of("a.rule", "2026-01-01", 1)),
        reminder("2026-01-03", about=None),
        reminder("2026-01-03", direction="in"),
        reminder("2026-01-03", status="entered-in-error"),
    ]
    given = recommended(state="done", ends="2026-02-10")
    [one] = recommendations(given, communications(*sent), YEAR, day("2026-06-30"))
    assert one.reminders == ()


def test_on_an_earlier_day_the_outcome_and_the_later_reminders_are_not_known():
    sent = [reminder("2026-01-03"), reminder("2026-02-01")]
    given = recommended(state="done", ends="2026-02-10", reason="event")
    [one] = recommendations(given, communications(*sent), YEAR, day("2026-01-31"))
    assert (one.outcome, one.on, one.reason, one.reminders) == ("open", None, None, ("2026-01-03",))
    assert counts(recommendations_taken_up([one], YEAR, day("2026-01-31"))) == (0, 0, {"open": 1})


def test_only_recommendations_of_the_period():
    nothing = communications()
    assert recommendations(recommended(), nothing, Days.year(2025), day("2026-06-30")) == ()
    assert recommendations(recommended(starts="2026-05-01"), nothing, YEAR, day("2026-04-30")) == ()
    assert recommendations(recommended(kind="task"), nothing, YEAR, day("2026-06-30")) == ()
    assert recommendations(results(), nothing, YEAR, day("2026-06-30")) == ()
