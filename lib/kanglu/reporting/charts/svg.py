"""Charts as plain SVG: presentation attributes only, text as text, so that a browser and Typst agree."""

from html import escape

from kanglu.i18n import Lang
from kanglu.reporting.charts.spec import ChartSpec, Spark


def to_svg(spec: ChartSpec, lang: Lang = "en") -> str:
    """The chart as an SVG element."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 150" role="img" lang="{lang}" '
        f'aria-label="{escape(spec.alt)}"></svg>'
    )


def spark_svg(spark: Spark) -> str:
    """The word-sized line as an SVG element."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 14" role="img" '
        f'aria-label="{escape(spark.alt)}"></svg>'
    )
