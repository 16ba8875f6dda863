"""The sentence of a rule with the person's own numbers in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from kanglu.care.given import IN_STEPS
from kanglu.catalogue import Catalogue, Indicator
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Measured
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Gift, Rule
from kanglu.i18n import Words
from kanglu.record.rulings import Ruling
from kanglu.unit_text import unit_text

_QUOTES = 3


@dataclass(frozen=True, slots=True)
class About:
    """The person whom a sentence is about, as far as it may name them.

    Parameters
    ----------
    name, age : None where they are not known.
    doctor : the name of the doctor in charge.
    slot : the next booking that stands, as a day.
    quotes : what messages said, by the row of the record.
    """

    name: str | None = None
    age: int | None = None
    doctor: str | None = None
    slot: str | None = None
    quotes: Mapping[int, str] | None = None


class _Known(dict[str, str]):
    """The words for a sentence's braces; what is not known is said to be so."""

    def __init__(self, _: Words) -> None:
        super().__init__()
        self._unknown = _("not known")

    def __missing__(self, name: str) -> str:
        return self._unknown


def sentence(rules: Rulebook, row: Ruling, about: About, as_of: date, _: Words) -> str:
    """Why the row is there, in one or two sentences."""
    rule = rules.rules[row.rule]
    return fill(_.name(rule.explain), values_of(rules, rule, row, about, as_of, _))


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its braces filled."""
    return template.format_map(values)


def values_of(
    rules: Rulebook, rule: Rule, row: Ruling, about: About, as_of: date, _: Words
) -> Mapping[str, str]:
    """What the braces of a rule's sentences and messages stand for."""
    known = _Known(_)
    inputs: list[dict[str, Any]] = orjson.loads(row.inputs)
    catalogue = rules.catalogue
    for entry in inputs:
        name = str(entry["of"])
        if name in catalogue.indicators:
            known |= _measured(catalogue, name, entry, _)
        elif "class" in entry:
            known |= _visit(rules, entry, about.age, _)
        if "count" in entry:
            known["count"] = str(entry["count"])
            said = [about.quotes[fact] for fact in entry["facts"] if about.quotes and fact in about.quotes]
            known["quotes"] = "; ".join(f"“{text}”" for text in said[-_QUOTES:])
    items = _abnormal(rules, rule, inputs, about.age, _)
    known["item"] = ("、" if _.lang == "zh" else ", ").join(items)
    known["date"] = _.day(date.fromisoformat(row.period))
    known["since"] = _.day(date.fromisoformat(row.starts))
    known["days"] = str(_days(row, inputs, as_of))
    if row.due is not None:
        known["due"] = _.day(date.fromisoformat(row.due))
    for name, value in (("name", about.name), ("doctor", about.doctor), ("slot", about.slot)):
        if value is not None:
            known[name] = value
    if about.age is not None:
        known["age"] = str(about.age)
    if rule.programme is not None:
        known["programme"] = _.name(rules.programmes[rule.programme].name)
    return known


def _measured(catalogue: Catalogue, name: str, entry: Mapping[str, Any], _: Words) -> dict[str, str]:
    indicator = catalogue.indicators[name]
    found = {f"{name}_on": _.day(date.fromisoformat(entry["on"]))}
    if "value" in entry and indicator.kind == "boolean":
        found[name] = _("yes") if entry["value"] else _("no")
    elif "value" in entry:
        found[name] = indicator.format(entry["value"])
    elif "code" in entry:
        code = indicator.codes.get(entry["code"])
        found[name] = _.name(code.name) if code else str(entry["code"])
    return found


def _visit(rules: Rulebook, entry: Mapping[str, Any], age: int | None, _: Words) -> dict[str, str]:
    programme = rules.programmes[str(entry["of"])]
    named = next(one for one in programme.classes if one.id == entry["class"])
    return {"class": _.name(named.name), "limit": limit_of(programme, age)}


def limit_of(programme: Programme, age: int | None) -> str:
    """From what on a visit counts as not controlled at an age, as ``140/90`` or ``7``; empty if unknown."""
    for one in programme.classes:
        if one.id in programme.streak and (limits := dict[str, float]()) is not None:
            for name, wanted in _values_asked(one.when, age):
                for limit in (wanted.ge, wanted.gt):
                    if limit is not None:
                        limits[name] = min(limit, limits.get(name, limit))
            if limits:
                return "/".join(f"{limit:g}" for limit in limits.values())
    return ""


def _values_asked(condition: asked.Condition, age: int | None) -> Iterator[tuple[str, Measured]]:
    """Each indicator and what a condition asks of it, without what is for people of another age."""
    if isinstance(condition, asked.AllOf):
        ages = [part.age for part in condition.all if isinstance(part, asked.IsAge)]
        if ages and (age is None or not all(_satisfies(age, one.limits) for one in ages)):
            return
    if isinstance(condition.asked, Measured):
        yield from ((name, condition.asked) for name in condition.asked.of)
    for part in condition.parts:
        yield from _values_asked(part, age)


def _abnormal(
    rules: Rulebook, rule: Rule, inputs: Sequence[Mapping[str, Any]], age: int | None, _: Words
) -> list[str]:
    """The values that are such as the rule asks for, each once: ``钾 6.2 mmol/L``."""
    values = {str(entry["of"]): entry["value"] for entry in inputs if "value" in entry}
    found: dict[str, None] = {}
    for condition in (rule.applies, rule.when):
        for name, wanted in _values_asked(condition, age) if condition is not None else ():
            asks = name in values and wanted.has_numbers and wanted.unit is None
            if asks and _satisfies(values[name], wanted.limits):
                found[name] = None
    return [_in_words(rules.catalogue.indicators[name], values[name], _) for name in found]


def _in_words(indicator: Indicator, value: float, _: Words) -> str:
    return f"{_.name(indicator.name)} {indicator.format(value)} {unit_text(indicator.unit, _)}".rstrip()


def _satisfies(value: float, limits: Mapping[str, float]) -> bool:
    return all(
        {"lt": value < limit, "le": value <= limit, "gt": value > limit, "ge": value >= limit}[name]
        for name, limit in limits.items()
    )


def _days(row: Ruling, inputs: Sequence[Mapping[str, Any]], as_of: date) -> int:
    """Days since what the rule looked at last, else since it began to hold."""
    last = max((str(entry["on"]) for entry in inputs if "on" in entry), default=row.starts)
    return (as_of - date.fromisoformat(last)).days


def called(rules: Rulebook, key: str, _: Words) -> str:
    """What people call the task, message or referral of a key; its code where the rules no longer know it."""
    gift = gift_of(rules, key)
    if gift is None:
        return key
    shelf: Mapping[str, Any] = {"tag": rules.tags, "message": rules.messages}.get(gift.kind, rules.actions)
    return _.name(shelf[gift.code].name) if gift.code in shelf else gift.code


def gift_of(rules: Rulebook, key: str) -> Gift | None:
    """What the rules gave under a key; None where they no longer know it."""
    rule = rules.rules.get(key.partition("@")[0])
    return None if rule is None else _gift_of(rules, rule, int(key.rpartition("#")[2]))


def _gift_of(rules: Rulebook, rule: Rule, part: int) -> Gift | None:
    """The gift that a part of a rule belongs to, or the step of its journey."""
    if part >= IN_STEPS:
        journey = _gift_of(rules, rule, part // IN_STEPS - 1)
        steps = () if journey is None else rules.journeys[journey.code].steps
        at = part % IN_STEPS
        return steps[at].gives if at < len(steps) else None
    for gift in rule.gives:
        if part < len(gift.at):
            return gift
        part -= len(gift.at)
    return None
