"""When messages may go out: the people's own hours, the usual time, and never in the quiet hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import number
from kanglu.care.evaluation import evaluator_of
from kanglu.care.holding import Holding
from kanglu.care.marks import Marks
from kanglu.care.periods import Periods
from kanglu.care.series import in_hours
from kanglu.catalogue.criteria import Hours
from kanglu.catalogue.programmes import Sending
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Store
from kanglu.record.moment import Moment

_DAY = 24 * 60


def earliest(planned: date, at: datetime, hours: Hours | None, sending: Sending) -> datetime:
    """The first time, not before a planned day, at which a message may go out.

    Where that has passed and it may go out at once, it lies in the past; where it may not, it is the next
    time that it may. Hours that lie within the quiet hours altogether are not kept.

    Parameters
    ----------
    planned : the day of the message.
    at : the time now.
    hours : those in which the person wants to be written to, if any; else the usual time and later.
    """
    wait = _waits(hours, sending.quiet)
    begins = sending.usual if hours is None else hours.from_
    first = _next(datetime.fromisoformat(f"{planned}T{begins}"), wait)
    return first if first > at or not wait[_minute(at)] else _next(at, wait)


def _next(at: datetime, wait: npt.NDArray[np.int64]) -> datetime:
    minutes = int(wait[_minute(at)])
    return at.replace(second=0, microsecond=0) + timedelta(minutes=minutes) if minutes else at


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


@cache
def _waits(hours: Hours | None, quiet: Hours) -> npt.NDArray[np.int64]:
    """For each minute of the day, how many minutes it is to the next at which a message may go out."""
    minutes = np.arange(_DAY, dtype=np.int16)
    loud = ~in_hours(minutes, quiet)
    wanted = loud if hours is None else loud & in_hours(minutes, hours)
    allowed = np.flatnonzero(wanted if wanted.any() else loud)
    following = np.append(allowed, allowed[0] + _DAY)
    return np.asarray(following[np.searchsorted(allowed, minutes)] - minutes, dtype=np.int64)


def hours_of(
    store: Store, ids: Sequence[int], moment: Moment, rules: Rulebook, tagged: Marks
) -> dict[int, Hours]:
    """The hours in which people want to be written to, by id: the first of the catalogue's that fit."""
    listed = rules.sending["default"].hours if "default" in rules.sending else ()
    if not listed or not ids:
        return {}
    found = evaluator_of(store, rules, ids, moment.as_of, moment.known, {})
    block, day = found.block, number(moment.as_of)

    def with_tag(tag: str) -> Periods:
        return Periods.always(np.isin(block.ids, list(tagged.get(tag, ()))))

    holding = Holding(block, rules.catalogue, found.visits, with_tag)
    hours: dict[int, Hours] = {}
    for choice in reversed(listed):
        periods = holding.of(choice.when)
        for person in block.ids[periods.person[periods.on(day)]].tolist():
            hours[person] = choice.hours
    return hours
