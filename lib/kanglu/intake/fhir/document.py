"""One FHIR document to a draft: its version judged, its people read first, then what is said of them."""

from collections.abc import Callable, Iterable

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
from kanglu.intake.fhir.version import refuse_other_versions, version_of
from kanglu.record.facts import Fact

_TAKEN = frozenset(("Observation", *CLINICAL))
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
    """
    if not found.resources and not found.troubles:
        raise Refused("It holds no FHIR resources.", remedy="Export the resources themselves.")
    strays = judged or refuse_other_versions([located.resource for located in found.resources])
    draft = Draft(name, troubles=found.troubles)
    _Reading(draft, found.resources, lookups, strays).run()
    return draft


class _Reading:
    """The reading of one document; `strays` tells whether some resources may be of another version."""

    def __init__(self, draft: Draft, found: list[Located], lookups: Lookups, strays: bool) -> None:
        self._draft, self._found, self._lookups, self._strays = draft, found, lookups, strays
        self._people: dict[str, int] = {}
        self._file = draft.name.rpartition("/")[2]

    def run(self) -> None:
        facts: list[Located] = []
        for located in self._found:
            kind = located.kind
            if kind in _TAKEN:
                facts.append(located)
                self._draft.read[kind] += 1
            elif kind == "Patient":
                self._draft.read[kind] += 1
                self._guarded(self._patient, located)
            else:
                self._draft.skipped[kind] += 1
                if kind == "Medication":
                    self._guarded(self._medicine, located)
        for located in facts:
            self._guarded(self._facts, located)

    def _guarded(self, read: Callable[[Located, Seen], None], located: Located) -> None:
        """Read one resource; whatever is wrong with it is its own trouble only."""
        identity = located.identity
        source = f"{self._file}#{located.where or identity or located.kind}"
        seen = Seen(self._draft, self._lookups, located.where, located.kind, source, identity)
        try:
            if self._strays and (version := version_of(located.resource)):
                raise Malformed("", f"It is written as FHIR {version}, not R4.")
            read(located, seen)
        except Malformed as error:
            seen.trouble(error.field, error.reason, error.remedy)
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            seen.trouble("", f"It is not shaped as R4 says ({error}).", "Correct it in the source.")

    def _patient(self, located: Located, seen: Seen) -> None:
        person = someone(located.resource, seen, located.full_url)
        self._people.update(dict.fromkeys(person.names, len(self._draft.subjects)))
        self._draft.subjects.append(person)

    def _medicine(self, located: Located, seen: Seen) -> None:
        if code := node(located.resource, "code"):
            medicine = seen.lookups.medicine(concepts(code, "code"))
            names = [name for name in (located.full_url, located.identity) if name]
            self._draft.medicines.update(dict.fromkeys(names, medicine))

    def _facts(self, located: Located, seen: Seen) -> None:
        resource = located.resource
        seen.subject = place = self._subject(resource, seen)
        subject = self._draft.subjects[place]
        make = CLINICAL.get(located.kind)
        facts: Iterable[Fact] = (make(resource, seen),) if make else observations(resource, seen)
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
        field = "patient" if "patient" in resource else "subject"
        reference = node(resource, field)
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
