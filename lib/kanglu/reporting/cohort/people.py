"""Who is in the panel: age and sex, and the problems they live with."""

from collections.abc import Iterator
from itertools import pairwise

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.insight.cohort import AGE_EDGES, Ages, CohortReport
from kanglu.reporting.blocks import Block, Cell, Chart, Column, Heading, Prose, Row, Table
from kanglu.reporting.charts import ChartSpec, Point, Series
from kanglu.reporting.cohort.figures import count_cell, count_text, counted_text, share_text
from kanglu.reporting.wording import listing

MOST = 12
_UPPER = dict(pairwise(AGE_EDGES))


def people(cohort: CohortReport, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Age, sex and problems."""
    if not cohort.people:
        return
    yield Heading(_("Who is in it"))
    yield Row((_age_chart(cohort.ages, cohort.people, _), _age_table(cohort.ages, _)))
    yield from _problems(cohort, catalogue, _)


def _bands(ages: Ages) -> list[tuple[int | None, tuple[int | None, ...]]]:
    """The bands from the first to the last with anybody in it."""
    inhabited = [place for place, (_low, counts) in enumerate(ages.bands) if counts[-1] != 0]
    return list(ages.bands[inhabited[0] : inhabited[-1] + 1])


def _band_text(low: int | None, _: Words) -> str:
    if low is None:
        return _("not recorded")
    upper = _UPPER[low]
    if upper == AGE_EDGES[-1]:
        return _("{age} and over", age=low)
    return f"{low}–{upper - 1}"


def _sex_text(sex: str, _: Words) -> str:
    return {"male": _("Men"), "female": _("Women")}.get(sex, _("Other or not recorded"))


def _age_chart(ages: Ages, whole: int, _: Words) -> Chart:
    points = tuple(
        Point(
            _band_text(low, _),
            None if counts[-1] is None else counts[-1] / whole * 100,
            label=_("hidden") if counts[-1] is None else share_text(counts[-1] / whole),
        )
        for low, counts in _bands(ages)
    )
    said = listing([f"{point.x}: {point.label}" for point in points], _)
    title = _("Age in years, share of all")
    spec = ChartSpec("bar", title, f"{title}. {said}", (Series("", points),), "%")
    return Chart(spec, _.lang)


def _age_table(ages: Ages, _: Words) -> Table:
    columns = (
        Column(_("Age")),
        *(Column(_sex_text(sex, _), "end") for sex in ages.sexes),
        Column(_("All"), "end"),
    )
    rows: list[tuple[Cell, ...]] = [
        (_band_text(low, _), *(count_cell(count, _) for count in counts)) for low, counts in _bands(ages)
    ]
    rows.append((_("All"), *(count_cell(count, _) for count in ages.totals)))
    return Table(columns, tuple(rows), _("People by age and sex"))


def _problems(cohort: CohortReport, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    if not cohort.problems:
        yield Prose(_("No diagnosis is recorded of anybody in the panel."))
        return
    whole = cohort.people or 1
    points = tuple(
        Point(
            _.name(catalogue.problems[name].name),
            None if n is None else n / whole * 100,
            label=counted_text(n, whole, _),
        )
        for name, n in cohort.problems[:MOST]
    )
    title = _("Problems on record at the end of the period, people and share of all")
    said = listing([f"{point.x}: {point.label}" for point in points], _)
    ends = (0.0, max([10.0, *(point.y or 0.0 for point in points)]))
    spec = ChartSpec("bar", title, f"{title}. {said}", (Series("", points),), "%", y_range=ends, size="full")
    yield Chart(spec, _.lang)
    rest = cohort.problems[MOST:]
    if rest:
        names = listing(
            [f"{_.name(catalogue.problems[name].name)} {count_text(n, _)}" for name, n in rest if n], _
        )
        if names:
            yield Prose(_("Less frequent: {names}.", names=names), "note")
    if any(n is None for _name, n in cohort.problems):
        yield Prose(
            _(
                "A problem is hidden where few people have it, or where its count differs little from "
                "another one in this report."
            ),
            "note",
        )
