"""Charts to explore: the description of a chart as a Bokeh figure to zoom in, to point at and to save."""

from typing import TYPE_CHECKING, Any

from kanglu.reporting.charts import ChartSpec, to_holoviews
from kanglu.reporting.charts.palette import ACCENT, HAIR, QUIET, REFERENCE, SERIES, TARGET

if TYPE_CHECKING:
    import holoviews as hv


MARKERS = {
    **dict.fromkeys(("ok", "missing", "improved"), "circle"),
    "high": "triangle",
    "low": "inverted_triangle",
    "critical": "diamond",
}
"""The shapes that say a level without its colour, as on paper (`charts.pen`)."""


def figure_of(spec: ChartSpec, height: int) -> Any:
    """A line chart as a Bokeh figure whose time axis is in days; as wide as its place.

    HoloViews is loaded here, when somebody asks for the first such chart.
    """
    import holoviews as hv

    if "bokeh" not in hv.Store.loaded_backends():
        hv.extension("bokeh")
    shades = [TARGET if band.kind == "target" else REFERENCE for band in spec.bands]
    parts = _styled(to_holoviews(spec, dates=True), shades, spec.unit)
    drawn = hv.Overlay(parts).opts(
        hv.opts.Overlay(
            responsive=True,
            height=height,
            show_legend=False,
            title="",
            xlabel="",
            ylabel=f"{spec.title} {spec.unit}".strip(),
            tools=["xwheel_zoom", "xbox_zoom", "save"],
            active_tools=["xwheel_zoom", "pan"],
            toolbar="above",
            show_grid=True,
            gridstyle={"ygrid_line_color": HAIR, "xgrid_line_alpha": 0},
        )
    )
    figure = hv.render(drawn, backend="bokeh")
    figure.toolbar.logo = None
    return figure


def _styled(overlay: Any, shades: list[str], unit: str) -> "list[hv.Element]":
    """The parts in the colours of paper; each band and each line takes the next one."""
    import holoviews as hv

    bands, colours = iter(shades), iter(SERIES)
    styled = []
    for part in overlay:
        match part:
            case hv.HSpan():
                part = part.opts(color=next(bands), alpha=1, line_color="white")
            case hv.Curve():
                part = part.opts(color=next(colours, ACCENT), line_width=2)
            case hv.Points():
                tips = [("", "@year{%F}"), (part.label, f"@comparator @value {unit}".strip())]
                part = part.opts(
                    color="colour",
                    marker=hv.dim("level").categorize(MARKERS, default="square"),
                    size=8,
                    tools=["hover"],
                    hover_tooltips=tips,
                    hover_formatters={"@year": "datetime"},
                )
            case hv.VLine():
                part = part.opts(color=QUIET, line_width=1, line_dash="dashed")
            case hv.Segments():
                part = part.opts(color=QUIET, line_width=2)
            case hv.Text():
                part = part.opts(
                    text_font_size="9pt", text_align="left", text_baseline="top", text_color=QUIET
                )
        styled.append(part)
    return styled
