"""The years side by side: every indicator that any of the last years knows, by group."""

from collections.abc import Iterator
from itertools import groupby

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary, Row
from kanglu.insight.history import YearValue
from kanglu.insight.limits import Side
from kanglu.reporting.blocks import (
    Block,
    Cell,
    Column,
    Group,
    Heading,
    KeyValue,
    Mark,
    Prose,
    Span,
    Spark,
    Table,
)
from kanglu.reporting.wording import NOTHING, figure_text, level_of, level_text, limits_text
from kanglu.unit_text import unit_text

_ENOUGH_FOR_A_LINE = 3
_MEASURED = frozenset({"quantity", "ordinal"})
_HABITS = frozenset({"lifestyle", "family_history", "scales"})
_NO_BREAK = "\u00a0"


def years(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """The table of the years; nothing where no year of them knows anything."""
    if not summary.rows:
        return
    shown = _years(summary)
    yield Heading(_("The years side by side") if len(shown) > 1 else _("Measured in {year}", year=shown[0]))
    measured = [row for row in summary.rows if catalogue.indicators[row.indicator].kind in _MEASURED]
    asked = [row for row in summary.rows if row not in measured]
    rows: list[tuple[Cell, ...] | Group] = []
    for group, members in groupby(measured, key=lambda row: catalogue.indicators[row.indicator].group):
        rows.append(Group(_.name(catalogue.groups[group].name)))
        rows.extend(_row(row, len(shown), catalogue, _) for row in members)
    columns = (
        Column(_("Indicator")),
        Column(_("Unit")),
        *(Column(str(year), "end") for year in shown),
        Column(_("Reference or target")),
        Column(_("Course")),
    )
    if rows:
        yield _table(columns, rows, _)
    if any(row.limits is not None and row.limits.kind == "target" for row in measured):
        yield Prose(
            _("Where a disease sets a target, the target stands in bold, in place of the reference range."),
            "note",
        )
    habits = [row for row in asked if catalogue.indicators[row.indicator].group in _HABITS]
    for title, some in (
        (_("Habits and background"), habits),
        (_("Findings in words"), [row for row in asked if row not in habits]),
    ):
        if some:
            yield Heading(title, 2)
            yield KeyValue(tuple(_answer(row, catalogue, _) for row in some), 2)


def _years(summary: AnnualSummary) -> tuple[int, ...]:
    """The years to show: from the first that knows anything."""
    first = min(
        place for row in summary.rows for place, figure in enumerate(row.figures) if figure is not None
    )
    return summary.years[first:]


def _table(columns: tuple[Column, ...], rows: list[tuple[Cell, ...] | Group], _: Words) -> Table:
    """Without its last columns where these say nothing of any row."""
    for place in (len(columns) - 1, len(columns) - 2):
        cells = [row[place] for row in rows if not isinstance(row, Group)]
        if not any(cell.text if isinstance(cell, Span) else cell for cell in cells):
            columns = columns[:place] + columns[place + 1 :]
            rows = [row if isinstance(row, Group) else row[:place] + row[place + 1 :] for row in rows]
    return Table(
        columns,
        tuple(rows),
        note=_(
            "↑ above, ↓ below the range; – not measured. The last value of a year; of blood pressure, "
            "pulse and wearables the median of the year, with the number of readings as ×n."
        ),
    )


def _answer(row: Row, catalogue: Catalogue, _: Words) -> tuple[str, Cell]:
    """The last answer to a question, with its year."""
    indicator = catalogue.indicators[row.indicator]
    figure, side = next(
        (figure, side)
        for figure, side in zip(reversed(row.figures), reversed(row.sides), strict=True)
        if figure
    )
    text = _("{value} ({day})", value=figure_text(indicator, figure, _), day=figure.year)
    level = level_of(side)
    return _.name(indicator.name), text if level == "ok" else Mark(text, level, level_text(level, _))


def _row(row: Row, shown: int, catalogue: Catalogue, _: Words) -> tuple[Cell, ...]:
    indicator = catalogue.indicators[row.indicator]
    places = range(len(row.figures))[-shown:]
    cells = (_cell(row, place, catalogue, _) for place in places)
    limits = limits_text(indicator, row.limits, _)
    target = row.limits is not None and row.limits.kind == "target"
    return (
        _.name(indicator.name),
        Span(unit_text(indicator.unit, _), "quiet"),
        *cells,
        Span(limits, "strong" if target else "quiet"),
        _spark(row, _.name(indicator.name)) if indicator.kind == "quantity" else "",
    )


def _cell(row: Row, place: int, catalogue: Catalogue, _: Words) -> Cell:
    figure, side = row.figures[place], row.sides[place]
    if figure is None:
        return Mark(NOTHING, "missing", _("not measured"))
    return _marked(figure, side, figure_text(catalogue.indicators[row.indicator], figure, _), _)


def _marked(figure: YearValue, side: Side, text: str, _: Words) -> Cell:
    if figure.how == "median":
        text = f"{text}{_NO_BREAK}×{figure.n}"
    level = level_of(side)
    return text if level == "ok" else Mark(text, level, level_text(level, _))


def _spark(row: Row, name: str) -> Cell:
    values = tuple(
        figure.value if figure is not None and figure.comparator is None else None for figure in row.figures
    )
    if sum(value is not None for value in values) < _ENOUGH_FOR_A_LINE:
        return ""
    low, high = (row.limits.low, row.limits.high) if row.limits else (None, None)
    return Spark(values, name, low, high)
