"""Erasing a person's record, when they have asked for it and a second person has decided so (PIPL art. 47).

Everything that says something of the person goes in one transaction: numbers, addresses, facts with all
their versions, what rules gave, drafts; the files of recordings and letters after it. What stays is the
record number, which is never given again, that it was erased and when, the requests without their wording,
and the rows of the audit log, which name the number and hold no clinical value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, or_, select, update

from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.identity import record_number
from kanglu.record.media import Keeping
from kanglu.record.requesting import Requesting, sealed
from kanglu.record.tables import draft, name_key, person, person_link, rights_request
from kanglu.record.writing import BatchWriter

EMPTIED: tuple[Table, ...] = (
    *tables.FACTS.values(),
    tables.identifier,
    tables.telecom,
    tables.address,
    tables.rule_result,
    tables.evaluated_person,
    tables.access_grant,
)
"""The tables of which nothing of the person is left."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased.

    Parameters
    ----------
    numbers : the record, and those that had been merged into it.
    rows : how many rows were removed.
    files : how many files of recordings and letters were.
    """

    numbers: tuple[str, ...]
    rows: int
    files: int


class Erasing(Requesting, Keeping):
    """The part of `Store` that erases."""

    def erase(self, request: int) -> Erased:
        """Erase the record that an accepted request for erasure is about; the request is done by it.

        It cannot be taken back. Raises as `refuse_request`, and `RecordError` for another kind of request.
        """
        with self._deciding(request, ("accepted",), erasing=True) as (connection, found, at):
            if found.kind != "erasure":
                raise RecordError(
                    f"Request {request} asks for {found.kind}, not for an erasure.",
                    where=found.number,
                    remedy="Erase only what a person asks to have erased.",
                )
            merged = select(person_link.c.person_id).where(person_link.c.into_id == found.person_id)
            ids = sorted({found.person_id, *connection.scalars(merged)})
            numbers = tuple(record_number(one) for one in ids)
            # A batch of its own moves the stamp by which pages and the rules know that something changed.
            writer = BatchWriter(
                connection, self.database.keys, label=found.number, kind=tables.ERASURE, recorded=at
            )
            rows = _remove(connection, ids, numbers)
            asked = update(rights_request).where(rights_request.c.person_id.in_(ids))
            connection.execute(asked.values(cipher=sealed(self.database.keys, "", "")))
            connection.execute(update(person).where(person.c.id.in_(ids)).values(erased=at))
            writer.finish()
            done = update(rights_request).where(rights_request.c.id == request)
            connection.execute(done.values(state="done", decided_by=self.actor.id, decided=at))
            self._note_request(connection, "erase record", found.number, request, found.kind, at)
        return Erased(numbers, rows, len(self._swept()))


def _remove(connection: Connection, ids: Sequence[int], numbers: Sequence[str]) -> int:
    versions = select(tables.demographics.c.id).where(tables.demographics.c.person_id.in_(ids))
    doomed = [
        delete(name_key).where(name_key.c.demographics_id.in_(versions)),
        *(delete(table).where(table.c.person_id.in_(ids)) for table in EMPTIED),
        delete(person_link).where(or_(person_link.c.person_id.in_(ids), person_link.c.into_id.in_(ids))),
        delete(draft).where(or_(*(draft.c.key.contains(number) for number in numbers))),
    ]
    return sum(connection.execute(one).rowcount for one in doomed)
