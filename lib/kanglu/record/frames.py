"""Rows of the database as DataFrames: numbers as float64, ids as int64, everything else as text.

One query serves many people; the frame is then cut into slices, one a person, without copying.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, Table, func, select
from sqlalchemy.sql.sqltypes import Double

from kanglu.record import tables
from kanglu.record.facts import KINDS
from kanglu.record.moment import Moment, current, standing

COLUMNS: Mapping[str, tuple[str, ...]] = {
    kind.table: ("id", "batch_id", "recorded", *kind.fields) for kind in KINDS
}
"""Columns of the frame of each kind of fact, in order."""
AHEAD = frozenset(kind.table for kind in KINDS if kind.ahead)
"""Kinds that count before they are effective."""


def frame(table: Table, columns: Sequence[str], rows: Sequence[Row[Any] | tuple[Any, ...]]) -> pd.DataFrame:
    """Rows as a frame whose types do not depend on what is in them."""
    by_column: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ((),) * len(columns)
    data: dict[str, Any] = {}
    for name, values in zip(columns, by_column, strict=True):
        kind = table.c[name].type
        if isinstance(kind, Double):
            data[name] = np.array(values, dtype=np.float64)
        elif isinstance(kind, Integer):
            data[name] = np.array(values, dtype=np.int64)
        else:
            data[name] = pd.array(np.array(values, dtype=object), dtype="str")
    return pd.DataFrame(data, copy=False)


def facts_of(
    connection: Connection,
    name: str,
    people: Sequence[int],
    moment: Moment,
    *where: ColumnElement[bool],
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The facts of one kind about some people at the moment, by person, effective time and id.

    What has no effective time comes first; appointments that lie ahead are among them. `columns` leaves some
    out; all of `COLUMNS` when None.
    """
    table, wanted = tables.FACTS[name], columns or COLUMNS[name]
    holding = standing if name in AHEAD else current
    query: Select[Any] = (
        select(*(table.c[column] for column in wanted))
        .where(table.c.person_id.in_(people), holding(table, moment), *where)
        .order_by(table.c.person_id, func.coalesce(table.c.effective, ""), table.c.id)
    )
    return frame(table, wanted, connection.execute(query).fetchall())


def rows_in(facts: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Some columns of a frame as Python values, a tuple a row; None for what is not there."""
    cells = ([None if cell != cell else cell for cell in facts[name].tolist()] for name in columns)
    return zip(*cells, strict=True)


def split(facts: pd.DataFrame, people: Sequence[int]) -> list[pd.DataFrame]:
    """The slice of each person, in the order of `people`; `facts` are sorted by person.

    People without facts share one empty frame: the slices are for reading.
    """
    owners: npt.NDArray[np.int64] = facts["person_id"].to_numpy()
    starts = np.searchsorted(owners, people, side="left").tolist()
    ends = np.searchsorted(owners, people, side="right").tolist()
    empty = facts.iloc[:0]
    return [
        _rows(facts, start, end) if end > start else empty for start, end in zip(starts, ends, strict=True)
    ]


def _rows(facts: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    part = facts.iloc[start:end]
    part.index = pd.RangeIndex(end - start)
    return part
