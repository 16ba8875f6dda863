"""The state of a task on a day, and what people do to it: given what was done, as of a day, expect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from tests.care.ruled import TODAY, book, carer, enter, evaluated, key, people, result

from kanglu import record
from kanglu.care import acts
from kanglu.care.tasks import TASK_COLUMNS, tasks
from kanglu.errors import NotFound, RecordError
from kanglu.record import Store
from kanglu.record.facts import Communication, TaskChange
from kanglu.record.rulings import Ruling

CALL = result()
KEY = key(CALL)


@pytest.fixture
def given(store: Store) -> Store:
    """One person, who has the call."""
    people(store, "张三")
    evaluated(store, CALL, as_of=date(2026, 6, 1))
    return store


def task(store: Store, day: str | None = None, of: str = KEY) -> dict[str, Any]:
    """The task as it is on a day."""
    found = tasks(store, [1], None if day is None else date.fromisoformat(day), TODAY, rules=book())
    return dict(found[found["key"] == of].iloc[0])


def about(outcome: str | None, when: str, person: int = 1, **said: str) -> Communication:
    return Communication(
        person, None, "call", when, direction="out", channel="phone", outcome=outcome, about=KEY, **said
    )


def did(act: str, when: str, **said: str) -> TaskChange:
    return TaskChange(1, None, act, when, task=KEY, **said)


# -- states follow from the day ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [
        ("2026-06-01", "draft", 0),
        ("2026-06-19", "draft", 0),
        ("2026-06-20", "ready", 0),
        ("2026-06-29", "ready", 0),
        ("2026-06-30", "due", 0),
        ("2026-07-01", "overdue", 1),
        ("2026-07-10", "overdue", 10),
        ("2026-07-11", "failed", 11),
    ],
)
def test_a_task_opens_is_due_is_late_and_lapses(given: Store, day: str, state: str, late: int) -> None:
    assert (task(given, day)["state"], task(given, day)["days_late"]) == (state, late)


def test_before_it_was_given_there_is_no_task(given: Store) -> None:
    assert tasks(given, [1], date(2026, 5, 31), TODAY, rules=book()).empty


def test_a_task_is_told_in_full(given: Store) -> None:
    enter(given, carer(1, "wang"), about("no_answer", "2026-06-30T08:30:00"))
    told = tasks(given, given.panel(), rules=book())
    assert tuple(told.columns) == TASK_COLUMNS
    assert told.iloc[0].to_dict() == {
        "person_id": 1, "record_number": "K000001", "key": "test.call@2026-06-01#0", "kind": "task",
        "code": "call", "rule": "test.call", "version": 1, "period": "2026-06-01", "part": 0, "state": "due",
        "starts": "2026-06-01", "window_start": "2026-06-20", "due": "2026-06-30", "lapses": "2026-07-10",
        "ends": None, "days_late": 0, "priority": 50, "role": "manager", "owner": "wang", "channel": None,
        "based_on": None, "attempts": 1, "last_outcome": "no_answer", "next_try": "2026-07-01",
        "snoozed_until": None, "reason": None, "inputs": "[]",
    }  # fmt: skip


def test_what_only_informs_is_no_task(store: Store) -> None:
    people(store, "张三")
    kinds = ("tag", "task", "message", "referral", "journey", "recommendation")
    evaluated(store, *(result(rule=f"test.{kind}", kind=kind) for kind in kinds))
    assert tasks(store, [1], rules=book())["kind"].tolist() == ["recommendation", "referral", "task"]


def test_nobody_has_no_tasks(store: Store) -> None:
    assert tuple(tasks(store, [], rules=book()).columns) == TASK_COLUMNS


def test_a_closed_task_was_open_before_its_end(store: Store) -> None:
    people(store, "张三")
    evaluated(store, CALL._replace(state="done", reason="visit", ends="2026-06-25"))
    assert task(store, "2026-06-24")["state"] == "ready"
    closed = task(store, "2026-06-25")
    assert (closed["state"], closed["reason"], closed["ends"]) == ("done", "visit", "2026-06-25")


def test_what_was_withdrawn_is_gone_and_was_there(given: Store, clock: Any) -> None:
    clock.pass_days(1)
    evaluated(given, as_of=date(2026, 7, 1), withdrawn=(1,))
    assert tasks(given, [1], rules=book()).empty
    assert len(tasks(given, [1], TODAY, rules=book())) == 1


# -- what was done since the evaluation ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "state"), [("completed", "done"), ("cancelled", "cancelled"), ("failed", "failed")]
)
def test_an_act_closes_a_task_from_its_day(given: Store, act: str, state: str) -> None:
    enter(given, did(act, "2026-06-25T10:00:00", reason="他院已做"))
    assert task(given, "2026-06-24")["state"] == "ready"
    assert (task(given)["state"], task(given)["reason"]) == (state, "他院已做")


@pytest.mark.parametrize(
    ("outcomes", "state", "reason", "next_try"),
    [
        (["no_answer"], "due", None, "2026-06-29"),
        (["no_answer", "no_answer"], "due", None, "2026-06-30"),
        (["no_answer", "no_answer", "no_answer"], "failed", "no_answer", None),
        (["no_answer", "busy", "no_answer"], "due", None, "2026-07-01"),
        (["switched_off"], "due", None, "2026-06-30"),
        (["reached"], "done", "reached", None),
        (["refused"], "failed", "refused", None),
        (["wrong_number"], "failed", "wrong_number", None),
        (["moved"], "cancelled", "moved", None),
    ],
)
def test_attempts_set_the_next_try_or_close(
    given: Store, outcomes: list[str], state: str, reason: str | None, next_try: str | None
) -> None:
    """Tries on 28, 29 and 30 June."""
    enter(given, *(about(one, f"2026-06-{28 + at}T10:00:00") for at, one in enumerate(outcomes)))
    now = task(given)
    assert (now["state"], now["reason"], now["next_try"]) == (state, reason, next_try)
    assert (now["attempts"], now["last_outcome"]) == (len(outcomes), outcomes[-1])


@pytest.mark.parametrize("outcome", ["moved", "dead"])
def test_who_moved_or_died_has_no_open_task(store: Store, outcome: str) -> None:
    people(store, "张三", "李四")
    other, hers = result(rule="test.visit"), result(2)
    evaluated(store, CALL, other, hers)
    enter(store, about(outcome, "2026-06-29T10:00:00"))
    assert task(store, of=key(other))["state"] == "cancelled"
    assert tasks(store, [2], rules=book())["state"].tolist() == ["due"]


def test_an_incoming_call_is_no_attempt(given: Store) -> None:
    enter(given, Communication(1, None, "call", "2026-06-29", direction="in", outcome="reached", about=KEY))
    assert task(given)["attempts"] == 0


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-06-30", "snoozed"),
        ("2026-07-04", "snoozed"),
        ("2026-07-05", "overdue"),
        ("2026-07-11", "failed"),
    ],
)
def test_a_snooze_ends_on_its_day(given: Store, day: str, state: str) -> None:
    enter(given, did("snoozed", "2026-06-29T10:00:00", until="2026-07-05"))
    assert task(given, day)["state"] == state


def test_a_snooze_hides_no_lapse(given: Store) -> None:
    enter(given, did("snoozed", "2026-06-29T10:00:00", until="2026-08-01"))
    assert task(given, "2026-07-10")["state"] == "snoozed"
    assert task(given, "2026-07-11")["state"] == "failed"


# -- whose it is ---------------------------------------------------------------------------------------


def test_the_owner_is_the_member_of_the_team_whose_role_it_is(given: Store) -> None:
    assert task(given)["owner"] is None
    enter(given, carer(1, "dr_li", "doctor"), carer(1, "wang"))
    assert task(given)["owner"] == "wang"


def test_who_left_the_team_owns_nothing_from_that_day(given: Store) -> None:
    enter(given, carer(1, "wang", effective_end="2026-06-28"), carer(1, "zhao", since="2026-06-28"))
    assert task(given, "2026-06-27")["owner"] == "wang"
    assert task(given, "2026-06-28")["owner"] == "zhao"


def test_who_was_handed_a_task_owns_it_whoever_is_in_the_team(given: Store) -> None:
    enter(given, carer(1, "wang"), did("handed_over", "2026-06-29T10:00:00", owner="zhao"))
    assert task(given)["owner"] == "zhao"


# -- acts ----------------------------------------------------------------------------------------------


def test_a_task_is_put_off_and_comes_back(given: Store, clock: Any) -> None:
    acts.snooze(given, "K000001", KEY, date(2026, 7, 3), "出差", rules=book())
    now = task(given)
    assert (now["state"], now["snoozed_until"]) == ("snoozed", "2026-07-03")
    clock.pass_days(3)
    assert tasks(given, [1], rules=book())["state"].item() == "overdue"


def test_a_task_is_handed_over_and_done(given: Store) -> None:
    acts.hand_over(given, "K000001", KEY, "zhao", rules=book())
    acts.complete(given, "K000001", KEY, rules=book())
    now = task(given)
    assert (now["owner"], now["state"], now["reason"]) == ("zhao", "done", "by_hand")


def test_three_calls_without_an_answer_fail_and_a_fourth_is_refused(given: Store, clock: Any) -> None:
    for _ in range(3):
        acts.attempt(given, "K000001", KEY, "no_answer", rules=book())
        clock.pass_days(1)
    with pytest.raises(RecordError, match=r"failed since 2026-07-02 \(no_answer\)"):
        acts.attempt(given, "K000001", KEY, "no_answer", rules=book())


def test_an_attempt_says_what_stood_in_the_way(given: Store) -> None:
    acts.attempt(given, "K000001", KEY, "refused", "voice", reason="cost", note="太贵了", rules=book())
    [said] = given.dossier("K000001").communications.to_dict("records")
    assert (said["reason"], said["text"], said["channel"], said["effective"]) == (
        "cost", "太贵了", "voice", "2026-06-30T09:00:00",
    )  # fmt: skip
    assert said["source"] == "kanglu/local"


@pytest.mark.parametrize("closing", ["attempt", "cancel"])
def test_what_was_closed_by_mistake_is_opened_again_at_once(given: Store, closing: str) -> None:
    if closing == "attempt":
        acts.attempt(given, "K000001", KEY, "reached", rules=book())
    else:
        acts.cancel(given, "K000001", KEY, "重复", rules=book())
    acts.reopen(given, "K000001", KEY, "点错了", rules=book())
    assert task(given)["state"] == "due"


def test_what_an_evaluation_saw_closed_by_hand_is_opened_again(given: Store) -> None:
    acts.cancel(given, "K000001", KEY, "重复", rules=book())
    closed = CALL._replace(state="cancelled", reason="重复", ends="2026-06-30")
    evaluated(given, closed, withdrawn=(1,))
    assert task(given)["state"] == "cancelled"
    acts.reopen(given, "K000001", KEY, "不重复", rules=book())
    assert task(given)["state"] == "due"


def test_what_a_fact_closed_is_not_opened_by_hand(store: Store) -> None:
    people(store, "张三")
    evaluated(store, CALL._replace(state="done", reason="visit", ends="2026-06-25"))
    with pytest.raises(RecordError, match=r"closed on 2026-06-25 by a fact \(visit\)"):
        acts.reopen(store, "K000001", KEY, "再来", rules=book())


@pytest.mark.parametrize(
    ("act", "told", "says"),
    [
        (acts.snooze, (TODAY, "忙"), "cannot be put off to 2026-06-30: today is 2026-06-30"),
        (acts.snooze, (date(2026, 7, 11), "忙"), "it lapses after 2026-07-10"),
        (acts.snooze, (date(2026, 7, 10), "  "), "needs a reason"),
        (acts.cancel, ("",), "needs a reason"),
        (acts.reopen, ("再来",), "is open"),
        (acts.hand_over, ("wangg",), "'wangg' is no member of the staff.*Did you mean 'wang'"),
        (acts.take, ("nobody",), "'nobody' is no member of the staff"),
        (acts.attempt, ("reachd",), "'reachd' is no outcome.*Did you mean 'reached'"),
        (acts.attempt, ("reached", "pigeon"), "'pigeon' is no channel"),
        (acts.attempt, ("refused", "phone", "costs"), "'costs' is no barrier.*Did you mean 'cost'"),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(given: Store, act: Any, told: Any, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        act(given, "K000001", KEY, *told, rules=book())
    held = given.dossier("K000001")
    assert held.task_changes.empty
    assert held.communications.empty


def test_the_last_day_of_a_task_can_be_waited_for(given: Store) -> None:
    acts.snooze(given, "K000001", KEY, date(2026, 7, 10), "忙", rules=book())
    assert task(given, "2026-07-10")["state"] == "overdue"


def test_an_unknown_task_is_named_with_the_nearest(given: Store) -> None:
    with pytest.raises(NotFound, match=r"no task test.cal@.*Did you mean 'test.call@2026-06-01#0'"):
        acts.cancel(given, "K000001", "test.cal@2026-06-01#0", "x", rules=book())
    with pytest.raises(NotFound, match="no record K000009"):
        acts.cancel(given, "K000009", KEY, "x", rules=book())


def test_a_closed_task_takes_no_more_acts(given: Store) -> None:
    acts.cancel(given, "K000001", KEY, "重复", rules=book())
    for act, told in (
        (acts.snooze, (date(2026, 7, 3), "忙")),
        (acts.cancel, ("重复",)),
        (acts.complete, ()),
        (acts.hand_over, ("wang",)),
        (acts.take, ("wang",)),
        (acts.attempt, ("reached",)),
    ):
        with pytest.raises(RecordError, match=r"cancelled since 2026-06-30 \(重复\)"):
            act(given, "K000001", KEY, *told, rules=book())


# -- two people ----------------------------------------------------------------------------------------


def test_the_second_who_takes_a_task_learns_who_has_it(given: Store) -> None:
    acts.take(given, "K000001", KEY, "wang", rules=book())
    acts.take(given, "K000001", KEY, "wang", rules=book())
    with pytest.raises(RecordError, match=r"王敏 \(wang\) has it since 2026-06-30 09:00:00"):
        acts.take(given, "K000001", KEY, "zhao", rules=book())
    assert len(given.dossier("K000001").task_changes) == 1


def test_of_two_who_take_at_once_one_succeeds(given: Store, database_url: str, clock: Any) -> None:
    def take(owner: str) -> str | None:
        with record.open(database_url, clock=clock) as mine:
            try:
                acts.take(mine, "K000001", KEY, owner, rules=book())
            except RecordError:
                return None
        return owner

    with ThreadPoolExecutor(2) as both:
        won = [owner for owner in both.map(take, ["wang", "zhao"]) if owner]
    assert len(won) == 1
    assert task(given)["owner"] == won[0]


def test_the_panel_is_worked_out_at_once(store: Store) -> None:
    """Every person's acts stay with the person."""
    ids = people(store, *(f"人{at}" for at in range(40)))
    rows: list[Ruling] = [result(one) for one in ids]
    evaluated(store, *rows)
    enter(store, *(about("reached", "2026-06-29T10:00:00", one) for one in ids[::2]))
    found = tasks(store, store.panel(), rules=book())
    assert found["state"].tolist() == ["done", "due"] * 20
    assert found["record_number"].tolist() == [f"K{one:06d}" for one in ids]
