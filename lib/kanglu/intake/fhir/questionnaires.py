"""Questionnaires of the catalogue as FHIR R4 Questionnaires and back: what is read back is what was written.

What FHIR has an element or a common extension for stands there; the rest (scores, alerts, population …) is
JSON in an extension of ours.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from kanglu.catalogue.questionnaires import Item, Option, Questionnaire, When
from kanglu.errors import Refused
from kanglu.intake.fhir.elements import UCUM, Resource

URL: Final = "urn:kanglu:questionnaire:"
"""Before the id of a questionnaire: its canonical address."""
INDICATOR: Final = "urn:kanglu:indicator"
_OURS = "urn:kanglu:fhir:questionnaire"
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_TRANSLATION, _ORDINAL = f"{_EXTENSION}translation", f"{_EXTENSION}ordinalValue"
_UNIT, _LOW, _HIGH = (f"{_EXTENSION}{name}" for name in ("questionnaire-unit", "minValue", "maxValue"))
_ROOT = ("name", "source", "note", "population", "visit", "due_again", "scores", "alerts")
_ITEM = ("help", "computed", "covered_by", "measured")
_ANSWERS = {
    "boolean": "Boolean",
    "integer": "Integer",
    "decimal": "Decimal",
    "date": "Date",
    "text": "String",
}


def to_fhir(questionnaire: Questionnaire) -> Resource:
    """A questionnaire as a FHIR R4 Questionnaire."""
    return {
        "resourceType": "Questionnaire",
        "id": f"{questionnaire.id}-{questionnaire.version}".replace("_", "-"),
        "language": "zh",
        "extension": [_rest(questionnaire, _ROOT)],
        "url": URL + questionnaire.id,
        "version": str(questionnaire.version),
        "name": questionnaire.id,
        "title": questionnaire.name["zh"],
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": questionnaire.licence,
        "item": [_item(item, questionnaire) for item in questionnaire.items],
    }


def from_fhir(resource: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that `to_fhir` wrote. Raises `Refused` for another."""
    try:
        return Questionnaire.model_validate(
            {
                **_rest_of(resource),
                "id": str(resource["url"]).removeprefix(URL),
                "version": int(resource["version"]),
                "licence": resource["copyright"],
                "items": [_item_of(item) for item in resource["item"]],
            }
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise Refused(
            f"It is no questionnaire that Kanglu wrote ({error}).",
            remedy="Write it as YAML in data/catalogue/questionnaires/.",
        ) from error


def coding(questionnaire: str, item: str, option: Option) -> dict[str, Any]:
    """An option as a Coding; codes are those of the item."""
    return {"system": f"{URL}{questionnaire}:{item}", "code": option.code, "display": option.name["zh"]}


def _item(item: Item, whole: Questionnaire) -> dict[str, Any]:
    written: dict[str, Any] = {
        "linkId": item.id,
        "text": item.text["zh"],
        "_text": _translated(item.text),
        "type": item.kind,
    }
    extensions = [_rest(item, _ITEM)] if any(getattr(item, name) for name in _ITEM) else []
    number = "Integer" if item.kind == "integer" else "Decimal"
    for url, end in ((_LOW, item.low), (_HIGH, item.high)):
        if end is not None:
            extensions.append({"url": url, f"value{number}": int(end) if number == "Integer" else end})
    if item.unit:
        extensions.append({"url": _UNIT, "valueCoding": {"system": UCUM, "code": item.unit}})
    if extensions:
        written["extension"] = extensions
    if item.indicator:
        written["code"] = [{"system": INDICATOR, "code": item.indicator}]
    if item.enable_when:
        written["enableWhen"] = [_condition(one, whole) for one in item.enable_when]
        written["enableBehavior"] = "any" if item.enable_any else "all"
    if item.required:
        written["required"] = True
    if item.repeats:
        written["repeats"] = True
    if item.options:
        written["answerOption"] = [_option(option, item, whole) for option in item.options]
    if item.items:
        written["item"] = [_item(one, whole) for one in item.items]
    return written


def _item_of(written: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        **_rest_of(written),
        "id": written["linkId"],
        "kind": written["type"],
        "text": _names(written, "text"),
        "required": written.get("required", False),
        "repeats": written.get("repeats", False),
        "enable_any": written.get("enableBehavior") == "any",
        "enable_when": [_condition_of(one) for one in written.get("enableWhen", ())],
        "options": [_option_of(one["valueCoding"]) for one in written.get("answerOption", ())],
        "items": [_item_of(one) for one in written.get("item", ())],
    }
    for extension in written.get("extension", ()):
        if extension["url"] in (_LOW, _HIGH):
            name = "low" if extension["url"] == _LOW else "high"
            found[name] = extension.get("valueInteger", extension.get("valueDecimal"))
        elif extension["url"] == _UNIT:
            found["unit"] = extension["valueCoding"]["code"]
    if codes := [one["code"] for one in written.get("code", ()) if one.get("system") == INDICATOR]:
        found["indicator"] = codes[0]
    return found


def _condition(condition: When, whole: Questionnaire) -> dict[str, Any]:
    asked = whole.by_id[condition.item]
    answer: dict[str, Any]
    if condition.op == "exists":
        answer = {"answerBoolean": condition.value}
    elif (option := asked.option(str(condition.value))) is not None:
        answer = {"answerCoding": coding(whole.id, asked.id, option)}
    else:
        answer = {f"answer{_ANSWERS[asked.kind]}": condition.value}
    return {"question": condition.item, "operator": condition.op, **answer}


def _condition_of(written: Mapping[str, Any]) -> dict[str, Any]:
    [answer] = [value for name, value in written.items() if name.startswith("answer")]
    value = answer["code"] if isinstance(answer, Mapping) else answer
    return {"item": written["question"], "op": written["operator"], "value": value}


def _option(option: Option, item: Item, whole: Questionnaire) -> dict[str, Any]:
    written = {**coding(whole.id, item.id, option), "_display": _translated(option.name)}
    if option.score is not None:
        written["extension"] = [{"url": _ORDINAL, "valueDecimal": option.score}]
    return {"valueCoding": written}


def _option_of(written: Mapping[str, Any]) -> dict[str, Any]:
    scores = [one["valueDecimal"] for one in written.get("extension", ()) if one["url"] == _ORDINAL]
    score = scores[0] if scores else None
    return {"code": written["code"], "name": _names(written, "display"), "score": score}


def _translated(names: Mapping[Any, str]) -> dict[str, Any]:
    said = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": names["en"]}]
    return {"extension": [{"url": _TRANSLATION, "extension": said}]}


def _names(written: Mapping[str, Any], field: str) -> dict[str, str]:
    [translation] = written[f"_{field}"]["extension"]
    [english] = [one["valueString"] for one in translation["extension"] if one["url"] == "content"]
    return {"zh": written[field], "en": english}


def _rest(of: Questionnaire | Item, names: tuple[str, ...]) -> dict[str, Any]:
    """What FHIR has no place for."""
    said = of.model_dump(mode="json", include=set(names), exclude_defaults=True)
    return {"url": _OURS, "valueString": orjson.dumps(said).decode()}


def _rest_of(written: Mapping[str, Any]) -> dict[str, Any]:
    said = [one["valueString"] for one in written.get("extension", ()) if one["url"] == _OURS]
    return orjson.loads(said[0]) if said else {}
