"""The measurements of one person, sorted by indicator and time, and what one year says of each.

A year's figure is the *last* value of the year. Where readings scatter within hours (blood pressure,
pulse, wearables) it is the *median* of the year's readings, with their number. A value that stands with a
comparator (``> 6.22``) is kept as it is and never averaged; a default is no answer and is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

import pandas as pd

UNSOUND = frozenset({"entered-in-error", "cancelled"})
MEDIAN_OF_YEAR = frozenset(
    {"sbp", "dbp", "heart_rate", "resting_heart_rate", "respiratory_rate", "body_temperature", "spo2"}
    | {"glucose", "cgm_glucose", "ketone", "steps", "active_minutes", "sedentary_minutes", "energy_kcal"}
    | {"distance_km", "sleep_minutes", "minutes_in_bed", "sleep_hours", "stress_level", "mood_score"}
)
_COLUMNS = (
    *("indicator", "status", "effective", "value", "value_code", "value_text", "comparator"),
    *("origin", "batch_id", "source", "original_value", "original_unit", "unit"),
)


class Reading(NamedTuple):
    """One measurement, its value in the catalogue's canonical unit, with where it came from."""

    effective: str
    value: float | None
    code: str | None
    text: str | None
    comparator: str | None
    origin: str
    batch_id: int | None
    source: str | None
    original_value: str | float | None
    original_unit: str | None
    unit: str | None

    @property
    def day(self) -> str:
        """The day it was true, or the month or year where the source says no more."""
        return self.effective[:10]

    @property
    def exact(self) -> bool:
        """A number to calculate with."""
        return self.value is not None and self.comparator is None


@dataclass(frozen=True, slots=True)
class YearValue:
    """What one calendar year says of one indicator; `reading` is the year's last."""

    indicator: str
    year: int
    how: Literal["last", "median"]
    n: int
    value: float | None
    code: str | None
    text: str | None
    comparator: str | None
    reading: Reading


class History:
    """All readings of a person up to a day, oldest first, by indicator."""

    def __init__(self, by_indicator: Mapping[str, Sequence[Reading]]) -> None:
        self._by = by_indicator
        self._years: dict[tuple[str, int], YearValue | None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._by)

    def __contains__(self, indicator: object) -> bool:
        return indicator in self._by

    def of(self, indicator: str) -> Sequence[Reading]:
        """Every reading of an indicator, oldest first; empty when there is none."""
        return self._by.get(indicator, ())

    def in_year(self, indicator: str, year: int) -> list[Reading]:
        """The readings of one calendar year, oldest first."""
        prefix = f"{year:04d}"
        return [reading for reading in self.of(indicator) if reading.effective.startswith(prefix)]

    def last(self, indicator: str) -> Reading | None:
        """The newest reading, or None."""
        readings = self.of(indicator)
        return readings[-1] if readings else None

    def year(self, indicator: str, year: int) -> YearValue | None:
        """The year's figure, or None when nothing was measured."""
        key = indicator, year
        if key not in self._years:
            self._years[key] = _year_value(indicator, year, self.in_year(indicator, year))
        return self._years[key]


def history(observations: pd.DataFrame, until: str) -> History:
    """Sort the sound observations of one person that are not later than `until` (an effective time)."""
    by: dict[str, list[Reading]] = {}
    if not observations.empty:
        for indicator, status, *parts in zip(*(_cells(observations, name) for name in _COLUMNS), strict=True):
            reading = Reading(*parts)
            dated = reading.effective is not None and reading.effective <= until
            if dated and status not in UNSOUND and reading.origin != "defaulted":
                by.setdefault(indicator, []).append(reading)
    for readings in by.values():
        readings.sort(key=lambda reading: reading.effective)
    return History(by)


def _cells(frame: pd.DataFrame, column: str) -> list[object]:
    """A column as Python values, None for what is not there (pandas says NaN)."""
    return [None if cell != cell else cell for cell in frame[column].tolist()]


def _year_value(indicator: str, year: int, readings: list[Reading]) -> YearValue | None:
    if not readings:
        return None
    last = readings[-1]
    exact = [reading.value for reading in readings if reading.value is not None and reading.exact]
    if indicator in MEDIAN_OF_YEAR and len(exact) > 1:
        return YearValue(indicator, year, "median", len(exact), median(exact), None, None, None, last)
    return YearValue(
        indicator, year, "last", len(readings), last.value, last.code, last.text, last.comparator, last
    )
