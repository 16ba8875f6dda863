"""Values and happenings over time, of a whole block of people: columns sorted by person and time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from kanglu.care.calendar import NEVER, Floats, Ints, Longs, Mask
from kanglu.care.periods import Periods, keys
from kanglu.catalogue.criteria import Compared, DayRule, Hours

MEAN_OF_THE_DAY: Final = frozenset({"sbp", "dbp"})
"""Indicators whose readings of a day count as their mean, half up to whole units, as the scores take them."""
DECIMALS: Final = 6
"""Values are compared to the millionth: 100.4 °F are 38 °C, whatever the last binary digits say."""
BELOW, AT_MOST, ABOVE, AT_LEAST = 1, 2, 3, 4
"""Comparators: ``<``, ``<=``, ``>``, ``>=``; 0 is an exact value."""
COMPARISONS: Final[Mapping[str, Callable[..., Mask]]] = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}

type Reduction = Literal["last", "mean", "max", "min", "sum"]


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

    def where(self, kept: Mask | Longs) -> "Points":
        """Some of them."""
        return Points(self.person[kept], self.day[kept], self.fact[kept])

    def next_day(self) -> Ints:
        """The day of the next one of the same person; NEVER after the last."""
        following = np.append(self.day[1:], NEVER).astype(np.int32)
        same = np.append(self.person[1:] == self.person[:-1], False)[: len(self)]
        return np.where(same, following[: len(self)], np.int32(NEVER))

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

    def count(self, person: Ints, first: Ints, last: Ints) -> Longs:
        """For each person how many there are from a first to a last day, both included."""
        at = keys(self.person, self.day)
        upto = np.searchsorted(at, keys(person, last), side="right")
        return np.asarray(upto - np.searchsorted(at, keys(person, first), side="left"), dtype=np.int64)

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
        # Minutes, also those after the midnight of a night, take twelve bits.
        when = (keys(at.person, at.day) << 12) + (minute.astype(np.int64) + 1)
        order = np.argsort(when, kind="stable")
        when, entered = when[order], at.fact[order]
        if ((when[1:] == when[:-1]) & (entered[1:] < entered[:-1])).any():
            order = order[np.lexsort((entered, when))]
        return cls(
            Points(at.person[order], at.day[order], at.fact[order]),
            minute[order],
            np.round(value[order], DECIMALS),
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
        """The readings of a part of the day.

        Hours that pass midnight are a night, and its readings belong together: they count from the day on
        which it ends, for nobody knows in the evening what the night will bring.
        """
        first, last = hours.minutes
        kept = self.where(in_hours(self.minute, hours))
        if first < last:
            return kept
        evening = kept.minute >= first
        return Series.of(
            Points(kept.at.person, kept.at.day + evening.astype(np.int32), kept.at.fact),
            np.where(evening, kept.minute, kept.minute + 1440).astype(np.int16),
            kept.value,
            kept.comparator,
            kept.code,
            rounded=kept.rounded,
        )

    def satisfied(self, wanted: Compared) -> Mask:
        """Which readings are surely as wanted; a value with a comparator where it decides."""
        if wanted.codes:
            return self._coded(wanted.codes)
        result = ~np.isnan(self.value)
        for name, limit in wanted.limits.items():
            result &= _decides(self.value, self.comparator, name, limit)
        return result

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
        by = rule or self.day_rule or "last"
        first = self.first_of(self.at.day)
        value = self.reduced(first, by)
        return self.at.where(self._last_of(first)), self.agrees(wanted, first, by, value), value

    @property
    def day_rule(self) -> DayRule | None:
        """How the readings of a day become one where nothing else is said; None: the last counts."""
        return "mean" if self.rounded else None

    def first_of(self, unit: Ints) -> Longs:
        """The first places of the groups of equal `unit` of one person; readings are sorted by them."""
        at = keys(self.at.person, unit)
        return np.flatnonzero(np.append(True, at[1:] != at[:-1])[: len(self)])

    def _last_of(self, first: Longs) -> Longs:
        return np.append(first[1:], len(self))[: len(first)] - 1

    def reduced(self, first: Longs, by: Reduction) -> Floats:
        """Each group of readings as one number; NaN where they are none, or not all exact."""
        if not len(first):
            return np.empty(0)
        if by == "last":
            last = self._last_of(first)
            return np.where(self.comparator[last] == 0, self.value[last], np.nan)
        missing = np.isnan(self.value)
        count = np.add.reduceat((~missing).astype(np.int64), first)
        if by in ("max", "min"):
            reduce = np.fmax if by == "max" else np.fmin
            value = reduce.reduceat(self.value, first)
        else:
            value = np.add.reduceat(np.where(missing, 0.0, self.value), first)
            if by == "mean":
                value = value / np.maximum(count, 1)
            value = np.round(value, DECIMALS)
            if by == "mean" and self.rounded:
                value = np.floor(value + 0.5)
        exact = (count > 0) & ~np.logical_or.reduceat(self.comparator != 0, first)
        return np.where(exact, value, np.nan)

    def agrees(self, wanted: Compared, first: Longs, by: Reduction, value: Floats) -> Mask:
        """Which groups of readings are surely as wanted, given what they were `reduced` to.

        Of codes the last counts, whatever `by` says.
        """
        if not len(first):
            return np.zeros(0, dtype=bool)
        if by == "last" or wanted.codes:
            return self.satisfied(wanted)[self._last_of(first)]
        held, unsure = compare(value, wanted.limits), np.isnan(value)
        return held | (unsure & self._surely(wanted, first, by)) if unsure.any() else held

    def _surely(self, wanted: Compared, first: Longs, by: Reduction) -> Mask:
        """Where readings that are not all exact decide: one of them for a maximum above, else all of them."""
        held = np.full(len(first), by != "sum")
        for name, limit in wanted.limits.items():
            decides = _decides(self.value, self.comparator, name, limit)
            one_will_do = (by == "max" and name in ("ge", "gt")) or (by == "min" and name in ("le", "lt"))
            held &= (np.logical_or if one_will_do else np.logical_and).reduceat(decides, first)
        return held


def _decides(value: Floats, comparator: npt.NDArray[np.int8], name: str, limit: float) -> Mask:
    """Where the comparison surely holds.

    A value with a comparator stands for all beyond it: ``> 33.3`` is above 7, and says nothing of 40.
    """
    up = name in ("ge", "gt")
    beyond, from_on = (ABOVE, AT_LEAST) if up else (BELOW, AT_MOST)
    within = compare(value, {name: limit})
    on_limit_too = compare(value, {"ge" if up else "le": limit})
    return np.asarray(
        ((comparator == 0) | (comparator == from_on)) & within | (comparator == beyond) & on_limit_too
    )


def in_hours(minute: npt.NDArray[np.int16], hours: Hours) -> Mask:
    """Which minutes of the day lie within the hours; what has no time does not."""
    first, last = hours.minutes
    late, early = minute >= first, (minute >= 0) & (minute < last)
    return (late & early) if first < last else (late | early)


def compare(value: Floats, limits: Mapping[str, float]) -> Mask:
    """Whether numbers are within the limits; NaN is not."""
    held = ~np.isnan(value)
    for name, limit in limits.items():
        held &= COMPARISONS[name](value, limit)
    return np.asarray(held)


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
