"""Problems, medicines, allergies, and what the year brought."""

from collections.abc import Iterator, Sequence

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.lists import Happened, Listed
from kanglu.reporting.blocks import Block, Cell, Column, Heading, KeyValue, Prose, Span, Table
from kanglu.reporting.wording import day_short, listing

MOST = 15
_SHOWN_DAYS = 4


def care(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """What the record lists; what it does not is said to be not recorded, not to be absent."""
    yield Heading(_("Problems and medicines"))
    yield from _entries(
        _("Problem"), [one for one in summary.problems if one.current], _("Active problems: none recorded"), _
    )
    yield from _entries(
        _("Medicine"),
        [one for one in summary.medicines if one.current],
        _("Medicines taken now: none recorded"),
        _,
    )
    past = [one for one in (*summary.problems, *summary.medicines) if not one.current]
    if past:
        shown = [_past(one, _) for one in past[:MOST]]
        if len(past) > MOST:
            shown.append(_("and {n} more", n=len(past) - MOST))
        yield KeyValue(((_("Past"), listing(shown, _)),), 1)
    if not summary.allergies:
        yield Prose(_("Allergies: none recorded. That is not the same as none."), "note")
    happened = [(kind, events) for kind, events in summary.happened if events]
    if happened:
        yield Heading(_("What {year} brought", year=summary.year), 2)
        yield KeyValue(tuple((_kind(kind, _), _events(events, _)) for kind, events in happened), 1)


def _entries(head: str, entries: Sequence[Listed], none: str, _: Words) -> Iterator[Block]:
    if not entries:
        yield Prose(none)
        return
    columns = (Column(head), Column(_("Since")), Column(_("Remark")))
    yield Table(columns, tuple(_entry(one, _) for one in entries[:MOST]))
    if len(entries) > MOST:
        yield Prose(_("and {n} more", n=len(entries) - MOST), "note")


def _entry(one: Listed, _: Words) -> tuple[Cell, ...]:
    remarks = [one.note or "", "" if one.sure else _("suspected")]
    return (
        one.display,
        Span(day_short(one.since), "quiet"),
        listing([remark for remark in remarks if remark], _),
    )


def _past(one: Listed, _: Words) -> str:
    if one.until:
        return _("{name} (until {day})", name=one.display, day=day_short(one.until))
    return one.display


def _kind(kind: str, _: Words) -> str:
    return {
        "encounters": _("Visits"),
        "procedures": _("Procedures"),
        "immunizations": _("Vaccinations"),
        "reports": _("Reports"),
        "care_plans": _("Care plans"),
    }[kind]


def _events(events: Sequence[Happened], _: Words) -> str:
    shown = [_event(one, _) for one in events[:MOST]]
    if len(events) > MOST:
        shown.append(_("and {n} more", n=len(events) - MOST))
    return listing(shown, _)


def _event(one: Happened, _: Words) -> str:
    if len(one.days) > _SHOWN_DAYS:
        return _(
            "{name} ({n} times, last {day})", name=one.display, n=len(one.days), day=day_short(one.days[-1])
        )
    return _("{name} ({days})", name=one.display, days=listing([day_short(day) for day in one.days], _))
