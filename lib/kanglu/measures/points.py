"""Points tables: what a value is worth, and which items of a points score gave any."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Input
from kanglu.measures.score import Contributor, Places

type Steps = tuple[tuple[float, int], ...]
"""From which value on (inclusive) how many points."""


def points(value: Floats, steps: Steps) -> Floats:
    """The points of values on a table of steps; NaN for NaN."""
    edges, worth = (np.array(part, dtype=np.float64) for part in zip(*steps, strict=True))
    found = worth[np.maximum(np.searchsorted(edges, value, side="right") - 1, 0)]
    return np.where(np.isnan(value), np.nan, found)


def just_above(edge: float) -> float:
    """The next number above an edge that still belongs to the step below it."""
    return float(np.nextafter(edge, np.inf))


def added(values: Iterable[Floats]) -> Floats:
    """The sum of columns; NaN where any is."""
    columns = iter(values)
    total = next(columns).copy()
    for column in columns:
        total += column
    return total


def reached(values: Floats, edges: Sequence[float | Floats]) -> Places:
    """How many of the edges each value has reached; none for NaN."""
    place = np.zeros(values.shape, dtype=np.int8)
    for edge in edges:
        place += (values >= edge).view(np.int8)
    return place


def given_points(
    items: Mapping[str, Floats], inputs: tuple[Input, ...], size: int
) -> list[tuple[Contributor, ...]]:
    """Of each row, the items (by the inputs' keys) that gave points, the most first."""
    labels = {item.key: item.label for item in inputs}
    return [
        tuple(
            sorted(
                (
                    Contributor(key, labels[key], float(worth[row]), "points")
                    for key, worth in items.items()
                    if worth[row] > 0
                ),
                key=lambda contributor: -contributor.effect,
            )
        )
        for row in range(size)
    ]
