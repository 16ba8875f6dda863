"""Values over time: line and markers, target bands, events; nothing is drawn across a gap."""

from collections.abc import Iterator, Sequence

from kanglu.reporting.charts.palette import HAIR, INK, LEVELS, QUIET, REFERENCE, SERIES, TARGET
from kanglu.reporting.charts.pen import Pen, Place, Scale
from kanglu.reporting.charts.scale import (
    Range,
    fit_range,
    nice_ticks,
    number,
    shorten,
    spread,
    text_width,
    tick_labels,
    time_ticks,
    year_range,
)
from kanglu.reporting.charts.spec import ChartSpec, Event, Gap, Point, Series

_PLOT = 88.0
_CALM = ("ok", "missing", "improved")
_MANY = 60
_TOO_MANY = 400

type _Placed = tuple[Event, int, float, str]


def lines(pen: Pen, spec: ChartSpec) -> None:
    """Draw a `line` chart."""
    known = [p.y for s in spec.series for p in s.points if p.y is not None]
    y_range = spec.y_range or fit_range(known, spec.bands)
    ticks = nice_ticks(*y_range) if known or spec.y_range else []
    ends = [_last(series) for series in spec.series]
    labels = [
        _end_label(spec, s, p, pen.width * 0.35 - 9) if p else ""
        for s, p in zip(spec.series, ends, strict=True)
    ]
    # Margins are the same from chart to chart where labels allow, so that time axes stand under one another.
    left = max([26.0, *(text_width(t, 9) + 7 for t in tick_labels(ticks))])
    right = pen.width - min(max([52.0, *(text_width(t, 10) + 9 for t in labels)]), pen.width * 0.35)
    header = _legend(pen, spec, left)
    x = _linear(year_range(spec), left, right)
    placed = _place_labels(pen, [event for event in spec.events if event.label], x)
    top = header + 11.0 * (max((row for _, row, _, _ in placed), default=-1) + 1) + 5
    bottom = top + _PLOT
    pen.height = bottom + 19
    y = _linear(y_range, bottom, top)
    _bands(pen, spec, y, (left, right), (top, bottom))
    for tick, label in zip(ticks, tick_labels(ticks), strict=True):
        pen.line((left, y(tick)), (right, y(tick)), HAIR, 0.5)
        pen.text(left - 5, y(tick) + 3.2, label, QUIET, 9, "end")
    if spec.x_range or spec.events or any(series.points for series in spec.series):
        _time_axis(pen, year_range(spec), x, bottom)
    _events(pen, spec, x, placed, header, bottom)
    for index, series in enumerate(spec.series):
        _series(pen, series, spec.gaps, x, y, SERIES[index % len(SERIES)])
    _end_labels(pen, spec, ends, labels, x, y, (top + 4, bottom + 2))


def _linear(domain: Range, start: float, stop: float) -> Scale:
    low, high = domain
    slope = (stop - start) / ((high - low) or 1.0)
    return lambda value: start + (value - low) * slope


def _last(series: Series) -> Point | None:
    return next((p for p in reversed(series.points) if p.y is not None), None)


def _value(spec: ChartSpec, point: Point) -> str:
    return point.label or f"{point.comparator}{number(point.y or 0.0, spec.decimals)}"


def _end_label(spec: ChartSpec, series: Series, point: Point, room: float) -> str:
    """The last value, after the series' name where there are several; the name gives way, never the value."""
    value = _value(spec, point)
    if len(spec.series) == 1:
        return value
    return f"{shorten(series.name, 10, room - text_width(value, 10) - 4)} {value}"


def _legend(pen: Pen, spec: ChartSpec, left: float) -> float:
    """The bands' labels with their shade, above the plot; answers the height it took."""
    place = left
    for band in spec.bands:
        if not band.label:
            continue
        room = pen.width - place - 14
        if room < 30:
            break
        label = shorten(band.label, 9, room)
        pen.rect(place, 2.5, 9, 7, TARGET if band.kind == "target" else REFERENCE)
        pen.text(place + 12.5, 9.2, label, QUIET, 9)
        place += text_width(label, 9) + 24
    return 12.0 if place > left else 0.0


def _bands(pen: Pen, spec: ChartSpec, y: Scale, across: Place, within: Place) -> None:
    top, bottom = within
    for band in sorted(spec.bands, key=lambda b: b.kind):
        upper = max(y(band.high), top) if band.high is not None else top
        lower = min(y(band.low), bottom) if band.low is not None else bottom
        if lower > upper:
            shade = TARGET if band.kind == "target" else REFERENCE
            pen.rect(across[0], upper, across[1] - across[0], lower - upper, shade)
    for edge in sorted({e for band in spec.bands for e in (band.low, band.high) if e is not None}):
        if top < y(edge) < bottom:  # where one band lies within another
            pen.line((across[0], y(edge)), (across[1], y(edge)), "#fff", 1.2)


def _time_axis(pen: Pen, years: Range, x: Scale, bottom: float) -> None:
    low, high = years
    left, right = x(low), x(high)
    pen.line((left, bottom), (right, bottom), QUIET, 0.6)
    whole = high - low > 1.5
    if whole and (high - low) <= 30:
        for year in range(int(low), int(high) + 1):
            if low <= year <= high:
                pen.line((x(year), bottom), (x(year), bottom + 3), QUIET, 0.6)
    for place, label in time_ticks(low, high, room=int((right - left) / (32 if whole else 44))):
        if not whole:
            pen.line((x(place), bottom), (x(place), bottom + 3), QUIET, 0.6)
        half = text_width(label, 9) / 2
        pen.text(min(max(x(place), left + half - 6), right), bottom + 14, label, QUIET, 9, "middle")


def _place_labels(pen: Pen, events: Sequence[Event], x: Scale) -> list[_Placed]:
    """Each event with the line (0 to 2) and middle of its label, such that none runs into another."""
    ends = [-1.0, -1.0, -1.0]
    placed = []
    for event in events:
        label = shorten(event.label, 9, pen.width * 0.6)
        half = text_width(label, 9) / 2
        middle = min(max(x(event.x), half + 1), pen.width - half - 1)
        row = next((k for k, end in enumerate(ends) if end < middle - half - 4), ends.index(min(ends)))
        ends[row] = middle + half
        placed.append((event, row, middle, label))
    return placed


def _events(
    pen: Pen,
    spec: ChartSpec,
    x: Scale,
    placed: Sequence[_Placed],
    header: float,
    bottom: float,
) -> None:
    for event in spec.events:
        if not event.label:
            pen.line((x(event.x), bottom - 5), (x(event.x), bottom), QUIET, 1.2)
    for event, row, _, _ in placed:
        pen.line((x(event.x), header + 11.0 * row + 11), (x(event.x), bottom), QUIET, 0.6, "2 2")
    for _, row, middle, label in placed:
        base = header + 11.0 * row + 9
        wide = text_width(label, 9) + 3
        pen.rect(middle - wide / 2, base - 8, wide, 10.5, "#fff")
        pen.text(middle, base, label, QUIET, 9, "middle")


def _runs(points: Sequence[Point], gaps: Sequence[Gap]) -> Iterator[list[Point]]:
    """The stretches of points that a line may join: ended by an empty value and by a gap."""
    run: list[Point] = []
    for point in points:
        across = bool(run) and any(gap.start < float(point.x) and gap.end > float(run[-1].x) for gap in gaps)
        if run and (point.y is None or across):
            yield run
            run = []
        if point.y is not None:
            run.append(point)
    if run:
        yield run


def _thin(places: list[Place], columns: int) -> list[Place]:
    """At most first, lowest, highest and last place of each of `columns` columns: same picture, less ink."""
    if len(places) <= _TOO_MANY:
        return places
    left, width = places[0][0], (places[-1][0] - places[0][0]) / columns or 1.0
    columns_of: dict[int, list[Place]] = {}
    for place in places:
        columns_of.setdefault(int((place[0] - left) / width), []).append(place)
    kept: list[Place] = []
    for column in columns_of.values():
        keep = {0, len(column) - 1}
        keep.add(min(range(len(column)), key=lambda i: column[i][1]))
        keep.add(max(range(len(column)), key=lambda i: column[i][1]))
        kept.extend(column[i] for i in sorted(keep))
    return kept


def _series(pen: Pen, series: Series, gaps: Sequence[Gap], x: Scale, y: Scale, colour: str) -> None:
    for run in _runs(series.points, gaps):
        places = [(x(float(p.x)), y(p.y)) for p in run if p.y is not None]
        if len(places) > 1:
            pen.path(_thin(places, 150), colour, 1.5 if len(places) <= _MANY else 0.9)
    many = len(series.points) > _MANY
    for point in series.points:
        if point.y is None:
            continue
        place = (x(float(point.x)), y(point.y))
        if point.level not in _CALM:
            if many:
                pen.dot(*place, 1.4, LEVELS[point.level])
            else:
                pen.sign(*place, point.level, LEVELS[point.level])
        elif not many:
            pen.dot(*place, 2.5, "#fff" if point.comparator else colour, colour)


def _end_labels(
    pen: Pen,
    spec: ChartSpec,
    ends: Sequence[Point | None],
    labels: Sequence[str],
    x: Scale,
    y: Scale,
    within: Place,
) -> None:
    calm = SERIES if len(ends) > 1 else (INK,)
    shown = [
        (p, label, calm[k % len(calm)])
        for k, (p, label) in enumerate(zip(ends, labels, strict=True))
        if p is not None
    ]
    places = spread([y(p.y or 0.0) + 3.5 for p, _, _ in shown], 11, *within)
    for (point, label, own), place in zip(shown, places, strict=True):
        colour = own if point.level in _CALM else LEVELS[point.level]
        start = x(float(point.x)) + 7
        pen.text(start, place, label, colour, 10, bold=True)
