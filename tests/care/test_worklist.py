"""The queue as it is worked through: whose, filtered, in words; one call about several; who was served."""

from datetime import date
from typing import Any

import pytest
from tests.care.ruled import book, carer, enter, evaluated, key, people, result

from kanglu.care import acts, cards, worklist
from kanglu.care.acts import Taken
from kanglu.care.queue import queue
from kanglu.care.tasks import tasks
from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record import open as open_record
from kanglu.record.facts import Communication, Identifier, Observation, PersonStatement, Telecom
from kanglu.record.reaching import masked
from kanglu.trust import Actor, Role

RAISED = {"rule": "test.raised", "code": "recheck"}
FIRST, SECOND = key(result()), key(result(**RAISED))


@pytest.fixture
def panel(store: Store) -> Store:
    """Wang has four people (capacity 2), Zhao one, and one has nobody."""
    ids = people(store, *"甲乙丙丁戊己")
    enter(store, *(carer(one, "wang") for one in ids[:4]), carer(5, "zhao"))
    evaluated(store, *(result(one, priority=40 + one) for one in ids))
    return store


@pytest.fixture
def two(store: Store) -> Store:
    """One person with two tasks; the call is the more urgent."""
    people(store, "张三")
    enter(store, carer(1, "wang"))
    evaluated(store, result(priority=60), result(**RAISED, lapses="2026-07-01"))
    return store


def placed(some: tuple[worklist.Place, ...]) -> list[int]:
    return [one.entry.person_id for one in some]


def states(store: Store) -> dict[str, str]:
    found = tasks(store, [1], rules=book())
    return dict(zip(found["key"], found["state"], strict=True))


# -- whose it is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "me", "expected"),
    [
        ("mine", "wang", [4, 3, 2, 1]),
        ("mine", "zhao", [5]),
        ("mine", None, []),
        ("mine", "stranger", []),
        ("team", "wang", [5, 4, 3, 2, 1]),
        ("team", "dr_he", [5]),
        ("team", None, []),
        ("unowned", "wang", [6]),
        ("all", None, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_whose_list_it_is(panel: Store, scope: Any, me: str | None, expected: list[int]) -> None:
    assert placed(worklist.worklist(panel, scope, me, rules=book()).places) == expected


def test_it_is_the_queue(panel: Store) -> None:
    """In the same order, cut at the same place."""
    for scope, owner in (("mine", "wang"), ("all", None)):
        mine = worklist.worklist(panel, scope, owner, rules=book())  # type: ignore[arg-type]
        whole = queue(panel, owner=owner, rules=book())
        assert tuple(one.entry for one in mine.today) == whole.today
        assert tuple(one.entry for one in mine.left) == whole.left


def test_who_was_served_today_takes_from_what_one_can_do(panel: Store, clock: Any) -> None:
    before = worklist.worklist(panel, "mine", "wang", rules=book())
    assert (before.capacity, before.served, placed(before.today)) == (2, 0, [4, 3])
    assert (placed(before.left), before.left_since) == ([2, 1], "2026-06-20")
    acts.attempt(panel, "K000004", FIRST, "no_answer", rules=book())
    after = worklist.worklist(panel, "mine", "wang", rules=book())
    assert (after.served, placed(after.today), placed(after.left)) == (1, [3], [2, 1])
    clock.pass_days(1)
    tomorrow = worklist.worklist(panel, "mine", "wang", rules=book())
    assert (tomorrow.served, len(tomorrow.today)) == (0, 2)


def test_served_counts_people_once_and_only_what_was_done(panel: Store) -> None:
    day, by = date(2026, 6, 30), "kanglu/local"
    acts.snooze(panel, "K000001", FIRST, date(2026, 7, 2), "忙", rules=book())
    acts.hand_over(panel, "K000002", FIRST, "zhao", rules=book())
    enter(
        panel, Communication(3, None, "x", "2026-06-30", outcome="reached", direction="out", source="import")
    )
    assert panel.served_by(by, day) == set()
    acts.attempt(panel, "K000004", FIRST, "busy", rules=book())
    done = acts.complete(panel, "K000004", FIRST, rules=book())
    acts.complete(panel, "K000005", FIRST, rules=book())
    assert panel.served_by(by, day) == {4, 5}
    assert panel.served_by(by, date(2026, 6, 29)) == set()
    panel.undo(done)
    assert panel.served_by(by, day) == {4, 5}


# -- filters and orders --------------------------------------------------------------------------------


def test_it_is_filtered_by_programme_and_kind_and_sorted(store: Store) -> None:
    ids = people(store, *"甲乙丙")
    enter(store, carer(2, "wang"), carer(3, "zhao"))
    shipped = next(one for one in book().rules.values() if one.programme == "hypertension" and one.gives)
    evaluated(
        store,
        result(ids[0], rule=shipped.id, due="2026-07-02"),
        result(ids[1], due="2026-06-25", window_start="2026-06-24"),
        result(ids[2], due="2026-06-28", window_start="2026-06-01"),
    )
    listed = worklist.worklist(store, "all", rules=book())
    assert listed.programmes == ("hypertension",)
    assert placed(listed.chosen(programme="hypertension")) == [1]
    assert placed(listed.chosen(kind=shipped.gives[0].kind)) == [1]
    assert placed(listed.chosen(order="due")) == [2, 3, 1]
    assert placed(listed.chosen(order="waited"))[0] == 3
    assert placed(listed.chosen(order="owner")) == [2, 3, 1]


# -- in words ------------------------------------------------------------------------------------------


def test_a_card_says_who_what_for_and_what_was_last(store: Store) -> None:
    with store.batch("people") as writer:
        one = PersonStatement(
            (Identifier("mrn", "1"),),
            "张三",
            "female",
            "1956-07-01",
            telecoms=(Telecom("phone", "13912345678"),),
        )
        writer.person(one)
        writer.add(Observation(1, "sbp", "2026-06-01", value=162.0, unit="mm[Hg]"))
        writer.add(
            Communication(1, None, "x", "2026-06-20T10:00:00", direction="out", channel="phone",
                          outcome="no_answer", text="没人接")
        )  # fmt: skip
    row = result(**RAISED, inputs='[{"of": "sbp", "value": 162.0, "on": "2026-06-01"}]')
    evaluated(store, row)
    card = cards.cards(store, [1], "en", rules=book())[1]
    assert (card.person.name, card.person.sex, card.age, card.telephone) == (
        "张三", "female", 69, "139****5678",
    )  # fmt: skip
    [work] = card.open
    assert (work.because, work.state, work.due, work.days_late) == ("Pressure 162", "due", "2026-06-30", 0)
    assert card.last == cards.LastContact("2026-06-20T10:00:00", "out", "phone", "no_answer", "没人接")
    assert cards.cards(store, [1], "zh", rules=book())[1].open[0].because == "血压 162"


def test_what_was_acted_on_today_stays_on_the_card_and_drafts_are_not_there(store: Store, clock: Any) -> None:
    people(store, "张三")
    evaluated(store, result(), result(**RAISED), result(rule="test.hello", window_start="2026-07-05"))
    acts.snooze(store, "K000001", SECOND, date(2026, 7, 3), "忙", rules=book())
    acts.attempt(store, "K000001", FIRST, "no_answer", rules=book())
    card = cards.cards(store, [1], "zh", rules=book())[1]
    told = {one.key: (one.open, one.state, one.next_try or one.snoozed_until) for one in card.work}
    assert told == {FIRST: (False, "due", "2026-07-01"), SECOND: (False, "snoozed", "2026-07-03")}
    clock.pass_days(1)
    card = cards.cards(store, [1], "zh", rules=book())[1]
    assert [one.key for one in card.work] == [FIRST]


def test_only_who_is_shown_is_read(panel: Store) -> None:
    from sqlalchemy import select

    from kanglu.record import tables

    def read() -> list[str]:
        event = tables.audit_event.c
        with panel.database.reading() as connection:
            rows = connection.execute(select(event.person).where(event.person.is_not(None)))
            return [row.person for row in rows]

    before = len(read())
    listed = worklist.worklist(panel, "mine", "wang", rules=book())
    assert len(read()) == before
    cards.cards(panel, placed(listed.places[:2]), "zh", rules=book())
    assert set(read()[before:]) == {"K000004", "K000003"}


def test_why_somebody_is_here_is_said_with_their_numbers(panel: Store) -> None:
    [first, *_] = worklist.worklist(panel, "mine", "wang", rules=book()).places
    assert worklist.why_here(first, "en") == ("Waiting for 10 days, since 20 Jun 2026",)
    assert worklist.why_here(first, "zh") == ("已等候10天（自2026年6月20日起）",)
    evaluated(panel, result(6, rule="test.raised", priority=95, window_start="2026-06-30"))
    urgent = worklist.worklist(panel, "all", rules=book()).places[0]
    assert worklist.why_here(urgent, "en")[0] == "Urgent: goes before all others"


def test_a_place_is_looked_at_again_and_keeps_its_number(two: Store) -> None:
    [place] = worklist.worklist(two, "mine", "wang", rules=book()).places
    assert place.entry.tasks == (FIRST, SECOND)
    acts.complete(two, "K000001", FIRST, rules=book())
    after = worklist.again(two, place, rules=book())
    assert after is not None
    assert (after.entry.place, after.entry.tasks) == (1, (SECOND,))
    acts.complete(two, "K000001", SECOND, rules=book())
    assert worklist.again(two, place, rules=book()) is None


def test_who_may_not_know_people_has_no_list(panel: Store, clock: Any) -> None:
    url = panel.database.url.render_as_string(hide_password=False)
    actor = Actor("an", "An", Role.ANALYST)
    with open_record(url, actor=actor, purpose="analysis", clock=clock) as other:
        for ask in (lambda: worklist.worklist(other, "all"), lambda: cards.cards(other, [1], "zh")):
            with pytest.raises(PermissionDenied):
                ask()


# -- one act about several tasks -----------------------------------------------------------------------


def test_one_call_about_two_tasks_is_one_contact(two: Store) -> None:
    acts.attempt(two, "K000001", [FIRST, SECOND], "reached", rules=book())
    assert states(two) == {FIRST: "done", SECOND: "done"}
    assert len(two.dossier("K000001").communications) == 1


def test_without_an_answer_the_others_wait_for_the_same_day_unless_they_lapse(two: Store) -> None:
    """The next try after a busy line is 1 July, on which the second may still be done; after two days not."""
    acts.attempt(two, "K000001", [FIRST, SECOND], "busy", rules=book())
    found = tasks(two, [1], rules=book()).set_index("key")
    assert found.loc[FIRST, "next_try"] == found.loc[SECOND, "snoozed_until"] == "2026-07-01"


def test_what_would_lapse_is_not_put_off(two: Store) -> None:
    acts.attempt(two, "K000001", [FIRST, SECOND], "switched_off", rules=book())
    assert states(two)[SECOND] == "due"


@pytest.mark.parametrize(("outcome", "state"), [("refused", "failed"), ("moved", "cancelled")])
def test_what_closes_the_first_closes_the_others(two: Store, outcome: str, state: str) -> None:
    acts.attempt(two, "K000001", [FIRST, SECOND], outcome, rules=book())
    assert states(two) == {FIRST: state, SECOND: state}


def test_of_several_all_or_nothing(two: Store) -> None:
    acts.cancel(two, "K000001", SECOND, "重复", rules=book())
    for act, told in (
        (acts.snooze, (date(2026, 7, 1), "忙")), (acts.complete, ()), (acts.hand_over, ("zhao",)),
        (acts.attempt, ("reached",)),
    ):  # fmt: skip
        with pytest.raises(RecordError, match="cancelled since"):
            act(two, "K000001", [FIRST, SECOND], *told, rules=book())
    assert states(two)[FIRST] == "due"
    with pytest.raises(NotFound, match="No task is named"):
        acts.complete(two, "K000001", [], rules=book())


def test_what_was_done_to_several_is_undone_at_once(two: Store) -> None:
    batch = acts.attempt(two, "K000001", [FIRST, SECOND], "reached", rules=book())
    two.undo(batch)
    assert states(two) == {FIRST: "due", SECOND: "due"}
    assert two.dossier("K000001").communications.empty


def test_several_are_opened_again(two: Store) -> None:
    acts.cancel(two, "K000001", [FIRST, SECOND], "重复", rules=book())
    acts.reopen(two, "K000001", [FIRST, SECOND], "不重复", rules=book())
    assert states(two) == {FIRST: "due", SECOND: "due"}


def test_who_comes_second_learns_who_was_first(two: Store) -> None:
    acts.take(two, "K000001", [FIRST, SECOND], "wang", rules=book())
    with pytest.raises(Taken) as taken:
        acts.take(two, "K000001", [FIRST], "zhao", rules=book())
    assert (taken.value.holder, taken.value.name, taken.value.since) == (
        "wang",
        "王敏",
        "2026-06-30T09:00:00",
    )


# -- what the record gives for it ----------------------------------------------------------------------


def test_what_was_opened_again_by_hand_is_there_though_an_evaluation_saw_it_closed(
    store: Store, clock: Any
) -> None:
    people(store, "张三")
    evaluated(store, result())
    acts.cancel(store, "K000001", FIRST, "重复", rules=book())
    closed = result(state="cancelled", reason="重复", ends="2026-06-30")
    clock.pass_days(1)
    evaluated(store, closed, as_of=date(2026, 7, 1), withdrawn=(1,))
    assert placed(worklist.worklist(store, "all", rules=book()).places) == []
    acts.reopen(store, "K000001", FIRST, "不重复", rules=book())
    assert placed(worklist.worklist(store, "all", rules=book()).places) == [1]


def test_the_stamp_tells_that_somebody_acted_and_for_whom(panel: Store) -> None:
    before = worklist.worklist(panel, "mine", "wang", rules=book()).stamp
    assert panel.stamp() == before
    acts.complete(panel, "K000001", FIRST, rules=book())
    assert panel.stamp() != before
    assert panel.changed_people(before[0]) == [1]


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13912345678", "139****5678"), ("031112345", "031**2345"), ("12345678", "******78"), ("7", "7")],
)
def test_a_number_is_shown_in_part(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_the_whole_number_is_given_to_who_asks_and_written_down(store: Store) -> None:
    for phone in ("0311-1234567", "+86 139 1234 5678"):
        with store.batch("b") as writer:
            writer.person(
                PersonStatement(
                    (Identifier("mrn", "1"),),
                    "张三",
                    telecoms=(Telecom("phone", phone), Telecom("email", "a@b")),
                )
            )
    people(store, "李四")
    assert store.masked_telephones([1, 2]) == {1: "139****5678"}
    view = store.person("K000001").view
    assert store.telephones(view) == ("13912345678", "03111234567")
    assert store.telephones(store.person("K000002").view) == ()
