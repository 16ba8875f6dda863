"""How to read the report: who counts, what is hidden, and what the numbers stand on."""

from collections.abc import Iterator

from kanglu.i18n import Words
from kanglu.insight.cohort import CohortReport
from kanglu.insight.disclosure import SMALLEST
from kanglu.reporting.blocks import Block, Heading, KeyValue


def notes(cohort: CohortReport, version: str, _: Words) -> Iterator[Block]:
    """Explanations, and the versions."""
    yield Heading(_("How to read this report"))
    items = [
        (
            _("Who counts"),
            _(
                "People whom the panel means on {day}, born by the end of the period and not dead before it "
                "began. Who died in the period counts; a death without a date counts as one before it.",
                day=_.day(cohort.as_of),
            ),
        ),
        (
            _("Small numbers"),
            _(
                "Counts from 1 to {most} are hidden, and so are counts from which one of these could be "
                "worked out: the rest of a total, or the difference of two groups. Quartiles need "
                "{least} people.",
                most=SMALLEST - 1,
                least=4 * SMALLEST,
            ),
        ),
        (
            _("Year before"),
            _(
                "Counted by the same definitions for {year}, of the people of that year.",
                year=cohort.year - 1,
            ),
        ),
        (
            _("Values"),
            _("Withdrawn values and defaults do not count; what a person told or a device sent does."),
        ),
        (
            _("Data"),
            _(
                "What was true up to {day} and recorded up to {known}. What is entered later changes nothing "
                "here until the report is made again.",
                day=_.day(cohort.as_of),
                known=_.day(cohort.known),
            ),
        ),
        (
            _("Made with"),
            f"Kanglu {version}, {_('catalogue {revision}', revision=cohort.catalogue_revision)}",
        ),
    ]
    if (cohort.until.month, cohort.until.day) != (12, 31):
        said = _(
            "The year is looked at up to {day}, the year before as a whole. What is asked for a whole year "
            "is left out.",
            day=_.day(cohort.until),
        )
        items.insert(0, (_("Part of a year"), said))
    yield KeyValue(tuple(items), 1)
