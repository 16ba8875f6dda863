"""The first lines: which panel, of when, and the year at a glance."""

from collections.abc import Iterator
from datetime import date

from kanglu.i18n import Words
from kanglu.insight.cohort import CohortReport
from kanglu.insight.disclosure import SMALLEST
from kanglu.reporting.blocks import Block, Callout, Cover, Heading, Prose
from kanglu.reporting.cohort.control import rates_chart
from kanglu.reporting.cohort.figures import count_text, share_text


def cover(cohort: CohortReport, version: str, _: Words) -> Cover:
    """The masthead, and what stands on every page."""
    title = _("Panel report {year}", year=cohort.year)
    return Cover(
        title=title,
        subtitle=panel_text(cohort.expression, _),
        items=(
            (_("People"), count_text(cohort.people, _)),
            (_("Period"), period_text(cohort, _)),
        ),
        institution=_("Kanglu health record"),
        cut_off=_("Data up to {day}", day=_.day(cohort.as_of)),
        versions=(f"Kanglu {version}", _("catalogue {revision}", revision=cohort.catalogue_revision)),
        lang=_.lang,
        document_title=f"{title} {cohort.expression}",
    )


def panel_text(expression: str, _: Words) -> str:
    """The panel in words, where it is everybody."""
    return _("everybody on record") if expression.strip() == "all" else expression


def period_text(cohort: CohortReport, _: Words) -> str:
    """From the first day of the year to the last day looked at."""
    return _("{first} to {last}", first=_.day(date(cohort.year, 1, 1)), last=_.day(cohort.until))


def opening(cohort: CohortReport, _: Words) -> Iterator[Block]:
    """At a glance."""
    yield Heading(_("At a glance"))
    if cohort.people == 0:
        yield Prose(_("Nobody is in this panel: there is nothing to report."), "lead")
        return
    if cohort.people is None:
        yield Callout(
            _("This panel is too small to report on"),
            (
                _(
                    "It has fewer than {n} people. A count could point at one of them, so all are hidden.",
                    n=SMALLEST,
                ),
                _("Ask for a larger panel, or read these people's own summaries."),
            ),
            "missing",
        )
        return
    yield Prose(_lead(cohort, _), "lead")
    shown = [rate for rate in cohort.rates if rate.share is not None]
    if shown:
        yield rates_chart(shown, cohort.year, _)


def _lead(cohort: CohortReport, _: Words) -> str:
    n = cohort.people or 0
    parts = [
        _.count(
            "{n:,} person was in the panel in {year}.",
            "{n:,} people were in the panel in {year}.",
            n,
            year=cohort.year,
        )
    ]
    if cohort.died:
        parts.append(
            _.count("{n:,} of them died in the period.", "{n:,} of them died in the period.", cohort.died)
        )
    pressed = next((one.n for one in cohort.measured if one.indicator == "sbp"), None)
    if pressed is not None:
        share = share_text(pressed / n)
        parts.append(_("{n:,} ({share}) had their blood pressure measured.", n=pressed, share=share))
    hidden = [one for one in cohort.rates if one.share is None and one.denominator != 0]
    if hidden:
        parts.append(_("Some rates are hidden, because their numbers are small."))
    return " ".join(parts) if _.lang == "en" else "".join(parts)
