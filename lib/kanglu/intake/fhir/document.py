"""One FHIR document to a draft: its version judged, its people read first, then what is said of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from kanglu.errors import Refused
from kanglu.intake.fhir.clinical import CLINICAL
from kanglu.intake.fhir.collecting import Found, Located
from kanglu.intake.fhir.draft import Draft, Elsewhere, Malformed, Someone
from kanglu.intake.fhir.elements import Resource, concepts, node, text
from kanglu.intake.fhir.lifetime import outside_life
from kanglu.intake.fhir.lookups import Lookups
from kanglu.intake.fhir.observations import observations
from kanglu.intake.fhir.patient import someone
from kanglu.intake.fhir.seen import Seen
from kanglu.intake.fhir.service import SERVICE, care_team, whose
from kanglu.intake.fhir.slicing import resource_in
from kanglu.intake.fhir.version import refuse_other_versions, version_of
from kanglu.record.facts import Fact


def _responses(resource: Resource, seen: Seen) -> Iterable[Fact]:
    """The facts of a form; what reads them is loaded with the first, since few documents hold any."""
    from kanglu.intake.fhir.responses import responses

    return responses(resource, seen)


_ONE: Mapping[str, Callable[[Resource, Seen], Fact]] = {**CLINICAL, **SERVICE}
_SEVERAL: Mapping[str, Callable[[Resource, Seen], Iterable[Fact]]] = {
    "Observation": observations,
    "CareTeam": care_team,
    "QuestionnaireResponse": _responses,
}
TAKEN = frozenset((*_ONE, *_SEVERAL))
"""The types that become facts."""
_NOT_PEOPLE = ("Group", "Device", "Location", "Medication", "Substance")


def read_resources(name: str, found: Found, lookups: Lookups, *, judged: bool = False) -> Draft:
    """What the resources of one document say.

    Parameters
    ----------
    name : the document's name.
    judged : whether the document is known to be R4 already, by what stands earlier in it.

    Raises
    ------
    Refused : when the document is of a FHIR version other than R4, or holds no resource.
    Uneven : when the document is no Bundle of the kind that `slicing` took it for.
    """
    if not found.resources and not found.troubles:
        raise Refused("It holds no FHIR resources.", remedy="Export the resources themselves.")
    draft = Draft(name, troubles=list(found.troubles))
    told = _Reading(draft, found.resources, lookups).run()
    if not judged:
        refuse_other_versions(told, len(found.resources))
    return draft


class _Reading:
    """The reading of one document."""

    def __init__(self, draft: Draft, found: list[Located], lookups: Lookups) -> None:
        self._draft, self._found, self._lookups = draft, found, lookups
        self._people: dict[str, int] = {}
        self._file = draft.name.rpartition("/")[2]
        self._told: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Read everything; gives the versions other than R4 that resources betray, counted."""
        facts: list[Located] = []
        for located in self._found:
            kind = located.kind
            if kind in TAKEN:
                facts.append(located)
                self._draft.read[kind] += 1
            elif kind == "Patient":
                self._draft.read[kind] += 1
                self._guarded(self._patient, located)
            else:
                self._draft.skipped[kind] += 1
                if kind == "Medication":
                    self._guarded(self._medicine, located)
                elif version := version_of(kind, located.resource):
                    self._told[version] += 1
        for located in facts:
            self._guarded(self._facts, located)
        return self._told

    def _guarded(self, read: Callable[[Resource, Located, Seen], None], located: Located) -> None:
        """Read one resource; whatever is wrong with it is its own trouble only."""
        kind, where, resource, _, entry = located
        if resource is None:
            resource = resource_in(entry, kind)
        own = resource.get("id")
        identity = f"{kind}/{own}" if own and isinstance(own, str) else None
        source = f"{self._file}#{where or identity or kind}"
        seen = Seen(self._draft, self._lookups, where, kind, source, identity)
        try:
            if version := version_of(kind, resource):
                self._told[version] += 1
                raise Malformed("", f"It is written as FHIR {version}, not R4.")
            read(resource, located, seen)
        except Malformed as error:
            seen.trouble(error.field, error.reason, error.remedy)
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            seen.trouble("", f"It is not shaped as R4 says ({error}).", "Correct it in the source.")

    def _patient(self, resource: Resource, located: Located, seen: Seen) -> None:
        person = someone(resource, seen, located.full_url)
        self._people.update(dict.fromkeys(person.names, len(self._draft.subjects)))
        self._draft.subjects.append(person)

    def _medicine(self, resource: Resource, located: Located, seen: Seen) -> None:
        if code := node(resource, "code"):
            medicine = seen.lookups.medicine(concepts(code, "code"))
            names = [name for name in (located.full_url, seen.identity) if name]
            self._draft.medicines.update(dict.fromkeys(names, medicine))

    def _facts(self, resource: Resource, located: Located, seen: Seen) -> None:
        seen.subject = place = self._subject(resource, seen)
        subject = self._draft.subjects[place]
        one, several = _ONE.get(located.kind), _SEVERAL.get(located.kind)
        facts = (one(resource, seen),) if one else several(resource, seen) if several else ()
        for fact in facts:
            if isinstance(subject, Someone) and (reason := outside_life(fact, subject.statement)):
                remedy = "Correct the date, or the dates of birth and death, in the source."
                seen.trouble("date", reason, remedy)
            else:
                if seen.unnamed:
                    self._draft.unnamed[len(self._draft.facts)] = seen.unnamed
                self._draft.facts.append(fact)

    def _subject(self, resource: Resource, seen: Seen) -> int:
        """The person a resource is about, as a place in the draft's subjects."""
        field, reference = whose(resource, self._people)
        place = self._people.get(reference.get("reference", ""))
        if place is not None:
            return place
        names = _referred(reference)
        if not names:
            raise Malformed(field, "It does not say whom it is about.", "Add the reference in the source.")
        if names[0].startswith("#"):
            return self._contained(resource, seen, names[0])
        for name in names:
            if name in self._people:
                return self._people[name]
        if (text(reference, "type") or names[0].partition("/")[0]) in _NOT_PEOPLE:
            raise Malformed(field, f"It is about {names[0]}, which is not a person.", "Nothing to do.")
        place = self._people[names[0]] = len(self._draft.subjects)
        self._draft.subjects.append(Elsewhere(names))
        return place

    def _contained(self, resource: Resource, seen: Seen, name: str) -> int:
        patient = seen.resolve(resource, name)
        if patient is None or patient.get("resourceType") != "Patient":
            raise Malformed("subject", f"{name} is not contained in the resource.")
        self._draft.subjects.append(someone(patient, seen, None))
        return len(self._draft.subjects) - 1


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
