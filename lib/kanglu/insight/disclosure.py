"""Small cells: counts that could point at somebody are hidden, and so is what would give them away.

A count from one to four is hidden; none and five or more are shown. A hidden count must not follow from the
shown ones either, however they are added and subtracted: not as the rest of a total, and not as the
difference of two groups of which one is known to lie within the other. What is hidden for its own sake and
what is hidden to protect it look the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

SMALLEST = 5
"""The smallest count that is shown, beside none."""

type Counts = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Group = frozenset[int] | Counts
type Mask = npt.NDArray[np.bool_]
type Line = tuple[int | slice, int | slice]

_EXACT: Final = 1e-8
"""Below this a length is nought: the rows are whole numbers."""


def small(count: int) -> bool:
    """Whether a count may not be shown."""
    return 0 < count < SMALLEST


def shown_part(part: int, whole: int) -> int | None:
    """A part of a whole, or None where those in it, those left out or all of them are a small group."""
    return None if small(part) or small(whole - part) or small(whole) else part


def shown_counts[K](everybody: frozenset[int], groups: Mapping[K, Group]) -> dict[K, int | None]:
    """How many are in each group, or None where that may not be shown; the weightiest group comes first.

    Not shown are small groups, and what would give away one, or the few who are in the same groups, or the
    few by whom a group is more than one that it holds. It is held against somebody who sees all shown counts,
    knows which groups overlap, and adds and subtracts: nothing secret may be determined by the linear system.
    Nothing is shown of a small panel.

    Parameters
    ----------
    everybody : the panel; its size is known.
    groups : of people, each once; or for visits, tasks … whose each is. Small is what few people have.
    """
    arrays = [_items(everybody), *map(_items, groups.values())]
    if small(len(everybody)):
        return dict.fromkeys(groups)
    told = _Told(arrays)
    told.show(0)
    return {key: len(arrays[at]) if told.show(at) else None for at, key in enumerate(groups, start=1)}


def _items(group: Group) -> Counts:
    return np.fromiter(group, dtype=np.int64, count=len(group))


class _Told:
    """What follows from the counts that are shown so far.

    A count is a row of a matrix: how many of it each person has. People who are in the same groups are one
    column. What follows from shown counts is what their rows span; how many of a kind there are follows when
    the share of its column in that span (`_known`) is one.
    """

    def __init__(self, groups: Sequence[Counts]) -> None:
        self._people = [len(np.unique(group)) for group in groups]
        matrix, weights = _matrix(groups)
        secrets = [matrix[at] for at, size in enumerate(self._people) if small(size)]
        secrets += list(_sums(secrets, weights)) + list(_differences(matrix, weights, self._people))
        # Turned round so that no more columns are left than there are rows.
        self._turn = np.linalg.qr(matrix.T)[0]
        self._few = self._turn[weights < SMALLEST]
        self._known = np.zeros(len(self._few))
        self._rows = matrix @ self._turn
        self._secrets = (
            np.array(secrets).reshape(len(secrets), -1 if secrets else matrix.shape[1]) @ self._turn
        )
        self._norms = np.linalg.norm(self._secrets, axis=1)
        self._shown = np.zeros((0, self._rows.shape[1]))

    def show(self, at: int) -> bool:
        """Show a count unless it is small, or would give a secret away; whether it is shown."""
        if small(self._people[at]):
            return False
        row = self._rows[at]
        for _twice in range(2):  # once is not exact
            row = row - (self._shown @ row) @ self._shown
        length = np.linalg.norm(row)
        if length <= _EXACT * max(1.0, float(np.linalg.norm(self._rows[at]))):
            return True
        row = row / length
        left = self._secrets - np.outer(self._secrets @ row, row)
        known = self._known + (self._few @ row) ** 2
        if (np.linalg.norm(left, axis=1) <= _EXACT * self._norms).any() or (known >= 1 - _EXACT).any():
            return False
        self._secrets, self._known, self._shown = left, known, np.vstack([self._shown, row])
        return True


def _matrix(groups: Sequence[Counts]) -> tuple[Floats, Counts]:
    """How many of each group's things each kind of person has, and how many people are of each kind."""
    people, column = np.unique(np.concatenate(groups), return_inverse=True)
    rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    # People of one kind are found by a sum of random numbers, one for each group that they are in.
    marks = np.random.default_rng(0).integers(1, 2**62, len(groups), dtype=np.uint64)
    sums = np.zeros(len(people), dtype=np.uint64)
    np.add.at(sums, column, marks[rows])
    kind_of, weights = np.unique(sums, return_inverse=True, return_counts=True)[1:]
    first = np.unique(kind_of, return_index=True)[1]
    one_of_each = np.zeros(len(people), dtype=bool)
    one_of_each[first] = True
    taken = one_of_each[column]
    matrix = np.zeros((len(groups), len(weights)))
    np.add.at(matrix, (rows[taken], kind_of[column[taken]]), 1)
    return matrix, weights.astype(np.int64)


def _sums(few: Sequence[Floats], weights: Counts) -> Iterator[Floats]:
    """Of two small groups that have nobody in common, who is in either, where those are few as well."""
    for one, other in combinations(few, 2):
        if not (one * other).any() and weights[(one + other) > 0].sum() < SMALLEST:
            yield one + other


def _differences(matrix: Floats, weights: Counts, people: Sequence[int]) -> Iterator[Floats]:
    """What a group has more than another that it holds, where that is of few people."""
    for larger, smaller in permutations(range(len(people)), 2):
        if people[smaller] and 0 <= people[larger] - people[smaller] < SMALLEST:
            more = matrix[larger] - matrix[smaller]
            if (more >= 0).all() and small(int(weights[more > 0].sum())):
                yield more


def hidden_in_table(counts: npt.ArrayLike) -> Mask:
    """Which cells of a table to hide, its last row and column being its totals.

    The grand total stays; where even that is small, everything goes.
    """
    table: Counts = np.asarray(counts, dtype=np.int64)
    if small(int(table[-1, -1])):
        return np.ones(table.shape, dtype=bool)
    hide: Mask = np.asarray((table > 0) & (table < SMALLEST))
    # Inner cells go before totals; the grand total is no choice at all.
    price = table.copy()
    price[-1] += table[-1, -1]
    price[:, -1] += table[-1, -1]
    lines: list[Line] = [np.s_[row, :] for row in range(table.shape[0])] + [
        np.s_[:, at] for at in range(table.shape[1])
    ]
    while (line := _betraying(table, hide, lines)) is not None:
        if not _one_more(table[line], hide[line], price[line]) or hide[-1, -1]:
            return np.ones_like(hide)
    return hide


def small_cells_hidden(table: pd.DataFrame) -> pd.DataFrame:
    """A table of counts with its totals, as `pandas.crosstab(…, margins=True)` makes it, fit to be shown.

    Small cells, and what would give them away, are missing (``<NA>``), see `hidden_in_table`.
    """
    return table.astype("Int64").mask(pd.DataFrame(hidden_in_table(table), table.index, table.columns))


def _narrow(hidden: Counts) -> bool:
    """Whether the known sum of hidden counts says more of one of them than that it is from one to four."""
    return int(hidden.sum()) < len(hidden) + SMALLEST - 2


def _betraying(table: Counts, hide: Mask, lines: Sequence[Line]) -> Line | None:
    """A line, its total last, that gives a hidden cell away by itself; else one that does with others."""
    for line in lines:
        hidden = table[line][hide[line]]
        if len(hidden) == 1 or (len(hidden) and not hide[line][-1] and _narrow(hidden)):
            return line
    computable = _computable(hide)
    return next((line for line in lines if computable[line].any()), None)


def _computable(hide: Mask) -> Mask:
    """Which hidden cells follow from the shown ones, every line's cells adding up to its total."""
    cells = np.argwhere(hide)
    found = np.zeros_like(hide)
    if not len(cells):
        return found
    sums = np.zeros((sum(hide.shape), len(cells)))
    each = np.arange(len(cells))
    sums[cells[:, 0], each] = 1
    sums[hide.shape[0] + cells[:, 1], each] = 1
    _left, weights, basis = np.linalg.svd(sums)
    free = basis[int((weights > 1e-9).sum()) :]
    found[tuple(cells.T)] = np.abs(free).max(axis=0, initial=0.0) < 1e-9
    return found


def _one_more(cells: Counts, hide: Mask, price: npt.NDArray[Any]) -> bool:
    """Hide the cheapest shown cell of a line, one with nobody in it last; False where none is left."""
    shown = np.flatnonzero(~hide)
    if not len(shown):
        return False
    cost = np.where(cells[shown] > 0, price[shown], np.iinfo(np.int64).max)
    hide[shown[np.argmin(cost)]] = True
    return True
