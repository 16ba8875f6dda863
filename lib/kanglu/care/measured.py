"""On which days conditions about measured values hold: the latest, all or so many, their mean, a streak."""

from typing import Final

import numpy as np

from kanglu.care import windows
from kanglu.care.calendar import Ints, Longs, leaves_at, stretch_ends
from kanglu.care.periods import Periods, all_of
from kanglu.care.readings import Readings
from kanglu.care.series import Points, Series, until_next
from kanglu.care.units import run_length, unit_end, unit_of
from kanglu.catalogue.criteria import Count, Every, Latest, Mean, OnDay, Streak

_LONG_UNITS: Final = frozenset({"week", "month"})


def latest(readings: Readings, wanted: Latest) -> Periods:
    """From each day whose value is as wanted up to the next day with a value, or until it is too long ago."""
    points, ok, _ = readings.daily(wanted)
    leaves = None if wanted.within is None else leaves_at(points.day, wanted.within)
    return until_next(points, ok, leaves)


def on_day(readings: Readings, wanted: OnDay) -> Periods:
    """The days whose value is as wanted."""
    points, ok, _ = readings.daily(wanted)
    return Periods.of(points.person[ok], points.day[ok], points.day[ok] + np.int32(1))


def every(readings: Readings, wanted: Every) -> Periods:
    """Where all values of the window are as wanted, and there are enough."""
    points, ok, _ = readings.daily(wanted)
    sums = windows.sums_of(
        points, stretch_ends(points.day, wanted.within), (_ones(points), ok.astype(np.int64))
    )
    count, good = sums.sums
    return sums.holding((count >= wanted.at_least) & (good == count))


def count(readings: Readings, wanted: Count) -> Periods:
    """Where so many days, weeks, months or readings of the window are as wanted."""
    points, unit = _counted(readings, wanted)
    leaves = stretch_ends(points.day, wanted.within)
    if wanted.each != "reading":
        # Of one unit only its newest reading counts at a time, so that none counts twice.
        again = np.append((points.person[1:] == points.person[:-1]) & (unit[1:] == unit[:-1]), False)
        leaves = np.where(again[: len(points)], np.minimum(leaves, points.next_day()), leaves)
    sums = windows.sums_of(points, leaves, (_ones(points),))
    parts = []
    if wanted.at_least is not None:
        parts.append(sums.holding(sums.sums[0] >= wanted.at_least))
    if wanted.at_most is not None:
        parts.append(sums.holding(sums.sums[0] > wanted.at_most).not_on(len(readings.block)))
    return all_of(parts)


def _counted(readings: Readings, wanted: Count) -> tuple[Points, Ints]:
    """What is as wanted, and of which unit: single readings, or days where these have one value."""
    series = readings.series(wanted.of, wanted.at)
    if not (wanted.has_numbers or wanted.codes):
        points = series.at
    elif wanted.each != "reading" and (wanted.day or series.day_rule):
        points, ok, _ = readings.daily(wanted)
        points = points.where(ok)
    else:
        points = series.at.where(series.satisfied(readings.scaled(wanted, wanted.of)))
    return points, unit_of(points.day, wanted.each)


def mean(readings: Readings, wanted: Mean) -> Periods:
    """Where the mean of the window's exact values is as wanted, and there are enough."""
    points, _, value = readings.daily(wanted)
    exact = ~np.isnan(value)
    points, value = points.where(exact), value[exact]
    sums = windows.sums_of(
        points, stretch_ends(points.day, wanted.within), (_ones(points), windows.whole(value))
    )
    count, total = sums.sums
    within = windows.compare_means(total, count, readings.scaled(wanted, wanted.of).limits)
    return sums.holding((count >= wanted.at_least) & within)


def streak(readings: Readings, wanted: Streak) -> Periods:
    """From the end of each unit that completes a streak until one ends that does not satisfy."""
    series = readings.series(wanted.of, wanted.at)
    limits = readings.scaled(wanted, wanted.of)
    if wanted.per == "reading":
        points, ok = series.at, series.satisfied(limits)
        unit = np.arange(len(points), dtype=np.int32)
        begins, ends = points.day, points.next_day()
    else:
        if wanted.per in _LONG_UNITS:
            series = _by_day(series, wanted)
        unit = unit_of(series.at.day, wanted.per)
        first = series.first_of(unit)
        points, unit = series.at.where(first), unit[first]
        ok = series.agrees(limits, first, wanted.by, series.reduced(first, wanted.by))
        begins, ends = unit_end(unit, wanted.per), unit_end(unit + np.int32(1), wanted.per)
    held = run_length(points.person, unit, ok) >= wanted.length
    return Periods.of(points.person[held], begins[held], ends[held])


def _by_day(series: Series, wanted: Streak) -> Series:
    """One reading a day where the days of a week or month have a value of their own."""
    rule = wanted.day or series.day_rule
    if rule is None or wanted.codes:
        return series
    points, _, value = series.daily(wanted, rule)
    return Series(points, np.full(len(points), -1, np.int16), value, np.zeros(len(points), np.int8))


def _ones(points: Points) -> Longs:
    return np.ones(len(points), dtype=np.int64)
