"""What the store gives to the rules, and takes from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from kanglu.dates import instant
from kanglu.record import knowing, rulings
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.columns import read_columns
from kanglu.record.database import lock_writers, uncollected
from kanglu.record.identity import record_number
from kanglu.record.known import COLUMNS, Known
from kanglu.record.moment import Moment
from kanglu.record.opened import Opened
from kanglu.record.rulings import Evaluation, Stored
from kanglu.record.veiling import veiled_columns
from kanglu.trust import Action, Resource, require
from kanglu.trust.permissions import allowed

_ALL = 2**31 - 1
CARE_TEAM = ("person_id", "code", "effective", "effective_end", "clinical_status", "practitioner")


class Evaluating(Opened):
    """The part of `Store` that the rules speak to.

    What they read of a panel stays with them: it is one row of the audit log, not one a person. Of people
    whom the actor may not see they read nothing, but in a record opened `for_rules`.
    """

    # -- whom to look at ---------------------------------------------------------------------------

    def everybody(self) -> list[int]:
        """Ids of all whom the actor may see, ascending; without those merged into another's record."""
        with self.database.reading() as connection:
            found = rulings.everybody(connection)
        return sorted(self.seen(found))

    def changed_people(self, since_batch: int) -> list[int]:
        """Ids of the people on whom a batch after this one says something."""
        with self.database.reading() as connection:
            return rulings.changed_people(connection, since_batch)

    def due_people(self, as_of: date, revision: str) -> list[int]:
        """Ids of the people for whom something changes by the day without new facts.

        Those whom the rules of this revision never looked at are among them.
        """
        with self.database.reading() as connection:
            return rulings.due_people(connection, as_of, revision)

    def people_to_evaluate(self, as_of: date, revision: str) -> list[int]:
        """Ids of all for whom an evaluation may find something else than the last one found."""
        with self.database.reading() as connection:
            changed = rulings.changed_people(connection, rulings.last_batch_seen(connection))
            return sorted({*changed, *rulings.due_people(connection, as_of, revision)})

    # -- what the rules read -----------------------------------------------------------------------

    def known_facts(
        self,
        ids: Sequence[int],
        indicators: Sequence[str],
        as_of: date,
        known: date,
        kinds: Collection[str] = tuple(COLUMNS),
    ) -> Known:
        """The facts of some people, of these indicators and kinds, in columns; see `Known`."""
        self._require_rules()
        self._require_seen(ids)
        self._audit([Deed("read for rules", None, {"people": len(ids)})])
        with uncollected(), self.database.reading() as connection:
            found = knowing.read_known(
                connection, ids, indicators, Moment(as_of, known), kinds=kinds, mask=self._mask()
            )
        return self._shown_known(found)

    def known_entered(self, person_id: int, moment: Moment, kinds: Collection[str]) -> Known:
        """One person's facts of these kinds, for whoever enters more and has read the person; not audited."""
        self._require_read()
        self._require_seen([person_id])
        with self.database.reading() as connection:
            mask = self._mask()
            found = knowing.read_known(connection, [person_id], (), moment, kinds=kinds, mask=mask)
        return self._shown_known(found)

    def care_teams(self, moment: Moment) -> pd.DataFrame:
        """Who is in whose care team, also of those whom the actor may not see: the load of the staff.

        Columns `CARE_TEAM`, a row a membership. It says nothing of a person but who the staff is, and is
        asked while a batch is open: it is not audited.
        """
        self._require_read()
        with self.database.reading() as connection:
            return pd.DataFrame(read_columns(connection, "care_team", CARE_TEAM, moment, 0, _ALL))

    def current_results(self, ids: Sequence[int] | None, known: date) -> list[Stored]:
        """What the rules gave to people (all, when None) as it stood at the end of a day."""
        self._require_rules()
        if ids is not None:
            self._require_seen(ids)
        with uncollected(), self.database.reading() as connection:
            found = rulings.current_results(connection, ids, known)
        return found if ids is not None else self._of_seen(found)

    def asked_for(
        self,
        day: date,
        known: date,
        kinds: Collection[str],
        tags: Collection[str],
        *,
        owners: Collection[str] | None = None,
        ids: Sequence[int] | None = None,
    ) -> list[Stored]:
        """What of it may be worked on on a day, and these tags; see `rulings.asked_for`."""
        self._require_rules()
        with uncollected(), self.database.reading() as connection:
            found = rulings.asked_for(connection, day, known, kinds, tags, owners=owners, ids=ids)
        return self._of_seen(found)

    def results(self, ids: Sequence[int], known: date | None = None) -> list[Stored]:
        """The same, for people to read: each read of a person is audited."""
        self._require_read()
        self._require_seen(ids)
        self._audit([Deed("read results", record_number(one)) for one in sorted(set(ids))])
        with self.database.reading() as connection:
            return rulings.current_results(connection, ids, known or self.known)

    def last_evaluation(self) -> Evaluation | None:
        """The latest run of the rules, also one that was killed; None before the first."""
        with self.database.reading() as connection:
            return rulings.last_evaluation(connection)

    def stamp(self) -> tuple[int, ...]:
        """What changes with every change of the facts and of what the rules gave.

        A figure read under the same stamp, of the same days and by the same rules, is the same.
        """
        with self.database.reading() as connection:
            return rulings.stamp(connection)

    def rule_versions(self) -> list[tuple[str, int, str]]:
        """Every version of a rule that was ever in force: rule, version, and the day from which it was."""
        with self.database.reading() as connection:
            return rulings.rule_versions(connection)

    # -- what the rules write ----------------------------------------------------------------------

    def begin_evaluation(
        self,
        as_of: date,
        known: date,
        revision: str,
        scope: Literal["full", "changed", "people"],
        people: int,
    ) -> int:
        """Begin a run of the rules over so many people; gives its id. One row of the audit log."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        at = instant(self.clock())
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        with self.database.writing() as connection:
            lock_writers(connection)
            number = rulings.begin(connection, at, as_of, known, revision, scope, people)
            detail = {"evaluation": number, "as_of": as_of.isoformat(), "scope": scope, "people": people}
            scribe.write(connection, [Deed("evaluate", None, detail)], at)
        return number

    def write_results(
        self,
        evaluation: int,
        as_of: date,
        revision: str,
        entered: Sequence[tuple[Any, ...]],
        withdrawn: Sequence[int],
        states: Sequence[tuple[int, str | None]],
    ) -> None:
        """Write down what a run found of some people, all of it or nothing.

        Parameters
        ----------
        evaluation, as_of, revision : the run.
        entered : new rows, in the fields of `Ruling`.
        withdrawn : ids of the rows that no longer hold.
        states : everybody who was looked at, and the first day on which something changes without new
            facts, None for never.
        """
        require(self.actor, Action.WRITE, Resource.FACTS)
        at = instant(self.clock())
        with uncollected(), self.database.writing() as connection:
            lock_writers(connection)
            rulings.write(connection, at, evaluation, as_of, revision, entered, withdrawn, states)

    def complete_evaluation(self, evaluation: int, counts: Mapping[str, Any]) -> None:
        """A run has come to its end: what came before it need not be looked at again."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        with self.database.writing() as connection:
            rulings.complete(connection, evaluation, counts)

    def enter_rule_versions(self, rows: Sequence[tuple[str, int, str, str]]) -> None:
        """Enter versions of rules: rule, version, its definition as JSON, the day it is in force from."""
        require(self.actor, Action.WRITE, Resource.FACTS)
        with self.database.writing() as connection:
            lock_writers(connection)
            rulings.enter_rule_versions(connection, instant(self.clock()), rows)

    def _shown_known(self, found: Known) -> Known:
        """Facts in columns as the actor may see them."""
        if self._veil() is None:
            return found
        return replace(found, tables={name: veiled_columns(rows) for name, rows in found.tables.items()})

    def _of_seen(self, rows: list[Stored]) -> list[Stored]:
        """The rows of those whom the actor may see."""
        if self._wall() is None:
            return rows
        seen = self.seen({one.row.person_id for one in rows})
        return [one for one in rows if one.row.person_id in seen]

    def _require_rules(self) -> None:
        """Who may write may have rules read, though what they read be hidden from them."""
        if not allowed(self.actor, Action.WRITE, Resource.FACTS):
            self._require_read()
