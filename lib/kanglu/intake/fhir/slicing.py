"""Cutting an evenly indented Bundle into its entries, to parse only those that are wanted, one at a time.

Half of what record systems export is bills that nobody reads here. Where a Bundle is printed with one entry
below the other at one indentation, as most servers do, its entries can be cut apart at the lines between
them: a line break never stands within a JSON text. Nothing is believed: the Bundle without its entries must
be JSON, each entry must begin as one does or be parsed, and whatever is used is parsed. A document that
fails in any of this is `Uneven`, and is parsed whole.
"""

import re
from collections.abc import Iterator

import orjson

from kanglu.intake.fhir.collecting import Found, Located
from kanglu.intake.fhir.elements import Resource

_OPENING = re.compile(rb'"entry"\s*:\s*\[(?P<indent>\r?\n[ \t]*)\{')
_BEGINNING = re.compile(
    rb'\{\s*(?:"fullUrl"\s*:\s*"[^"\\]*"\s*,\s*)?"resource"\s*:\s*\{\s*"resourceType"\s*:\s*"(?P<kind>[A-Za-z]+)"'
)
_SPEAKING = frozenset(("Bundle", "Patient", "Medication", "CapabilityStatement", "StructureDefinition"))
"""Types that are looked into although they give no facts."""


class Uneven(Exception):
    """The document cannot be cut into entries."""


def cut(content: bytes, wanted: frozenset[str]) -> Found:
    """The resources of a Bundle: those of types `wanted` as bytes; of most others the type alone is known.

    Raises `Uneven` when the document is anything but an evenly indented Bundle.
    """
    opening = _OPENING.search(content)
    if opening is None:
        raise Uneven
    indent = opening["indent"]
    start, end = opening.end() - 1, content.rfind(indent + b"}") + len(indent) + 1
    envelope = _parsed(content[:start] + b"{}" + content[end:])
    if (
        not isinstance(envelope, dict)
        or envelope.get("resourceType") != "Bundle"
        or envelope.get("entry") != [{}]
    ):
        raise Uneven
    entries = list(enumerate(_spans(content, indent, start, end)))
    if envelope.get("type") == "history":
        entries.reverse()  # a history states the newest version first
    found, view = Found(), memoryview(content)
    for index, (first, last) in entries:
        beginning = _BEGINNING.match(content, first, last)
        kind = beginning["kind"].decode() if beginning else ""
        place = f"entry[{index}]"
        if kind in wanted:
            found.resources.append(Located(kind, place, None, entry=view[first:last]))
        elif kind and kind not in _SPEAKING:
            found.resources.append(Located(kind, place, None))
        else:
            entry = _parsed(view[first:last])
            if not isinstance(entry, dict) or not entry.keys() & {"resource", "request", "response"}:
                raise Uneven
            found.entry(entry, place)
    return found


def resource_in(entry: memoryview | None, kind: str) -> Resource:
    """The resource of an entry that was cut out; raises `Uneven` when it is not what it began as."""
    parsed = _parsed(entry or b"")
    resource = parsed.get("resource") if isinstance(parsed, dict) else None
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise Uneven
    return resource


def _spans(content: bytes, indent: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each entry begins and ends."""
    between = indent + b"}," + indent + b"{"
    while (found := content.find(between, start, end)) >= 0:
        yield start, found + len(indent) + 1
        start = found + len(between) - 1
    yield start, end


def _parsed(content: bytes | memoryview) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Uneven from None
