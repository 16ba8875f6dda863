"""A safe copy of the record: a database of its own in which nobody can be recognised by the library.

It has another key, pseudonyms as record numbers, and the facts as `veiling` shows them. Identifiers,
telephones, addresses, recordings, consents, accounts, drafts and the audit log are not copied. Whoever works
on it needs neither the key nor the file of the record.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Table, select

from kanglu.record import tables
from kanglu.record.bulk import bulk_insert
from kanglu.record.database import key_path, make_engine, resolve
from kanglu.record.identity import chunks
from kanglu.record.setup import init
from kanglu.record.veiling import Days, moved_days, true_days, veiled
from kanglu.trust import keys as key_ring
from kanglu.trust.keys import Keys

_LEFT_OUT: Final = frozenset({"media", "consent"})
_PEOPLE_A_TIME: Final = 500
_RULES: Final = (tables.rule_version, tables.publication, tables.evaluation)


def write_copy(
    source: Connection, keys: Keys, ids: Sequence[int], path: Path, today: date, *, move_days: bool
) -> int:
    """Write a copy of these people's facts into a new SQLite file; gives the number of facts.

    Parameters
    ----------
    source, keys : the record, and what its pseudonyms are made with.
    path : of a file that is not there yet; its key lies beside it.
    today : the day of the copy, in China.
    move_days : whether the days of each person are moved, see `veiling.moved_days`.
    """
    url, own = f"sqlite:///{path}", Keys(key_ring.fresh())
    key_ring.write(key_path(resolve(url)), own.masters)
    init(url, own)
    days = moved_days(list(ids), today, keys) if move_days else true_days(today)
    engine = make_engine(resolve(url))
    try:
        with engine.connect().execution_options(kanglu_writing=True) as made, made.begin():
            count = _copy(source, made, keys, sorted(set(ids)), days)
    finally:
        engine.dispose()
    return count


def _copy(source: Connection, made: Connection, keys: Keys, ids: list[int], days: Days) -> int:
    # An id says the record number, so people are numbered anew, by their pseudonyms.
    numbers = {one: number for number, one in enumerate(sorted(ids, key=keys.pseudonym), start=1)}
    batches = _rows(source, tables.batch)
    for row in batches:
        row |= {"label": f"batch {row['id']}", "files": [], "receipt": {}, "relies_on": []}
    _insert(made, tables.batch, batches)
    for table in _RULES:
        _insert(made, table, _rows(source, table))
    return sum(_copy_some(source, made, keys, some, days, numbers) for some in chunks(ids, _PEOPLE_A_TIME))


def _copy_some(
    source: Connection,
    made: Connection,
    keys: Keys,
    ids: list[int],
    days: Days,
    numbers: Mapping[int, int],
) -> int:
    people = _rows(source, tables.person, tables.person.c.id.in_(ids))
    for row in people:
        one = row["id"]
        row |= {
            "id": numbers[one],
            "record_number": keys.pseudonym(one),
            "recorded": days.moved(one, row["recorded"]),
        }
    _insert(made, tables.person, people)
    count = 0
    for name, table in tables.FACTS.items():
        if name not in _LEFT_OUT:
            count += _copy_facts(source, made, table, ids, days, numbers)
    given = _rows(source, tables.rule_result, tables.rule_result.c.person_id.in_(ids))
    moved = ("period", "starts", "ends", "window_start", "due", "lapses", "recorded", "withdrawn")
    for row in given:
        person = row["person_id"]
        row |= {name: row[name] and days.moved(person, row[name]) for name in moved}
        row |= {"person_id": numbers[person], "inputs": "[]"}
    _insert(made, tables.rule_result, given)
    seen = _rows(source, tables.evaluated_person, tables.evaluated_person.c.person_id.in_(ids))
    for row in seen:
        row["person_id"] = numbers[row["person_id"]]
    _insert(made, tables.evaluated_person, seen)
    return count


def _copy_facts(
    source: Connection,
    made: Connection,
    table: Table,
    ids: list[int],
    days: Days,
    numbers: Mapping[int, int],
) -> int:
    rows = source.execute(select(table).where(table.c.person_id.in_(ids)).order_by(table.c.id)).fetchall()
    if not rows:
        return 0
    columns = list(table.c.keys())
    facts = pd.DataFrame(rows, columns=columns, dtype=object)
    shown = veiled(facts, days)
    owners = facts["person_id"].tolist()
    shown["recorded"] = [
        days.moved(person, text) for person, text in zip(owners, facts["recorded"].tolist(), strict=True)
    ]
    shown["person_id"] = [numbers[one] for one in owners]
    cells = [[None if cell != cell else cell for cell in shown[name].tolist()] for name in columns]
    bulk_insert(made, table, columns, zip(*cells, strict=True))
    return len(rows)


def _rows(source: Connection, table: Table, *where: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in source.execute(select(table).where(*where))]


def _insert(made: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        made.execute(table.insert(), rows)
