"""Sums over moving windows, for every day at once: how many values lie in a window, their mean, their slope.

A value enters a window on its day and leaves it on another. Between two such days nothing changes, so the
sums of all windows are running sums over these edges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kanglu.care.calendar import Floats, Ints, Longs, Mask
from kanglu.care.periods import Periods, keys, unkeyed
from kanglu.care.series import COMPARISONS, DECIMALS, Points

SCALE: Final = 10**DECIMALS
"""Values are summed as whole millionths, so that a mean on a limit is on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Running sums: from each edge to the next, what lies in the window; `sums` as given to `sums_of`."""

    person: Ints
    start: Ints
    end: Ints
    sums: tuple[Longs, ...]

    def holding(self, held: Mask) -> Periods:
        """The stretches where something is true of the sums."""
        return Periods.of(self.person[held], self.start[held], self.end[held])


def sums_of(enters: Points, leaves: Ints, weights: Sequence[Longs]) -> Sums:
    """Sums of `weights` over all windows; each value counts from its day up to, not including, `leaves`."""
    edges = np.concatenate(
        [keys(enters.person, enters.day), keys(enters.person, np.maximum(leaves, enters.day))]
    )
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    final = np.flatnonzero(np.append(edges[1:] != edges[:-1], True)[: len(edges)])
    person, day = unkeyed(edges[final])
    # Past the last edge of a person nothing is left in any window.
    inside = np.flatnonzero(person[1:] == person[:-1])
    counted = final[inside]
    sums = tuple(np.cumsum(np.concatenate([weight, -weight])[order])[counted] for weight in weights)
    return Sums(person[inside], day[inside], day[inside + 1], sums)


def whole(value: Floats) -> Longs:
    """Values as whole millionths; NaN counts nothing."""
    return np.asarray(np.rint(np.nan_to_num(value) * SCALE), dtype=np.int64)


def compare_means(total: Longs, count: Longs, limits: Mapping[str, float]) -> Mask:
    """Whether ``total / count`` is within the limits, in whole numbers; False where there is nothing."""
    held = count > 0
    for name, limit in limits.items():
        held &= COMPARISONS[name](total, round(limit * SCALE) * count)
    return held
