"""What every entry is held to: the time of the store's clock, a reason, words that the catalogue knows."""

from collections.abc import Collection
from datetime import date, datetime

from kanglu.catalogue.reading import did_you_mean
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.opened import in_china


def now(store: Store) -> datetime:
    """The time of the store's clock, in China."""
    return in_china(store.clock())


def require_past(store: Store, day: date, where: str) -> None:
    """Raise `RecordError` for a day ahead."""
    if day > (today := now(store).date()):
        raise RecordError(
            f"{day} lies ahead: today is {today}.", where=where, remedy="Enter it when it has come."
        )


def require_reason(reason: str, where: str) -> None:
    """Raise `RecordError` for a reason that says nothing."""
    if not reason.strip():
        raise RecordError("It needs a reason.", where=where, remedy="Say why, in a few words.")


def require_known(word: str, what: str, known: Collection[str], where: str) -> None:
    """Raise `RecordError` for a word that is none of those known."""
    if word not in known:
        listed = f"Known are: {', '.join(sorted(known)) or 'none; enter them in the catalogue'}."
        raise RecordError(f"{word!r} is no {what}.", where=where, remedy=did_you_mean(word, known) or listed)
