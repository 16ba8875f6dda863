"""The store: the one way to read and write facts, opened by an actor for a purpose, as of a day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select

from kanglu.dates import instant
from kanglu.errors import NotFound, RecordError
from kanglu.record import auditing, dossier, tables
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.batches import Batches
from kanglu.record.checking import Verification, integrity, status
from kanglu.record.database import lock_writers, opened, uncollected
from kanglu.record.dossier import Dossier, read_dossiers
from kanglu.record.drafts import Drafting
from kanglu.record.erasing import Erasing
from kanglu.record.evaluating import Evaluating
from kanglu.record.granting import Granting
from kanglu.record.identifying import Identifying
from kanglu.record.identity import chunks
from kanglu.record.identity import record_number as number_of
from kanglu.record.lending import Lending
from kanglu.record.merging import Merged, merge
from kanglu.record.moment import Moment, day
from kanglu.record.opened import Clock, in_china, system_clock
from kanglu.record.panel import Panel, read_facts, read_inputs, select_people
from kanglu.record.people import PersonView, people_frame, views
from kanglu.record.person import Person, series_of
from kanglu.record.proposing import Proposing
from kanglu.record.reaching import Reaching
from kanglu.record.search import MOST, Matches, find_people
from kanglu.record.trail import Trail
from kanglu.record.undo import Undone, undo
from kanglu.record.versions import Versioned
from kanglu.record.writing import BatchWriter
from kanglu.trust import LOCAL, Action, Actor, Purpose, Resource, require
from kanglu.trust.permissions import require_purpose

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

PEOPLE_AT_A_TIME = 100


class Store(
    Evaluating,
    Proposing,
    Erasing,
    Drafting,
    Versioned,
    Batches,
    Reaching,
    Identifying,
    Granting,
    Trail,
    Lending,
):
    """An open record. Made by `kanglu.record.open`, which tells its parameters."""

    # -- reading -----------------------------------------------------------------------------

    def person(self, record_number: str) -> Person:
        """The person of a record number. Raises `NotFound`."""
        self._require_read()
        if self._database is None:
            return Person(self, dossier.held(record_number).person)
        view = self._view(record_number)
        self._audit([Deed("read person", number_of(view.id))])
        return Person(self, view)

    def dossier(self, record_number: str) -> Dossier:
        """Everything on one person, as of the store's day. Raises `NotFound`."""
        self._require_read()
        if self._database is None:
            return dossier.held(record_number)
        return next(self.dossiers([self._view(record_number).id]))

    def dossiers(
        self, ids: Sequence[int], as_of: date | str | None = None, known: date | str | None = None
    ) -> Iterator[Dossier]:
        """The dossiers of these people, by id, read a hundred at a time; each read is audited first."""
        self._require_read()
        self._require_seen(ids)
        moment, mask = self._moment(as_of, known), self._mask()
        revision = self.catalogue.revision
        for some in chunks(sorted(set(ids)), PEOPLE_AT_A_TIME):
            with uncollected(), self.database.reading() as connection:
                read = list(read_dossiers(connection, some, moment, catalogue_revision=revision, mask=mask))
                if (days := self._veil()) is not None:
                    read = [one.veiled(days) for one in read]
            self._audit([Deed("read dossier", number_of(one.person.id)) for one in read])
            yield from read

    def search(self, text: str, limit: int = MOST) -> Matches:
        """People whom a text may mean, the likeliest first, with what of each matched.

        Parameters
        ----------
        text : part of a name (in characters, pinyin or initials), record number, whole number of any card,
            whole telephone or identity number or its last four or more.
        limit : most people to find; each of them is audited. Of those whom the actor may not see nothing is
            shown but how many there are, and the record number where a whole number was known.
        """
        self._require_read()
        require(self.actor, Action.READ, Resource.IDENTITY)
        wall = self._wall()
        with self.database.reading() as connection:
            matches = find_people(connection, self.database.keys, text, self.moment, limit, wall)
        self._audit([Deed("find", number_of(one.person.id), {"by": one.by}) for one in matches.found])
        return matches

    def find(self, text: str) -> list[PersonView]:
        """The people of `search`, without what matched."""
        return [one.person for one in self.search(text).found]

    def panel(
        self, expr: str = "all", as_of: date | str | None = None, known: date | str | None = None
    ) -> Panel:
        """The people that an expression means, see `expressions`, of those whom the actor may see.

        Raises `ExpressionError`.
        """
        self._require_read()
        moment = self._moment(as_of, known)
        with self.database.reading() as connection:
            meant = select_people(connection, expr, moment, self.catalogue)
        ids = sorted(self.seen(meant))
        panel = Panel(self, expr, moment, tuple(ids))
        self._audit([Deed("panel", None, {"expression": expr, "people": len(ids)})])
        return panel

    def people(self, ids: Sequence[int], moment: Moment) -> pd.DataFrame:
        """Who these people are at a moment: columns `people.PEOPLE_COLUMNS`, by id."""
        self._require_read()
        self._require_seen(ids)
        read = self._people(ids, moment)
        self._audit([Deed("read identity", number_of(one)) for one in read["person_id"].tolist()])
        return read

    def _people(self, ids: Sequence[int], moment: Moment) -> pd.DataFrame:
        few = (tables.person.c.id.in_(ids),) if len(ids) <= PEOPLE_AT_A_TIME else ()
        with self.database.reading() as connection:
            read = people_frame(connection, moment, *few, mask=self._mask())
        return read[read["person_id"].isin(list(ids))].reset_index(drop=True)

    def inputs(self, ids: Sequence[int], moment: Moment) -> pd.DataFrame:
        """See `Panel.inputs`."""
        self._require_read()
        self._require_seen(ids)
        people = self._people(ids, moment)
        self._audit([Deed("read inputs", number_of(one)) for one in people["person_id"].tolist()])
        with self.database.reading() as connection:
            return read_inputs(connection, people, moment, self.catalogue)

    def facts(
        self, ids: Sequence[int], kind: str, moment: Moment, indicators: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """See `Panel.facts`."""
        self._require_read()
        self._require_seen(ids)
        people = self._people(ids, moment)
        about = {"kind": kind, **({} if indicators is None else {"indicators": sorted(indicators)})}
        self._audit([Deed("read facts", number_of(one), about) for one in people["person_id"].tolist()])
        with self.database.reading() as connection:
            return self._shown(read_facts(connection, ids, kind, moment, indicators))

    def facts_entered(self, person_id: int, kind: str, moment: Moment) -> pd.DataFrame:
        """One person's facts of a kind, for whoever is about to enter more and has read the person already.

        Not audited once more. Raises `NotInPanel`.
        """
        self._require_read()
        self._require_seen([person_id])
        with self.database.reading() as connection:
            return self._shown(read_facts(connection, [person_id], kind, moment, None))

    def series(self, view: PersonView, indicator: str, since: str | None, until: str | None) -> pd.DataFrame:
        """See `Person.series`."""
        self._require_read()
        if self._database is None:
            return series_of(dossier.held(view.record_number).observations, indicator, since, until)
        self._require_seen([view.id])
        with self.database.reading() as connection:
            from kanglu.record.frames import facts_of

            wanted = tables.observation.c.indicator == indicator
            facts = self._shown(facts_of(connection, "observation", [view.id], self.moment, wanted))
        self._audit([Deed("read series", number_of(view.id), {"indicator": indicator})])
        return series_of(facts, indicator, since, until)

    def _view(self, record_number: str) -> PersonView:
        """Who the person is. An analyst names people by their pseudonym."""
        number, mask = record_number.strip().upper(), self._mask()
        with self.database.reading() as connection:
            if mask:
                everyone = connection.scalars(select(tables.person.c.id))
                named = [one for one in everyone if mask.pseudonym(one) == number]
            else:
                query = select(tables.person.c.id).where(tables.person.c.record_number == number)
                named = list(connection.scalars(query))
            condition = tables.person.c.id.in_(named)
            found = views(people_frame(connection, self.moment, condition, mask=mask))
        if not found:
            self._refuse_gone(number, named)
            raise NotFound(
                f"There is no record {record_number} as known on {self.known}.",
                remedy="Look the person up with `kanglu person NAME`, or ask for a later day.",
            )
        self._require_seen([found[0].id])
        return found[0]

    def _refuse_gone(self, record_number: str, ids: Sequence[int]) -> None:
        """Raise `NotFound` when the record was erased, or merged into another, which is named."""
        query = select(tables.person_link.c.into_id).where(tables.person_link.c.person_id.in_(ids))
        gone = select(tables.person.c.erased).where(tables.person.c.id.in_(ids))
        with self.database.reading() as connection:
            into, erased = connection.scalar(query), connection.scalar(gone)
        if erased is not None:
            on = in_china(erased).date()
            raise NotFound(f"The record {record_number} was erased on {on}, as the person had asked.")
        if into is not None:
            mask = self._mask()
            number = mask.pseudonym(into) if mask else number_of(into)
            raise NotFound(
                f"The record {record_number} was merged into {number}.", remedy=f"Ask for {number}."
            )

    # -- writing -------------------------------------------------------------------------------

    @contextmanager
    def batch(self, label: str, kind: str = "import") -> Iterator[BatchWriter]:
        """Enter facts: all of them when the block ends well, none when it raises or the process dies."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        at = instant(self.clock())
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        with uncollected(), self.database.writing() as connection:
            lock_writers(connection)
            writer = BatchWriter(connection, self.database.keys, label=label, kind=kind, recorded=at)
            yield writer
            receipt = writer.finish()
            scribe.write(connection, [Deed("write batch", None, {"batch": writer.id, **receipt.facts})], at)

    def merge(self, keep: str, drop: str, reason: str | None = None) -> Merged:
        """Make two records one, when they are the same person's; it cannot be undone.

        Parameters
        ----------
        keep, drop : record numbers: the one that stays, and the one whose facts it takes in.
        reason : why they are the same person's.

        Raises `NotFound` for a record that is not there or was merged before, `RecordError` for one and
        itself, or when both have an identity number.
        """
        require(self.actor, Action.WRITE, Resource.FACTS)
        into, gone = self._view(keep), self._view(drop)
        at = instant(self.clock())
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        with uncollected(), self.database.writing() as connection:
            lock_writers(connection)
            label = f"{number_of(gone.id)} → {number_of(into.id)}"
            writer = BatchWriter(connection, self.database.keys, label=label, kind=tables.MERGE, recorded=at)
            merge(connection, writer, into.id, gone.id, reason, at)
            receipt = writer.finish()
            detail = {"batch": writer.id, "into": number_of(into.id)}
            scribe.write(connection, [Deed("merge", number_of(gone.id), detail)], at)
        return Merged(writer.id, receipt.facts["new"])

    def undo(self, batch_id: int) -> Undone:
        """Take a batch back. Raises `NotFound`, or `RecordError` naming the later batches that need it."""
        require(self.actor, Action.UNDO, Resource.FACTS)
        at = instant(self.clock())
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        with self.database.writing() as connection:
            lock_writers(connection)
            done = undo(connection, batch_id, at)
            detail = {"batch": batch_id, "facts": done.facts, "people": done.people}
            scribe.write(connection, [Deed("undo batch", None, detail)], at)
        return done

    def exported(self, what: str, people: Sequence[str], detail: dict[str, Any] | None = None) -> None:
        """Write down that facts of these record numbers left the record, as `what`."""
        require(self.actor, Action.EXPORT, Resource.FACTS)
        self._audit([Deed("export", number, {"as": what, **(detail or {})}) for number in people])

    # -- the whole -----------------------------------------------------------------------------

    def verify(self) -> Verification:
        """Whether the audit chain and the record are whole."""
        require(self.actor, Action.VERIFY, Resource.AUDIT)
        with self.database.reading() as connection:
            events, broken = auditing.check(connection, self.database.keys)
            return Verification(events, broken, integrity(connection))

    def status(self) -> dict[str, Any]:
        """How much the record holds: people, facts by table, batches, first and last recorded, revision."""
        with self.database.reading() as connection:
            return {"database": self.database.name, **status(connection)}

    def batches(self) -> pd.DataFrame:
        """All batches, undone ones too: id, label, kind, recorded, undone, files, receipt."""
        table = tables.batch
        columns = ("id", "label", "kind", "recorded", "undone", "files", "receipt")
        with self.database.reading() as connection:
            rows = connection.execute(
                select(*(table.c[name] for name in columns)).order_by(table.c.id)
            ).fetchall()
        found = pd.DataFrame(rows, columns=list(columns))
        if self._veil() is not None:
            found = found.assign(label=[f"batch {one}" for one in found["id"]], files=None, receipt=None)
        return found

    def people_count(self) -> int:
        """How many people the record holds now."""
        return len(self.everybody())


def open(
    url: str | None = None,
    *,
    actor: Actor | None = None,
    purpose: str = Purpose.CARE,
    as_of: date | str | None = None,
    known: date | str | None = None,
    clock: Clock = system_clock,
    catalogue: "Catalogue | None" = None,
) -> Store:
    """Open the record.

    Parameters
    ----------
    url : database URL or path of an SQLite file; else ``KANGLU_DATABASE_URL``, else the embedded file.
    actor : who opens it; else the user of this machine, as health manager.
    purpose : care, report, analysis or administration.
    as_of : day that reads go by; else the clock's.
    known : count only what was recorded by this day; else the same day as `as_of`.
    clock, catalogue : see `Opened`.

    In a process that was given one person's dossier (`prefetched`) no database is touched.

    Raises `RecordError` when there is no database, its schema is not this version's, or the key is not its
    own; `PermissionDenied` when the role may not open it for the purpose.
    """
    who = actor or LOCAL
    require(who, Action.OPEN, Resource.RECORD)
    what_for = require_purpose(who, purpose)
    on, knowing = day(as_of), day(known)
    given = dossier.given()
    if given is not None:
        if on not in (None, given.as_of) or knowing not in (None, given.known):
            raise RecordError(
                f"This process was given a record as of {given.as_of} (known {given.known}), not as of {on}.",
                remedy="Ask for the day that the report is about.",
            )
        return Store(None, who, what_for, clock=clock, catalogue=catalogue)
    store = Store(opened(url), who, what_for, as_of=on, known=knowing, clock=clock, catalogue=catalogue)
    store._audit([Deed("open", None, {})])
    return store
