"""Journeys: steps that follow each other until the person answers; nobody is in one twice at once."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from kanglu.care.calendar import EVER, Ints, Mask, add
from kanglu.care.closing import first_from
from kanglu.care.given import CANCELLED, DONE, IN_STEPS, Anchors, Given, forever, one_at_a_time, words
from kanglu.care.giving import Giving
from kanglu.catalogue.programmes import Journey
from kanglu.catalogue.rules import Gift, Rule
from kanglu.catalogue.spans import NOTHING

HOLD_OUT, ANSWERED, ENDED = "hold_out", "answered", "ended"


@dataclass(frozen=True, eq=False)
class _Run:
    """One way through the steps for each entry: when each step begins, and when and why the run ends."""

    planned: list[Ints]
    ends: Ints
    answered: Mask


def travel(giving: Giving, rule: Rule, gift: Gift, part: int, entries: Anchors, live: int) -> list[Given]:
    """The runs of a journey that a rule gives, and their steps.

    Who meets the entry again while a run goes on, or within the `rest` after it, begins no second one. Those
    in the hold-out group have a run and no steps.
    """
    journey = giving.rulebook.journeys[gift.code]
    if rule.on is None:
        day = np.maximum(entries.day, np.int32(live)).astype(np.int32)
        entries = Anchors(entries.person, day, entries.end, entries.fact).where(entries.end > live)
    entries = entries.where(entries.day >= live).sorted()
    run = _walk(giving, journey, entries)
    kept = one_at_a_time(entries, add(run.ends, journey.rest or NOTHING))
    entries = entries.where(kept)
    run = _Run([planned[kept] for planned in run.planned], run.ends[kept], run.answered[kept])
    held_out = hold_out(giving.block.ids[entries.person], journey)
    steps = _steps(giving, rule, journey, part, entries, run, held_out)
    return [_runs(rule, gift, part, entries, run, held_out), *steps]


def hold_out(ids: np.ndarray[tuple[int], np.dtype[np.int64]], journey: Journey) -> Mask:
    """Who of the people is in a journey's hold-out group; always the same, and of each journey another."""
    mixed = (ids + (crc32(journey.id.encode()) << 24)).astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray(mixed.astype(np.float64) / 2**64 < journey.hold_out)


def _walk(giving: Giving, journey: Journey, entries: Anchors) -> _Run:
    """When each step begins: a wait after the one before was done, or lapsed without being done."""
    person, planned, begins = entries.person, entries.day, list[Ints]()
    for step in journey.steps:
        begins.append(planned)
        done = planned
        if step.gives.kind != "message" or step.gives.done:
            given_up = add(planned, step.gives.lapses or step.wait)
            done = np.minimum(_taken(giving, step.gives, person, planned), given_up).astype(np.int32)
        planned = add(done, step.wait)
    stop = forever(len(person))
    for wanted in journey.stop:
        stop = np.minimum(stop, first_from(wanted, giving.holding, person, entries.day))
    stop = np.minimum(stop, giving.block.death[person]).astype(np.int32)
    return _Run(begins, np.minimum(stop, planned).astype(np.int32), np.asarray(stop <= planned))


def _taken(giving: Giving, gift: Gift, person: Ints, planned: Ints) -> Ints:
    """The day on which a step was taken: by what closes it, else by the first attempt to reach the person."""
    if gift.done:
        first = [first_from(one, giving.holding, person, planned) for one in gift.done]
        return np.asarray(np.minimum.reduce(first), dtype=np.int32)
    contacts = giving.block.contacts
    tried = np.asarray(contacts.direction == "out", dtype=bool) & pd.notna(contacts.outcome)
    return contacts.at.where(tried).first_from(person, planned)


def _runs(rule: Rule, gift: Gift, part: int, entries: Anchors, run: _Run, held_out: Mask) -> Given:
    """The runs themselves."""
    size = len(entries)
    state = np.where(run.answered, CANCELLED, DONE).astype(object)
    reason = np.where(run.answered, ANSWERED, ENDED).astype(object)
    channel = words(size, None)
    channel[held_out] = HOLD_OUT
    return Given(
        rule, gift, part, entries.person, entries.day, entries.day, entries.day, entries.day, forever(size),
        run.ends, state, reason, channel, entries.fact, gift.code,
    )  # fmt: skip


def _steps(
    giving: Giving, rule: Rule, journey: Journey, part: int, entries: Anchors, run: _Run, held_out: Mask
) -> list[Given]:
    """What the steps give, each only where the run had not ended before it began."""
    found: list[Given] = []
    for at, (step, planned) in enumerate(zip(journey.steps, run.planned, strict=True)):
        # The first step is taken on the day of the entry, whatever else happens on that day.
        reached = ((planned < run.ends) | (planned == entries.day)) & ~held_out
        anchors = Anchors(entries.person[reached], planned[reached], run.ends[reached], entries.fact[reached])
        gift = step.gives if step.gives.lapses else step.gives.model_copy(update={"lapses": step.wait})
        number = (part + 1) * IN_STEPS + at * len(gift.at)
        found += giving.give(
            rule, gift, number, anchors, live=EVER, journey=journey.id, period=entries.day[reached]
        )
    return found
