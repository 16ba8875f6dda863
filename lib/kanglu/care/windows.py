"""Sums over moving windows, for every day at once: how many values lie in a window, their mean, their slope.

A value enters a window on its day and leaves it on another. Between two such days nothing changes, so the
sums of all windows are running sums over these edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import Floats, Ints, Longs, Mask
from kanglu.care.periods import Periods, keys
from kanglu.care.series import Points

SCALE = 1_000_000
"""Values are summed as whole millionths, so that a mean on a limit is on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Running sums: from each edge to the next, what lies in the window; `sums` as given to `sums_of`."""

    person: Ints
    start: Ints
    end: Ints
    sums: tuple[npt.NDArray[np.int64 | np.float64], ...]

    def holding(self, held: Mask) -> Periods:
        """The stretches where something is true of the sums."""
        return Periods.of(self.person[held], self.start[held], self.end[held])


def sums_of(enters: Points, leaves: Ints, weights: Sequence[npt.NDArray[np.int64 | np.float64]]) -> Sums:
    """Sums of `weights` over all windows; each value counts from its day up to, not including, `leaves`."""
    edges = np.concatenate([keys(enters.person, enters.day), keys(enters.person, leaves)])
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    final = np.flatnonzero(np.append(edges[1:] != edges[:-1], True)) if len(edges) else order
    sums = tuple(np.cumsum(np.concatenate([weight, -weight])[order])[final] for weight in weights)
    person = np.concatenate([enters.person, enters.person])[order][final]
    day = np.concatenate([enters.day, leaves])[order][final]
    end = np.append(day[1:], 0).astype(np.int32)
    inside = np.append(person[1:] == person[:-1], False)
    return Sums(person[inside], day[inside], end[inside], tuple(total[inside] for total in sums))


def whole(value: Floats) -> Longs:
    """Values as whole millionths; NaN counts nothing."""
    return np.asarray(np.rint(np.nan_to_num(value) * SCALE), dtype=np.int64)


def compare_scaled(total: Longs, count: Longs, limits: dict[str, float]) -> Mask:
    """Whether ``total / count`` is within the limits, in whole numbers; False where there is nothing."""
    held = count > 0
    for name, limit in limits.items():
        bound = round(limit * SCALE) * count
        held &= {
            "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
        }[name](total, bound)  # fmt: skip
    return np.asarray(held)


def compare(value: Floats, limits: dict[str, float]) -> Mask:
    """Whether numbers are within the limits; NaN is not."""
    held = ~np.isnan(value)
    with np.errstate(invalid="ignore"):
        for name, limit in limits.items():
            held &= {
                "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
            }[name](value, limit)  # fmt: skip
    return np.asarray(held)
