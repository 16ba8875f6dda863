"""Rules held to their own examples: each example's person is invented, and the rule evaluated over them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kanglu.care.blocks import block_of
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence
from kanglu.care.invented import Invented, known_of
from kanglu.care.rows import rows_of
from kanglu.catalogue.programmes import EventType
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Example, Given, Rule
from kanglu.dates import parse_day
from kanglu.errors import CatalogueError
from kanglu.record.facts import (
    Appointment,
    CareTeam,
    Communication,
    Condition,
    Encounter,
    EpisodeOfCare,
    Fact,
    Flag,
    Immunization,
    MedicationStatement,
    Observation,
    Procedure,
)
from kanglu.record.rulings import Ruling

_SETTING = {"clinic": "AMB", "home": "HH", "phone": "VR"}
_LAST = 10_000
"""More repetitions than this of one fact are a mistake."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An example and what came of it.

    Parameters
    ----------
    rule, example : which.
    gives : the codes that are there on the day.
    due : the days on which these are due.
    ok : whether that is what the example says.
    """

    rule: str
    example: str
    expected: tuple[str, ...]
    gives: tuple[str, ...]
    due: tuple[str, ...]
    ok: bool

    def to_data(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def try_out(rules: Rulebook, names: Sequence[str] | None = None) -> list[Tried]:
    """Evaluate every example of the rules (all when None).

    Raises `CatalogueError` for an example that states a fact which cannot be.
    """
    wanted = rules.order if names is None else names
    return [tried for name in wanted for tried in _try_rule(rules, rules.rules[name])]


def _try_rule(rules: Rulebook, rule: Rule) -> Iterator[Tried]:
    for example in rule.examples:
        rows = [row for row in evaluated(rules, rule, example) if is_there(row, example.as_of)]
        gives = tuple(sorted({row.code for row in rows}))
        due = tuple(sorted({row.due for row in rows if row.due is not None}))
        ok = set(gives) == set(example.gives)
        if example.due is not None:
            ok &= example.due.isoformat() in due
        yield Tried(rule.id, example.name, tuple(sorted(example.gives)), gives, due, ok)


def is_there(row: Ruling, as_of: date) -> bool:
    """Open on the day: a message from the day on which it goes out; the steps of a journey are its own."""
    if row.state != "open" or row.based_on is not None:
        return False
    return row.kind != "message" or str(row.window_start) <= as_of.isoformat()


def evaluated(rules: Rulebook, rule: Rule, example: Example) -> list[Ruling]:
    """What a rule gives the person of an example, by its day."""
    facts = list(facts_of(rules, example))
    since = min([_day(fact.on) for fact in example.facts], default=example.as_of)
    person = Invented(1, example.born, example.sex, min(since, example.as_of))
    block = block_of(known_of([person], facts, example.as_of), rules)
    found = Evaluator(block, rules)
    return list(rows_of(found.run([rule.id]), block, Evidence(found), found.live))


def facts_of(rules: Rulebook, example: Example, person: int = 1) -> Iterator[Fact]:
    """The facts of an example, those with `every` repeated until their last day."""
    for given in example.facts:
        for on in _times(given, example):
            yield _fact(rules, given, on, person)


def _day(text: str) -> date:
    return parse_day(text[:10])


def _times(given: Given, example: Example) -> Iterator[str]:
    yield given.on
    if given.every is None:
        return
    last = _day(given.until) if given.until else example.as_of
    first, clock = _day(given.on), given.on[10:]
    for step in range(1, _LAST):
        day = type(given.every)(given.every.months * step, given.every.days * step).after(first)
        if day > last:
            return
        yield f"{day.isoformat()}{clock}"
    raise CatalogueError(f"The example {example.name!r} repeats a fact more than {_LAST} times.")


def _fact(rules: Rulebook, given: Given, on: str, person: int) -> Fact:
    until = None if given.every is not None else given.until
    if given.observation is not None:
        return _observation(rules, given, on, person)
    if given.condition is not None:
        name = rules.catalogue.problems[given.condition].name["zh"]
        return Condition(person, None, None, on, until, display=name)
    if given.medicine is not None:
        drug = rules.catalogue.drug_classes[given.medicine]
        return MedicationStatement(person, "http://www.whocc.no/atc", drug.atc[0], on, until)
    if given.event is not None:
        return _event(rules.events[given.event], on, until, person)
    if given.visit is not None:
        return Encounter(person, "kanglu", "follow-up", on, until, setting=_SETTING[given.visit])
    if given.message is not None:
        channel = given.channel or "app"
        return Communication(
            person, None, given.topic, on, direction="in", channel=channel, text=given.message
        )
    if given.contact is not None:
        channel = given.channel or "phone"
        return Communication(
            person, None, given.topic, on, direction="out", channel=channel, outcome=given.contact
        )
    if given.booking is not None:
        return Appointment(person, None, given.booking, on, clinical_status="booked", booked=given.booked)
    if given.programme is not None:
        return EpisodeOfCare(person, None, given.programme, on, until, clinical_status="active")
    if given.care_team is not None:
        return CareTeam(person, None, given.care_team, on, until, clinical_status="active", practitioner="1")
    state = "inactive" if given.value is False else "active"
    return Flag(person, None, given.tag, on, until, clinical_status=state)


def _observation(rules: Rulebook, given: Given, on: str, person: int) -> Observation:
    value, name = given.value, str(given.observation)
    unit = rules.catalogue.indicators[name].unit
    if isinstance(value, str):
        return Observation(person, name, on, value_code=value)
    return Observation(person, name, on, value=None if value is None else float(value), unit=unit)


def _event(event: EventType, on: str, until: str | None, person: int) -> Fact:
    """A fact that is an event of the type."""
    system, code, display = None, None, None
    if event.codes:
        code = event.codes[0]
    elif event.snomed:
        system, code = "http://snomed.info/sct", event.snomed[0]
    elif event.icd10:
        system, code = "http://hl7.org/fhir/sid/icd-10", event.icd10[0]
    elif event.keywords:
        display = event.keywords[0]
    end = until or (on if event.at == "end" else None)
    if event.table == "encounter":
        setting = event.setting[0] if event.setting else None
        return Encounter(person, system, code, on, end, setting=setting, display=display)
    if event.table == "procedure":
        return Procedure(person, system, code, on, end, display=display)
    if event.table == "condition":
        return Condition(person, system, code, on, end, display=display)
    if event.table == "immunization":
        return Immunization(person, system, code, on, end, display=display)
    if event.table == "episode_of_care":
        return EpisodeOfCare(person, system, code, on, end, display=display)
    if event.table == "appointment":
        return Appointment(person, system, code, on, end, display=display)
    return Communication(person, system, code, on, end, direction="in", display=display)
