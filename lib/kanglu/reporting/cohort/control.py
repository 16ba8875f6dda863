"""What is controlled: rates with numerator, denominator and definition, this year beside the last."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from kanglu.i18n import Words
from kanglu.insight.cohort import CohortReport, Rate
from kanglu.reporting.blocks import Advice, Block, Cell, Chart, Column, Group, Heading, Prose, Span, Table
from kanglu.reporting.charts import ChartSpec, Point, Series
from kanglu.reporting.cohort.definitions import definition
from kanglu.reporting.cohort.figures import count_cell, share_text
from kanglu.reporting.wording import NOTHING, listing


def control(cohort: CohortReport, _: Words) -> Iterator[Block]:
    """Rates and their definitions."""
    if not cohort.people:
        return
    yield Heading(_("What is controlled"))
    counting = [rate for rate in cohort.rates if rate.denominator != 0 or rate.denominator_before != 0]
    if not counting:
        yield Prose(_("Nobody in the panel has hypertension or diabetes on record and was measured."))
        return
    yield _table(counting, cohort.year, _)
    yield from _definitions(counting, _)


def _table(rates: Sequence[Rate], year: int, _: Words) -> Table:
    columns = (
        Column(_("Rate")),
        Column(_("Meet it"), "end", str(year)),
        Column(_("Of"), "end", str(year)),
        Column(_("Share"), "end", str(year)),
        Column(_("Meet it"), "end", str(year - 1)),
        Column(_("Of"), "end", str(year - 1)),
        Column(_("Share"), "end", str(year - 1)),
        Column(_("Change"), "end", _("% points")),
    )
    rows: list[tuple[Cell, ...] | Group] = []
    for topic, some in groupby(rates, lambda rate: definition(rate.definition, _).topic):
        rows.append(Group(topic))
        rows += [_row(rate, _) for rate in some]
    return Table(columns, tuple(rows), _("Rates, this year and the year before"))


def _row(rate: Rate, _: Words) -> tuple[Cell, ...]:
    return (
        definition(rate.definition, _).title,
        count_cell(rate.numerator, _),
        count_cell(rate.denominator, _),
        Span(share_text(rate.share), "strong"),
        count_cell(rate.numerator_before, _),
        count_cell(rate.denominator_before, _),
        share_text(rate.share_before),
        _points(rate),
    )


def _points(rate: Rate) -> str:
    if rate.share is None or rate.share_before is None:
        return NOTHING
    points = round(rate.share * 100, 1) - round(rate.share_before * 100, 1)
    return f"{'−' if points < -0.05 else '+' if points > 0.05 else '±'}{abs(points):.1f}"


def rates_chart(rates: Sequence[Rate], year: int, _: Words) -> Chart:
    """Shares of this year and the year before."""

    now = tuple(_point(rate.definition, rate.numerator, rate.denominator, _) for rate in rates)
    before = tuple(
        _point(rate.definition, rate.numerator_before, rate.denominator_before, _) for rate in rates
    )
    said = listing([f"{one.x}: {old.label} → {one.label}" for one, old in zip(now, before, strict=True)], _)
    title = _("Rates, {before} and {year}", before=year - 1, year=year)
    spec = ChartSpec(
        "dumbbell",
        title,
        f"{title}. {said}",
        (Series(str(year - 1), before), Series(str(year), now)),
        "%",
        y_range=(0.0, 100.0),
        size="full",
    )
    return Chart(spec, _.lang)


def _point(name: str, numerator: int | None, denominator: int | None, _: Words) -> Point:
    title = definition(name, _).title
    if numerator is None or not denominator:
        return Point(title, None, label=_("hidden"))
    share = numerator / denominator
    return Point(title, share * 100, label=f"{share_text(share)} ({numerator:,}/{denominator:,})")


def _definitions(rates: Sequence[Rate], _: Words) -> Iterator[Block]:
    yield Heading(_("Definitions"), 2)
    for rate in rates:
        worded = definition(rate.definition, _)
        said = _(": {sentence} Source: {source}", sentence=worded.sentence, source=worded.source)
        yield Advice((Span(worded.title), said), rate.definition)
    yield Prose(
        _(
            "The rules of 2017 and 2011 are quoted at second hand and have not been held against the issued "
            "texts. Pressures of one day are averaged. A value known only as above or below a limit does not "
            "count, nor does a visit with one pressure only."
        ),
        "note",
    )
