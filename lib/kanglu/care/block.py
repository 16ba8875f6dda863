"""A block of people and all that is known of them, in columns: what rules are evaluated over.

`person` in all columns is the place of a person in `ids`. Nothing in a block lies after its day `as_of`
except bookings, whose beginning may; `later` is the first day on which a fact that is entered already will
count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import EVER, Ints, Longs
from kanglu.care.periods import Periods
from kanglu.care.series import Points, Series

type Words = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Bookings:
    """Bookings that stand, by person: from when it is known, and the day for which it is."""

    person: Ints
    made: Ints
    start: Ints
    minute: npt.NDArray[np.int16]
    code: Words
    fact: Longs


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Calls, messages and answers, by person and time; `about` names the task or message it belongs to."""

    at: Points
    minute: npt.NDArray[np.int16]
    direction: Words
    channel: Words
    outcome: Words
    topic: Words
    about: Words
    text: Words

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What people did to tasks: by person and day; `task` is the key of what was given."""

    at: Points
    minute: npt.NDArray[np.int16]
    action: Words
    task: Words
    until: Ints
    owner: Words
    reason: Words


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """People in columns.

    Parameters
    ----------
    ids : ids of the record, ascending.
    numbers : record numbers.
    birth : day of birth; NEVER when it is not known to the day.
    male, female : what is known of the sex.
    death : the day of death (or on which it became known); NEVER for the living.
    since : the day from which the record follows the person.
    later : the first day on which a fact that is entered already begins to count; NEVER for none.
    readings : by indicator.
    problems, had, drugs, programmes, care_team : by id, the days on which it holds.
    tagged, untagged : by tag, the days for which somebody set it, or took it away, by hand.
    events : by event type.
    encounters : the rows of encounters, ascending, and the days on which they were entered.
    """

    as_of: int
    ids: Longs
    numbers: Words
    birth: Ints
    male: npt.NDArray[np.bool_]
    female: npt.NDArray[np.bool_]
    death: Ints
    since: Ints
    later: Ints
    readings: Mapping[str, Series]
    problems: Mapping[str, Periods]
    had: Mapping[str, Periods]
    drugs: Mapping[str, Periods]
    programmes: Mapping[str, Periods]
    care_team: Mapping[str, Periods]
    tagged: Mapping[str, Periods]
    untagged: Mapping[str, Periods]
    events: Mapping[str, Points]
    bookings: Bookings
    contacts: Contacts
    changes: Changes
    encounters: tuple[Longs, Ints]
    alive: Periods = field(init=False)

    def __post_init__(self) -> None:
        person = np.arange(len(self), dtype=np.int32)
        always = np.full(len(self), EVER, dtype=np.int32)
        object.__setattr__(self, "alive", Periods.of(person, always, self.death))

    def __len__(self) -> int:
        return len(self.ids)

    def entered_on(self, encounters: Longs) -> Ints:
        """The days on which encounters were entered; EVER where the row is none."""
        rows, days = self.encounters
        if not len(rows):
            return np.full(len(encounters), EVER, dtype=np.int32)
        at = np.minimum(np.searchsorted(rows, encounters), len(rows) - 1)
        return np.asarray(np.where(rows[at] == encounters, days[at], EVER), dtype=np.int32)
