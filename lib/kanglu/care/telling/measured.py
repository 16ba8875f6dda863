"""Conditions on what was measured, in words."""

from kanglu.care.telling.lines import (
    compared_text,
    decimals_of,
    hours_text,
    indicators_named,
    limits_text,
    midway,
    named,
    span_text,
    unit_of,
)
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Change, Count, Every, Latest, Mean, Measured, Slope, Streak
from kanglu.catalogue.criteria import OnDay as ThatDay
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words


def measured_text(book: Rulebook, condition: asked.Condition, _: Words) -> str:
    """What a condition asks of values."""
    wanted = condition.asked
    match wanted:
        case Latest():
            return _latest(book, wanted, _)
        case ThatDay():
            what = _of_a_day(book, wanted, _)
            return _("{what} that day {compared}", what=what, compared=_compared(book, wanted, _))
        case Every():
            return _every(book, wanted, _)
        case Count():
            return _count(book, wanted, _)
        case Mean():
            return _mean(book, wanted, _)
        case Streak():
            return _streak(book, wanted, _)
        case Slope():
            return _slope(book, wanted, _)
        case Change():
            return _change(book, wanted, _)
    raise TypeError(f"no words for {type(condition).__name__}")


def _compared(book: Rulebook, wanted: Measured, _: Words) -> str:
    return compared_text(book, wanted, wanted.of, _)


def _subject(book: Rulebook, wanted: Measured, _: Words) -> str:
    what = indicators_named(book, wanted.of, _)
    if wanted.at is None:
        return what
    return _("{what} {hours}", what=what, hours=hours_text(wanted.at, _))


def _of_a_day(book: Rulebook, wanted: Measured, _: Words) -> str:
    """What is compared, and which of several readings of a day counts; of yes and no, yes does."""
    what, first = _subject(book, wanted, _), book.catalogue.indicators.get(wanted.of[0])
    if first is not None and first.kind == "boolean":
        return what
    return _chosen(wanted.day, what, _)


def _chosen(day: str | None, what: str, _: Words) -> str:
    match day:
        case "max":
            return _("the highest {what}", what=what)
        case "min":
            return _("the lowest {what}", what=what)
        case "mean":
            return _("the mean {what}", what=what)
        case "last":
            return _("the last {what}", what=what)
        case "sum":
            return _("the sum of {what}", what=what)
    return what


def _latest(book: Rulebook, wanted: Latest, _: Words) -> str:
    what, compared = _of_a_day(book, wanted, _), _compared(book, wanted, _)
    if wanted.within is None:
        return _("at the last measurement, {what} {compared}", what=what, compared=compared)
    return _(
        "at the last measurement, within {window}, {what} {compared}", what=what, compared=compared,
        window=span_text(wanted.within, _),
    )  # fmt: skip


def _every(book: Rulebook, wanted: Every, _: Words) -> str:
    what = _of_a_day(book, wanted, _)
    return _.count(
        "on every day measured in the last {window}, at least {n}, {what} {compared}",
        "on every day measured in the last {window}, at least {n}, {what} {compared}",
        wanted.at_least, what=what, compared=_compared(book, wanted, _), window=span_text(wanted.within, _),
    )  # fmt: skip


def _units(unit: str, n: int, _: Words) -> str:
    match unit:
        case "night":
            return _.count("{n} night", "{n} nights", n)
        case "week":
            return _.count("{n} week", "{n} weeks", n)
        case "month":
            return _.count("{n} month", "{n} months", n)
        case "reading":
            return _.count("{n} reading", "{n} readings", n)
    return _.count("{n} day", "{n} days", n)


def _count(book: Rulebook, wanted: Count, _: Words) -> str:
    what, window = _of_a_day(book, wanted, _), span_text(wanted.within, _)
    compared = _compared(book, wanted, _)
    if wanted.at_most == 0 and not compared:
        return _("no {what} was measured in the last {window}", what=what, window=window)
    held = compared or _("was measured")
    if wanted.at_least is not None and wanted.at_most is not None:
        times = _("{least} to {most}", least=wanted.at_least, most=_units(wanted.each, wanted.at_most, _))
    elif wanted.at_least is not None:
        times = _("at least {limit}", limit=_units(wanted.each, wanted.at_least, _))
    else:
        times = _("at most {limit}", limit=_units(wanted.each, wanted.at_most or 0, _))
    return _("in the last {window}, {what} {held}: {times}", window=window, what=what, held=held, times=times)


def _mean(book: Rulebook, wanted: Mean, _: Words) -> str:
    return _(
        "the mean of {what} over the last {window}, of at least {days}, {compared}",
        what=_of_a_day(book, wanted, _),
        window=span_text(wanted.within, _),
        days=_units("day", wanted.at_least, _),
        compared=_compared(book, wanted, _),
    )


def _streak(book: Rulebook, wanted: Streak, _: Words) -> str:
    what, compared = _subject(book, wanted, _), _compared(book, wanted, _)
    length = _units(wanted.per, wanted.length, _)
    if wanted.per == "reading":
        return _("{length} in a row, {what} {compared}", length=length, what=what, compared=compared)
    chosen = _chosen(wanted.by, what, _)
    return _("{length} in a row, {what} {compared}", length=length, what=chosen, compared=compared)


def _slope(book: Rulebook, wanted: Slope, _: Words) -> str:
    indicator = book.catalogue.indicators.get(wanted.of[0])
    unit, decimals = unit_of(wanted, indicator, _), decimals_of(wanted, indicator)
    return _(
        "the line through {what} over the last {window}, of at least {days}, rises per {per} by {limits}",
        what=_subject(book, wanted, _),
        window=span_text(wanted.within, _),
        days=_units("day", wanted.at_least, _),
        per=span_text(wanted.per, _),
        limits=limits_text(wanted.limits, unit, decimals, _),
    )


def _change(book: Rulebook, wanted: Change, _: Words) -> str:
    window, against = span_text(wanted.within, _), span_text(wanted.against, _)
    indicator = book.catalogue.indicators.get(wanted.of[0]) if wanted.of else None
    unit = "%" if wanted.relative else unit_of(wanted, indicator, _)
    if wanted.event is not None:
        what = _("the number of {events}", events=midway(named(book.events, wanted.event, _), _))
    else:
        what = _("the mean {what}", what=indicators_named(book, wanted.of, _))
    least, limits = _least(wanted, _), wanted.limits
    if set(limits) <= {"le", "lt"} and all(limit < 0 for limit in limits.values()):
        falls = {{"le": "ge", "lt": "gt"}[name]: -limit for name, limit in limits.items()}
        return _(
            "against the {against} before, {what} of the last {window} has fallen by {limits} ({least})",
            what=what, window=window, against=against, least=least, limits=limits_text(falls, unit, 0, _),
        )  # fmt: skip
    return _(
        "against the {against} before, {what} of the last {window} has risen by {limits} ({least})",
        what=what, window=window, against=against, least=least, limits=limits_text(limits, unit, 0, _),
    )  # fmt: skip


def _least(wanted: Change, _: Words) -> str:
    if wanted.event is not None:
        return _("at least {n} before", n=wanted.at_least)
    return _("of at least {days} each", days=_units("day", wanted.at_least, _))
