"""Drafts to the record: people are found or entered, facts get their person, riddles wait for the end.

A fact may be about a person, or a medicine, whom another file describes: bulk exports keep all Patients in
one file. Such facts are put by, on disk, until every file is read; what is then still unknown is set aside.
"""

import pickle
from pathlib import Path
from typing import Any, NamedTuple

from kanglu.intake.fhir.draft import Concept, Draft, Elsewhere, Someone
from kanglu.intake.fhir.lifetime import outside_life
from kanglu.intake.fhir.patient import identifiers_of
from kanglu.intake.reader import Writer
from kanglu.record.facts import (
    AllergyIntolerance,
    Communication,
    Condition,
    DiagnosticReport,
    Fact,
    Immunization,
    MedicationStatement,
    Observation,
    PersonStatement,
    Procedure,
    QuestionnaireResponse,
)

_BEEN_AND_DONE = (
    *(Observation, Condition, Procedure, Immunization, DiagnosticReport, AllergyIntolerance),
    *(Communication, QuestionnaireResponse),
)
_DATES = "Correct the date, or the dates of birth and death, in the source."


class _PutBy(NamedTuple):
    """A fact of which something stands in another file: the person's names, or the medicine's."""

    file: str
    sha256: str
    fact: Fact
    names: tuple[str, ...] | None
    medicine: str | None


class _Known(NamedTuple):
    """A person of this import."""

    person_id: int
    statement: PersonStatement


class Settling:
    """Enters the drafts of one import.

    Parameters
    ----------
    writer : of the batch.
    latest : the last effective time that can have been, in any time zone, when the import was made.
    scratch : a folder for what has to wait.
    """

    def __init__(self, writer: Writer, latest: str, scratch: Path) -> None:
        self._writer, self._latest = writer, latest
        self._waiting = scratch / "waiting.pickle"
        self._people: dict[str, _Known | None] = {}
        self._medicines: dict[str, Concept] = {}

    def enter(self, draft: Draft, sha256: str) -> None:
        """Enter what a draft says; `sha256` is of the document's bytes."""
        writer = self._writer
        writer.file(draft.name, sha256)
        for kind, count in draft.read.items():
            writer.read(kind, count)
        for kind, count in draft.skipped.items():
            writer.skip(kind, count)
        for one in draft.troubles:
            quarantined = int(one.quarantined)
            writer.problem(draft.name, one.row, one.field, one.reason, one.remedy, quarantined=quarantined)
        self._medicines.update(draft.medicines)
        ids = [self._person(one) if isinstance(one, Someone) else None for one in draft.subjects]
        waiting: list[_PutBy] = []
        for place, fact in enumerate(draft.facts):
            person_id = ids[fact[0]]
            medicine = draft.unnamed.get(place) if draft.unnamed else None
            if person_id is None or medicine:
                subject = draft.subjects[fact[0]]
                names = subject.names if isinstance(subject, Elsewhere) else None
                settled = fact if person_id is None else _about(fact, person_id)
                waiting.append(_PutBy(draft.name, sha256, settled, names, medicine))
            else:
                self._add(draft.name, _about(fact, person_id))
        self._put_by(waiting)

    def finish(self) -> None:
        """Enter what waited for other files."""
        if not self._waiting.exists():
            return
        file = None
        with self._waiting.open("rb") as waiting:
            while waiting.peek(1):
                for one in pickle.load(waiting):
                    if one.file != file:
                        self._writer.file(one.file, one.sha256)
                        file = one.file
                    self._settle(one)
        self._waiting.unlink()

    def _person(self, someone: Someone) -> int:
        person_id = self._writer.person(someone.statement)
        known = _Known(person_id, someone.statement)
        for name in someone.names:
            earlier = self._people.setdefault(name, known)
            # A name that two people go by tells nobody.
            self._people[name] = known if earlier is not None and earlier.person_id == person_id else None
        return person_id

    def _add(self, file: str, fact: Fact) -> None:
        if fact.effective is not None and fact.effective > self._latest and isinstance(fact, _BEEN_AND_DONE):
            self._aside(file, fact, "date", f"It is dated {fact.effective}, in the future.", _DATES)
        else:
            self._writer.add(fact)

    def _put_by(self, waiting: list[_PutBy]) -> None:
        if waiting:
            with self._waiting.open("ab") as file:
                pickle.dump(waiting, file)

    def _settle(self, one: _PutBy) -> None:
        fact = self._whose(one)
        if fact is not None and one.medicine is not None and isinstance(fact, MedicationStatement):
            medicine = self._medicines.get(one.medicine)
            if medicine is None:
                reason = f"{one.medicine} is not in this import, so the medicine is unknown."
                self._aside(one.file, fact, "medicationReference", reason, "Import the Medication along.")
                return
            system, code, display = medicine
            fact = fact._replace(system=system, code=code, display=display)
        if fact is not None:
            self._add(one.file, fact)

    def _whose(self, one: _PutBy) -> Fact | None:
        """The fact with its person: one of this import, else one whom the record knows; else set aside."""
        if one.names is None:
            return one.fact
        known = next((found for name in one.names if (found := self._people.get(name))), None)
        if known is not None:
            if reason := outside_life(one.fact, known.statement):
                self._aside(one.file, one.fact, "date", reason, _DATES)
                return None
            return _about(one.fact, known.person_id)
        several = any(name in self._people for name in one.names)
        if not several and (person_id := self._writer.find(identifiers_of(one.names))):
            return _about(one.fact, person_id)
        who = "more than one person of this import" if several else "nobody of this import or the record"
        reason = f"{one.names[0]} is {who}."
        self._aside(one.file, one.fact, "subject", reason, "Import it together with the Patient.")
        return None

    def _aside(self, file: str, fact: Fact, field: str, reason: str, remedy: str) -> None:
        row = (fact.source or "").partition("#")[2]
        name = (fact.source_key or "").partition("#")[0]
        self._writer.problem(file, row if name in row else f"{row} {name}", field, reason, remedy)


def _about[F: tuple[Any, ...]](fact: F, person_id: int) -> F:
    """The fact about another person; `_replace` does the same in five times the time."""
    return tuple.__new__(type(fact), (person_id, *fact[1:]))
