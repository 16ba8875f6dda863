"""Charts as HoloViews objects, for pages and for exploring: the same description, drawn interactively."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kanglu.reporting.charts.palette import LEVELS
from kanglu.reporting.charts.scale import fit_range, year_range
from kanglu.reporting.charts.spec import ChartSpec, Point, Series

if TYPE_CHECKING:
    import holoviews

_MARK = 0.05
"""Height of a mark at the time axis, as a share of the plot's."""


def to_holoviews(spec: ChartSpec, *, dates: bool = False) -> "holoviews.Element | holoviews.Overlay":
    """The chart as HoloViews elements: bands, curves broken at gaps, points, events; or bars.

    With `dates` the time axis of a line is in days of the calendar, in place of fractional years.

    Nothing is styled for a backend here beyond the plain options of elements, so that pages may add theirs;
    call `holoviews.extension` once in the process before.
    """
    if spec.kind == "line":
        return _lines(spec, _day if dates else float)
    if spec.kind == "histogram":
        return _histogram(spec)
    return _bars(spec)


def _day(year: float | str) -> np.datetime64:
    """A fractional year (see `year_at`) as its day."""
    whole = int(float(year))
    first = np.datetime64(f"{whole:04d}-01-01")
    length = (np.datetime64(f"{whole + 1:04d}-01-01") - first).astype(int)
    return first + np.timedelta64(round((float(year) - whole) * length), "D")


def _lines(spec: ChartSpec, at: Callable[[Any], Any]) -> Any:
    import holoviews as hv

    values = [p.y for s in spec.series for p in s.points if p.y is not None]
    low, high = spec.y_range or fit_range(values, spec.bands)
    parts: list[Any] = []
    for band in spec.bands:
        edges = (low if band.low is None else band.low, high if band.high is None else band.high)
        parts.append(hv.HSpan(*edges, group="Band", label=band.label))
    for series in spec.series:
        parts.extend(_series(spec, series, at))
    for event in spec.events:
        if event.label:
            parts.append(hv.VLine(at(event.x), group="Event", label=event.label))
            parts.append(hv.Text(at(event.x), high, event.label))
    if marks := [at(event.x) for event in spec.events if not event.label]:
        top = low + (high - low) * _MARK
        ends = ["year", "value", "year_too", "value_too"]
        parts.append(hv.Segments([(mark, low, mark, top) for mark in marks], ends, group="Mark"))
    years = (at(end) for end in year_range(spec))
    return hv.Overlay(parts).relabel(spec.title).redim.range(year=tuple(years), value=(low, high))


def _series(spec: ChartSpec, series: Series, at: Callable[[Any], Any]) -> list[Any]:
    import holoviews as hv

    year, value = hv.Dimension("year"), hv.Dimension("value", label=spec.title, unit=spec.unit or None)
    curve: list[tuple[Any, float]] = []
    before: float | None = None
    for point in series.points:
        x = float(point.x)
        if before is not None and any(g.start < x and g.end > before for g in spec.gaps):
            curve.append((at(x), float("nan")))
        curve.append((at(x), float("nan") if point.y is None else point.y))
        before = x
    known = [(at(p.x), p.y, p.level, p.comparator, LEVELS[p.level]) for p in series.points if p.y is not None]
    return [
        hv.Curve(curve, year, value, group="Line", label=series.name),
        hv.Points(known, [year, value], ["level", "comparator", "colour"], group="Value", label=series.name),
    ]


def _histogram(spec: ChartSpec) -> Any:
    import holoviews as hv

    points = [p for s in spec.series for p in s.points]
    edges = [float(p.x) for p in points]
    width = edges[1] - edges[0] if len(edges) > 1 else 1.0
    counts = [p.y or 0.0 for p in points]
    bins = [*edges, (edges[-1] if edges else 0.0) + width]
    kdims = [hv.Dimension("value", label=spec.title, unit=spec.unit or None)]
    return hv.Histogram((bins, counts), kdims=kdims, vdims=["count"], label=spec.title)


def _bars(spec: ChartSpec) -> Any:
    import holoviews as hv

    def row(series: Series, point: Point) -> tuple[str, str, float]:
        return (str(point.x), series.name, float("nan") if point.y is None else point.y)

    rows = [row(series, point) for series in spec.series for point in series.points]
    value = hv.Dimension("value", label=spec.title, unit=spec.unit or None)
    return hv.Bars(rows, ["category", "series"], value, label=spec.title)
