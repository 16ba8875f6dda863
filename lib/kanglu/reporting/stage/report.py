"""The report as its notebook uses it: load once, then a part a cell."""

from dataclasses import dataclass

from kanglu import __version__
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.dates import parse_day
from kanglu.i18n import Lang, Words, words
from kanglu.insight.stage import StageSummary, stage
from kanglu.record import Store
from kanglu.reporting.blocks import Blocks
from kanglu.reporting.care.ahead import ahead
from kanglu.reporting.care.contacts import contacts, medicines
from kanglu.reporting.care.head import cover, remarks
from kanglu.reporting.care.notes import notes
from kanglu.reporting.care.plans import plans
from kanglu.reporting.stage.compared import compared
from kanglu.reporting.stage.opening import following, opening
from kanglu.reporting.subject import loaded


@dataclass(frozen=True, slots=True)
class StageReport:
    """One person's stage, ready to be shown part by part."""

    stage: StageSummary
    rules: Rulebook
    words: Words

    def opening(self) -> Blocks:
        """Whom it is about, of which days, and what came of them."""
        period, _ = self.stage.period, self.words
        head = cover(period, _("Stage summary"), __version__, _)
        return Blocks((head, *remarks(period, _), *opening(self.stage, _)))

    def compared(self) -> Blocks:
        """The start beside the end."""
        return Blocks(tuple(compared(self.stage, self.rules.catalogue, self.words)))

    def plans(self) -> Blocks:
        """Goals and planned times."""
        return Blocks(tuple(plans(self.stage.period, self.rules.catalogue, self.words)))

    def contacts(self) -> Blocks:
        """Contacts made, and how well medicines were covered."""
        period, _ = self.stage.period, self.words
        return Blocks((*contacts(period, self.rules, _), *medicines(period, _)))

    def ahead(self) -> Blocks:
        """What the next plan is to take up, and the next dates."""
        return Blocks((*following(self.stage, self.words), *ahead(self.stage.ahead, self.words)))

    def notes(self) -> Blocks:
        """How to read the report."""
        return Blocks(tuple(notes(self.stage.period, self.words)))


def report(store: Store, person: str, since: str, until: str, plan: str | None, lang: Lang) -> StageReport:
    """The stage of the person with this record number, as of the store's day.

    `since` and `until` are its first and last day (``2025-03-01``), `plan` the id of the plan that is meant;
    all that ran in the time when None.

    Raises `NotFound`, `DateError`, and `ReportError` for days in the wrong order or ahead of the store's day.
    """
    rules = rulebook()
    found = stage(loaded(store, person), parse_day(since), parse_day(until), rules, plan)
    return StageReport(found, rules, words(lang))
