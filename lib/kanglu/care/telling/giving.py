"""What a rule answers and what it gives, in words: when it is due, what closes it, when it lapses."""

from kanglu.care.telling.conditions import tell_condition
from kanglu.care.telling.lines import (
    Line,
    channel_named,
    either,
    hours_text,
    indicators_named,
    midway,
    named,
    quoted,
    role_named,
    span_text,
)
from kanglu.catalogue.programmes import VisitClass
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Done, Gift, OnMessage, OnVisit, Trigger
from kanglu.catalogue.spans import NOTHING, Span
from kanglu.i18n import Words


def tell_trigger(book: Rulebook, on: Trigger, _: Words) -> Line:
    """What a rule answers, each time anew."""
    if on.visit is not None:
        return _visit(book, on.visit, _)
    if on.event is not None:
        return Line(_("at each: {event}", event=midway(named(book.events, on.event, _), _)))
    if on.observed:
        return Line(_("at each new value of {indicators}", indicators=indicators_named(book, on.observed, _)))
    if on.booking is not None:
        kind = on.booking.type
        what = _("booking") if kind is None else midway(named(book.events, kind, _), _)
        if on.booking.before is None:
            return Line(_("when a {booking} is made", booking=what))
        return Line(_("{span} before a {booking}", span=span_text(on.booking.before, _), booking=what))
    if on.task is not None:
        tasks = quoted((named(book.actions, code, _) for code in on.task.code), _)
        return Line(
            _(
                "{span} before {tasks} is due, while it is open",
                span=span_text(on.task.before, _),
                tasks=tasks,
            )
        )
    if on.birthday is not None:
        first, last = on.birthday.from_, on.birthday.to
        return Line(_("at each birthday from age {first} to {last}", first=first, last=last))
    if on.contact:
        outcomes = quoted((named(book.outcomes, one, _) for one in on.contact), _)
        return Line(_("at each contact with the outcome {outcomes}", outcomes=outcomes))
    assert on.message is not None
    return Line(_on_message(on.message, _))


def _on_message(message: OnMessage, _: Words) -> str:
    text = _("each time the person writes {keywords}", keywords=quoted(message.keywords, _))
    if message.at is not None:
        text = _("{what}, {hours}", what=text, hours=hours_text(message.at, _))
    if message.channel:
        channels = either((channel_named(one, _) for one in message.channel), _)
        text = _("{what}, by {channels}", what=text, channels=channels)
    return text


def _visit(book: Rulebook, visit: OnVisit, _: Words) -> Line:
    """A visit of some classes; what makes a class stands under it."""
    programme = book.programmes.get(visit.programme)
    shown = quoted([named(book.programmes, visit.programme, _)], _)
    classes = () if programme is None else programme.classes
    meant = [one for one in classes if one.id in visit.class_]
    if not visit.class_:
        text = _("at each visit of {programme}", programme=shown)
    else:
        names = quoted((_.name(one.name) for one in meant), _)
        text = _("at each visit of {programme} that is {classes}", programme=shown, classes=names)
    if visit.streak.le == 0:
        text = _("{what}, the first in a row that was not controlled", what=text)
    elif visit.streak.le is not None:
        text = _.count(
            "{what}, after at most {n} in a row that was not controlled",
            "{what}, after at most {n} in a row that were not controlled",
            visit.streak.le,
            what=text,
        )
    if visit.streak.ge:
        text = _.count(
            "{what}, after at least {n} in a row that was not controlled",
            "{what}, after at least {n} in a row that were not controlled",
            visit.streak.ge,
            what=text,
        )
    return Line(text, tuple(tell_class(book, one, _) for one in meant))


def tell_class(book: Rulebook, one: VisitClass, _: Words) -> Line:
    """A class of a programme's visits, and what makes a visit one of it."""
    return Line(_("{name} means:", name=quoted([_.name(one.name)], _)), (tell_condition(book, one.when, _),))


def tell_gift(book: Rulebook, gift: Gift, lasting: bool, _: Words) -> Line:
    """What a rule gives, with all that is said of it under it.

    Parameters
    ----------
    lasting : the rule holds for a time; else it answers something that happens.
    """
    return Line(
        _given(book, gift, _), tuple(map(Line, _about(book, gift, lasting, _))) + _steps(book, gift, _)
    )


def _given(book: Rulebook, gift: Gift, _: Words) -> str:
    match gift.kind:
        case "tag":
            return _("the tag {name}", name=quoted([named(book.tags, gift.code, _)], _))
        case "message":
            return _("the message {name} to the person", name=quoted([named(book.messages, gift.code, _)], _))
        case "journey":
            return _("the journey {name}", name=quoted([named(book.journeys, gift.code, _)], _))
    name, role = quoted([named(book.actions, gift.code, _)], _), role_named(gift.role, _)
    match gift.kind:
        case "referral":
            return _("the referral {name}, proposed to the {role}", name=name, role=role)
        case "recommendation":
            return _("the recommendation {name} to the {role}", name=name, role=role)
    return _("the task {name} for the {role}", name=name, role=role)


def _about(book: Rulebook, gift: Gift, lasting: bool, _: Words) -> list[str]:
    """When it is due, what closes it and when it lapses; priority, and what is special."""
    said = _tag(gift, _) if gift.kind == "tag" else _times(gift, lasting, _)
    if gift.kind in ("task", "referral", "recommendation") or gift.done:
        said.append(_done(book, gift, lasting, _))
    if gift.repeat is not None:
        said.append(_("given again every {span} while this goes on", span=span_text(gift.repeat, _)))
    if gift.lapses is not None and gift.kind != "message":
        said.append(_("has failed {span} after the day it was due", span=span_text(gift.lapses, _)))
    if gift.lapses is not None and gift.kind == "message":
        said.append(_("is no longer sent {span} after its day", span=span_text(gift.lapses, _)))
    if gift.again:
        said.append(_("given anew each time, even while one is open"))
    if gift.stays:
        said.append(_("stays open when the reason for it has gone"))
    if gift.channel is not None:
        said.append(_("by {channels}", channels=channel_named(gift.channel, _)))
    if gift.commercial:
        said.append(_("only for those who agreed to offers"))
    if gift.kind in ("task", "referral", "recommendation"):
        said.append(_("priority {priority} of 100", priority=gift.priority))
    return said


def _tag(gift: Gift, _: Words) -> list[str]:
    if gift.lasts is not None:
        return [_("for {span}", span=span_text(gift.lasts, _))]
    return [_("for as long as this holds")]


def _times(gift: Gift, lasting: bool, _: Words) -> list[str]:
    start = _("the day on which it begins to hold") if lasting else _("that day")
    said = []
    if gift.at != (NOTHING,):
        said.append(_("on: {days}", days=_days(gift.at, start, _)))
    if gift.kind in ("message", "journey"):
        return [*said, *([_("by {day}", day=_offset(gift.due, start, _))] if gift.due != NOTHING else [])]
    if gift.at == (NOTHING,):
        if gift.due == NOTHING:
            said.append(_("due on {day}", day=start))
        else:
            said.append(_("due {day}", day=_offset(gift.due, start, _)))
    elif gift.due != NOTHING:
        said.append(_("each due {span} later", span=span_text(gift.due, _)))
    if gift.opens is not None:
        said.append(_("may be done from {span} before it is due", span=span_text(gift.opens, _)))
    if gift.pace is not None:
        said.append(_("sooner where {times} times in the calendar year would be missed", times=gift.pace))
    if gift.soonest is not None:
        said.append(_("but not before {span} have passed", span=span_text(gift.soonest, _)))
    return said


def _days(at: tuple[Span, ...], start: str, _: Words) -> str:
    """The days of a plan's parts."""
    comma = "、" if _.lang == "zh" else ", "
    if all(span.about > 0 for span in at):
        return _("{span} after {day}", span=comma.join(span_text(span, _) for span in at), day=start)
    return comma.join(_offset(span, start, _) for span in at)


def _offset(span: Span, start: str, _: Words) -> str:
    if span == NOTHING:
        return start
    if span.about < 0:
        return _("{span} before {day}", span=span_text(span, _), day=start)
    return _("{span} after {day}", span=span_text(span, _), day=start)


def _done(book: Rulebook, gift: Gift, lasting: bool, _: Words) -> str:
    if gift.done:
        facts = ("；" if _.lang == "zh" else "; ").join(tell_done(book, one, _) for one in gift.done)
        return _("counts as done by: {facts}", facts=facts)
    if lasting:
        return _("counts as done when this no longer holds")
    return _("is closed by hand")


def tell_done(book: Rulebook, done: Done, _: Words) -> str:
    """A fact that closes a task or ends a journey."""
    if done.observed:
        return _("a new value of {indicators}", indicators=indicators_named(book, done.observed, _))
    if done.visit is not None:
        name = quoted([named(book.programmes, done.visit, _)], _)
        return _("a follow-up visit of {programme}", programme=name)
    if done.event is not None:
        return midway(named(book.events, done.event, _), _)
    if done.contact:
        outcomes = quoted((named(book.outcomes, one, _) for one in done.contact), _)
        return _("a contact with the outcome {outcomes}", outcomes=outcomes)
    if done.message is not None:
        return _("a message from the person")
    if done.booked is not None:
        return _("a {booking} made", booking=midway(named(book.events, done.booked, _), _))
    assert done.care_team is not None
    return _("a {role} put in charge", role=role_named(done.care_team, _))


def _steps(book: Rulebook, gift: Gift, _: Words) -> tuple[Line, ...]:
    """The steps of a journey, and what ends it."""
    journey = book.journeys.get(gift.code) if gift.kind == "journey" else None
    if journey is None:
        return ()
    steps = tuple(
        Line(
            _(
                "step {n}: {what}; the next after {span}",
                n=number, what=_given(book, step.gives, _), span=span_text(step.wait, _),
            )
        )
        for number, step in enumerate(journey.steps, start=1)
    )  # fmt: skip
    ends = ("；" if _.lang == "zh" else "; ").join(tell_done(book, one, _) for one in journey.stop)
    rest = (
        ()
        if journey.rest is None
        else (Line(_("not begun again within {span}", span=span_text(journey.rest, _))),)
    )
    return (*steps, Line(_("ends with: {facts}", facts=ends)), *rest)
