"""Charts as plain SVG: presentation attributes only, text as text, so that a browser and Typst agree."""

from functools import lru_cache
from html import escape

from kanglu.i18n import Lang
from kanglu.reporting.charts.bars import bars, histogram, stacked
from kanglu.reporting.charts.lines import lines
from kanglu.reporting.charts.palette import FONT, LEVELS, TARGET
from kanglu.reporting.charts.pen import Pen
from kanglu.reporting.charts.scale import fit_range
from kanglu.reporting.charts.spec import Band, ChartSpec, Spark

_DRAW = {"line": lines, "bar": bars, "dumbbell": bars, "histogram": histogram, "stacked": stacked}
_WIDTH = {"half": 300.0, "full": 630.0}


@lru_cache(maxsize=64)  # a report asks twice: once for HTML, once for the PDF
def to_svg(spec: ChartSpec, lang: Lang = "en") -> str:
    """The chart as one SVG element, 300 (half) or 630 (full) units wide; its title is left to a caption."""
    pen = Pen(_WIDTH[spec.size])
    _DRAW[spec.kind](pen, spec)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {pen.width:g} {pen.height:g}" '
        f'width="{pen.width:g}" height="{pen.height:g}" font-family="{FONT}" font-size="10" '
        f'lang="{lang}" role="img" aria-label="{escape(spec.alt)}">{"".join(pen.marks)}</svg>'
    )


@lru_cache(maxsize=256)
def spark_svg(spark: Spark) -> str:
    """The word-sized line as one SVG element, 60 by 14 units."""
    pen = Pen(60, 14)
    known = [v for v in spark.values if v is not None]
    low, high = fit_range(known, (Band(spark.low, spark.high, ""),))
    right = 54 / max(len(spark.values) - 1, 1)

    def y(value: float) -> float:
        return min(max(12 - 10 * (value - low) / (high - low), 1), 13)

    if spark.low is not None or spark.high is not None:
        top = y(spark.high) if spark.high is not None else 1
        bottom = y(spark.low) if spark.low is not None else 13
        pen.rect(0, top, 60, max(bottom - top, 0.5), TARGET)
    run: list[tuple[float, float]] = []
    for index, value in enumerate((*spark.values, None)):
        if value is not None:
            run.append((3 + index * right, y(value)))
        elif run:
            if len(run) > 1:
                pen.path(run, LEVELS["ok"], 1.1)
            else:
                pen.dot(*run[0], 1.1, LEVELS["ok"])
            last, run = run[-1], []
    if known:
        outside = (spark.low is not None and known[-1] < spark.low) or (
            spark.high is not None and known[-1] > spark.high
        )
        pen.dot(*last, 2, LEVELS["high" if outside else "ok"])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="k-spark" viewBox="0 0 60 14" width="60" height="14" '
        f'role="img" aria-label="{escape(spark.alt)}">{"".join(pen.marks)}</svg>'
    )
