"""FHIR Patient to a statement of who the person is, and by which numbers and names they can be found."""

import re
import unicodedata
from collections.abc import Iterable
from typing import get_args

from kanglu.intake.fhir.draft import Draft, Malformed, Someone
from kanglu.intake.fhir.elements import Resource, code_of, date, node, nodes, text
from kanglu.intake.fhir.seen import Seen
from kanglu.record.facts import NATIONAL_ID, Identifier, PersonStatement, Sex, Telecom

URI = "urn:ietf:rfc:3986"
_SYSTEMS = {"urn:oid:2.16.156.10011.1.3": NATIONAL_ID}
_NOT_OF_ONE_PERSON = ("SN", "AN", "VN")
"""HL7 table 0203: subscriber (shared by a family), account and visit numbers do not say who somebody is."""
_ANIMAL = "http://hl7.org/fhir/StructureDefinition/patient-animal"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME_USES = ("official", "usual", None, "temp", "nickname", "anonymous", "old", "maiden")


def someone(resource: Resource, seen: Seen, full_url: str | None) -> Someone:
    """The person a Patient describes."""
    if any(extension.get("url") == _ANIMAL for extension in nodes(resource, "extension")):
        raise Malformed("extension", "It is an animal.", "Nothing to do: Kanglu keeps records of people.")
    birth, death = date(resource, "birthDate"), date(resource, "deceasedDateTime")
    if birth and death and death[: len(birth)] < birth[: len(death)]:
        raise Malformed("deceasedDateTime", f"The death ({death}) is before the birth ({birth}).")
    numbers = tuple(_numbers(resource, seen.draft))
    world = _world_name(text(resource, "id"), full_url)
    identifiers = numbers + ((Identifier(URI, world),) if world else ())
    if not identifiers:
        identifiers = (_own_number(resource, seen.draft, birth),)
    statement = PersonStatement(
        identifiers,
        name=_name(nodes(resource, "name")),
        sex=_sex(resource, seen),
        birth_date=birth,
        death_date=death,
        deceased=True if resource.get("deceasedBoolean") is True else None,
        language=next(
            (code_of(each, "language") for each in nodes(resource, "communication") if each.get("preferred")),
            None,
        ),
        telecoms=tuple(_telecoms(resource)),
        addresses=tuple(filter(None, map(_address, nodes(resource, "address")))),
        source=seen.source,
        source_key=seen.identity,
    )
    names = [each for each in (full_url, world, seen.identity) if each]
    names += [f"{number.system}|{number.value}" for number in numbers]
    return Someone(statement, tuple(dict.fromkeys(names)), seen.row)


def _numbers(resource: Resource, draft: Draft) -> list[Identifier]:
    found = []
    for identifier in nodes(resource, "identifier"):
        value = text(identifier, "value")
        kinds = {text(coding, "code") for coding in nodes(node(identifier, "type"), "coding")}
        if value is None or text(identifier, "use") == "old" or kinds & set(_NOT_OF_ONE_PERSON):
            continue
        system = text(identifier, "system")
        # A number without a system says who somebody is only among those of its own source.
        found.append(Identifier(_SYSTEMS.get(system, system) if system else source_system(draft.name), value))
    return list(dict.fromkeys(found))


def _own_number(resource: Resource, draft: Draft, birth: str | None) -> Identifier:
    """The resource's id as a number, for a Patient that has none; it is good for this source only.

    Exports of two hospitals may both be called ``export.json`` and count from 1, so the birth date (or
    the name) is a part of it.
    """
    own = text(resource, "id")
    who = birth or _name(nodes(resource, "name"))
    if own is None and who is None:
        raise Malformed(
            "identifier", "It has no identifier, no id, no name and no date of birth.", "Add one."
        )
    return Identifier(source_system(draft.name), f"Patient/{own or ''}@{who or ''}")


def source_system(document: str) -> str:
    """The system of numbers that only one file knows: the same file brings the same people."""
    return f"urn:kanglu:source:{document.rpartition('/')[2].lower().removesuffix('.gz')}"


def identifiers_of(names: Iterable[str]) -> list[Identifier]:
    """The identifiers that the names in a reference are, for a person whom its import does not describe."""
    found = []
    for name in names:
        system, _, value = name.partition("|")
        if system and value:
            found.append(Identifier(_SYSTEMS.get(system, system), value))
        elif world := _world_name(name.removeprefix("Patient/"), name):
            found.append(Identifier(URI, world))
    return found


def _world_name(own: str | None, full_url: str | None) -> str | None:
    """A name that no other resource in the world has: an absolute URL, a UUID."""
    if full_url and full_url.startswith(("http://", "https://", "urn:uuid:", "urn:oid:")):
        return full_url
    return f"urn:uuid:{own.lower()}" if own and _UUID.fullmatch(own) else None


def _name(names: list[Resource]) -> str | None:
    def rank(name: Resource) -> int:
        use = text(name, "use")
        return _NAME_USES.index(use) if use in _NAME_USES else len(_NAME_USES)

    for name in sorted(names, key=rank):
        given = name.get("given")
        firsts = [str(part).strip() for part in given] if isinstance(given, list) else []
        parts = [*firsts, text(name, "family") or ""]
        if written := text(name, "text"):
            return written
        if any(map(_is_han, parts)):
            return "".join([parts[-1], *firsts])
        if joined := " ".join(filter(None, parts)):
            return joined
    return None


def _is_han(word: str) -> bool:
    return any(unicodedata.name(letter, "").startswith("CJK UNIFIED") for letter in word)


def _sex(resource: Resource, seen: Seen) -> Sex | None:
    gender = text(resource, "gender")
    if gender is None:
        return None
    for sex in get_args(Sex):
        if gender == sex:
            return sex  # type: ignore[no-any-return]
    seen.note("gender", f"{gender!r} is not one of male, female, other, unknown; left open.")
    return None


def _telecoms(resource: Resource) -> list[Telecom]:
    found = []
    for each in nodes(resource, "telecom"):
        value, use = text(each, "value"), text(each, "use")
        if value and use != "old":
            found.append(Telecom(text(each, "system") or "other", value, use))
    return list(dict.fromkeys(found))


def _address(address: Resource) -> str | None:
    if text(address, "use") == "old":
        return None
    if written := text(address, "text"):
        return written
    lines = address.get("line")
    parts = [str(line) for line in lines] if isinstance(lines, list) else []
    parts += [text(address, part) or "" for part in ("city", "district", "state", "postalCode", "country")]
    return ", ".join(filter(None, parts)) or None
