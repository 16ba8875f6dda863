"""FHIR Observation: one fact for each value it holds, its own and its components'."""

from collections.abc import Iterator

from kanglu.intake.fhir.draft import Malformed
from kanglu.intake.fhir.elements import Resource, date, node, nodes, text, when
from kanglu.intake.fhir.seen import Seen
from kanglu.intake.fhir.values import holds_value, value_of
from kanglu.record.facts import Observation

_NO_RESULT = {"cancelled": "It was cancelled, so there is no result.", "registered": "It has no result yet."}


def observations(resource: Resource, seen: Seen) -> Iterator[Observation]:
    """The facts of an Observation; a part that cannot be taken in is reported to `seen`, the others go on."""
    status = text(resource, "status") or "unknown"
    if status in _NO_RESULT:
        raise Malformed("status", _NO_RESULT[status], "Nothing to do, unless the status is wrong.")
    start, end = when(resource, "effective")
    if start is None and (start := date(resource, "issued")):
        seen.note("effective[x]", "It does not say when it was true; dated by when it was issued.")
    components = nodes(resource, "component")
    keys: set[str] = set()
    if holds_value(resource) or not (components or "hasMember" in resource):
        yield _fact(resource, seen, start, end, status, keys)
    for number, component in enumerate(components):
        try:
            yield _fact(component, seen, start, end, status, keys)
        except Malformed as error:
            seen.trouble(f"component[{number}].{error.field}", error.reason, error.remedy)


def _fact(
    part: Resource, seen: Seen, start: str | None, end: str | None, status: str, keys: set[str]
) -> Observation:
    indicator, token, code, display = seen.lookups.named(node(part, "code"))
    value = value_of(part, indicator, seen.lookups)
    if indicator is not None and indicator.kind == "quantity" and value.value is None:
        seen.note("value[x]", f"{indicator.name['en']} {value.text!r} is no number; kept as it is written.")
    return Observation(
        seen.subject,
        token,
        start,
        end,
        *value,
        "imported",
        status,
        display,
        seen.source,
        seen.key(code, keys),
    )
