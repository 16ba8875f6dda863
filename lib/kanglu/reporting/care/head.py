"""The head of a report on some of a person's days: whom it is about, and the days that count."""

from collections.abc import Iterator
from datetime import date

from kanglu.i18n import Words
from kanglu.insight.period import Period
from kanglu.reporting.blocks import Block, Callout, Cover
from kanglu.reporting.wording import sex_text


def cover(period: Period, title: str, version: str, _: Words) -> Cover:
    """The masthead, and what stands on every page."""
    person = period.person
    age = _("not recorded") if period.age is None else _("{age} years", age=period.age)
    return Cover(
        title=title,
        subtitle=person.name or _("name not recorded"),
        items=(
            (_("Record number"), person.record_number),
            (_("Sex"), sex_text(person.sex, _)),
            (_("Age"), age),
            (_("Period"), days_text(period.since, period.last, _)),
        ),
        institution=_("Kanglu health record"),
        cut_off=_("Data up to {day}", day=_.day(period.as_of)),
        versions=(f"Kanglu {version}", _("catalogue {revision}", revision=period.catalogue_revision)),
        lang=_.lang,
        record_number=person.record_number,
        document_title=f"{title} {person.record_number}",
    )


def days_text(first: date, last: date, _: Words) -> str:
    """From one day to another."""
    return _("{first} to {last}", first=_.day(first), last=_.day(last))


def remarks(period: Period, _: Words) -> Iterator[Block]:
    """What must be known before anything is read: a death, a time that is not over."""
    died = period.person.death_date
    if period.person.deceased:
        title = _("This person died on {day}", day=_.day(died)) if died else _("This person has died")
        yield Callout(title, (), "missing")
    elif period.until < period.last:
        yield Callout(
            _("Not over yet: only the days up to {day} count", day=_.day(period.until)), (), "watch"
        )
