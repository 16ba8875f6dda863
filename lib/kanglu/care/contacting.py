"""The contacts with a person from one day to another: tried, reached, and what the person said."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.dates import end_of
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND

REACHED = "reached"
_DAY = len("2026-05-26")
_READ = ("effective", "status", "clinical_status", "direction", "channel", "outcome", "reason")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was tried: the day, by which way, what came of it and what kept the person from care."""

    day: date
    channel: str | None
    outcome: str
    barrier: str | None


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contacts with an outcome, oldest first, and how many messages came in.

    A letter that nobody answers has no outcome: it is `sent`, which is not to have reached somebody.
    """

    tried: tuple[Contact, ...]
    sent: int
    received: int

    @property
    def reached(self) -> int:
        """How many of those tried reached the person."""
        return sum(one.outcome == REACHED for one in self.tried)


def contacts(communications: pd.DataFrame, since: date, until: date) -> Contacts:
    """The contacts from one day to another, both counting; what is not known to the day is left out."""
    first, last = since.isoformat(), end_of(until)
    tried: list[tuple[str, Contact]] = []
    sent = received = 0
    for when, status, state, direction, channel, outcome, barrier in rows_in(communications, _READ):
        dated = when is not None and len(when) >= _DAY and first <= when <= last
        if not dated or status in UNSOUND or state == "not-done":
            continue
        received += direction == "in"
        if direction == "out" and outcome is not None:
            tried.append((when, Contact(date.fromisoformat(when[:_DAY]), channel, outcome, barrier)))
        elif direction == "out":
            sent += 1
    tried.sort(key=lambda one: one[0])
    return Contacts(tuple(contact for _, contact in tried), sent, received)
