"""Every read of a person and every write leaves a row that cannot be changed unseen."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from kanglu.errors import RecordError
from kanglu.record import Store, auditing, tables
from kanglu.record import open as open_record
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.trust import Actor, Role


@pytest.fixture
def peopled(store: Store) -> Store:
    """Three people with a weight."""
    with store.batch("b") as writer:
        for number in range(1, 4):
            person = writer.person(PersonStatement((Identifier("mrn", str(number)),), f"人{number}"))
            writer.add(Observation(person, "weight", "2026", value=60.0))
    return store


def events(store: Store) -> list[Any]:
    with store.database.reading() as connection:
        return list(connection.execute(select(tables.audit_event).order_by(tables.audit_event.c.id)))


@contextmanager
def unguarded(store: Store) -> Iterator[Connection]:
    """A connection of someone who has taken the guards off."""
    with store.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        yield connection


def test_every_reading_of_a_person_is_one_row(peopled: Store) -> None:
    start = len(events(peopled))
    person = peopled.person("K000001")
    person.series("weight")
    person.dossier()
    panel = peopled.panel("all")
    assert panel.record_numbers == panel.people["record_number"].tolist()
    panel.inputs()
    panel.facts("observation", ["weight"])
    list(peopled.dossiers([2, 3]))
    peopled.find("人2")
    peopled.exported("annual.pdf", ["K000002"])
    peopled.undo(1)
    each = ["K000001", "K000002", "K000003"]
    assert [(row.action, row.person) for row in events(peopled)[start:]] == [
        ("read person", "K000001"),
        ("read series", "K000001"),
        ("read dossier", "K000001"),
        ("panel", None),
        *(("read identity", number) for number in each),
        *(("read inputs", number) for number in each),
        *(("read facts", number) for number in each),
        ("read dossier", "K000002"),
        ("read dossier", "K000003"),
        ("find", "K000002"),
        ("export", "K000002"),
        ("undo batch", None),
    ]
    row = events(peopled)[start + 1]
    assert (row.actor, row.role, row.purpose) == ("local", "health_manager", "care")
    assert json.loads(row.detail) == {"indicator": "weight"}


def test_an_analyst_is_written_down_with_whom_they_read(
    peopled: Store, database_url: str, clock: Any
) -> None:
    analyst = Actor("an", "An", Role.ANALYST)
    with open_record(database_url, actor=analyst, purpose="analysis", clock=clock) as store:
        store.dossier(store.panel("K000002").record_numbers[0])
    row = events(peopled)[-1]
    assert (row.actor, row.role, row.purpose, row.person) == ("an", "analyst", "analysis", "K000002")


def test_opening_and_writing_are_rows_too(peopled: Store) -> None:
    assert [row.action for row in events(peopled)] == ["open", "write batch"]
    assert json.loads(events(peopled)[1].detail)["new"] == 6


def test_a_reading_is_written_down_before_it_is_handed_out(peopled: Store) -> None:
    next(iter(peopled.dossiers([1])))
    assert events(peopled)[-1].action == "read dossier"


def test_names_and_values_are_not_in_the_log(peopled: Store) -> None:
    peopled.dossier("K000001")
    peopled.find("人2")
    assert "人" not in "".join(str(tuple(row)) for row in events(peopled))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET actor = 'x' WHERE id = 1", "DELETE FROM audit_event WHERE id = 1"],
)
def test_the_database_refuses_to_change_events(peopled: Store, statement: str) -> None:
    with (
        pytest.raises(RecordError, match="append-only"),
        peopled.database.writing() as connection,
    ):
        connection.execute(text(statement))
    assert peopled.verify().ok


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit_event SET actor = 'x' WHERE id = 4", 4),
        ("UPDATE audit_event SET person = 'K000009' WHERE id = 3", 3),
        ("UPDATE audit_event SET hash = previous WHERE id = 2", 2),
        ("DELETE FROM audit_event WHERE id = 3", 3),
        ("DELETE FROM audit_event WHERE id >= 4", 4),
        ("DELETE FROM audit_event", 1),
        ("UPDATE audit_head SET events = events - 1", 5),
        ("UPDATE audit_head SET hash = 'x'", 6),
        ("UPDATE audit_head SET seal = 'x'", 6),
        ("DELETE FROM audit_head", 1),
    ],
)
def test_verify_names_the_first_broken_row(peopled: Store, statement: str, first: int) -> None:
    for number in (1, 2, 3):
        peopled.person(f"K00000{number}")
    peopled.panel("all")
    assert (peopled.verify().events, peopled.verify().broken) == (6, None)
    with unguarded(peopled) as connection:
        connection.execute(text(statement))
    broken = peopled.verify().broken
    assert broken is not None
    assert broken.id == first


COLUMNS = (
    "id", "at", "actor", "role", "purpose", "action", "person", "detail", "previous", "hash", "came_from",
)  # fmt: skip


COPIED = ", ".join(COLUMNS[1:])


@pytest.mark.parametrize("column", COLUMNS)
def test_verify_finds_one_flipped_bit_in_any_cell(peopled: Store, column: str) -> None:
    """Each cell of the table in turn, each byte of it in turn."""
    peopled.panel("all")
    for number in (1, 2):
        peopled.person(f"K00000{number}")
    stored = {row.id: getattr(row, column) for row in events(peopled)}
    with unguarded(peopled):
        pass
    for event, value in stored.items():
        for changed in flipped(value):
            with peopled.database.writing() as connection:
                statement = f"UPDATE audit_event SET {column} = :to WHERE id = :event"
                connection.execute(text(statement), {"to": changed, "event": event})
                broken = auditing.check(connection, peopled.database.keys)[1]
                back = {"to": value, "event": changed if column == "id" else event}
                connection.execute(text(statement), back)
            assert broken is not None, (event, changed)
    assert peopled.verify().ok


def flipped(value: str | int | None) -> Iterator[Any]:
    """The value with one bit changed: of a number its lowest two, of a text one of each character."""
    if value is None:
        yield from ("", "x")
    elif isinstance(value, int):
        yield from (value + 64, value + 1024)
    else:
        yield from (value[:at] + chr(ord(one) ^ 1) + value[at + 1 :] for at, one in enumerate(value))


@pytest.mark.parametrize(
    ("forged", "first"),
    [
        (["UPDATE audit_event SET id = 0 WHERE id = 2", "UPDATE audit_event SET id = 2 WHERE id = 3",
          "UPDATE audit_event SET id = 3 WHERE id = 0"], 2),
        (["UPDATE audit_event SET id = 9 WHERE id = 4", "UPDATE audit_event SET id = 4 WHERE id = 3",
          f"INSERT INTO audit_event SELECT 3, {COPIED} FROM audit_event WHERE id = 2"],
         3),
        ([f"INSERT INTO audit_event SELECT 5, {COPIED} FROM audit_event WHERE id = 4"], 5),
        ([f"INSERT INTO audit_event SELECT 0, {COPIED} FROM audit_event WHERE id = 1"],
         1),
    ],
    ids=["changed places", "put between", "added at the end", "put before the first"],
)  # fmt: skip
def test_verify_finds_rows_that_changed_places_or_were_put_in(
    peopled: Store, forged: list[str], first: int
) -> None:
    peopled.person("K000001")
    peopled.person("K000002")
    assert len(events(peopled)) == 4
    with unguarded(peopled) as connection:
        for statement in forged:
            connection.execute(text(statement))
    broken = peopled.verify().broken
    assert broken is not None
    assert broken.id == first


@pytest.mark.parametrize("value", ["CAST(x'80' AS TEXT)", "x'61'"])
def test_a_cell_that_is_no_text_any_longer_is_a_finding_and_no_crash(peopled: Store, value: str) -> None:
    if peopled.database.url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but text in a column of texts")
    with unguarded(peopled) as connection:
        connection.execute(text(f"UPDATE audit_event SET detail = {value} WHERE id = 2"))
    broken = peopled.verify().broken
    assert broken is not None
    assert broken.id == 2


def test_a_forged_end_is_found_after_more_was_written(peopled: Store) -> None:
    """Without the key, nobody can shorten the chain and seal its end again."""
    peopled.person("K000001")
    with unguarded(peopled) as connection:
        connection.execute(text("DELETE FROM audit_event WHERE id = 3"))
        last = connection.scalar(text("SELECT hash FROM audit_event WHERE id = 2"))
        connection.execute(text("UPDATE audit_head SET events = 2, hash = :last"), {"last": last})
    peopled.person("K000002")
    broken = peopled.verify().broken
    assert broken is not None
    assert "seal" in broken.reason


def test_verify_finds_damage_in_the_record(peopled: Store) -> None:
    assert peopled.verify().faults == ()
    with peopled.database.writing() as connection:
        connection.execute(text("UPDATE observation SET replaces = 1 WHERE id = 2"))
    assert peopled.verify().faults == (
        "observation: row 2 replaces a row of another person or of a later batch",
    )
    assert not peopled.verify().ok
