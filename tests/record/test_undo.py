"""Undoing a batch leaves the record as it was; what others build on is not taken away."""

from typing import Any

import pytest
from sqlalchemy import select

from kanglu.errors import NotFound, RecordError
from kanglu.record import Store, tables
from kanglu.record.facts import NATIONAL_ID, Identifier, Observation, PersonStatement, Telecom

ZHANG = PersonStatement(
    (Identifier("mrn", "1"),),
    name="张三",
    telecoms=(Telecom("phone", "13912345678"),),
    source_key="Patient/1",
)


def contents(store: Store) -> dict[str, list[Any]]:
    """Everything the record holds, but for the batches and the audit chain."""
    kept = {"batch", "audit_event", "audit_head", "setting"}
    with store.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables.metadata.sorted_tables
            if table.name not in kept
        }


def enter(store: Store, statement: PersonStatement, *values: tuple[str | None, float]) -> int:
    """A batch of systolic pressures (key, value); gives its id."""
    with store.batch("b") as writer:
        person = writer.person(statement)
        for key, value in values:
            writer.add(Observation(person, "sbp", "2026-05-26", value=value, source_key=key))
        writer.problem("a.csv", "1", "sbp", "odd", "look")
    return writer.id


def test_undo_leaves_the_record_as_before(store: Store) -> None:
    enter(store, ZHANG, ("o/1", 412.0))
    before = contents(store)
    more = PersonStatement(
        (Identifier("mrn", "1"), Identifier(NATIONAL_ID, "11010519491231002X")),
        name="张珊",
        addresses=("幸福路",),
        source_key="Patient/1",
    )
    second = enter(store, more, ("o/1", 142.0), ("o/2", 138.0))
    assert contents(store) != before
    done = store.undo(second)
    assert (done.facts, done.people, done.echoes) == (3, 0, ())
    assert contents(store) == before
    assert store.person("K000001").series("sbp")["value"].tolist() == [412.0]
    assert store.verify().ok


def test_undo_of_the_only_batch_empties_the_record_and_keeps_the_receipt(store: Store) -> None:
    enter(store, ZHANG, ("o/1", 142.0))
    done = store.undo(1)
    assert (done.label, done.facts, done.people) == ("b", 2, 1)
    assert not any(contents(store).values())
    kept = store.batches().iloc[0]
    assert kept["receipt"]["facts"]["new"] == 2
    assert kept["undone"].startswith("2026-06-30T01:00:00")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (ZHANG, [("o/1", 138.0)]),
        (ZHANG, [("o/9", 120.0)]),
        (PersonStatement((Identifier("mrn", "1"), Identifier("mrn", "9"))), []),
        (PersonStatement((Identifier("mrn", "1"),), name="张珊"), []),
    ],
    ids=["a correction", "a fact on its person", "an identifier", "a name"],
)
def test_undo_is_refused_while_later_batches_build_on_it(
    store: Store, statement: PersonStatement, said: list[tuple[str, float]]
) -> None:
    enter(store, ZHANG, ("o/1", 142.0))
    enter(store, statement, *said)
    before = contents(store)
    with pytest.raises(RecordError, match=r"later batches build on it \(2\).*Undo 2 first"):
        store.undo(1)
    assert contents(store) == before
    store.undo(2)
    store.undo(1)
    assert not any(contents(store).values())


def test_undo_is_refused_while_a_later_batch_counts_on_its_facts(store: Store) -> None:
    """Batch 3 says what batch 2 said and more: without batch 2 its statement would be lost unseen."""
    enter(store, ZHANG)
    enter(store, ZHANG, ("o/1", 142.0))
    enter(store, ZHANG, ("o/1", 142.0), ("o/2", 138.0))
    with pytest.raises(RecordError, match=r"build on it \(3\)"):
        store.undo(2)


def test_a_later_batch_that_changed_nothing_does_not_stand_in_the_way(store: Store) -> None:
    enter(store, ZHANG, ("o/1", 142.0))
    enter(store, ZHANG, ("o/1", 142.0))
    assert store.undo(1).echoes == (2,)


def test_a_batch_is_undone_once(store: Store) -> None:
    enter(store, ZHANG)
    store.undo(1)
    with pytest.raises(RecordError, match="undone already"):
        store.undo(1)
    with pytest.raises(NotFound, match="no batch 7"):
        store.undo(7)


def test_what_was_undone_can_be_imported_again(store: Store) -> None:
    enter(store, ZHANG, ("o/1", 142.0))
    store.undo(1)
    enter(store, ZHANG, ("o/1", 142.0))
    assert store.person("K000002").series("sbp")["value"].tolist() == [142.0]
