"""Where each number of a year came from: file, import, days, origin, and what was converted."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from kanglu.insight.history import History, Reading


@dataclass(frozen=True, slots=True)
class Source:
    """The measurements of one year that one file gave, with one origin.

    `indicators` in order of first appearance; `first`, `last` their days; `recorded` the instant of import.
    """

    file: str
    batch: str | None
    recorded: str | None
    origin: str
    n: int
    first: str
    last: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """A unit that sources stated and that was converted to the catalogue's, and how often."""

    indicator: str
    stated: str
    unit: str
    n: int


def sources(history: History, known: Collection[str], year: int, batches: pd.DataFrame) -> tuple[Source, ...]:
    """The sources of a year's measurements, the newest days first."""
    groups: dict[tuple[str, int | None, str], list[tuple[str, Reading]]] = defaultdict(list)
    for indicator in history:
        if indicator in known:
            for reading in history.in_year(indicator, year):
                key = file_of(reading.source), reading.batch_id, reading.origin
                groups[key].append((indicator, reading))
    labels = dict(
        zip(
            batches["id"].tolist(),
            zip(batches["label"].tolist(), batches["recorded"].tolist(), strict=True),
            strict=True,
        )
    )
    found = []
    for (file, batch, origin), members in groups.items():
        label, recorded = labels.get(batch, (None, None))
        days = [reading.day for _, reading in members]
        indicators = tuple(dict.fromkeys(indicator for indicator, _ in members))
        found.append(
            Source(
                file or label or "", label, recorded, origin, len(members), min(days), max(days), indicators
            )
        )
    return tuple(sorted(found, key=lambda source: (source.last, source.n), reverse=True))


def file_of(source: str | None) -> str:
    """The file of a source such as ``labs.csv#17``; the type of one such as ``Observation/4711``."""
    text = source or ""
    return text.rsplit("#", 1)[0] if "#" in text else text.split("/", 1)[0]


def conversions(history: History, known: Collection[str], year: int) -> tuple[Converted, ...]:
    """The units that were converted in the measurements of a year."""
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for indicator in history:
        if indicator not in known:
            continue
        for reading in history.in_year(indicator, year):
            stated, unit = reading.original_unit, reading.unit
            if stated and unit and stated != unit and _converted(reading):
                counts[indicator, stated, unit] += 1
    return tuple(Converted(*key, n) for key, n in counts.items())


def _converted(reading: Reading) -> bool:
    """Whether the number changed: another spelling of the same unit converts nothing."""
    try:
        stated = float(str(reading.original_value).lstrip("<>=≤≥ "))
        return reading.value is not None and stated != reading.value
    except ValueError:
        return False
