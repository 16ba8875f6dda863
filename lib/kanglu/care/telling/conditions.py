"""Conditions in words: one sentence for each kind, lists for those of several parts.

A sentence says what must be true of a person; it is the same whether it stands alone or in a list.
"""

from kanglu.care.telling.lines import (
    Line,
    channel_named,
    either,
    hours_text,
    indicators_named,
    limits_text,
    midway,
    named,
    number_text,
    quoted,
    role_named,
    span_text,
    topic_named,
)
from kanglu.care.telling.measured import measured_text
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Age, Booking, Contact, Event, Gap, Message, Visited
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words


def tell_condition(book: Rulebook, condition: asked.Condition, _: Words) -> Line:
    """A condition in words, with its parts under it."""
    match condition:
        case asked.AllOf():
            return Line(_("all of these hold:"), _parts(book, condition, _))
        case asked.AnyOf():
            return Line(_("one of these holds, or more:"), _parts(book, condition, _))
        case asked.Not():
            return _told_not(book, condition.not_, _)
        case asked.IsHeld():
            length = span_text(condition.held.for_, _)
            return Line(
                _("for at least {length} without a break:", length=length), _parts(book, condition, _)
            )
        case asked.IsOnDays():
            count, window = condition.days.at_least, span_text(condition.days.within, _)
            text = _.count(
                "on at least {n} day of the last {window}:",
                "on at least {n} days of the last {window}:",
                count,
                window=window,
            )
            return Line(text, _parts(book, condition, _))
    return Line(_leaf(book, condition, _))


def _parts(book: Rulebook, condition: asked.Condition, _: Words) -> tuple[Line, ...]:
    return tuple(tell_condition(book, part, _) for part in condition.parts)


def _told_not(book: Rulebook, condition: asked.Condition, _: Words) -> Line:
    match condition:
        case asked.AnyOf():
            return Line(_("none of these holds:"), _parts(book, condition, _))
        case asked.AllOf():
            return Line(_("these do not all hold at once:"), _parts(book, condition, _))
        case asked.IsHeld() | asked.IsOnDays() | asked.Not():
            return Line(_("this does not hold:"), (tell_condition(book, condition, _),))
    return Line(_negated(book, condition, _) or _("not so: {what}", what=_leaf(book, condition, _)))


def _leaf(book: Rulebook, condition: asked.Condition, _: Words) -> str:
    """A condition that has no parts."""
    match condition:
        case asked.IsAge():
            return _age(condition.age, _)
        case asked.IsSex():
            return _("is a woman") if condition.sex == "female" else _("is a man")
        case asked.IsEvent():
            return _event(book, condition.event, _)
        case asked.IsBooked():
            return _booked(book, condition.booking, _)
        case asked.IsContact():
            return _contact(book, condition.contact, _)
        case asked.IsMessage():
            return _message(condition.message, _)
        case asked.IsVisited():
            return _visited(book, condition.visited, _)
        case asked.IsGap():
            return _gap(book, condition.gap, _)
    return _has(book, condition, _) or measured_text(book, condition, _)


def _has(book: Rulebook, condition: asked.Condition, _: Words) -> str | None:
    """What a person has, takes or belongs to."""
    catalogue = book.catalogue
    match condition:
        case asked.HasProblem():
            return _("has {problem}", problem=midway(named(catalogue.problems, condition.problem, _), _))
        case asked.HadProblem():
            return _("has or had {problem}", problem=midway(named(catalogue.problems, condition.had, _), _))
        case asked.TakesDrug():
            return _("takes {medicine}", medicine=midway(named(catalogue.drug_classes, condition.drug, _), _))
        case asked.HasTag():
            return _("carries the tag {tag}", tag=quoted([named(book.tags, condition.tag, _)], _))
        case asked.InProgramme():
            name = quoted([named(book.programmes, condition.programme, _)], _)
            return _("is enrolled in {programme}", programme=name)
        case asked.HasCarer():
            return _("has a {role} in charge", role=role_named(condition.care_team, _))
    return None


def _negated(book: Rulebook, condition: asked.Condition, _: Words) -> str | None:
    """The opposite of a condition where there is a plain word for it."""
    catalogue = book.catalogue
    match condition:
        case asked.HasProblem():
            name = midway(named(catalogue.problems, condition.problem, _), _)
            return _("does not have {problem}, as far as is known", problem=name)
        case asked.TakesDrug():
            name = midway(named(catalogue.drug_classes, condition.drug, _), _)
            return _("takes no {medicine}, as far as is known", medicine=name)
        case asked.HasTag():
            return _("does not carry the tag {tag}", tag=quoted([named(book.tags, condition.tag, _)], _))
        case asked.InProgramme():
            name = quoted([named(book.programmes, condition.programme, _)], _)
            return _("is not enrolled in {programme}", programme=name)
        case asked.HasCarer():
            return _("has no {role} in charge", role=role_named(condition.care_team, _))
        case asked.IsEvent() if condition.event.at_least == 1:
            name, window = _event_named(book, condition.event.type, _), span_text(condition.event.within, _)
            return _("no {event} in the last {window}", event=name, window=window)
        case asked.IsBooked():
            return _not_booked(book, condition.booking, _)
        case asked.IsGap() if condition.gap.months is None:
            what, length = _lacking(book, condition.gap, _), _gap_length(condition.gap, _)
            return _("no more than {length} since the last {what}", what=what, length=length)
    return None


def _age(age: Age, _: Words) -> str:
    limits = age.limits
    if set(limits) == {"ge"}:
        return _("is {age} or older", age=number_text(limits["ge"]))
    if set(limits) == {"lt"}:
        return _("is younger than {age}", age=number_text(limits["lt"]))
    return _("the age in years is {limits}", limits=limits_text(limits, "", 0, _))


def _event_named(book: Rulebook, name: str, _: Words) -> str:
    return midway(named(book.events, name, _), _)


def _event(book: Rulebook, event: Event, _: Words) -> str:
    name, window = _event_named(book, event.type, _), span_text(event.within, _)
    if event.at_least == 1:
        return _("{event} in the last {window}", event=name, window=window)
    return _(
        "{event} in the last {window}, at least {times} times", event=name, window=window,
        times=event.at_least,
    )  # fmt: skip


def _booked(book: Rulebook, booking: Booking, _: Words) -> str:
    what = _("booking") if booking.type is None else _event_named(book, booking.type, _)
    if booking.ahead is None:
        return _("there is a {booking}", booking=what)
    return _("there is a {booking} for the next {window}", booking=what, window=span_text(booking.ahead, _))


def _not_booked(book: Rulebook, booking: Booking, _: Words) -> str:
    what = _("booking") if booking.type is None else _event_named(book, booking.type, _)
    if booking.ahead is None:
        return _("there is no {booking}", booking=what)
    return _("there is no {booking} for the next {window}", booking=what, window=span_text(booking.ahead, _))


def _contact(book: Rulebook, contact: Contact, _: Words) -> str:
    facts = []
    if contact.direction is not None:
        facts.append(_("from us") if contact.direction == "out" else _("from the person"))
    if contact.channel:
        facts.append(_("by {channels}", channels=either((channel_named(c, _) for c in contact.channel), _)))
    if contact.outcome:
        outcomes = quoted((named(book.outcomes, one, _) for one in contact.outcome), _)
        facts.append(_("with the outcome {outcomes}", outcomes=outcomes))
    if contact.topic:
        topics = quoted((topic_named(book, one, _) for one in contact.topic), _)
        facts.append(_("about {topics}", topics=topics))
    kind = ("，" if _.lang == "zh" else ", ").join(facts)
    what = _("a contact ({kind})", kind=kind) if facts else _("a contact")
    window = span_text(contact.within, _)
    if contact.at_least == 1:
        return _("{what} in the last {window}", what=what, window=window)
    return _(
        "{what} in the last {window}, at least {times} times", what=what, window=window,
        times=contact.at_least,
    )  # fmt: skip


def _message(message: Message, _: Words) -> str:
    text = _(
        "wrote or searched {keywords} in the last {window}",
        keywords=quoted(message.keywords, _),
        window=span_text(message.within, _),
    )
    if message.at is not None:
        text = _("{what}, {hours}", what=text, hours=hours_text(message.at, _))
    if message.channel:
        channels = either((channel_named(one, _) for one in message.channel), _)
        text = _("{what}, by {channels}", what=text, channels=channels)
    if message.at_least > 1:
        text = _("{what}, at least {times} times", what=text, times=message.at_least)
    return text


def _visited(book: Rulebook, visited: Visited, _: Words) -> str:
    programme = book.programmes.get(visited.programme)
    names = {} if programme is None else {one.id: _.name(one.name) for one in programme.classes}
    classes = quoted((names.get(one, one) for one in visited.class_), _)
    shown = quoted([named(book.programmes, visited.programme, _)], _)
    if visited.within is None:
        return _("the last visit of {programme} was {classes}", programme=shown, classes=classes)
    return _(
        "the last visit of {programme}, within {window}, was {classes}", programme=shown, classes=classes,
        window=span_text(visited.within, _),
    )  # fmt: skip


def _lacking(book: Rulebook, gap: Gap, _: Words) -> str:
    """What a gap has none of."""
    if gap.visit is not None:
        name = quoted([named(book.programmes, gap.visit, _)], _)
        return _("follow-up visit of {programme}", programme=name)
    if gap.event is not None:
        return _event_named(book, gap.event, _)
    return _("value of {indicators}", indicators=indicators_named(book, gap.of, _))


def _gap_length(gap: Gap, _: Words) -> str:
    if gap.days is not None:
        return _.count("{n} day", "{n} days", gap.days)
    if gap.weeks is not None:
        return _.count("{n} week", "{n} weeks", gap.weeks)
    return _.count("{n} whole calendar month", "{n} whole calendar months", gap.months or 0)


def _gap(book: Rulebook, gap: Gap, _: Words) -> str:
    what, length = _lacking(book, gap, _), _gap_length(gap, _)
    if gap.months is not None:
        return _("no {what} for {length}", what=what, length=length)
    return _("no {what} for more than {length}", what=what, length=length)
