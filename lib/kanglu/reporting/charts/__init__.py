"""Charts: one description, two renderers.

A `ChartSpec` says what a chart shows. `to_svg` draws it as plain SVG for paper and HTML, in well under a
millisecond; `to_holoviews` gives HoloViews objects for pages and for exploring.
"""

from kanglu.reporting.charts.explore import to_holoviews
from kanglu.reporting.charts.spec import (
    Band,
    ChartSpec,
    Event,
    Gap,
    Level,
    Point,
    Series,
    Spark,
)
from kanglu.reporting.charts.svg import spark_svg, to_svg

__all__ = [
    "Band",
    "ChartSpec",
    "Event",
    "Gap",
    "Level",
    "Point",
    "Series",
    "Spark",
    "spark_svg",
    "to_holoviews",
    "to_svg",
]
