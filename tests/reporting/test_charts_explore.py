"""The same description as HoloViews objects."""

import holoviews as hv
import numpy as np
import pytest

from kanglu.reporting.charts import Band, ChartSpec, Event, Gap, Point, Series, to_holoviews


def test_line_chart_becomes_bands_curve_points_and_events() -> None:
    points = (
        Point(2021.5, 128.0),
        Point(2022.5, None),
        Point(2023.5, 146.0, "high"),
        Point(2025.5, 152.0, "high"),
    )
    spec = ChartSpec(
        "line", "SBP", "alt", (Series("SBP", points),), "mmHg",
        (Band(90, 139, "target"),), (Event(2023.0, "statin"), Event(2024.0, "")), (Gap(2024.0, 2025.0),),
    )  # fmt: skip
    overlay = to_holoviews(spec)
    kinds = [type(part) for part in overlay]
    assert kinds == [hv.HSpan, hv.Curve, hv.Points, hv.VLine, hv.Text, hv.Segments]
    curve = overlay.get(1).dimension_values(1)
    assert np.isnan(curve).tolist() == [False, True, False, True, False]
    assert overlay.get(2).dimension_values("level").tolist() == ["ok", "high", "high"]
    assert overlay.get(1).vdims[0].unit == "mmHg"


@pytest.mark.parametrize("kind", ["bar", "dumbbell", "stacked"])
def test_categories_become_bars(kind: str) -> None:
    series = (Series("2025", (Point("a", 1.0), Point("b", None))), Series("2026", (Point("a", 2.0),)))
    bars = to_holoviews(ChartSpec(kind, "Rates", "alt", series))  # type: ignore[arg-type]
    assert isinstance(bars, hv.Bars)
    assert bars.dimension_values("category").tolist() == ["a", "b", "a"]


def test_histogram_keeps_its_edges() -> None:
    spec = ChartSpec("histogram", "SBP", "alt", (Series("", (Point(100.0, 3.0), Point(110.0, 5.0))),), "mmHg")
    histogram = to_holoviews(spec)
    assert histogram.edges.tolist() == [100.0, 110.0, 120.0]
    assert histogram.dimension_values("count").tolist() == [3.0, 5.0]


def test_the_time_axis_may_be_in_days() -> None:
    spec = ChartSpec(
        "line", "SBP", "alt", (Series("SBP", (Point(2024.0, 128.0), Point(2024.5, 130.0))),),
        events=(Event(2023.0, "statin"),), gaps=(Gap(2024.0, 2024.5),), x_range=(2023.0, 2025.0),
    )  # fmt: skip
    overlay = to_holoviews(spec, dates=True)
    curve = overlay.get(0)
    days = curve.dimension_values(0).astype("datetime64[D]").astype(str).tolist()
    assert days == ["2024-01-01", "2024-07-02", "2024-07-02"]
    assert np.isnan(curve.dimension_values(1)).tolist() == [False, True, False]
    assert str(overlay.get(2).data).startswith("2023-01-01")
