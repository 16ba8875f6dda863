"""The batches of a record as people look them up afterwards: their receipts, and what each set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from kanglu.errors import NotFound
from kanglu.record.auditing import Deed
from kanglu.record.opened import Opened
from kanglu.record.receipt import Problem
from kanglu.record.tables import batch, problem
from kanglu.trust import Action, Resource, require

_KEPT = (batch.c.id, batch.c.label, batch.c.kind, batch.c.recorded, batch.c.undone, batch.c.files)
_SAID = tuple(batch.c.receipt[part].label(part) for part in ("read", "facts", "skipped", "people"))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one import or entry did, without the lines of what it set aside.

    Parameters
    ----------
    recorded, undone : instants; `undone` is None for a batch that stands.
    files : names of the files it read.
    read, facts, skipped : how many, by kind; see `Receipt`.
    people : how many people it entered.
    lines : how many lines tell of what was set aside; none is left of a batch that was undone.
    """

    id: int
    label: str
    kind: str
    recorded: str
    undone: str | None
    files: tuple[str, ...]
    read: Mapping[str, int]
    facts: Mapping[str, int]
    skipped: Mapping[str, int]
    people: int
    lines: int


class Batches(Opened):
    """The part of `Store` that reads receipts: for whoever may enter facts, also who may read none."""

    def batch_list(
        self, kind: str | None = None, *, limit: int = 20, offset: int = 0
    ) -> tuple[list[Batch], int]:
        """Batches of a kind or all, the newest first, and how many there are."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        wanted = () if kind is None else (batch.c.kind == kind,)
        query = select(*_KEPT, *_SAID).where(*wanted).order_by(batch.c.id.desc())
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(batch).where(*wanted)) or 0
        return self._read_batches(query.limit(limit).offset(offset)), total

    def batch_of(self, batch_id: int) -> Batch:
        """A batch by its id. Raises `NotFound`."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        found = self._read_batches(select(*_KEPT, *_SAID).where(batch.c.id == batch_id))
        if not found:
            raise NotFound(f"There is no batch {batch_id}.", remedy="Look it up in the list of batches.")
        return found[0]

    def batch_problems(
        self, batch_id: int, *, field: str | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Problem]:
        """What a batch set aside, in the order met: file, row, field, reason and remedy."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        columns = [problem.c[name] for name in Problem.__dataclass_fields__]
        query = select(*columns).where(problem.c.batch_id == batch_id).order_by(problem.c.id)
        if field is not None:
            query = query.where(problem.c.field == field)
        with self.database.reading() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
        self._audit([Deed("read receipt", None, {"batch": batch_id})])
        return [Problem(*row) for row in rows]

    def batch_problem_fields(self, batch_id: int) -> list[tuple[str, int]]:
        """In which fields something was set aside, and in how many lines; the most first."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        lines = func.count().label("lines")
        query = select(problem.c.field, lines).where(problem.c.batch_id == batch_id)
        with self.database.reading() as connection:
            rows = connection.execute(
                query.group_by(problem.c.field).order_by(lines.desc(), problem.c.field)
            ).all()
        return [(field, number) for field, number in rows]

    def set_aside(self, *, limit: int = 50, offset: int = 0) -> tuple[list[tuple[int, Problem]], int]:
        """What all batches set aside that stand: the batch and the line, the newest first; and how many."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        columns = [problem.c[name] for name in Problem.__dataclass_fields__]
        query = select(problem.c.batch_id, *columns).order_by(problem.c.batch_id.desc(), problem.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
            total = connection.scalar(select(func.count()).select_from(problem)) or 0
        self._audit([Deed("read receipt", None, {"batches": sorted({row[0] for row in rows})})])
        return [(row[0], Problem(*row[1:])) for row in rows], total

    def _read_batches(self, query: Select[Any]) -> list[Batch]:
        with self.database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
            counted = (
                select(problem.c.batch_id, func.count())
                .where(problem.c.batch_id.in_([row.id for row in rows]))
                .group_by(problem.c.batch_id)
            )
            lines = {row[0]: row[1] for row in connection.execute(counted)}
        return [
            Batch(
                row.id, row.label, row.kind, row.recorded, row.undone,
                tuple(file["name"] for file in row.files),
                row.read or {}, row.facts or {}, row.skipped or {}, row.people or 0, lines.get(row.id, 0),
            )
            for row in rows
        ]  # fmt: skip
