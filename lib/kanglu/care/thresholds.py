"""The numbers of a rule or programme that may be changed: where each stands, what it is, between what limits.

A threshold's path leads to its number in the spec of its entry (`specs`), as ``when/all/0/gap/days``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Literal

from kanglu.care.specs import Owner, Value
from kanglu.care.telling.conditions import tell_condition
from kanglu.care.telling.giving import tell_gift, tell_trigger
from kanglu.care.telling.lines import (
    decimals_of,
    indicators_named,
    midway,
    named,
    number_text,
    quoted,
    span_text,
    unit_of,
)
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Age, Change, Compared, Count, Gap, Measured, Slope, Streak
from kanglu.catalogue.lint.limits import most_units
from kanglu.catalogue.lint.sites import KEYS, parts
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.reading import Path_
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Gift, Rule
from kanglu.catalogue.spans import NOTHING, Span, parse_span
from kanglu.errors import CatalogueError
from kanglu.i18n import Lang, Words, words

type Kind = Literal["number", "count", "span", "offset"]
_OLDEST, _LONGEST = 150, 3660
"""Years of age, and days of a window, beyond which a number is a slip."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that may be changed.

    Parameters
    ----------
    path : to the number in the spec.
    label : what it is, in words; `sentence` is the whole condition or gift that it stands in.
    value : a number, or a span as the catalogue writes it (``14d``).
    kind : number, count (whole), span (longer than nothing) or offset (a span that may be none).
    unit : in words, empty for counts and spans.
    low, high : the limits of a number, both included; of a span in days. None where there is none.
    decimals : with which the number is reported.
    """

    path: str
    label: str
    sentence: str
    value: Value
    kind: Kind
    unit: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int = 0

    def read(self, text: str, lang: Lang) -> Value:
        """What somebody entered, as a value. Raises `CatalogueError` in words when it cannot be one."""
        _ = words(lang)
        if self.kind in ("span", "offset"):
            return self._span(text, _)
        try:
            number = float(text.strip())
            if not isfinite(number):
                raise ValueError
        except ValueError:
            raise CatalogueError(_("“{text}” is not a number.", text=text), where=self.label) from None
        if self.kind == "count" and number != round(number):
            raise CatalogueError(_("This must be a whole number."), where=self.label)
        self._within(number, number_text, _)
        return int(number) if self.kind == "count" else number

    def _span(self, text: str, _: Words) -> str:
        try:
            span = parse_span(text.strip())
        except ValueError:
            what = _("“{text}” is not a length of time; write 14d, 2w, 6mo or 1y.", text=text)
            raise CatalogueError(what, where=self.label) from None
        if self.kind == "span" and span.about <= 0:
            raise CatalogueError(_("This must be longer than nothing."), where=self.label)
        self._within(span.about, lambda days: span_text(Span(days=round(days)), _), _)
        return str(span)

    def _within(self, number: float, shown: Any, _: Words) -> None:
        low, high = self.low, self.high
        if low is not None and high is not None and not low <= number <= high:
            what = _("This must lie between {low} and {high}.", low=shown(low), high=shown(high))
            raise CatalogueError(what, where=self.label)


def thresholds(book: Rulebook, entry: Owner, lang: Lang) -> tuple[Threshold, ...]:
    """The numbers of a rule or programme that may be changed, in the order in which it is read."""
    _ = words(lang)
    if isinstance(entry, Programme):
        return tuple(_of_programme(book, entry, _))
    return tuple(_of_rule(book, entry, _))


def _of_programme(book: Rulebook, entry: Programme, _: Words) -> Iterator[Threshold]:
    if entry.applies is not None:
        yield from _of_condition(book, entry.applies, ("applies",), _)
    for at, one in enumerate(entry.classes):
        for found in _of_condition(book, one.when, ("classes", at, "when"), _):
            named_so = quoted([_.name(one.name)], _)
            yield replace(found, sentence=_("{name}: {what}", name=named_so, what=found.sentence))


def _of_rule(book: Rulebook, rule: Rule, _: Words) -> Iterator[Threshold]:
    if rule.applies is not None:
        yield from _of_condition(book, rule.applies, ("applies",), _)
    if rule.on is not None:
        yield from _of_trigger(book, rule, _)
    if rule.when is not None:
        yield from _of_condition(book, rule.when, ("when",), _)
    for at, gift in enumerate(rule.gives):
        yield from _of_gift(book, gift, at, rule.on is None, _)


def _of_trigger(book: Rulebook, rule: Rule, _: Words) -> Iterator[Threshold]:
    on = rule.on
    assert on is not None
    sentence = tell_trigger(book, on, _).text
    if on.visit is not None:
        for name, value, label in (
            ("ge", on.visit.streak.ge, _("visits in a row before, at least")),
            ("le", on.visit.streak.le, _("visits in a row before, at most")),
        ):
            if value is not None:
                yield Threshold(f"on/visit/streak/{name}", label, sentence, value, "count", low=0, high=50)
    for path, before in (
        ("on/booking/before", None if on.booking is None else on.booking.before),
        ("on/task/before", None if on.task is None else on.task.before),
    ):
        if before is not None:
            yield _window(path, _("how long before"), sentence, before)
    if on.birthday is not None:
        first, last = on.birthday.from_, on.birthday.to
        if "from_" in on.birthday.model_fields_set:
            yield Threshold("on/birthday/from", _("from age"), sentence, first, "count", low=1, high=_OLDEST)
        yield Threshold("on/birthday/to", _("to age"), sentence, last, "count", low=1, high=_OLDEST)


def _of_gift(book: Rulebook, gift: Gift, at: int, lasting: bool, _: Words) -> Iterator[Threshold]:
    path, sentence = f"gives/{at}", tell_gift(book, gift, lasting, _).text
    if gift.at != (NOTHING,):
        for number, day in enumerate(gift.at):
            label = _("{n}. day of the plan", n=number + 1)
            yield _window(f"{path}/at/{number}", label, sentence, day, "offset")
    if "due" in gift.model_fields_set:
        yield _window(f"{path}/due", _("due after"), sentence, gift.due, "offset")
    for name, label, span in (
        ("opens", _("may be done how long before"), gift.opens),
        ("lapses", _("has failed how long after"), gift.lapses),
        ("repeat", _("given again every"), gift.repeat),
        ("lasts", _("kept for"), gift.lasts),
        ("soonest", _("not before"), gift.soonest),
    ):
        if span is not None:
            yield _window(f"{path}/{name}", label, sentence, span)
    if gift.pace is not None:
        label = _("times in the calendar year")
        yield Threshold(f"{path}/pace", label, sentence, gift.pace, "count", low=1, high=52)
    if "priority" in gift.model_fields_set:
        yield Threshold(f"{path}/priority", _("priority"), sentence, gift.priority, "count", low=0, high=100)


def _window(path: str, label: str, sentence: str, span: Span, kind: Kind = "span") -> Threshold:
    low = 0 if kind == "span" else -_LONGEST
    return Threshold(path, label, sentence, str(span), kind, low=low, high=_LONGEST)


def _of_condition(book: Rulebook, condition: asked.Condition, path: Path_, _: Words) -> Iterator[Threshold]:
    for place, part in _outermost_first(condition, path):
        sentence = tell_condition(book, part, _).text
        steps = "/".join(map(str, (*place, KEYS[type(part)])))
        yield from _of_asked(book, part.asked, steps, sentence, _)


def _outermost_first(condition: asked.Condition, path: Path_) -> list[tuple[Path_, asked.Condition]]:
    """The parts in the order in which they are read."""
    found = dict(parts(condition, path))
    return [(place, found[place]) for place in sorted(found, key=_reading_order)]


def _reading_order(path: Path_) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _of_asked(book: Rulebook, wanted: Any, path: str, sentence: str, _: Words) -> Iterator[Threshold]:
    if isinstance(wanted, Compared):
        for name, value in wanted.limits.items():
            yield _limit(book, wanted, name, value, f"{path}/{name}", sentence, _)
    if isinstance(wanted, Gap):
        what = _gap_of(book, wanted, _)
        for name, label in (
            ("days", _("days without {what}", what=what)),
            ("weeks", _("weeks without {what}", what=what)),
            ("months", _("calendar months without {what}", what=what)),
        ):
            if (length := getattr(wanted, name)) is not None:
                yield Threshold(f"{path}/{name}", label, sentence, length, "count", low=1, high=_LONGEST)
    for name, label in (
        ("within", _("looked back")), ("against", _("compared with the time before")),
        ("ahead", _("looked ahead")), ("for_", _("without a break for")),
    ):  # fmt: skip
        if isinstance(span := getattr(wanted, name, None), Span):
            yield _window(f"{path}/{name.rstrip('_')}", label, sentence, span)
    yield from _counts(wanted, path, sentence, _)


def _counts(wanted: Any, path: str, sentence: str, _: Words) -> Iterator[Threshold]:
    """How many there must be, where the condition says so."""
    most: float = 1000
    if isinstance(window := getattr(wanted, "within", None), Span):
        unit = wanted.each if isinstance(wanted, Count) else "day"
        most = 1000 if unit == "reading" else most_units(window, unit)
    said = getattr(wanted, "model_fields_set", ())
    for name, label, low in (
        ("at_least", _("how many, at least"), 1),
        ("at_most", _("how many, at most"), 0),
        ("length", _("how many in a row"), 2),
    ):
        value = getattr(wanted, name, None)
        if value is not None and name in said:
            high = 120 if name == "length" else max(most, value)
            yield Threshold(f"{path}/{name}", label, sentence, value, "count", low=low, high=high)


def _limit(
    book: Rulebook, wanted: Compared, name: str, value: float, path: str, sentence: str, _: Words
) -> Threshold:
    """A number that values are compared with."""
    if isinstance(wanted, Age):
        label = _compares(_("age"), name, _)
        return Threshold(path, label, sentence, int(value), "count", _("years of age"), low=0, high=_OLDEST)
    of: tuple[str, ...] = getattr(wanted, "of", ())
    indicator = book.catalogue.indicators.get(of[0]) if of else None
    event = getattr(wanted, "event", None)
    what = midway(named(book.events, event, _), _) if event else indicators_named(book, of, _)
    if isinstance(wanted, Change | Slope):
        what = _("change of {what}", what=what)
    unit = "%" if isinstance(wanted, Change) and wanted.relative else unit_of(wanted, indicator, _)
    low: float | None = None
    high: float | None = None
    plain = isinstance(wanted, Measured) and not isinstance(wanted, Slope)
    if plain and not (isinstance(wanted, Streak) and wanted.by == "sum") and indicator is not None:
        low, high = indicator.possible or (None, None)
        if low is not None and high is not None and wanted.unit is not None:
            low, high = None, None
    decimals = 0 if indicator is None else indicator.decimals
    return Threshold(
        path, _compares(what, name, _), sentence, value, "number", unit, low, high,
        max(decimals, decimals_of(wanted, indicator)),
    )  # fmt: skip


def _compares(what: str, name: str, _: Words) -> str:
    match name:
        case "ge":
            return _("{what}, at least", what=what)
        case "gt":
            return _("{what}, above", what=what)
        case "le":
            return _("{what}, at most", what=what)
    return _("{what}, below", what=what)


def _gap_of(book: Rulebook, gap: Gap, _: Words) -> str:
    if gap.visit is not None:
        return _(
            "a follow-up visit of {programme}", programme=quoted([named(book.programmes, gap.visit, _)], _)
        )
    if gap.event is not None:
        return midway(named(book.events, gap.event, _), _)
    return indicators_named(book, gap.of, _)
