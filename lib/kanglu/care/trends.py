"""On which days values have changed, or rise or fall: window against window, and least-squares lines."""

import numpy as np

from kanglu.care import windows
from kanglu.care.calendar import Longs, stretch_ends
from kanglu.care.periods import Periods
from kanglu.care.readings import Readings
from kanglu.care.series import NO_POINTS, Points, compare
from kanglu.catalogue.criteria import Change, Slope
from kanglu.catalogue.spans import Span


def slope(readings: Readings, wanted: Slope) -> Periods:
    """Where the line through the window's exact values is as steep as wanted."""
    points, _, value = readings.daily(wanted)
    exact = ~np.isnan(value)
    points, y = points.where(exact), windows.whole(value[exact])
    first = np.append(True, points.person[1:] != points.person[:-1])[: len(points)]
    origin = np.maximum.accumulate(np.where(first, np.arange(len(points)), 0))
    # Counted from each person's first value, and in whole numbers, so that nothing is lost in long sums.
    x = (points.day - points.day[origin]).astype(np.int64)
    y = y - y[origin]
    one = np.ones(len(points), dtype=np.int64)
    sums = windows.sums_of(points, stretch_ends(points.day, wanted.within), (one, x, y, x * y, x * x))
    n, sx, sy, sxy, sxx = (total.astype(np.float64) for total in sums.sums)
    spread = n * sxx - sx * sx
    steep = (n * sxy - sx * sy) / np.where(spread > 0, spread, np.nan) / windows.SCALE * wanted.per.about
    limits = readings.scaled(wanted, wanted.of).limits
    return sums.holding((n >= wanted.at_least) & compare(np.round(steep, 9), limits))


def change(readings: Readings, wanted: Change) -> Periods:
    """Where the newest window differs as wanted from the one before it."""
    points, weight = _changing(readings, wanted)
    moves_on = stretch_ends(points.day, wanted.within)
    both = Span(wanted.within.months + wanted.against.months, wanted.within.days + wanted.against.days)
    one, zero = np.ones(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
    sums = windows.sums_of(
        # Each enters the newest window, and the one before it when it leaves the newest.
        Points(
            np.concatenate([points.person, points.person]),
            np.concatenate([points.day, moves_on]),
            np.concatenate([points.fact, points.fact]),
        ),
        np.concatenate([moves_on, stretch_ends(points.day, both)]),
        tuple(np.concatenate(pair) for pair in ((one, zero), (weight, zero), (zero, one), (zero, weight))),
    )
    count, total, count_before, total_before = (part.astype(np.float64) for part in sums.sums)
    enough = count_before >= wanted.at_least
    if wanted.event is None:
        enough &= count >= wanted.at_least
        now = total / np.maximum(count, 1) / windows.SCALE
        before = total_before / np.maximum(count_before, 1) / windows.SCALE
        limits = wanted.limits if wanted.relative else readings.scaled(wanted, wanted.of).limits
    else:
        now, before = count, count_before * (wanted.within.about / wanted.against.about)
        limits = wanted.limits
    difference = now - before
    if wanted.relative:
        difference = 100.0 * difference / np.where(before == 0, np.nan, np.abs(before))
    return sums.holding(enough & compare(np.round(difference, 9), limits))


def _changing(readings: Readings, wanted: Change) -> tuple[Points, Longs]:
    """The events, or the days with exact values and these in whole millionths."""
    if wanted.event is not None:
        points = readings.block.events.get(wanted.event, NO_POINTS)
        return points, np.ones(len(points), dtype=np.int64)
    points, _, value = readings.series(wanted.of).daily(wanted, None)
    exact = ~np.isnan(value)
    return points.where(exact), windows.whole(value[exact])
