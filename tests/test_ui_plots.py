"""Charts to zoom in: what is said of a point without its colour."""

from bokeh.models import HoverTool, Scatter

from kanglu.reporting.charts import ChartSpec, Point, Series
from kanglu.ui.plots import figure_of

LEVELS = ("ok", "high", "low", "critical", "watch")
SHAPES = ["circle", "triangle", "inverted_triangle", "diamond", "square"]


def test_a_level_has_a_shape_and_a_point_says_of_what_it_is():
    points = tuple(Point(2020.0 + at, 130.0 + at, level) for at, level in enumerate(LEVELS))
    spec = ChartSpec(
        "line", "Blood pressure", "alt",
        (Series("systolic", points), Series("diastolic", (Point(2020.0, 80.0), Point(2021.0, 82.0)))),
        "mmHg",
    )  # fmt: skip
    figure = figure_of(spec, 300)
    dots = [one for one in figure.renderers if isinstance(one.glyph, Scatter)]
    assert list(dots[0].data_source.data[dots[0].glyph.marker.field]) == SHAPES
    tips = [tool.tooltips for tool in figure.tools if isinstance(tool, HoverTool)]
    assert [said[1][0] for said in tips] == ["systolic", "diastolic"]
    assert all(said[1][1].endswith("mmHg") for said in tips)
