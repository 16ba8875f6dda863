"""The report as its notebook uses it: load once, then a part a cell."""

from dataclasses import dataclass

from kanglu import __version__
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.i18n import Lang, Words, words
from kanglu.insight.monthly import Month, monthly
from kanglu.record import Store
from kanglu.reporting.blocks import Blocks
from kanglu.reporting.care.ahead import ahead
from kanglu.reporting.care.contacts import contacts, medicines
from kanglu.reporting.care.head import cover, remarks
from kanglu.reporting.care.notes import notes
from kanglu.reporting.monthly.adherence import adherence
from kanglu.reporting.monthly.pressure import pressure
from kanglu.reporting.subject import loaded
from kanglu.reporting.wording import day_text


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """One person's month, ready to be shown part by part."""

    month: Month
    rules: Rulebook
    words: Words

    def opening(self) -> Blocks:
        """Whom it is about, and the blood pressure day by day."""
        period, _ = self.month.period, self.words
        title = _("Monthly report, {month}", month=day_text(f"{period.since:%Y-%m}", _))
        head = cover(period, title, __version__, _)
        return Blocks((head, *remarks(period, _), *pressure(self.month, self.rules.catalogue, _)))

    def adherence(self) -> Blocks:
        """What was planned and kept, and how medicines were taken."""
        _ = self.words
        return Blocks((*adherence(self.month, self.rules.catalogue, _), *medicines(self.month.period, _)))

    def contacts(self) -> Blocks:
        """Contacts of the month."""
        return Blocks(tuple(contacts(self.month.period, self.rules, self.words)))

    def ahead(self) -> Blocks:
        """The next dates."""
        return Blocks(tuple(ahead(self.month.ahead, self.words)))

    def notes(self) -> Blocks:
        """How to read the report."""
        return Blocks(tuple(notes(self.month.period, self.words)))


def report(store: Store, person: str, month: str, lang: Lang) -> MonthlyReport:
    """The month (``2025-06``) of the person with this record number, as of the store's day.

    Raises `NotFound`, and `ReportError` for what is no month or has not begun.
    """
    rules = rulebook()
    return MonthlyReport(monthly(loaded(store, person), month, rules), rules, words(lang))
