"""What is known while one resource is read: whom it is about, where it stands, and where to report to."""

from dataclasses import dataclass

from kanglu.intake.fhir.draft import Draft, Trouble
from kanglu.intake.fhir.elements import Resource
from kanglu.intake.fhir.lookups import Lookups


@dataclass(slots=True)
class Seen:
    """The resource's surroundings.

    Parameters
    ----------
    draft : what the document said so far.
    lookups : codes and units.
    where, kind : where the resource stands (``entry[12]``), and its type.
    source : where, for the fact: ``labs.json#entry[12]``.
    identity : ``Observation/4711``; None when the resource has no id.
    subject : the person, as a place in `draft.subjects`.
    unnamed : reference of a medicine that the document does not describe.
    """

    draft: Draft
    lookups: Lookups
    where: str
    kind: str
    source: str
    identity: str | None
    subject: int = 0
    unnamed: str | None = None

    @property
    def row(self) -> str:
        """Where the resource stands, for people: ``entry[12] Observation/4711``."""
        return f"{self.where} {self.identity or self.kind}".strip()

    def trouble(self, field: str, reason: str, remedy: str) -> None:
        """A fact is set aside."""
        self.draft.troubles.append(Trouble(self.row, field, reason, remedy))

    def note(self, field: str, reason: str) -> None:
        """A fact is taken in, but someone should know."""
        self.draft.troubles.append(
            Trouble(self.row, field, reason, "Check it in the source.", quarantined=False)
        )

    def key(self, code: str | None, used: set[str]) -> str | None:
        """The identity of one fact of the resource; of two with one code, the later gets a sign added."""
        if self.identity is None:
            return None
        key = f"{self.identity}#{code}"
        while key in used:
            key += "+"
        used.add(key)
        return key

    def resolve(self, resource: Resource, reference: str) -> Resource | None:
        """The resource that `resource` contains under the id of a reference such as ``#p1``."""
        contained = resource.get("contained")
        held = contained if isinstance(contained, list) else []
        return next(
            (each for each in held if isinstance(each, dict) and each.get("id") == reference[1:]), None
        )
