"""What was planned for the month and kept, and what people say of taking their medicines."""

from collections.abc import Iterator

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.monthly import TAKING, Month
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Prose, Span, Table
from kanglu.reporting.care.plans import adherence_cell
from kanglu.reporting.cohort.figures import share_text
from kanglu.reporting.wording import day_text, figure_text


def adherence(month: Month, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """The share of planned times that were kept, with both numbers, and the person's own answer."""
    yield Heading(_("Adherence"))
    yield Prose(_score(month, _), "lead")
    if month.kept:
        columns = (
            Column(_("Plan")),
            Column(_("Planned")),
            Column(_("Due"), "end"),
            Column(_("Kept"), "end"),
            Column(_("Share kept"), "end"),
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                _.name(one.plan),
                _.name(one.action),
                str(one.planned),
                str(one.done),
                adherence_cell(one.done, one.planned, _),
            )
            for one in month.kept
        )
        yield Table(columns, rows)
    yield Prose(_said(month, catalogue, _))


def _score(month: Month, _: Words) -> str | tuple[str | Span, ...]:
    if not month.kept:
        return _("No plan ran in this month, so no adherence score is given.")
    if not month.planned:
        return _("Nothing that was planned is due yet, so no adherence score is given.")
    return (
        Span(_("Adherence score {share}", share=share_text(month.done / month.planned))),
        _(
            ": {done} of {planned} planned times of the month were kept.",
            done=month.done,
            planned=month.planned,
        ),
    )


def _said(month: Month, catalogue: Catalogue, _: Words) -> str:
    indicator = catalogue.indicators[TAKING]
    if month.said is None:
        return _("Taking medicines, in the person's own words: not asked.")
    return _(
        "Taking medicines, in the person's own words: {answer} ({day}).",
        answer=figure_text(indicator, month.said, _),
        day=day_text(month.said.effective, _),
    )
