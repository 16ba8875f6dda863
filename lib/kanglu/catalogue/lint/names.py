"""Whether what an entry names exists; a near name, or the one that is printed so, is suggested."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from kanglu.catalogue.conditions import (
    Condition,
    HadProblem,
    HasProblem,
    HasTag,
    InProgramme,
    TakesDrug,
)
from kanglu.catalogue.criteria import Booking, Change, Contact, Event, Gap, Measured, Message, Visited
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.lint.sites import KEYS, parts, sites
from kanglu.catalogue.reading import Path_, did_you_mean
from kanglu.catalogue.rules import Channel, Done, Gift, GiftKind, Given, Rule, Trigger

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

_MISSION = re.compile(r"[A-Z]\d{2}")
_CHANNELS = (*get_args(Channel.__value__), "visit", "search")
_SECTION: Mapping[str, str] = {
    "event": "events",
    "tag": "tags",
    "action": "actions",
    "message": "messages",
    "programme": "programmes",
    "journey": "journeys",
    "outcome": "outcomes",
    "member of staff": "staff",
}
_GIVEN: Mapping[GiftKind, str] = {
    "tag": "tag",
    "message": "message",
    "journey": "journey",
    "task": "action",
    "referral": "action",
    "recommendation": "action",
}
_FACTS: Mapping[str, str] = {
    "observation": "indicator",
    "condition": "problem",
    "medicine": "class of drugs",
    "event": "event",
    "contact": "outcome",
    "booking": "event",
    "programme": "programme",
    "tag": "tag",
}


class Named(NamedTuple):
    """A name that an entry uses: what kind of thing it should be; a class is one of a programme `of`."""

    path: Path_
    kind: str
    name: str
    of: str = ""


def check_names(book: "Rulebook", heap: Heap) -> None:
    """Every name must be known, and a mission be written as a letter and two digits."""
    for section, entry, named in _all(book):
        check_named(book, heap, section, entry, named)
    missions = [("rules", rule.id, rule.mission) for rule in book.rules.values()]
    missions += [("journeys", journey.id, journey.mission) for journey in book.journeys.values()]
    for section, entry, lines in missions:
        for path, line in _each(("mission",), lines):
            if not _MISSION.fullmatch(line):
                heap.fault(
                    section, entry, path, f"{line!r} is not a line of the mission.", "Write it as F01."
                )


def check_named(book: "Rulebook", heap: Heap, section: str, entry: str, named: Named) -> None:
    """A name that an entry uses must be known."""
    if named.kind == "class":
        _check_class(book, heap, section, entry, named)
        return
    known = _known(book, heap, named.kind)
    if named.name not in known:
        what = f"There is no {named.kind} {named.name!r}."
        heap.fault(section, entry, named.path, what, _near(book, named, known))


def _known(book: "Rulebook", heap: Heap, kind: str) -> Iterable[str]:
    if kind == "channel":
        return _CHANNELS
    if (section := _SECTION.get(kind)) is not None:
        # An entry that is itself wrong is still there to be named.
        return heap.drawers[section].content if section in heap.drawers else getattr(book, section)
    catalogue = book.catalogue
    return {
        "indicator": catalogue.indicators,
        "problem": catalogue.problems,
        "class of drugs": catalogue.drug_classes,
    }[kind]


def _near(book: "Rulebook", named: Named, known: Iterable[str]) -> str:
    if named.kind == "indicator" and (printed := book.catalogue.indicator_for_alias(named.name)):
        return f"Did you mean {printed.id!r}?"
    return did_you_mean(named.name, known)


def _check_class(book: "Rulebook", heap: Heap, section: str, entry: str, named: Named) -> None:
    programme = book.programmes.get(named.of)
    if programme is None:
        return
    known = [one.id for one in programme.classes]
    if not known:
        what = f"The visits of {named.of} have no classes."
        heap.fault(section, entry, named.path, what, "Give the programme classes, or ask for enrolment.")
    elif named.name and named.name not in known:
        what = f"{named.of} has no class {named.name!r}."
        heap.fault(section, entry, named.path, what, did_you_mean(named.name, known))


def _all(book: "Rulebook") -> Iterator[tuple[str, str, Named]]:
    for site in sites(book):
        for path, part in parts(site.condition, site.path):
            for named in in_condition(part, path):
                yield site.section, site.id, named
    for name, rule in book.rules.items():
        for named in _in_rule(rule):
            yield "rules", name, named
    for name, programme in book.programmes.items():
        if programme.classes:
            yield "programmes", name, Named(("visit",), "event", programme.visit)
        for path, class_ in _each(("streak",), programme.streak):
            yield "programmes", name, Named(path, "class", class_, name)
    for name, journey in book.journeys.items():
        for at, step in enumerate(journey.steps):
            for named in _in_gift(step.gives, ("steps", at, "gives")):
                yield "journeys", name, named
        for at, done in enumerate(journey.stop):
            for named in _in_fact(done, ("stop", at)):
                yield "journeys", name, named
    for name, message in book.messages.items():
        for path, tag in _each(("tags",), message.tags):
            yield "messages", name, Named(path, "tag", tag)
    for name, member in book.staff.items():
        for path, other in _each(("bound_to",), member.bound_to):
            yield "staff", name, Named(path, "member of staff", other)
    for name, plan in book.plans.items():
        for path, tag in _each(("for",), plan.for_):
            yield "plans", name, Named(path, "tag", tag)
        for at, goal in enumerate(plan.goals):
            yield "plans", name, Named(("goals", at, "of"), "indicator", goal.of)
        for at, action in enumerate(plan.actions):
            for number, done in enumerate(action.done):
                for named in _in_fact(done, ("actions", at, "done", number)):
                    yield "plans", name, named


def _in_rule(rule: Rule) -> Iterator[Named]:
    if rule.programme is not None:
        yield Named(("programme",), "programme", rule.programme)
    if rule.on is not None:
        yield from _in_trigger(rule.on, ("on",))
    for at, gift in enumerate(rule.gives):
        yield from _in_gift(gift, ("gives", at))
    for at, example in enumerate(rule.examples):
        for number, given in enumerate(example.facts):
            yield from _in_example(given, ("examples", at, "facts", number))


def _in_trigger(on: Trigger, path: Path_) -> Iterator[Named]:
    yield from _in_fact(on, path)
    if on.visit is not None:
        yield Named((*path, "visit", "programme"), "programme", on.visit.programme)
        yield from _classes((*path, "visit"), on.visit.class_ or ("",), on.visit.programme)
    if on.booking is not None and on.booking.type is not None:
        yield Named((*path, "booking", "type"), "event", on.booking.type)
    if on.task is not None:
        for at, code in _each((*path, "task", "code"), on.task.code):
            yield Named(at, "action", code)
    if on.message is not None:
        for at, channel in _each((*path, "message", "channel"), on.message.channel):
            yield Named(at, "channel", channel)


def _in_gift(gift: Gift, path: Path_) -> Iterator[Named]:
    yield Named((*path, gift.kind), _GIVEN[gift.kind], gift.code)
    for at, done in enumerate(gift.done):
        yield from _in_fact(done, (*path, "done", at))


def _in_fact(fact: Done | Trigger, path: Path_) -> Iterator[Named]:
    """What both a trigger and a fact that closes something may name."""
    for at, name in _each((*path, "observed"), fact.observed):
        yield Named(at, "indicator", name)
    for at, name in _each((*path, "contact"), fact.contact):
        yield Named(at, "outcome", name)
    if fact.event is not None:
        yield Named((*path, "event"), "event", fact.event)
    if isinstance(fact, Done):
        if fact.visit is not None:
            yield Named((*path, "visit"), "programme", fact.visit)
        if fact.booked is not None:
            yield Named((*path, "booked"), "event", fact.booked)


def _in_example(given: Given, path: Path_) -> Iterator[Named]:
    for field, kind in _FACTS.items():
        if (name := getattr(given, field)) is not None:
            yield Named((*path, field), kind, name)


def in_condition(condition: Condition, path: Path_) -> Iterator[Named]:
    """The names that a condition uses, its parts left out."""
    path = (*path, KEYS[type(condition)])
    match condition:
        case HasProblem() | HadProblem():
            yield Named(path, "problem", condition.asked)
        case TakesDrug():
            yield Named(path, "class of drugs", condition.drug)
        case HasTag():
            yield Named(path, "tag", condition.tag)
        case InProgramme():
            yield Named(path, "programme", condition.programme)
        case _:
            yield from _in_criterion(condition.asked, path)


def _in_criterion(asked: Any, path: Path_) -> Iterator[Named]:
    if isinstance(asked, Measured | Change | Gap):
        for at, name in _each((*path, "of"), asked.of):
            yield Named(at, "indicator", name)
    if isinstance(asked, Change | Gap) and asked.event is not None:
        yield Named((*path, "event"), "event", asked.event)
    if isinstance(asked, Gap) and asked.visit is not None:
        yield Named((*path, "visit"), "programme", asked.visit)
    if isinstance(asked, Event | Booking) and asked.type is not None:
        yield Named((*path, "type"), "event", asked.type)
    if isinstance(asked, Contact | Message):
        for at, name in _each((*path, "channel"), asked.channel):
            yield Named(at, "channel", name)
    if isinstance(asked, Contact):
        for at, name in _each((*path, "outcome"), asked.outcome):
            yield Named(at, "outcome", name)
    if isinstance(asked, Visited):
        yield Named((*path, "programme"), "programme", asked.programme)
        yield from _classes(path, asked.class_, asked.programme)


def _classes(path: Path_, names: tuple[str, ...], programme: str) -> Iterator[Named]:
    for at, name in _each((*path, "class"), names):
        yield Named(at, "class", name, programme)


def _each(path: Path_, names: tuple[str, ...]) -> Iterator[tuple[Path_, str]]:
    """Names with their places; one alone stands where the list would."""
    for at, name in enumerate(names):
        yield ((*path, at) if len(names) > 1 else path), name
