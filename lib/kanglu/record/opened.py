"""What an open record is before anything is asked of it: a database, an actor, a purpose and two times."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

import pandas as pd

from kanglu.dates import instant
from kanglu.errors import NotInPanel, RecordError
from kanglu.record import dossier
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import Database
from kanglu.record.identity import record_number
from kanglu.record.moment import Moment, day
from kanglu.record.veiling import Days, true_days, veiled
from kanglu.record.walls import Wall, wall
from kanglu.trust import Action, Actor, Purpose, Resource, require
from kanglu.trust.keys import Keys
from kanglu.trust.permissions import allowed

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

Clock = Callable[[], datetime]
ZONE = "Asia/Shanghai"
_NAMED = 3
"""So many records are named in an error."""


def system_clock() -> datetime:
    """The machine's clock: what a store goes by unless it is given another."""
    return datetime.now(UTC)


def in_china(moment: datetime | str) -> datetime:
    """A time that knows its zone, or an instant of the record, by the clock in China."""
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(ZoneInfo(ZONE))


def _touches_identity(actor: Actor) -> bool:
    """Whether somebody has identifiers to read, or to enter."""
    return allowed(actor, Action.READ, Resource.IDENTITY) or allowed(actor, Action.WRITE, Resource.FACTS)


class Opened:
    """The ground of `Store`.

    Parameters
    ----------
    database : where the facts are; None in a process that was given one person's dossier.
    actor, purpose : who reads and what for; both stand in every audit row.
    as_of, known : default moment of every read; the clock's day when None, and `known` follows `as_of`.
    clock : gives the instant that facts are recorded at.
    catalogue : definitions in force; the current ones when None.
    """

    def __init__(
        self,
        database: Database | None,
        actor: Actor,
        purpose: Purpose,
        *,
        as_of: date | None = None,
        known: date | None = None,
        clock: Clock = system_clock,
        catalogue: "Catalogue | None" = None,
    ) -> None:
        if database is not None and not _touches_identity(actor):
            database = database.veiled()
        self._database, self.actor, self.purpose, self.clock = database, actor, purpose, clock
        self._as_of, self._known, self._catalogue = as_of, known, catalogue
        self._for_rules = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        if self._database is not None:
            self._database.close()

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The definitions in force."""
        if self._catalogue is not None:
            return self._catalogue
        from kanglu.catalogue import current

        return current()

    @property
    def database(self) -> Database:
        """The database. Raises `RecordError` in a process that was given one person's dossier."""
        if self._database is None:
            raise RecordError(
                "This process was given one person's record and reads no database.",
                remedy="Read the panel before the reports are started.",
            )
        return self._database

    @property
    def moment(self) -> Moment:
        """The default moment of reads."""
        return self._moment(None, None)

    @property
    def as_of(self) -> date:
        """The day that reads go by."""
        return self.moment.as_of

    @property
    def known(self) -> date:
        """What was recorded by this day counts."""
        return self.moment.known

    def _moment(self, as_of: date | str | None, known: date | str | None) -> Moment:
        given = dossier.given()
        if given is not None and self._database is None:
            return Moment(given.as_of, given.known)
        on = day(as_of) or self._as_of or in_china(self.clock()).date()
        return Moment(on, day(known) or self._known or on)

    def _mask(self) -> Keys | None:
        """The keys to make pseudonyms with, for an actor who may not know who people are."""
        named = allowed(self.actor, Action.READ, Resource.IDENTITY)
        return None if named else self.database.keys

    def _veil(self) -> Days | None:
        """How days are shown to an actor who may read facts and not know whose they are; None for others."""
        return None if _touches_identity(self.actor) else true_days(self.as_of)

    def _shown(self, facts: pd.DataFrame) -> pd.DataFrame:
        """Facts of one kind as the actor may see them."""
        days = self._veil()
        return facts if days is None else veiled(facts, days)

    def _audit(self, deeds: Sequence[Deed]) -> None:
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        with self.database.writing() as connection:
            scribe.write(connection, deeds, instant(self.clock()))

    def for_rules(self) -> Self:
        """The same record without the wall, for whoever brings what the rules give up to date.

        The rules look at everybody whom a change touches, whoever entered it; what they find is shown to
        those who may see the person. Raises `PermissionDenied` for who may not write facts.
        """
        require(self.actor, Action.WRITE, Resource.FACTS)
        same = copy(self)
        same._for_rules = True
        return same

    def _wall(self) -> Wall | None:
        """The wall before the actor; None where it is no wall."""
        if self._for_rules:
            return None
        today = in_china(self.clock()).date()
        return wall(self.actor, self.clock, Moment(today, today))

    def seen(self, ids: Iterable[int]) -> set[int]:
        """Those of some people whose records the actor may see, see `walls`."""
        wall = self._wall()
        if wall is None:
            return set(ids)
        with self.database.reading() as connection:
            return wall.seen_among(connection, ids)

    def _require_seen(self, ids: Iterable[int]) -> None:
        """Raise `NotInPanel` where the actor may not see the record of one of these people.

        Of somebody who is only being entered there is no record yet, and so nothing that may not be seen.
        """
        wall = self._wall()
        if wall is None:
            return
        wanted = set(ids)
        with self.database.reading() as connection:
            unseen = sorted(wall.unseen_among(connection, wanted))
        if unseen:
            numbers = [record_number(one) for one in unseen]
            some = ", ".join(numbers[:_NAMED]) + (" …" if len(numbers) > _NAMED else "")
            raise NotInPanel(
                f"This record is not in the panel of {self.actor.name}."
                if len(unseen) == 1
                else f"{len(unseen)} of {len(wanted)} records are not in the panel of {self.actor.name}.",
                where=some,
                remedy="Open the record with a reason, or ask a supervisor to hand the person over.",
            )

    def _require_read(self) -> None:
        require(self.actor, Action.READ, Resource.FACTS)
