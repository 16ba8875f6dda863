"""The examples of a rule in words: who, what is known of them, and what the rule gives on the day."""

from datetime import date

from kanglu.care.telling.lines import (
    Line,
    channel_named,
    midway,
    named,
    number_text,
    quoted,
    role_named,
    span_text,
    topic_named,
)
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Example, Given, Rule
from kanglu.dates import age_on, parse_day
from kanglu.i18n import Words
from kanglu.unit_text import unit_text


def tell_example(book: Rulebook, rule: Rule, example: Example, _: Words) -> Line:
    """One example: the person and the day, the facts under it, and last what is given."""
    who = _("a woman") if example.sex == "female" else _("a man")
    age = age_on(example.born, example.as_of)
    head = _("{who}, {age} years, on {day}", who=who, age=age, day=_.day(example.as_of))
    facts = tuple(Line(_fact(book, fact, _)) for fact in example.facts)
    return Line(head, (*facts, Line(_expected(book, rule, example, _))))


def _expected(book: Rulebook, rule: Rule, example: Example, _: Words) -> str:
    if not example.gives:
        return _("then: nothing")
    shelves = {"tag": book.tags, "message": book.messages, "journey": book.journeys}
    kinds = {gift.code: gift.kind for gift in rule.gives}
    names = (named(shelves.get(kinds.get(code, "task"), book.actions), code, _) for code in example.gives)
    given = ("、" if _.lang == "zh" else ", ").join(dict.fromkeys(names))
    if example.due is None:
        return _("then: {given}", given=given)
    return _("then: {given}, due on {day}", given=given, day=_.day(example.due))


def _fact(book: Rulebook, fact: Given, _: Words) -> str:
    what = _what(book, fact, _)
    if fact.every is not None:
        span = span_text(fact.every, _)
        if fact.until is None:
            return _("{day}: {what}, and every {span} from then", day=_when(fact.on, _), what=what, span=span)
        return _(
            "{day}: {what}, and every {span} up to {last}", day=_when(fact.on, _), what=what, span=span,
            last=_when(fact.until, _),
        )  # fmt: skip
    if fact.until is not None:
        return _("{day} to {last}: {what}", day=_when(fact.on, _), last=_when(fact.until, _), what=what)
    return _("{day}: {what}", day=_when(fact.on, _), what=what)


def _when(text: str, _: Words) -> str:
    """A day, with the time where it matters."""
    day: date = parse_day(text[:10])
    return f"{_.day(day)} {text[11:16]}".rstrip()


def _what(book: Rulebook, fact: Given, _: Words) -> str:
    catalogue = book.catalogue
    if fact.observation is not None:
        return _observed(book, fact, _)
    if fact.condition is not None:
        return midway(named(catalogue.problems, fact.condition, _), _)
    if fact.medicine is not None:
        name = midway(named(catalogue.drug_classes, fact.medicine, _), _)
        return _("takes {medicine}", medicine=name)
    if fact.event is not None:
        return midway(named(book.events, fact.event, _), _)
    if fact.visit is not None:
        return {
            "clinic": _("follow-up visit at the clinic"),
            "home": _("follow-up visit at home"),
            "phone": _("follow-up visit by phone"),
        }[fact.visit]
    if fact.programme is not None:
        name = quoted([named(book.programmes, fact.programme, _)], _)
        return _("is enrolled in {programme}", programme=name)
    return _service(book, fact, _)


def _service(book: Rulebook, fact: Given, _: Words) -> str:
    """What was said, booked and arranged."""
    if fact.message is not None:
        channel = channel_named(fact.channel or "app", _)
        return _("writes “{text}” by {channel}", text=fact.message, channel=channel)
    if fact.contact is not None:
        outcome = quoted([named(book.outcomes, fact.contact, _)], _)
        text = _("a contact with the outcome {outcomes}", outcomes=outcome)
        if fact.topic is None:
            return text
        return _("{what}, about {topic}", what=text, topic=quoted([topic_named(book, fact.topic, _)], _))
    if fact.booking is not None:
        return midway(named(book.events, fact.booking, _), _)
    if fact.care_team is not None:
        return _("a {role} put in charge", role=role_named(fact.care_team, _))
    tag = quoted([named(book.tags, str(fact.tag), _)], _)
    if fact.value is False:
        return _("tag {tag} taken away by hand", tag=tag)
    return _("tag {tag} set by hand", tag=tag)


def _observed(book: Rulebook, fact: Given, _: Words) -> str:
    indicator = book.catalogue.indicators.get(str(fact.observation))
    name = midway(named(book.catalogue.indicators, str(fact.observation), _), _)
    value = fact.value
    if isinstance(value, bool):
        shown = _("yes") if value else _("no")
    elif isinstance(value, str):
        code = None if indicator is None else indicator.codes.get(value)
        shown = value if code is None else _.name(code.name)
    elif value is None:
        return name
    else:
        unit = "" if indicator is None else unit_text(indicator.unit, _)
        shown = (
            f"{number_text(value, 0 if indicator is None else min(indicator.decimals, 1))} {unit}".rstrip()
        )
    return f"{name} {shown}"
