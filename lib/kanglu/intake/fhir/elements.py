"""Reading the elements of a FHIR resource: texts, codes, dates. What has the wrong shape is `Malformed`."""

from functools import lru_cache
from typing import Any

from kanglu import dates
from kanglu.errors import DateError
from kanglu.intake.fhir.draft import Concept, Malformed

type Resource = dict[str, Any]

UCUM = "http://unitsofmeasure.org"


def text(parent: Resource, field: str) -> str | None:
    """A text element; None when it is absent or blank."""
    value = parent.get(field)
    if isinstance(value, str):
        return value.strip() or None
    if value is not None:
        raise Malformed(field, f"{_shown(value)} is not text.")
    return None


def node(parent: Resource, field: str) -> Resource:
    """An element with parts; empty when it is absent."""
    value = parent.get(field)
    if isinstance(value, dict):
        return value
    if value is not None:
        raise Malformed(field, f"{_shown(value)} is not an object.")
    return {}


def nodes(parent: Resource, field: str) -> list[Resource]:
    """A repeating element with parts; empty when it is absent."""
    value = parent.get(field)
    if value is None:
        return []
    if isinstance(value, list):
        for item in value:
            if not isinstance(item, dict):
                break
        else:
            return value
    raise Malformed(field, f"{_shown(value)} is not a list of objects.")


def concepts(concept: Resource, field: str) -> list[Concept]:
    """Every coding of a CodeableConcept that has a code; where none has, the text alone."""
    words = text(concept, "text")
    found = []
    for coding in nodes(concept, "coding"):
        if code := text(coding, "code"):
            found.append(Concept(text(coding, "system"), code, text(coding, "display") or words))
        else:
            words = words or text(coding, "display")
    if found:
        return found
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
    if found := date(resource, stem + "DateTime"):
        return found, None
    if (name := stem + "Period") in resource:
        return period(resource, name)
    if found := date(resource, stem + "Instant"):
        return found, None
    events = node(resource, stem + "Timing").get("event")
    if isinstance(events, list) and events:
        return date({"event": events[0]}, "event"), None
    return None, None


def _shown(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
