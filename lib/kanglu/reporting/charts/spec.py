"""What a chart says: series, bands, events and gaps, its unit, and the words for those who cannot see it."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from kanglu.errors import ReportError

Level = Literal["ok", "watch", "high", "low", "critical", "missing", "improved", "worsened"]
Kind = Literal["line", "bar", "dumbbell", "histogram", "stacked"]

__all__ = ["Band", "ChartSpec", "Event", "Gap", "Kind", "Level", "Point", "Series", "Spark"]


@dataclass(frozen=True, slots=True)
class Point:
    """One value: `x` a fractional year (see `year_at`), a bin's lower edge or a category; `y` its number.

    `y` None says "nothing here": a line breaks there. `comparator` ("<", ">=") is printed before the value,
    `label` replaces the printed value ("63 % (120/190)").
    """

    x: float | str
    y: float | None
    level: Level = "ok"
    comparator: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        for number in (self.x, self.y):
            if isinstance(number, float) and not isfinite(number):
                raise ReportError(
                    f"A chart point ({self.x}, {self.y}) is not a number.", remedy="Pass None for no value."
                )


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together under a name, in order of x."""

    name: str
    points: tuple[Point, ...]
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A shaded range of y (of x in a histogram): a person's target or the laboratory's reference range.

    An open end is None.
    """

    low: float | None
    high: float | None
    label: str
    kind: Literal["target", "reference"] = "target"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `x` (a fractional year) and may explain the line: a new medicine.

    One without a label is of a kind that there are many of, such as visits: a mark at the time axis alone.
    """

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time without data, from `start` to `end` (fractional years): no line crosses it."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart, whatever draws it.

    Kinds
    -----
    line : values over time, y in `unit`.
    bar : one horizontal bar a category (a rate with its label).
    dumbbell : two series, two dots a category joined by a line (last year, this year).
    histogram : x is a bin's lower edge in `unit`, y a count; `x_range` gives both ends.
    stacked : parts of a whole; each series one part, y its share of the category (any scale).

    Parameters
    ----------
    alt : what the chart shows, in a sentence, for people who cannot see it. Required.
    decimals : of printed values; None prints what the number needs.
    x_range, y_range : fixed ends of the axes; otherwise fitted to data and near bands.
    size : "half" (two on a line of A4) or "full" width.
    """

    kind: Kind
    title: str
    alt: str
    series: tuple[Series, ...]
    unit: str = ""
    bands: tuple[Band, ...] = ()
    events: tuple[Event, ...] = ()
    gaps: tuple[Gap, ...] = ()
    decimals: int | None = None
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    size: Literal["half", "full"] = "half"

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ReportError(
                "A chart has no text for people who cannot see it.",
                where=f"chart {self.title!r}",
                remedy="Give `alt`: one sentence that says what the chart shows.",
            )


@dataclass(frozen=True, slots=True)
class Spark:
    """A word-sized line for a table cell: values in order (None for none), target band, words for it."""

    values: tuple[float | None, ...]
    alt: str
    low: float | None = None
    high: float | None = None
