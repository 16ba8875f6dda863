"""A sentence and those that stand under it; and the small words they are made of: names, spans, limits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kanglu.catalogue import Indicator
from kanglu.catalogue.criteria import Compared, Hours
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.spans import Span
from kanglu.i18n import Words
from kanglu.unit_text import unit_text


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, with the sentences under it: a condition of several parts lists them there."""

    text: str
    parts: "tuple[Line, ...]" = ()

    @property
    def flat(self) -> str:
        """All of it in one line."""
        if not self.parts:
            return self.text
        return f"{self.text} ({'; '.join(part.flat for part in self.parts)})"

    def walk(self) -> "Iterator[tuple[int, Line]]":
        """This line and all under it, each with how deep it lies."""
        yield 0, self
        for part in self.parts:
            yield from ((deep + 1, line) for deep, line in part.walk())

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"text": self.text, "parts": [part.to_data() for part in self.parts]}


def midway(name: str, _: Words) -> str:
    """A name as it stands within a sentence: English ones lose their capital, abbreviations keep it."""
    if _.lang == "en" and name[:1].isupper() and (name[1:2].islower() or name[1:2] == " "):
        return name[0].lower() + name[1:]
    return name


def either(names: Iterable[str], _: Words) -> str:
    """Names of which any will do."""
    listed = list(dict.fromkeys(names))
    if len(listed) < 2:
        return "".join(listed)
    comma = "、" if _.lang == "zh" else ", "
    return _("{names} or {last}", names=comma.join(listed[:-1]), last=listed[-1])


def quoted(names: Iterable[str], _: Words) -> str:
    """Words in quotation marks, of which any will do."""
    return either((f"“{name}”" for name in names), _)


def named(shelf: Mapping[str, Any], code: str, _: Words) -> str:
    """What people call an entry; its id where the rulebook does not hold it."""
    return _.name(shelf[code].name) if code in shelf else code


def indicators_named(book: Rulebook, of: Sequence[str], _: Words) -> str:
    """Indicators that stand for the same, as one phrase."""
    return either((midway(named(book.catalogue.indicators, name, _), _) for name in of), _)


def topic_named(book: Rulebook, code: str, _: Words) -> str:
    """What a contact was about: a message, a task or an event."""
    shelves: tuple[Mapping[str, Any], ...] = (book.messages, book.actions, book.events)
    return next((_.name(shelf[code].name) for shelf in shelves if code in shelf), code)


def channel_named(channel: str, _: Words) -> str:
    """A way to reach somebody."""
    return {
        "app": _("app"),
        "wechat": _("WeChat"),
        "sms": _("text message"),
        "voice": _("voice call"),
        "phone": _("phone"),
        "email": _("e-mail"),
        "letter": _("letter"),
        "visit": _("visit"),
        "search": _("search"),
    }.get(channel, channel)


def role_named(role: str, _: Words) -> str:
    """A member of the care team."""
    return {"manager": _("health manager"), "doctor": _("doctor"), "nurse": _("nurse")}.get(role, role)


def span_text(span: Span, _: Words) -> str:
    """A length of time: ``3 months less 7 days``; a negative one as if it were positive."""
    months, days = span.months, span.days
    if span.about < 0:
        months, days = -months, -days
    if not months:
        return _.count("{n} day", "{n} days", days)
    if months % 12:
        long = _.count("{n} month", "{n} months", months)
    else:
        long = _.count("{n} year", "{n} years", months // 12)
    if not days:
        return long
    short = _.count("{n} day", "{n} days", abs(days))
    if days < 0:
        return _("{longer} less {shorter}", longer=long, shorter=short)
    return _("{longer} and {shorter}", longer=long, shorter=short)


def hours_text(hours: Hours, _: Words) -> str:
    """A part of the day."""
    return _("between {start} and {end}", start=hours.from_, end=hours.to)


def number_text(value: float, decimals: int = 0) -> str:
    """A number with the decimals it is reported with, more where it has more: ``7.0`` and ``7.25``."""
    usual = f"{value:.{decimals}f}"
    return usual if float(usual) == value else f"{value:.10g}"


def limits_text(limits: Mapping[str, float], unit: str, decimals: int, _: Words) -> str:
    """What numbers are compared with: ``at least 140 mmHg and below 160 mmHg``."""
    said = []
    for name, limit in limits.items():
        with_unit = f"{number_text(limit, decimals)} {unit}".rstrip()
        match name:
            case "ge":
                said.append(_("at least {limit}", limit=with_unit))
            case "gt":
                said.append(_("above {limit}", limit=with_unit))
            case "le":
                said.append(_("at most {limit}", limit=with_unit))
            case _other:
                said.append(_("below {limit}", limit=with_unit))
    said.sort(key=lambda text: text.startswith(("at most", "below", "≤", "<")))
    return said[0] if len(said) == 1 else _("{first} and {second}", first=said[0], second=said[-1])


def unit_of(asked: Compared, indicator: Indicator | None, _: Words) -> str:
    """The unit of what numbers are compared with, as people write it."""
    return unit_text(asked.unit or (None if indicator is None else indicator.unit), _)


def decimals_of(asked: Compared, indicator: Indicator | None) -> int:
    """With how many decimals such values are reported."""
    known = indicator is not None and asked.unit in (None, indicator.unit)
    return min(indicator.decimals, 1) if known and indicator is not None else 0


def answers(asked: Compared, indicator: Indicator | None, _: Words) -> list[str]:
    """The answers of which one must be given, by name."""
    names = []
    for code in asked.codes:
        if isinstance(code, bool):
            names.append(_("yes") if code else _("no"))
        elif indicator is not None and code in indicator.codes:
            names.append(_.name(indicator.codes[code].name))
        else:
            names.append(code)
    return names


def compared_text(book: Rulebook, asked: Compared, of: Sequence[str], _: Words) -> str:
    """What is compared, as the end of a sentence; empty where nothing is."""
    indicator = book.catalogue.indicators.get(of[0]) if of else None
    if asked.has_numbers:
        unit, decimals = unit_of(asked, indicator, _), decimals_of(asked, indicator)
        return _("is {limits}", limits=limits_text(asked.limits, unit, decimals, _))
    if asked.codes:
        return _("is {answers}", answers=quoted(answers(asked, indicator, _), _))
    return ""
