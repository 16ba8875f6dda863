"""Taking a batch back, so that the record is as it was before it; refused where later batches stand on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from kanglu.errors import NotFound, RecordError
from kanglu.record import tables
from kanglu.record.keying import forget_names
from kanglu.record.tables import ERASURE, FACTS, MERGE, OF_PERSON

AT_ONCE = "0001-01-01"
"""The day on which something changes for people whose facts were taken away: any that is asked for."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo removed.

    Parameters
    ----------
    batch, label : the batch.
    facts : rows of facts removed.
    people : people removed, because this batch had entered them.
    echoes : later batches that had stored nothing, because all they said was here already; import them
        again if what they say still holds.
    """

    batch: int
    label: str
    facts: int
    people: int
    echoes: tuple[int, ...]


def undo(connection: Connection, batch_id: int, at: str) -> Undone:
    """Remove all rows of a batch inside the caller's write transaction; its receipt stays, marked undone.

    Raises `NotFound` for an unknown batch, `RecordError` when it is undone already, merged records, or later
    batches corrected its facts, hold facts on people it entered, or counted on its facts as already there.
    """
    row = connection.execute(
        select(tables.batch.c.label, tables.batch.c.kind, tables.batch.c.undone).where(
            tables.batch.c.id == batch_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no batch {batch_id}.", remedy="`kanglu undo` alone lists the batches.")
    if row.undone is not None:
        raise RecordError(f"Batch {batch_id} was undone already, on {row.undone[:10]}.")
    if row.kind == ERASURE:
        raise RecordError(f"Batch {batch_id} erased a record, which cannot be brought back.")
    if row.kind == MERGE:
        raise RecordError(
            f"Batch {batch_id} merged two records ({row.label}), which cannot be taken apart again.",
            remedy="Enter what belongs to the other person under a new identifier.",
        )
    relying = _relying(connection, batch_id)
    stored = {other for other in relying if _stored_anything(connection, other)}
    built = sorted(_built_upon(connection, batch_id) | stored)
    if built:
        names = ", ".join(str(other) for other in built)
        raise RecordError(
            f"Batch {batch_id} cannot be undone: later batches build on it ({names}).",
            remedy=f"Undo {names} first, the latest first; import what still holds again afterwards.",
        )
    asked = select(tables.rights_request.c.id).join(tables.person).where(tables.person.c.batch_id == batch_id)
    if (request := connection.scalar(asked)) is not None:
        raise RecordError(
            f"Batch {batch_id} cannot be undone: request {request} is about somebody whom it entered.",
            remedy="What people have asked for, and what they were answered, is kept.",
        )
    _unsettle(connection, batch_id)
    forget_names(connection, batch_id)
    facts = _remove(connection, batch_id)
    people = connection.execute(delete(tables.person).where(tables.person.c.batch_id == batch_id)).rowcount
    connection.execute(delete(tables.problem).where(tables.problem.c.batch_id == batch_id))
    connection.execute(update(tables.batch).where(tables.batch.c.id == batch_id).values(undone=at))
    return Undone(batch_id, row.label, facts, people, tuple(sorted(relying - stored)))


def _unsettle(connection: Connection, batch_id: int) -> None:
    """Have the rules look again at whoever loses facts; what they gave to people who go, goes with them."""
    entered = select(tables.person.c.id).where(tables.person.c.batch_id == batch_id)
    for table in (tables.rule_result, tables.evaluated_person, tables.access_grant):
        connection.execute(delete(table).where(table.c.person_id.in_(entered)))
    for table in OF_PERSON:
        touched = select(table.c.person_id).where(table.c.batch_id == batch_id)
        connection.execute(
            update(tables.evaluated_person)
            .where(tables.evaluated_person.c.person_id.in_(touched))
            .values(next_change=AT_ONCE)
        )


def _remove(connection: Connection, batch_id: int) -> int:
    removed = 0
    for table in OF_PERSON:
        count = connection.execute(delete(table).where(table.c.batch_id == batch_id)).rowcount
        removed += count if table.name in FACTS else 0
    return removed


def _built_upon(connection: Connection, batch_id: int) -> set[int]:
    """Other batches that corrected this one's facts, or hold rows on people it entered."""
    found: set[int] = set()
    own = select(tables.person.c.id).where(tables.person.c.batch_id == batch_id)
    for table in OF_PERSON:
        other = table.c.batch_id != batch_id
        found.update(
            connection.scalars(select(table.c.batch_id).distinct().where(other, table.c.person_id.in_(own)))
        )
    link = tables.person_link.c
    found.update(connection.scalars(select(link.batch_id).where(link.into_id.in_(own))))
    for table in FACTS.values():
        held = table.alias()
        query = (
            select(table.c.batch_id)
            .distinct()
            .join(held, table.c.replaces == held.c.id)
            .where(held.c.batch_id == batch_id, table.c.batch_id != batch_id)
        )
        found.update(connection.scalars(query))
    return found


def _relying(connection: Connection, batch_id: int) -> set[int]:
    """Later batches that stated facts of this one again and did not store them a second time."""
    query = select(tables.batch.c.id, tables.batch.c.relies_on).where(
        tables.batch.c.id > batch_id, tables.batch.c.undone.is_(None)
    )
    return {other for other, relies_on in connection.execute(query) if str(batch_id) in relies_on}


def _stored_anything(connection: Connection, batch_id: int) -> bool:
    return any(_counts(connection, batch_id))


def _counts(connection: Connection, batch_id: int) -> Iterator[int]:
    for table in OF_PERSON:
        query = select(func.count()).select_from(table).where(table.c.batch_id == batch_id)
        yield connection.scalar(query) or 0
