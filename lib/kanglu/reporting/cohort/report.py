"""The report as its notebook uses it: load once, then a part a cell."""

from dataclasses import dataclass

from kanglu import __version__
from kanglu.catalogue import Catalogue
from kanglu.i18n import Lang, Words, words
from kanglu.insight.cohort import CohortReport, summarise
from kanglu.record import Store
from kanglu.reporting.blocks import Blocks
from kanglu.reporting.cohort.control import control
from kanglu.reporting.cohort.notes import notes
from kanglu.reporting.cohort.opening import cover, opening
from kanglu.reporting.cohort.people import people
from kanglu.reporting.cohort.values import distributions, missing


@dataclass(frozen=True, slots=True)
class CohortPaper:
    """A panel's year, ready to be shown part by part."""

    cohort: CohortReport
    catalogue: Catalogue
    words: Words

    def opening(self) -> Blocks:
        """Which panel it is, and the year at a glance."""
        head = cover(self.cohort, __version__, self.words)
        return Blocks((head, *opening(self.cohort, self.words)))

    def people(self) -> Blocks:
        """Who is in it: age, sex, problems."""
        return Blocks(tuple(people(self.cohort, self.catalogue, self.words)))

    def rates(self) -> Blocks:
        """What is controlled, with the definition of each rate."""
        return Blocks(tuple(control(self.cohort, self.words)))

    def distributions(self) -> Blocks:
        """How values lie."""
        return Blocks(tuple(distributions(self.cohort, self.catalogue, self.words)))

    def missing(self) -> Blocks:
        """What was not measured."""
        return Blocks(tuple(missing(self.cohort, self.catalogue, self.words)))

    def notes(self) -> Blocks:
        """How to read the report."""
        return Blocks(tuple(notes(self.cohort, __version__, self.words)))


def report(store: Store, panel: str, year: int, lang: Lang) -> CohortPaper:
    """The year of the people that an expression means, as of the store's day.

    Raises `ExpressionError`, and `ReportError` for a year that has not begun.
    """
    return CohortPaper(summarise(store.panel(panel), year, store.catalogue), store.catalogue, words(lang))
