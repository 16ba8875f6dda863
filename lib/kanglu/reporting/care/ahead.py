"""What lies ahead, on paper: bookings, planned times, the days goals are due."""

from collections.abc import Iterator

from kanglu.i18n import Words
from kanglu.insight.ahead import Ahead
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Prose, Span, Table
from kanglu.reporting.wording import plain_name

MOST = 12
"""So many of what lies ahead are listed, the nearest."""


def ahead(found: tuple[Ahead, ...], _: Words) -> Iterator[Block]:
    """The next dates, the nearest first."""
    yield Heading(_("Next dates"))
    if not found:
        yield Prose(_("Nothing is booked or planned."))
        return
    columns = (Column(_("Day")), Column(_("What")), Column(_("Remark")))
    rows: tuple[tuple[Cell, ...], ...] = tuple(_row(one, _) for one in found[:MOST])
    yield Table(columns, rows)
    if len(found) > MOST:
        yield Prose(_("and {n} more", n=len(found) - MOST), "note")


def _row(one: Ahead, _: Words) -> tuple[Cell, ...]:
    what = plain_name(one.what) if isinstance(one.what, str) else _.name(one.what)
    day = f"{one.day.isoformat()} {one.time}".rstrip()
    return Span(day), what or _("booked"), _remark(one, _)


def _remark(one: Ahead, _: Words) -> str:
    if one.kind == "booked":
        return _("booked")
    if one.kind == "goals":
        return _("goals are due")
    if one.kind == "end":
        return _("the plan ends")
    if one.until is None or one.until == one.day:
        return _("planned")
    return _("planned, possible until {day}", day=one.until.isoformat())
