"""A batch: everything one import or entry says, entered in one transaction or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import isfinite
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.bulk import bulk_insert
from kanglu.record.facts import (
    KIND_OF,
    KINDS,
    NOBODY,
    Demographics,
    Fact,
    Identifier,
    Kind,
    Observation,
    PersonStatement,
)
from kanglu.record.identity import Register, chunks, next_id
from kanglu.record.keying import key_names
from kanglu.record.receipt import Problem, Receipt
from kanglu.record.sorting import Known, Sorted, sameness, sort_out
from kanglu.trust.keys import Keys

FLUSH_AT = 250_000
"""Facts kept in memory before they are classified and handed to the database."""
PEOPLE_A_QUERY = 200


class BatchWriter:
    """What an intake speaks to; `Store.batch` makes it and settles the transaction.

    Facts are gathered and classified together (`sorting`), so `receipt` is complete only after the batch.
    """

    def __init__(self, connection: Connection, keys: Keys, *, label: str, kind: str, recorded: str) -> None:
        self._connection = connection
        self._recorded = recorded
        self.id = next_id(connection, tables.batch)
        last_person = connection.scalar(select(func.coalesce(func.max(tables.batch.c.last_person), 0))) or 0
        self._people = Register(connection, keys, self.id, recorded, last_person)
        self._files: list[dict[str, str]] = []
        self._again = False
        self._waiting: dict[Kind, list[tuple[Fact, bool]]] = {kind: [] for kind in KINDS}
        self._held = 0
        self._entered: set[int] = set()
        self._read: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._relied_on: Counter[int] = Counter()
        self.stored = 0
        connection.execute(
            insert(tables.batch).values(
                id=self.id, label=label, kind=kind, files=[], receipt={}, relies_on={}, recorded=recorded,
                last_person=last_person, undone=None,
            )
        )  # fmt: skip

    def file(self, name: str, sha256: str) -> None:
        """Say which file the following facts come from; a file imported before says nothing new."""
        self._files.append({"name": name, "sha256": sha256})
        self._again = sha256 in self._imported_before

    def person(self, statement: PersonStatement) -> int:
        """The person meant, found by identifier, else entered; `NOBODY` when identifiers contradict.

        What the statement says of name, sex and dates becomes a version of the demographics.
        """
        person_id = self._people.resolve(statement)
        said = Demographics(
            person_id=person_id,
            name=statement.name,
            sex=statement.sex,
            birth_date=statement.birth_date,
            death_date=statement.death_date,
            deceased=statement.deceased,
            language=statement.language,
            effective=statement.effective,
            origin=statement.origin,
            source=statement.source,
            source_key=statement.source_key,
        )
        if person_id == NOBODY or any(value is not None for value in said[1:7]):
            self.add(said)
        return person_id

    def find(self, identifiers: Iterable[Identifier]) -> int | None:
        """The person that the identifiers mean; None when the record knows none. Nobody is entered."""
        return self._people.find(identifiers)

    def add(self, fact: Fact) -> None:
        """Enter one fact. Facts about `NOBODY` are counted as quarantined."""
        self._waiting[KIND_OF[type(fact)]].append((fact, self._again))
        self._held += 1
        if self._held >= FLUSH_AT:
            self.flush()

    def add_many(self, many: Iterable[Fact]) -> None:
        """Enter many facts."""
        for fact in many:
            self.add(fact)

    def problem(
        self, file: str, row: str, field: str, reason: str, remedy: str, *, quarantined: int = 1
    ) -> None:
        """Set something aside, with where it stands and why.

        `quarantined` is how many facts that concerns; 0 for a remark on a fact that is entered all the same.
        """
        self._people.problems.append(Problem(file, row, field, reason, remedy))
        self._counts["quarantined"] += quarantined

    def read(self, type: str, count: int = 1) -> None:
        """Count resources (``Patient``) or rows (``row``) as read."""
        self._read[type] += count

    def skip(self, type: str, count: int = 1) -> None:
        """Count what is known about but not taken in."""
        self._skipped[type] += count

    @property
    def receipt(self) -> Receipt:
        """What became of everything; complete when the batch has ended."""
        return Receipt(
            batch=self.id,
            read=dict(self._read),
            facts={name: self._counts[name] for name in ("new", "duplicate", "corrected", "quarantined")},
            skipped=dict(self._skipped),
            problems=tuple(self._people.problems),
            people=len(self._people.created),
        )

    def flush(self) -> None:
        """Classify what has gathered and hand it to the database, inside the batch's transaction."""
        self.stored += self._people.flush()
        for kind in KINDS:
            waiting = self._waiting[kind]
            if waiting:
                self._waiting[kind] = []
                self._settle(kind, waiting)
        self._entered |= self._people.created
        self._held = 0

    def finish(self) -> Receipt:
        """Write everything down, the receipt too; the transaction is committed by the store."""
        self.flush()
        first = next_id(self._connection, tables.problem)
        problems = [
            {
                "id": number, "batch_id": self.id, "file": one.file, "row": one.row, "field": one.field,
                "reason": one.reason, "remedy": one.remedy,
            }
            for number, one in enumerate(self._people.problems, start=first)
        ]  # fmt: skip
        if problems:
            self._connection.execute(insert(tables.problem), problems)
        receipt = self.receipt
        self._connection.execute(
            update(tables.batch)
            .where(tables.batch.c.id == self.id)
            .values(
                files=self._files,
                receipt=receipt.to_data(),
                relies_on={str(batch): count for batch, count in sorted(self._relied_on.items())},
                last_person=self._people.last_person,
            )
        )
        return receipt

    def _settle(self, kind: Kind, waiting: list[tuple[Fact, bool]]) -> None:
        facts = [pair for pair in waiting if pair[0].person_id != NOBODY]
        self._counts["quarantined"] += len(waiting) - len(facts)
        _refuse_unsound(kind, facts)
        touched = {fact.person_id for fact, _ in facts}
        fresh = self._people.created - self._entered
        table = tables.FACTS[kind.table]
        known = _known(self._connection, kind, table, sorted(touched - fresh))
        found = sort_out(kind, facts, known, next_id(self._connection, table))
        columns = (*tables.LEADING, *kind.fields)
        bulk_insert(self._connection, table, columns, self._rows(found))
        if kind.fact is Demographics:
            names = ((one.name, one.status) for one in found.facts)  # type: ignore[union-attr]
            key_names(self._connection, enumerate(names, start=found.first_id))
        self.stored += len(found.facts)
        for name in ("new", "duplicate", "corrected"):
            self._counts[name] += found.counts[name]
        if found.counts["unknown"]:
            self._skipped["entered-in-error"] += found.counts["unknown"]
        found.relied_on.pop(self.id, None)
        self._relied_on.update(found.relied_on)

    def _rows(self, found: Sorted) -> Iterator[tuple[Any, ...]]:
        batch_id, recorded = self.id, self._recorded
        pairs = zip(found.replaces, found.facts, strict=True)
        for number, (replaces, fact) in enumerate(pairs, start=found.first_id):
            yield (number, batch_id, recorded, replaces, *fact)

    @cached_property
    def _imported_before(self) -> set[str]:
        query = select(tables.batch.c.files).where(tables.batch.c.undone.is_(None))
        return {file["sha256"] for files in self._connection.scalars(query) for file in files}


def _refuse_unsound(kind: Kind, facts: Sequence[tuple[Fact, bool]]) -> None:
    """A number that is none would never equal itself, and be new at every import."""
    if kind.fact is not Observation:
        return
    for fact, _ in facts:
        number: float | None = fact.value  # type: ignore[union-attr]
        if number is not None and not isfinite(number):
            raise RecordError(
                f"An observation's value is {number}, which is no number.",
                where=fact.source,
                remedy="Leave the value empty, or set the fact aside.",
            )


def _known(connection: Connection, kind: Kind, table: Table, people: list[int]) -> Known:
    known = Known()
    columns = [table.c[name] for name in (*kind.fields, "id", "batch_id", "replaces")]
    for some in chunks(people, PEOPLE_A_QUERY):
        query = select(*columns).where(table.c.person_id.in_(some)).order_by(table.c.id)
        known.learn(kind, connection.execute(query).fetchall())
        known.past.update(_said_of_merged(connection, kind, table, some))
    return known


def _said_of_merged(
    connection: Connection, kind: Kind, table: Table, people: list[int]
) -> Iterator[tuple[Any, ...]]:
    """What was ever said of records that were merged into these people's, as if of them."""
    link = tables.person_link
    columns = [table.c[name] for name in kind.fields[1:]]
    query = (
        select(link.c.into_id, *columns)
        .join(link, link.c.person_id == table.c.person_id)
        .where(link.c.into_id.in_(people))
    )
    return (sameness(kind, tuple(row)) for row in connection.execute(query))
