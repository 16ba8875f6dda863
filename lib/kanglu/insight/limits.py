"""What a value is held against: the person's target where a disease sets one, else the reference range.

Both come from the catalogue, by sex and age. Where neither is known for this person (a child for whom no
range is given, a sex not recorded), nothing is guessed and the value stands unmarked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from kanglu.catalogue import Catalogue
from kanglu.insight.history import Reading, YearValue

ADULT = 18
"""The age in years from which the ranges of adults hold."""

type Side = Literal["high", "low", "in", "unknown"]
type Kind = Literal["target", "reference"]


@dataclass(frozen=True, slots=True)
class Limits:
    """An interval in the indicator's unit (an open end is None), or the codes of a normal result."""

    low: float | None
    high: float | None
    kind: Kind = "reference"
    low_inclusive: bool = True
    high_inclusive: bool = True
    codes: tuple[str, ...] = ()
    source: str | None = None

    def side(self, value: float) -> Side:
        """Where a number lies; whether a limit itself is inside is the definition's to say."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_inclusive)):
            return "low"
        if self.high is not None and (value > self.high or (value == self.high and not self.high_inclusive)):
            return "high"
        return "in"

    def excess(self, value: float) -> float:
        """How far a number lies outside, in widths of the range (in limits where one end is open)."""
        side = self.side(value)
        edge = self.high if side == "high" else self.low if side == "low" else None
        if edge is None:
            return 0.0
        width = self.high - self.low if self.high is not None and self.low is not None else abs(edge)
        return abs(value - edge) / width if width else abs(value - edge)


def limits_for(
    catalogue: Catalogue, indicator: str, sex: str | None, age: int | None, problems: Collection[str]
) -> Limits | None:
    """What this person's value of an indicator is held against, or None where that is not known."""
    known, reference = catalogue.indicators.get(indicator), reference_for(catalogue, indicator, sex, age)
    if known is None or age is None or age < ADULT:
        return reference
    target = known.target_for(age, frozenset(problems), sex)
    if target is None or (target.when is None and reference is not None):
        return reference
    below = reference if target.low is None and reference is not None else target
    inclusive = below.low_inclusive, target.high_inclusive
    return Limits(below.low, target.high, "target", *inclusive, source=target.source)


def reference_for(catalogue: Catalogue, indicator: str, sex: str | None, age: int | None) -> Limits | None:
    """The range of the healthy of this sex and age, or the codes of a normal result; None where not known."""
    known = catalogue.indicators.get(indicator)
    if known is None or age is None:
        return None
    found = known.range_for(sex, age)
    if found is not None and not age < ADULT < found.age_below:  # adults' range was not made for a child
        inclusive = found.low_inclusive, found.high_inclusive
        return Limits(found.low, found.high, "reference", *inclusive, source=found.source)
    return Limits(None, None, codes=known.normal) if known.normal and age >= ADULT else None


def side_of(figure: YearValue | Reading | None, limits: Limits | None) -> Side:
    """Where a figure lies; one known only as "more than" or "less than" counts where that decides it."""
    if figure is None or limits is None:
        return "unknown"
    if figure.value is None:
        if figure.code is None or not limits.codes:
            return "unknown"
        return "in" if figure.code in limits.codes else "high"
    side = limits.side(figure.value)
    if figure.comparator is None:
        return side
    if figure.comparator.startswith(">"):
        beyond: Side = "high"
        at_edge, open_end = figure.value == limits.high, limits.high is None
        reaches = figure.value == limits.low
    else:
        beyond = "low"
        at_edge, open_end = figure.value == limits.low, limits.low is None or limits.low <= 0
        reaches = figure.value == limits.high
    strictly = figure.comparator in ("<", ">")
    if side == beyond or (strictly and at_edge):
        return beyond
    return "in" if open_end and (side == "in" or (strictly and reaches)) else "unknown"
