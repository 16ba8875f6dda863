"""Reading the elements of a FHIR resource: texts, codes, dates. What has the wrong shape is `Malformed`."""

from functools import lru_cache
from typing import Any, NamedTuple

from kanglu import dates
from kanglu.errors import DateError
from kanglu.intake.fhir.draft import Malformed

type Resource = dict[str, Any]

UCUM = "http://unitsofmeasure.org"


class Concept(NamedTuple):
    """One coding of a CodeableConcept, with the words for it."""

    system: str | None
    code: str | None
    display: str | None


def text(parent: Resource, field: str) -> str | None:
    """A text element; None when it is absent or blank."""
    value = parent.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(field, f"{_shown(value)} is not text.")
    return value.strip() or None


def node(parent: Resource, field: str) -> Resource:
    """An element with parts; empty when it is absent."""
    value = parent.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(field, f"{_shown(value)} is not an object.")
    return value


def nodes(parent: Resource, field: str) -> list[Resource]:
    """A repeating element with parts; empty when it is absent."""
    value = parent.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed(field, f"{_shown(value)} is not a list of objects.")
    return value


def concepts(concept: Resource, field: str) -> list[Concept]:
    """Every coding of a CodeableConcept that has a code; where none has, the text alone."""
    words = text(concept, "text")
    found = [
        Concept(text(coding, "system"), code, text(coding, "display") or words)
        for coding in nodes(concept, "coding")
        if (code := text(coding, "code"))
    ]
    if found:
        return found
    words = words or next(
        filter(None, (text(coding, "display") for coding in nodes(concept, "coding"))), None
    )
    if words:
        return [Concept(None, None, words)]
    raise Malformed(field, "It has neither a code nor words.")


def code_of(parent: Resource, field: str) -> str | None:
    """The first code of a CodeableConcept, as statuses are given; None when it is absent."""
    return next(filter(None, (text(coding, "code") for coding in nodes(node(parent, field), "coding"))), None)


def words_of(concept: Resource) -> str | None:
    """A CodeableConcept or Reference in words."""
    if found := text(concept, "text") or text(concept, "display"):
        return found
    codings = nodes(concept, "coding")
    return next(filter(None, (text(each, "display") or text(each, "code") for each in codings)), None)


def all_words(parent: Resource, field: str) -> str | None:
    """A repeating CodeableConcept or Reference in words, joined."""
    return "; ".join(filter(None, map(words_of, nodes(parent, field)))) or None


@lru_cache(maxsize=65536)
def _partial(value: str) -> str:
    return dates.partial(value)


def date(parent: Resource, field: str) -> str | None:
    """A date or time in Kanglu's form, as exact as it is given; None when it is absent."""
    value = text(parent, field)
    if value is None:
        return None
    try:
        return _partial(value)
    except DateError as error:
        raise Malformed(field, error.what, error.remedy or "") from None


def period(parent: Resource, field: str) -> tuple[str | None, str | None]:
    """Start and end of a Period."""
    given = node(parent, field)
    start, end = date(given, "start"), date(given, "end")
    if start and end and end[: len(start)] < start[: len(end)]:
        raise Malformed(field, f"It ends ({end}) before it starts ({start}).")
    return start, end


def when(resource: Resource, stem: str) -> tuple[str | None, str | None]:
    """Start and end of ``stem[x]``, where it is a dateTime, an instant, a Period or a Timing."""
    if found := date(resource, f"{stem}DateTime"):
        return found, None
    if f"{stem}Period" in resource:
        return period(resource, f"{stem}Period")
    if found := date(resource, f"{stem}Instant"):
        return found, None
    events = node(resource, f"{stem}Timing").get("event")
    if isinstance(events, list) and events:
        return date({"event": events[0]}, "event"), None
    return None, None


def _shown(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
