"""Writing and checking the audit chain in the database."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError

from kanglu.record.database import lock_audit
from kanglu.record.tables import audit_event, audit_head
from kanglu.trust.actors import Actor, Purpose
from kanglu.trust.audit import Break, Event, canonical, chained, first_break
from kanglu.trust.keys import Keys

_HEAD = select(audit_head.c.events, audit_head.c.hash, audit_head.c.seal)
_APPEND = insert(audit_event)
_MOVE_ON = update(audit_head).values(
    events=bindparam("length"), hash=bindparam("last"), seal=bindparam("new_seal")
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be written down: an action, the record number of the person, and no clinical value."""

    action: str
    person: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Who acts and for what; writes deeds to the end of the chain."""

    actor: Actor
    purpose: Purpose
    keys: Keys

    def write(self, connection: Connection, deeds: Sequence[Deed], at: str) -> None:
        """Append events inside the caller's write transaction.

        A head whose seal is broken stays broken, so that `verify` finds it however much is appended.
        """
        if not deeds:
            return
        lock_audit(connection)
        count, last, seal = connection.execute(_HEAD).one()
        sound = hmac.compare_digest(seal, self.keys.seal(f"{count}|{last}"))
        who = (self.actor.id, str(self.actor.role), str(self.purpose))
        events = []
        for number, deed in enumerate(deeds, start=count + 1):
            detail = canonical(deed.detail)
            said = Event(number, at, *who, deed.action, deed.person, detail, "", "", self.actor.came_from)
            event = chained(said, last)
            last = event.hash
            events.append(event._asdict())
        connection.execute(_APPEND, events)
        length = count + len(events)
        new_seal = self.keys.seal(f"{length}|{last}") if sound else seal
        connection.execute(_MOVE_ON, {"length": length, "last": last, "new_seal": new_seal})


def check(connection: Connection, keys: Keys) -> tuple[int, Break | None]:
    """How many events there are, and the first place where the chain is broken, if any."""
    head = connection.execute(_HEAD).one_or_none()
    if head is None:
        return 0, Break(1, "the head of the audit chain is gone")
    count, last, seal = head
    read = _Reading(connection)
    try:
        broken = first_break(read, count, last)
    except DBAPIError:
        if connection.dialect.name != "sqlite":
            raise
        # SQLite notices a damaged page, or text that is none, when it comes to the row.
        broken = Break(read.number + 1, f"event {read.number + 1} cannot be read: it is damaged")
    if broken is None and not hmac.compare_digest(seal, keys.seal(f"{count}|{last}")):
        broken = Break(max(count, 1), "the seal of the audit chain's head was not made with this key")
    return count, broken


class _Reading:
    """The events by id, and the number of the last that could be read."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self.number = connection, 0

    def __iter__(self) -> Iterator[Event]:
        columns = [audit_event.c[name] for name in Event._fields]
        query = select(*columns).order_by(audit_event.c.id).execution_options(yield_per=5000)
        for row in self._connection.execute(query):
            yield Event(*row)
            self.number += 1
