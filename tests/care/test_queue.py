"""The queue of a day: who comes first and why, who is left behind, and that nobody waits for ever."""

from datetime import date, timedelta
from math import ceil
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.ruled import TODAY, book, carer, enter, evaluated, flag, key, people, result

from kanglu.care import acts
from kanglu.care.queue import EMERGENCY, PATIENCE, Entry, Queue, Rank, entries, queue, ranked
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Communication

FIRST = date(2026, 1, 1)


def someone(person: int = 1, **said: Any) -> dict[str, Any]:
    """One row of `entries`: of no urgency and not late, up since today, reached as often as not."""
    row = {
        "person_id": person, "record_number": f"K{person:06d}", "owner": "wang", "priority": 50,
        "high_risk": False, "chance": 0.5, "tasks": (f"task-{person}",), "late": 0.0, "waited": 0,
        "since": TODAY.isoformat(),
    }  # fmt: skip
    return row | said


def order(*rows: dict[str, Any]) -> list[int]:
    return [one.person_id for one in ranked(pd.DataFrame(rows), None).today]


# -- what comes first ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"priority": 51}, {"priority": 50}),
        ({"high_risk": True}, {"priority": 64}),
        ({"priority": 66}, {"high_risk": True}),
        ({"late": 1.0}, {"late": 0.9}),
        ({"late": 0.5}, {"chance": 0.9}),
        ({"chance": 0.75}, {"chance": 0.5}),
        ({"waited": 14}, {"priority": 64}),
        ({"priority": 66}, {"waited": 14}),
        ({"priority": 90}, {"priority": 89, "high_risk": True, "late": 1.0, "chance": 0.99, "waited": 900}),
    ],
)
def test_the_more_urgent_the_riskier_the_later_and_the_likelier_come_first(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert order(someone(2, **first), someone(1, **second)) == [2, 1]


def test_equals_are_ordered_by_record_number() -> None:
    assert order(someone(3), someone(1), someone(2)) == [1, 2, 3]


def test_each_entry_says_why_it_has_its_place() -> None:
    row = someone(high_risk=True, late=0.25, chance=0.75, waited=3, since="2026-06-27")
    [entry] = ranked(pd.DataFrame([row]), None).today
    assert entry == Entry(
        1, 1, "K000001", "wang", ("task-1",), "2026-06-27", 3, Rank(False, 50.0, 15.0, 5.0, 7.5, 0.7)
    )  # fmt: skip
    assert entry.rank.points == pytest.approx(78.2)


def test_who_is_cut_off_is_left_behind_and_known_since_when() -> None:
    cut = ranked(pd.DataFrame([someone(1, waited=2, since="2026-06-28"), someone(2), someone(3)]), 1)
    assert [one.person_id for one in cut.today] == [1]
    assert [(one.place, one.person_id, one.since) for one in cut.left] == [
        (2, 2, "2026-06-30"), (3, 3, "2026-06-30"),
    ]  # fmt: skip


@pytest.mark.parametrize("capacity", [0, 1, None])
def test_an_empty_queue_is_empty(capacity: int | None) -> None:
    nothing = pd.DataFrame(columns=list(someone()))
    assert ranked(nothing, capacity) == Queue((), ())


# -- one contact serves all ----------------------------------------------------------------------------


def work(person: int, name: str, **said: Any) -> dict[str, Any]:
    row = someone(person, key=name, **said)
    del row["tasks"]
    return row


def test_a_person_with_several_tasks_is_one_entry() -> None:
    """The most urgent task decides how urgent, the latest how late, the longest open how long."""
    found = entries(
        pd.DataFrame(
            [
                work(1, "b", priority=40, late=1.0, waited=9, since="2026-06-21", owner="zhao"),
                work(1, "a", priority=70, late=0.0, waited=2, since="2026-06-28"),
                work(2, "c"),
            ]
        )
    )
    assert found[list(someone())].to_dict("records") == [
        someone(1, tasks=("a", "b"), priority=70, late=1.0, waited=9, since="2026-06-21"),
        someone(2, tasks=("c",)),
    ]


# -- nobody waits for ever -----------------------------------------------------------------------------

SHARES = st.floats(0, 1)
LESS_THAN_SURE = st.floats(0, 1, exclude_max=True)
ROWS = st.fixed_dictionaries(
    {
        "priority": st.integers(0, EMERGENCY - 1),
        "high_risk": st.booleans(),
        "late": SHARES,
        "chance": LESS_THAN_SURE,
        "waited": st.integers(0, 400),
    }
)


@given(ROWS, ROWS)
def test_who_waited_long_enough_goes_before_any_fresh_one_but_emergencies(
    old: dict[str, Any], fresh: dict[str, Any]
) -> None:
    old["waited"] = fresh["waited"] + PATIENCE
    assert order(someone(1, **fresh), someone(2, **old)) == [2, 1]
    assert order(someone(1, **fresh | {"priority": EMERGENCY}), someone(2, **old)) == [1, 2]


@given(st.lists(ROWS, max_size=12), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_rows(rows: list[dict[str, Any]], random: Any) -> None:
    listed = [someone(at, **row) for at, row in enumerate(rows, 1)]
    shuffled = random.sample(listed, len(listed))
    assert not listed or order(*listed) == order(*shuffled)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 60), ROWS), min_size=1, max_size=70),
    st.integers(0, 2),
    st.integers(1, 2),
)
def test_everybodys_turn_comes_within_the_bound(
    arrivals: list[tuple[int, dict[str, Any]]], emergencies: int, room: int
) -> None:
    """Each day brings so many emergencies; `room` is what the capacity leaves beside them."""
    waiting: dict[int, tuple[int, dict[str, Any]]] = {}
    ahead: dict[int, int] = {}
    left = dict(enumerate(arrivals, 1))
    day = 0
    while left or waiting:
        waiting |= {person: one for person, one in left.items() if one[0] == day}
        left = {person: one for person, one in left.items() if one[0] > day}
        for person, (came, _) in waiting.items():
            if day == came + PATIENCE:
                ahead[person] = len(waiting)
            if day >= came + PATIENCE:
                assert day < came + PATIENCE + ceil(ahead[person] / room)
        rows = [someone(10_000 + at, priority=95) for at in range(emergencies)]
        for person, (came, row) in waiting.items():
            since = (FIRST + timedelta(came)).isoformat()
            rows.append(someone(person, **row | {"waited": day - came, "since": since}))
        for served in ranked(pd.DataFrame(rows), emergencies + room).today if rows else ():
            waiting.pop(served.person_id, None)
        day += 1


# -- from the record -----------------------------------------------------------------------------------


@pytest.fixture
def panel(store: Store) -> Store:
    """Wang has four people (capacity 2), Zhao one, and one has nobody."""
    ids = people(store, *"甲乙丙丁戊己")
    enter(store, *(carer(one, "wang") for one in ids[:4]), carer(5, "zhao"))
    evaluated(store, *(result(one, priority=40 + one) for one in ids))
    return store


def placed(some: tuple[Entry, ...]) -> list[int]:
    return [one.person_id for one in some]


def test_a_managers_queue_is_cut_at_her_capacity(panel: Store) -> None:
    mine = queue(panel, owner="wang", rules=book())
    assert (placed(mine.today), placed(mine.left)) == ([4, 3], [2, 1])
    assert placed(queue(panel, owner="wang", capacity=3, rules=book()).today) == [4, 3, 2]


def test_the_queue_of_all_is_cut_at_what_each_can_do(panel: Store) -> None:
    """Wang's best two, Zhao's one, and the person of nobody, whom anybody may take."""
    whole = queue(panel, rules=book())
    assert (placed(whole.today), placed(whole.left)) == ([6, 5, 4, 3], [2, 1])
    assert [one.owner for one in whole.today] == [None, "zhao", "wang", "wang"]
    assert placed(queue(panel, capacity=1, rules=book()).today) == [6]


def test_an_unknown_member_has_no_queue(panel: Store) -> None:
    with pytest.raises(RecordError, match="'wong' is no member of the staff"):
        queue(panel, owner="wong", rules=book())


def test_drafts_what_is_put_off_and_what_is_closed_are_not_in_it(store: Store) -> None:
    ids = people(store, *"甲乙丙丁")
    mine = [result(one) for one in ids]
    mine[0] = result(1, window_start="2026-07-01", due="2026-07-05")
    evaluated(store, *mine)
    acts.snooze(store, "K000002", key(mine[1]), date(2026, 7, 1), "忙", rules=book())
    acts.complete(store, "K000003", key(mine[2]), rules=book())
    assert placed(queue(store, rules=book()).today) == [4]


def test_who_was_not_reached_comes_up_again_on_the_day_of_the_next_try(store: Store, clock: Any) -> None:
    people(store, "甲")
    evaluated(store, result(window_start="2026-06-20"))
    [before] = queue(store, rules=book()).today
    assert (before.since, before.waited) == ("2026-06-20", 10)
    acts.attempt(store, "K000001", key(result()), "switched_off", rules=book())
    assert queue(store, rules=book()).today == ()
    clock.pass_days(1)
    assert queue(store, rules=book()).today == ()
    clock.pass_days(1)
    [again] = queue(store, rules=book()).today
    assert (again.since, again.waited) == ("2026-07-02", 0)
    assert again.rank.reach == pytest.approx(10 / 3, abs=0.05)


def test_lateness_is_relative_to_the_window(store: Store) -> None:
    """Both three days late: of a window of ten days, and of one."""
    people(store, "甲", "乙")
    evaluated(
        store,
        result(1, window_start="2026-06-17", due="2026-06-27"),
        result(2, window_start="2026-06-26", due="2026-06-27"),
    )
    late = {one.person_id: one.rank.late for one in queue(store, rules=book()).today}
    assert late == {1: 6.0, 2: 20.0}


@pytest.mark.parametrize(
    ("by_rule", "by_hand", "risk"),
    [
        (None, None, 0.0),
        ("high_risk", None, 15.0),
        (None, "active", 15.0),
        ("high_risk", "inactive", 0.0),
        ("hypertension", None, 0.0),
    ],
)
def test_a_high_risk_counts_what_was_set_by_hand_goes_first(
    store: Store, by_rule: str | None, by_hand: str | None, risk: float
) -> None:
    people(store, "甲")
    tag = result(rule="test.tag", kind="tag", code=by_rule, window_start=None, due=None, lapses=None)
    evaluated(store, result(), *([tag] if by_rule else []))
    if by_hand:
        enter(store, flag(1, "high_risk", by_hand))
    [entry] = queue(store, rules=book()).today
    assert entry.rank.risk == risk


def test_the_chance_of_reaching_is_the_persons_own(store: Store) -> None:
    """Reached twice in four tries: (2 + 1) / (4 + 2)."""
    people(store, "甲")
    evaluated(store, result())
    tried = ("reached", "no_answer", "refused", "busy")
    enter(
        store,
        *(
            Communication(1, None, "x", f"2026-05-0{at}", direction="out", channel="phone", outcome=one)
            for at, one in enumerate(tried, 1)
        ),
    )
    [entry] = queue(store, rules=book()).today
    assert entry.rank.reach == 5.0


def test_the_queue_of_an_earlier_day_is_as_it_was(panel: Store, clock: Any) -> None:
    clock.pass_days(3)
    acts.complete(panel, "K000004", key(result(4)), rules=book())
    assert placed(queue(panel, owner="wang", rules=book()).today) == [3, 2]
    assert placed(queue(panel, TODAY, owner="wang", rules=book()).today) == [4, 3]
