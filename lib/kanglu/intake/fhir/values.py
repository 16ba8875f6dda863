"""The value of an Observation, of whichever of the eleven types R4 allows, as Kanglu stores it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import orjson

from kanglu.catalogue import Indicator
from kanglu.intake.fhir.draft import Malformed
from kanglu.intake.fhir.elements import Resource, concepts, date, node, period, text
from kanglu.intake.fhir.lookups import Lookups

type Comparator = Literal["<", "<=", ">", ">="]
_LARGEST = 1e300
_COMPARATORS = ("<", "<=", ">=", ">")


class Value(NamedTuple):
    """The value fields of `kanglu.record.facts.Observation`."""

    value: float | None = None
    code: str | None = None
    text: str | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    original_value: str | None = None
    original_unit: str | None = None


def value_of(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    """The value of an Observation or component. Raises `Malformed` for none, and for one that cannot be."""
    for field, read in _READERS.items():
        if field in part:
            return read(part, indicator, lookups)
    absent = node(part, "dataAbsentReason")
    if absent:
        why = concepts(absent, "dataAbsentReason")[0]
        raise Malformed(
            "dataAbsentReason",
            f"There is no value: {why.display or why.code}.",
            "Nothing to do: it was not measured.",
        )
    raise Malformed("value[x]", "It has no value and does not say why.", "Add the value in the source.")


def holds_value(part: Resource) -> bool:
    """Whether there is a value, or a stated reason for its absence."""
    return "dataAbsentReason" in part or any(field in part for field in _READERS)


def _quantity(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    quantity = node(part, "valueQuantity")
    number = quantity.get("value")
    unit = text(quantity, "unit") or text(quantity, "code")
    comparator = quantity.get("comparator")
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        what = "It is missing." if number is None else f"{number!r} is not a number."
        raise Malformed("valueQuantity.value", what, "Add the value in the source.")
    if not -_LARGEST < number < _LARGEST:
        raise Malformed("valueQuantity.value", "It is too large to be a measurement.")
    if comparator is not None and comparator not in _COMPARATORS:
        raise Malformed(
            "valueQuantity.comparator", f"{comparator!r} is not one of {', '.join(_COMPARATORS)}."
        )
    if indicator is None:
        return Value(float(number), None, None, comparator, unit, repr(number), unit)
    if indicator.kind != "quantity":
        return _as_text(f"{comparator or ''}{number} {unit or ''}".strip())
    value = lookups.conversion(indicator, quantity)(float(number))
    if not indicator.possible_value(value):
        raise _impossible(indicator, number, unit, value)
    return Value(value, None, None, comparator, indicator.unit, repr(number), unit)


def _impossible(indicator: Indicator, number: float, unit: str | None, value: float) -> Malformed:
    low, high = indicator.possible or (None, None)
    said = f"{indicator.name['en']} {number} {unit or ''} is {value:g} {indicator.unit}"
    return Malformed(
        "valueQuantity.value",
        f"{said}; only {low:g} to {high:g} is possible.",
        "See whether the unit contradicts the number, and correct it in the source.",
    )


def _concept(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    codings = concepts(node(part, "valueCodeableConcept"), "valueCodeableConcept")
    first = codings[0]
    token = f"{first.system or ''}|{first.code}" if first.code else None
    words = text(node(part, "valueCodeableConcept"), "text") or first.display or first.code
    if indicator is None:
        return Value(code=token, text=words)
    answer = lookups.answer(indicator, tuple(codings))
    if answer is None:
        return Value(text=words, original_value=token or words)
    number = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}.get(answer)
    if indicator.kind == "boolean":
        return Value(value=number, text=words, original_value=token or words)
    return Value(code=answer, original_value=token or words)


def _string(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    words = text(part, "valueString")
    if words is None:
        raise Malformed("valueString", "It is empty.", "Add the value in the source.")
    answer = indicator.code_for(words) if indicator is not None and not words.isdigit() else None
    if answer:
        return Value(code=answer, original_value=words)
    return _as_text(words)


def _boolean(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    stated = part["valueBoolean"]
    if not isinstance(stated, bool):
        raise Malformed("valueBoolean", f"{stated!r} is neither true nor false.")
    words = "true" if stated else "false"
    if indicator is not None and indicator.kind != "boolean":
        answer = indicator.code_for("yes" if stated else "no") if indicator.codes else None
        return Value(code=answer, original_value=words) if answer else _as_text(words)
    return Value(float(stated), original_value=words)


def _integer(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    return _quantity({"valueQuantity": {"value": part["valueInteger"]}}, indicator, lookups)


def _range(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    given = node(part, "valueRange")
    low, high = _printed(node(given, "low")), _printed(node(given, "high"))
    if not low and not high:
        raise Malformed("valueRange", "It has neither end.")
    return _as_text(f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}")


def _ratio(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    given = node(part, "valueRatio")
    numerator, denominator = _printed(node(given, "numerator")), _printed(node(given, "denominator"))
    if not numerator or not denominator:
        raise Malformed("valueRatio", "It lacks a numerator or a denominator.")
    return _as_text(f"{numerator} : {denominator}")


def _samples(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    given = node(part, "valueSampledData")
    if not given.get("data"):
        raise Malformed("valueSampledData.data", "It is missing.")
    return Value(text=orjson.dumps(given).decode())


def _time(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    return _as_text(text(part, "valueTime") or "")


def _date_time(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    return _as_text(date(part, "valueDateTime") or "")


def _period(part: Resource, indicator: Indicator | None, lookups: Lookups) -> Value:
    start, end = period(part, "valuePeriod")
    return _as_text(f"{start or ''}/{end or ''}")


def _as_text(words: str) -> Value:
    return Value(text=words, original_value=words)


def _printed(quantity: Resource) -> str:
    number = quantity.get("value")
    if number is None:
        return ""
    unit = quantity.get("unit") or quantity.get("code")
    return f"{quantity.get('comparator') or ''}{number}{f' {unit}' if unit else ''}"


_READERS: Mapping[str, Callable[[dict[str, Any], Indicator | None, Lookups], Value]] = {
    "valueQuantity": _quantity,
    "valueCodeableConcept": _concept,
    "valueString": _string,
    "valueBoolean": _boolean,
    "valueInteger": _integer,
    "valueRange": _range,
    "valueRatio": _ratio,
    "valueSampledData": _samples,
    "valueTime": _time,
    "valueDateTime": _date_time,
    "valuePeriod": _period,
}
