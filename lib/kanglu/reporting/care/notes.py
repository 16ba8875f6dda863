"""How to read a report on some of a person's days."""

from collections.abc import Iterator

from kanglu.i18n import Words
from kanglu.insight.period import Period
from kanglu.reporting.blocks import Block, Heading, Prose
from kanglu.reporting.wording import day_text


def notes(period: Period, _: Words) -> Iterator[Block]:
    """What stands behind the numbers."""
    yield Heading(_("How to read this report"))
    for line in _notes(period, _):
        yield Prose(line, "note")


def _notes(period: Period, _: Words) -> Iterator[str]:
    if period.plans:
        yield _(
            "Goals: the newest value up to the day on which a goal is due, held against what was agreed on "
            "when the plan began. Planned times: a time is due once its last day has come, and counts "
            "earlier when it is kept before; one fact keeps it."
        )
    yield _(
        "Contacts: calls and messages with an outcome count as tried, and as reaching the person where the "
        "outcome says so. What nobody asked is said to be not asked; it is not zero."
    )
    if period.last_recorded:
        yield _("The latest fact used was recorded on {day}.", day=day_text(period.last_recorded[:10], _))
