"""What the rules gave is kept with when it held; who is to be looked at again follows from facts and days."""

from datetime import date

import pytest

from kanglu import record
from kanglu.errors import PermissionDenied
from kanglu.record import Store
from kanglu.record.facts import Condition, Encounter, Fact, Identifier, Observation, PersonStatement
from kanglu.record.rulings import Ruling, Stored
from kanglu.trust import Actor, Role

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def enter(store: Store, *people: int, facts: tuple[Fact, ...] = ()) -> int:
    """A batch that names people, and says something of them."""
    with store.batch("b") as writer:
        for number in people:
            writer.person(PersonStatement((Identifier("mrn", str(number)),), name=f"张{number}"))
        writer.add_many(facts)
    return writer.id


def tag(person: int, code: str = "htn", **more: object) -> Ruling:
    said = dict.fromkeys(Ruling._fields) | {
        "person_id": person, "kind": "tag", "code": code, "rule": f"tag.{code}", "version": 1,
        "period": "2026", "part": 0, "starts": "2026-06-30", "state": "open", "inputs": "{}",
    }  # fmt: skip
    return Ruling(**{**said, **more})


def evaluate(
    store: Store,
    states: dict[int, str | None],
    entered: tuple[Ruling, ...] = (),
    withdrawn: tuple[int, ...] = (),
    day: date = JUNE,
    scope: str = "full",
    revision: str = "r1",
    killed: bool = False,
) -> int:
    number = store.begin_evaluation(day, day, revision, scope, len(states))
    store.write_results(number, day, revision, entered, withdrawn, list(states.items()))
    if not killed:
        store.complete_evaluation(number, {"entered": len(entered)})
    return number


def test_what_was_given_comes_back_as_it_was(store: Store) -> None:
    enter(store, 1, 2)
    full = tag(2, kind="task", part=1, ends="2026-07-05", reason="done", window_start="2026-06-01",
               due="2026-07-01", lapses="2026-07-15", priority=2, role="nurse", channel="phone",
               based_on="j@1", inputs='{"sbp":142}')  # fmt: skip
    evaluate(store, {1: None, 2: None}, (tag(1), full))
    assert store.current_results([1, 2], JUNE) == [Stored(1, tag(1)), Stored(2, full)]
    assert store.current_results([2], JUNE) == store.results([2]) == [Stored(2, full)]
    assert store.current_results(None, JUNE) == store.current_results([2, 1], JUNE)


def test_a_row_holds_from_its_evaluation_until_it_is_withdrawn(store: Store, clock) -> None:
    enter(store, 1)
    evaluate(store, {1: None}, (tag(1),))
    clock.pass_days(1)
    evaluate(store, {1: None}, (tag(1, "dm"),), (1,), day=JULY)
    held = {day: [one.row.code for one in store.current_results([1], day)] for day in (JUNE, JULY)}
    assert held == {JUNE: ["htn"], JULY: ["dm"]}
    assert store.current_results([1], date(2026, 6, 29)) == []


def test_a_run_for_an_earlier_day_counts_from_that_day(store: Store) -> None:
    """The clock stands at 30 June; what followed on 1 June is asked for as of 1 June."""
    enter(store, 1)
    first = date(2026, 6, 1)
    evaluate(store, {1: None}, (tag(1),), day=first)
    assert len(store.current_results([1], first)) == 1
    assert store.current_results([1], date(2026, 5, 31)) == []


def test_who_is_looked_at_again(store: Store) -> None:
    enter(store, 1, 2, 3, 4)
    assert store.people_to_evaluate(JUNE, "r1") == [1, 2, 3, 4]
    evaluate(store, {1: None, 2: "2026-07-01", 3: "2026-07-02", 4: None})
    assert store.people_to_evaluate(JUNE, "r1") == []
    assert store.people_to_evaluate(JULY, "r1") == store.due_people(JULY, "r1") == [2]
    assert store.people_to_evaluate(JUNE, "r2") == [1, 2, 3, 4]
    enter(store, facts=(Condition(4, None, "I10", "2020"), Encounter(4, None, "AMB", "2026-06-30")))
    assert store.people_to_evaluate(JULY, "r1") == [2, 4]
    enter(store, 5)
    assert store.people_to_evaluate(JULY, "r1") == [2, 4, 5]


def test_batches_are_told_apart_by_number(store: Store) -> None:
    first, second = enter(store, 1), enter(store, 2)
    assert store.changed_people(first - 1) == [1, 2]
    assert store.changed_people(first) == [2]
    assert store.changed_people(second) == []


@pytest.mark.parametrize(
    ("run", "again"),
    [({}, []), ({"killed": True}, [1, 2]), ({"scope": "changed"}, []), ({"scope": "people"}, [1, 2])],
    ids=["a full run", "one that was killed", "one over who changed", "one over some people"],
)
def test_only_a_whole_run_to_its_end_settles_what_came_before(
    store: Store, run: dict[str, object], again: list[int]
) -> None:
    enter(store, 1, 2)
    evaluate(store, {1: None, 2: None}, **run)
    assert store.people_to_evaluate(JUNE, "r1") == again


def test_what_a_run_could_not_know_is_looked_at_by_the_next(store: Store, clock) -> None:
    """A batch of 1 July is there already when the rules are run for 30 June."""
    enter(store, 1)
    clock.pass_days(1)
    enter(store, facts=(Observation(1, "sbp", "2026-06-30", value=182.0),))
    evaluate(store, {1: None})
    assert store.last_evaluation().last_batch == 1
    assert store.people_to_evaluate(JULY, "r1") == [1]


def test_people_who_lose_facts_are_looked_at_again(store: Store) -> None:
    enter(store, 1, 2)
    more = enter(store, facts=(Observation(1, "sbp", "2026-06-01", value=182.0),))
    evaluate(store, {1: None, 2: None}, (tag(1), tag(2)))
    store.undo(more)
    assert store.people_to_evaluate(JUNE, "r1") == [1]
    assert [one.row.person_id for one in store.current_results(None, JUNE)] == [1, 2]


def test_the_last_evaluation_is_known(store: Store) -> None:
    assert store.last_evaluation() is None
    enter(store, 1)
    evaluate(store, {1: None})
    last = store.last_evaluation()
    assert (last.as_of, last.known, last.scope, last.people, last.state, last.counts) == (
        "2026-06-30", "2026-06-30", "full", 1, "complete", {"entered": 0}
    )  # fmt: skip
    evaluate(store, {}, day=JULY, killed=True)
    assert (store.last_evaluation().as_of, store.last_evaluation().state) == ("2026-07-01", "running")


def test_versions_of_rules_are_kept(store: Store) -> None:
    store.enter_rule_versions([("b", 1, "{}", "2026-01-01"), ("a", 2, "{}", "2026-06-01")])
    store.enter_rule_versions([("a", 1, "{}", "2026-01-01")])
    assert store.rule_versions() == [("a", 1, "2026-01-01"), ("a", 2, "2026-06-01"), ("b", 1, "2026-01-01")]


def audited(store: Store) -> list[tuple[str, str | None]]:
    from sqlalchemy import select

    from kanglu.record.tables import audit_event

    with store.database.reading() as connection:
        query = select(audit_event.c.action, audit_event.c.person).order_by(audit_event.c.id)
        return [tuple(row) for row in connection.execute(query)][2:]


def test_a_run_is_one_row_of_the_log_and_reading_results_one_a_person(store: Store) -> None:
    enter(store, 1, 2)
    evaluate(store, {1: None, 2: None}, (tag(1),))
    assert audited(store) == [("evaluate", None)]
    store.results([2, 1])
    store.known_facts([1, 2], ["sbp"], JUNE, JUNE)
    assert audited(store)[1:] == [
        ("read results", "K000001"), ("read results", "K000002"), ("read for rules", None)
    ]  # fmt: skip
    assert store.verify().ok


def test_who_may_not_write_may_not_evaluate(database_url: str) -> None:
    analyst = Actor("an", "An", Role.ANALYST)
    with record.open(database_url, actor=analyst, purpose="analysis") as store:
        with pytest.raises(PermissionDenied):
            store.begin_evaluation(JUNE, JUNE, "r", "full", 0)
        with pytest.raises(PermissionDenied):
            store.write_results(1, JUNE, "r", [], [], [])
    operator = Actor("op", "Op", Role.OPERATOR)
    with record.open(database_url, actor=operator, purpose="administration") as store:
        store.begin_evaluation(JUNE, JUNE, "r", "full", 0)
        with pytest.raises(PermissionDenied):
            store.results([])


def test_what_is_known_of_people_is_read_at_once(store: Store, clock) -> None:
    alive = PersonStatement((Identifier("mrn", "1"),), name="张三", sex="female", birth_date="1960-06-15")
    dead = PersonStatement((Identifier("mrn", "2"),), sex="male", death_date="2026-05-01")
    somehow = PersonStatement((Identifier("mrn", "3"),), death_date="2026-05")
    with store.batch("b") as writer:
        for statement in (alive, dead, somehow):
            writer.person(statement)
        writer.add(Observation(1, "sbp", "2026-06-01", value=142.0))
        writer.add(Observation(1, "dbp", "2026-06-01", value=92.0))
        writer.add(Condition(2, None, "I10", "2020"))
    clock.pass_days(1)
    enter(store, 4)
    known = store.known_facts([4, 3, 2, 1], ["sbp"], JUNE, JUNE)
    assert known.as_of == JUNE
    columns = ("person_id", "record_number", "sex", "birth_date", "died")
    people = known.people[list(columns)].astype(object).where(known.people[list(columns)].notna(), None)
    assert people.to_numpy().tolist() == [
        [1, "K000001", "female", "1960-06-15", None],
        [2, "K000002", "male", None, "2026-05-01"],
        [3, "K000003", "unknown", None, "2026-06-30"],
    ]
    assert set(known.people["recorded_day"]) == {(JUNE - date(1970, 1, 1)).days}
    assert {name: one.value.tolist() for name, one in known.observations.items()} == {"sbp": [142.0]}
    assert known.tables["condition"]["person_id"].tolist() == [2]
    nobody = store.known_facts([], ["sbp"], JUNE, JUNE)
    assert (len(nobody.people), nobody.observations, len(nobody.tables["flag"]["code"])) == (0, {}, 0)
