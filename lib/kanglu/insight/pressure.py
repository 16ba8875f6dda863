"""Blood pressure of a time: how much it varies from day to day, and how often it is where it should be."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kanglu.catalogue import Catalogue
from kanglu.insight.findings import About
from kanglu.insight.history import History
from kanglu.insight.limits import Limits
from kanglu.measures import TimeInRange, Variability, time_in_range, variability

ENOUGH_DAYS = 5
"""On fewer days, variability says more of chance than of the person (three are the least, five preferred)."""
LONGEST_GAP = 56
"""Days between two readings over which nothing is interpolated (Rosendaal 1993)."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """A time of readings with both values, one a day (the median of the day's).

    Parameters
    ----------
    days : on how many days; `first`, `last` of them.
    within : on how many days both values were within their limits.
    in_range : share of the time that systolic pressure was, by linear interpolation; None where the
        readings lie too far apart.
    """

    days: int
    first: date
    last: date
    within: int
    systolic: Variability
    diastolic: Variability
    in_range: TimeInRange | None
    limits: tuple[Limits, Limits]


def pressure(history: History, about: About, catalogue: Catalogue, year: int) -> Pressure | None:
    """The year's blood pressure; None with too few days (`ENOUGH_DAYS`), or no limits for the person."""
    return pressure_between(history, about, catalogue, date(year, 1, 1), date(year, 12, 31))


def pressure_between(
    history: History, about: About, catalogue: Catalogue, since: date, until: date
) -> Pressure | None:
    """The same from one day to another, both counting."""
    systolic, diastolic = (by_day(history, name, since, until) for name in ("sbp", "dbp"))
    days = sorted(systolic.keys() & diastolic.keys())
    above, below = (about.limits(catalogue, name) for name in ("sbp", "dbp"))
    if len(days) < ENOUGH_DAYS or above is None or below is None:
        return None
    high = np.array([systolic[day] for day in days])
    low = np.array([diastolic[day] for day in days])
    within = sum(
        above.side(one) == "in" and below.side(other) == "in" for one, other in zip(high, low, strict=True)
    )
    ordinals = np.array([day.toordinal() for day in days], dtype=float)
    dense = bool((np.diff(ordinals) <= LONGEST_GAP).all())
    return Pressure(
        len(days),
        days[0],
        days[-1],
        within,
        variability(high),
        variability(low),
        time_in_range(ordinals, high, *_closed(above)) if dense else None,
        (above, below),
    )


def _closed(limits: Limits) -> tuple[float, float]:
    """The limits as numbers that are themselves inside."""
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    return (
        low if limits.low_inclusive else float(np.nextafter(low, np.inf)),
        high if limits.high_inclusive else float(np.nextafter(high, -np.inf)),
    )


def by_day(history: History, indicator: str, since: date, until: date) -> dict[date, float]:
    """The median of each day's exact readings, from one day to another, both counting."""
    values: dict[date, list[float]] = {}
    first, last = since.isoformat(), until.isoformat()
    for reading in history.of(indicator):
        known = reading.exact and reading.value is not None and len(reading.day) == len(first)
        if known and reading.value is not None and first <= reading.day <= last:
            values.setdefault(date.fromisoformat(reading.day), []).append(reading.value)
    return {day: float(np.median(some)) for day, some in values.items()}
