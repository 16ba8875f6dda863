"""On which days conditions hold, for a block of people; each condition is worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from kanglu.care import happened, measured, trends
from kanglu.care.block import Block
from kanglu.care.calendar import EVER, NEVER, add, birthdays, stretch_ends
from kanglu.care.periods import Periods, all_of, any_of, lasting
from kanglu.care.readings import Readings
from kanglu.care.series import NO_POINTS, Points, Series
from kanglu.care.visits import Visits
from kanglu.care.windows import sums_of
from kanglu.catalogue import Catalogue
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Age, Contact, Gap, Hours, Message
from kanglu.catalogue.spans import Span

type Tagger = Callable[[str], Periods]

_MEASURED: Final[Mapping[type, Callable[[Readings, Any], Periods]]] = {
    asked.IsLatest: measured.latest,
    asked.IsOnDay: measured.on_day,
    asked.IsEvery: measured.every,
    asked.IsCount: measured.count,
    asked.IsMean: measured.mean,
    asked.IsStreak: measured.streak,
    asked.IsSlope: trends.slope,
    asked.IsChange: trends.change,
}
_HAPPENED: Final[Mapping[type, Callable[[Block, Any], Periods]]] = {
    asked.IsEvent: happened.event,
    asked.IsBooked: happened.booking,
    asked.IsContact: happened.contact,
    asked.IsMessage: happened.message,
}


@dataclass(eq=False)
class Holding:
    """Works out conditions over one block.

    Parameters
    ----------
    block, catalogue : the people, and the indicators in whose units they are measured.
    visits : the classified visits of a programme, asked for by id.
    tagged : the days on which rules and people give a tag, asked for by id.
    """

    block: Block
    catalogue: Catalogue
    visits: Callable[[str], Visits]
    tagged: Tagger
    _known: dict[tuple[str, Periods | None], Periods] = field(default_factory=dict)

    def of(self, condition: asked.Condition, concerned: Periods | None = None) -> Periods:
        """The days on which a condition holds. `concerned`: the days of `applies`, from which gaps count."""
        gaps = concerned is not None and any(isinstance(node, asked.IsGap) for node in asked.walk(condition))
        key = (condition.key, concerned if gaps else None)
        if key not in self._known:
            self._known[key] = self._days(condition, concerned)
        return self._known[key]

    @cached_property
    def readings(self) -> Readings:
        """The readings of the block."""
        return Readings(self.block, self.catalogue)

    def series(self, of: Sequence[str], at: Hours | None = None) -> Series:
        """The readings of indicators that stand for the same, of some hours of the day."""
        return self.readings.series(of, at)

    def contacted(self, wanted: Contact) -> Points:
        """The contacts that are meant."""
        return happened.contacts(self.block, wanted)

    def said(self, wanted: Message) -> Points:
        """The incoming messages that are meant."""
        return happened.messages(self.block, wanted)

    def _days(self, condition: asked.Condition, concerned: Periods | None) -> Periods:
        if (about_values := _MEASURED.get(type(condition))) is not None:
            return about_values(self.readings, condition.asked)
        if (about_happenings := _HAPPENED.get(type(condition))) is not None:
            return about_happenings(self.block, condition.asked)
        match condition:
            case asked.AllOf():
                return all_of([self.of(part, concerned) for part in condition.all])
            case asked.AnyOf():
                return any_of([self.of(part, concerned) for part in condition.any])
            case asked.Not():
                return self.of(condition.not_, concerned).not_on(len(self.block))
            case asked.IsHeld():
                return _held(self.of(condition.held.when, concerned), condition.held.for_)
            case asked.IsOnDays():
                return _days_of(self.of(condition.days.when, concerned), condition.days)
            case asked.IsGap():
                return self._gap(condition.gap, self.block.alive if concerned is None else concerned)
            case asked.IsVisited():
                return happened.visited(self.visits(condition.visited.programme), condition.visited)
            case asked.HasTag():
                return self.tagged(condition.tag)
            case _:
                return _of_person(self.block, condition)

    def _gap(self, wanted: Gap, concerned: Periods) -> Periods:
        if wanted.visit is not None:
            points = self.visits(wanted.visit).all
        elif wanted.event is not None:
            points = self.block.events.get(wanted.event, NO_POINTS)
        else:
            points = self.series(wanted.of).at
        return happened.gap(self.block, points.days(), wanted, concerned)


def _held(held: Periods, at_least: Span) -> Periods:
    """What began nobody knows when has held for long."""
    known = held.start > EVER
    from_day = np.where(known, add(np.where(known, held.start, 0), at_least), EVER)
    return lasting(held, from_day.astype(np.int32))


def _days_of(held: Periods, wanted: asked.OnDays) -> Periods:
    """Where it held on enough days of the window; only what holds for single days is counted so."""
    length = held.end - held.start
    first = np.repeat(np.cumsum(length) - length, length)
    day = np.repeat(held.start, length) + (np.arange(int(length.sum())) - first)
    days = Points.of(np.repeat(held.person, length), day.astype(np.int32), np.zeros(len(day), np.int64))
    count = sums_of(days, stretch_ends(days.day, wanted.within), (np.ones(len(days), dtype=np.int64),))
    return count.holding(count.sums[0] >= wanted.at_least)


def _of_person(block: Block, condition: asked.Condition) -> Periods:
    match condition:
        case asked.IsAge():
            return _aged(block, condition.age)
        case asked.IsSex():
            return Periods.always(block.male if condition.sex == "male" else block.female)
        case asked.HasProblem():
            return _named(block.problems, condition.problem)
        case asked.HadProblem():
            return _named(block.had, condition.had)
        case asked.TakesDrug():
            return _named(block.drugs, condition.drug)
        case asked.InProgramme():
            return _named(block.programmes, condition.programme)
        case asked.HasCarer():
            return _named(block.care_team, condition.care_team)
    raise TypeError(f"{type(condition).__name__} is not a condition")


def _named(known: Mapping[str, Periods], name: str) -> Periods:
    return known.get(name) or Periods.nothing()


def _aged(block: Block, wanted: Age) -> Periods:
    """From one birthday, and never before birth, up to another."""
    person = np.flatnonzero(block.birth < NEVER).astype(np.int32)
    birth = block.birth[person]
    start, end = birth, np.full(len(person), NEVER, np.int32)
    for name, limit in wanted.limits.items():
        years = int(np.floor(limit)) + 1 if name in ("gt", "le") else int(np.ceil(limit))
        if name in ("ge", "gt"):
            start = np.maximum(start, birthdays(birth, years))
        else:
            end = np.minimum(end, birthdays(birth, years))
    return Periods.of(person, start, end)
