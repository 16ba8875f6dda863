"""Small cells: counts that could point at somebody are hidden, and so is what would give them away.

A count from one to four is hidden; none and five or more are shown. A hidden count must not follow from the
shown ones either: not as the rest of a total, and not as the difference of two groups of which one is known
to lie within the other. What is hidden for its own sake and what is hidden to protect it look the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SMALLEST = 5
"""The smallest count that is shown, beside none."""

type Counts = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]
type Line = tuple[int | slice, int | slice]


def small(count: int) -> bool:
    """Whether a count may not be shown."""
    return 0 < count < SMALLEST


def shown_part(part: int, whole: int) -> int | None:
    """A part of a whole, or None where those in it, those left out or all of them are a small group."""
    return None if small(part) or small(whole - part) or small(whole) else part


class Ledger:
    """Counts of groups of people, as they are printed one after the other, the weightiest first.

    A group is counted unless it, or what it has more or less than a group counted before, is small. Of a
    small panel nothing is counted.
    """

    def __init__(self, everybody: frozenset[int]) -> None:
        self._closed = small(len(everybody))
        self._shown = [everybody]

    def count(self, group: frozenset[int]) -> int | None:
        """How many are in a group, or None where that may not be shown."""
        if self._closed or small(len(group)) or any(_close(group, other) for other in self._shown):
            return None
        self._shown.append(group)
        return len(group)


def _close(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether a group lies within another, and only a few people are in one alone."""
    return small(abs(len(one) - len(other))) and (one <= other or other <= one)


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
