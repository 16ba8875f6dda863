"""What one FHIR document says, before the record is asked: people, facts about them, what was set aside.

A draft knows no database. Its facts name their person by a number: the place in `subjects`. It holds plain
data only, so that a document can be read in one process and written by another.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from kanglu.record.facts import Fact, PersonStatement


class Concept(NamedTuple):
    """One coding of a CodeableConcept, with the words for it."""

    system: str | None
    code: str | None
    display: str | None


class Malformed(Exception):
    """A resource, or a part of one, cannot be taken in: the field, why, and what to do."""

    def __init__(
        self, field: str, reason: str, remedy: str = "Correct it in the source and import again."
    ) -> None:
        self.field, self.reason, self.remedy = field, reason, remedy
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something set aside (`quarantined`), or taken in although someone should look at it."""

    row: str
    field: str
    reason: str
    remedy: str
    quarantined: bool = True


@dataclass(frozen=True, slots=True)
class Someone:
    """A person whom the document describes: the statement, and the names by which facts may refer to them."""

    statement: PersonStatement
    names: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A person whom the document refers to but does not describe."""

    names: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """One document, read.

    Parameters
    ----------
    name : the document's name.
    subjects : the people that facts are about; the `person_id` of a fact here is a place in this list.
    facts : every fact.
    medicines : the medicines that the document describes as resources of their own, by their names.
    unnamed : facts whose medicine another file describes: place in `facts` → reference.
    """

    name: str
    read: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    subjects: list[Someone | Elsewhere] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    medicines: dict[str, Concept] = field(default_factory=dict)
    unnamed: dict[int, str] = field(default_factory=dict)
