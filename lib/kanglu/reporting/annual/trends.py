"""Key indicators over the years: charts with target bands, robust slopes; then what is measured daily."""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Literal

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.glucose import Sensed
from kanglu.insight.limits import Limits
from kanglu.insight.lines import Line
from kanglu.reporting.annual import daily
from kanglu.reporting.blocks import Block, Chart, Column, Heading, Prose, Row, Table
from kanglu.reporting.charts import Band, ChartSpec, Event, Gap, Point, Series
from kanglu.reporting.wording import NOTHING, level_of, limits_text, listing, signed
from kanglu.unit_text import unit_text

MOST = 8
_TOGETHER = ("sbp", "dbp")
"""Two indicators that people read as one."""


def trends(summary: AnnualSummary, glucose: Sensed | None, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Charts of what matters most first, then the slopes."""
    chosen = _chosen(summary)
    if chosen:
        yield Heading(_("Trends"))
    charts = [_chart(lines, summary, catalogue, _) for lines in chosen]
    for pair in batched(charts, 2):
        yield Row(pair) if len(pair) == 2 else pair[0]
    slopes = [
        line
        for lines in chosen
        for line in lines
        if line.slope is not None and line.slope.slope_per_year is not None
    ]
    clear = [line for line in slopes if line.rising is not None]
    if clear:
        yield _slopes(clear, catalogue, _)
    flat = [line for line in slopes if line.rising is None]
    if flat:
        names = listing([_.name(catalogue.indicators[line.indicator].name) for line in flat], _)
        yield Prose(_("No clear trend over the years: {names}.", names=names), "note")
    if summary.pressure is not None:
        yield from daily.pressure(summary.pressure, summary.year, 2 if chosen else 1, _)
    if glucose is not None:
        yield from daily.glucose(glucose, 2 if chosen else 1, _)


def _chosen(summary: AnnualSummary) -> list[tuple[Line, ...]]:
    """The lines to draw: what is out of range or changed first; both pressures share one chart."""
    marked = [one.indicator for one in (*summary.out, *summary.changed)]
    rank = {name: place for place, name in reversed(list(enumerate(marked)))}
    by_name = {
        line.indicator: line for line in summary.lines if len({point.value for point in line.points}) > 1
    }
    together = tuple(by_name[name] for name in _TOGETHER if name in by_name)
    rest = sorted(
        (line for name, line in by_name.items() if name not in _TOGETHER),
        key=lambda line: rank.get(line.indicator, len(marked)),
    )
    groups = ([together] if together else []) + [(line,) for line in rest]
    return groups[:MOST]


def _chart(lines: Sequence[Line], summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Chart:
    years = (float(summary.years[0]), float(summary.years[-1] + 1))
    return Chart(line_chart(lines, years, catalogue, _), _.lang)


def line_chart(
    lines: Sequence[Line],
    years: tuple[float, float],
    catalogue: Catalogue,
    _: Words,
    events: Sequence[Event] = (),
    size: Literal["half", "full"] = "half",
) -> ChartSpec:
    """One chart of an indicator over the years, or of both pressures: line, target bands, events, gaps.

    Parameters
    ----------
    lines : of one unit.
    years : the ends of the time axis.
    """
    names = [_.name(catalogue.indicators[line.indicator].name) for line in lines]
    if len(lines) > 1:
        names = [_("systolic"), _("diastolic")]
    first = catalogue.indicators[lines[0].indicator]
    unit = unit_text(first.unit, _)
    return ChartSpec(
        "line",
        _("Blood pressure") if len(lines) > 1 else names[0],
        alt=_alt(lines, names, unit, catalogue, _),
        series=tuple(_series(line, name) for line, name in zip(lines, names, strict=True)),
        unit=unit,
        bands=tuple(
            band(line.limits, catalogue, line.indicator, _)
            for line in lines
            if line.limits and (line.limits.low or line.limits.high)
        ),
        events=tuple(events),
        gaps=tuple(Gap(*gap) for gap in lines[0].gaps),
        decimals=first.decimals,
        x_range=years,
        size=size,
    )


def _series(line: Line, name: str) -> Series:
    return Series(
        name,
        tuple(
            Point(
                point.at,
                point.value,
                level_of(line.limits.side(point.value)) if line.limits else "ok",
                point.comparator or "",
            )
            for point in line.points
        ),
    )


def band(limits: Limits, catalogue: Catalogue, indicator: str, _: Words) -> Band:
    text = limits_text(catalogue.indicators[indicator], limits, _)
    label = _("target {range}", range=text) if limits.kind == "target" else _("reference {range}", range=text)
    return Band(limits.low, limits.high, label, limits.kind)


def _alt(lines: Sequence[Line], names: Sequence[str], unit: str, catalogue: Catalogue, _: Words) -> str:
    """One sentence for those who cannot see the chart."""
    said = []
    for line, name in zip(lines, names, strict=True):
        indicator = catalogue.indicators[line.indicator]
        said.append(
            _(
                "{name}: {n} values, from {first} in {start} to {last} {unit} in {end}",
                name=name,
                n=len(line.points),
                first=indicator.format(line.points[0].value),
                start=int(line.points[0].at),
                last=indicator.format(line.points[-1].value),
                end=int(line.points[-1].at),
                unit=unit,
            )
        )
    return ("; " if _.lang == "en" else "；").join(said) + ("." if _.lang == "en" else "。")


def _slopes(lines: Sequence[Line], catalogue: Catalogue, _: Words) -> Table:
    rows = []
    for line in lines:
        indicator, slope = catalogue.indicators[line.indicator], line.slope
        assert slope is not None and slope.slope_per_year is not None
        digits = indicator.decimals + 1
        interval = (
            NOTHING
            if slope.low is None or slope.high is None
            else _("{start} to {end}", start=signed(slope.low, digits), end=signed(slope.high, digits))
        )
        rows.append(
            (
                _.name(indicator.name),
                unit_text(indicator.unit, _),
                signed(slope.slope_per_year, digits),
                interval,
                str(slope.n),
                _("rising") if line.rising else _("falling"),
            )
        )
    columns = (
        Column(_("Indicator")),
        Column(_("Unit")),
        Column(_("Change a year"), "end"),
        Column(_("95 % interval"), "end"),
        Column(_("Values"), "end"),
        Column(_("Reading")),
    )
    return Table(
        columns,
        tuple(rows),
        note=_(
            "Theil–Sen slope: the median of the slopes between all pairs of values, which single "
            "outliers do not move."
        ),
    )
