"""Changes of the rules that wait for a second person: proposed by one account, decided by another."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, insert, select, update

from kanglu.dates import instant
from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import lock_writers
from kanglu.record.identity import next_id
from kanglu.record.publishing import Entry, Publishing, in_force, names, put_in_force
from kanglu.record.tables import rule_proposal
from kanglu.trust import Action, Resource, require

type State = Literal["proposed", "approved", "rejected", "withdrawn"]
_DEEDS: Final[Mapping[State, str]] = {
    "approved": "approve rules",
    "rejected": "reject rules",
    "withdrawn": "withdraw rules",
}


class Proposed(NamedTuple):
    """A row of `rule_proposal`; `content` is what `propose_rules` was given."""

    id: int
    content: Any
    reason: str
    revision: str
    proposed_by: str
    recorded: str
    state: State
    decided_by: str | None
    decided: str | None
    note: str | None


class Proposing(Publishing):
    """The part of `Store` that keeps proposals. Whoever calls has had them checked."""

    def propose_rules(self, content: Any, reason: str, revision: str, entries: Sequence[str]) -> Proposed:
        """Keep a proposal, made for a revision of the rulebook; `entries` names what it changes."""
        require(self.actor, Action.PROPOSE, Resource.RULES)
        at = instant(self.clock())
        with self.database.writing() as connection:
            lock_writers(connection)
            number = next_id(connection, rule_proposal)
            row = Proposed(number, content, reason, revision, self.actor.id, at, "proposed", None, None, None)
            text = json.dumps(content, ensure_ascii=False, default=str)
            connection.execute(insert(rule_proposal).values(row._asdict() | {"content": text}))
            self._note(connection, "propose rules", number, entries, at)
        return row

    def rule_proposals(self, state: State | None = None) -> list[Proposed]:
        """Proposals of a state, or all; the newest first."""
        query = select(rule_proposal).order_by(rule_proposal.c.id.desc())
        if state is not None:
            query = query.where(rule_proposal.c.state == state)
        with self.database.reading() as connection:
            return [_proposed(row) for row in connection.execute(query)]

    def rule_proposal(self, number: int) -> Proposed:
        """One proposal. Raises `NotFound`."""
        with self.database.reading() as connection:
            return _one(connection, number)

    def approve_rules(self, number: int, entries: Sequence[Entry], seen: Sequence[Entry]) -> None:
        """Put the entries of a proposal in force, in the name of whoever approves.

        Raises `PermissionDenied` for the proposer's own, `RecordError` when it is decided already, and when
        what is published is no longer `seen`, by which it was checked.
        """
        require(self.actor, Action.APPROVE, Resource.RULES)
        with self.database.writing() as connection:
            lock_writers(connection)
            self._not_own(_one(connection, number))
            if in_force(connection) != list(seen):
                raise RecordError(
                    "The rulebook was changed by somebody else at this very moment.",
                    where=f"proposal {number}",
                    remedy="Look at the proposal again and decide then.",
                )
            at = self._decide(connection, number, "approved", None, names(entries))
            put_in_force(connection, entries, self.actor.id, at)

    def reject_rules(self, number: int, note: str, entries: Sequence[str]) -> None:
        """Reject a proposal, saying why. Raises as `approve_rules` does."""
        require(self.actor, Action.APPROVE, Resource.RULES)
        with self.database.writing() as connection:
            lock_writers(connection)
            self._not_own(_one(connection, number))
            self._decide(connection, number, "rejected", note, entries)

    def withdraw_rules(self, number: int, entries: Sequence[str]) -> None:
        """Take one's own proposal back. Raises `PermissionDenied` for another's, else as `approve_rules`."""
        require(self.actor, Action.PROPOSE, Resource.RULES)
        with self.database.writing() as connection:
            lock_writers(connection)
            by = _one(connection, number).proposed_by
            if by != self.actor.id:
                raise PermissionDenied(
                    f"Proposal {number} was made by {by}.", remedy="Reject it, if you may and disagree."
                )
            self._decide(connection, number, "withdrawn", None, entries)

    def _not_own(self, row: Proposed) -> None:
        if row.proposed_by == self.actor.id:
            raise PermissionDenied(
                f"{self.actor.id} made proposal {row.id} and cannot decide on it.",
                remedy="A second person decides; its proposer may withdraw it.",
            )

    def _decide(
        self, connection: Connection, number: int, state: State, note: str | None, entries: Sequence[str]
    ) -> str:
        row, at = _one(connection, number), instant(self.clock())
        if row.state != "proposed":
            raise RecordError(
                f"Proposal {number} was {row.state} by {row.decided_by} on {row.decided}.",
                remedy="Make a new proposal.",
            )
        connection.execute(
            update(rule_proposal)
            .where(rule_proposal.c.id == number)
            .values(state=state, decided_by=self.actor.id, decided=at, note=note)
        )
        self._note(connection, _DEEDS[state], number, entries, at)
        return at

    def _note(
        self, connection: Connection, action: str, number: int, entries: Sequence[str], at: str
    ) -> None:
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        scribe.write(connection, [Deed(action, None, {"proposal": number, "entries": list(entries)})], at)


def _one(connection: Connection, number: int) -> Proposed:
    row = connection.execute(select(rule_proposal).where(rule_proposal.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no proposal {number}.", remedy="kanglu rules proposals lists them.")
    return _proposed(row)


def _proposed(row: Any) -> Proposed:
    return Proposed(**{**row._mapping, "content": json.loads(row.content)})
