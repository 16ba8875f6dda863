"""On which days something holds, for a whole panel at once, and what follows when such sets are joined.

A condition is true of a person on some stretches of days. `Periods` keeps the stretches of everybody in three
columns, and `all_of`, `any_of` and `none_of` work on these: one sort and a few sums, whatever the number of
people. So a rule is evaluated for every day at once; one day is a look into the result, and two years of
simulation cost what one evening costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kanglu.care.calendar import EVER, NEVER, Ints, Longs, Mask

_SHIFT: Final = 23
"""Bits for a day within a key: EVER to NEVER fit into them."""


def keys(person: Ints, day: Ints) -> Longs:
    """One number a person and day, which sorts by person, then day."""
    return np.asarray((person.astype(np.int64) << _SHIFT) + (day.astype(np.int64) - EVER), dtype=np.int64)


def unkeyed(keys: Longs) -> tuple[Ints, Ints]:
    """Person and day of each key."""
    day = (keys & ((1 << _SHIFT) - 1)).astype(np.int32) + np.int32(EVER)
    return (keys >> _SHIFT).astype(np.int32), day


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Stretches of days, each from `start` up to, not including, `end`.

    Sorted by person and start; the stretches of a person neither overlap nor touch. `person` is the place of
    a person in the block that is evaluated.
    """

    person: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of(cls, person: Ints, start: Ints, end: Ints) -> "Periods":
        """Any stretches, in any order: empty ones are dropped, those that overlap or touch are joined."""
        kept = start < end
        if not kept.all():
            person, start, end = person[kept], start[kept], end[kept]
        if len(person) < 2:
            return cls(person, start, end)
        begins = keys(person, start)
        if not (begins[1:] >= begins[:-1]).all():
            order = np.argsort(begins, kind="stable")
            person, start, end, begins = person[order], start[order], end[order], begins[order]
        reached = np.maximum.accumulate(keys(person, end))
        first = np.flatnonzero(np.append(True, begins[1:] > reached[:-1]))
        if len(first) == len(person):
            return cls(person, start, end)
        last = np.append(first[1:], len(person)) - 1
        return cls(person[first], start[first], unkeyed(reached[last])[1])

    @classmethod
    def always(cls, people: Mask) -> "Periods":
        """All days, for the people of a mask."""
        person = np.flatnonzero(people).astype(np.int32)
        return cls(person, np.full(len(person), EVER, np.int32), np.full(len(person), NEVER, np.int32))

    @classmethod
    def nothing(cls) -> "Periods":
        """No day, for nobody."""
        empty = np.empty(0, np.int32)
        return cls(empty, empty, empty)

    def where(self, kept: Mask) -> "Periods":
        """Some of the stretches."""
        return Periods(self.person[kept], self.start[kept], self.end[kept])

    def place(self, person: Ints, day: Ints) -> Longs:
        """For each person and day the place of the stretch that holds it, or -1."""
        if not len(self):
            return np.full(len(person), -1, dtype=np.int64)
        wanted = keys(person, day)
        at = np.searchsorted(keys(self.person, self.start), wanted, side="right") - 1
        found = at >= 0
        found &= (self.person[at] == person) & (day < self.end[at])
        return np.where(found, at, -1)

    def holds(self, person: Ints, day: Ints) -> Mask:
        """Whether it holds, for each person and day."""
        return np.asarray(self.place(person, day) >= 0)

    def first_from(self, person: Ints, day: Ints) -> Ints:
        """For each person and day the first day from then on on which it holds, or NEVER."""
        if not len(self):
            return np.full(len(person), NEVER, dtype=np.int32)
        at = np.searchsorted(keys(self.person, self.start), keys(person, day), side="left")
        inside = np.minimum(at, len(self) - 1)
        follows = (at < len(self)) & (self.person[inside] == person)
        later = np.where(follows, self.start[inside], NEVER)
        return np.asarray(np.where(self.holds(person, day), day, later), dtype=np.int32)

    def on(self, day: int) -> Mask:
        """Which of the stretches hold on a day."""
        return np.asarray((self.start <= day) & (day < self.end))

    def not_on(self, people: int) -> "Periods":
        """All other days of all people of a block."""
        person = np.arange(people, dtype=np.int32)
        starts = np.sort(np.concatenate([keys(person, _full(people, EVER)), keys(self.person, self.end)]))
        ends = np.sort(np.concatenate([keys(self.person, self.start), keys(person, _full(people, NEVER))]))
        kept = starts < ends
        return _from_keys(starts[kept], ends[kept])


def _full(size: int, value: int) -> Ints:
    return np.full(size, value, dtype=np.int32)


def _from_keys(starts: Longs, ends: Longs) -> Periods:
    (person, start), (_, end) = unkeyed(starts), unkeyed(ends)
    return Periods(person, start, end)


def any_of(parts: Sequence[Periods]) -> Periods:
    """The days on which at least one holds."""
    some = [part for part in parts if len(part)]
    if len(some) < 2:
        return some[0] if some else Periods.nothing()
    return Periods.of(
        np.concatenate([part.person for part in some]),
        np.concatenate([part.start for part in some]),
        np.concatenate([part.end for part in some]),
    )


def all_of(parts: Sequence[Periods]) -> Periods:
    """The days on which all hold."""
    if len(parts) == 1:
        return parts[0]
    # The part with the fewest stretches decides whose days need to be looked at.
    smallest = min(parts, key=len)
    if not len(smallest):
        return Periods.nothing()
    people = np.zeros(int(max(part.person[-1] if len(part) else 0 for part in parts)) + 1, dtype=bool)
    people[smallest.person] = True
    some = [part if part is smallest else part.where(people[part.person]) for part in parts]
    edges = np.concatenate(
        [keys(part.person, part.start) for part in some] + [keys(part.person, part.end) for part in some]
    )
    count = sum(map(len, some))
    steps = np.ones(len(edges), dtype=np.int32)
    steps[count:] = -1
    order = np.argsort(edges, kind="stable")
    edges, held = edges[order], np.cumsum(steps[order])
    final = np.append(edges[1:] != edges[:-1], True)
    edges, everyone = edges[final], held[final] == len(parts)
    starts = np.flatnonzero(everyone & ~np.append(False, everyone[:-1]))
    ends = np.flatnonzero(~everyone & np.append(False, everyone[:-1]))
    return _from_keys(edges[starts], edges[ends])


def lasting(periods: Periods, from_days: Ints) -> Periods:
    """The stretches, each only from a later day of its own on."""
    return Periods.of(periods.person, np.maximum(periods.start, from_days), periods.end)
