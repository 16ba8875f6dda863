"""Axes: fitted ranges, round ticks, calendar ticks, the width of a text, and labels kept apart."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil, floor, isclose, log10

from kanglu.dates import add_months, year_at
from kanglu.reporting.charts.spec import Band, ChartSpec

type Range = tuple[float, float]

# Advance widths in ems of the Latin of Noto Sans CJK, to a twentieth.
_EMS = {
    char: ems
    for ems, chars in {
        0.3: " \u00a0!',.:;Ifijl|",
        0.37: "()-[]{}°/\\rt",
        0.42: "²³",
        0.5: '"*?scvxyz',
        0.56: "#$+0123456789<=>FJLXY^_aegk~–−",
        0.61: "AESTVZ`bdhnopqu",
        0.71: "BCKPRµDGNUHOQ&",
        0.92: "Mw%Wm@—",
        1.0: "×±·÷",
    }.items()
    for char in chars
}


def text_width(text: str, size: float) -> float:
    """About how wide `text` is set at `size`: Chinese and signs a full em, Latin letters their own part."""
    return size * sum(_EMS.get(char) or (0.6 if "\u0080" <= char < "\u0250" else 1.0) for char in text)


def shorten(text: str, size: float, width: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text, size) > width - size:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap(text: str, size: float, width: float) -> list[str]:
    """`text` on one or two lines of at most `width`: broken at a space or between Chinese characters."""
    if text_width(text, size) <= width:
        return [text]
    width_of_half = min(width, text_width(text, size) / 2 + 1.2 * size)  # two lines of about one length
    line = ""
    for word in re.findall(r"[^\s\u2e80-\uffff]+\s*|.", text):
        if text_width((line + word).rstrip(), size) > width_of_half:
            break
        line += word
    rest = shorten(text[len(line) :].strip(), size, width)
    return [line.rstrip(), rest] if line else [rest]


def number(value: float, decimals: int | None) -> str:
    """A value as it is printed, with a true minus sign."""
    if decimals is None:
        text = f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    else:
        text = f"{value:.{decimals}f}"
    return text.replace("-", "−")


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """The printed values of an axis, all with the decimals that one of them needs."""
    decimals = max((len(f"{tick:g}".partition(".")[2]) for tick in ticks), default=0)
    return [number(tick, decimals) for tick in ticks]


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values (steps of 1, 2 or 5 times a power of ten) from `low` to `high`, `about` in number."""
    if not high > low:
        return [low]
    rough = (high - low) / max(about, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, floor(high / step + 1e-9) + 1)]


def fit_range(values: Sequence[float], bands: Iterable[Band] = ()) -> Range:
    """The range of a value axis: the data, the edges of bands that lie near it, and a little air.

    An edge farther from the data than the data's own span (or 0.3 of its size, for flat data) is left
    out, so that a wide band never presses the line flat. The axis goes below zero only where data does.
    """
    if not values:
        return (0.0, 1.0)
    low, high = min(values), max(values)
    span = max(high - low, 0.3 * max(abs(low), abs(high)), 1e-6)
    edges = [e for band in bands for e in (band.low, band.high) if e is not None]
    near = [e for e in edges if low - span <= e <= high + span]
    bottom, top = min([low, *near]), max([high, *near])
    air = 0.1 * max(top - bottom, 0.5 * span)
    floor_ = 0.0 if low >= 0 else bottom - air
    return (max(bottom - air, floor_) if low >= 0 else bottom - air, top + air)


def year_range(spec: ChartSpec) -> Range:
    """The time axis: as given, else the whole years around the data, or its own span if less than a year."""
    if spec.x_range:
        return spec.x_range
    xs = [float(p.x) for s in spec.series for p in s.points] + [event.x for event in spec.events]
    if not xs:
        return (0.0, 1.0)
    low, high = min(xs), max(xs)
    if 0.02 < high - low < 1.2:
        air = 0.04 * (high - low)
        return (low - air, high + air)
    return (float(floor(low)), float(max(ceil(high), floor(low) + 1)))


def day_of(year: float) -> date:
    """The day a fractional year lies in."""
    first = date(floor(year), 1, 1)
    days = (date(first.year + 1, 1, 1) - first).days
    return first + timedelta(days=min(int((year - first.year) * days + 1e-6), days - 1))


def time_ticks(low: float, high: float, room: int) -> list[tuple[float, str]]:
    """At most `room` labels on a time axis: years in their middle, months and days at their start."""
    if high - low > 1.5:
        return _year_ticks(low, high, room)
    months = (high - low) * 12
    if months > 2.5:
        step = next((s for s in (1, 2, 3, 6) if months / s <= room), 12)
        start = day_of(low)
        month = date(start.year, (start.month - 1) // step * step + 1, 1)
        ticks = []
        while year_at(month) <= high:
            ticks.append((year_at(month), f"{month:%Y-%m}"))
            month = add_months(month, step)
    else:
        days = (high - low) * 365.25
        width = next((s for s in (1, 2, 7, 14) if days / s <= room), 28)
        start = day_of(low)
        ticks = [
            (year_at(day), f"{day:%m-%d}")
            for day in (start + timedelta(days=k) for k in range(0, ceil(days) + 1, width))
        ]
    return [tick for tick in ticks if low <= tick[0] <= high]


def _year_ticks(low: float, high: float, room: int) -> list[tuple[float, str]]:
    first, last = floor(low), ceil(high) - (1 if isclose(high, ceil(high)) else 0)
    years = last - first + 1
    step = next((s for s in (1, 2, 5, 10, 20) if years / s <= room), 50)
    shown = (year for year in range(first, last + 1) if year % step == 0)
    return [(year + 0.5, str(year)) for year in shown if low <= year + 0.5 <= high]


def spread(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Label places moved apart to at least `distance`, in their order, within `low`…`high` where they fit."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = [0.0] * len(places)
    floor_ = low
    for index in order:
        moved[index] = floor_ = max(places[index], floor_)
        floor_ += distance
    ceiling = high
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - distance
    return moved
