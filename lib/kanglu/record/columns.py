"""Facts of many people as numpy columns, for those who work on the whole panel at once.

What is read is *standing* at a moment: known by then, not corrected by then, not withdrawn. What is effective
after the day asked for is among it; the caller decides. Corrections are few, so the rows that they replace
are fetched first and dropped, in place of a subquery for each row.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Column, ColumnElement, Connection, Integer, Table, select
from sqlalchemy.sql.sqltypes import Double

from kanglu.record import tables
from kanglu.record.identity import chunks
from kanglu.record.listed import UNSOUND
from kanglu.record.moment import Moment
from kanglu.record.opened import in_china

type Ints = npt.NDArray[np.int64]
type People = tuple[int, int] | Sequence[int]
"""A range of ids, both ends included, or a list of ids."""

PEOPLE_A_QUERY = 500
RECORDED = "recorded_day"
EPOCH = date(1970, 1, 1)


def read_columns(
    connection: Connection,
    name: str,
    columns: Sequence[str],
    moment: Moment,
    ids_from: int,
    ids_to: int,
    where: Sequence[ColumnElement[bool]] = (),
) -> dict[str, npt.NDArray[Any]]:
    """The standing facts of one kind about the people of a range of ids, in no order.

    Parameters
    ----------
    name, columns : the table of a kind of fact, and which of its columns; ``recorded_day`` is the day in
        China on which the record learned of it, in days since 1970-01-01 (int32).
    ids_from, ids_to : the range, both ends included.
    where : further conditions on the table.

    Returns
    -------
    One array a column: int64, float64 (NaN for nothing) or objects (None for nothing).
    """
    return _columns(connection, name, columns, moment, [(ids_from, ids_to)], where)


def read_columns_of(
    connection: Connection,
    name: str,
    columns: Sequence[str],
    moment: Moment,
    ids: Sequence[int],
    where: Sequence[ColumnElement[bool]] = (),
) -> dict[str, npt.NDArray[Any]]:
    """As `read_columns`, about the people of a list of ids."""
    return _columns(connection, name, columns, moment, portions(ids), where)


def _columns(
    connection: Connection,
    name: str,
    columns: Sequence[str],
    moment: Moment,
    people: Iterable[People],
    where: Sequence[ColumnElement[bool]],
) -> dict[str, npt.NDArray[Any]]:
    table = tables.FACTS[name]
    wanted = [table.c["recorded" if column == RECORDED else column] for column in ("id", *columns)]
    rows: list[tuple[Any, ...]] = []
    for some in people:
        query = select(*wanted).where(
            among(table, some),
            table.c.recorded <= moment.recorded_until,
            table.c.status.not_in(UNSOUND),
            *where,
        )
        rows += fetched(connection, query)
    by_column = list(zip(*rows, strict=True)) or [()] * len(wanted)
    ids = np.array(by_column[0], dtype=np.int64)
    stands = np.isin(ids, replaced(connection, table, moment), invert=True)
    return {
        name: (days_in_china(values) if name == RECORDED else array(column, values))[stands]
        for name, column, values in zip(columns, wanted[1:], by_column[1:], strict=True)
    }


def fetched(connection: Connection, query: Any, parameters: dict[str, Any] | None = None) -> list[Any]:
    """All rows of a query as the driver makes them, without SQLAlchemy's own around them."""
    cursor: Any = connection.execute(query, parameters or {}).cursor
    rows: list[Any] = cursor.fetchall()
    return rows


def portions(ids: Iterable[int]) -> Iterator[People]:
    """The ids in portions, each as a range where it has no gaps: that spares the database a list."""
    for some in chunks(sorted(set(ids)), PEOPLE_A_QUERY):
        first, last = some[0], some[-1]
        yield (first, last) if last - first == len(some) - 1 else some


def among(table: Table, people: People) -> ColumnElement[bool]:
    """The rows of these people."""
    if isinstance(people, tuple):
        return table.c.person_id.between(*people)
    return table.c.person_id.in_(people)


def replaced(connection: Connection, table: Table, moment: Moment) -> Ints:
    """Ids of the rows of a table that were corrected by then, through its partial index."""
    query = select(table.c.replaces).where(
        table.c.replaces.is_not(None), table.c.recorded <= moment.recorded_until
    )
    return np.array([row[0] for row in fetched(connection, query)], dtype=np.int64)


def days_in_china(instants: Sequence[str]) -> npt.NDArray[np.int32]:
    """The local days of recorded instants; those of a batch are one, so that few are distinct."""
    day_of = {text: (in_china(text).date() - EPOCH).days for text in set(instants)}
    return np.fromiter((day_of[text] for text in instants), dtype=np.int32, count=len(instants))


def array(column: Column[Any], values: Sequence[Any]) -> npt.NDArray[Any]:
    """One column's values as an array of its type."""
    if isinstance(column.type, Double):
        return np.array(values, dtype=np.float64)
    if isinstance(column.type, Integer) and not column.nullable:
        return np.array(values, dtype=np.int64)
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
