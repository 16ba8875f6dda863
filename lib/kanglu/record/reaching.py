"""How people are reached: telephone numbers, shown in full only when asked for, and who was reached for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select, union

from kanglu.dates import last_instant
from kanglu.record.auditing import Deed
from kanglu.record.frames import facts_of
from kanglu.record.identity import PHONE, chunks, phone_number, record_number
from kanglu.record.moment import Moment
from kanglu.record.opened import Opened
from kanglu.record.people import PersonView
from kanglu.record.tables import FACTS, batch, telecom
from kanglu.trust import Action, Resource, require

_PEOPLE_A_QUERY = 500
_SHOWN = 3, 4
"""How many digits at either end are shown of a number that is masked."""


def masked(number: str) -> str:
    """``139****5678``; of a number too short for that only the last two digits."""
    first, last = _SHOWN
    if len(number) < first + last + 2:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return f"{number[:first]}{'*' * (len(number) - first - last)}{number[-last:]}"


class Reaching(Opened):
    """The part of `Store` that gives telephone numbers."""

    def masked_telephones(self, ids: Sequence[int]) -> dict[int, str]:
        """The number of each person that was stated last, masked, by id; who has none is not in it.

        Whoever shows them has read the people, which is audited.
        """
        require(self.actor, Action.READ, Resource.IDENTITY)
        self._require_seen(ids)
        return {person: masked(phone_number(number)) for person, number in self._numbers(ids)}

    def telephones(self, view: PersonView) -> tuple[str, ...]:
        """The whole numbers of a person, the one stated last first; written down as shown."""
        require(self.actor, Action.READ, Resource.IDENTITY)
        self._require_seen([view.id])
        self._audit([Deed("show telephone", view.record_number)])
        found = [phone_number(number) for _, number in self._numbers([view.id])]
        return tuple(dict.fromkeys(reversed(found)))

    def served_by(self, source: str, day: date) -> set[int]:
        """Ids of the people whom somebody tried to reach, or did a task for, by an entry of that day."""
        self._require_read()
        contact, change = FACTS["communication"].c, FACTS["task_change"].c
        first, last = last_instant(day - timedelta(days=1)), last_instant(day)
        entered = select(batch.c.id).where(
            batch.c.recorded > first, batch.c.recorded <= last, batch.c.undone.is_(None)
        )
        with self.database.reading() as connection:
            # Few batches are of the day, and facts are found by their batch; by their source they are not.
            batches = list(connection.scalars(entered))
            tried = select(contact.person_id).where(
                contact.batch_id.in_(batches), contact.source == source, contact.outcome.is_not(None)
            )
            done = select(change.person_id).where(
                change.batch_id.in_(batches), change.source == source, change.code == "completed"
            )
            return set(connection.scalars(union(tried, done)))

    def consents(self, ids: Sequence[int], purpose: str, moment: Moment) -> pd.DataFrame:
        """What some people said to a purpose, before something is done with their facts; one audit row.

        Columns as the facts of the kind ``consent``.
        """
        require(self.actor, Action.READ, Resource.FACTS)
        self._require_seen(ids)
        self._audit([Deed("read consents", None, {"purpose": purpose, "people": len(set(ids))})])
        wanted = FACTS["consent"].c.code == purpose
        with self.database.reading() as connection:
            some = [*chunks(sorted(set(ids)), _PEOPLE_A_QUERY)] or [[]]
            parts = [facts_of(connection, "consent", few, moment, wanted) for few in some]
        return self._shown(pd.concat(parts, ignore_index=True))

    def called(self, person_id: int) -> str:
        """Under which number the actor knows a person: the record number, or the pseudonym."""
        mask = self._mask()
        return mask.pseudonym(person_id) if mask else record_number(person_id)

    def _numbers(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Person and number, the one stated last at the end."""
        columns = (telecom.c.person_id, telecom.c.cipher)
        query = select(*columns).where(
            telecom.c.system == PHONE, telecom.c.recorded <= self.moment.recorded_until
        )
        for some in chunks(sorted(set(ids)), _PEOPLE_A_QUERY):
            with self.database.reading() as connection:
                mine = query.where(telecom.c.person_id.in_(some)).order_by(telecom.c.id)
                rows = connection.execute(mine).fetchall()
            yield from ((person, self.database.keys.decrypt(cipher)) for person, cipher in rows)
