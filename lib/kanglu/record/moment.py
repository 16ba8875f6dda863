"""The two times that a question is asked for: as of which day, and knowing what."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, FromClause, Table, and_, exists, or_

from kanglu.dates import end_of, last_instant, parse_day
from kanglu.record.facts import WITHDRAWN


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in both times.

    Parameters
    ----------
    as_of : facts that were true by the end of this day.
    known : what had been recorded by the end of this day, corrections of later days left out.
    """

    as_of: date
    known: date

    @property
    def effective_until(self) -> str:
        """The last effective time that counts."""
        return end_of(self.as_of)

    @property
    def recorded_until(self) -> str:
        """The last recorded instant that counts."""
        return last_instant(self.known)


def day(value: date | str | None) -> date | None:
    """A day given as a date or as ISO text; raises `DateError`."""
    return parse_day(value) if isinstance(value, str) else value


def current(table: Table, moment: Moment) -> ColumnElement[bool]:
    """The facts of a table that hold at the moment: known by then, not corrected by then, not withdrawn.

    A fact without an effective time counts from when it was recorded.
    """
    return and_(
        standing(table, moment),
        or_(table.c.effective.is_(None), table.c.effective <= moment.effective_until),
    )


def standing(table: Table, moment: Moment) -> ColumnElement[bool]:
    """As `current`, whatever the effective time."""
    later = _later(table)
    corrected = exists().where(later.c.replaces == table.c.id, later.c.recorded <= moment.recorded_until)
    return and_(table.c.recorded <= moment.recorded_until, table.c.status != WITHDRAWN, ~corrected)


@cache
def _later(table: Table) -> FromClause:
    """The same table once more; made once, for that is a fair part of what a small query costs."""
    return table.alias("later")
