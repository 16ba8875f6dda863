"""Charts of categories and distributions: bars, dumbbells, histograms, parts of a whole."""

from kanglu.reporting.charts.palette import (
    ACCENT,
    ACCENT_LIGHT,
    FAINT,
    HAIR,
    INK,
    LEVELS,
    QUIET,
    SHARES,
    TARGET,
)
from kanglu.reporting.charts.pen import Pen, Place, Scale
from kanglu.reporting.charts.scale import nice_ticks, number, shorten, text_width, wrap
from kanglu.reporting.charts.spec import ChartSpec, Point

_ROW = 19.0


def _categories(spec: ChartSpec) -> list[str]:
    """The categories of all series, in the order they first appear."""
    return list(dict.fromkeys(str(p.x) for s in spec.series for p in s.points))


def _label_column(pen: Pen, categories: list[str], share: float = 0.42) -> float:
    """How wide the category labels may be."""
    return min(max((text_width(c, 9.5) for c in categories), default=0.0), pen.width * share)


def _at_most(spec: ChartSpec) -> tuple[float, float]:
    values = [p.y for s in spec.series for p in s.points if p.y is not None]
    return spec.y_range or (min([0.0, *values]), max([*values, 0.0]) or 1.0)


def _printed(spec: ChartSpec, point: Point) -> str:
    if point.label or point.y is None:
        return point.label or "–"
    return f"{point.comparator}{number(point.y, spec.decimals)}"


def bars(pen: Pen, spec: ChartSpec) -> None:
    """Draw a `bar` chart (one series) or a `dumbbell` (two: before as a ring, after as a dot)."""
    categories = _categories(spec)
    column = _label_column(pen, categories)
    found = [{str(p.x): p for p in s.points} for s in spec.series]
    last = found[-1] if found else {}
    printed = max((text_width(_printed(spec, p), 9.5) for p in last.values()), default=0.0)
    left, right = column + 8, pen.width - printed - 8
    low, high = _at_most(spec)
    slope = (right - left) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return left + (min(max(value, low), high) - low) * slope

    top = _series_names(pen, spec, left) if spec.kind == "dumbbell" else 2.0
    limits = [(e, b.label) for b in spec.bands for e in (b.low, b.high) if e is not None and low < e < high]
    top += 12.0 if any(label for _, label in limits) else 0.0
    row = _row_height(categories, column)
    pen.height = top + row * len(categories) + 2
    for index, category in enumerate(categories):
        middle = top + row * (index + 0.5)
        _label(pen, category, column, middle)
        points = [of.get(category) for of in found]
        if spec.kind == "dumbbell":
            pen.line((left, middle), (right, middle), HAIR, 0.6)
            _dumbbell(pen, points, x, middle)
        else:
            _bar(pen, points[0], x, middle, (left, right))
        if category in last:
            pen.text(pen.width, middle + 3.4, _printed(spec, last[category]), INK, 9.5, "end", bold=True)
    for edge, label in limits:
        pen.line((x(edge), top), (x(edge), pen.height - 2), INK, 0.9, "3 2")
        if not label:
            continue
        label = shorten(label, 9, pen.width * 0.4)
        half = text_width(label, 9) / 2
        pen.text(min(max(x(edge), half), pen.width - half), top - 3, label, QUIET, 9, "middle")
    pen.line((x(max(low, 0)), top), (x(max(low, 0)), pen.height - 2), QUIET, 0.6)


def _row_height(categories: list[str], column: float) -> float:
    return 25.0 if any(len(wrap(c, 9.5, column)) > 1 for c in categories) else _ROW


def _label(pen: Pen, category: str, column: float, middle: float) -> None:
    """A category's name, right-aligned before its bar, on one line or two."""
    lines = wrap(category, 9.5, column)
    for k, line in enumerate(lines):
        pen.text(column, middle + 3.4 + 11 * (k - (len(lines) - 1) / 2), line, INK, 9.5, "end")


def _bar(pen: Pen, point: Point | None, x: Scale, middle: float, across: Place) -> None:
    """A bar on a faint track, which leads the eye from the name to the value."""
    pen.rect(across[0], middle - 4.5, across[1] - across[0], 9, FAINT)
    if point is not None and point.y is not None:
        start, end = sorted((x(0.0), x(point.y)))
        pen.rect(start, middle - 4.5, max(end - start, 0.8), 9, LEVELS[point.level])


def _dumbbell(pen: Pen, points: list[Point | None], x: Scale, middle: float) -> None:
    places = [x(p.y) if p is not None and p.y is not None else None for p in points[:2]]
    if len(places) == 2 and places[0] is not None and places[1] is not None:
        pen.line((places[0], middle), (places[1], middle), ACCENT_LIGHT, 2.5)
    if places[0] is not None:
        pen.dot(places[0], middle, 3.2, "#fff", ACCENT)
    if len(places) == 2 and places[1] is not None and points[1] is not None:
        pen.dot(places[1], middle, 3.8, LEVELS[points[1].level])


def _series_names(pen: Pen, spec: ChartSpec, left: float) -> float:
    place = left
    for index, series in enumerate(spec.series[:2]):
        name = shorten(series.name, 9, (pen.width - left) / 2 - 24)
        if index:
            pen.dot(place + 3, 6, 3.4, ACCENT)
        else:
            pen.dot(place + 3, 6, 3, "#fff", ACCENT)
        pen.text(place + 10, 9.2, name, QUIET, 9)
        place += text_width(name, 9) + 22
    return 14.0


def histogram(pen: Pen, spec: ChartSpec) -> None:
    """Draw a `histogram`: touching bars over a value axis, bands shaded behind, their labels above."""
    points = [p for s in spec.series[:1] for p in s.points if p.y is not None]
    edges = [float(p.x) for p in points]
    width = (edges[1] - edges[0] if len(edges) > 1 else 0.0) or 1.0
    low, high = spec.x_range or (min(edges, default=0.0), max(edges, default=0.0) + width)
    most = max((p.y for p in points if p.y is not None), default=0.0) or 1.0
    ticks = nice_ticks(0, most, 3)
    left = max(text_width(number(t, None), 9) for t in ticks) + 7
    right = pen.width - 6
    top = 16.0 if any(band.label for band in spec.bands) else 5.0
    bottom = top + 92
    pen.height = bottom + 17
    slope = (right - left) / ((high - low) or 1.0)
    for band in spec.bands:
        start = left + (max(low, band.low if band.low is not None else low) - low) * slope
        end = left + (min(high, band.high if band.high is not None else high) - low) * slope
        pen.rect(start, top, max(end - start, 0), bottom - top, TARGET)
        label = shorten(band.label, 9, pen.width - 8)
        half = text_width(label, 9) / 2
        middle = min(max((start + end) / 2, left + half), right - half)
        pen.text(middle, 10, label, QUIET, 9, "middle")
    for tick in ticks:
        y = bottom - tick / most * (bottom - top)
        pen.line((left, y), (right, y), HAIR, 0.5)
        pen.text(left - 5, y + 3.2, number(tick, None), QUIET, 9, "end")
    for point in points:
        height = (point.y or 0.0) / most * (bottom - top)
        start = left + (float(point.x) - low) * slope
        if height:
            pen.rect(start + 0.4, bottom - height, width * slope - 0.8, height, LEVELS[point.level])
    pen.line((left, bottom), (right, bottom), QUIET, 0.6)
    for tick in nice_ticks(low, high, 6 if spec.size == "half" else 10):
        label = number(tick, None)
        middle = min(left + (tick - low) * slope, pen.width - text_width(label, 9) / 2)
        pen.text(middle, bottom + 13, label, QUIET, 9, "middle")


def stacked(pen: Pen, spec: ChartSpec) -> None:
    """Draw parts of a whole: one bar a category, one shade a series, shares printed where they fit."""
    categories = _categories(spec)
    column = _label_column(pen, categories, 0.34)
    left, right = column + 8, pen.width - 2
    top = _shades(pen, spec, left)
    row = _row_height(categories, column)
    pen.height = top + row * len(categories) + 2
    for index, category in enumerate(categories):
        middle = top + row * (index + 0.5)
        _label(pen, category, column, middle)
        parts = [next((p for p in s.points if str(p.x) == category), None) for s in spec.series]
        whole = sum(p.y or 0.0 for p in parts if p is not None) or 1.0
        place = left
        for order, part in enumerate(parts):
            share = ((part.y or 0.0) if part is not None else 0.0) / whole
            width = share * (right - left)
            if part is None or width <= 0:
                continue
            pen.rect(place, middle - 6, max(width - 0.8, 0.4), 12, _shade(spec, order))
            printed = part.label or f"{share * 100:.0f}%"
            if text_width(printed, 9) + 4 < width:
                dark = spec.series[order].level is not None or order % len(SHARES) < 2
                colour = "#fff" if dark else INK
                pen.text(place + width / 2, middle + 3.1, printed, colour, 9, "middle")
            place += width


def _shade(spec: ChartSpec, order: int) -> str:
    level = spec.series[order].level
    return LEVELS[level] if level else SHARES[order % len(SHARES)]


def _shades(pen: Pen, spec: ChartSpec, left: float) -> float:
    """The series' names beside their shade, on as many lines as they need; answers the height taken."""
    place, line = left, 0
    for order, series in enumerate(spec.series):
        label = shorten(series.name, 9, pen.width - left - 14)
        if place > left and place + 13 + text_width(label, 9) > pen.width:
            place, line = left, line + 1
        pen.rect(place, 2.5 + 12 * line, 8, 8, _shade(spec, order))
        pen.text(place + 11.5, 9.4 + 12 * line, label, QUIET, 9)
        place += text_width(label, 9) + 22
    return 12.0 * (line + 1) + 4
