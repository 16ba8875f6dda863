"""Whether what is compared can be: kinds, units, possible values, and counts that fit into their window."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kanglu.catalogue.catalogue import Catalogue
from kanglu.catalogue.conditions import AllOf, AnyOf, Condition, IsAge, IsHeld, IsOnDay, IsOnDays, OnDays
from kanglu.catalogue.criteria import (
    Age,
    Change,
    Compared,
    Count,
    Every,
    Mean,
    Measured,
    Slope,
    Streak,
    Unit,
)
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.lint.sets import ages
from kanglu.catalogue.lint.sites import KEYS, parts, sites
from kanglu.catalogue.models import Indicator
from kanglu.catalogue.reading import Path_, did_you_mean
from kanglu.catalogue.spans import Span
from kanglu.errors import UnitError

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

_OLDEST = 150


class _Wrong(NamedTuple):
    path: Path_
    what: str
    remedy: str = ""


def check_limits(book: "Rulebook", heap: Heap) -> None:
    """No condition may compare what cannot be compared, or ask for more than can be."""
    for site in sites(book):
        for path, part in parts(site.condition, site.path):
            for fault in wrong(book.catalogue, part):
                place = (*path, KEYS[type(part)], *fault.path)
                heap.fault(site.section, site.id, place, fault.what, fault.remedy)
    for name, rule in book.rules.items():
        if rule.on is not None and (birthday := rule.on.birthday) and birthday.from_ > birthday.to:
            what = f"No birthday is after the {birthday.from_}th and before the {birthday.to}th."
            heap.fault("rules", name, ("on", "birthday", "from"), what)
        if rule.on is not None and rule.on.visit is not None:
            _check_streak(book, heap, name, rule.on.visit.streak.ge, rule.on.visit.streak.le)


def _check_streak(book: "Rulebook", heap: Heap, name: str, low: int | None, high: int | None) -> None:
    on = book.rules[name].on
    programme = book.programmes.get(on.visit.programme) if on and on.visit else None
    path = ("on", "visit", "streak", "ge")
    if low is not None and high is not None and low > high:
        heap.fault("rules", name, path, f"No streak is at least {low} and at most {high}.")
    elif low and programme and programme.classes and not programme.streak:
        what = f"{programme.id} does not say which classes count in a streak."
        heap.fault("rules", name, path, what, "List them under streak: of the programme.")


def wrong(catalogue: Catalogue, condition: Condition) -> Iterator[_Wrong]:
    """What is wrong with a condition itself, its parts left out."""
    asked: Any = condition.asked
    if isinstance(condition, IsHeld):
        yield from _never_so_long(condition)
    if isinstance(condition, IsOnDays) and not _of_single_days(condition.days.when):
        what = "Only days on which something was measured are counted."
        yield _Wrong(("when",), what, "Ask for on_day in each of the alternatives.")
    if isinstance(asked, Age):
        yield from _impossible_age(asked)
    if isinstance(asked, Change) and asked.event is not None and asked.unit is not None:
        yield _Wrong(("unit",), "A number of events has no unit.", "Leave unit out.")
    if isinstance(asked, Measured | Change):
        indicators = [catalogue.indicators[name] for name in asked.of if name in catalogue.indicators]
        if indicators and len(indicators) == len(asked.of):
            yield from _wrong_measured(asked, indicators)
    yield from _too_many(asked)


def _wrong_measured(asked: Measured | Change, indicators: list[Indicator]) -> Iterator[_Wrong]:
    first = indicators[0]
    for other in indicators[1:]:
        if (other.kind, other.unit) != (first.kind, first.unit):
            what = f"{other.id} ({_kind(other)}) does not stand for the same as {first.id} ({_kind(first)})."
            yield _Wrong(("of",), what, "Join two conditions by any.")
            return
    if first.kind == "quantity":
        yield from _wrong_numbers(asked, indicators)
    elif isinstance(asked, Mean | Slope | Change):
        yield _Wrong(("of",), f"{first.id} is {_kind(first)}: it has no mean and no slope.")
    else:
        yield from _wrong_codes(asked, first)


def _kind(indicator: Indicator) -> str:
    return {"quantity": f"in {indicator.unit}", "boolean": "yes or no"}.get(indicator.kind, indicator.kind)


def _wrong_codes(asked: Compared, indicator: Indicator) -> Iterator[_Wrong]:
    if asked.has_numbers:
        remedy = (
            "Compare with is: true or is: false."
            if indicator.kind == "boolean"
            else f"Compare with is or in, of {', '.join(indicator.codes)}."
        )
        yield _Wrong((next(iter(asked.limits)),), f"{indicator.id} has no numbers.", remedy)
    if asked.unit is not None:
        yield _Wrong(("unit",), f"{indicator.id} has no unit.", "Leave unit out.")
    for path, code in _coded(asked):
        if indicator.kind == "boolean":
            if not isinstance(code, bool):
                yield _Wrong(path, f"{indicator.id} is yes or no.", "Compare with is: true or is: false.")
        elif indicator.kind == "text":
            yield _Wrong(path, f"{indicator.id} is free text, which no code equals.")
        elif code not in indicator.codes:
            printed = None if isinstance(code, bool) else indicator.code_for(code)
            near = f"Did you mean {printed!r}?" if printed else did_you_mean(str(code), indicator.codes)
            yield _Wrong(
                path,
                f"{code!r} is not a code of {indicator.id}.",
                near or f"It has {', '.join(indicator.codes)}.",
            )


def _coded(asked: Compared) -> Iterator[tuple[Path_, str | bool]]:
    if asked.is_ is not None:
        yield ("is",), asked.is_
    for at, code in enumerate(asked.in_):
        yield (("in", at) if len(asked.in_) > 1 else ("in",)), code


def _wrong_numbers(asked: Measured | Change, indicators: list[Indicator]) -> Iterator[_Wrong]:
    first = indicators[0]
    for path, _ in _coded(asked):
        what = f"{first.id} is a number, which is no code."
        yield _Wrong(path, what, "Compare with lt, le, gt or ge.")
    relative = isinstance(asked, Change) and asked.relative
    if relative and asked.unit not in (None, "%"):
        yield _Wrong(("unit",), "A relative change is in percent.", "Leave unit out.")
        return
    try:
        limits = {
            name: limit if relative or asked.unit is None else first.convert(limit, asked.unit)
            for name, limit in asked.limits.items()
        }
    except UnitError as error:
        yield _Wrong(("unit",), error.what, error.remedy or "")
        return
    if isinstance(asked, Slope | Change) and asked.unit and not relative and first.convert(0, asked.unit):
        what = f"A difference in {asked.unit} is not one in {first.unit} by a factor alone."
        yield _Wrong(("unit",), what, f"State it in {first.unit}.")
    for name, limit in limits.items():
        if found := _impossible(asked, indicators, name, limit):
            yield _Wrong((name,), found)


def _impossible(asked: Measured | Change, indicators: list[Indicator], name: str, limit: float) -> str | None:
    """What is wrong with a limit (canonical unit) that no value can pass, or none can fail."""
    ranges = [indicator.possible for indicator in indicators if indicator.possible]
    if isinstance(asked, Slope) or (isinstance(asked, Streak) and asked.by == "sum"):
        return None
    if len(ranges) < len(indicators):
        return None
    low, high = min(range_[0] for range_ in ranges), max(range_[1] for range_ in ranges)
    if isinstance(asked, Change):
        if asked.relative:
            low, high = (-100 if low >= 0 else float("-inf")), float("inf")
        else:
            low, high = low - high, high - low
    if low < limit < high or (limit == low and name != "lt") or (limit == high and name != "gt"):
        return None
    of = indicators[0]
    if isinstance(asked, Change):
        return f"{of.id} cannot change by {name} {limit:g}."
    return f"{of.id} {name} {limit:g} {of.unit} lies outside what is possible, {low:g} to {high:g}."


def _impossible_age(asked: Age) -> Iterator[_Wrong]:
    if asked.unit is not None:
        yield _Wrong(("unit",), "Age is in completed years.", "Leave unit out.")
    for name, limit in asked.limits.items():
        if not 0 <= limit <= _OLDEST or (name == "lt" and limit == 0):
            yield _Wrong((name,), f"Nobody's age is near {limit:g} years.")
    if not ages(asked):
        yield _Wrong((), "No whole number of years lies between these.")


def _of_single_days(condition: Condition) -> bool:
    """Whether a condition holds on days of a measurement only."""
    if isinstance(condition, AllOf):
        return any(map(_of_single_days, condition.all))
    return isinstance(condition, IsOnDay) or (
        isinstance(condition, AnyOf) and all(map(_of_single_days, condition.any))
    )


def _never_so_long(condition: IsHeld) -> Iterator[_Wrong]:
    """An age between two limits is left again after so many years."""
    when, wanted = condition.held.when, condition.held.for_
    for part in when.all if isinstance(when, AllOf) else (when,):
        if not isinstance(part, IsAge):
            continue
        for low, high in ages(part.age):
            years = high[0] - low[0]
            if wanted.months >= 12 * years and wanted.days >= 0:
                yield _Wrong(("for",), f"Nobody is of this age for {wanted}: it lasts {years:g} years.")


def _too_many(asked: Any) -> Iterator[_Wrong]:
    """More days, nights, weeks or months than the window can hold."""
    unit: Unit = asked.each if isinstance(asked, Count) else "day"
    if unit == "reading" or not isinstance(asked, Every | Count | Mean | Slope | Change | OnDays):
        return
    if isinstance(asked, Change) and asked.event is not None:
        return
    spans = [asked.within] + ([asked.against] if isinstance(asked, Change) else [])
    most = min(most_units(span, unit) for span in spans)
    if asked.at_least is not None and asked.at_least > most:
        what = f"{asked.at_least} {unit}s do not fit into {min(spans, key=lambda span: span.about)}"
        yield _Wrong(("at_least",), f"{what}, which holds {most}.")


@cache
def most_units(span: Span, unit: Unit) -> int:
    """The most days, nights, weeks or months that a stretch of days can touch."""
    most = 0
    for first in _days():
        last = span.after(first) - timedelta(days=1)
        if unit == "week":
            count = (last.toordinal() - 1) // 7 - (first.toordinal() - 1) // 7 + 1
        elif unit == "month":
            count = (last.year - first.year) * 12 + last.month - first.month + 1
        else:
            count = (last - first).days + 1
        most = max(most, count)
    return most


@cache
def shortest(span: Span) -> int:
    """The fewest days that a span can be long."""
    return min((span.after(first) - first).days for first in _days())


def _days() -> Iterator[date]:
    """All days of four years: every length that a month or a year can have, in any place of the week."""
    for number in range(date(2023, 1, 1).toordinal(), date(2027, 1, 1).toordinal()):
        yield date.fromordinal(number)
