"""One FHIR document to a draft: its resources found, their version judged, each read on its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kanglu.errors import Refused
from kanglu.intake.fhir.clinical import CLINICAL
from kanglu.intake.fhir.draft import Draft, Elsewhere, Malformed, Someone, Trouble
from kanglu.intake.fhir.elements import Resource, node, text
from kanglu.intake.fhir.lifetime import outside_life
from kanglu.intake.fhir.lookups import Lookups
from kanglu.intake.fhir.observations import observations
from kanglu.intake.fhir.patient import someone
from kanglu.intake.fhir.seen import Seen
from kanglu.intake.fhir.version import refuse_other_versions, version_of

_TAKEN = ("Observation", *CLINICAL)
_ASIDE = "Correct it in the source and import again."


@dataclass(frozen=True, slots=True)
class Located:
    """A resource, where it stands in its document, and the URL the document gives it."""

    resource: Resource
    where: str
    full_url: str | None = None


def read_resources(
    name: str, found: Iterable[Located | Trouble], lookups: Lookups, *, judged: bool = False
) -> Draft:
    """What the resources of one document say.

    Parameters
    ----------
    name : the document's name.
    found : its resources, in the order in which later ones correct earlier ones, and what was set aside.
    judged : whether the document's version is known to be R4 already, by what stands earlier in it.

    Raises
    ------
    Refused : when the document is of a FHIR version other than R4, or holds no resource.
    """
    draft, located = Draft(name), list[Located]()
    for each in found:
        if isinstance(each, Trouble):
            draft.troubles.append(each)
        else:
            located.append(each)
    if not located and not draft.troubles:
        raise Refused("It holds no FHIR resources.", remedy="Export the resources themselves.")
    if not judged:
        refuse_other_versions(each.resource for each in located)
    _Reading(draft, located, lookups).run()
    return draft


def resources(data: Any) -> Iterator[Located | Trouble]:
    """Every resource in parsed JSON: a Bundle's (and those of Bundles within it), an array's, or the one.

    Raises `Refused` for JSON that is not FHIR.
    """
    if isinstance(data, list):
        for index, each in enumerate(data):
            yield from _resource(each, f"[{index}]", None)
    elif isinstance(data, dict) and isinstance(data.get("resourceType"), str):
        yield from _resource(data, "", None)
    else:
        raise Refused(
            "It is JSON, but not FHIR: it has no resourceType.", remedy="Export FHIR R4 resources as JSON."
        )


def _resource(data: Any, where: str, full_url: str | None) -> Iterator[Located | Trouble]:
    if not isinstance(data, dict) or not isinstance(data.get("resourceType"), str):
        yield Trouble(where, "resourceType", "It is missing, so this is no FHIR resource.", _ASIDE)
    elif data["resourceType"] == "Bundle":
        yield from _bundle(data, where)
    else:
        yield Located(data, where, full_url)


def _bundle(bundle: Resource, where: str) -> Iterator[Located | Trouble]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        yield Trouble(where, "entry", "It is not a list.", _ASIDE)
        return
    numbered = list(enumerate(entries))
    if bundle.get("type") == "history":
        numbered.reverse()  # a history states the newest version first
    for index, entry in numbered:
        place = f"{where}entry[{index}]"
        if not isinstance(entry, dict):
            yield Trouble(place, "", "It is not an object.", _ASIDE)
            continue
        request = entry.get("request")
        if isinstance(request, dict) and request.get("method") == "DELETE":
            reason = f"{request.get('url')} was deleted in the source; the record keeps what it was told."
            yield Trouble(
                place, "request", reason, "Enter it as entered-in-error if it was wrong.", quarantined=False
            )
        elif "resource" in entry:
            full_url = entry.get("fullUrl")
            yield from _resource(entry["resource"], place, full_url if isinstance(full_url, str) else None)


class _Reading:
    """The reading of one document: people first, then what is said of them."""

    def __init__(self, draft: Draft, found: list[Located], lookups: Lookups) -> None:
        self._draft, self._found, self._lookups = draft, found, lookups
        self._others: dict[str, Resource] = {}
        self._people: dict[str, int] = {}
        self._file = draft.name.rpartition("/")[2]

    def run(self) -> None:
        for located in self._found:
            self._index(located)
        for located in self._found:
            kind = located.resource["resourceType"]
            if kind == "Patient":
                self._draft.read[kind] += 1
                self._guarded(self._patient, located)
        for located in self._found:
            kind = located.resource["resourceType"]
            if kind in _TAKEN:
                self._draft.read[kind] += 1
                self._guarded(self._facts, located)
            elif kind != "Patient":
                self._draft.skipped[kind] += 1

    def _index(self, located: Located) -> None:
        if located.resource["resourceType"] == "Medication":
            for name in _names(located):
                self._others[name] = located.resource

    def _guarded(self, read: Any, located: Located) -> None:
        """Read one resource; whatever is wrong with it is its own trouble only."""
        seen = self._seen(located)
        try:
            if version := version_of(located.resource):
                raise Malformed("", f"It is written as FHIR {version}, not R4.")
            read(located, seen)
        except Malformed as error:
            seen.trouble(error.field, error.reason, error.remedy)
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            seen.trouble("", f"It is not shaped as R4 says ({error}).", _ASIDE)

    def _seen(self, located: Located) -> Seen:
        kind, own = located.resource["resourceType"], located.resource.get("id")
        identity = f"{kind}/{own}" if isinstance(own, str) and own else None
        row = f"{located.where} {identity or kind}".strip()
        source = f"{self._file}#{located.where or identity or kind}"
        return Seen(self._draft, self._lookups, self._others, row, source, identity)

    def _patient(self, located: Located, seen: Seen) -> None:
        person = someone(located.resource, seen, located.full_url)
        self._people.update(dict.fromkeys(person.names, len(self._draft.subjects)))
        self._draft.subjects.append(person)

    def _facts(self, located: Located, seen: Seen) -> None:
        seen.subject = self._subject(located, seen)
        subject = self._draft.subjects[seen.subject]
        make = CLINICAL.get(located.resource["resourceType"])
        for fact in (make(located.resource, seen),) if make else observations(located.resource, seen):
            if isinstance(subject, Someone) and (reason := outside_life(fact, subject.statement)):
                seen.trouble(
                    "date", reason, "Correct the date, or the dates of birth and death, in the source."
                )
            else:
                self._draft.facts.append(fact)

    def _subject(self, located: Located, seen: Seen) -> int:
        """The person a resource is about, as a place in the draft's subjects."""
        resource = located.resource
        field = "subject" if "subject" in resource else "patient"
        reference = node(resource, field)
        names = _referred(reference)
        if not names:
            raise Malformed(field, "It does not say whom it is about.", "Add the reference in the source.")
        for name in names:
            if name in self._people:
                return self._people[name]
        if names[0].startswith("#"):
            return self._contained(located, seen, names[0])
        kind = text(reference, "type") or names[0].partition("/")[0]
        if kind in ("Group", "Device", "Location"):
            raise Malformed(field, f"It is about {names[0]}, which is not a person.", "Nothing to do.")
        place = self._people[names[0]] = len(self._draft.subjects)
        self._draft.subjects.append(Elsewhere(names))
        return place

    def _contained(self, located: Located, seen: Seen, name: str) -> int:
        patient = seen.resolve(located.resource, name)
        if patient is None or patient.get("resourceType") != "Patient":
            raise Malformed("subject", f"{name} is not contained in the resource.")
        self._draft.subjects.append(someone(patient, seen, None))
        return len(self._draft.subjects) - 1


def _names(located: Located) -> list[str]:
    """The names by which other resources of the document may refer to this one."""
    own, kind = located.resource.get("id"), located.resource["resourceType"]
    found = [located.full_url] if located.full_url else []
    return [*found, f"{kind}/{own}"] if isinstance(own, str) else found


def _referred(reference: Resource) -> tuple[str, ...]:
    """The names a reference gives: literal, conditional (``Patient?identifier=…``), logical."""
    found = []
    if literal := text(reference, "reference"):
        literal = literal.partition("/_history/")[0]
        _, _, query = literal.partition("?identifier=")
        found.append(query or literal)
        if literal.startswith(("http://", "https://")) and not query:
            found.append("/".join(literal.split("/")[-2:]))
    identifier = node(reference, "identifier")
    if value := text(identifier, "value"):
        found.append(f"{text(identifier, 'system') or ''}|{value}")
    return tuple(found)
