"""The newest value of an indicator of the one person of a block, and whether it is as somebody wants it."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np

from kanglu.care.block import Block
from kanglu.care.calendar import EVER, day_of, number
from kanglu.catalogue.criteria import Compared

type Sign = Literal["", "<", "<=", ">", ">="]
_SIGNS: Final[tuple[Sign, ...]] = ("", "<", "<=", ">", ">=")
_ANY: Final = Compared.model_construct()


@dataclass(frozen=True, slots=True)
class Value:
    """A day's value in the canonical unit (of blood pressure the mean of the day), or a code.

    A value with a sign stands for all beyond it and is none to calculate with.
    """

    day: date
    value: float | None
    sign: Sign = ""
    code: str | None = None

    @property
    def exact(self) -> float | None:
        """The number, where it is one."""
        return None if self.sign else self.value


def newest(block: Block, indicator: str, until: date, after: date | None = None) -> Value | None:
    """The newest value up to a day, later than another; None where there is none."""
    found = judged(block, indicator, _ANY, until, after)
    return None if found is None else found[0]


def judged(
    block: Block, indicator: str, wanted: Compared, until: date, after: date | None = None
) -> tuple[Value, bool] | None:
    """The same, with whether it is surely as wanted (in the canonical unit)."""
    series = block.readings.get(indicator)
    if series is None:
        return None
    said = ~np.isnan(series.value)
    if series.code is not None:
        said |= np.array([code is not None for code in series.code], dtype=bool)
    series = series.where(said)
    points, held, value = series.daily(wanted, None)
    first = EVER if after is None else number(after)
    places = np.flatnonzero((points.day > first) & (points.day <= number(until)))
    if not len(places):
        return None
    place = int(places[-1])
    day = day_of(points.day[place])
    at = int(np.flatnonzero(series.at.day == points.day[place])[-1])
    code = None if series.code is None else series.code[at]
    if code is not None:
        return Value(day, None, code=str(code)), bool(held[place])
    if not np.isnan(value[place]):
        return Value(day, float(value[place])), bool(held[place])
    return Value(day, float(series.value[at]), _SIGNS[int(series.comparator[at])]), bool(held[place])
