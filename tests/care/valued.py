"""What readings come to, said as plainly as Python can: surely as wanted, of a day, of a week, of a night."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from tests.care.known import Reading

from kanglu.care.calendar import day_of, number
from kanglu.catalogue.spans import Span

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda value, limit: value < limit,
    "le": lambda value, limit: value <= limit,
    "gt": lambda value, limit: value > limit,
    "ge": lambda value, limit: value >= limit,
}


class Value(NamedTuple):
    """What the readings of a day (or week, or month) come to: whether as wanted, and the exact number."""

    day: int
    ok: bool
    exact: Fraction | None


@cache
def ago(day: int, span: Span) -> int:
    """The day that lies a span before `day`."""
    return number(Span(-span.months, -span.days).after(day_of(day)))


def fraction(value: float) -> Fraction:
    return Fraction(round(value * 1_000_000), 1_000_000)


def surely(reading: Reading, name: str, limit: float) -> bool:
    """Whether whatever the reading may stand for is within the limit."""
    if reading.value != reading.value:
        return False
    value, bound = fraction(reading.value), fraction(limit)
    if reading.comparator == "":
        return COMPARE[name](value, bound)
    if reading.comparator[0] != (">" if name in ("ge", "gt") else "<"):
        return False
    may_be_the_figure = reading.comparator in (">=", "<=")
    return COMPARE[name](value, bound) or (not may_be_the_figure and value == bound)


def as_wanted(reading: Reading, wanted: Any, limits: dict[str, float]) -> bool:
    if wanted.codes:
        return any(
            reading.value == float(code) if isinstance(code, bool) else reading.code == code
            for code in wanted.codes
        )
    return reading.value == reading.value and all(surely(reading, *limit) for limit in limits.items())


def together(
    day: int, readings: Sequence[Reading], by: str, wanted: Any, limits: dict[str, float], whole: bool
) -> Value:
    """The readings of a day, a week or a month as one."""
    last = readings[-1]
    if by == "last":
        exact = None if last.comparator or last.value != last.value else fraction(last.value)
        return Value(day, as_wanted(last, wanted, limits), exact)
    numbers = [fraction(one.value) for one in readings if one.value == one.value]
    if numbers and not any(one.comparator for one in readings):
        exact = {"mean": sum(numbers) / len(numbers), "max": max(numbers), "min": min(numbers)}.get(
            by, sum(numbers, Fraction(0))
        )
        if by == "mean" and whole:
            exact = Fraction((exact + Fraction(1, 2)).__floor__())
        ok = all(COMPARE[name](exact, fraction(limit)) for name, limit in limits.items())
    else:
        exact = None
        ok = by != "sum" and all(_decided(readings, by, name, limit) for name, limit in limits.items())
    return Value(day, as_wanted(last, wanted, limits) if wanted.codes else ok, exact)


def _decided(readings: Sequence[Reading], by: str, name: str, limit: float) -> bool:
    one_will_do = (by, name) in {("max", "ge"), ("max", "gt"), ("min", "le"), ("min", "lt")}
    return (any if one_will_do else all)(surely(one, name, limit) for one in readings)


def is_pressure(wanted: Any) -> bool:
    return all(name in ("sbp", "dbp") for name in wanted.of)


def in_hours(minute: int, at: Any) -> bool:
    first, last = at.minutes
    return first <= minute < last if first < last else minute >= first or minute < last


def grouped(readings: Sequence[Reading], unit: Callable[[int], int]) -> list[tuple[int, list[Reading]]]:
    found: dict[int, list[Reading]] = {}
    for one in readings:
        found.setdefault(unit(one.day), []).append(one)
    return list(found.items())


def unit_of(day: int, per: str) -> int:
    """The number of the day, the week (from Monday) or the month that a day lies in."""
    if per == "month":
        return day_of(day).year * 12 + day_of(day).month
    return (day_of(day).toordinal() - 1) // 7 if per == "week" else day


def last_ended(day: int, per: str) -> int:
    """The last unit that is over by a day: a night is in the morning, all others on the day after."""
    return day if per == "night" else unit_of(day, per) - 1
