"""Charts: one description, two renderers.

A `ChartSpec` says what a chart shows. `to_svg` draws it as plain SVG for paper and HTML, in well under a
millisecond; `to_holoviews` gives HoloViews objects for pages and for exploring.
"""

from kanglu.reporting.charts.spec import (
    Band,
    ChartSpec,
    Event,
    Gap,
    Level,
    Point,
    Series,
    Spark,
    year_at,
)

__all__ = [
    "Band",
    "ChartSpec",
    "Event",
    "Gap",
    "Level",
    "Point",
    "Series",
    "Spark",
    "year_at",
]
