"""The measurements of one person, sorted by indicator and time, and what one year says of each.

A year's figure is the *last* value of the year. Where readings scatter within hours (blood pressure,
pulse, wearables) it is the *median* of the year's readings, with their number. A value that stands with a
comparator (``> 6.22``) is kept as it is and never averaged; a default is no answer and is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, NamedTuple

import pandas as pd

from kanglu.record.listed import UNSOUND

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
        self._in_years: dict[str, dict[str, list[Reading]]] = {}
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
        if indicator not in self._in_years:
            years: dict[str, list[Reading]] = {}
            for reading in self.of(indicator):
                years.setdefault(reading.effective[:4], []).append(reading)
            self._in_years[indicator] = years
        return self._in_years[indicator].get(f"{year:04d}", [])

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
    """Sort the sound observations of one person that are not later than `until` (an effective time).

    Of several at one time, the one that the record holds last counts as the last.
    """
    by: dict[str, list[Reading]] = {}
    for indicator, reading in _sound(observations):
        if reading.effective <= until:
            by.setdefault(indicator, []).append(reading)
    for readings in by.values():
        readings.sort(key=lambda reading: reading.effective)
    return History(by)


def later(observations: pd.DataFrame, until: str) -> int:
    """How many sound observations lie after `until`."""
    return sum(reading.effective > until for _, reading in _sound(observations))


def last_day(observations: pd.DataFrame, until: str) -> str | None:
    """The newest full day up to `until` on which something was observed."""
    days = {reading.day for _, reading in _sound(observations) if reading.effective <= until}
    return max((day for day in days if len(day) == 10), default=None)


def _sound(observations: pd.DataFrame) -> Iterator[tuple[str, Reading]]:
    """The dated observations that are neither withdrawn nor a default, by indicator."""
    for indicator, status, *parts in zip(*(_cells(observations, name) for name in _COLUMNS), strict=True):
        reading = Reading(*parts)
        if reading.effective is not None and status not in UNSOUND and reading.origin != "defaulted":
            yield indicator, reading


def _cells(frame: pd.DataFrame, column: str) -> list[Any]:
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
