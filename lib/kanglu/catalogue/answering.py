"""Answers held to their questionnaire: what is asked, what is on its scale, what is still open.

Answers are kept as they were given, by the id of the item: True and False, the code of an option (a list of
them where several may be given), a number in the item's unit, or ``{"value": 200, "unit": "mg/dL"}`` in
another. A text may say each of these: ``yes``, ``是``, an option's name, several with semicolons, ``200
mg/dL``. What was not asked has no answer; that is never the same as no or zero.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kanglu import dates, units
from kanglu.catalogue.models import Indicator
from kanglu.catalogue.questionnaires import NUMBERS, Item, Questionnaire, When
from kanglu.catalogue.reading import did_you_mean
from kanglu.errors import DateError, UnitError

type Raw = bool | int | float | str | list[str] | dict[str, Any]
type FaultKind = Literal[
    "item", "group", "not_asked", "number", "whole", "range", "unit", "option", "truth", "date", "text",
    "alone", "past", "difference",
]  # fmt: skip
type Ends = tuple[float | None, float | None]

_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(.*)", re.ASCII)
_SEVERAL = re.compile(r"[;；]")
_TRUTH = {
    "yes": True,
    "true": True,
    "是": True,
    "有": True,
    "no": False,
    "false": False,
    "否": False,
    "无": False,
}
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class _Unfit(Exception):
    """An answer that cannot be, and what to do."""

    def __init__(self, kind: FaultKind, what: str, remedy: str = "", limits: Ends | None = None) -> None:
        self.kind, self.what, self.remedy, self.limits = kind, what, remedy, limits


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """An answer that cannot be taken: the item, why, and what to do.

    `kind` says the same for programs; `limits` are those of a number out of range, in the item's unit.
    """

    item: str
    what: str
    remedy: str
    kind: FaultKind
    limits: Ends | None = None

    def __str__(self) -> str:
        return f"{self.item}: {self.what} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Held:
    """Answers, held to their questionnaire.

    Parameters
    ----------
    answers : those that can be taken, in the order of the items.
    open : the items that must be answered and are not.
    faults : what cannot be taken, and why.
    asked : the items that are to be asked, given the answers.
    """

    answers: Mapping[str, Raw]
    open: tuple[str, ...]
    faults: tuple[AnswerFault, ...]
    asked: frozenset[str]


def hold(
    questionnaire: Questionnaire, given: Mapping[str, object], indicators: Mapping[str, Indicator]
) -> Held:
    """Hold answers to a questionnaire; None and blank text are no answers."""
    answers: dict[str, Raw] = {}
    faults, open_, asked = [], [], set[str]()
    stated = {name: value for name, value in given.items() if not _blank(value)}
    for name in stated:
        if name not in questionnaire.by_id:
            near = did_you_mean(name, questionnaire.by_id) or "`kanglu form show` lists the items."
            faults.append(AnswerFault(name, f"{questionnaire.id} has no such item.", near, "item"))
    for name, item in questionnaire.by_id.items():
        if _is_asked(item, questionnaire, asked, answers, indicators):
            asked.add(name)
        if name in stated:
            try:
                answers[name] = _taken(item, stated[name], name in asked, indicators)
            except _Unfit as error:
                faults.append(AnswerFault(name, error.what, error.remedy, error.kind, error.limits))
    for name in asked:
        item = questionnaire.by_id[name]
        if item.required and name not in stated and item.covered_by not in answers:
            open_.append(name)
    in_order = tuple(name for name in questionnaire.by_id if name in open_)
    return Held(answers, in_order, tuple(faults), frozenset(asked))


def number_of(item: Item, raw: Raw, indicators: Mapping[str, Indicator]) -> float:
    """The number that an answer of an integer or a decimal states, in the item's unit.

    Raises `UnitError` for a unit that it cannot be in.
    """
    if not isinstance(raw, dict):
        return float(raw)  # type: ignore[arg-type]
    value, unit = float(raw["value"]), str(raw["unit"])
    indicator = indicators.get(item.indicator or "")
    if indicator is None:
        return units.convert(value, unit, item.unit or "1")
    canonical = indicator.convert(value, unit)
    return indicator.express(canonical, item.unit) if item.unit else canonical


def counted(item: Item, raw: Raw, indicators: Mapping[str, Indicator]) -> float | str:
    """What an answer counts in a measure: a number, 1 and 0 for yes and no, a code that has no score."""
    if item.kind in NUMBERS:
        return number_of(item, raw, indicators)
    if isinstance(raw, bool):
        return float(raw)
    option = item.option(str(raw))
    return str(raw) if option is None or option.score is None else option.score


def holds(condition: When, item: Item, raw: Raw | None, indicators: Mapping[str, Indicator]) -> bool:
    """Whether a condition holds on the answer of its item; without an answer only ``exists`` can."""
    if condition.op == "exists":
        return (raw is not None) == condition.value
    if raw is None:
        return False
    compare = _COMPARED[condition.op]
    by_code = item.kind not in NUMBERS and (item.kind != "choice" or condition.op in ("=", "!="))
    if by_code:
        return any(compare(one, condition.value) for one in (raw if isinstance(raw, list) else [raw]))
    every = raw if isinstance(raw, list) else [raw]
    return any(compare(counted(item, one, indicators), condition.value) for one in every)


def _is_asked(
    item: Item,
    questionnaire: Questionnaire,
    asked: set[str],
    answers: Mapping[str, Raw],
    indicators: Mapping[str, Indicator],
) -> bool:
    if (group := questionnaire.group_of.get(item.id)) is not None and group not in asked:
        return False
    found = [
        holds(one, questionnaire.by_id[one.item], answers.get(one.item), indicators)
        for one in item.enable_when
    ]
    return not found or (any(found) if item.enable_any else all(found))


def _blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _taken(item: Item, value: object, asked: bool, indicators: Mapping[str, Indicator]) -> Raw:
    """An answer as it is kept. Raises `_Unfit`."""
    if not item.answerable:
        raise _Unfit("group", f"It is a {item.kind} and has no answer.", "Answer the items in it.")
    if not asked:
        conditions = (" or " if item.enable_any else " and ").join(
            f"{one.item} {one.op} {str(one.value).lower() if isinstance(one.value, bool) else one.value}"
            for one in item.enable_when
        )
        why = f"asked only when {conditions}" if conditions else "part of a group that is not asked"
        raise _Unfit("not_asked", f"It is {why}.", "Leave it out, or correct what it depends on.")
    if item.kind == "choice":
        return _chosen(item, value)
    if item.kind == "boolean":
        return _truth(value)
    if item.kind in NUMBERS:
        return _number(item, value, indicators)
    if not isinstance(value, str):
        raise _Unfit("text", f"{value!r} is no text.", "Put it in quotation marks.")
    if item.kind == "date":
        try:
            return dates.partial(value)
        except DateError as error:
            raise _Unfit("date", error.what, error.remedy or "") from None
    return value.strip()


def _chosen(item: Item, value: object) -> str | list[str]:
    if not item.repeats:
        return _code(item, value)
    several = value if isinstance(value, list) else [value]
    if isinstance(value, str):
        several = [part for part in _SEVERAL.split(value) if part.strip()]
    return [_code(item, one) for one in several]


def _code(item: Item, value: object) -> str:
    text = str(value).strip()
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    for option in () if isinstance(value, bool | list | dict) else item.options:
        if text in (option.code, *option.name.values()):
            return option.code
    listed = ", ".join(f"{option.code} ({option.name['en']})" for option in item.options)
    raise _Unfit("option", f"{value!r} is none of its answers.", f"They are: {listed}.")


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _TRUTH.get(value.strip().casefold())) is not None:
        return found
    raise _Unfit(
        "truth", f"{value!r} is neither yes nor no.", "Write yes or no; leave out what was not asked."
    )


def _number(item: Item, value: object, indicators: Mapping[str, Indicator]) -> int | float | dict[str, Any]:
    number, unit = _read_number(value)
    if unit in (None, item.unit):
        raw: int | float | dict[str, Any] = int(number) if number.is_integer() else number
    else:
        raw = {"value": number, "unit": unit}
    try:
        counts = number_of(item, raw, indicators)
    except UnitError as error:
        raise _Unfit("unit", error.what, error.remedy or f"Give it in {item.unit}.") from None
    if item.kind == "integer" and not counts.is_integer():
        raise _Unfit("whole", f"{number:g} is not a whole number.")
    _within(item, counts, number, unit, indicators.get(item.indicator or ""))
    return raw


def _read_number(value: object) -> tuple[float, str | None]:
    if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
        number, _ = _read_number(value["value"])
        return number, str(value["unit"]).strip()
    if isinstance(value, str) and (found := _NUMBER.fullmatch(value.strip())):
        return float(found[1]), found[2].strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value), None
    raise _Unfit("number", f"{value!r} is not a number.")


def _within(item: Item, counts: float, number: float, unit: str | None, indicator: Indicator | None) -> None:
    """Hold a number to its scale and to what is possible, and say which unit it looks like."""

    def fits(value: float) -> bool:
        return (item.low is None or value >= item.low) and (item.high is None or value <= item.high)

    canonical = counts if indicator is None or item.unit is None else indicator.convert(counts, item.unit)
    if fits(counts) and (indicator is None or indicator.possible_value(canonical)):
        return
    printed = f"{number:g} {unit or item.unit or ''}".strip()
    low, high = item.low, item.high
    if fits(counts) and indicator is not None and indicator.possible is not None:
        low, high = (indicator.express(end, item.unit or indicator.unit or "1") for end in indicator.possible)
    ends = f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"
    what = f"{printed} is outside {ends} {item.unit or ''}".rstrip() + "."
    for other in () if indicator is None else (indicator.unit, *indicator.units):
        if indicator is None or other is None or other == (unit or item.unit):
            continue
        meant = indicator.convert(number, other)
        if indicator.possible_value(meant) and fits(indicator.express(meant, item.unit or other)):
            raise _Unfit(
                "range",
                what,
                f"Is it in {other}? Then give the unit: {number:g} {other} is {meant:.3g} {indicator.unit}.",
                (low, high),
            )
    raise _Unfit("range", what, "Correct it, or leave it out.", (low, high))
