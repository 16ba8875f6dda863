"""People at the edges of the rules: for each one to whom it gives something, and one who is a step short.

They are the rules' own examples, moved in time so that their day becomes the demo's. An example about days
moves by days, one about calendar months by months; which of them keeps what it gives is tried, not guessed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np

from kanglu.care.blocks import block_of
from kanglu.care.calendar import number
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence
from kanglu.care.examples import facts_of, is_there
from kanglu.care.invented import Invented, known_of
from kanglu.care.rows import rows_of
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Example, Given
from kanglu.dates import add_months, parse_day
from kanglu.demo.people import id_numbers, names
from kanglu.demo.resources import Resource, patient, resource
from kanglu.demo.rules import AS_OF, IN_FORCE_SINCE
from kanglu.demo.writing import write_ndjson, write_table
from kanglu.record.facts import Appointment, Encounter, Fact, Observation, Procedure

type Side = Literal["fires", "short"]

SYSTEM = "demo-edge"
"""System of the identifier that says which edge a person stands at: ``monitoring.quarter_overdue/fires``."""
_SEED = 20260101
_COUNTY = 9001


@dataclass(frozen=True)
class Edge:
    """An example of a rule, moved to the demo's day, and on which side of the rule it lies."""

    rule: str
    side: Side
    example: Example

    @property
    def name(self) -> str:
        """What the person is found by."""
        return f"{self.rule}/{self.side}"


@dataclass(frozen=True)
class Shift:
    """A way through time: whole months, then days."""

    months: int = 0
    days: int = 0

    def day(self, day: date) -> date:
        """Where a day comes to lie."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def time(self, text: str) -> str:
        """Where an effective time comes to lie; its time of day stays."""
        return f"{self.day(parse_day(text[:10])).isoformat()}{text[10:]}"

    def given(self, fact: Given) -> Given:
        """A fact of an example, moved."""
        until, booked = (None if text is None else self.time(text) for text in (fact.until, fact.booked))
        return fact.model_copy(update={"on": self.time(fact.on), "until": until, "booked": booked})

    def example(self, example: Example, as_of: date) -> Example:
        """An example, moved to be as of a day; people are born as much earlier, so that they are as old."""
        moved = {
            "born": self.day(example.born),
            "as_of": as_of,
            "facts": tuple(map(self.given, example.facts)),
            "due": None,
        }
        return example.model_copy(update=moved)


def edges(rules: Rulebook, as_of: date = AS_OF) -> list[Edge]:
    """For each rule the first of its examples that gives something, and the first that gives nothing.

    Of each the first move that keeps what it gives; an example that none keeps is passed over.
    """
    tried = [
        Edge(rule.id, "fires" if example.gives else "short", shift.example(example, as_of))
        for rule in (rules.rules[name] for name in rules.order)
        for example in rule.examples
        for shift in _shifts(example.as_of, as_of)
    ]
    given = _given(rules, tried, as_of)
    found: dict[str, Edge] = {}
    for edge, codes in zip(tried, given, strict=True):
        if codes == set(edge.example.gives):
            found.setdefault(edge.name, edge)
    return list(found.values())


def _shifts(before: date, after: date) -> tuple[Shift, Shift]:
    months = (after.year - before.year) * 12 + after.month - before.month
    rest = (after - add_months(before, months)).days
    return Shift(days=(after - before).days), Shift(months, rest)


def _given(rules: Rulebook, tried: Sequence[Edge], as_of: date) -> list[set[str]]:
    """What the rule of each gives it, with all of them as the people of one panel."""
    people = [
        Invented(place, edge.example.born, edge.example.sex, as_of)
        for place, edge in enumerate(tried, start=1)
    ]
    facts = [
        fact for place, edge in enumerate(tried, start=1) for fact in facts_of(rules, edge.example, place)
    ]
    block = block_of(known_of(people, facts, as_of), rules)
    found = Evaluator(block, rules, lambda rule: number(IN_FORCE_SINCE))
    codes = defaultdict(set)
    for row in rows_of(found.run(), block, Evidence(found), found.live):
        if is_there(row, as_of):
            codes[row.person_id, row.rule].add(row.code)
    return [codes[place, edge.rule] for place, edge in enumerate(tried, start=1)]


def write_edges(folder: Path, rules: Rulebook) -> list[Path]:
    """Write the people at the edges: who they are and what befell them, and what was measured."""
    found = edges(rules)
    born = [edge.example.born for edge in found]
    male = [edge.example.sex == "male" for edge in found]
    cards = id_numbers(born, male, _COUNTY)
    called = names(male, np.random.default_rng(_SEED))
    resources: list[Resource] = []
    rows: list[Sequence[str | None]] = [("身份证号", "姓名", "日期时间", "项目", "结果", "单位")]
    for order, edge in enumerate(found):
        key = f"e{order + 1:03d}"
        resources.append(
            patient(key, cards[order], called[order], male[order], born[order], {SYSTEM: edge.name})
        )
        for place, fact in enumerate(facts_of(rules, edge.example), start=1):
            if isinstance(fact, Observation):
                rows.append((cards[order], called[order], *_reading(rules, fact)))
            else:
                resources.append(resource(_named(rules, fact), key, place))
    return [
        write_ndjson(folder / "边界.ndjson", resources),
        write_table(folder / "边界.csv", rows),
    ]


def _named(rules: Rulebook, fact: Fact) -> Fact:
    """The fact with the words for its code, where it is an event that has none."""
    if not isinstance(fact, Encounter | Procedure | Appointment) or fact.display:
        return fact
    words = (event.name["zh"] for event in rules.events.values() if fact.code in event.codes)
    return fact._replace(display=next(words, None))


def _reading(rules: Rulebook, fact: Observation) -> Sequence[str | None]:
    """A row of the long table, but for whom it is of: answers in the words of the catalogue."""
    indicator = rules.catalogue.indicators[fact.indicator]
    if fact.value_code is not None:
        said = indicator.codes[fact.value_code].name["zh"]
    elif indicator.kind == "boolean":
        said = "是" if fact.value else "否"
    else:
        said = f"{fact.value:.10g}"
    when = (fact.effective or "").replace("T", " ")
    return when, indicator.name["zh"], said, indicator.unit
