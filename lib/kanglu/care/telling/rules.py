"""A whole rule, or a programme, in words."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from kanglu.care.telling.conditions import tell_condition
from kanglu.care.telling.examples import tell_example
from kanglu.care.telling.giving import tell_class, tell_gift, tell_trigger
from kanglu.care.telling.lines import Line, midway, named
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Origin, Rule
from kanglu.i18n import Lang, Words, words

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where it comes from; `checked_by` held it against the issued text, None where nobody did."""

    document: str
    clause: str | None
    checked_by: str | None
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """A rule or a programme in words.

    Parameters
    ----------
    section, id, version, name : which; a programme has no version of its own.
    programme : the name of the rule's programme.
    whom : the conditions for being concerned; everybody where there is none.
    fires : what it answers and what must hold; of a programme what makes its classes.
    gives : what it gives, each with when it is due, what closes it and when it lapses.
    because : the sentence that explains it, with ‹names› where a person's own numbers go.
    examples : name and story of each.
    """

    section: str
    id: str
    version: int | None
    name: str
    programme: str | None
    whom: Line | None
    fires: tuple[Line, ...]
    gives: tuple[Line, ...]
    because: str | None
    source: Source
    examples: tuple[tuple[str, Line], ...]

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def tell(book: Rulebook, name: str, lang: Lang) -> Told:
    """A rule in words. Raises `KeyError` where there is none of this id."""
    rule, _ = book.rules[name], words(lang)
    fires = [] if rule.on is None else [tell_trigger(book, rule.on, _)]
    if rule.when is not None:
        fires.append(tell_condition(book, rule.when, _))
    return Told(
        section="rules",
        id=rule.id,
        version=rule.version,
        name=_.name(rule.name),
        programme=None if rule.programme is None else named(book.programmes, rule.programme, _),
        whom=None if rule.applies is None else tell_condition(book, rule.applies, _),
        fires=tuple(fires),
        gives=tuple(tell_gift(book, gift, rule.on is None, _) for gift in rule.gives),
        because=_because(book, rule, _),
        source=_source(rule.source),
        examples=tuple((one.name, tell_example(book, rule, one, _)) for one in rule.examples),
    )


def tell_programme(book: Rulebook, name: str, lang: Lang) -> Told:
    """A programme in words: for whom it is, and the classes of its visits, the most severe first."""
    programme, _ = book.programmes[name], words(lang)
    return Told(
        section="programmes",
        id=programme.id,
        version=None,
        name=_.name(programme.name),
        programme=None,
        whom=None if programme.applies is None else tell_condition(book, programme.applies, _),
        fires=tuple(tell_class(book, one, _) for one in programme.classes),
        gives=_counted(programme, _),
        because=None if programme.note is None else _.name(programme.note),
        source=_source(programme.source),
        examples=(),
    )


def _counted(programme: Programme, _: Words) -> tuple[Line, ...]:
    names = [_.name(one.name) for one in programme.classes if one.id in programme.streak]
    if not names:
        return ()
    listed = ("、" if _.lang == "zh" else ", ").join(f"“{name}”" for name in names)
    return (Line(_("counted as not controlled: {classes}", classes=listed)),)


def _source(origin: Origin) -> Source:
    document = " ".join(part for part in (origin.doc, origin.part) if part)
    return Source(document, origin.clause, origin.checked_by, origin.checked_on)


def _because(book: Rulebook, rule: Rule, _: Words) -> str:
    """The sentence that explains the rule; in it ‹names› stand for a person's own."""
    known = _placeholders(_)

    def shown(brace: re.Match[str]) -> str:
        key = brace.group(1)
        if key in known:
            return f"‹{known[key]}›"
        name, is_day = key.removesuffix("_on"), key.endswith("_on")
        said = midway(named(book.catalogue.indicators, name, _), _)
        return f"‹{_('day of {what}', what=said) if is_day else said}›"

    return _BRACES.sub(shown, _.name(rule.explain))


def _placeholders(_: Words) -> Mapping[str, str]:
    return {
        "name": _("name"),
        "age": _("age"),
        "date": _("day"),
        "due": _("due day"),
        "since": _("since when"),
        "days": _("number of days"),
        "doctor": _("doctor"),
        "programme": _("programme"),
        "class": _("class of the visit"),
        "limit": _("limit"),
        "count": _("how many"),
        "quotes": _("their words"),
        "slot": _("booked day"),
        "item": _("the values"),
    }
