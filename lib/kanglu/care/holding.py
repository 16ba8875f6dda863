"""On which days conditions hold, for a block of people; each condition is worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

import numpy as np

from kanglu.care import windows
from kanglu.care.block import Block
from kanglu.care.calendar import (
    EVER,
    NEVER,
    Ints,
    Mask,
    add,
    birthdays,
    leaves_at,
    stretch_ends,
)
from kanglu.care.periods import Periods, all_of, any_of, lasting
from kanglu.care.series import NO_POINTS, Points, Series, joined, until_next
from kanglu.care.units import gap_start, run_length, unit_end, unit_of
from kanglu.care.visits import Visits
from kanglu.catalogue import Catalogue
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Change, Compared, Contact, Count, Gap, Measured, Message, Streak
from kanglu.catalogue.spans import Span

type Tagger = Callable[[str], Periods]


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
    _known: dict[Any, Periods] = field(default_factory=dict)
    _series: dict[tuple[Any, ...], Series] = field(default_factory=dict)

    def of(self, condition: asked.Condition, concerned: Periods | None = None) -> Periods:
        """The days on which a condition holds. `concerned`: the days of `applies`, from which gaps count."""
        gaps = any(isinstance(node, asked.IsGap) for node in asked.walk(condition))
        key = (condition.key, id(concerned) if gaps else None)
        if key not in self._known:
            self._known[key] = self._days(condition, concerned)
        return self._known[key]

    def series(self, of: Sequence[str], at: Any = None) -> Series:
        """The readings of indicators that stand for the same, of some hours of the day."""
        key = (*of, at)
        if key not in self._series:
            found = joined([self.block.readings.get(name, _NOTHING_READ) for name in of])
            self._series[key] = found if at is None else found.within(at)
        return self._series[key]

    def scaled(self, wanted: Compared, of: Sequence[str]) -> Compared:
        """What is wanted, in the canonical unit of the indicators."""
        if wanted.unit is None:
            return wanted
        indicator = self.catalogue.indicators[of[0]]
        converted = {name: indicator.convert(limit, wanted.unit) for name, limit in wanted.limits.items()}
        return wanted.model_copy(update={**converted, "unit": None})

    def _measured(self, wanted: Measured) -> tuple[Points, Mask, Any]:
        series = self.series(wanted.of, wanted.at)
        return series.daily(self.scaled(wanted, wanted.of), wanted.day)

    @singledispatchmethod
    def _days(self, condition: Any, concerned: Periods | None) -> Periods:
        raise TypeError(f"{type(condition).__name__} is not a condition")

    # -- joined conditions -------------------------------------------------------------------------

    @_days.register
    def _(self, condition: asked.AllOf, concerned: Periods | None) -> Periods:
        return all_of([self.of(part, concerned) for part in condition.all])

    @_days.register
    def _(self, condition: asked.AnyOf, concerned: Periods | None) -> Periods:
        return any_of([self.of(part, concerned) for part in condition.any])

    @_days.register
    def _(self, condition: asked.Not, concerned: Periods | None) -> Periods:
        return self.of(condition.not_, concerned).not_on(len(self.block))

    @_days.register
    def _(self, condition: asked.IsHeld, concerned: Periods | None) -> Periods:
        held = self.of(condition.held.when, concerned)
        known = held.start > EVER
        from_day = np.where(known, add(np.where(known, held.start, 0), condition.held.for_), EVER)
        return lasting(held, from_day.astype(np.int32))

    # -- measured values ---------------------------------------------------------------------------

    @_days.register
    def _(self, condition: asked.IsLatest, concerned: Periods | None) -> Periods:
        wanted = condition.latest
        points, ok, _ = self._measured(wanted)
        return until_next(points, ok, _leaves(points, wanted.within))

    @_days.register
    def _(self, condition: asked.IsOnDay, concerned: Periods | None) -> Periods:
        points, ok, _ = self._measured(condition.on_day)
        return Periods.of(points.person[ok], points.day[ok], points.day[ok] + np.int32(1))

    @_days.register
    def _(self, condition: asked.IsEvery, concerned: Periods | None) -> Periods:
        wanted = condition.every
        points, ok, _ = self._measured(wanted)
        one = np.ones(len(points), dtype=np.int64)
        sums = windows.sums_of(points, stretch_ends(points.day, wanted.within), (one, ok.astype(np.int64)))
        count, good = sums.sums
        return sums.holding((count >= wanted.at_least) & (good == count))

    @_days.register
    def _(self, condition: asked.IsCount, concerned: Periods | None) -> Periods:
        wanted = condition.count
        points = self._counted(wanted)
        count = windows.sums_of(
            points, stretch_ends(points.day, wanted.within), (np.ones(len(points), dtype=np.int64),)
        )
        found = []
        if wanted.at_least is not None:
            found.append(count.holding(count.sums[0] >= wanted.at_least))
        if wanted.at_most is not None:
            found.append(count.holding(count.sums[0] > wanted.at_most).not_on(len(self.block)))
        return all_of(found)

    def _counted(self, wanted: Count) -> Points:
        """One point a reading, or the first satisfying one of each day, night, week or month."""
        any_value = not (wanted.has_numbers or wanted.codes)
        series = self.series(wanted.of, wanted.at)
        if wanted.each == "day" and wanted.day is not None:
            points, ok, _ = self._measured(wanted)
        else:
            points = series.at
            ok = np.ones(len(points), bool) if any_value else series.satisfied(self.scaled(wanted, wanted.of))
        points = points.where(ok)
        if wanted.each == "reading":
            return points
        unit = unit_of(points.day, wanted.each)
        again = (points.person[1:] == points.person[:-1]) & (unit[1:] == unit[:-1])
        return points.where(~np.append(False, again)[: len(points)])

    @_days.register
    def _(self, condition: asked.IsMean, concerned: Periods | None) -> Periods:
        wanted = condition.mean
        points, _, value = self._measured(wanted)
        exact = ~np.isnan(value)
        points, value = points.where(exact), value[exact]
        sums = windows.sums_of(
            points,
            stretch_ends(points.day, wanted.within),
            (np.ones(len(points), dtype=np.int64), windows.whole(value)),
        )
        count, total = sums.sums
        limits = self.scaled(wanted, wanted.of).limits
        return sums.holding(
            (count >= wanted.at_least) & windows.compare_scaled(total, count, limits)  # type: ignore[arg-type]
        )

    @_days.register
    def _(self, condition: asked.IsSlope, concerned: Periods | None) -> Periods:
        wanted = condition.slope
        points, _, value = self._measured(wanted)
        exact = ~np.isnan(value)
        points, y = points.where(exact), value[exact]
        first = np.append(True, points.person[1:] != points.person[:-1])[: len(points)]
        start = np.maximum.accumulate(np.where(first, np.arange(len(points)), 0)) if len(points) else first
        x = (points.day - points.day[start]).astype(np.float64) if len(points) else y
        level = y - y[start] if len(points) else y
        one = np.ones(len(points))
        sums = windows.sums_of(
            points, stretch_ends(points.day, wanted.within), (one, x, level, x * level, x * x)
        )
        n, sx, sy, sxy, sxx = (np.asarray(total, dtype=np.float64) for total in sums.sums)
        n = np.rint(n)
        spread = n * sxx - sx * sx
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = (n * sxy - sx * sy) / spread * wanted.per.about
        slope = np.where(spread > 0.5, slope, np.nan)
        limits = self.scaled(wanted, wanted.of).limits
        return sums.holding((n >= wanted.at_least) & windows.compare(slope, limits))

    @_days.register
    def _(self, condition: asked.IsChange, concerned: Periods | None) -> Periods:
        wanted = condition.change
        points, weight, limits = self._changing(wanted)
        recent_until = stretch_ends(points.day, wanted.within)
        both = Span(wanted.within.months + wanted.against.months, wanted.within.days + wanted.against.days)
        until = np.maximum(stretch_ends(points.day, both), recent_until)
        one, nothing = np.ones(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
        enters = Points(
            np.concatenate([points.person, points.person]),
            np.concatenate([points.day, recent_until]),
            nothing,
        )
        sums = windows.sums_of(
            enters,
            np.concatenate([recent_until, until]),
            tuple(
                np.concatenate(pair)
                for pair in ((one, nothing), (weight, nothing), (nothing, one), (nothing, weight))
            ),
        )
        count, total, count_before, total_before = (np.asarray(part, np.float64) for part in sums.sums)
        enough = count_before >= wanted.at_least
        with np.errstate(invalid="ignore", divide="ignore"):
            if wanted.event is None:
                enough &= count >= wanted.at_least
                now, before = total / count, total_before / count_before
            else:
                now, before = count, count_before * (wanted.within.about / wanted.against.about)
            difference = (now - before) / windows.SCALE if wanted.event is None else now - before
            percent = 100.0 * (now - before) / np.where(before == 0, np.nan, np.abs(before))
            value = percent if wanted.relative else difference
        return sums.holding(enough & windows.compare(np.round(value, 9), limits))

    def _changing(self, wanted: Change) -> tuple[Points, Any, dict[str, float]]:
        if wanted.event is not None:
            points = self.block.events.get(wanted.event, NO_POINTS)
            return points, np.ones(len(points), dtype=np.int64), wanted.limits
        series = self.series(wanted.of)
        points, _, value = series.daily(_ANYTHING, None)
        exact = ~np.isnan(value)
        limits = wanted.limits if wanted.relative else self.scaled(wanted, wanted.of).limits
        return points.where(exact), windows.whole(value[exact]), limits

    @_days.register
    def _(self, condition: asked.IsStreak, concerned: Periods | None) -> Periods:
        wanted = condition.streak
        series = self.series(wanted.of, wanted.at)
        if not len(series):
            return Periods.nothing()
        limits = self.scaled(wanted, wanted.of)
        if wanted.per == "reading":
            points, ok = series.at, series.satisfied(limits)
            unit = np.arange(len(points), dtype=np.int32)
            begins, ends = points.day, points.next_day()
        else:
            first, value = series.grouped(unit_of(series.at.day, wanted.per), wanted.by)
            points = series.at.where(_mask(first, len(series)))
            unit = unit_of(points.day, wanted.per)
            ok = _satisfied(value, series, first, limits, wanted)
            begins, ends = unit_end(unit, wanted.per), unit_end(unit + np.int32(1), wanted.per)
        run = run_length(points.person, unit, ok)
        held = run >= wanted.length
        return Periods.of(points.person[held], begins[held], ends[held])

    @_days.register
    def _(self, condition: asked.IsGap, concerned: Periods | None) -> Periods:
        wanted = condition.gap
        points = self._gap_points(wanted).days()
        asked_of = concerned if concerned is not None else self.block.alive
        start = np.maximum(asked_of.start, self.block.since[asked_of.person])
        never_yet = (points.last_before(asked_of.person, start) < 0) & (start < asked_of.end)
        begun = Points.of(
            np.concatenate([points.person, asked_of.person[never_yet]]),
            np.concatenate([points.day, start[never_yet]]),
            np.concatenate([points.fact, np.zeros(int(never_yet.sum()), dtype=np.int64)]),
        ).days()
        return Periods.of(begun.person, gap_start(begun.day, wanted), begun.next_day())

    def _gap_points(self, wanted: Gap) -> Points:
        if wanted.visit is not None:
            return self.visits(wanted.visit).all
        if wanted.event is not None:
            return self.block.events.get(wanted.event, NO_POINTS)
        return self.series(wanted.of).at

    # -- who people are ----------------------------------------------------------------------------

    @_days.register
    def _(self, condition: asked.IsAge, concerned: Periods | None) -> Periods:
        birth = self.block.birth
        person = np.flatnonzero(birth < NEVER).astype(np.int32)
        start, end = np.full(len(person), EVER, np.int32), np.full(len(person), NEVER, np.int32)
        for name, limit in condition.age.limits.items():
            years = int(np.floor(limit)) + 1 if name in ("gt", "le") else int(np.ceil(limit))
            reached = birthdays(birth[person], years)
            if name in ("ge", "gt"):
                start = np.maximum(start, reached)
            else:
                end = np.minimum(end, reached)
        return Periods.of(person, start.astype(np.int32), end.astype(np.int32))

    @_days.register
    def _(self, condition: asked.IsSex, concerned: Periods | None) -> Periods:
        return Periods.always(self.block.male if condition.sex == "male" else self.block.female)

    @_days.register
    def _(self, condition: asked.HasProblem, concerned: Periods | None) -> Periods:
        return _named(self.block.problems, condition.problem)

    @_days.register
    def _(self, condition: asked.HadProblem, concerned: Periods | None) -> Periods:
        return _named(self.block.had, condition.had)

    @_days.register
    def _(self, condition: asked.TakesDrug, concerned: Periods | None) -> Periods:
        return _named(self.block.drugs, condition.drug)

    @_days.register
    def _(self, condition: asked.InProgramme, concerned: Periods | None) -> Periods:
        return _named(self.block.programmes, condition.programme)

    @_days.register
    def _(self, condition: asked.HasCarer, concerned: Periods | None) -> Periods:
        return _named(self.block.care_team, condition.care_team)

    @_days.register
    def _(self, condition: asked.HasTag, concerned: Periods | None) -> Periods:
        return self.tagged(condition.tag)

    # -- what happened -----------------------------------------------------------------------------

    @_days.register
    def _(self, condition: asked.IsEvent, concerned: Periods | None) -> Periods:
        wanted = condition.event
        return _recent(self.block.events.get(wanted.type, NO_POINTS), wanted.within, wanted.at_least)

    @_days.register
    def _(self, condition: asked.IsBooked, concerned: Periods | None) -> Periods:
        wanted, bookings = condition.booking, self.block.bookings
        kept = np.ones(len(bookings.person), bool) if wanted.type is None else bookings.code == wanted.type
        person, made, start = bookings.person[kept], bookings.made[kept], bookings.start[kept]
        if wanted.ahead is not None:
            made = np.maximum(made, add(start, Span(-wanted.ahead.months, -wanted.ahead.days)))
        return Periods.of(person, made.astype(np.int32), start + np.int32(1))

    @_days.register
    def _(self, condition: asked.IsContact, concerned: Periods | None) -> Periods:
        wanted = condition.contact
        return _recent(self.contacted(wanted), wanted.within, wanted.at_least)

    def contacted(self, wanted: Contact) -> Points:
        """The contacts that are meant."""
        contacts = self.block.contacts
        kept = np.ones(len(contacts), dtype=bool)
        for column, codes in (
            (contacts.direction, (wanted.direction,) if wanted.direction else ()),
            (contacts.channel, wanted.channel),
            (contacts.outcome, wanted.outcome),
            (contacts.topic, wanted.topic),
        ):
            if codes:
                kept &= np.isin(column, list(codes))
        return contacts.at.where(kept)

    @_days.register
    def _(self, condition: asked.IsMessage, concerned: Periods | None) -> Periods:
        wanted = condition.message
        return _recent(self.said(wanted), wanted.within, wanted.at_least)

    def said(self, wanted: Message) -> Points:
        """The incoming messages that hold one of the keywords, at the hours that are meant."""
        contacts = self.block.contacts
        kept = contacts.direction == "in"
        if wanted.channel:
            kept &= np.isin(contacts.channel, list(wanted.channel))
        if wanted.at is not None:
            first, last = wanted.at.minutes
            late, early = contacts.minute >= first, contacts.minute < last
            kept &= (late & early) if first < last else (late | early)
            kept &= contacts.minute >= 0
        words = [word.casefold() for word in wanted.keywords]
        at = np.flatnonzero(kept)
        spoken = [str(text).casefold() for text in contacts.text[at]]
        kept[at] = [any(word in text for word in words) for text in spoken]
        return contacts.at.where(np.asarray(kept, dtype=bool))

    @_days.register
    def _(self, condition: asked.IsVisited, concerned: Periods | None) -> Periods:
        wanted = condition.visited
        visits = self.visits(wanted.programme)
        ok = visits.is_of(wanted.class_)
        return until_next(visits.at, ok, _leaves(visits.at, wanted.within))


_ANYTHING = Count.model_construct(of=("",), at_least=1)
_NOTHING_READ = Series(NO_POINTS, np.empty(0, np.int16), np.empty(0), np.empty(0, np.int8))


def _named(known: Mapping[str, Periods], name: str) -> Periods:
    return known.get(name) or Periods.nothing()


def _leaves(points: Points, within: Span | None) -> Ints | None:
    return None if within is None else leaves_at(points.day, within)


def _recent(points: Points, within: Span, at_least: int) -> Periods:
    """Where at least so many points are no longer ago than the window."""
    leaves = leaves_at(points.day, within)
    if at_least == 1:
        return Periods.of(points.person, points.day, leaves)
    sums = windows.sums_of(points, leaves, (np.ones(len(points), dtype=np.int64),))
    return sums.holding(sums.sums[0] >= at_least)


def _satisfied(value: Any, series: Series, first: Any, wanted: Compared, streak: Streak) -> Mask:
    """Which units are as wanted: by their number, or by the last code."""
    if wanted.codes:
        last = np.append(first[1:], len(series)) - 1
        return np.asarray(series.satisfied(wanted)[last])
    return windows.compare(value, wanted.limits)


def _mask(places: Any, size: int) -> Mask:
    found = np.zeros(size, dtype=bool)
    found[places] = True
    return found
