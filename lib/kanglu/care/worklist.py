"""The queue as somebody works through it: whose it is, in order, filtered.

The order of all is worked out without naming anybody. Whoever is shown is read by `cards.cards`, and the
audit log says so of each: a page of twenty-five costs rows for twenty-five, not for everybody who waits.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.lately import Lately
from kanglu.care.queue import Entry, entries, ranked, shared_out, workable
from kanglu.care.wording import gift_of
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Lang, words
from kanglu.record import Store
from kanglu.record.identity import record_number as number_of
from kanglu.record.moment import Moment
from kanglu.trust import Action, Resource, require
from kanglu.trust.permissions import sight_of

type Order = Literal["place", "due", "waited", "owner"]
type Scope = Literal["mine", "team", "unowned", "all"]
ORDERS: Final[tuple[Order, ...]] = ("place", "due", "waited", "owner")
SCOPES: Final[tuple[Scope, ...]] = ("mine", "team", "unowned", "all")
_NEVER: Final = "9999"


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place in the queue.

    Parameters
    ----------
    left : whether there is no room for the person today.
    due : the first day on which one of the tasks is due; ``9999`` where none has such a day.
    programmes, kinds : of the tasks, for filters.
    """

    entry: Entry
    left: bool
    due: str
    programmes: frozenset[str]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Worklist:
    """The queue of a day as it stood when it was read.

    Parameters
    ----------
    places : in order; those left behind come after the others.
    capacity, served : how many one member of the staff can contact a day, and has contacted already; None
        where the list is that of several.
    stamp : of what it was read from, see `Store.stamp`.
    """

    as_of: date
    places: tuple[Place, ...]
    capacity: int | None
    served: int | None
    stamp: tuple[int, ...]

    @property
    def today(self) -> tuple[Place, ...]:
        """Those for whom there is room today."""
        return tuple(one for one in self.places if not one.left)

    @property
    def left(self) -> tuple[Place, ...]:
        """Those left behind."""
        return tuple(one for one in self.places if one.left)

    @property
    def left_since(self) -> str | None:
        """Since when the first of those left behind waits; None when nobody is."""
        return min((one.entry.since for one in self.left), default=None)

    @property
    def programmes(self) -> tuple[str, ...]:
        """The programmes of all tasks in it."""
        return tuple(sorted({name for one in self.places for name in one.programmes}))

    def chosen(
        self, programme: str | None = None, kind: str | None = None, order: Order = "place"
    ) -> tuple[Place, ...]:
        """Those with a task of a programme or a kind, in an order; of equals the queue's."""
        some = [
            one
            for one in self.places
            if (programme is None or programme in one.programmes) and (kind is None or kind in one.kinds)
        ]
        keys: dict[Order, Any] = {
            "place": lambda one: 0,
            "due": lambda one: one.due,
            "waited": lambda one: -one.entry.waited,
            "owner": lambda one: (one.entry.owner is None, one.entry.owner or ""),
        }
        return tuple(sorted(some, key=keys[order]))


def worklist(
    store: Store, scope: Scope = "mine", me: str | None = None, *, rules: Rulebook | None = None
) -> Worklist:
    """The queue as of the store's day.

    Parameters
    ----------
    scope : mine, my team's (those who share a doctor), what nobody owns, or all.
    me : the member of the staff who asks; None for somebody who is none, and has nothing of their own.
    """
    require(store.actor, Action.READ, Resource.IDENTITY)
    book, moment, stamp = rules or in_force(store), store.moment, store.stamp()
    capacity, served = None, None
    if scope == "mine" and me in book.staff:
        capacity = book.staff[str(me)].capacity
        served = len(store.served_by(f"kanglu/{store.actor.id}", moment.as_of))
    room = None if capacity is None or served is None else max(capacity - served, 0)
    asked = (store.database.name, stamp, moment, scope, me, room, book.revision, sight_of(store.actor))
    places = _KEPT.get(asked)
    if places is None:
        places = tuple(_places(store, moment, scope, me, room, book))
        _KEPT.put(asked, places)
    return Worklist(moment.as_of, places, capacity, served, stamp)


_KEPT: Final = Lately[tuple[Place, ...]](64)
"""Lists worked out from what the record holds now; they name nobody, and any change makes them void."""


def _places(
    store: Store, moment: Moment, scope: Scope, me: str | None, room: int | None, rules: Rulebook
) -> Iterator[Place]:
    work, _ = workable(store, moment, owners_of(scope, me, rules), rules)
    if scope == "unowned":
        work = work[work["owner"].isna()]
    found, due = entries(_numbered(work)), _first_due(work)
    queue = shared_out(found, rules) if room is None else ranked(found, room)
    for some, left in ((queue.today, False), (queue.left, True)):
        yield from (_place(one, left, due, rules) for one in some)


def owners_of(scope: Scope, me: str | None, rules: Rulebook) -> frozenset[str] | None:
    """Whose tasks a scope means; None for everybody's and nobody's."""
    if scope == "mine":
        return frozenset([me] if me else [])
    if scope == "team":
        return team_of(me, rules)
    return None


def team_of(me: str | None, rules: Rulebook) -> frozenset[str]:
    """The members of the staff who share a doctor with one, and the doctors; nobody for a stranger."""
    member = rules.staff.get(me or "")
    if member is None:
        return frozenset()
    doctors = {member.id} if member.role == "doctor" else set(member.bound_to)
    bound = {one.id for one in rules.staff.values() if doctors & set(one.bound_to)}
    return frozenset({member.id, *doctors, *bound})


def again(store: Store, place: Place, *, rules: Rulebook | None = None) -> Place | None:
    """A person's place by what is known now, at the same number; None when nothing is to be done any more."""
    book = rules or in_force(store)
    work, _ = workable(store, store.moment, None, book, [place.entry.person_id])
    if work.empty:
        return None
    [entry] = ranked(entries(_numbered(work)), None).today
    due = _first_due(work)
    return _place(replace(entry, place=place.entry.place), place.left, due, book)


def _first_due(work: pd.DataFrame) -> dict[int, str]:
    found: dict[int, str] = {}
    for person, due in zip(work["person_id"].tolist(), work["due"].tolist(), strict=True):
        found[person] = min(due or _NEVER, found.get(person, _NEVER))
    return found


def _numbered(work: pd.DataFrame) -> pd.DataFrame:
    return work.assign(record_number=[number_of(one) for one in work["person_id"].tolist()])


def _place(entry: Entry, left: bool, due: Mapping[int, str], rules: Rulebook) -> Place:
    given = [(rules.rules.get(key.partition("@")[0]), gift_of(rules, key)) for key in entry.tasks]
    return Place(
        entry,
        left,
        due[entry.person_id],
        frozenset(rule.programme for rule, _ in given if rule is not None and rule.programme is not None),
        frozenset(gift.kind for _, gift in given if gift is not None),
    )


def why_here(place: Place, lang: Lang) -> tuple[str, ...]:
    """Why a person has this place, in words with their own numbers; the points of `Rank`, told."""
    _, rank, entry = words(lang), place.entry.rank, place.entry
    said = [_("Urgent: goes before all others")] if rank.emergency else []
    if rank.risk:
        said.append(_("High risk"))
    if entry.waited > 0:
        since = _.day(date.fromisoformat(entry.since))
        said.append(
            _.count("Waiting for {n} day, since {day}", "Waiting for {n} days, since {day}", entry.waited,
                    day=since)
        )  # fmt: skip
    return tuple(said)


def names_of(owners: Collection[str], rules: Rulebook) -> Sequence[tuple[str, str]]:
    """Members of the staff by name, for a choice."""
    return sorted(
        ((one.id, one.name) for one in rules.staff.values() if one.id in owners), key=lambda pair: pair[1]
    )
