"""Opening the record of somebody whom one does not look after: with a reason, for a day, written down."""

from datetime import datetime

from sqlalchemy import insert, select

from kanglu.dates import instant
from kanglu.errors import NotFound, RecordError
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import lock_writers
from kanglu.record.identity import next_id
from kanglu.record.opened import Opened
from kanglu.record.tables import access_grant, person
from kanglu.record.walls import OPENED
from kanglu.trust import Action, Resource, require


class Granting(Opened):
    """The part of `Store` that lets somebody behind the wall, see `walls`."""

    def open_with_reason(self, record_number: str, reason: str) -> datetime:
        """Let the actor see a record for `walls.OPENED`; gives the time until which.

        Who has done so and why stands in the audit log, for supervisors and for the person. Raises
        `NotFound`, or `RecordError` without a reason.
        """
        require(self.actor, Action.READ, Resource.FACTS)
        require(self.actor, Action.READ, Resource.IDENTITY)
        number, why, now = record_number.strip().upper(), reason.strip(), self.clock()
        if not why:
            raise RecordError(
                "It needs a reason.", where=number, remedy="Say why you have to see this record now."
            )
        scribe, until = Scribe(self.actor, self.purpose, self.database.keys), now + OPENED
        with self.database.writing() as connection:
            lock_writers(connection)
            person_id = connection.scalar(
                select(person.c.id).where(person.c.record_number == number, person.c.erased.is_(None))
            )
            if person_id is None:
                raise NotFound(f"There is no record {number}.", remedy="Check the number.")
            row = {"actor": self.actor.id, "reason": why, "recorded": instant(now), "expires": instant(until)}
            grant = next_id(connection, access_grant)
            connection.execute(insert(access_grant).values(id=grant, person_id=person_id, **row))
            deed = Deed("open with reason", number, {"reason": why, "until": row["expires"]})
            scribe.write(connection, [deed], row["recorded"])
        return until
