"""Calendar arithmetic on columns of days (int32, days since 1970-01-01), the same as in `kanglu.dates`."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Final

import numpy as np
import numpy.typing as npt

from kanglu.catalogue.spans import Span

type Ints = npt.NDArray[np.int32]
type Longs = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Mask = npt.NDArray[np.bool_]

EVER: Final = -3_000_000
"""Before all days: what began nobody knows when."""
NEVER: Final = 3_000_000
"""After all days: what has not ended."""
_EPOCH = date(1970, 1, 1).toordinal()


def number(day: date) -> int:
    """The number of a day."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day of a number."""
    return date.fromordinal(int(number) + _EPOCH)


def iso(days: Ints) -> list[str]:
    """The days as ISO text."""
    return [str(text) for text in np.datetime_as_string(days.astype("datetime64[D]"))]


def _once_a_day(work: Callable[[Ints, int], Ints]) -> Callable[[Ints, int], Ints]:
    """Work on each day once where there are more rows than days."""

    @wraps(work)
    def worked(days: Ints, months: int) -> Ints:
        low, high = (int(days.min()), int(days.max())) if len(days) else (0, 0)
        if high - low >= len(days):
            return work(days, months)
        worked_out = work(np.arange(low, high + 1, dtype=np.int32), months)
        return np.take(worked_out, days - low)

    return worked


@_once_a_day
def add_months(days: Ints, months: int) -> Ints:
    """The same day of a later (or earlier) month, clipped at the month's end."""
    if not months:
        return days
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    target = month + _months(months)
    first = target.astype("datetime64[D]")
    length = ((target + _months(1)).astype("datetime64[D]") - first).astype(np.int32)
    within = (day - month.astype("datetime64[D]")).astype(np.int32)
    return np.asarray(first.astype(np.int32) + np.minimum(within, length - 1), dtype=np.int32)


def add(days: Ints, span: Span) -> Ints:
    """The days that lie a span later."""
    return np.asarray(add_months(days, span.months) + np.int32(span.days), dtype=np.int32)


def leaves_at(days: Ints, window: Span) -> Ints:
    """The first day on which a value of `days` is more than a window ago.

    Seen from a day d a value at t is not longer ago than the window while ``d - window <= t``; the months of
    the window are taken first, and clip at their ends: what was on 28 February is three months ago until
    31 May.
    """
    shifted = days + np.int32(window.days)
    return np.minimum(_leaves_after_months(shifted, window.months) if window.months else shifted + 1, NEVER)


@_once_a_day
def _leaves_after_months(days: Ints, months: int) -> Ints:
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    is_last = days + 1 == (month + _months(1)).astype("datetime64[D]").astype(np.int32)
    end_of_target = (month + _months(months + 1)).astype("datetime64[D]").astype(np.int32)
    return np.where(is_last, end_of_target, add_months(days, months) + np.int32(1))


def stretch_ends(days: Ints, window: Span) -> Ints:
    """The first day on which a value of `days` lies outside the stretch of days that a window is long.

    The stretch that ends on d holds t while ``d - window < t``: seven days are d and the six before.
    """
    shifted = days + np.int32(window.days)
    return np.minimum(_ends_after_months(shifted, window.months) if window.months else shifted, NEVER)


@_once_a_day
def _ends_after_months(days: Ints, months: int) -> Ints:
    later = add_months(days, months)
    return later + (add_months(later, -months) < days).astype(np.int32)


def _months(number: int) -> np.timedelta64:
    return np.timedelta64(number, "M")


def month_of(days: Ints) -> Ints:
    """Months since January 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32), dtype=np.int32)


def month_starts(months: Ints) -> Ints:
    """The first day of each month."""
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32), dtype=np.int32)


def week_of(days: Ints) -> Ints:
    """Weeks, Monday to Sunday, since the one that began on 29 December 1969."""
    return np.asarray((days + 3) // 7, dtype=np.int32)


def week_starts(weeks: Ints) -> Ints:
    """The Monday of each week."""
    return np.asarray(weeks * 7 - 3, dtype=np.int32)


def birthdays(births: Ints, age: int) -> Ints:
    """The day on which each turns `age`; 29 February gives 1 March where there is none. NEVER stays NEVER."""
    known = births < NEVER
    born = np.where(known, births, 0).astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    target = month + _months(12 * age)
    first = target.astype("datetime64[D]").astype(np.int32)
    reached = first + (born - month.astype("datetime64[D]")).astype(np.int32)
    return np.asarray(np.where(known, reached, NEVER), dtype=np.int32)


def year_ends(days: Ints) -> Ints:
    """The 31 December of each day's year."""
    year = days.astype("datetime64[D]").astype("datetime64[Y]")
    return np.asarray(
        (year + np.timedelta64(1, "Y")).astype("datetime64[D]").astype(np.int32) - 1, dtype=np.int32
    )


def year_starts(days: Ints) -> Ints:
    """The 1 January of each day's year."""
    year = days.astype("datetime64[D]").astype("datetime64[Y]")
    return np.asarray(year.astype("datetime64[D]").astype(np.int32), dtype=np.int32)
