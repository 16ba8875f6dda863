"""Whom to contact today, in which order, and who is left behind: one entry a person, cut at what can be done.

The order is by points, and each entry says which it has: for how urgent its tasks are, a high risk of the
person, how late they are for their window, how likely the person is to be reached, and for how long it has
waited. Emergencies come before all others.

Nobody waits for ever. Waiting counts with the square of its days, little at first, and after `PATIENCE` days
more than all else together. So who has waited so much longer goes before, and apart from emergencies only
those are ever put before an entry who came up within `PATIENCE` days of it: where n people have come up by
then who are not served yet, and a day has room for r contacts beside the emergencies, its turn comes at most
n / r days later.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.calendar import EVER, NEVER, iso, number
from kanglu.care.checks import require_known
from kanglu.care.marks import marks
from kanglu.care.tasks import TASKS, Acts, acts_of, days_of, derived, frame_of
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Store
from kanglu.record.moment import Moment

EMERGENCY: Final = 90
"""The priority from which on a task goes before all that can wait."""
HIGH_RISK: Final = 15.0
HIGH_RISK_TAGS: Final = ("high_risk", "high_risk_postop")
LATE: Final = 20.0
"""Points of a task that is as many days late as its window is long; less late counts for less."""
REACHED: Final = 10.0
"""Points of a person who is always reached."""
PRIOR_REACHED, PRIOR_TRIED = 1, 2
"""What is taken for granted of somebody who was never tried: one of two calls is answered."""
PATIENCE: Final = 42
"""After so many more days of waiting an entry goes before any other that is no emergency."""
WAITED: Final = EMERGENCY + HIGH_RISK + LATE + REACHED
"""Points of `PATIENCE` days: more than an entry that is no emergency can have for all else."""
WORKABLE: Final = ("ready", "due", "overdue")
_WORK: Final = (
    "person_id", "record_number", "key", "owner", "priority", "high_risk", "late", "chance", "since",
    "waited",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rank:
    """Why an entry stands where it does, in points; more are sooner."""

    emergency: bool
    urgency: float
    risk: float
    late: float
    reach: float
    waiting: float

    @property
    def points(self) -> float:
        """All of them."""
        return self.urgency + self.risk + self.late + self.reach + self.waiting


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to contact, for all that is to be done.

    Parameters
    ----------
    place : in the queue, from 1 on.
    owner : of the most urgent of the tasks.
    tasks : their keys, the most urgent first.
    since, waited : the day on which the first of them came up (again), and how many days ago that was.
    rank : why it has its place.
    """

    place: int
    person_id: int
    record_number: str
    owner: str | None
    tasks: tuple[str, ...]
    since: str
    waited: int
    rank: Rank


@dataclass(frozen=True, slots=True)
class Queue:
    """Who is to be contacted today, and who is left behind for want of capacity, both in order."""

    today: tuple[Entry, ...]
    left: tuple[Entry, ...]


def queue(
    store: Store,
    as_of: date | None = None,
    known: date | None = None,
    *,
    owner: str | None = None,
    capacity: int | None = None,
    rules: Rulebook | None = None,
) -> Queue:
    """The queue of a day: of one member of the staff, or of all.

    Parameters
    ----------
    as_of, known : the two times; the store's when None.
    owner : whose; when None everybody's, each cut at what the owner can do, and what nobody owns.
    capacity : contacts a day; what the staff's entries in the catalogue say when None.
    """
    book = rules or in_force(store)
    moment = Moment(as_of or store.as_of, known or as_of or store.known)
    if owner is not None:
        require_known(owner, "member of the staff", book.staff, "queue")
    work, _ = workable(store, moment, None if owner is None else [owner], book)
    people = store.people(sorted(set(work["person_id"].tolist())), moment).set_index("person_id")
    work["record_number"] = people["record_number"].reindex(work["person_id"]).to_numpy(dtype=object)
    found = entries(work)
    if owner is None and capacity is None:
        return shared_out(found, book)
    return ranked(found, book.staff[str(owner)].capacity if capacity is None else capacity)


def ranked(found: pd.DataFrame, capacity: int | None) -> Queue:
    """Entries in their order, cut at a capacity; None cuts nothing.

    Parameters
    ----------
    found : one row a person, as `entries` gives them.
    """
    listed = sorted(
        (_entry(row) for row in found.to_dict("records")),
        key=lambda one: (not one.rank.emergency, -one.rank.points, one.record_number),
    )
    placed = [replace(one, place=place) for place, one in enumerate(listed, 1)]
    cut = len(placed) if capacity is None else capacity
    return Queue(tuple(placed[:cut]), tuple(placed[cut:]))


def entries(workable: pd.DataFrame) -> pd.DataFrame:
    """One row a person from what can be worked on.

    Parameters
    ----------
    workable : one row a task: person_id, record_number, key, owner, priority, high_risk (of the person), late
        (0 to 1: days late for the length of the window), chance (of reaching the person), since (ISO day),
        waited (days).

    Returns
    -------
    The same columns, but `tasks`, a tuple of keys, in place of `key`. `owner` and `priority` are those of the
    most urgent task, `late` that of the latest, `since` and `waited` of the one that has waited longest.
    """
    urgent = workable[[*_WORK]].sort_values(
        ["person_id", "priority", "since", "key"], ascending=[True, False, True, True], ignore_index=True
    )
    oldest = urgent.sort_values("waited", kind="stable").drop_duplicates("person_id", keep="last")
    starts = np.flatnonzero(~urgent["person_id"].duplicated())
    first, keys = urgent.iloc[starts].set_index("person_id"), urgent["key"].tolist()
    ends = [*starts[1:].tolist(), len(keys)]
    first["tasks"] = [tuple(keys[start:end]) for start, end in zip(starts.tolist(), ends, strict=False)]
    first["late"] = urgent.groupby("person_id")["late"].max()
    first[["since", "waited"]] = oldest.set_index("person_id")[["since", "waited"]]
    return first.reset_index().drop(columns="key")


def _entry(row: Mapping[Any, Any]) -> Entry:
    rank = Rank(
        emergency=row["priority"] >= EMERGENCY,
        urgency=float(row["priority"]),
        risk=HIGH_RISK if row["high_risk"] else 0.0,
        late=round(LATE * row["late"], 1),
        reach=round(REACHED * row["chance"], 1),
        waiting=round(WAITED * (row["waited"] / PATIENCE) ** 2, 1),
    )
    return Entry(
        0, int(row["person_id"]), row["record_number"], None if pd.isna(row["owner"]) else row["owner"],
        row["tasks"], row["since"], int(row["waited"]), rank,
    )  # fmt: skip


def shared_out(found: pd.DataFrame, rules: Rulebook) -> Queue:
    """Everybody's queue, each cut at its owner's capacity; what nobody owns is open to all, and not cut."""
    today: set[int] = set()
    for owner, some in found.groupby("owner", dropna=False):
        member = rules.staff.get(str(owner))
        chosen = ranked(some, None if member is None else member.capacity).today
        today.update(one.person_id for one in chosen)
    whole = ranked(found, None).today
    return Queue(
        tuple(one for one in whole if one.person_id in today),
        tuple(one for one in whole if one.person_id not in today),
    )


def workable(
    store: Store,
    moment: Moment,
    owners: Collection[str] | None,
    rules: Rulebook,
    ids: Sequence[int] | None = None,
) -> tuple[pd.DataFrame, Acts]:
    """Everything that can be worked on, by some of the staff or by all, or for some people.

    Returns
    -------
    Rows as `entries` wants them but for the record number, with all else that is known of each task; and what
    was done for these people. It is read as the rules read: whoever shows it to somebody reads the people.
    """
    # Whose turn it may be is seen from what the rules gave; only those people's facts are read.
    asked = store.asked_for(moment.as_of, moment.known, TASKS, HIGH_RISK_TAGS, owners=owners, ids=ids)
    stored = [one.row for one in asked]
    rows = frame_of([row for row in stored if row.kind in TASKS])
    acts = acts_of(store, rows["person_id"].tolist(), moment, "flag")
    found = derived(rows, acts, rules)
    next_try = days_of(found["next_try"])
    today = number(moment.as_of)
    found = found[found["state"].isin(WORKABLE) & ((next_try <= today) | (next_try == NEVER))]
    if owners is not None:
        found = found[found["owner"].isin(owners)]
    tags = frame_of([row for row in stored if row.kind == "tag"])
    tagged = marks(tags, acts.frame("flag"), moment.as_of)
    high = frozenset[int]().union(*(tagged.get(tag, frozenset()) for tag in HIGH_RISK_TAGS))
    return _weighed(found, high, chances(acts, rules), today), acts


def _weighed(
    found: pd.DataFrame, high_risk: Collection[int], chance: "pd.Series[float]", today: int
) -> pd.DataFrame:
    opens, due = days_of(found["window_start"]), days_of(found["due"])
    # What was put off, or tried in vain, comes up anew on its day.
    again = [days_of(found[name]) for name in ("starts", "window_start", "next_try", "snoozed_until")]
    since = np.maximum.reduce([np.where(days == NEVER, EVER, days) for days in again]).astype(np.int32)
    return found.assign(
        priority=found["priority"].fillna(0).astype(int),
        high_risk=found["person_id"].isin(high_risk),
        late=np.minimum(found["days_late"] / np.maximum(due - opens, 1), 1.0),
        chance=chance.reindex(found["person_id"]).fillna(PRIOR_REACHED / PRIOR_TRIED).to_numpy(),
        since=iso(since),
        waited=today - since,
    )


def chances(acts: Acts, rules: Rulebook) -> "pd.Series[float]":
    """How likely people are to be reached, by id: of all attempts those that did reach them, with a prior."""
    said = acts.contacts
    tried = said[(said["direction"] == "out") & said["outcome"].isin(list(rules.outcomes))]
    reached = tried["outcome"].isin([one.id for one in rules.outcomes.values() if one.stops])
    people = reached.groupby(tried["person_id"])
    return (people.sum() + PRIOR_REACHED) / (people.size() + PRIOR_TRIED)
