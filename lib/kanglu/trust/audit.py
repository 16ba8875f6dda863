"""The audit chain: each event's hash covers the event before, so that no row can be changed or taken out.

Pure functions on events; the rows are written and read in `record`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""What stands as the previous hash of the first event."""


class Event(NamedTuple):
    """One event, in the order of the table's columns. `person` is a record number, never a name.

    `came_from` is the address from which somebody acted over the network; None on the machine itself.
    """

    id: int
    at: str
    actor: str
    role: str
    purpose: str
    action: str
    person: str | None
    detail: str
    previous: str
    hash: str
    came_from: str | None = None


class Break(NamedTuple):
    """The first place where the chain does not hold."""

    id: int
    reason: str


def canonical(values: Mapping[str, Any]) -> str:
    """The one JSON text of these values: keys sorted, no blanks, characters as they are."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(event: Event) -> str:
    """SHA-256 over the previous hash and the event's own content; a place is part of it where it is known."""
    content = event._asdict()
    for linked in ("previous", "hash"):
        del content[linked]
    if event.came_from is None:
        del content["came_from"]
    return hashlib.sha256(f"{event.previous}{canonical(content)}".encode()).hexdigest()


def chained(event: Event, previous: str) -> Event:
    """The event, tied to the one before it."""
    tied = event._replace(previous=previous)
    return tied._replace(hash=hash_of(tied))


def _is_text(event: Event) -> bool:
    """Whether its fields are texts: a damaged database may give bytes in their place."""
    return all(one is None or isinstance(one, str) for one in event[1:])


def first_break(events: Iterable[Event], length: int, head: str) -> Break | None:
    """The first event that does not fit, or None when the chain is whole.

    Parameters
    ----------
    events : all events by id.
    length, head : how many there must be and the last hash, kept elsewhere; a cut-off end shows by them.
    """
    previous, count = GENESIS, 0
    for count, event in enumerate(events, start=1):
        if event.id != count:
            return Break(count, f"event {count} is missing: the next is {event.id}")
        if event.previous != previous:
            return Break(event.id, f"event {event.id} does not follow the one before it")
        if not _is_text(event) or event.hash != hash_of(event):
            return Break(event.id, f"event {event.id} was changed after it was written")
        previous = event.hash
    if count < length:
        return Break(count + 1, f"events {count + 1} to {length} were cut off the end")
    if count > length or previous != head:
        return Break(max(length, 1), "the end of the chain is not the one that was sealed")
    return None
