"""What proposed rules would do to the panel: for whom today, and how much work they would have been."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from kanglu.care.comparing import Differs, Moved, Progress, Simulated, diff, simulate
from kanglu.care.proposing import laid_over
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import add_months
from kanglu.record import Store
from kanglu.record.publishing import Entry

SHOWN = 60
"""People that an answer names, of those for whom something changes; all are counted."""
MONTHS = 24


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What changed rules would mean, as `foresee` gives it back.

    Parameters
    ----------
    people : how many were looked at.
    added, dropped, moved : for how many something is added, dropped or due on another day, today.
    whom : some of them, see `Whom`.
    months : of the past, see `comparing.Month`, before and after.
    capacity : tasks a working day that a manager can do.
    given : tasks, tags and messages over these months, by kind and name, before and after.
    """

    people: int
    added: int
    dropped: int
    moved: int
    whom: list[dict[str, Any]]
    since: str
    until: str
    managers: int
    capacity: float
    months: list[dict[str, Any]]
    given: list[dict[str, Any]]


def foresee(store: Store, progress: Progress, *, entries: Sequence[Entry]) -> dict[str, Any]:
    """Work out what entries in place of those in force would do, over everybody, as of the store's day.

    The past is the 24 months before; its facts count as they are known now. Nothing is stored. Raises
    `CatalogueError` when the entries are refused.
    """
    compared = laid_over(store, [(section, content) for section, content in entries])
    ids = store.panel().ids
    until = store.as_of
    since = add_months(until.replace(day=1), -MONTHS)
    total = 2 * len(ids)
    today = diff(
        store, compared, ids, as_of=until, known=store.known,
        progress=lambda done, _: progress(done, total),
    )  # fmt: skip
    past = simulate(
        store, compared, ids, since=since, until=until.replace(day=1), known=store.known,
        progress=lambda done, _: progress(len(ids) + done, total),
    )  # fmt: skip
    return asdict(_foreseen(compared.after, today, past, (since, until), len(ids)))


def _foreseen(
    book: Rulebook, today: Sequence[Differs], past: Simulated, time: tuple[date, date], people: int
) -> Foreseen:
    months = [
        {"month": old.month, "before": asdict(old), "after": asdict(new)}
        for old, new in zip(past.before[:MONTHS], past.after[:MONTHS], strict=True)
    ]
    given = [
        {"kind": kind, "name": _names(book, kind, code), "before": old, "after": new}
        for (kind, code), (old, new) in past.gifts.items()
    ]
    return Foreseen(
        people=people,
        added=sum(bool(one.added) for one in today),
        dropped=sum(bool(one.dropped) for one in today),
        moved=sum(bool(one.moved) for one in today),
        whom=[_whom(book, one) for one in today[:SHOWN]],
        since=time[0].isoformat(),
        until=time[1].isoformat(),
        managers=past.managers,
        capacity=past.capacity,
        months=months,
        given=given,
    )


def _whom(book: Rulebook, one: Differs) -> dict[str, Any]:
    """A person's record number and what changes: each with its name in both languages and its days."""

    def said(moves: Sequence[Moved]) -> list[dict[str, Any]]:
        return [
            {"kind": kind, "name": _names(book, kind, code), "before": before, "after": after}
            for kind, code, before, after in moves
        ]

    return {
        "record_number": one.record_number,
        "added": said(one.added),
        "dropped": said(one.dropped),
        "moved": said(one.moved),
    }


def _names(book: Rulebook, kind: str, code: str) -> dict[str, str]:
    shelf: Any = {"tag": book.tags, "message": book.messages, "journey": book.journeys}.get(
        kind, book.actions
    )
    return dict(shelf[code].name) if code in shelf else {"en": code}
