"""Entries of the rulebook that were published: kept in the record, over what ships and what lies in files."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from kanglu.dates import instant
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import lock_writers
from kanglu.record.identity import next_id
from kanglu.record.opened import Opened
from kanglu.record.tables import publication
from kanglu.trust import Action, Resource, require

type Entry = tuple[str, Mapping[str, Any]]
"""A section and the content of one of its entries, which has an ``id``."""


class Publication(NamedTuple):
    """An entry as it was put in force: by whom, when, and until when; None while it is."""

    content: dict[str, Any]
    actor: str
    recorded: str
    withdrawn: str | None


class Publishing(Opened):
    """The part of `Store` that keeps what was published."""

    def published(self) -> list[Entry]:
        """What is in force now, in the order in which it was published."""
        with self.database.reading() as connection:
            return in_force(connection)

    def publications(self, section: str, name: str) -> list[Publication]:
        """All that was ever published of one entry, the first first."""
        columns = [publication.c[field] for field in ("content", "actor", "recorded", "withdrawn")]
        query = select(*columns).where(publication.c.section == section, publication.c.entry == name)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(publication.c.id)).fetchall()
        return [Publication(json.loads(row.content), row.actor, row.recorded, row.withdrawn) for row in rows]

    def publish(self, entries: Sequence[Entry]) -> None:
        """Put entries in force, each in place of the one of its id; whoever calls has had them checked."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        at = instant(self.clock())
        with self.database.writing() as connection:
            lock_writers(connection)
            put_in_force(connection, entries, self.actor.id, at)
            scribe = Scribe(self.actor, self.purpose, self.database.keys)
            scribe.write(connection, [Deed("publish rules", None, {"entries": names(entries)})], at)


def names(entries: Sequence[Entry]) -> list[str]:
    """What entries are called in the audit log: ``rules/clinic.walk``."""
    return [f"{section}/{content['id']}" for section, content in entries]


def in_force(connection: Connection) -> list[Entry]:
    """What is in force, in the order in which it was published."""
    query = select(publication.c.section, publication.c.content).where(publication.c.withdrawn.is_(None))
    rows = connection.execute(query.order_by(publication.c.id)).fetchall()
    return [(section, json.loads(content)) for section, content in rows]


def put_in_force(connection: Connection, entries: Sequence[Entry], actor: str, at: str) -> None:
    """Write entries inside the caller's transaction; those that they replace are withdrawn."""
    first = next_id(connection, publication)
    for number, (section, content) in enumerate(entries, start=first):
        name = str(content["id"])
        connection.execute(
            update(publication)
            .where(
                publication.c.section == section,
                publication.c.entry == name,
                publication.c.withdrawn.is_(None),
            )
            .values(withdrawn=at)
        )
        connection.execute(
            insert(publication).values(
                id=number, section=section, entry=name, actor=actor, recorded=at,
                content=json.dumps(content, ensure_ascii=False, default=str),
            )
        )  # fmt: skip
