"""What people do to tasks: put them off, close them, hand them over, take them, try to reach somebody.

Each act is a fact of the record. The task is looked at and the fact entered under the record's one write
lock, so that two people never act on what the other has just changed.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.checks import now, require_known, require_reason
from kanglu.care.tasks import CLOSED, TASKS, Acts, derived, read_acts, results
from kanglu.catalogue.programmes import Outcome
from kanglu.catalogue.reading import did_you_mean
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Channel
from kanglu.errors import NotFound, RecordError
from kanglu.record import BatchWriter, Store
from kanglu.record.facts import Communication, TaskChange
from kanglu.record.moment import Moment

type Act = Literal["snoozed", "cancelled", "handed_over", "completed", "failed", "reopened"]
_CLOSING: Mapping[str, Act] = {"done": "completed", "failed": "failed", "cancelled": "cancelled"}


class Taken(RecordError):
    """Somebody else has the task: `holder` and `name`, `since` when."""

    def __init__(self, holder: str, name: str, since: str, where: str | None) -> None:
        super().__init__(
            f"{name} ({holder}) has it since {since.replace('T', ' ')}.",
            where=where,
            remedy="Ask for it to be handed over.",
        )
        self.holder, self.name, self.since = holder, name, since

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.holder, self.name, self.since, self.where))


@dataclass(frozen=True, eq=False)
class Acting:
    """A task under the write lock, and what writes about it.

    Parameters
    ----------
    record_number, task : whose, and the row of `tasks` as it is now.
    tasks : the rows of all that are acted on.
    rows, acts : what it was derived from.
    at : the clock's time in China.
    by : who acts, as the source of facts.
    """

    record_number: str
    task: Mapping[Hashable, Any]
    tasks: Sequence[Mapping[Hashable, Any]]
    rows: pd.DataFrame
    acts: Acts
    rules: Rulebook
    at: datetime
    writer: BatchWriter
    by: str

    def each(self) -> Iterator["Acting"]:
        """All the tasks that are acted on, this one first."""
        return (replace(self, task=one) for one in self.tasks)

    @property
    def where(self) -> str:
        """Person and task, for errors."""
        return f"{self.record_number}, task {self.task['key']}"

    @property
    def today(self) -> date:
        """The clock's day."""
        return self.at.date()

    @property
    def time(self) -> str:
        """The clock's time, as facts state it."""
        return self.at.strftime("%Y-%m-%dT%H:%M:%S")

    def require_open(self) -> None:
        """Raise `RecordError` when the task is closed."""
        if self.task["state"] in CLOSED:
            what = f"It is {self.task['state']} since {self.task['ends']} ({self.task['reason']})."
            raise self.refusal(what, "Open it again first, if it was closed by hand.")

    def refusal(self, what: str, remedy: str) -> RecordError:
        """An error about the task."""
        return RecordError(what, where=self.where, remedy=remedy)

    def follow(self, outcome: Outcome) -> None:
        """Do to this task what the outcome of a call about another, which was about this one too, means."""
        if outcome.retry is not None:
            until = outcome.retry.after(self.today)
            if self.task["lapses"] is None or until.isoformat() <= self.task["lapses"]:
                self.writer.add(self.change("snoozed", outcome.id, until=until))
        elif outcome.closes is not None and not outcome.everything:
            self.writer.add(self.change(_CLOSING[outcome.closes], outcome.id))

    def change(
        self, act: Act, reason: str | None = None, *, until: date | None = None, owner: str | None = None
    ) -> TaskChange:
        """An act, as it is to be entered."""
        return TaskChange(
            self.task["person_id"], "kanglu", act, self.time, task=self.task["key"],
            until=None if until is None else until.isoformat(), owner=owner, reason=reason,
            origin="measured", source=self.by,
        )  # fmt: skip


type Keys = str | Sequence[str]
"""The key of a task, or of several of the person: then all of it is done, or nothing."""


def snooze(
    store: Store, record_number: str, key: Keys, until: date, reason: str, *, rules: Rulebook | None = None
) -> int:
    """Put a task off: it comes back on the day `until`, which is not after the last one it may be done on.

    Gives the batch, as all acts do: `Store.undo` takes it back.
    """
    with acting(store, record_number, key, "snooze", rules) as first:
        require_reason(reason, first.where)
        for on in first.each():
            on.require_open()
            if until <= on.today:
                raise on.refusal(
                    f"It cannot be put off to {until}: today is {on.today}.", "Give a later day."
                )
            if on.task["lapses"] is not None and until.isoformat() > on.task["lapses"]:
                raise on.refusal(
                    f"It cannot be put off to {until}: it lapses after {on.task['lapses']}.",
                    "Give an earlier day, or cancel it.",
                )
            on.writer.add(on.change("snoozed", reason, until=until))
    return first.writer.id


def cancel(store: Store, record_number: str, key: Keys, reason: str, *, rules: Rulebook | None = None) -> int:
    """Close a task that is not to be done."""
    with acting(store, record_number, key, "cancel", rules) as first:
        require_reason(reason, first.where)
        for on in first.each():
            on.require_open()
            on.writer.add(on.change("cancelled", reason))
    return first.writer.id


def complete(
    store: Store, record_number: str, key: Keys, reason: str | None = None, *, rules: Rulebook | None = None
) -> int:
    """Close a task that was done, where no fact of the record says so."""
    with acting(store, record_number, key, "complete", rules) as first:
        for on in first.each():
            on.require_open()
            on.writer.add(on.change("completed", reason))
    return first.writer.id


def reopen(store: Store, record_number: str, key: Keys, reason: str, *, rules: Rulebook | None = None) -> int:
    """Open a task again that was closed by hand, or by what came of an attempt."""
    with acting(store, record_number, key, "reopen", rules) as first:
        require_reason(reason, first.where)
        for on in first.each():
            if on.task["state"] not in CLOSED:
                raise on.refusal("It is open.", "There is nothing to do.")
            change = on.change("reopened", reason)
            after = derived(on.rows, on.acts.with_change(change), on.rules)
            if after.loc[after["key"] == on.task["key"], "state"].item() in CLOSED:
                raise on.refusal(
                    f"It was closed on {on.task['ends']} by a fact ({on.task['reason']}), not by hand.",
                    "Correct the fact, if it is wrong.",
                )
            on.writer.add(change)
    return first.writer.id


def hand_over(
    store: Store, record_number: str, key: Keys, owner: str, *, rules: Rulebook | None = None
) -> int:
    """Give a task to somebody of the staff."""
    with acting(store, record_number, key, "hand over", rules) as first:
        for on in first.each():
            on.require_open()
            require_known(owner, "member of the staff", on.rules.staff, on.where)
            on.writer.add(on.change("handed_over", owner=owner))
    return first.writer.id


def take(store: Store, record_number: str, key: Keys, owner: str, *, rules: Rulebook | None = None) -> int:
    """Take a task for oneself. Raises `Taken` naming who has it when somebody else was first."""
    with acting(store, record_number, key, "take", rules) as first:
        for on in first.each():
            on.require_open()
            require_known(owner, "member of the staff", on.rules.staff, on.where)
            changes = on.acts.changes
            handed = changes[(changes["task"] == on.task["key"]) & (changes["code"] == "handed_over")]
            holder = handed["owner"].iloc[-1] if len(handed) else None
            if holder is not None and holder != owner:
                name = on.rules.staff[holder].name if holder in on.rules.staff else holder
                raise Taken(holder, name, handed["effective"].iloc[-1], on.where)
            if holder is None:
                on.writer.add(on.change("handed_over", owner=owner))
    return first.writer.id


def attempt(
    store: Store,
    record_number: str,
    key: Keys,
    outcome: str,
    channel: str = "phone",
    reason: str | None = None,
    note: str | None = None,
    *,
    rules: Rulebook | None = None,
) -> int:
    """Enter what came of trying to reach the person about a task.

    One call about several tasks is one contact, about the first. The others are closed as the outcome closes
    the first, or put off to the day of its next try, if they do not lapse before.

    Parameters
    ----------
    outcome : of the rulebook; it sets the next try, or closes the task.
    channel : by which way.
    reason : the barrier, a code of the rulebook.
    note : what was said.
    """
    with acting(store, record_number, key, "attempt", rules) as first:
        require_known(outcome, "outcome", first.rules.outcomes, first.where)
        require_known(channel, "channel", get_args(Channel.__value__), first.where)
        if reason is not None:
            require_known(reason, "barrier", first.rules.barriers, first.where)
        for on in first.each():
            on.require_open()
            if on.task["key"] != first.task["key"]:
                on.follow(first.rules.outcomes[outcome])
        first.writer.add(
            Communication(
                first.task["person_id"], "kanglu", first.task["code"], first.time,
                clinical_status="completed", direction="out", channel=channel, outcome=outcome,
                about=first.task["key"], reason=reason, text=note, origin="measured", source=first.by,
            )
        )  # fmt: skip
    return first.writer.id


@contextmanager
def acting(
    store: Store,
    record_number: str,
    key: Keys,
    what: str,
    rules: Rulebook | None = None,
    kinds: tuple[str, ...] = TASKS,
) -> Iterator[Acting]:
    """A task, or several, as they are now, while nobody else writes; what the block adds is entered after it.

    Raises `NotFound` for an unknown person or task.
    """
    book = rules or in_force(store)
    person = store.person(record_number).view
    at = now(store)
    moment = Moment(at.date(), at.date())
    rows = results(store, [person.id], moment, kinds)
    by, keys = f"kanglu/{store.actor.id}", [key] if isinstance(key, str) else list(dict.fromkeys(key))
    label = ", ".join(keys)
    with store.batch(f"{what} {label}", kind="entry") as writer:
        acts = read_acts(store, person.id, moment)
        found = derived(rows, acts, book)
        named = [_named(found, one, person.record_number) for one in keys]
        if not named:
            raise NotFound("No task is named.", where=person.record_number, remedy="Name one.")
        yield Acting(person.record_number, named[0], named, rows, acts, book, at, writer, by)


def _named(found: pd.DataFrame, key: str, where: str) -> Mapping[Hashable, Any]:
    named = found[found["key"] == key]
    if named.empty:
        near = did_you_mean(key, found["key"]) or "`tasks` lists what there is; evaluate first."
        raise NotFound(f"There is no task {key}.", where=where, remedy=near)
    return named.to_dict("records")[0]
