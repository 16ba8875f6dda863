"""Glucose from a sensor over a year: how much of it lies in range, and how much stands behind that."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import median

import pandas as pd

from kanglu.dates import end_of
from kanglu.insight.history import Reading, history
from kanglu.measures.glucose import GlucoseRanges, glucose_ranges

SENSOR = "cgm_glucose"
LEAST_READINGS = 96
"""Below a day's worth of readings every quarter of an hour, shares say nothing."""
ENOUGH_DAYS, ENOUGH_COVER = 14, 70.0
"""What the consensus asks for before the shares stand for a person (Battelino 2019)."""
_LONGEST_STEP = 60.0
_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Sensed:
    """A year's readings of a sensor.

    Parameters
    ----------
    days : on how many days there are readings; `first`, `last` of them.
    cover : percent of these days' time that has readings, at the sensor's usual step; at most 100.
    """

    days: int
    first: date
    last: date
    cover: float
    ranges: GlucoseRanges

    @property
    def enough(self) -> bool:
        """Whether this is as much as the consensus asks for."""
        return self.days >= ENOUGH_DAYS and self.cover >= ENOUGH_COVER


def sensed(observations: pd.DataFrame, year: int, until: date) -> Sensed | None:
    """The readings of a sensor in a year, up to a day; None with too few (`LEAST_READINGS`)."""
    own = observations[observations["indicator"] == SENSOR]
    readings = [one for one in history(own, end_of(until)).in_year(SENSOR, year) if _timed(one)]
    if len(readings) < LEAST_READINGS:
        return None
    times = sorted({datetime.fromisoformat(one.effective) for one in readings})
    days = sorted({time.date() for time in times})
    step = median(
        [minutes for a, b in pairwise(times) if (minutes := (b - a).total_seconds() / 60) <= _LONGEST_STEP]
        or [_LONGEST_STEP]
    )
    cover = min(100.0, 100 * len(times) * step / (len(days) * _MINUTES))
    ranges = glucose_ranges([one.value for one in readings if one.value is not None])
    return Sensed(len(days), days[0], days[-1], cover, ranges)


def _timed(reading: Reading) -> bool:
    return reading.exact and reading.value is not None and len(reading.effective) > 10
