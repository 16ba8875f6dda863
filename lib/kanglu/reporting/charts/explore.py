"""Charts as HoloViews objects, for pages and for exploring: the same description, drawn interactively."""

from typing import TYPE_CHECKING, Any

from kanglu.reporting.charts.palette import LEVELS
from kanglu.reporting.charts.scale import fit_range, year_range
from kanglu.reporting.charts.spec import ChartSpec, Point, Series

if TYPE_CHECKING:
    import holoviews


def to_holoviews(spec: ChartSpec) -> "holoviews.Element | holoviews.Overlay":
    """The chart as HoloViews elements: bands, curves broken at gaps, points, events; or bars.

    Nothing is styled for a backend here beyond the plain options of elements, so that pages may add theirs;
    call `holoviews.extension` once in the process before.
    """
    if spec.kind == "line":
        return _lines(spec)
    if spec.kind == "histogram":
        return _histogram(spec)
    return _bars(spec)


def _lines(spec: ChartSpec) -> Any:
    import holoviews as hv

    values = [p.y for s in spec.series for p in s.points if p.y is not None]
    low, high = spec.y_range or fit_range(values, spec.bands)
    parts: list[Any] = []
    for band in spec.bands:
        edges = (low if band.low is None else band.low, high if band.high is None else band.high)
        parts.append(hv.HSpan(*edges, group="Band", label=band.label))
    for series in spec.series:
        parts.extend(_series(spec, series))
    for event in spec.events:
        parts.append(hv.VLine(event.x, group="Event", label=event.label))
        parts.append(hv.Text(event.x, high, event.label))
    return hv.Overlay(parts).relabel(spec.title).redim.range(year=year_range(spec), value=(low, high))


def _series(spec: ChartSpec, series: Series) -> list[Any]:
    import holoviews as hv

    year, value = hv.Dimension("year"), hv.Dimension("value", label=spec.title, unit=spec.unit or None)
    curve: list[tuple[float, float]] = []
    for point in series.points:
        if curve and any(g.start < float(point.x) and g.end > curve[-1][0] for g in spec.gaps):
            curve.append((float(point.x), float("nan")))
        curve.append((float(point.x), float("nan") if point.y is None else point.y))
    known = [
        (float(p.x), p.y, p.level, p.comparator, LEVELS[p.level]) for p in series.points if p.y is not None
    ]
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
