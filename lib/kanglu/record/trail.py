"""Who read, changed or exported the record of one person, for the person's own view (PIPL art. 44–45)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from kanglu.dates import last_instant
from kanglu.errors import RecordError
from kanglu.record.auditing import Deed
from kanglu.record.identity import record_number
from kanglu.record.opened import Opened
from kanglu.record.people import PersonView
from kanglu.record.tables import account, audit_event, person_link
from kanglu.trust import Action, Resource, Scope, require
from kanglu.trust.permissions import scope_of

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


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the audit log is asked for; all where nothing is said.

    Parameters
    ----------
    person : a record number.
    actor : an account.
    action : what was done.
    since, until : days in China, both included.
    """

    person: str | None = None
    actor: str | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Logged(Trace):
    """A row of the whole log: whom it is about, and from which address it was done."""

    person: str | None
    came_from: str | None


class Trail(Opened):
    """The part of `Store` that tells who had to do with a person's record, and what stands in the log."""

    def audit_log(self, sought: Sought, before: int | None = None, limit: int = PAGE) -> list[Logged]:
        """The audit log, the latest first; a supervisor of an institution sees that of its accounts.

        `before` and `limit` as in `trail`. That it was read, and what was asked for, is a row of it.
        """
        require(self.actor, Action.EXPORT, Resource.AUDIT)
        where = _asked(sought)
        if scope_of(self.actor) is Scope.INSTITUTION:
            theirs = select(account.c.id).where(account.c.institution == self.actor.institution)
            where.append(audit_event.c.actor.in_(theirs))
        with self.database.reading() as connection:
            rows = _page(connection, Logged, where, before, limit)
        asked = {name: str(value) for name, value in asdict(sought).items() if value is not None}
        self._audit([Deed("read audit log", None, asked)])
        return rows

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
        merged = select(person_link.c.person_id).where(person_link.c.into_id == view.id)
        with self.database.reading() as connection:
            numbers = [record_number(one) for one in (view.id, *connection.scalars(merged))]
            rows = _page(connection, Trace, [audit_event.c.person.in_(numbers)], before, limit)
        self._audit([Deed("read trail", record_number(view.id))])
        return rows


def _page[T: Trace](
    connection: Connection,
    kind: type[T],
    where: Iterable[ColumnElement[bool]],
    before: int | None,
    limit: int,
) -> list[T]:
    query = select(*(audit_event.c[name] for name in kind.__dataclass_fields__)).where(*where)
    if before is not None:
        query = query.where(audit_event.c.id < before)
    rows = connection.execute(query.order_by(audit_event.c.id.desc()).limit(limit))
    return [kind(**{**row._mapping, "detail": json.loads(row.detail)}) for row in rows]


def _asked(sought: Sought) -> list[ColumnElement[bool]]:
    log = audit_event.c
    asked: list[ColumnElement[bool]] = []
    if sought.person:
        asked.append(log.person == sought.person.strip().upper())
    if sought.actor:
        asked.append(log.actor == sought.actor)
    if sought.action:
        asked.append(log.action == sought.action)
    if sought.since is not None:
        asked.append(log.at > last_instant(sought.since - timedelta(days=1)))
    if sought.until is not None:
        asked.append(log.at <= last_instant(sought.until))
    return asked
