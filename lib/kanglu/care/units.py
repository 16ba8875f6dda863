"""Days, nights, weeks and months as units that follow each other, and the gaps between happenings."""

import numpy as np

from kanglu.care.calendar import Ints, Mask, month_of, month_starts, week_of, week_starts
from kanglu.catalogue.criteria import Gap, Unit


def unit_of(day: Ints, unit: Unit) -> Ints:
    """The number of the day, night (named by its morning), week or month that each day lies in."""
    if unit == "week":
        return week_of(day)
    return month_of(day) if unit == "month" else day


def unit_end(unit: Ints, per: Unit) -> Ints:
    """The first day after a day, week or month; the morning after a night."""
    if per == "night":
        return unit
    following = (unit + 1).astype(np.int32)
    if per == "week":
        return week_starts(following)
    return month_starts(following) if per == "month" else following


def run_length(person: Ints, unit: Ints, ok: Mask) -> Ints:
    """How many units in a row, each one after the other and as wanted, end here."""
    follows = np.append(False, (person[1:] == person[:-1]) & (unit[1:] == unit[:-1] + 1) & ok[:-1])[: len(ok)]
    place = np.arange(len(ok), dtype=np.int32)
    start = np.maximum.accumulate(np.where(follows, 0, place))
    return np.where(ok, place - start + 1, 0).astype(np.int32)


def gap_start(day: Ints, wanted: Gap) -> Ints:
    """The first day on which the last happening, on `day`, is longer ago than wanted."""
    if wanted.months is not None:
        return month_starts(np.asarray(month_of(day) + wanted.months + 1, dtype=np.int32))
    days = wanted.days if wanted.days is not None else 7 * (wanted.weeks or 0)
    return np.asarray(day + days + 1, dtype=np.int32)
