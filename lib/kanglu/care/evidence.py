"""What stood behind what was given: the values, visits and contacts that its rule looked at, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from kanglu.care.block import Words
from kanglu.care.calendar import Floats, Ints, Longs, iso
from kanglu.care.evaluator import Evaluator
from kanglu.care.given import Given
from kanglu.care.series import NO_POINTS, Points
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Change, Contact, Count, Gap, Measured, Message
from kanglu.catalogue.rules import Rule
from kanglu.catalogue.spans import NOTHING

type Input = dict[str, object]


def asked_of(rule: Rule, evaluator: Evaluator) -> Iterator[Any]:
    """Every condition that decides a rule, those of its programme's classes among them."""
    for condition in (rule.applies, rule.when):
        if condition is not None:
            yield from asked.walk(condition)
    if rule.on is not None and rule.on.visit is not None:
        for one in evaluator.rulebook.programmes[rule.on.visit.programme].classes:
            yield from asked.walk(one.when)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a rule looks at, each once and in the order in which it is asked."""

    indicators: tuple[str, ...]
    events: tuple[str, ...]
    visits: tuple[str, ...]
    contacts: tuple[Contact | Message, ...]


@dataclass(eq=False)
class Evidence:
    """Gathers the inputs of what was given, all rows of a rule at once."""

    evaluator: Evaluator
    _looked: dict[str, Looked] = field(default_factory=dict)
    _daily: dict[str, tuple[Points, Floats, Words | None]] = field(default_factory=dict)

    def looked_at(self, rule: Rule) -> Looked:
        """What the rule looks at."""
        if rule.id not in self._looked:
            self._looked[rule.id] = self._look(rule)
        return self._looked[rule.id]

    def _look(self, rule: Rule) -> Looked:
        indicators: dict[str, None] = dict.fromkeys(() if rule.on is None else rule.on.observed)
        events: dict[str, None] = {}
        visits: dict[str, None] = {}
        contacts: dict[Contact | Message, None] = {}
        if rule.on is not None and rule.on.event is not None:
            events[rule.on.event] = None
        if rule.on is not None and rule.on.message is not None:
            said = dict(rule.on.message)  # on the day that is answered, and not before
            contacts[Message.model_construct(**said, within=NOTHING, at_least=1)] = None
        for node in asked_of(rule, self.evaluator):
            wanted = node.asked
            if isinstance(wanted, Measured | Change | Gap):
                indicators |= dict.fromkeys(wanted.of)
            if isinstance(wanted, Gap | Change) and wanted.event is not None:
                events[wanted.event] = None
            if isinstance(wanted, Gap) and wanted.visit is not None:
                visits[wanted.visit] = None
            if isinstance(node, asked.IsEvent):
                events[node.event.type] = None
            if isinstance(wanted, Contact | Message):
                contacts[wanted] = None
        return Looked(tuple(indicators), tuple(events), tuple(visits), tuple(contacts))

    def inputs(self, given: Given) -> list[str]:
        """The inputs of each row as JSON: a list of what was looked at and found, by the day it was given."""
        if not len(given):
            return []
        looked = self.looked_at(given.rule)
        found: list[list[Input]] = [[] for _ in range(len(given))]
        person, day = given.person, given.starts
        for name in looked.indicators:
            points, value, code = self._values(name)
            self._add(found, name, points, points.last_before(person, day), value, code)
        for name in looked.events:
            points = self.evaluator.block.events.get(name, NO_POINTS)
            self._add(found, name, points, points.last_before(person, day))
        for name in looked.visits:
            points = self.evaluator.visits(name).all
            self._add(found, "visit", points, points.last_before(person, day))
        for wanted in looked.contacts:
            self._add_contacts(found, wanted, person, day)
        self._add_visit(found, given)
        return [orjson.dumps(one).decode() for one in found]

    def _values(self, name: str) -> tuple[Points, Floats, Words | None]:
        """The days on which an indicator was measured or asked, and the value or code of each."""
        if name not in self._daily:
            series = self.evaluator.holding.series((name,))
            points, _, value = series.daily(_ANY, None)
            at = series.at.last_before(points.person, points.day)
            self._daily[name] = points, value, None if series.code is None else series.code[at]
        return self._daily[name]

    @staticmethod
    def _add(
        found: list[list[Input]],
        name: str,
        points: Points,
        place: Longs,
        value: Floats | None = None,
        code: Words | None = None,
    ) -> None:
        at = np.flatnonzero(place >= 0)
        chosen = place[at]
        nothing: list[None] = [None] * len(at)
        columns = zip(
            at.tolist(),
            iso(points.day[chosen]),
            points.fact[chosen].tolist(),
            nothing if value is None else value[chosen].tolist(),
            nothing if code is None else code[chosen].tolist(),
            strict=True,
        )
        for row, on, fact, number, word in columns:
            entry: Input = {"of": name, "on": on, "fact": fact}
            if number is not None and number == number:
                entry["value"] = number
            if word is not None:
                entry["code"] = word
            found[row].append(entry)

    def _add_contacts(
        self, found: list[list[Input]], wanted: Contact | Message, person: Ints, day: Ints
    ) -> None:
        holding = self.evaluator.holding
        points = holding.said(wanted) if isinstance(wanted, Message) else holding.contacted(wanted)
        name = "message" if isinstance(wanted, Message) else "contact"
        last = points.last_before(person, day)
        first = points.last_before(person, (day - round(wanted.within.about) - 1).astype(np.int32))
        for row in np.flatnonzero(last >= 0).tolist():
            earlier = first[row] if first[row] >= 0 else np.searchsorted(points.person, person[row]) - 1
            begin = int(earlier) + 1
            facts = points.fact[begin : int(last[row]) + 1].tolist()
            if facts:
                found[row].append({"of": name, "count": len(facts), "facts": facts})

    def _add_visit(self, found: list[list[Input]], given: Given) -> None:
        """Class and streak of the visit that was answered, and how late it was entered."""
        trigger = None if given.rule.on is None else given.rule.on.visit
        if trigger is None:
            return
        visits = self.evaluator.visits(trigger.programme)
        place = visits.at.last_before(given.person, given.period)
        entered = self.evaluator.block.entered_on(given.fact)
        for row, (at, fact, late) in enumerate(
            zip(place.tolist(), given.fact.tolist(), (entered - given.period).tolist(), strict=True)
        ):
            entry: Input = {
                "of": trigger.programme,
                "class": visits.classes[visits.place[at]],
                "before": int(visits.before[at]),
                "fact": fact,
            }
            if visits.mixed[at]:
                entry["mixed"] = True
            if late > 0:
                entry["late_entry"] = late
            found[row].append(entry)


_ANY = Count.model_construct(of=("",), at_least=1)
