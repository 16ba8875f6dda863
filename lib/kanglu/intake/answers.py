"""Answers of a questionnaire as facts: the form itself, and the observations that answers are."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from kanglu.catalogue import Indicator
from kanglu.catalogue.answering import Raw, counted
from kanglu.catalogue.questionnaires import NUMBERS, Item, Questionnaire
from kanglu.record.facts import Observation, Origin, QuestionnaireResponse

SYSTEM = "kanglu"
"""System of the questionnaires that the catalogue knows."""


def packed(answers: Any) -> str:
    """Raw answers as the record keeps them."""
    return orjson.dumps(answers).decode()


def unpacked(text: str) -> Any:
    """Raw answers from the record."""
    return orjson.loads(text)


def facts(
    questionnaire: Questionnaire,
    answers: Mapping[str, Raw],
    response: QuestionnaireResponse,
    indicators: Mapping[str, Indicator],
) -> Iterator[QuestionnaireResponse | Observation]:
    """The response with its answers, and the observations among them, of the same person, day and source.

    The source key of an observation is that of the response and its indicator.
    """
    yield response._replace(
        system=SYSTEM,
        code=questionnaire.id,
        version=str(questionnaire.version),
        answers=packed(answers),
        display=questionnaire.name["zh"],
    )
    for item in questionnaire.by_id.values():
        indicator = indicators.get(item.indicator or "")
        if indicator is None or item.id not in answers:
            continue
        yield _observation(item, answers[item.id], indicator)._replace(
            person_id=response.person_id,
            effective=response.effective,
            origin=_origin(item, answers, response.origin),
            status=response.status,
            source=response.source,
            source_key=observation_key(response.source_key, indicator.id),
        )


def observation_key(response: str | None, indicator: str) -> str | None:
    """The source key of what a response says of an indicator."""
    return None if response is None else f"{response}#{indicator}"


def _origin(item: Item, answers: Mapping[str, Raw], told: Origin) -> Origin:
    """What was told in a form, but is measured, unless the visit was a telephone call."""
    measured = told == "reported" and item.measured and answers.get("mode") != "phone"
    return "measured" if measured else told


def _observation(item: Item, raw: Raw, indicator: Indicator) -> Observation:
    """The observation that an answer is, but for the person and the time."""
    said = Observation(0, indicator.id, None, original_value=_shown(raw))
    if item.kind in NUMBERS:
        value, unit = (raw["value"], raw["unit"]) if isinstance(raw, dict) else (raw, item.unit)
        canonical = indicator.convert(float(value), unit)  # type: ignore[arg-type]
        return said._replace(value=canonical, unit=indicator.unit, original_unit=unit)
    if item.kind == "choice" and indicator.kind != "quantity":
        return said._replace(value_code=str(raw))
    if item.kind in ("choice", "boolean"):
        return said._replace(value=float(counted(item, raw, {})), unit=indicator.unit)
    return said._replace(value_text=str(raw))


def _shown(raw: Raw) -> str:
    """An answer as it was given."""
    if isinstance(raw, dict):
        return f"{raw['value']:g}"
    return str(raw).lower() if isinstance(raw, bool) else str(raw)
