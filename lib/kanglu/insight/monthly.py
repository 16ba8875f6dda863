"""A person's month: blood pressure day by day, what was planned and kept, contacts, and what lies ahead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kanglu.care.plans import plans_of
from kanglu.care.progress import ActionProgress, Progress, looking_at
from kanglu.catalogue.models import Names
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import add_months, end_of
from kanglu.errors import ReportError
from kanglu.insight.ahead import Ahead, ahead
from kanglu.insight.history import History, Reading, history
from kanglu.insight.limits import Limits
from kanglu.insight.period import Period, period_of
from kanglu.insight.pressure import Pressure, by_day, pressure_between
from kanglu.record import Dossier

TAKING = "medication_adherence"
"""What people say of taking their medicines, as the forms of the national programmes ask it."""
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class DayPressure:
    """A day's blood pressure in mmHg, the median of its readings; None for one that was not measured."""

    day: date
    systolic: float | None
    diastolic: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The times of an action that lie in the month: how many count by its end, and how many were kept."""

    plan: Names
    action: Names
    planned: int
    done: int


@dataclass(frozen=True, slots=True)
class Month:
    """All that a monthly report says.

    Parameters
    ----------
    days : the days with a blood pressure, the first first.
    limits : what systolic and diastolic pressure are held against; None where that is not known.
    pressure, before : how they varied, in this month and the one before; None with too few days.
    kept : what was planned for the month.
    said : the month's newest answer on taking medicines; None where nobody asked.
    ahead : what lies ahead of the day the record is asked as of.
    """

    period: Period
    days: tuple[DayPressure, ...]
    limits: tuple[Limits | None, Limits | None]
    pressure: Pressure | None
    before: Pressure | None
    kept: tuple[Kept, ...]
    said: Reading | None
    ahead: tuple[Ahead, ...]

    @property
    def planned(self) -> int:
        """Times of the month that count."""
        return sum(one.planned for one in self.kept)

    @property
    def done(self) -> int:
        """Those that were kept."""
        return sum(one.done for one in self.kept)


def days_of_month(month: str) -> tuple[date, date]:
    """The first and last day of a month such as ``2025-06``. Raises `ReportError`."""
    if not _MONTH.fullmatch(month):
        raise ReportError(f"{month!r} is not a month.", remedy="Write it as 2025-06.")
    first = date(int(month[:4]), int(month[5:]), 1)
    return first, add_months(first, 1) - timedelta(days=1)


def monthly(dossier: Dossier, month: str, rules: Rulebook) -> Month:
    """The month of a dossier's person. Raises `ReportError`, see `days_of_month` and `period_of`."""
    first, last = days_of_month(month)
    evaluator = looking_at(dossier, plans_of(dossier), rules)
    period = period_of(dossier, first, last, evaluator)
    past = history(dossier.observations, end_of(period.until))
    about, catalogue = period.about, rules.catalogue
    return Month(
        period,
        tuple(_days(past, first, period.until)),
        (about.limits(catalogue, "sbp"), about.limits(catalogue, "dbp")),
        pressure_between(past, about, catalogue, first, period.until),
        pressure_between(past, about, catalogue, add_months(first, -1), first - timedelta(days=1)),
        tuple(_kept(one, first) for one in _actions(period.plans)),
        _said(past, first),
        ahead(dossier, rules, evaluator),
    )


def _days(past: History, first: date, last: date) -> Iterator[DayPressure]:
    systolic, diastolic = (by_day(past, name, first, last) for name in ("sbp", "dbp"))
    for day in sorted(systolic.keys() | diastolic.keys()):
        yield DayPressure(day, systolic.get(day), diastolic.get(day))


def _actions(plans: tuple[Progress, ...]) -> Iterator[tuple[Progress, ActionProgress]]:
    return ((plan, action) for plan in plans for action in plan.actions)


def _kept(one: tuple[Progress, ActionProgress], first: date) -> Kept:
    """Of a plan worked out up to the end of the month, a time belongs to the month in which it ends."""
    plan, action = one
    times = [time for time in action.times if (time.done or time.last) >= first]
    counting = [time for time in times if time.done is not None or time.last <= plan.until]
    done = sum(time.done is not None for time in counting)
    return Kept(plan.plan.template.name, action.action.name, len(counting), done)


def _said(past: History, first: date) -> Reading | None:
    last = past.last(TAKING)
    return last if last is not None and last.effective >= first.isoformat() else None
