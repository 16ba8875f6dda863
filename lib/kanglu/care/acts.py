"""What people do to tasks: put them off, close them, hand them over, take them, try to reach somebody.

Each act is a fact of the record. The task is looked at and the fact entered under the record's one write
lock, so that two people never act on what the other has just changed.
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.checks import now, require_known, require_reason
from kanglu.care.tasks import CLOSED, TASKS, Acts, derived, read_acts, results
from kanglu.catalogue.reading import did_you_mean
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Channel
from kanglu.errors import NotFound, RecordError
from kanglu.record import BatchWriter, Store
from kanglu.record.facts import Communication, TaskChange
from kanglu.record.moment import Moment

type Act = Literal["snoozed", "cancelled", "handed_over", "completed", "reopened"]


@dataclass(frozen=True, eq=False)
class Acting:
    """A task under the write lock, and what writes about it.

    Parameters
    ----------
    record_number, task : whose, and the row of `tasks` as it is now.
    rows, acts : what it was derived from.
    at : the clock's time in China.
    by : who acts, as the source of facts.
    """

    record_number: str
    task: Mapping[Hashable, Any]
    rows: pd.DataFrame
    acts: Acts
    rules: Rulebook
    at: datetime
    writer: BatchWriter
    by: str

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

    def change(
        self, act: Act, reason: str | None = None, *, until: date | None = None, owner: str | None = None
    ) -> TaskChange:
        """An act, as it is to be entered."""
        return TaskChange(
            self.task["person_id"], "kanglu", act, self.time, task=self.task["key"],
            until=None if until is None else until.isoformat(), owner=owner, reason=reason,
            origin="measured", source=self.by,
        )  # fmt: skip


def snooze(
    store: Store, record_number: str, key: str, until: date, reason: str, *, rules: Rulebook | None = None
) -> None:
    """Put a task off: it comes back on the day `until`, which is not after the last one it may be done on."""
    with acting(store, record_number, key, "snooze", rules) as on:
        on.require_open()
        require_reason(reason, on.where)
        if until <= on.today:
            raise on.refusal(f"It cannot be put off to {until}: today is {on.today}.", "Give a later day.")
        if on.task["lapses"] is not None and until.isoformat() > on.task["lapses"]:
            raise on.refusal(
                f"It cannot be put off to {until}: it lapses after {on.task['lapses']}.",
                "Give an earlier day, or cancel it.",
            )
        on.writer.add(on.change("snoozed", reason, until=until))


def cancel(store: Store, record_number: str, key: str, reason: str, *, rules: Rulebook | None = None) -> None:
    """Close a task that is not to be done."""
    with acting(store, record_number, key, "cancel", rules) as on:
        on.require_open()
        require_reason(reason, on.where)
        on.writer.add(on.change("cancelled", reason))


def complete(
    store: Store, record_number: str, key: str, reason: str | None = None, *, rules: Rulebook | None = None
) -> None:
    """Close a task that was done, where no fact of the record says so."""
    with acting(store, record_number, key, "complete", rules) as on:
        on.require_open()
        on.writer.add(on.change("completed", reason))


def reopen(store: Store, record_number: str, key: str, reason: str, *, rules: Rulebook | None = None) -> None:
    """Open a task again that was closed by hand, or by what came of an attempt."""
    with acting(store, record_number, key, "reopen", rules) as on:
        require_reason(reason, on.where)
        if on.task["state"] not in CLOSED:
            raise on.refusal("It is open.", "There is nothing to do.")
        change = on.change("reopened", reason)
        after = derived(on.rows, on.acts.with_change(change), on.rules)
        if after.loc[after["key"] == key, "state"].item() in CLOSED:
            raise on.refusal(
                f"It was closed on {on.task['ends']} by a fact ({on.task['reason']}), not by hand.",
                "Correct the fact, if it is wrong.",
            )
        on.writer.add(change)


def hand_over(
    store: Store, record_number: str, key: str, owner: str, *, rules: Rulebook | None = None
) -> None:
    """Give a task to somebody of the staff."""
    with acting(store, record_number, key, "hand over", rules) as on:
        on.require_open()
        require_known(owner, "member of the staff", on.rules.staff, on.where)
        on.writer.add(on.change("handed_over", owner=owner))


def take(store: Store, record_number: str, key: str, owner: str, *, rules: Rulebook | None = None) -> None:
    """Take a task for oneself. Raises `RecordError` naming who has it when somebody else was first."""
    with acting(store, record_number, key, "take", rules) as on:
        on.require_open()
        require_known(owner, "member of the staff", on.rules.staff, on.where)
        changes = on.acts.changes
        handed = changes[(changes["task"] == key) & (changes["code"] == "handed_over")]
        holder = handed["owner"].iloc[-1] if len(handed) else None
        if holder is not None and holder != owner:
            since = handed["effective"].iloc[-1].replace("T", " ")
            name = on.rules.staff[holder].name if holder in on.rules.staff else holder
            raise on.refusal(f"{name} ({holder}) has it since {since}.", "Ask for it to be handed over.")
        if holder is None:
            on.writer.add(on.change("handed_over", owner=owner))


def attempt(
    store: Store,
    record_number: str,
    key: str,
    outcome: str,
    channel: str = "phone",
    reason: str | None = None,
    note: str | None = None,
    *,
    rules: Rulebook | None = None,
) -> None:
    """Enter what came of trying to reach the person about a task.

    Parameters
    ----------
    outcome : of the rulebook; it sets the next try, or closes the task.
    channel : by which way.
    reason : the barrier, a code of the rulebook.
    note : what was said.
    """
    with acting(store, record_number, key, "attempt", rules) as on:
        on.require_open()
        require_known(outcome, "outcome", on.rules.outcomes, on.where)
        require_known(channel, "channel", get_args(Channel.__value__), on.where)
        if reason is not None:
            require_known(reason, "barrier", on.rules.barriers, on.where)
        on.writer.add(
            Communication(
                on.task["person_id"], "kanglu", on.task["code"], on.time,
                clinical_status="completed", direction="out", channel=channel, outcome=outcome, about=key,
                reason=reason, text=note, origin="measured", source=on.by,
            )
        )  # fmt: skip


@contextmanager
def acting(
    store: Store,
    record_number: str,
    key: str,
    what: str,
    rules: Rulebook | None = None,
    kinds: tuple[str, ...] = TASKS,
) -> Iterator[Acting]:
    """A task as it is now, while nobody else writes; what the block adds is entered when it ends well.

    Raises `NotFound` for an unknown person or task.
    """
    book = rules or in_force(store)
    person = store.person(record_number).view
    at = now(store)
    moment = Moment(at.date(), at.date())
    rows = results(store, [person.id], moment, kinds)
    by = f"kanglu/{store.actor.id}"
    with store.batch(f"{what} {key}", kind="entry") as writer:
        acts = read_acts(store, person.id, moment)
        found = derived(rows, acts, book)
        named = found[found["key"] == key]
        if named.empty:
            near = did_you_mean(key, found["key"]) or "`tasks` lists what there is; evaluate first."
            raise NotFound(f"There is no task {key}.", where=person.record_number, remedy=near)
        [task] = named.to_dict("records")
        yield Acting(person.record_number, task, rows, acts, book, at, writer, by)
