"""Whether the record is whole, and how much it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select

from kanglu.record import tables
from kanglu.record.database import revision
from kanglu.trust.audit import Break


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found.

    Parameters
    ----------
    events : length of the audit chain.
    broken : its first broken event, None when it is whole.
    faults : what is wrong in the record, one sentence each.
    """

    events: int
    broken: Break | None
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and not self.faults


def integrity(connection: Connection) -> tuple[str, ...]:
    """Faults of the stored facts: a damaged file, dangling references, corrections of another's facts."""
    return tuple(_faults(connection))


def _faults(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if said != "ok":
                yield f"database file: {said}"
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{table}: row {row} refers to a {parent} that is not there"
    for name, table in tables.FACTS.items():
        held = table.alias()
        query = (
            select(table.c.id)
            .join(held, table.c.replaces == held.c.id)
            # By the order of entry, not by the clock: that may have been put back in between.
            .where(or_(held.c.person_id != table.c.person_id, held.c.batch_id > table.c.batch_id))
            .order_by(table.c.id)
        )
        for fact_id in connection.scalars(query):
            yield f"{name}: row {fact_id} replaces a row of another person or of a later batch"
    undone = select(tables.batch.c.id).where(tables.batch.c.undone.is_not(None))
    for table in tables.OF_PERSON:
        left = connection.scalar(select(func.count()).select_from(table).where(table.c.batch_id.in_(undone)))
        if left:
            yield f"{table.name}: {left} rows belong to a batch that was undone"
    erased = select(tables.person.c.id).where(tables.person.c.erased.is_not(None))
    for table in tables.OF_PERSON:
        left = connection.scalar(select(func.count()).select_from(table).where(table.c.person_id.in_(erased)))
        if left:
            yield f"{table.name}: {left} rows say something of somebody whose record was erased"


def status(connection: Connection) -> dict[str, Any]:
    """People, facts by table, batches, first and last recorded, schema revision."""

    def count(table: Any) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0

    batch, present = tables.batch, select(tables.person).where(tables.person.c.erased.is_(None)).subquery()
    standing = batch.c.undone.is_(None)
    first, last, batches = connection.execute(
        select(func.min(batch.c.recorded), func.max(batch.c.recorded), func.count()).where(standing)
    ).one()
    return {
        "people": count(present) - count(tables.person_link),
        "facts": {name: count(table) for name, table in tables.FACTS.items()},
        "batches": batches,
        "undone": count(batch) - batches,
        "problems": count(tables.problem),
        "first_recorded": first,
        "last_recorded": last,
        "revision": revision(connection),
    }
