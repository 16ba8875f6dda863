"""k-anonymity of a table: every row is like at least k - 1 others in all that others may know of a person.

The whole column is told at one step of its ladder (full-domain generalisation, Samarati and Sweeney 1998). Of
all combinations of steps the one is taken that loses least, by Sweeney's precision (2002: the mean of each
column's step over the height of its ladder), and of which no more than a given share of rows is in classes
smaller than k; those rows are left out. No other row is changed by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.errors import RecordError
from kanglu.insight.extract.columns import Ladder, Rung

type Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Anonymous:
    """A table told so that nobody's row is rarer than k.

    Parameters
    ----------
    rows : the quasi-identifiers as they are told, with the index of the rows that stay.
    rungs : the step of each column.
    classes : for each row that stays the number of its equivalence class, from 0.
    suppressed : how many rows are left out.
    """

    rows: pd.DataFrame
    rungs: Mapping[str, Rung]
    classes: Ints
    suppressed: int

    @property
    def sizes(self) -> Ints:
        """How many rows each class has."""
        return np.bincount(self.classes).astype(np.int64)

    @property
    def k(self) -> int:
        """The size of the smallest class."""
        return int(self.sizes.min())


def anonymous(
    quasi: pd.DataFrame, ladders: Mapping[str, Ladder], k: int, most_suppressed: float
) -> Anonymous:
    """Tell a table's quasi-identifiers as finely as k-anonymity lets them be told.

    Parameters
    ----------
    quasi : the quasi-identifiers, ungeneralised, one row a person; without a column all rows are alike.
    ladders : the ladder of each column.
    k : the fewest rows that may be alike.
    most_suppressed : the share of rows that may be left out, 0 to 1, before a coarser step is taken.

    Raises `RecordError` for a table of fewer rows than k: no step makes that one anonymous.
    """
    if len(quasi) < k:
        raise RecordError(
            f"{len(quasi)} people cannot be made {k}-anonymous.",
            remedy="Choose a larger panel, or a smaller k.",
        )
    names = list(quasi.columns)
    cells, cell_of = _cells(quasi)
    weights = np.bincount(cell_of, minlength=len(cells)).astype(np.int64)
    said = {name: [_told(cells[name], rung) for rung in ladders[name].rungs] for name in names}
    best: tuple[float, int, tuple[int, ...]] | None = None
    for steps in product(*(range(len(ladders[name].rungs)) for name in names)):
        loss = sum(step / (len(ladders[name].rungs) - 1) for name, step in zip(names, steps, strict=True))
        if best is not None and loss > best[0]:
            continue
        sizes = _sizes([said[name][step] for name, step in zip(names, steps, strict=True)], weights)
        suppressed = int(weights[sizes < k].sum())
        if suppressed <= most_suppressed * len(quasi):
            found = (loss, suppressed, steps)
            best = found if best is None else min(best, found)
    assert best is not None  # where nothing is told, all are alike
    return _as_told(quasi, cells, cell_of, weights, ladders, best[2], k)


def _cells(quasi: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """The distinct rows, and for each row the number of its like."""
    if not len(quasi.columns):
        return pd.DataFrame(index=[0]), np.zeros(len(quasi), dtype=np.int64)
    grouped = quasi.groupby(list(quasi.columns), dropna=False, sort=False).ngroup()
    numbers: Ints = np.asarray(grouped, dtype=np.int64)
    first: Ints = np.unique(numbers, return_index=True)[1].astype(np.int64)
    return quasi.iloc[first].reset_index(drop=True), numbers


def _told(values: "pd.Series[Any]", rung: Rung) -> Ints:
    """The numbers of the labels that a step gives."""
    codes, _ = pd.factorize(np.array([rung.label(one) for one in values.tolist()], dtype=object))
    return codes.astype(np.int64)


def _joined(columns: list[Ints], size: int) -> Ints:
    """One number for each distinct combination."""
    if not columns:
        return np.zeros(size, dtype=np.int64)
    whole = np.column_stack(columns)
    return np.unique(whole, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _sizes(columns: list[Ints], weights: Ints) -> Ints:
    """For each distinct row the number of people in its class."""
    joined = _joined(columns, len(weights))
    return np.bincount(joined, weights=weights).astype(np.int64)[joined]


def _as_told(
    quasi: pd.DataFrame,
    cells: pd.DataFrame,
    cell_of: Ints,
    weights: Ints,
    ladders: Mapping[str, Ladder],
    steps: tuple[int, ...],
    k: int,
) -> Anonymous:
    rungs = {str(name): ladders[name].rungs[step] for name, step in zip(quasi.columns, steps, strict=True)}
    labels = {name: [rung.label(one) for one in cells[name].tolist()] for name, rung in rungs.items()}
    codes = [pd.factorize(np.array(column, dtype=object))[0].astype(np.int64) for column in labels.values()]
    stays = (_sizes(codes, weights) >= k)[cell_of]
    rows = {name: np.array(column, dtype=object)[cell_of[stays]] for name, column in labels.items()}
    classes = np.unique(_joined(codes, len(weights))[cell_of[stays]], return_inverse=True)[1]
    return Anonymous(
        pd.DataFrame(rows, index=quasi.index[stays], columns=list(rungs)),
        rungs,
        classes.astype(np.int64),
        int((~stays).sum()),
    )
