"""What people did to tasks stands when the rules are evaluated again: before and after, the same is shown."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.care.ruled import TODAY, book, people

from kanglu.care import acts
from kanglu.care.enrolment import enrol
from kanglu.care.evaluation import evaluate
from kanglu.care.tasks import tasks
from kanglu.errors import RecordError
from kanglu.record import Store

type Act = Callable[[Store, str], None]
KEY = "enrolment.assign_doctor@2026-06-30#0"
SHOWN = ["state", "reason", "ends", "attempts", "next_try", "snoozed_until", "owner"]


def tried(*outcomes: str) -> Act:
    def act(store: Store, key: str) -> None:
        for outcome in outcomes:
            acts.attempt(store, "K000001", key, outcome, rules=book())

    return act


def done(act: Any, *told: Any) -> Act:
    return lambda store, key: act(store, "K000001", key, *told, rules=book())


def both(*several: Act) -> Act:
    def act(store: Store, key: str) -> None:
        for one in several:
            one(store, key)

    return act


ACTS = {
    "completed": (done(acts.complete), "done"),
    "cancelled": (done(acts.cancel, "重复"), "cancelled"),
    "put off": (done(acts.snooze, date(2026, 7, 2), "忙"), "snoozed"),
    "handed over": (done(acts.hand_over, "zhao"), "ready"),
    "no answer": (tried("no_answer"), "ready"),
    "no answer twice, and busy": (tried("no_answer", "no_answer", "busy"), "ready"),
    "reached": (tried("reached"), "done"),
    "refused": (tried("refused"), "failed"),
    "moved": (tried("moved"), "cancelled"),
    "completed by mistake": (both(done(acts.complete), done(acts.reopen, "点错了")), "ready"),
    "reached by mistake": (both(tried("reached"), done(acts.reopen, "点错了")), "ready"),
}


@pytest.fixture
def carded(store: Store) -> Store:
    """One person with a card and no doctor: somebody is to be assigned."""
    people(store, "张三")
    enrol(store, "K000001", "card", TODAY, rules=book())
    evaluate(store, book())
    return store


def shown(store: Store) -> list[Any]:
    return tasks(store, [1], rules=book())[SHOWN].to_numpy().tolist()


@pytest.mark.parametrize(("act", "state"), ACTS.values(), ids=list(ACTS))
def test_an_evaluation_finds_what_was_shown(carded: Store, clock: Any, act: Act, state: str) -> None:
    act(carded, KEY)
    before = shown(carded)
    assert before[0][0] == state
    evaluate(carded, book())
    assert shown(carded) == before
    clock.pass_days(1)
    later = shown(carded)
    evaluate(carded, book())
    assert shown(carded) == later


def test_what_was_closed_by_mistake_is_open_after_the_next_evaluation(carded: Store, clock: Any) -> None:
    acts.cancel(carded, "K000001", KEY, "重复", rules=book())
    evaluate(carded, book())
    clock.pass_days(1)
    acts.reopen(carded, "K000001", KEY, "不重复", rules=book())
    assert shown(carded)[0][0] == "due"
    evaluate(carded, book())
    assert shown(carded)[0][0] == "due"


def test_who_is_said_to_have_moved_has_no_task_opened_again(carded: Store) -> None:
    acts.attempt(carded, "K000001", KEY, "moved", rules=book())
    with pytest.raises(RecordError, match="by a fact"):
        acts.reopen(carded, "K000001", KEY, "没搬", rules=book())
