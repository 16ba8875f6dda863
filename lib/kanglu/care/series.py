"""Values and happenings over time, of a whole block of people: columns sorted by person and time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import NEVER, Floats, Ints, Longs, Mask
from kanglu.care.periods import Periods, keys
from kanglu.catalogue.criteria import Compared, DayRule, Hours

MEAN_OF_THE_DAY: Final = frozenset({"sbp", "dbp"})
"""Indicators whose readings of a day count as their mean, half up to whole units, as the scores take them."""
BELOW, AT_MOST, ABOVE, AT_LEAST = 1, 2, 3, 4
"""Comparators: ``<``, ``<=``, ``>``, ``>=``; 0 is an exact value."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Happenings, by person and day; `fact` is the row of the record that says so (0: none)."""

    person: Ints
    day: Ints
    fact: Longs

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of(cls, person: Ints, day: Ints, fact: Longs) -> "Points":
        """Happenings in any order."""
        order = np.lexsort((fact, keys(person, day)))
        return cls(person[order], day[order], fact[order])

    def where(self, kept: Mask) -> "Points":
        """Some of them."""
        return Points(self.person[kept], self.day[kept], self.fact[kept])

    def next_day(self) -> Ints:
        """The day of the next one of the same person; NEVER after the last."""
        following = np.append(self.day[1:], NEVER).astype(np.int32)
        same = np.append(self.person[1:] == self.person[:-1], False)[: len(self)]
        return np.asarray(np.where(same, following[: len(self)], NEVER), dtype=np.int32)

    def last_before(self, person: Ints, day: Ints) -> Longs:
        """For each person and day the place of the newest one up to that day, or -1."""
        if not len(self):
            return np.full(len(person), -1, dtype=np.int64)
        at = np.searchsorted(keys(self.person, self.day), keys(person, day), side="right") - 1
        return np.where((at >= 0) & (self.person[at] == person), at, -1)

    def first_from(self, person: Ints, day: Ints) -> Ints:
        """For each person and day the day of the first one from that day on, or NEVER."""
        if not len(self):
            return np.full(len(person), NEVER, dtype=np.int32)
        at = np.searchsorted(keys(self.person, self.day), keys(person, day), side="left")
        inside = np.minimum(at, len(self) - 1)
        found = (at < len(self)) & (self.person[inside] == person)
        return np.asarray(np.where(found, self.day[inside], NEVER), dtype=np.int32)

    def days(self) -> "Points":
        """One a person and day: the last of each day."""
        if not len(self):
            return self
        at = keys(self.person, self.day)
        return self.where(np.append(at[1:] != at[:-1], True))


NO_POINTS: Final = Points(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of an indicator.

    Parameters
    ----------
    at : when, and the row of the record.
    minute : of the day; -1 where the time is not stated.
    value : in the canonical unit; NaN where the reading is none.
    comparator : 0, or one of `BELOW` … `AT_LEAST`.
    code : the code of a coded answer; None for an indicator that has none.
    rounded : whether the mean of a day is taken half up to whole units.
    """

    at: Points
    minute: npt.NDArray[np.int16]
    value: Floats
    comparator: npt.NDArray[np.int8]
    code: npt.NDArray[np.object_] | None = None
    rounded: bool = False

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(
        cls,
        at: Points,
        minute: npt.NDArray[np.int16],
        value: Floats,
        comparator: npt.NDArray[np.int8],
        code: npt.NDArray[np.object_] | None = None,
        *,
        rounded: bool = False,
    ) -> "Series":
        """Readings in any order; of two at the same time the one entered last comes last."""
        order = np.lexsort((at.fact, minute, keys(at.person, at.day)))
        return cls(
            Points(at.person[order], at.day[order], at.fact[order]),
            minute[order],
            value[order],
            comparator[order],
            None if code is None else code[order],
            rounded,
        )

    def where(self, kept: Mask) -> "Series":
        """Some of the readings."""
        code = None if self.code is None else self.code[kept]
        return replace(
            self,
            at=self.at.where(kept),
            minute=self.minute[kept],
            value=self.value[kept],
            comparator=self.comparator[kept],
            code=code,
        )

    def within(self, hours: Hours) -> "Series":
        """The readings of a part of the day; those after midnight of one that passes it go to its evening."""
        first, last = hours.minutes
        if first < last:
            return self.where((self.minute >= first) & (self.minute < last))
        early = (self.minute >= 0) & (self.minute < last)
        kept = self.where(early | (self.minute >= first))
        evening = np.where((kept.minute >= 0) & (kept.minute < last), kept.at.day - 1, kept.at.day)
        later = np.where(kept.minute < last, kept.minute + 1440, kept.minute).astype(np.int16)
        moved = Points(kept.at.person, evening.astype(np.int32), kept.at.fact)
        return Series.of(moved, later, kept.value, kept.comparator, kept.code, rounded=kept.rounded)

    def satisfied(self, wanted: Compared) -> Mask:
        """Which readings are surely as wanted; a value with a comparator where it decides."""
        if wanted.codes:
            return self._coded(wanted.codes)
        result = ~np.isnan(self.value)
        for name, limit in wanted.limits.items():
            result &= _decides(self.value, self.comparator, name, limit)
        return np.asarray(result)

    def _coded(self, codes: Sequence[str | bool]) -> Mask:
        result = np.zeros(len(self), dtype=bool)
        for code in codes:
            if isinstance(code, bool):
                result |= self.value == float(code)
            elif self.code is not None:
                result |= self.code == code
        return result

    def daily(self, wanted: Compared, rule: DayRule | None) -> tuple[Points, Mask, Floats]:
        """One a person and day: when, whether it is as wanted, and its value (NaN where it is not exact)."""
        by = rule or ("mean" if self.rounded else "last")
        if by == "last" or not len(self):
            at = keys(self.at.person, self.at.day)
            last = np.append(at[1:] != at[:-1], True)[: len(self)]
            exact = np.where(self.comparator == 0, self.value, np.nan)
            return self.at.where(last), self.satisfied(wanted)[last], exact[last]
        first, points = self._days()
        if (by == "max" and not {"lt", "le"} & wanted.limits.keys()) or (
            by == "min" and not {"gt", "ge"} & wanted.limits.keys()
        ):
            any_of_day = np.logical_or.reduceat(self.satisfied(wanted), first)
            return points, any_of_day, self._reduced(first, by)
        value = self._reduced(first, by)
        plain = Series(points, np.full(len(points), -1, np.int16), value, np.zeros(len(points), np.int8))
        return points, plain.satisfied(wanted), value

    def _days(self) -> tuple[Longs, Points]:
        at = keys(self.at.person, self.at.day)
        first = np.flatnonzero(np.append(True, at[1:] != at[:-1]))
        last = np.append(first[1:], len(self)) - 1
        return first, Points(self.at.person[last], self.at.day[last], self.at.fact[last])

    def _reduced(self, first: Longs, by: str) -> Floats:
        """The readings of each group as one number: those that are exact; NaN where none is."""
        exact = (self.comparator == 0) & ~np.isnan(self.value)
        count = np.add.reduceat(exact.astype(np.int64), first)
        if by in ("max", "min"):
            edge = -np.inf if by == "max" else np.inf
            reduce = np.maximum if by == "max" else np.minimum
            value = reduce.reduceat(np.where(exact, self.value, edge), first)
        elif by == "last":
            last = np.append(first[1:], len(self)) - 1
            return np.where(exact[last], self.value[last], np.nan)
        else:
            value = np.add.reduceat(np.where(exact, self.value, 0.0), first)
            if by == "mean":
                with np.errstate(invalid="ignore", divide="ignore"):
                    value = value / count
                if self.rounded:
                    value = np.floor(value + 0.5)
        return np.where(count > 0, value, np.nan)

    def grouped(self, unit: Ints, by: str) -> tuple[Longs, Floats]:
        """First place and value of each run of equal `unit` of one person; readings are sorted by them."""
        at = keys(self.at.person, unit)
        first = np.flatnonzero(np.append(True, at[1:] != at[:-1]))
        return first, self._reduced(first, by)


def _decides(value: Floats, comparator: npt.NDArray[np.int8], name: str, limit: float) -> Mask:
    """Where the comparison surely holds.

    A value with a comparator stands for all beyond it: ``> 33.3`` is above 7, and says nothing of 40.
    """
    with np.errstate(invalid="ignore"):
        if name in ("ge", "gt"):
            exact = value >= limit if name == "ge" else value > limit
            above = value >= limit
            at_least = value >= limit if name == "ge" else value > limit
            return np.asarray(
                np.select(
                    [comparator == 0, comparator == ABOVE, comparator == AT_LEAST], [exact, above, at_least]
                )
            ).astype(bool)
        exact = value <= limit if name == "le" else value < limit
        below = value <= limit
        at_most = value <= limit if name == "le" else value < limit
        return np.asarray(
            np.select([comparator == 0, comparator == BELOW, comparator == AT_MOST], [exact, below, at_most])
        ).astype(bool)


def joined(parts: Sequence[Series]) -> Series:
    """Several indicators that stand for the same, as one."""
    if len(parts) == 1:
        return parts[0]
    codes = [part.code for part in parts]
    coded = any(code is not None for code in codes)
    return Series.of(
        Points(
            np.concatenate([part.at.person for part in parts]),
            np.concatenate([part.at.day for part in parts]),
            np.concatenate([part.at.fact for part in parts]),
        ),
        np.concatenate([part.minute for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.comparator for part in parts]),
        np.concatenate(
            [np.full(len(part), None, object) if part.code is None else part.code for part in parts]
        )
        if coded
        else None,
        rounded=all(part.rounded for part in parts),
    )


def until_next(points: Points, held: Mask, leaves: Ints | None = None) -> Periods:
    """From each point that holds up to the next point, or until it leaves the window."""
    end = points.next_day()
    if leaves is not None:
        end = np.minimum(end, leaves)
    return Periods.of(points.person[held], points.day[held], end[held])
