"""The board: all its figures of some people on a day, each with the people behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from kanglu.care.checks import require_known
from kanglu.catalogue.programmes import Outcome
from kanglu.errors import NotFound
from kanglu.insight.board.cells import Because, Cell, Why, contacts_why, counted, tasks_why
from kanglu.insight.board.load import Load, loads
from kanglu.insight.board.monthly import Monthly, control_rates, follow_ups, to_the_standard
from kanglu.insight.board.register import Registered, readings_why, register
from kanglu.insight.board.residents import Residents, residents
from kanglu.insight.board.sources import Sources
from kanglu.insight.derived import days_of
from kanglu.insight.service import (
    Barriers,
    Hours,
    Proposal,
    call_outcomes,
    propose_hour,
    rank_barriers,
    reminder_hours,
)
from kanglu.insight.service.figure import Days, Figure
from kanglu.insight.service.seen import sound, within

ANSWERED_WITHIN = 24
"""Hours within which an answer to a reminder counts."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of whom a board is.

    Parameters
    ----------
    practitioner : only people of whose care team this member of the staff is.
    programme : only people who are enrolled in it on the day.
    """

    practitioner: str | None = None
    programme: str | None = None


@dataclass(frozen=True, eq=False)
class Board:
    """Everything on the board.

    Parameters
    ----------
    evaluated : the day of the rules' last evaluation, which the tasks go by; None before the first.
    people : who lives on the day and is chosen.
    follow_ups, control : figures by month; `standard` of the year.
    calls, barriers, hours : of the twelve months to the day; `proposal` is a better hour for reminders.
    """

    as_of: date
    known: date
    revision: str
    evaluated: str | None
    chosen: Chosen
    sources: Sources
    people: Cell
    register: tuple[Registered, ...]
    follow_ups: tuple[Monthly, ...]
    control: tuple[Monthly, ...]
    standard: tuple[Figure, ...]
    loads: tuple[Load, ...]
    calls: tuple[tuple[Outcome, Figure], ...]
    barriers: Barriers
    hours: Hours
    proposal: Proposal | None
    residents: Residents

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        """Every cell by its key."""
        return {one.key: one for one in self._cells()}

    def cell(self, key: str) -> Cell:
        """A cell by its key. Raises `NotFound`."""
        if key not in self.cells:
            raise NotFound(f"The board has no cell {key!r}.", remedy="Its keys: kanglu board --json.")
        return self.cells[key]

    def _cells(self) -> Iterator[Cell]:
        yield self.people
        for row in self.register:
            yield from row.cells.values()
        for name, figure in self._figures():
            yield from self._figure_cells(name, figure)
        for load in self.loads:
            yield from (load.clients, load.open, load.due_today, load.due_week, load.overdue, load.waiting)
            yield from load.weeks
        yield self.residents.all
        yield self.residents.unmarked
        yield from (mark.cell for mark in self.residents.marks)

    def _figures(self) -> Iterator[tuple[str, Figure]]:
        for monthly in (*self.follow_ups, *self.control):
            yield figure_key(monthly.now), monthly.now
            for figure in monthly.months[:-1]:
                yield figure_key(figure, by_month=True), figure
        yield from ((figure_key(one), one) for one in self.standard)
        yield from ((figure_key(one), one) for _, one in self.calls)
        yield from ((figure_key(one.share), one.share) for one in self.barriers.rows)

    def _figure_cells(self, key: str, figure: Figure) -> Iterator[Cell]:
        why = self._why(figure)
        yield counted(f"{key}/part", figure.numerator, why)
        yield counted(f"{key}/whole", figure.denominator, why)
        yield from (counted(f"{key}/{name}", one, why) for name, one in figure.apart.items())

    def _why(self, figure: Figure) -> Why:
        topic = figure.definition.partition(".")[0]
        if topic in ("calls", "barriers"):
            return contacts_why(_contacts(self.sources), "outcome" if topic == "calls" else "reason")
        if topic.startswith("follow_up"):
            return tasks_why(self.sources.due_in(figure.days))
        if topic.endswith("_control"):
            return _lazily(self.sources, figure)
        return lambda ids: {}


def figure_key(figure: Figure, *, by_month: bool = False) -> str:
    """What names a figure among the cells; a month's point bears the last day of its period."""
    return f"{figure.definition}@{figure.days.until}" if by_month else figure.definition


def board(sources: Sources, chosen: Chosen | None = None) -> Board:
    """The board of the chosen people; of everybody when None.

    Raises `RecordError` for a member of the staff or a programme that the rulebook does not know.
    """
    of = chosen or Chosen()
    some = _chosen(sources, of)
    days = Days.year_to(sources.as_of)
    contacts = some.tables["communication"]
    hours = reminder_hours(contacts, days, ANSWERED_WITHIN, sources.as_of)
    usual = int(sources.rules.sending["default"].usual[:2])
    return Board(
        as_of=sources.as_of,
        known=sources.known,
        revision=sources.rules.revision,
        evaluated=sources.evaluated,
        chosen=of,
        sources=some,
        people=Cell("people", len(some.alive), tuple(sorted(some.alive))),
        register=register(some),
        follow_ups=follow_ups(some),
        control=control_rates(some),
        standard=to_the_standard(some),
        loads=loads(sources if of.programme is None else some, of.practitioner),
        calls=call_outcomes(contacts, sources.rules, days, sources.as_of),
        barriers=rank_barriers(contacts, sources.rules, days, sources.as_of),
        hours=hours,
        proposal=propose_hour(hours.rows, usual),
        residents=residents(some),
    )


def _chosen(sources: Sources, chosen: Chosen) -> Sources:
    if chosen.practitioner is not None:
        require_known(chosen.practitioner, "member of the staff", sources.rules.staff, "board")
        sources = sources.of(sources.clients(chosen.practitioner))
    if chosen.programme is not None:
        require_known(chosen.programme, "programme", sources.rules.programmes, "board")
        sources = sources.of(sources.enrolled(chosen.programme)["person_id"].tolist())
    return sources


def _contacts(sources: Sources) -> pd.DataFrame:
    """The contacts of the twelve months to the day."""
    known = sound(sources.tables["communication"])
    return within(known.assign(day=days_of(known["effective"])), Days.year_to(sources.as_of), sources.as_of)


def _lazily(sources: Sources, figure: Figure) -> Why:
    """The readings of a point of a line, cut out anew when its list is opened."""

    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        return readings_why(figure.definition, sources.year_to(figure.days.until))(ids)

    return why
