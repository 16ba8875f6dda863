"""The days on which rules begin to concern people: a condition begins to hold, or an event is answered."""

from collections.abc import Callable

import numpy as np

from kanglu.care import happened
from kanglu.care.block import Block
from kanglu.care.calendar import EVER, NEVER, Ints, add, birthdays
from kanglu.care.given import Anchors, Given, forever
from kanglu.care.holding import Holding
from kanglu.care.periods import Periods, all_of
from kanglu.care.series import NO_POINTS, Points
from kanglu.catalogue.rules import Gift, OnBirthday, OnBooking, OnTask, OnVisit, Rule
from kanglu.catalogue.spans import Span

type Giver = Callable[[str], list[Given]]


def held(rule: Rule, holding: Holding) -> Periods:
    """The days on which a rule without a trigger holds, for the living."""
    concerned = None if rule.applies is None else holding.of(rule.applies)
    parts = [holding.block.alive]
    if concerned is not None:
        parts.append(concerned)
    if rule.when is not None:
        parts.append(holding.of(rule.when, concerned))
    return all_of(parts)


def of_state(periods: Periods, block: Block, gift: Gift) -> Anchors:
    """Where a condition begins to hold, and again each `repeat` while it goes on.

    What began nobody knows when counts from the day on which the record begins to follow the person.
    """
    start = np.where(periods.start > EVER, periods.start, block.since[periods.person]).astype(np.int32)
    begun = start < periods.end
    person, start, end = periods.person[begun], start[begun], periods.end[begun]
    found = [(person, start, end)]
    if gift.repeat is not None:
        # Nobody is asked again before the day that is looked at, and never more often than once a day.
        step, last = 1, np.minimum(end, block.as_of + 1)
        again = add(start, gift.repeat)
        while (due := again < last).any():
            found.append((person[due], again[due], end[due]))
            step += 1
            again = add(start, Span(gift.repeat.months * step, gift.repeat.days * step))
    whom, day, until = (np.concatenate(part).astype(np.int32) for part in zip(*found, strict=True))
    return Anchors(whom, day, until, np.zeros(len(whom), dtype=np.int64))


def of_events(rule: Rule, holding: Holding, given_by: Giver, live: int) -> Anchors:
    """The events that a rule answers, on days on which it applies; one a person and day."""
    points = _answered(rule, holding, given_by, live).days()
    kept = holding.block.alive.holds(points.person, points.day)
    for condition in (rule.applies, rule.when):
        if condition is not None:
            kept &= holding.of(condition).holds(points.person, points.day)
    points = points.where(kept)
    return Anchors(points.person, points.day, forever(len(points)), points.fact)


def _answered(rule: Rule, holding: Holding, given_by: Giver, live: int) -> Points:
    trigger, block = rule.on, holding.block
    assert trigger is not None
    if trigger.visit is not None:
        return _visits(trigger.visit, holding)
    if trigger.event is not None:
        return block.events.get(trigger.event, NO_POINTS)
    if trigger.observed:
        return holding.series(trigger.observed).at
    if trigger.booking is not None:
        return _bookings(trigger.booking, block)
    if trigger.task is not None:
        return _tasks(trigger.task, given_by)
    if trigger.birthday is not None:
        return _birthdays(trigger.birthday, block, live)
    if trigger.message is not None:
        return happened.messages(block, trigger.message)
    contacts = block.contacts
    return contacts.at.where(np.isin(contacts.outcome, list(trigger.contact)))


def _visits(wanted: OnVisit, holding: Holding) -> Points:
    visits = holding.visits(wanted.programme)
    kept = visits.is_of(wanted.class_) if wanted.class_ else np.ones(len(visits.at), dtype=bool)
    if wanted.streak.ge is not None:
        kept &= visits.before >= wanted.streak.ge
    if wanted.streak.le is not None:
        kept &= visits.before <= wanted.streak.le
    return visits.at.where(kept)


def _bookings(wanted: OnBooking, block: Block) -> Points:
    bookings = block.bookings
    kept = np.ones(len(bookings.person), bool) if wanted.type is None else bookings.code == wanted.type
    person, made, start = bookings.person[kept], bookings.made[kept], bookings.start[kept]
    if wanted.before is None:
        return Points.of(person, made, bookings.fact[kept])
    earlier = add(start, Span(-wanted.before.months, -wanted.before.days))
    # What is booked later than the reminder would come needs none: the confirmation says the same.
    in_time = made < earlier
    return Points.of(person[in_time], earlier[in_time], bookings.fact[kept][in_time])


def _tasks(wanted: OnTask, given_by: Giver) -> Points:
    found: list[tuple[Ints, Ints]] = []
    for code in wanted.code:
        for given in given_by(code):
            day = add(given.due, Span(-wanted.before.months, -wanted.before.days))
            kept = (given.due < NEVER) & given.open_on(day)
            found.append((given.person[kept], day[kept]))
    if not found:
        return NO_POINTS
    person, day = (np.concatenate(part).astype(np.int32) for part in zip(*found, strict=True))
    return Points.of(person, day, np.zeros(len(person), dtype=np.int64))


def _birthdays(wanted: OnBirthday, block: Block, live: int) -> Points:
    """Birthdays between the day the rule went live and a year after the day looked at."""
    person = np.flatnonzero(block.birth < NEVER).astype(np.int32)
    found: list[tuple[Ints, Ints]] = []
    for age in range(wanted.from_, wanted.to + 1):
        day = birthdays(block.birth[person], age)
        kept = (day >= live) & (day <= block.as_of + 366)
        if kept.any():
            found.append((person[kept], day[kept]))
    if not found:
        return NO_POINTS
    whom, days = (np.concatenate(part).astype(np.int32) for part in zip(*found, strict=True))
    return Points.of(whom, days, np.zeros(len(whom), dtype=np.int64))
