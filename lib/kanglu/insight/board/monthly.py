"""Figures by month: control rates and follow-ups over twelve months; and who is managed to the standard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from kanglu.dates import add_months
from kanglu.insight.board.register import CONTROL
from kanglu.insight.board.sources import MONTHS, Sources
from kanglu.insight.rates import rate
from kanglu.insight.service import follow_up_completion, follow_up_in_time, managed_to_standard
from kanglu.insight.service.figure import Days, Figure, persons
from kanglu.insight.service.intervals import wilson

RATES: Final = (
    "bp_control.last_visit.national_2017",
    "bp_control.last_six_months.guangdong_2011",
    "fpg_control.last_test.national_2017",
    "hba1c_control.last_test.cds_2024",
)
"""The control rates of the board."""


@dataclass(frozen=True, slots=True)
class Monthly:
    """A figure, and how it came to be what it is: one a month, the oldest first; the last is `now`.

    Each point has a period of its own.
    """

    definition: str
    now: Figure
    months: tuple[Figure, ...]

    @property
    def latest(self) -> Figure:
        """The last point in which anybody counts; `now` where there is none."""
        return next((one for one in reversed(self.months) if one.denominator.n), self.now)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval (Wilson) of the latest value; None when nobody counts."""
        return wilson(self.latest.numerator.n, self.latest.denominator.n)


def control_rates(sources: Sources) -> tuple[Monthly, ...]:
    """The control rates of `RATES`, each point of the twelve months that end a month later than the last.

    The definitions are those of `insight.rates`, with twelve months to a day in the place of a calendar
    year, so that a line does not begin anew each January.
    """
    periods = [(day, sources.year_to(day)) for day in _days(sources.as_of)]

    def figure(name: str, at: int) -> Figure:
        day, period = periods[at]
        in_target, counted = rate(name, period)
        return Figure(name, sources.as_of, Days.year_to(day), persons(in_target), persons(counted))

    return tuple(_monthly(name, [figure(name, at) for at in range(MONTHS)]) for name in RATES)


def follow_ups(sources: Sources) -> tuple[Monthly, ...]:
    """Follow-ups done in time, and done at all, by the calendar month that they were due in.

    `now` is the month of the day, up to the day.
    """
    wanted: tuple[Callable[..., Figure], ...] = (follow_up_in_time, follow_up_completion)
    months = list(_months(sources.as_of))
    due = [sources.due_in(days) for days in months]
    figures = (
        [find(some, days, sources.as_of) for some, days in zip(due, months, strict=True)] for find in wanted
    )
    return tuple(_monthly(found[-1].definition, found) for found in figures)


def to_the_standard(sources: Sources) -> tuple[Figure, ...]:
    """Who is managed to the standard, of the year of the day; of the year before where nothing is due yet."""
    found: list[Figure] = []
    for programme in sources.rules.programmes.values():
        if programme.id not in CONTROL:
            continue
        for year in (sources.as_of.year, sources.as_of.year - 1):
            some = managed_to_standard(
                sources.tables["episode_of_care"],
                sources.visits(programme),
                sources.people,
                programme.id,
                year,
                sources.as_of,
            )
            found.extend(some.values())
            if some:
                break
    return tuple(found)


def _monthly(name: str, figures: list[Figure]) -> Monthly:
    return Monthly(name, figures[-1], tuple(figures))


def _days(as_of: date) -> list[date]:
    """The day, and the days a month apart before it, the oldest first."""
    return [add_months(as_of, -back) for back in reversed(range(MONTHS))]


def _months(as_of: date) -> Iterator[Days]:
    """The calendar months up to that of the day, the last one up to the day."""
    first = as_of.replace(day=1)
    for back in reversed(range(1, MONTHS)):
        month = add_months(first, -back)
        yield Days.month(month.year, month.month)
    yield Days(first, as_of)
