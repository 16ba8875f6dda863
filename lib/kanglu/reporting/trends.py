"""A person's trends in words, charts and tables; the charts are made as those of the yearly summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kanglu.catalogue import Catalogue
from kanglu.dates import year_at
from kanglu.i18n import Words
from kanglu.insight.findings import Judged
from kanglu.insight.lines import Line, Point
from kanglu.insight.trends import Happened, Trends
from kanglu.reporting.annual.trends import line_chart
from kanglu.reporting.charts import ChartSpec, Event
from kanglu.reporting.wording import (
    day_text,
    figure_text,
    level_of,
    level_text,
    limits_text,
    number,
    plain_name,
    signed,
)
from kanglu.unit_text import unit_text


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table: its day, the indicator, the value and where it lies, all in words."""

    day: str
    name: str
    value: str
    level: str


def title(lines: Sequence[Line], catalogue: Catalogue, _: Words) -> str:
    """How a chart is called."""
    if len(lines) > 1:
        return _("Blood pressure")
    return _.name(catalogue.indicators[lines[0].indicator].name)


def chart(
    trends: Trends, lines: Sequence[Line], catalogue: Catalogue, _: Words, happened: Sequence[Happened] = ()
) -> ChartSpec | None:
    """The chart of one or both indicators over the time shown; None where nothing was measured in it.

    Parameters
    ----------
    happened : what is marked; a visit has a line without words, of which there would be too many.
    """
    some = [one for one in lines if one.points]
    if not some:
        return None
    events = [Event(year_at(one.day), event_text(one, _, short=True)) for one in happened]
    years = (year_at(trends.since), year_at(trends.until) + 0.01)
    return line_chart(some, years, catalogue, _, events, "full")


def event_text(one: Happened, _: Words, *, short: bool = False) -> str:
    """A visit or a change of medicine; `short` for a chart."""
    name = plain_name(one.what)
    if one.kind == "visit":
        return "" if short else _("Visit")
    if short:
        return f"{'+' if one.kind == 'started' else '−'}{name}"
    return (
        _("Began {medicine}", medicine=name)
        if one.kind == "started"
        else _("Ended {medicine}", medicine=name)
    )


def said(trends: Trends, lines: Sequence[Line], catalogue: Catalogue, _: Words) -> tuple[str, ...]:
    """The change in words: the last value, what exceeds noise, the trend, and where nothing was measured."""
    judged = {one.indicator: one for one in trends.judged}
    return tuple(
        sentence
        for one in lines
        for sentence in _said(one, judged.get(one.indicator), catalogue, _)
    )  # fmt: skip


def _said(line: Line, judged: Judged | None, catalogue: Catalogue, _: Words) -> Iterator[str]:
    indicator = catalogue.indicators[line.indicator]
    name, unit = _.name(indicator.name), unit_text(indicator.unit, _)
    if not line.points:
        yield _("{name}: nothing was measured in this time.", name=name)
        return
    last = line.points[-1]
    value = f"{number(indicator, last.value, last.comparator)} {unit}".strip()
    yield _("{name}: last {value} on {day}, {level}.", name=name, value=value, day=day_text(last.when, _),
            level=_level(line, last, catalogue, _))  # fmt: skip
    if judged is not None and judged.change is not None:
        yield _beyond(judged, catalogue, _)
    yield _slope(line, catalogue, _)
    for start, end in line.gaps:
        yield _("No values between {start} and {end}.", start=int(start), end=int(end))


def _level(line: Line, point: Point, catalogue: Catalogue, _: Words) -> str:
    if line.limits is None:
        return _("no range is known")
    text = limits_text(catalogue.indicators[line.indicator], line.limits, _)
    level = level_text(level_of(line.limits.side(point.value)), _)
    if line.limits.kind == "target":
        return _("{level} (target {range})", level=level, range=text)
    return _("{level} (reference {range})", level=level, range=text)


def _beyond(judged: Judged, catalogue: Catalogue, _: Words) -> str:
    change = judged.change
    assert change is not None
    indicator = catalogue.indicators[judged.indicator]
    verdict = {
        "better": _("an improvement"),
        "worse": _("a worsening"),
        "neither": _("neither better nor worse"),
    }[change.direction]
    return _(
        "Against {year} ({before}) {percent} %: more than noise would make ({noise} %), {verdict}.",
        year=change.before.year,
        before=figure_text(indicator, change.before, _),
        percent=signed(change.percent),
        noise=f"{change.noise_percent:.0f}",
        verdict=verdict,
    )


def _slope(line: Line, catalogue: Catalogue, _: Words) -> str:
    slope, indicator = line.slope, catalogue.indicators[line.indicator]
    if slope is None or slope.slope_per_year is None:
        return _("Too few years with values to speak of a trend.")
    digits, unit = indicator.decimals + 1, unit_text(indicator.unit, _)
    a_year = f"{signed(slope.slope_per_year, digits)} {unit}".strip()
    if slope.low is None or slope.high is None:
        return _("{slope} a year, of too few values for an interval.", slope=a_year)
    low, high = signed(slope.low, digits), signed(slope.high, digits)
    if line.rising is None:
        return _(
            "No clear trend: {slope} a year (95 % interval {low} to {high}).",
            slope=a_year,
            low=low,
            high=high,
        )
    reading = _("rising") if line.rising else _("falling")
    return _("{slope} a year (95 % interval {low} to {high}): {reading}.", slope=a_year, low=low, high=high,
             reading=reading)  # fmt: skip


def table(lines: Sequence[Line], catalogue: Catalogue, _: Words) -> tuple[Cell, ...]:
    """The points of a chart as a table, the newest first."""
    cells = [
        (
            point.at,
            Cell(
                point.when,
                _.name(catalogue.indicators[line.indicator].name),
                number(catalogue.indicators[line.indicator], point.value, point.comparator),
                level_text(level_of(line.limits.side(point.value)), _) if line.limits else "",
            ),
        )
        for line in lines
        for point in line.points
    ]
    return tuple(cell for _at, cell in sorted(cells, key=lambda pair: -pair[0]))
