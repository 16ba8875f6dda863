"""What rules gave to the people of a block, in columns, before it becomes rows of the record."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import EVER, NEVER, Ints, Longs, Mask
from kanglu.catalogue.rules import Gift, Rule

OPEN, DONE, FAILED, CANCELLED = "open", "done", "failed", "cancelled"
STATES: Final = (OPEN, DONE, FAILED, CANCELLED)
IN_STEPS = 1000
"""Parts of a journey's steps are counted from here on, a thousand for each gift of the rule."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """The days on which a rule begins to concern people.

    Parameters
    ----------
    person, day : whom, and the day, which is the `period` that names what is given.
    end : where the rule's condition no longer holds; NEVER for a rule that answers an event.
    fact : the row of the record that was answered, 0 for none.
    """

    person: Ints
    day: Ints
    end: Ints
    fact: Longs

    def __len__(self) -> int:
        return len(self.person)

    def where(self, kept: Mask) -> "Anchors":
        """Some of them."""
        return Anchors(self.person[kept], self.day[kept], self.end[kept], self.fact[kept])

    def sorted(self) -> "Anchors":
        """The same, by person and day."""
        order = np.lexsort((self.day, self.person))
        return Anchors(self.person[order], self.day[order], self.end[order], self.fact[order])


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What one gift of a rule, or a step of its journey, gave.

    Parameters
    ----------
    rule, gift, part : which; `part` tells apart what a rule gives in one period.
    period : the day of the anchor.
    starts : from when it is there.
    opens, due, lapses : from when it may be done, should be done, and after which day it has failed.
    ends, state, reason : when, how and why it was closed, as far ahead as it is known; NEVER while open.
    channel : by which way a message goes.
    fact : the row of the record that was answered, 0 for none.
    journey : the journey it is a step of.
    """

    rule: Rule
    gift: Gift
    part: int
    person: Ints
    period: Ints
    starts: Ints
    opens: Ints
    due: Ints
    lapses: Ints
    ends: Ints
    state: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    channel: npt.NDArray[np.object_]
    fact: Longs
    journey: str | None = None

    def __len__(self) -> int:
        return len(self.person)

    def where(self, kept: Mask) -> "Given":
        """Some of it."""
        columns = (
            "person",
            "period",
            "starts",
            "opens",
            "due",
            "lapses",
            "ends",
            "state",
            "reason",
            "channel",
        )
        chosen = {name: getattr(self, name)[kept] for name in (*columns, "fact")}
        return Given(self.rule, self.gift, self.part, **chosen, journey=self.journey)

    def open_on(self, day: Ints) -> Mask:
        """Which of it is there and not closed, each on its own day."""
        return np.asarray((self.starts <= day) & (day < self.ends))


def one_at_a_time(anchors: Anchors, free: Ints) -> Mask:
    """Which anchors begin something when each keeps a person busy until a day of its own; sorted by day."""
    kept = np.zeros(len(anchors), dtype=bool)
    if not len(anchors):
        return kept
    first = np.append(True, anchors.person[1:] != anchors.person[:-1])
    group = np.cumsum(first) - 1
    rank = np.arange(len(anchors)) - np.flatnonzero(first)[group]
    busy_until = np.full(int(group[-1]) + 1, EVER, dtype=np.int32)
    for turn in range(int(rank.max()) + 1):
        at = np.flatnonzero(rank == turn)
        begins = at[anchors.day[at] >= busy_until[group[at]]]
        kept[begins] = True
        busy_until[group[begins]] = free[begins]
    return kept


def key_of(rule: str, period: str, part: int) -> str:
    """The name by which people's acts refer to what a rule gave: ``htn.followup.first@2026-03-01#0``."""
    return f"{rule}@{period}#{part}"


def words(size: int, word: str | None) -> npt.NDArray[np.object_]:
    """A column of one word."""
    return np.full(size, word, dtype=object)


def forever(size: int) -> Ints:
    """A column of days that never come."""
    return np.full(size, NEVER, dtype=np.int32)
