"""What the rules gave: the rows, which of them hold at a time, and whom the rules must look at again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    union_all,
    update,
)

from kanglu.dates import last_instant
from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.bulk import bulk_insert
from kanglu.record.columns import fetched
from kanglu.record.identity import chunks, next_id
from kanglu.record.tables import evaluated_person, evaluation, person, rule_result, rule_version

OPEN = "open"
ROWS_A_STATEMENT = 5000
WHOLE = ("full", "changed")
"""Scopes after which everybody is up to date."""


class Ruling(NamedTuple):
    """What a rule gives a person in a period, as a row of `rule_result`. Days are ISO text."""

    person_id: int
    kind: str
    code: str
    rule: str
    version: int
    period: str
    part: int
    starts: str
    ends: str | None
    state: str
    reason: str | None
    window_start: str | None
    due: str | None
    lapses: str | None
    priority: int | None
    role: str | None
    channel: str | None
    based_on: str | None
    inputs: str

    @property
    def key(self) -> tuple[int, str, str, int]:
        """What names it, apart from the rule's version."""
        return self.person_id, self.rule, self.period, self.part


class Stored(NamedTuple):
    """A row of the record, and what it says."""

    id: int
    row: Ruling


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run of the rules, see the table `evaluation`."""

    id: int
    as_of: str
    known: str
    recorded: str
    revision: str
    last_batch: int
    scope: str
    people: int
    state: str
    counts: Mapping[str, Any]


_RESULT = (*Ruling._fields, "evaluation_id", "recorded", "withdrawn")
_STATE = ("person_id", "as_of", "next_change", "revision")


def everybody(connection: Connection) -> list[int]:
    """Ids of all people whose record was neither merged into another's nor erased, ascending."""
    query = select(person.c.id).where(person.c.id.not_in(_gone())).order_by(person.c.id)
    return list(connection.scalars(query))


def changed_people(connection: Connection, since_batch: int) -> list[int]:
    """Ids of the people on whom a batch after this one says something, ascending."""
    found = set(connection.scalars(select(person.c.id).where(person.c.batch_id > since_batch)))
    for table in tables.OF_PERSON:
        # A computed id keeps SQLite off the index of people, which would lead through the whole table.
        query = select(table.c.person_id + 0).where(table.c.batch_id > since_batch).distinct()
        found.update(connection.scalars(query))
    return sorted(found - set(connection.scalars(_gone())))


def due_people(connection: Connection, as_of: date, revision: str) -> list[int]:
    """Ids of the people for whom something changes by the day, or whom these rules never looked at."""
    seen = evaluated_person.c
    query = (
        select(person.c.id)
        .outerjoin(evaluated_person, seen.person_id == person.c.id)
        .where(
            or_(seen.person_id.is_(None), seen.next_change <= as_of.isoformat(), seen.revision != revision),
            person.c.id.not_in(_gone()),
        )
        .order_by(person.c.id)
    )
    return list(connection.scalars(query))


def last_evaluation(connection: Connection, *where: ColumnElement[bool]) -> Evaluation | None:
    """The latest run, a killed one too."""
    query = select(evaluation).where(*where).order_by(evaluation.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Evaluation(*row)


def last_batch_seen(connection: Connection) -> int:
    """The highest batch that every person has been looked at for; 0 for none."""
    whole = last_evaluation(connection, evaluation.c.state == "complete", evaluation.c.scope.in_(WHOLE))
    return 0 if whole is None else whole.last_batch


def current_results(connection: Connection, ids: Sequence[int] | None, known: date) -> list[Stored]:
    """The rows that hold at the end of a day, of some people or of all, by person and id."""
    query = _holding(known)
    if ids is None:
        rows = fetched(connection, query)
    else:
        parts = chunks(sorted(set(ids)), ROWS_A_STATEMENT)
        rows = [
            row
            for some in parts
            for row in fetched(connection, query.where(rule_result.c.person_id.in_(some)))
        ]
    return [Stored(row[0], Ruling._make(row[1:])) for row in rows]


def stamp(connection: Connection) -> tuple[int, ...]:
    """The last batch, how many were undone, the last run of the rules and the last row that it wrote."""
    columns = (
        func.max(tables.batch.c.id),
        func.count(tables.batch.c.undone),
        select(func.max(evaluation.c.id)).scalar_subquery(),
        select(func.max(rule_result.c.id)).scalar_subquery(),
    )
    row = connection.execute(select(*columns)).one()
    return tuple(int(one or 0) for one in row)


def asked_for(
    connection: Connection,
    day: date,
    known: date,
    kinds: Collection[str],
    tags: Collection[str],
    *,
    owners: Collection[str] | None = None,
    ids: Sequence[int] | None = None,
) -> list[Stored]:
    """The rows of `current_results` that may be worked on on a day, and these tags where they hold then.

    Parameters
    ----------
    kinds : of what asks somebody to act; closed ones count until the day on which they were, and as long as
        somebody has opened one of that person's again by hand.
    ids : only these people.
    owners : only people whom these members of the staff have or had, or of whom a task was handed to them.
    """
    on, row = day.isoformat(), rule_result.c
    opens = or_(row.window_start.is_(None), row.window_start <= on)
    team, changes = tables.FACTS["care_team"].c, tables.FACTS["task_change"].c
    again = row.person_id.in_(select(changes.person_id).where(changes.code == "reopened"))
    acted_on = and_(row.kind.in_(kinds), opens, or_(row.state == OPEN, row.ends >= on, again))
    tagged = and_(row.kind == "tag", row.code.in_(tags), or_(row.ends.is_(None), row.ends > on))
    query = _holding(known).where(row.starts <= on, or_(acted_on, tagged))
    if owners is not None:
        theirs = union(
            select(team.person_id).where(team.practitioner.in_(owners)),
            select(changes.person_id).where(changes.owner.in_(owners)),
        )
        query = query.where(row.person_id.in_(theirs))
    if ids is not None:
        query = query.where(row.person_id.in_(ids))
    return [Stored(one[0], Ruling._make(one[1:])) for one in fetched(connection, query)]


def _holding(known: date) -> Select[Any]:
    until = last_instant(known)
    columns = (rule_result.c.id, *(rule_result.c[name] for name in Ruling._fields))
    return (
        select(*columns)
        .where(
            rule_result.c.recorded <= until,
            or_(rule_result.c.withdrawn.is_(None), rule_result.c.withdrawn > until),
        )
        .order_by(rule_result.c.person_id, rule_result.c.id)
    )


def begin(
    connection: Connection, at: str, as_of: date, known: date, revision: str, scope: str, people: int
) -> int:
    """Enter a run; gives its id."""
    later = select(func.min(tables.batch.c.id)).where(tables.batch.c.recorded > last_instant(known))
    first_unknown = connection.scalar(later)
    highest = connection.scalar(select(func.coalesce(func.max(tables.batch.c.id), 0)))
    number = next_id(connection, evaluation)
    connection.execute(
        insert(evaluation).values(
            id=number, as_of=as_of.isoformat(), known=known.isoformat(), recorded=at, revision=revision,
            last_batch=highest if first_unknown is None else first_unknown - 1, scope=scope, people=people,
            state="running", counts={},
        )
    )  # fmt: skip
    return number


def complete(connection: Connection, number: int, counts: Mapping[str, Any]) -> None:
    """A run has come to its end."""
    done = {"state": "complete", "counts": dict(counts)}
    connection.execute(update(evaluation).where(evaluation.c.id == number).values(done))


def write(
    connection: Connection,
    at: str,
    number: int,
    as_of: date,
    revision: str,
    entered: Iterable[tuple[Any, ...]],
    withdrawn: Sequence[int],
    states: Sequence[tuple[int, str | None]],
) -> None:
    """Enter rows and withdraw others, and note for whom the rules were evaluated.

    They count from the day that the run knew of, also where it is run later. Raises `RecordError` when
    another run has begun since, which reads what this one has written and goes on from there.
    """
    if connection.scalar(select(func.max(evaluation.c.id))) != number:
        raise RecordError(
            "Another evaluation has begun since this one; this one stops, and what it found so far is kept.",
            remedy="Let the other one end. It looks at everybody whom this one has not looked at.",
        )
    known = connection.scalar(select(evaluation.c.known).where(evaluation.c.id == number))
    recorded = min(at, last_instant(date.fromisoformat(str(known))))
    first = next_id(connection, rule_result)
    rows = ((id_, *row, number, recorded, None) for id_, row in enumerate(entered, start=first))
    bulk_insert(connection, rule_result, ("id", *_RESULT), rows)
    for some in chunks(list(withdrawn), ROWS_A_STATEMENT):
        gone = update(rule_result).where(rule_result.c.id.in_(some))
        connection.execute(gone.values(withdrawn=recorded))
    for some in chunks([person_id for person_id, _ in states], ROWS_A_STATEMENT):
        connection.execute(delete(evaluated_person).where(evaluated_person.c.person_id.in_(some)))
    day = as_of.isoformat()
    seen = ((person_id, day, change, revision) for person_id, change in states)
    bulk_insert(connection, evaluated_person, _STATE, seen)


def rule_versions(connection: Connection) -> list[tuple[str, int, str]]:
    """Every version of a rule that was ever in force, and from which day: rule, version, live_from."""
    columns = (rule_version.c.rule, rule_version.c.version, rule_version.c.live_from)
    rows = connection.execute(select(*columns).order_by(rule_version.c.rule, rule_version.c.version))
    return [(rule, version, live_from) for rule, version, live_from in rows]


def enter_rule_versions(connection: Connection, at: str, rows: Iterable[tuple[str, int, str, str]]) -> None:
    """Enter versions of rules: rule, version, definition as JSON, live_from."""
    columns = ("rule", "version", "definition", "live_from", "recorded")
    bulk_insert(connection, rule_version, columns, ((*row, at) for row in rows))


def _gone() -> Any:
    """Ids of those whose record was merged into another's, or erased."""
    erased = tables.person.alias("gone")
    return union_all(
        select(tables.person_link.c.person_id), select(erased.c.id).where(erased.c.erased.is_not(None))
    )
