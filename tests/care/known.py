"""What is known of a few invented people, in plain Python, and the block that holds it: no database.

Days are ISO texts; values may carry a comparator (``"> 33.3"``) or be a code (``"never"``). What holds is
told as stretches of days, both ends included: ``2026-01-05 to 2026-02-03``; an end left out is open.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from kanglu.care.block import Block, Bookings, Changes, Contacts
from kanglu.care.calendar import EVER, NEVER, day_of, number
from kanglu.care.holding import Holding
from kanglu.care.periods import Periods
from kanglu.care.series import MEAN_OF_THE_DAY, NO_POINTS, Points, Series
from kanglu.care.visits import Visits, classify
from kanglu.catalogue import current
from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.programmes import Programme

_NO_WORDS, _NO_DAYS = np.empty(0, object), np.empty(0, np.int32)
NO_CHANGES = Changes(NO_POINTS, np.empty(0, np.int16), _NO_WORDS, _NO_WORDS, _NO_DAYS, _NO_WORDS, _NO_WORDS)
COMPARATORS = ("", "<", "<=", ">", ">=")
HYPERTENSION = Programme.model_validate(
    {
        "id": "hypertension",
        "name": {"en": "Hypertension"},
        "source": {"doc": "The national rules, second hand"},
        "streak": ["uncontrolled", "adverse_reaction"],
        "classes": [
            {
                "id": "emergency",
                "name": {"en": "Emergency"},
                "when": {
                    "any": [
                        {"on_day": {"of": "sbp", "ge": 180, "day": "max"}},
                        {"on_day": {"of": "dbp", "ge": 110, "day": "max"}},
                    ]
                },
            },
            {
                "id": "adverse_reaction",
                "name": {"en": "Adverse reaction"},
                "when": {"on_day": {"of": "adverse_reaction", "is": True}},
            },
            {
                "id": "uncontrolled",
                "name": {"en": "Not controlled"},
                "when": {
                    "any": [
                        {"all": [{"age": {"lt": 65}}, {"on_day": {"of": "sbp", "ge": 140}}]},
                        {"on_day": {"of": "sbp", "ge": 150}},
                        {"on_day": {"of": "dbp", "ge": 90}},
                    ]
                },
            },
            {
                "id": "controlled",
                "name": {"en": "Controlled"},
                "when": {"all": [{"on_day": {"of": "sbp", "lt": 150}}, {"on_day": {"of": "dbp", "lt": 90}}]},
            },
        ],
    }
)
DIABETES = Programme.model_validate(
    {
        "id": "diabetes",
        "name": {"en": "Diabetes"},
        "source": {"doc": "The national rules, second hand"},
        "streak": ["uncontrolled"],
        "classes": [
            {"id": "uncontrolled", "name": {"en": "No"}, "when": {"on_day": {"of": "fpg", "ge": 7.0}}},
            {"id": "controlled", "name": {"en": "Yes"}, "when": {"on_day": {"of": "fpg", "lt": 7.0}}},
        ],
    }
)


def nth(day: str) -> int:
    """The number of a day."""
    return number(date.fromisoformat(day))


def condition(written: Mapping[str, Any]) -> Any:
    """A condition as the catalogue reads it."""
    return TypeAdapter(Condition).validate_python(written)


@dataclass(frozen=True)
class Reading:
    """A value of an indicator; `minute` of the day, or -1."""

    indicator: str
    day: int
    minute: int
    value: float
    comparator: str = ""
    code: str | None = None


@dataclass(frozen=True)
class Stretch:
    """Something that holds from `start` up to, not including, `end`."""

    what: str
    start: int
    end: int


@dataclass(frozen=True)
class Happening:
    """An event of a type."""

    what: str
    day: int


@dataclass(frozen=True)
class Booked:
    """A booking: known from `made`, for the day `start`."""

    what: str
    made: int
    start: int


@dataclass(frozen=True)
class Contacted:
    """A call or message."""

    day: int
    minute: int
    direction: str
    channel: str
    outcome: str | None
    topic: str | None
    text: str | None


@dataclass
class Person:
    """Somebody, of whom facts are told one after the other."""

    birth: int
    sex: str | None
    death: int
    since: int
    readings: list[Reading] = field(default_factory=list)
    problems: list[Stretch] = field(default_factory=list)
    drugs: list[Stretch] = field(default_factory=list)
    programmes: list[Stretch] = field(default_factory=list)
    carers: list[Stretch] = field(default_factory=list)
    tags: list[Stretch] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)
    bookings: list[Booked] = field(default_factory=list)
    contacts: list[Contacted] = field(default_factory=list)

    def read(self, indicator: str, value: float | bool | str | None, day: str, at: str = "") -> "Person":
        """A reading; `at` is its clock time, if it is known."""
        minute = int(at[:2]) * 60 + int(at[3:]) if at else -1
        if isinstance(value, str) and value[0] in "<>":
            comparator, figure = value.split()
            told = Reading(indicator, nth(day), minute, float(figure), comparator)
        elif isinstance(value, str):
            told = Reading(indicator, nth(day), minute, float("nan"), code=value)
        else:
            told = Reading(indicator, nth(day), minute, float("nan") if value is None else float(value))
        self.readings.append(told)
        return self

    def has(self, problem: str, since: str, until: str | None = None) -> "Person":
        """A problem, up to but not including `until`."""
        self.problems.append(_stretch(problem, since, until))
        return self

    def takes(self, drug: str, since: str, until: str | None = None) -> "Person":
        self.drugs.append(_stretch(drug, since, until))
        return self

    def enrolled(self, programme: str, since: str, until: str | None = None) -> "Person":
        self.programmes.append(_stretch(programme, since, until))
        return self

    def cared_for_by(self, role: str, since: str, until: str | None = None) -> "Person":
        self.carers.append(_stretch(role, since, until))
        return self

    def tagged(self, tag: str, since: str, until: str | None = None) -> "Person":
        self.tags.append(_stretch(tag, since, until))
        return self

    def had(self, event: str, *days: str) -> "Person":
        """Events of a type, one a day named."""
        self.events += [Happening(event, nth(day)) for day in days]
        return self

    def booked(self, what: str, made: str, start: str) -> "Person":
        self.bookings.append(Booked(what, nth(made), nth(start)))
        return self

    def contacted(
        self,
        day: str,
        at: str = "12:00",
        *,
        direction: str = "out",
        channel: str = "phone",
        outcome: str | None = None,
        topic: str | None = None,
        text: str | None = None,
    ) -> "Person":
        minute = int(at[:2]) * 60 + int(at[3:])
        self.contacts.append(Contacted(nth(day), minute, direction, channel, outcome, topic, text))
        return self


def _stretch(what: str, since: str, until: str | None) -> Stretch:
    return Stretch(what, nth(since), NEVER if until is None else nth(until))


class Known:
    """People and what is known of them."""

    def __init__(self) -> None:
        self.people: list[Person] = []

    def person(
        self,
        born: str | None = "1960-06-15",
        sex: str | None = "female",
        died: str | None = None,
        since: str = "2026-01-01",
    ) -> Person:
        """One more person, whom the record follows from `since` on."""
        birth = NEVER if born is None else nth(born)
        self.people.append(Person(birth, sex, NEVER if died is None else nth(died), nth(since)))
        return self.people[-1]

    def days(self, written: Mapping[str, Any], person: int = 0, applies: Any = None) -> list[str]:
        """The stretches of days on which a condition holds for a person."""
        holding = self.holding()
        concerned = None if applies is None else holding.of(condition(applies))
        return told(holding.of(condition(written), concerned), person)

    def visits(self, programme: Programme) -> Visits:
        """The visits of a programme, classified."""
        return classify(self.block(), programme, self.holding().of)

    def holding(self, until: int = NEVER) -> Holding:
        """What works out conditions, over the facts up to a day."""
        block = self.block(until)
        tags = _periods([person.tags for person in self.people], until)
        programmes = {one.id: one for one in (HYPERTENSION, DIABETES)}
        holding: Holding = Holding(
            block,
            current(),
            lambda name: classify(block, programmes[name], holding.of),
            lambda name: tags.get(name, Periods.nothing()),
        )
        return holding

    def block(self, until: int = NEVER) -> Block:
        """The block of what happened up to a day."""
        people = self.people
        problems = [person.problems for person in people]
        return Block(
            as_of=min(until, nth("2027-12-31")),
            ids=np.arange(len(people), dtype=np.int64),
            numbers=np.array([f"K{place:06}" for place in range(len(people))], object),
            birth=_ints(person.birth for person in people),
            male=np.array([person.sex == "male" for person in people], bool),
            female=np.array([person.sex == "female" for person in people], bool),
            death=_ints(person.death for person in people),
            since=_ints(person.since for person in people),
            later=_ints(NEVER for _ in people),
            readings=_series(people, until),
            problems=_periods(problems, until),
            had=_periods([[Stretch(one.what, one.start, NEVER) for one in had] for had in problems], until),
            drugs=_periods([person.drugs for person in people], until),
            programmes=_periods([person.programmes for person in people], until),
            care_team=_periods([person.carers for person in people], until),
            tagged=_periods([person.tags for person in people], until),
            untagged={},
            events=_events(people, until),
            bookings=_bookings(people, until),
            contacts=_contacts(people, until),
            changes=NO_CHANGES,
            encounters=(np.empty(0, np.int64), _ints([])),
        )


def daily(known: Known, indicator: str, values: list[Any], first: str = "2026-03-01", at: str = "") -> Known:
    """One reading a day of the first person, from `first` on within its month; None leaves a day out."""
    person = known.people[0] if known.people else known.person()
    for place, value in enumerate(values):
        if value is not None:
            person.read(indicator, value, f"{first[:8]}{int(first[8:]) + place:02}", at)
    return known


def told(periods: Periods, person: int = 0) -> list[str]:
    """The stretches of a person as text, their last day included."""
    mine = periods.where(periods.person == person)
    return [
        f"{'' if start == EVER else day_of(start)} to {'' if end == NEVER else day_of(end - 1)}".strip()
        for start, end in zip(mine.start.tolist(), mine.end.tolist(), strict=True)
    ]


def _ints(numbers: Iterable[int]) -> Any:
    return np.array(list(numbers), np.int32)


def _words(texts: Iterable[str | None]) -> Any:
    return np.array([*texts, None], object)[:-1]


def _points(places: Iterable[tuple[int, int]]) -> Points:
    """Points of (person, day); the order in which they are told is the order of their rows."""
    rows = list(places)
    return Points(
        _ints(place for place, _ in rows),
        _ints(day for _, day in rows),
        np.arange(1, len(rows) + 1, dtype=np.int64),
    )


def _by[T](rows: Iterable[tuple[int, T]], name: Callable[[T], str]) -> dict[str, list[tuple[int, T]]]:
    found: dict[str, list[tuple[int, T]]] = {}
    for place, row in rows:
        found.setdefault(name(row), []).append((place, row))
    return found


def _series(people: list[Person], until: int) -> dict[str, Series]:
    rows = [(at, one) for at, who in enumerate(people) for one in who.readings if one.day <= until]
    return {
        name: Series.of(
            _points((place, one.day) for place, one in some),
            np.array([one.minute for _, one in some], np.int16),
            np.array([one.value for _, one in some], float),
            np.array([COMPARATORS.index(one.comparator) for _, one in some], np.int8),
            _words(one.code for _, one in some) if any(one.code for _, one in some) else None,
            rounded=name in MEAN_OF_THE_DAY,
        )
        for name, some in _by(rows, lambda one: one.indicator).items()
    }


def _periods(stretches: list[list[Stretch]], until: int) -> dict[str, Periods]:
    rows = [(at, one) for at, some in enumerate(stretches) for one in some if one.start <= until]
    return {
        name: Periods.of(
            _ints(place for place, _ in some),
            _ints(one.start for _, one in some),
            _ints(one.end for _, one in some),
        )
        for name, some in _by(rows, lambda one: one.what).items()
    }


def _events(people: list[Person], until: int) -> dict[str, Points]:
    rows = [(at, one) for at, who in enumerate(people) for one in who.events if one.day <= until]
    found = {
        name: _points((place, one.day) for place, one in some)
        for name, some in _by(rows, lambda one: one.what).items()
    }
    return {name: Points.of(some.person, some.day, some.fact) for name, some in found.items()}


def _bookings(people: list[Person], until: int) -> Bookings:
    rows = [(at, one) for at, who in enumerate(people) for one in who.bookings if one.made <= until]
    return Bookings(
        _ints(place for place, _ in rows),
        _ints(one.made for _, one in rows),
        _ints(one.start for _, one in rows),
        np.full(len(rows), -1, np.int16),
        _words(one.what for _, one in rows),
        np.arange(len(rows), dtype=np.int64),
    )


def _contacts(people: list[Person], until: int) -> Contacts:
    rows = [
        (at, one)
        for at, who in enumerate(people)
        for one in sorted(who.contacts, key=lambda one: (one.day, one.minute))
        if one.day <= until
    ]
    return Contacts(
        _points((place, one.day) for place, one in rows),
        np.array([one.minute for _, one in rows], np.int16),
        _words(one.direction for _, one in rows),
        _words(one.channel for _, one in rows),
        _words(one.outcome for _, one in rows),
        _words(one.topic for _, one in rows),
        _words(None for _ in rows),
        _words(one.text for _, one in rows),
    )
