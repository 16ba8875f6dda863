"""The contacts with a person from one day to another: tried, reached, and what the person said."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.dates import end_of
from kanglu.record.listed import UNSOUND

REACHED = "reached"
_DAY = len("2026-05-26")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was tried: the day, by which way, what came of it and what kept the person from care."""

    day: date
    channel: str | None
    outcome: str | None
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
    when = communications["effective"]
    kept = (when.str.len() >= _DAY) & (when >= since.isoformat()) & (when <= end_of(until))
    kept &= ~communications["status"].isin(UNSOUND) & (communications["clinical_status"] != "not-done")
    found = communications[kept.fillna(False).astype(bool)].sort_values("effective", kind="stable")
    out = found[found["direction"] == "out"]
    known = out[out["outcome"].notna()]
    cells = known[["effective", "channel", "outcome", "reason"]].astype(object)
    rows = cells.where(cells.notna(), other=None).itertuples(index=False, name=None)
    return Contacts(
        tuple(Contact(date.fromisoformat(day[:_DAY]), *said) for day, *said in rows),
        len(out) - len(known),
        int((found["direction"] == "in").sum()),
    )
