"""Two records of one person made one: what stood at the one is entered at the other, and withdrawn there."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.facts import KINDS, NATIONAL_ID, WITHDRAWN, Fact, Kind
from kanglu.record.identity import next_id, record_number
from kanglu.record.tables import evaluated_person, identifier, person_link, rule_result
from kanglu.record.writing import BatchWriter


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: the batch, and how many facts of the one record were new to the other."""

    batch: int
    facts: int


def merge(
    connection: Connection, writer: BatchWriter, keep: int, drop: int, reason: str | None, at: str
) -> None:
    """Enter the facts that stand at `drop` at `keep`, inside the caller's batch and transaction.

    Identifiers, telephone numbers and addresses move, so that the source of either record finds `keep`.
    Raises `RecordError` for a record and itself, and for people with an identity number each.
    """
    if keep == drop:
        raise RecordError(f"{record_number(keep)} cannot be merged with itself.", remedy="Name two records.")
    held = select(identifier.c.person_id).where(
        identifier.c.system == NATIONAL_ID, identifier.c.person_id.in_((keep, drop))
    )
    if len(set(connection.scalars(held))) > 1:
        raise RecordError(
            f"{record_number(keep)} and {record_number(drop)} have different identity numbers.",
            remedy="They are two people. If one number is wrong, correct it in the source first.",
        )
    for kind in KINDS:
        newer = _said_later(connection, kind, keep, drop)
        for fact in _standing(connection, kind, drop):
            writer.add(fact._replace(status=WITHDRAWN))
            if fact.source_key not in newer:
                writer.add(fact._replace(person_id=keep))
    writer.flush()
    _move(connection, keep, drop)
    connection.execute(update(person_link).where(person_link.c.into_id == drop).values(into_id=keep))
    connection.execute(
        insert(person_link).values(
            id=next_id(connection, person_link), person_id=drop, batch_id=writer.id, recorded=at,
            into_id=keep, reason=reason,
        )
    )  # fmt: skip
    connection.execute(delete(evaluated_person).where(evaluated_person.c.person_id == drop))
    given = update(rule_result).where(rule_result.c.person_id == drop, rule_result.c.withdrawn.is_(None))
    connection.execute(given.values(withdrawn=at))


def _standing(connection: Connection, kind: Kind, person_id: int) -> Iterator[Fact]:
    """The facts of a person that are neither corrected nor withdrawn."""
    table = tables.FACTS[kind.table]
    later = table.alias("later")
    query = select(*(table.c[field] for field in kind.fields)).where(
        table.c.person_id == person_id,
        table.c.status != WITHDRAWN,
        ~exists().where(later.c.replaces == table.c.id),
    )
    yield from [kind.fact(*row) for row in connection.execute(query.order_by(table.c.id))]


def _said_later(connection: Connection, kind: Kind, keep: int, drop: int) -> set[str | None]:
    """Keys of the source under which `keep` was told something later than `drop` was."""
    table = tables.FACTS[kind.table]
    other = table.alias("other")
    query = (
        select(table.c.source_key)
        .join(other, other.c.source_key == table.c.source_key)
        .where(table.c.person_id == keep, other.c.person_id == drop)
        .group_by(table.c.source_key)
    )
    return set(connection.scalars(query.having(func.max(table.c.id) > func.max(other.c.id))))


def _move(connection: Connection, keep: int, drop: int) -> None:
    """Give `keep` the numbers and addresses of `drop`, except those it has."""
    for table in (identifier, tables.telecom, tables.address):
        has = select(table.c.blind_index).where(table.c.person_id == keep)
        theirs = update(table).where(table.c.person_id == drop, table.c.blind_index.not_in(has))
        connection.execute(theirs.values(person_id=keep))
