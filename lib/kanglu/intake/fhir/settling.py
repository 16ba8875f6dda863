"""Drafts to the record: people are found or entered, facts get their person, riddles wait for the end.

A fact may be about a person whom another file describes (bulk exports keep all Patients in one file). Such
facts are put by, on disk, until every file is read; who is then still unknown has them set aside.
"""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kanglu.intake.fhir.draft import Draft, Elsewhere, Someone
from kanglu.intake.fhir.lifetime import outside_life
from kanglu.intake.reader import Writer
from kanglu.record.facts import (
    AllergyIntolerance,
    Condition,
    DiagnosticReport,
    Fact,
    Immunization,
    Observation,
    PersonStatement,
    Procedure,
)

_BEEN_AND_DONE = (Observation, Condition, Procedure, Immunization, DiagnosticReport, AllergyIntolerance)
_DATES = "Correct the date, or the dates of birth and death, in the source."


class _PutBy(NamedTuple):
    """Facts about someone whom their file does not describe."""

    file: str
    sha256: str
    names: tuple[str, ...]
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class _Known:
    """A person of this import."""

    person_id: int
    statement: PersonStatement


class Settling:
    """Enters the drafts of one import.

    Parameters
    ----------
    writer : of the batch.
    today : the day of the import; nothing can have happened after the next (time zones differ by one).
    scratch : a folder for what has to wait.
    """

    def __init__(self, writer: Writer, tomorrow: str, scratch: Path) -> None:
        self._writer, self._tomorrow = writer, tomorrow
        self._waiting = scratch / "waiting.pickle"
        self._people: dict[str, _Known | None] = {}

    def enter(self, draft: Draft, sha256: str) -> None:
        """Enter what a draft says; `sha256` is of the document's bytes."""
        writer = self._writer
        writer.file(draft.name, sha256)
        for kind, count in draft.read.items():
            writer.read(kind, count)
        for kind, count in draft.skipped.items():
            writer.skip(kind, count)
        for one in draft.troubles:
            writer.problem(
                draft.name, one.row, one.field, one.reason, one.remedy, quarantined=int(one.quarantined)
            )
        ids = [self._person(one) if isinstance(one, Someone) else None for one in draft.subjects]
        writer.add_many(self._settled(draft, ids))
        self._put_by(draft, sha256, ids)

    def finish(self) -> None:
        """Enter what waited for people of other files."""
        if not self._waiting.exists():
            return
        with self._waiting.open("rb") as file:
            while file.peek(1):
                self._settle(pickle.load(file))
        self._waiting.unlink()

    def _person(self, someone: Someone) -> int:
        person_id = self._writer.person(someone.statement)
        known = _Known(person_id, someone.statement)
        for name in someone.names:
            earlier = self._people.setdefault(name, known)
            if earlier is not None and earlier.person_id == person_id:
                self._people[name] = known
            else:
                self._people[name] = None  # two people go by this name: it tells nobody
        return person_id

    def _settled(self, draft: Draft, ids: list[int | None]) -> Iterator[Fact]:
        for fact in draft.facts:
            person_id = ids[fact[0]]
            if person_id is None:
                continue
            if self._is_future(fact):
                self._aside(draft.name, fact, f"It is dated {fact.effective}, in the future.", _DATES)
            else:
                yield fact._replace(person_id=person_id)

    def _put_by(self, draft: Draft, sha256: str, ids: list[int | None]) -> None:
        waiting = sorted((fact for fact in draft.facts if ids[fact[0]] is None), key=lambda fact: fact[0])
        with self._waiting.open("ab") as file:
            for place, facts in groupby(waiting, key=lambda fact: fact[0]):
                subject = draft.subjects[place]
                names = subject.names if isinstance(subject, Elsewhere) else ()
                pickle.dump(_PutBy(draft.name, sha256, names, list(facts)), file)

    def _settle(self, put_by: _PutBy) -> None:
        known = next((found for name in put_by.names if (found := self._people.get(name))), None)
        if known is None:
            several = any(name in self._people for name in put_by.names)
            why = "more than one person of this import" if several else "nobody whom this import describes"
            for fact in put_by.facts:
                self._aside(
                    put_by.file,
                    fact,
                    f"{put_by.names[0]} is {why}.",
                    "Import it together with the Patient.",
                    "subject",
                )
            return
        self._writer.file(put_by.file, put_by.sha256)
        for fact in put_by.facts:
            if reason := outside_life(fact, known.statement):
                self._aside(put_by.file, fact, reason, _DATES)
            elif self._is_future(fact):
                self._aside(put_by.file, fact, f"It is dated {fact.effective}, in the future.", _DATES)
            else:
                self._writer.add(fact._replace(person_id=known.person_id))

    def _is_future(self, fact: Fact) -> bool:
        return (
            fact.effective is not None
            and fact.effective > self._tomorrow
            and isinstance(fact, _BEEN_AND_DONE)
        )

    def _aside(self, file: str, fact: Fact, reason: str, remedy: str, field: str = "date") -> None:
        row = (fact.source or "").partition("#")[2]
        name = (fact.source_key or "").partition("#")[0]
        self._writer.problem(file, f"{row} {name}".strip(), field, reason, remedy)
