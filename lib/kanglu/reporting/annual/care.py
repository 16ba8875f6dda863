"""Problems, medicines, allergies, and what the year brought."""

from collections.abc import Iterator, Sequence

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.lists import Happened, Listed
from kanglu.record.listed import denied
from kanglu.reporting.blocks import Block, Cell, Column, Heading, KeyValue, Prose, Span, Table
from kanglu.reporting.wording import day_in_year, day_short, kind_of_name, listing, plain_name

MOST = 15
"""So many rows of a table of problems or medicines."""
MOST_IN_LINE = 10
"""So many entries of a line."""
_SHOWN_DAYS = 4
_CIRCUMSTANCES = frozenset({"finding", "situation", "person", "social concept", "occupation", "life style"})


def care(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """What the record lists; what it does not is said to be not recorded, not to be absent."""
    yield Heading(_("Problems and medicines"))
    current = _distinct([one for one in summary.problems if one.current])
    others = [one for one in current if _circumstance(one)]
    yield from _entries(
        _("Problem"),
        [one for one in current if one not in others],
        _("Active problems: none recorded"),
        _,
    )
    yield from _entries(
        _("Medicine"),
        _distinct([one for one in summary.medicines if one.current]),
        _("Medicines taken now: none recorded"),
        _,
    )
    lines = [(_("Findings and circumstances"), _line([plain_name(one.display) for one in others], _))]
    lines += [
        (title, _line([_past(one, summary.year, _) for one in _ended(entries)], _))
        for title, entries in (
            (_("Past problems"), summary.problems),
            (_("Past medicines"), summary.medicines),
        )
    ]
    if any(text for title, text in lines):
        yield KeyValue(tuple((title, text) for title, text in lines if text), 1)
    yield from _no_allergies(summary, _)
    happened = [(kind, events) for kind, events in summary.happened if events]
    if happened:
        yield Heading(_("What {year} brought", year=summary.year), 2)
        yield KeyValue(tuple((_kind(kind, _), _events(events, _)) for kind, events in happened), 1)


def _no_allergies(summary: AnnualSummary, _: Words) -> Iterator[Block]:
    """Those there are stand on the first page."""
    none = [plain_name(one.display) for one in summary.allergies if denied(one.display)]
    if none:
        yield Prose(_("Allergies: {names}.", names=listing(none, _)))
    elif not summary.allergies:
        yield Prose(_("Allergies: none recorded. That is not the same as none."), "note")


def _distinct(entries: Sequence[Listed]) -> list[Listed]:
    """Entries whose plain names are the same, once."""
    return list({plain_name(one.display).casefold(): one for one in reversed(entries)}.values())[::-1]


def _circumstance(one: Listed) -> bool:
    """What a source lists among the problems that is none: an employment, a finding no list is made for."""
    return not one.ids and kind_of_name(one.display) in _CIRCUMSTANCES


def _ended(entries: Sequence[Listed]) -> list[Listed]:
    """What is past, that which ended last first; what holds again is left out."""
    now = {plain_name(one.display).casefold() for one in entries if one.current}
    past = _distinct([one for one in entries if not one.current])
    past = [one for one in past if plain_name(one.display).casefold() not in now]
    return sorted(past, key=lambda one: one.until or "", reverse=True)


def _line(texts: Sequence[str], _: Words) -> str:
    shown = list(texts[:MOST_IN_LINE])
    if len(texts) > MOST_IN_LINE:
        shown.append(_("and {n} more", n=len(texts) - MOST_IN_LINE))
    return listing(shown, _)


def _entries(head: str, entries: Sequence[Listed], none: str, _: Words) -> Iterator[Block]:
    if not entries:
        yield Prose(none)
        return
    shown = entries[:MOST]
    remarks = [_remark(one, _) for one in shown]
    columns = [Column(head), Column(_("Since"))]
    rows: list[tuple[Cell, ...]] = [
        (plain_name(one.display), Span(day_short(one.since), "quiet")) for one in shown
    ]
    if any(remarks):
        columns.append(Column(_("Remark")))
        rows = [(*row, remark) for row, remark in zip(rows, remarks, strict=True)]
    yield Table(tuple(columns), tuple(rows))
    if len(entries) > MOST:
        yield Prose(_("and {n} more", n=len(entries) - MOST), "note")


def _remark(one: Listed, _: Words) -> str:
    remarks = [one.note or "", "" if one.sure else _("suspected")]
    return listing([remark for remark in remarks if remark], _)


def _past(one: Listed, year: int, _: Words) -> str:
    """With the day it ended if that was in the year of the report, else with the year."""
    if not one.until:
        return plain_name(one.display)
    this_year = one.until.startswith(f"{year:04d}")
    until = day_in_year(one.until, _) if this_year else one.until[:4]
    return _("{name} (until {day})", name=plain_name(one.display), day=until)


def _kind(kind: str, _: Words) -> str:
    return {
        "encounters": _("Visits"),
        "procedures": _("Procedures"),
        "immunizations": _("Vaccinations"),
        "reports": _("Reports"),
        "care_plans": _("Care plans"),
    }[kind]


def _events(events: Sequence[Happened], _: Words) -> str:
    return _line([_event(one, _) for one in events], _)


def _event(one: Happened, _: Words) -> str:
    name, days = plain_name(one.display), [day_in_year(day, _) for day in one.days]
    if len(days) > _SHOWN_DAYS:
        return _("{name} ({n} times, last {day})", name=name, n=len(days), day=days[-1])
    return _("{name} ({days})", name=name, days=listing(days, _))
