"""Where each number came from, what was converted, and how the report is to be read."""

from collections.abc import Iterator

from kanglu.catalogue import LOINC_NOTICE, Catalogue
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.sources import Source
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Prose, Span, Table
from kanglu.reporting.wording import day_short, day_text, file_text, listing, origin_text, span_text
from kanglu.unit_text import unit_text

_SHOWN_INDICATORS = 6


def sources(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """The last section."""
    yield Heading(_("Where the numbers come from"))
    if summary.sources:
        columns = (
            Column(_("Source")),
            Column(_("Values"), "end"),
            Column(_("Days")),
            Column(_("What")),
            Column(_("Obtained")),
            Column(_("Recorded")),
        )
        yield Table(columns, tuple(_row(one, catalogue, _) for one in summary.sources))
    else:
        yield Prose(_("No measurement of {year} is recorded.", year=summary.year))
    for line in _notes(summary, catalogue, _):
        yield Prose(line, "note")


def _row(one: Source, catalogue: Catalogue, _: Words) -> tuple[Cell, ...]:
    names = [_.name(catalogue.indicators[name].name) for name in one.indicators[:_SHOWN_INDICATORS]]
    if len(one.indicators) > _SHOWN_INDICATORS:
        names.append(_("and {n} more", n=len(one.indicators) - _SHOWN_INDICATORS))
    return (
        file_text(one.file),
        str(one.n),
        Span(span_text(one.first, one.last, _), "quiet"),
        listing(names, _),
        origin_text(one.origin, _),
        Span(day_short(one.recorded), "quiet"),
    )


def _conversions(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[str]:
    """For each pair of units what was converted."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in summary.conversions:
        name = _.name(catalogue.indicators[one.indicator].name)
        pairs.setdefault((unit_text(one.stated, _), unit_text(one.unit, _)), []).append(name)
    for (stated, unit), names in pairs.items():
        yield _("{stated} to {unit} ({names})", stated=stated, unit=unit, names=listing(names, _))


def _notes(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[str]:
    if summary.conversions:
        said = ("; " if _.lang == "en" else "；").join(_conversions(summary, catalogue, _))
        yield _("Units converted: {list}.", list=said)
    if summary.unknown:
        yield _.count(
            "{n} measurement of the year has a code that the catalogue does not know: kept, not shown.",
            "{n} measurements of the year have codes that the catalogue does not know: kept, not shown.",
            summary.unknown,
        )
    if summary.later:
        yield _.count(
            "{n} measurement after {day} is not shown.",
            "{n} measurements after {day} are not shown.",
            summary.later,
            day=_.day(summary.until),
        )
    yield _(
        "Out of range: outside the reference range of the person's sex and age, or the target that a "
        "disease sets. Changed beyond chance: by more than the reference change value, which analytical and "
        "biological variation alone would exceed in fewer than 5 of 100 pairs of results."
    )
    if summary.last_recorded:
        yield _("The latest fact used was recorded on {day}.", day=day_text(summary.last_recorded[:10], _))
    yield LOINC_NOTICE
