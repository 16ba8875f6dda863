"""The report as its notebook uses it: load once, then a part a cell."""

from dataclasses import dataclass

from kanglu import __version__
from kanglu.care.advice import Advised, advice_of
from kanglu.catalogue import Catalogue
from kanglu.catalogue.rulebook import rulebook
from kanglu.i18n import Lang, Words, words
from kanglu.insight.ahead import Ahead
from kanglu.insight.ahead import ahead as next_dates
from kanglu.insight.annual import AnnualSummary, summarise
from kanglu.insight.glucose import Sensed, sensed
from kanglu.record import Store
from kanglu.reporting.annual.advice import advice
from kanglu.reporting.annual.care import care
from kanglu.reporting.annual.opening import cover, opening
from kanglu.reporting.annual.risks import risks
from kanglu.reporting.annual.sources import sources
from kanglu.reporting.annual.trends import trends
from kanglu.reporting.annual.years import years
from kanglu.reporting.blocks import Blocks
from kanglu.reporting.care.ahead import ahead
from kanglu.reporting.subject import loaded


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """One person's year, ready to be shown part by part."""

    summary: AnnualSummary
    glucose: Sensed | None
    advised: Advised
    dates: tuple[Ahead, ...]
    catalogue: Catalogue
    words: Words

    def opening(self) -> Blocks:
        """Whom it is about, and what matters: out of range, changed beyond noise, missing."""
        head = cover(self.summary, __version__, self.words)
        return Blocks((head, *opening(self.summary, self.catalogue, self.words)))

    def years(self) -> Blocks:
        """The last years side by side."""
        return Blocks(tuple(years(self.summary, self.catalogue, self.words)))

    def trends(self) -> Blocks:
        """Key indicators over the years, with target bands and slopes."""
        return Blocks(tuple(trends(self.summary, self.glucose, self.catalogue, self.words)))

    def risks(self) -> Blocks:
        """Risk scores, what drives them, and what they lack."""
        return Blocks(tuple(risks(self.summary, self.words)))

    def care(self) -> Blocks:
        """Problems, medicines, and what the year brought."""
        return Blocks(tuple(care(self.summary, self.catalogue, self.words)))

    def advice(self) -> Blocks:
        """What the person should do, and why it is said."""
        return Blocks(tuple(advice(self.advised, self.words)))

    def ahead(self) -> Blocks:
        """The next dates, from the day on which the report is made."""
        return Blocks(tuple(ahead(self.dates, self.words)))

    def sources(self) -> Blocks:
        """Where each number came from, and how to read the report."""
        return Blocks(tuple(sources(self.summary, self.catalogue, self.words)))


def report(store: Store, person: str, year: int, lang: Lang) -> AnnualReport:
    """The annual summary of the person with this record number, as of the store's day.

    Raises `NotFound`, and `ReportError` where the record that was loaded is not the person's.
    """
    dossier = loaded(store, person)
    summary = summarise(dossier, year, store.catalogue)
    glucose = sensed(dossier.observations, year, summary.until)
    # What is good advice for a fortnight is stale by the time a year's report is read.
    advised = advice_of(dossier, summary.until, lang, seasons=False)
    dates = next_dates(dossier, rulebook())
    return AnnualReport(summary, glucose, advised, dates, store.catalogue, words(lang))
