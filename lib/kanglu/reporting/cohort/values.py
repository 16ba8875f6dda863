"""How values lie, and what was not measured."""

from collections.abc import Iterator, Sequence

from kanglu.catalogue import Catalogue, Indicator
from kanglu.i18n import Words
from kanglu.insight.cohort import CohortReport, Distribution
from kanglu.insight.limits import Limits
from kanglu.reporting.blocks import Block, Cell, Chart, Column, Heading, Prose, Row, Span, Table
from kanglu.reporting.charts import Band, ChartSpec, Point, Series
from kanglu.reporting.cohort.figures import count_cell, counted_text
from kanglu.reporting.wording import NOTHING, limits_text, listing, number
from kanglu.unit_text import unit_text

_ADULT = 40
"""An age at which the ranges of adults hold."""
_BARS = 3
"""Fewer bars than these show no distribution."""


def distributions(cohort: CohortReport, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Histograms two by two, and the same in numbers."""
    measured = [one for one in cohort.distributions if one.n != 0]
    if not cohort.people or not measured:
        return
    yield Heading(_("How values lie"))
    yield Prose(
        _(
            "The last value of the year of every adult measured; bars in percent of them. The band is the "
            "reference range of adults, not a treatment target. The first and the last bar also hold what "
            "lies beyond them."
        ),
        "note",
    )
    charts = [_histogram(one, catalogue, _) for one in measured if len(one.shares) >= _BARS]
    for start in range(0, len(charts), 2):
        yield Row(tuple(charts[start : start + 2]))
    yield _numbers(measured, catalogue, _)


def _limits(indicator: str, catalogue: Catalogue) -> Limits | None:
    """The reference range of adults, where men and women share one."""
    found = catalogue.indicators[indicator].range_for(None, _ADULT)
    if found is None:
        return None
    inclusive = found.low_inclusive, found.high_inclusive
    return Limits(found.low, found.high, "reference", *inclusive, source=found.source)


def _histogram(one: Distribution, catalogue: Catalogue, _: Words) -> Chart:
    indicator = catalogue.indicators[one.indicator]
    limits = _limits(one.indicator, catalogue)
    unit = unit_text(indicator.unit, _)
    points = tuple(Point(edge, share) for edge, share in zip(one.edges, one.shares, strict=False))
    said = listing(
        [
            f"{edge:g}–{end:g}: {share:g}%"
            for edge, end, share in zip(one.edges, one.edges[1:], one.shares, strict=False)
        ],
        _,
    )
    bands: tuple[Band, ...] = ()
    if limits is not None:
        label = _("reference {range}", range=limits_text(indicator, limits, _))
        bands = (Band(limits.low, limits.high, label, "reference"),)
    name = _.name(indicator.name)
    spec = ChartSpec(
        "histogram",
        name,
        _("Share of adults by {name} ({unit}): {shares}", name=name, unit=unit, shares=said),
        (Series(name, points),),
        unit,
        bands,
        x_range=(one.edges[0], one.edges[-1]),
    )
    return Chart(spec, _.lang)


def _numbers(measured: Sequence[Distribution], catalogue: Catalogue, _: Words) -> Table:
    columns = (
        Column(_("Indicator")),
        Column(_("Unit")),
        Column(_("Adults measured"), "end"),
        Column(_("Calculated"), "end", _("of these")),
        Column(_("Median"), "end"),
        Column(_("Quartiles"), "end"),
        Column(_("Reference"), "end"),
    )
    rows = tuple(_row(one, catalogue.indicators[one.indicator], catalogue, _) for one in measured)
    return Table(
        columns,
        rows,
        _("In numbers"),
        _(
            "Calculated: BMI from height and weight of one day, eGFR from creatinine by CKD-EPI 2021, where "
            "the record states none for that day."
        ),
    )


def _row(one: Distribution, indicator: Indicator, catalogue: Catalogue, _: Words) -> tuple[Cell, ...]:
    middle, quartiles = NOTHING, NOTHING
    if one.quartiles is not None:
        low, middle, high = (number(indicator, value) for value in one.quartiles)
        quartiles = f"{low}–{high}"
    return (
        _.name(indicator.name),
        Span(unit_text(indicator.unit, _), "quiet"),
        count_cell(one.n, _),
        NOTHING if one.derived == 0 else count_cell(one.derived, _),
        middle,
        quartiles,
        Span(limits_text(indicator, _limits(one.indicator, catalogue), _), "quiet"),
    )


def missing(cohort: CohortReport, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Who was not measured, indicator by indicator."""
    if not cohort.people:
        return
    yield Heading(_("What was not measured"))
    yield Prose(
        _("People of whom nothing was recorded in the period, though a check-up would ask for it."), "note"
    )
    whole = cohort.people
    points = []
    for one in sorted(cohort.measured, key=lambda one: (one.n is None, one.n or 0)):
        absent = None if one.n is None else whole - one.n
        share = None if absent is None else absent / whole * 100
        name = _.name(catalogue.indicators[one.indicator].name)
        points.append(Point(name, share, "missing", label=counted_text(absent, whole, _)))
    title = _("Not measured, people and share of all")
    said = listing([f"{point.x}: {point.label}" for point in points], _)
    series = (Series("", tuple(points)),)
    spec = ChartSpec("bar", title, f"{title}. {said}", series, "%", y_range=(0.0, 100.0), size="full")
    yield Chart(spec, _.lang)
