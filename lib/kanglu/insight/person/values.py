"""The newest value of each indicator of one person: where it lies, what is wanted, and where it goes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from kanglu.catalogue import Catalogue, Indicator
from kanglu.insight.findings import HABITS, About, critical, in_order
from kanglu.insight.history import History, Reading
from kanglu.insight.limits import Limits, Side, side_of
from kanglu.insight.lines import lines

type Course = Literal["rising", "falling", "unclear"]
RECENT: Final = timedelta(days=366)
"""A value that is older says how somebody was, not how they are."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest reading of an indicator.

    Parameters
    ----------
    limits, side : what it is held against, and where it lies.
    critical : it lies beyond the critical limits.
    recent : it is not older than `RECENT`.
    excess : how far outside, in widths of the range.
    before : the reading of an earlier day, to see it beside.
    course : where the years go; None where there are too few of them to tell.
    """

    indicator: Indicator
    reading: Reading
    limits: Limits | None
    side: Side
    critical: bool
    recent: bool
    excess: float
    before: Reading | None
    course: Course | None

    @property
    def out(self) -> bool:
        """Whether it lies outside, or is critical."""
        return self.critical or self.side in ("high", "low")

    @property
    def habit(self) -> bool:
        """Whether it says what somebody does, not what was found."""
        return self.indicator.group in HABITS


def newest(catalogue: Catalogue, past: History, about: About, day: date) -> tuple[Newest, ...]:
    """Every indicator that was ever measured, in the catalogue's order."""
    told = [line for line in lines(catalogue, past, about, day.year) if line.slope is not None]
    courses = {line.indicator: _course(line.rising) for line in told}
    since = (day - RECENT).isoformat()
    return tuple(
        _newest(catalogue, name, past, about, since, courses.get(name)) for name in in_order(catalogue, past)
    )


def _course(rising: bool | None) -> Course:
    return "unclear" if rising is None else "rising" if rising else "falling"


def _newest(
    catalogue: Catalogue, name: str, past: History, about: About, since: str, course: Course | None
) -> Newest:
    indicator, readings = catalogue.indicators[name], past.of(name)
    last, limits = readings[-1], about.limits(catalogue, name)
    side = side_of(last, limits)
    beyond = limits is not None and last.value is not None and side in ("high", "low")
    return Newest(
        indicator,
        last,
        limits,
        side,
        about.adult and bool(critical(indicator, (last,))),
        last.effective >= since[: len(last.effective)],
        limits.excess(last.value) if beyond and limits and last.value is not None else 0.0,
        next((one for one in reversed(readings) if one.day < last.day), None),
        course,
    )
