"""The visits of a programme and their classes: on each visit the most severe class that fits it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanglu.care.block import Block
from kanglu.care.calendar import Ints, Mask
from kanglu.care.periods import Periods
from kanglu.care.series import NO_POINTS, Points
from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.programmes import Programme


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Visits during a programme, one a person and day.

    Parameters
    ----------
    classes : ids of the programme's classes, the most severe first.
    all : every visit, also those without a class.
    at, place : the visits that have a class, and its place in `classes`.
    before : how many classified visits in a row, right before, count as not controlled.
    mixed : whether these and this one are not all of one class.
    """

    classes: tuple[str, ...]
    all: Points
    at: Points
    place: npt.NDArray[np.int8]
    before: Ints
    mixed: Mask

    def is_of(self, names: tuple[str, ...]) -> Mask:
        """Which classified visits are of one of the classes."""
        wanted = [at for at, name in enumerate(self.classes) if name in names]
        return np.asarray(np.isin(self.place, wanted))


def classify(block: Block, programme: Programme, days: Callable[[Condition], Periods]) -> Visits:
    """The visits of a programme while people are enrolled in it; `days` works out a class's condition.

    A visit that fits no class has none: it neither breaks nor lengthens a streak.
    """
    enrolled = block.programmes.get(programme.id) or Periods.nothing()
    every = block.events.get(programme.visit, NO_POINTS).days()
    every = every.where(enrolled.holds(every.person, every.day))
    place = np.full(len(every), -1, dtype=np.int8)
    for at in reversed(range(len(programme.classes))):
        place[days(programme.classes[at].when).holds(every.person, every.day)] = at
    classed = place >= 0
    visits, place = every.where(classed), place[classed]
    names = tuple(one.id for one in programme.classes)
    open_ = np.isin(place, [at for at, name in enumerate(names) if name in programme.streak])
    before, mixed = _streaks(visits.person, place, np.asarray(open_))
    return Visits(names, every, visits, place, before, mixed)


def _streaks(person: Ints, place: npt.NDArray[np.int8], open_: Mask) -> tuple[Ints, Mask]:
    """For each visit the open ones in a row right before it, and whether they differ from it in class."""
    size = len(person)
    rank = np.arange(size, dtype=np.int32)
    fresh = np.append(True, person[1:] != person[:-1])[:size]
    breaks = fresh | ~np.append(False, open_[:-1])[:size]
    start = np.maximum.accumulate(np.where(breaks, rank, 0)) if size else rank
    before = (rank - start).astype(np.int32)
    other = np.append(False, place[1:] != place[:-1])[:size] & ~breaks
    changes = np.cumsum(other)
    return before, np.asarray(changes - changes[start] > 0 if size else other)
