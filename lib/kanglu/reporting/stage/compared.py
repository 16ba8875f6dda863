"""The start of a stage beside its end."""

from collections.abc import Iterator

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.findings import Direction
from kanglu.insight.history import Reading
from kanglu.insight.limits import Side
from kanglu.insight.stage import Compared, StageSummary
from kanglu.reporting.blocks import Block, Cell, Column, Heading, KeyValue, Level, Mark, Prose, Span, Table
from kanglu.reporting.wording import (
    NOTHING,
    figure_text,
    level_of,
    level_text,
    limits_text,
    listing,
    signed,
)
from kanglu.unit_text import unit_text

_MEASURED = frozenset({"quantity", "ordinal"})
_LEVELS: dict[Direction, Level] = {"better": "improved", "worse": "worsened"}


def compared(stage: StageSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Each indicator at the start and at the end."""
    yield Heading(_("Start and end"))
    measured = [one for one in stage.compared if catalogue.indicators[one.indicator].kind in _MEASURED]
    asked = [one for one in stage.compared if one not in measured]
    if not stage.compared:
        yield Prose(_("Nothing that the summary compares was measured in this time."))
    if measured:
        columns = [
            Column(_("Indicator")),
            Column(_("Unit")),
            Column(_("At the start"), "end"),
            Column(_("At the end"), "end"),
            Column(_("Change"), "end", "%"),
            Column(_("Reference or target")),
        ]
        rows = [_row(one, catalogue, _) for one in measured]
        if any(one.verdict for one in measured):
            columns.append(Column(_("Reading")))
            verdicts = [_verdict(one.verdict, _) for one in measured]
            rows = [(*row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]
        yield Table(
            tuple(columns),
            tuple(rows),
            note=_(
                "At the start: the newest value on the first day or before it. At the end: the newest since. "
                "Of several blood pressures of a day their mean. Reading: where a change is beyond chance. "
                "↑ above, ↓ below the range; – not measured."
            ),
        )
    if asked:
        yield KeyValue(tuple(_answer(one, catalogue, _) for one in asked), 1)
    if stage.again:
        names = listing([_.name(catalogue.indicators[name].name) for name in stage.again], _)
        yield Prose(_("Goals speak of these, and they were not measured again: {names}.", names=names))


def _row(one: Compared, catalogue: Catalogue, _: Words) -> tuple[Cell, ...]:
    indicator = catalogue.indicators[one.indicator]
    return (
        _.name(indicator.name),
        Span(unit_text(indicator.unit, _), "quiet"),
        _cell(one.indicator, one.before, one.side_before, catalogue, _),
        _cell(one.indicator, one.after, one.side_after, catalogue, _),
        NOTHING if one.percent is None else signed(one.percent, 1),
        Span(
            limits_text(indicator, one.limits, _),
            "strong" if one.limits is not None and one.limits.kind == "target" else "quiet",
        ),
    )


def _answer(one: Compared, catalogue: Catalogue, _: Words) -> tuple[str, str]:
    """The answers to a question, the first and the last; one alone where there is no other."""
    indicator = catalogue.indicators[one.indicator]
    texts = [
        _("{value} ({day})", value=figure_text(indicator, reading, _), day=reading.day)
        for reading in (one.before, one.after)
        if reading is not None
    ]
    return _.name(indicator.name), " → ".join(texts)


def _cell(name: str, reading: Reading | None, side: Side, catalogue: Catalogue, _: Words) -> Cell:
    if reading is None:
        return Mark(NOTHING, "missing", _("not measured"))
    figure = figure_text(catalogue.indicators[name], reading, _)
    text = _("{value} ({day})", value=figure, day=reading.day)
    level = level_of(side)
    return text if level == "ok" else Mark(text, level, level_text(level, _))


def _verdict(verdict: Direction | None, _: Words) -> Cell:
    if verdict is None:
        return ""
    words = {"better": _("better"), "worse": _("worse"), "neither": _("changed")}[verdict]
    return Mark(words, _LEVELS[verdict]) if verdict in _LEVELS else words
