"""Who read, changed or exported the record of one person, for the person's own view (PIPL art. 44–45)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kanglu.errors import RecordError
from kanglu.record.auditing import Deed
from kanglu.record.identity import record_number
from kanglu.record.opened import Opened
from kanglu.record.people import PersonView
from kanglu.record.tables import audit_event, person_link
from kanglu.trust import Action, Resource, require

PAGE = 100


@dataclass(frozen=True, slots=True)
class Trace:
    """One row of the audit log about a person.

    Parameters
    ----------
    id : number of the row; rows go up with time.
    at : instant in UTC, ISO 8601.
    actor, role, purpose : whose account, in which role, for what.
    action : what was done, such as ``read dossier`` or ``export``.
    detail : more about it; never a clinical value.
    """

    id: int
    at: str
    actor: str
    role: str
    purpose: str
    action: str
    detail: Mapping[str, Any]


class Trail(Opened):
    """The part of `Store` that tells who had to do with a person's record."""

    def trail(self, view: PersonView, before: int | None = None, limit: int = PAGE) -> list[Trace]:
        """What the audit log says of a person, the latest first; a row of the audit log itself.

        Parameters
        ----------
        before : only rows with a lower id: the `id` of the last row of the page before.
        limit : most rows, at least 1.

        Rows of records that were merged into this one are among them. Raises `PermissionDenied`,
        `NotInPanel`, or `RecordError` for an empty page.
        """
        require(self.actor, Action.READ, Resource.AUDIT)
        self._require_seen([view.id])
        if limit < 1:
            raise RecordError(f"A page of {limit} rows is none.", remedy="Ask for at least 1.")
        columns = [audit_event.c[name] for name in Trace.__dataclass_fields__]
        merged = select(person_link.c.person_id).where(person_link.c.into_id == view.id)
        with self.database.reading() as connection:
            numbers = [record_number(one) for one in (view.id, *connection.scalars(merged))]
            query = select(*columns).where(audit_event.c.person.in_(numbers))
            if before is not None:
                query = query.where(audit_event.c.id < before)
            rows = connection.execute(query.order_by(audit_event.c.id.desc()).limit(limit)).fetchall()
        self._audit([Deed("read trail", record_number(view.id))])
        return [Trace(**{**row._mapping, "detail": json.loads(row.detail)}) for row in rows]
