"""What people ask of those who keep their record: received, decided on, answered, each by a day.

A request is about one person's record (PIPL art. 44–47): to see it, to have it corrected, to be given it,
to have it erased. Its wording and its answer are kept encrypted.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from kanglu.dates import instant
from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import lock_writers
from kanglu.record.identity import next_id, record_number
from kanglu.record.opened import Opened, in_china
from kanglu.record.people import PersonView
from kanglu.record.tables import rights_request
from kanglu.trust import Action, Resource, require
from kanglu.trust.keys import Keys

type RequestKind = Literal["access", "correction", "export", "erasure"]
type RequestState = Literal["received", "accepted", "done", "refused"]
OPEN: Final = ("received", "accepted")


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request about one record.

    Parameters
    ----------
    received, due : days; by `due` it is to be answered.
    wording : what is asked, in the person's words; empty where the record has been erased since.
    answer : what was answered, or why it was refused.
    entered_by, decided_by : accounts.
    decided : the instant of the latest decision.
    """

    id: int
    person_id: int
    kind: RequestKind
    received: date
    due: date
    state: RequestState
    wording: str
    answer: str
    entered_by: str
    decided_by: str | None
    decided: str | None

    @property
    def number(self) -> str:
        """The record number."""
        return record_number(self.person_id)

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in OPEN

    def days_late(self, day: date) -> int:
        """For how many days it should have been answered; 0 in time, and once it was."""
        return max((day - self.due).days, 0) if self.open else 0


class Requesting(Opened):
    """The part of `Store` that keeps requests."""

    def receive_request(
        self, view: PersonView, kind: RequestKind, received: date, due: date, wording: str
    ) -> RightsRequest:
        """Take down what somebody asks about their record.

        Raises `RecordError` without a wording, for a day ahead, or when the same is asked already.
        """
        require(self.actor, Action.WRITE, Resource.REQUESTS)
        self._require_seen([view.id])
        words, number = wording.strip(), record_number(view.id)
        if not words:
            raise RecordError(
                "A request needs its wording.", where=number, remedy="Write down what the person asks for."
            )
        if received > in_china(self.clock()).date():
            raise RecordError(
                f"A request cannot be received on {received}, which lies ahead.",
                where=number,
                remedy="Give the day on which it came.",
            )
        at = instant(self.clock())
        with self.database.writing() as connection:
            lock_writers(connection)
            same = (rights_request.c.person_id == view.id, rights_request.c.kind == kind)
            waiting = select(rights_request.c.id).where(*same, rights_request.c.state.in_(OPEN))
            if (other := connection.scalar(waiting)) is not None:
                raise RecordError(
                    f"The same is asked already, by request {other}.",
                    where=number,
                    remedy="Answer that one, or refuse it first.",
                )
            made = next_id(connection, rights_request)
            connection.execute(
                insert(rights_request).values(
                    id=made, person_id=view.id, kind=kind, received=received.isoformat(),
                    due=due.isoformat(), state="received", recorded=at, entered_by=self.actor.id,
                    cipher=sealed(self.database.keys, words, ""), decided_by=None, decided=None,
                )
            )  # fmt: skip
            self._note_request(connection, "receive request", number, made, kind, at)
            return _one(connection, self.database.keys, made)

    def rights_requests(self, view: PersonView | None = None) -> list[RightsRequest]:
        """The requests about those whom the actor may see, or about one person, the earliest due first."""
        require(self.actor, Action.WRITE, Resource.REQUESTS)
        query = select(rights_request).order_by(rights_request.c.due, rights_request.c.id)
        if view is not None:
            query = query.where(rights_request.c.person_id == view.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).fetchall()
        seen = self.seen(row.person_id for row in rows)
        return [_read(row, self.database.keys) for row in rows if row.person_id in seen]

    def rights_request(self, number: int) -> RightsRequest:
        """One of them. Raises `NotFound`, or `NotInPanel`."""
        require(self.actor, Action.WRITE, Resource.REQUESTS)
        with self.database.reading() as connection:
            found = _one(connection, self.database.keys, number)
        self._require_seen([found.person_id])
        return found

    def accept_request(self, number: int) -> None:
        """Decide that what is asked will be done. Raises as `refuse_request` does."""
        with self._deciding(number, ("received",)) as (connection, found, at):
            self._settle(connection, found, "accepted", found.answer, at)

    def refuse_request(self, number: int, reason: str) -> None:
        """Decide that it will not, and say why.

        Raises `NotFound`, `RecordError` without a reason or when it is answered already, `PermissionDenied`
        for whoever may not decide, and for an erasure whoever entered it.
        """
        _require_words(reason, "A refusal needs its reason.", "Say on what ground, so that it can be told.")
        with self._deciding(number, OPEN) as (connection, found, at):
            self._settle(connection, found, "refused", reason.strip(), at)

    def finish_request(self, number: int, answer: str) -> None:
        """Say that it is done, and how. An erasure is finished by erasing. Raises as `refuse_request`."""
        _require_words(answer, "An answer needs its words.", "Say what was done or handed over.")
        with self._deciding(number, ("accepted",)) as (connection, found, at):
            if found.kind == "erasure":
                raise RecordError(
                    f"Request {number} is done by erasing the record.",
                    where=found.number,
                    remedy="Erase it, or refuse the request.",
                )
            self._settle(connection, found, "done", answer.strip(), at)

    # -- within --------------------------------------------------------------------------------

    @contextmanager
    def _deciding(
        self, number: int, states: Iterable[str], *, erasing: bool = False
    ) -> Iterator[tuple[Connection, RightsRequest, str]]:
        """Inside one transaction: the request as it is then, where the actor may decide on it now."""
        require(self.actor, Action.APPROVE, Resource.REQUESTS)
        at = instant(self.clock())
        with self.database.erasing() if erasing else self.database.writing() as connection:
            lock_writers(connection)
            found = _one(connection, self.database.keys, number)
            self._require_seen([found.person_id])
            if found.kind == "erasure" and found.entered_by == self.actor.id:
                raise PermissionDenied(
                    f"{self.actor.id} entered request {number} and cannot decide on an erasure alone.",
                    where=found.number,
                    remedy="A second person decides.",
                )
            if found.state not in states:
                raise RecordError(
                    f"Request {number} is {found.state} already."
                    if found.state != "received"
                    else f"Request {number} is not accepted yet.",
                    where=found.number,
                    remedy="Look at it again.",
                )
            yield connection, found, at

    def _settle(
        self, connection: Connection, found: RightsRequest, state: RequestState, answer: str, at: str
    ) -> None:
        cipher = sealed(self.database.keys, found.wording, answer)
        mine = update(rights_request).where(rights_request.c.id == found.id)
        connection.execute(mine.values(state=state, cipher=cipher, decided_by=self.actor.id, decided=at))
        verb = {"accepted": "accept request", "refused": "refuse request", "done": "finish request"}[state]
        self._note_request(connection, verb, found.number, found.id, found.kind, at)

    def _note_request(
        self, connection: Connection, deed: str, whose: str, number: int, kind: str, at: str
    ) -> None:
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        scribe.write(connection, [Deed(deed, whose, {"request": number, "kind": kind})], at)


def _require_words(text: str, what: str, remedy: str) -> None:
    if not text.strip():
        raise RecordError(what, remedy=remedy)


def _one(connection: Connection, keys: Keys, number: int) -> RightsRequest:
    query = select(rights_request).where(rights_request.c.id == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no request {number}.", remedy="Look at the list of requests.")
    return _read(row, keys)


def sealed(keys: Keys, wording: str, answer: str) -> str:
    return keys.encrypt(orjson.dumps({"wording": wording, "answer": answer}).decode())


def _read(row: Row[Any], keys: Keys) -> RightsRequest:
    said = orjson.loads(keys.decrypt(row.cipher))
    return RightsRequest(
        row.id, row.person_id, row.kind, date.fromisoformat(row.received), date.fromisoformat(row.due),
        row.state, said["wording"], said["answer"], row.entered_by, row.decided_by, row.decided,
    )  # fmt: skip
