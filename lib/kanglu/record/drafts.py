"""What somebody has begun to enter and not saved: kept encrypted, for the account that began it alone.

A draft is no fact: nothing of it is counted, and it is gone when it is saved or dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update

from kanglu.dates import instant, last_instant
from kanglu.record.database import lock_writers
from kanglu.record.identity import next_id
from kanglu.record.opened import Opened
from kanglu.record.tables import draft
from kanglu.trust import Action, Resource, require


@dataclass(frozen=True, slots=True)
class Draft:
    """What was begun.

    Parameters
    ----------
    key : what it is of, such as ``visit/K000107/2026-06-30``.
    content : as it was handed over.
    saved : the instant at which it was kept last.
    """

    key: str
    content: Mapping[str, Any]
    saved: str


class Drafting(Opened):
    """The part of `Store` that keeps drafts. Everybody has their own; nobody sees another's."""

    def save_draft(self, key: str, content: Mapping[str, Any]) -> str:
        """Keep what was begun under a key, in place of what was kept before; gives the instant."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        at = instant(self.clock())
        cipher = self.database.keys.encrypt(orjson.dumps(content).decode())
        mine = (draft.c.account_id == self.actor.id, draft.c.key == key)
        with self.database.writing() as connection:
            lock_writers(connection)
            kept = connection.execute(update(draft).where(*mine).values(cipher=cipher, saved=at))
            if not kept.rowcount:
                row = {"id": next_id(connection, draft), "account_id": self.actor.id, "key": key}
                connection.execute(insert(draft).values(**row, cipher=cipher, saved=at))
        return at

    def draft(self, key: str) -> Draft | None:
        """What the actor has begun under a key; None when nothing is."""
        return next(iter(self._drafts(draft.c.key == key)), None)

    def drafts(self, prefix: str = "", until: date | None = None) -> list[Draft]:
        """All that the actor has begun, the oldest first.

        Parameters
        ----------
        prefix : only keys that begin so, as ``visit/``.
        until : only what has lain untouched since the end of this day.
        """
        where = [draft.c.key.startswith(prefix, autoescape=True)]
        if until is not None:
            where.append(draft.c.saved <= last_instant(until))
        return self._drafts(*where)

    def drop_draft(self, key: str) -> None:
        """Forget what the actor has begun under a key."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        mine = (draft.c.account_id == self.actor.id, draft.c.key == key)
        with self.database.writing() as connection:
            connection.execute(delete(draft).where(*mine))

    def _drafts(self, *where: Any) -> list[Draft]:
        self._require_read()
        query = select(draft.c.key, draft.c.cipher, draft.c.saved).where(
            draft.c.account_id == self.actor.id, *where
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(draft.c.saved, draft.c.id)).fetchall()
        decrypt = self.database.keys.decrypt
        return [Draft(key, orjson.loads(decrypt(cipher)), saved) for key, cipher, saved in rows]
