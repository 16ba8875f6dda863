"""What matters in a year: out of range, changed beyond noise, back in range, at a critical value.

A change counts when it exceeds the reference change value of the indicator, the difference that analytical
and biological noise alone would not make in 95 of 100 pairs of results; where the catalogue knows no
variation, no change is claimed.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from math import log, log1p
from typing import Literal

from kanglu.catalogue import Catalogue, Indicator
from kanglu.insight.history import History, Reading, YearValue
from kanglu.insight.limits import ADULT, Limits, Side, limits_for, side_of
from kanglu.measures import changed, reference_change_value

type Direction = Literal["better", "worse", "neither"]

HABITS = frozenset({"lifestyle", "wearables"})
"""Groups of what people do, as against what was found in them."""
LOOK_BACK = 2
"""How many years back a value may lie that this year's is compared with."""


@dataclass(frozen=True, slots=True)
class About:
    """What of a person decides how values are read: sex, completed years of age, active problems."""

    sex: str | None
    age: int | None
    problems: frozenset[str]

    @property
    def adult(self) -> bool:
        """Whether what is laid down for adults holds; an unknown age is not adult."""
        return self.age is not None and self.age >= ADULT

    def limits(self, catalogue: Catalogue, indicator: str, years_back: int = 0) -> Limits | None:
        """What a figure of so many years ago is held against: today's limits, but a child's for a child."""
        age = self.age
        if age is not None and age - years_back < ADULT:
            age -= years_back
        return limits_for(catalogue, indicator, self.sex, age, self.problems)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference from an earlier year that exceeds noise; `percent` of the earlier value."""

    before: YearValue
    difference: float
    percent: float
    noise_percent: float
    direction: Direction

    @property
    def size(self) -> float:
        """How far beyond noise: 1 at its edge, 2 for the square of the ratio that noise makes."""
        ratio = 1 + self.percent / 100
        return abs(log(ratio)) / log1p(self.noise_percent / 100)


@dataclass(frozen=True, slots=True)
class Judged:
    """One indicator's figure of the year, judged.

    Parameters
    ----------
    side : where the figure lies against `limits`.
    critical : the readings of the year beyond the critical limits, oldest first.
    excess : how far outside, in widths of the range.
    since : the first year of the unbroken run of measured years on this side, when out of range.
    before : the figure it is compared with, at most `LOOK_BACK` years older, and its side.
    change : the difference, when it is beyond noise.
    """

    indicator: str
    figure: YearValue
    limits: Limits | None
    side: Side
    critical: tuple[Reading, ...]
    excess: float
    since: int | None
    before: YearValue | None
    side_before: Side
    change: Change | None

    @property
    def out(self) -> bool:
        """Whether the figure lies outside, or a reading of the year was critical."""
        return self.side in ("high", "low") or bool(self.critical)

    @property
    def newly(self) -> bool:
        """Out of range now, in range when last measured."""
        return self.side in ("high", "low") and self.side_before == "in"

    @property
    def returned(self) -> bool:
        """In range now, out of range when last measured."""
        return self.side == "in" and self.side_before in ("high", "low")


def judge(catalogue: Catalogue, history: History, about: About, year: int) -> tuple[Judged, ...]:
    """Every indicator measured in the year, judged, in the catalogue's order."""
    found = [
        _judge(catalogue, catalogue.indicators[name], figure, history, about)
        for name in in_order(catalogue, history)
        if (figure := history.year(name, year)) is not None
    ]
    return tuple(found)


def in_order(catalogue: Catalogue, names: Iterable[str]) -> list[str]:
    """The indicators that the catalogue knows, in its order."""
    wanted: Collection[str] = set(names)
    return [name for name in catalogue.indicators if name in wanted]


def ranked(judged: Iterable[Judged], catalogue: Catalogue) -> tuple[Judged, ...]:
    """What is out of range, the furthest out first.

    Critical values stand before all others, habits behind them, a missed target before a missed reference.
    """
    out = [item for item in judged if item.out]
    return tuple(
        sorted(
            out,
            key=lambda item: (
                not item.critical,
                catalogue.indicators[item.indicator].group in HABITS,
                item.limits is None or item.limits.kind != "target",
                -item.excess,
            ),
        )
    )


def _judge(
    catalogue: Catalogue, indicator: Indicator, figure: YearValue, history: History, about: About
) -> Judged:

    def side_then(earlier: YearValue) -> Side:
        return side_of(earlier, about.limits(catalogue, indicator.id, figure.year - earlier.year))

    limits = about.limits(catalogue, indicator.id)
    side = side_of(figure, limits)
    earlier = [
        found
        for back in range(1, LOOK_BACK + 1)
        if (found := history.year(indicator.id, figure.year - back)) is not None
    ]
    before = earlier[0] if earlier else None
    outside = limits is not None and figure.value is not None and side in ("high", "low")
    return Judged(
        indicator.id,
        figure,
        limits,
        side,
        critical(indicator, history.in_year(indicator.id, figure.year)) if about.adult else (),
        limits.excess(figure.value) if outside and limits and figure.value is not None else 0.0,
        _since(figure, side, side_then, history) if side in ("high", "low") else None,
        before,
        side_then(before) if before is not None else "unknown",
        _change(indicator, before, figure, limits),
    )


def critical(indicator: Indicator, readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Those of the readings that lie beyond the critical limits."""
    if indicator.critical is None:
        return ()
    low, high = indicator.critical
    return tuple(
        reading
        for reading in readings
        if reading.value is not None
        and (
            (low is not None and reading.value <= low and reading.comparator in (None, "<", "<="))
            or (high is not None and reading.value >= high and reading.comparator in (None, ">", ">="))
        )
    )


def _since(figure: YearValue, side: Side, side_then: Callable[[YearValue], Side], history: History) -> int:
    """The first year of the run on this side; a year without a value does not break the run."""
    since = figure.year
    first = int(history.of(figure.indicator)[0].effective[:4])
    for year in range(figure.year - 1, first - 1, -1):
        earlier = history.year(figure.indicator, year)
        if earlier is None:
            continue
        if side_then(earlier) != side:
            break
        since = year
    return since


def _change(
    indicator: Indicator, before: YearValue | None, after: YearValue, limits: Limits | None
) -> Change | None:
    if indicator.variation is None or before is None or before.value is None or after.value is None:
        return None
    if before.comparator or after.comparator or before.value <= 0:
        return None
    noise = reference_change_value(indicator.variation.cv_analytical, indicator.variation.cv_within)
    if not changed(before.value, after.value, noise):
        return None
    difference = after.value - before.value
    return Change(
        before,
        difference,
        100 * difference / before.value,
        noise,
        direction_of(indicator, before.value, after.value, limits),
    )


def beyond_noise(indicator: Indicator, before: float, after: float) -> bool:
    """Whether a value is known to have changed by more than noise."""
    if indicator.variation is None:
        return False
    noise = reference_change_value(indicator.variation.cv_analytical, indicator.variation.cv_within)
    return changed(before, after, noise)


def direction_of(indicator: Indicator, before: float, after: float, limits: Limits | None) -> Direction:
    """Whether a change is for the better: towards the range where both directions are bad."""
    if indicator.worse in ("high", "low"):
        return "worse" if (after > before) == (indicator.worse == "high") else "better"
    if indicator.worse == "none" or limits is None:
        return "neither"
    was, now = limits.excess(before), limits.excess(after)
    return "worse" if now > was else "better" if now < was else "neither"
