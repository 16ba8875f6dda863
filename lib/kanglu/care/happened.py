"""On which days conditions about events hold: bookings, contacts, messages, visits, and gaps."""

import re

import numpy as np

from kanglu.care import windows
from kanglu.care.block import Block
from kanglu.care.calendar import add, leaves_at
from kanglu.care.periods import Periods
from kanglu.care.series import NO_POINTS, Points, in_hours, until_next
from kanglu.care.units import gap_start
from kanglu.care.visits import Visits
from kanglu.catalogue.criteria import Booking, Contact, Event, Gap, Message, Visited
from kanglu.catalogue.rules import OnMessage
from kanglu.catalogue.spans import Span


def event(block: Block, wanted: Event) -> Periods:
    """Where there were enough events in the window."""
    return _recent(block.events.get(wanted.type, NO_POINTS), wanted.within, wanted.at_least)


def booking(block: Block, wanted: Booking) -> Periods:
    """From when a booking is known, and near enough, to its day."""
    bookings = block.bookings
    kept = np.ones(len(bookings.person), bool) if wanted.type is None else bookings.code == wanted.type
    person, made, start = bookings.person[kept], bookings.made[kept], bookings.start[kept]
    if wanted.ahead is not None:
        made = np.maximum(made, add(start, Span(-wanted.ahead.months, -wanted.ahead.days)))
    return Periods.of(person, made, start + np.int32(1))


def contact(block: Block, wanted: Contact) -> Periods:
    """Where there were enough contacts in the window."""
    return _recent(contacts(block, wanted), wanted.within, wanted.at_least)


def contacts(block: Block, wanted: Contact) -> Points:
    """The contacts that are meant."""
    known = block.contacts
    kept = np.ones(len(known), dtype=bool)
    for column, codes in (
        (known.direction, (wanted.direction,) if wanted.direction else ()),
        (known.channel, wanted.channel),
        (known.outcome, wanted.outcome),
        (known.topic, wanted.topic),
    ):
        if codes:
            kept &= np.isin(column, list(codes))
    return known.at.where(kept)


def message(block: Block, wanted: Message) -> Periods:
    """Where there were enough messages in the window."""
    return _recent(messages(block, wanted), wanted.within, wanted.at_least)


def messages(block: Block, wanted: Message | OnMessage) -> Points:
    """The incoming messages that hold one of the keywords, at the hours that are meant."""
    known = block.contacts
    kept = known.direction == "in"
    if wanted.channel:
        kept &= np.isin(known.channel, list(wanted.channel))
    if wanted.at is not None:
        kept &= in_hours(known.minute, wanted.at)
    word = re.compile("|".join(re.escape(keyword.casefold()) for keyword in wanted.keywords))
    places = np.flatnonzero(kept)
    said = [word.search((text or "").casefold()) is not None for text in known.text[places]]
    return known.at.where(places[np.array(said, dtype=bool)])


def visited(visits: Visits, wanted: Visited) -> Periods:
    """From each visit of the classes up to the next classified one, or until it is too long ago."""
    leaves = None if wanted.within is None else leaves_at(visits.at.day, wanted.within)
    return until_next(visits.at, visits.is_of(wanted.class_), leaves)


def gap(block: Block, points: Points, wanted: Gap, concerned: Periods) -> Periods:
    """Where there was none of `points` for so long; never having had one counts from `concerned` on."""
    start = np.maximum(concerned.start, block.since[concerned.person])
    never = np.flatnonzero((points.last_before(concerned.person, start) < 0) & (start < concerned.end))
    counted = Points.of(
        np.concatenate([points.person, concerned.person[never]]),
        np.concatenate([points.day, start[never]]),
        np.concatenate([points.fact, np.zeros(len(never), dtype=np.int64)]),
    ).days()
    start, following = gap_start(counted.day, wanted), counted.next_day()
    end = np.where(following == start, start + 1, following)
    return Periods.of(counted.person, start, end.astype(np.int32))


def _recent(points: Points, within: Span, at_least: int) -> Periods:
    """Where at least so many points are no longer ago than the window."""
    leaves = leaves_at(points.day, within)
    if at_least == 1:
        return Periods.of(points.person, points.day, leaves)
    sums = windows.sums_of(points, leaves, (np.ones(len(points), dtype=np.int64),))
    return sums.holding(sums.sums[0] >= at_least)
