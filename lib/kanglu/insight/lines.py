"""A person's indicators over the years: the points of a trend chart, its slope, and the gaps in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Literal

from kanglu.catalogue import Catalogue
from kanglu.dates import year_at
from kanglu.insight.findings import About, in_order
from kanglu.insight.history import History, Reading
from kanglu.insight.limits import Limits
from kanglu.measures import Trend, trend

YEARS = 5
"""How many calendar years a report looks back, its own included."""
MOST_POINTS = 40
"""More readings than this are drawn as the median of each month."""
GAP_YEARS = 1.5
"""A stretch without a value that a line does not cross."""
ENOUGH_YEARS = 3
"""In how many calendar years there must be values before a trend is spoken of."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (years, with a fraction); several readings may stand behind it.

    `when` is its day, or the month or year that is all that is known, as ISO text.
    """

    at: float
    value: float
    comparator: str | None
    when: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator over the years of the report.

    Parameters
    ----------
    by : what a point is: a reading, or the median of a month's readings.
    slope : the robust slope per year with its interval, or None with values in too few years.
    gaps : stretches without a value, (from, to) in years.
    """

    indicator: str
    points: tuple[Point, ...]
    by: Literal["reading", "month"]
    limits: Limits | None
    slope: Trend | None
    gaps: tuple[tuple[float, float], ...]

    @property
    def rising(self) -> bool | None:
        """True or False when the whole interval of the slope says so, else None."""
        if self.slope is None or self.slope.low is None or self.slope.high is None:
            return None
        return True if self.slope.low > 0 else False if self.slope.high < 0 else None


def lines(catalogue: Catalogue, history: History, about: About, year: int) -> tuple[Line, ...]:
    """The key indicators with numbers in at least `ENOUGH_YEARS` of the years up to `year`, in order."""
    found = []
    for name in in_order(catalogue, history):
        if not catalogue.indicators[name].key:
            continue
        readings = [r for r in history.of(name) if r.value is not None and _in_years(r, year)]
        if len({reading.effective[:4] for reading in readings}) >= ENOUGH_YEARS:
            found.append(line(name, readings, about.limits(catalogue, name)))
    return tuple(found)


def _in_years(reading: Reading, year: int) -> bool:
    return year - YEARS < int(reading.effective[:4]) <= year


def line(name: str, readings: Sequence[Reading], limits: Limits | None, most: int = MOST_POINTS) -> Line:
    """The line of an indicator's readings, oldest first: all that are numbers, or the medians of months.

    Parameters
    ----------
    limits : what they are held against.
    most : with more points than this, months stand for readings.
    """
    by: Literal["reading", "month"] = "reading"
    points = [
        Point(year_at(reading.effective), reading.value, reading.comparator, reading.day)
        for reading in readings
        if reading.value is not None
    ]
    if len(points) > most:
        by, points = "month", _monthly(readings)
    points.sort(key=lambda point: point.at)  # a month or a year sorts before its days, but stands amid them
    exact = [point for point in points if point.comparator is None]
    enough = len({int(point.at) for point in exact}) >= ENOUGH_YEARS
    slope = trend([point.at for point in exact], [point.value for point in exact]) if enough else None
    gaps = tuple((a.at, b.at) for a, b in pairwise(points) if b.at - a.at > GAP_YEARS)
    return Line(name, tuple(points), by, limits, slope, gaps)


def _monthly(readings: Sequence[Reading]) -> list[Point]:
    exact = [reading for reading in readings if reading.exact and reading.value is not None]
    return [
        Point(year_at(month), median(r.value for r in group if r.value is not None), None, month)
        for month, group in groupby(exact, key=lambda reading: reading.effective[:7])
    ]
