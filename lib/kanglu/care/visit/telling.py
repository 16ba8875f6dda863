"""Answers, faults and doubts in words, for whoever fills a form."""

from datetime import date

from kanglu.care.visit.doubts import Doubt
from kanglu.care.visit.known import Known
from kanglu.catalogue.answering import AnswerFault, Raw
from kanglu.catalogue.joining import NOTHING
from kanglu.catalogue.questionnaires import Item
from kanglu.i18n import Words
from kanglu.unit_text import unit_text


def answer_text(item: Item, raw: Raw, _: Words) -> str:
    """An answer as people read it, a number with its unit."""
    if isinstance(raw, bool):
        return _("yes") if raw else _("no")
    if isinstance(raw, dict):
        return f"{raw['value']:g} {unit_text(str(raw['unit']), _)}".rstrip()
    if item.kind == "choice":
        codes = raw if isinstance(raw, list) else [str(raw)]
        names = [_.name(option.name) if (option := item.option(code)) else code for code in codes]
        return ("、" if _.lang == "zh" else ", ").join(names)
    if isinstance(raw, int | float):
        return f"{raw:g} {unit_text(item.unit, _)}".rstrip()
    return str(raw)


def day_text(day: str, _: Words) -> str:
    """A day in words; what is known by month or year only, as it stands."""
    return _.day(date.fromisoformat(day[:10])) if len(day) >= 10 else day


def known_text(item: Item, known: Known, _: Words) -> str:
    """What the record knows of an item, with its day and how it was obtained."""
    said = answer_text(item, known.raw, _)
    if known.day is None:
        return _("In the record: {answer}", answer=said)
    day = day_text(known.day, _)
    if known.origin == "measured":
        return _("Last: {answer}, measured on {day}", answer=said, day=day)
    if known.origin == "imported":
        return _("Last: {answer}, from a report of {day}", answer=said, day=day)
    if known.origin == "derived":
        return _("Last: {answer}, computed for {day}", answer=said, day=day)
    return _("Last: {answer}, told on {day}", answer=said, day=day)


def fault_text(item: Item, fault: AnswerFault, _: Words) -> str:
    """Why an answer cannot be taken, with the limit."""
    unit = unit_text(item.unit, _)
    match fault.kind:
        case "range":
            return _limits(fault, unit, _)
        case "whole":
            return _("It must be a whole number.")
        case "number":
            return _("It must be a number.")
        case "unit":
            return _("It must be a number, in {unit}.", unit=unit)
        case "option":
            return _("It must be one of the answers.")
        case "truth":
            return _("Answer yes or no.")
        case "date":
            return _("Write the day as 2026-05-26.")
        case "past":
            return _("The next visit must be after this one.")
        case "alone":
            none = item.option(NOTHING)
            return _("“{none}” goes with no other answer.", none="" if none is None else _.name(none.name))
        case "difference":
            low, high = fault.limits or (None, None)
            return _(
                "The lower pressure must lie {low} to {high} mmHg below the upper one. Are they exchanged?",
                low=_plain(low), high=_plain(high),
            )  # fmt: skip
        case _:
            return _("This cannot be answered here.")


def _limits(fault: AnswerFault, unit: str, _: Words) -> str:
    low, high = fault.limits or (None, None)
    if low is None:
        return _("At most {high} {unit} can be entered.", high=_plain(high), unit=unit)
    if high is None:
        return _("At least {low} {unit} must be entered.", low=_plain(low), unit=unit)
    return _("Only {low} to {high} {unit} can be entered.", low=_plain(low), high=_plain(high), unit=unit)


def doubt_text(item: Item, doubt: Doubt, _: Words) -> str:
    """What is asked about an answer before it is taken."""
    unit = unit_text(item.unit, _)
    value, limit = _plain(doubt.value), _plain(doubt.limit)
    match doubt.kind:
        case "low":
            return _("{value} {unit} is unusual: it is below {limit}.", value=value, unit=unit, limit=limit)
        case "high":
            return _("{value} {unit} is unusual: it is above {limit}.", value=value, unit=unit, limit=limit)
        case "gap_low":
            return _("The two pressures lie only {value} mmHg apart.", value=value)
        case "gap_high":
            return _("The two pressures lie {value} mmHg apart.", value=value)
    last = doubt.last
    if last is None or last.day is None:
        return _("{value} {unit} differs much from the last value.", value=value, unit=unit)
    return _(
        "{value} {unit}: it was {last} on {day}, more than {limit} apart.",
        value=value, unit=unit, last=answer_text(item, last.raw, _), day=day_text(last.day, _), limit=limit,
    )  # fmt: skip


def _plain(number: float | None) -> str:
    return "…" if number is None else f"{number:g}"
