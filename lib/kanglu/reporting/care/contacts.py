"""Contacts and medicines on paper: who was reached how often, and how well medicines were covered."""

from collections.abc import Iterator, Mapping

from kanglu.catalogue.programmes import Barrier, Outcome
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.insight.channels import channel_text
from kanglu.insight.period import LOOK_BACK, Period
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Mark, Prose, Span, Table
from kanglu.reporting.cohort.figures import share_text
from kanglu.reporting.wording import day_short

MOST = 12
"""So many contacts are listed one by one, the newest."""


def contacts(period: Period, rules: Rulebook, _: Words) -> Iterator[Block]:
    """Calls that were tried, and what came of them."""
    found = period.contacts
    yield Heading(_("Contacts"))
    yield Prose((" " if _.lang == "en" else "").join(_counted(period, _)))
    if not found.tried:
        return
    shown = found.tried[-MOST:]
    columns = [Column(_("Day")), Column(_("How")), Column(_("Outcome"))]
    rows: list[tuple[Cell, ...]] = [
        (
            day_short(one.day.isoformat()),
            channel_text(one.channel, _),
            _named(rules.outcomes, one.outcome, _),
        )
        for one in shown
    ]
    if any(one.barrier for one in shown):
        columns.append(Column(_("What stood in the way")))
        barriers = [_named(rules.barriers, one.barrier, _) for one in shown]
        rows = [(*row, barrier) for row, barrier in zip(rows, barriers, strict=True)]
    yield Table(tuple(columns), tuple(rows))
    if len(found.tried) > MOST:
        yield Prose(_("and {n} more", n=len(found.tried) - MOST), "note")


def _named(entries: Mapping[str, Outcome] | Mapping[str, Barrier], code: str | None, _: Words) -> str:
    """What people call an outcome or a barrier; its code where the rulebook does not know it."""
    return "" if code is None else _.name(entries[code].name) if code in entries else code


def _counted(period: Period, _: Words) -> Iterator[str]:
    found = period.contacts
    if found.tried:
        yield _(
            "{reached} of {tried} contacts that were tried reached the person.",
            reached=found.reached,
            tried=len(found.tried),
        )
    else:
        yield _("No call with an outcome is recorded.")
    if found.sent:
        yield _.count("{n} message was sent.", "{n} messages were sent.", found.sent)
    if found.received:
        yield _.count("{n} message came in.", "{n} messages came in.", found.received)
    if period.visits:
        yield _.count("{n} visit is recorded.", "{n} visits are recorded.", period.visits)
    else:
        yield _("No visit is recorded.")


def medicines(period: Period, _: Words) -> Iterator[Block]:
    """How well medicines were covered by what was dispensed."""
    days = LOOK_BACK.days + 1
    if not period.medicines:
        yield Prose(
            _(
                "Days covered by medicines: not asked. No dispensing of the last {days} days is recorded.",
                days=days,
            )
        )
        return
    columns = (
        Column(_("Medicine")),
        Column(_("Dispensed"), "end", _("times")),
        Column(_("Days covered"), "end"),
        Column(_("Reading")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.medicine,
            str(one.fills),
            Span(share_text(one.share)),
            Mark(_("regular"), "ok") if one.band == "adherent" else Mark(_("with gaps"), "watch"),
        )
        for one in period.medicines
    ]
    yield Table(
        columns,
        tuple(rows),
        note=_(
            "Proportion of days covered (PDC): days with medicine at hand, of those from the first "
            "dispensing in the {days} days up to {day}; regular from 80 %.",
            days=days,
            day=_.day(period.until),
        ),
    )
