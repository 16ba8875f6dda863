"""A panel's year: who is in it, what is controlled, how values lie, what was not measured.

Each rate carries its definition: there are at least two legal ones for control of blood pressure, and a
number without its denominator is nobody's. Small cells are hidden here, before anything sees them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.catalogue import Catalogue
from kanglu.dates import ages_on, end_of
from kanglu.errors import ReportError
from kanglu.insight.derived import DERIVED, births_of, with_derived
from kanglu.insight.disclosure import SMALLEST, hidden_in_table, shown_counts, shown_part, small
from kanglu.insight.limits import ADULT
from kanglu.insight.rates import INDICATORS, Groups, Period, rates
from kanglu.record import Panel
from kanglu.record.listed import UNSOUND, current_problems

AGE_EDGES = (0, 18, 35, 45, 55, 65, 75, 85, 200)
BINS: Mapping[str, tuple[float, float, int]] = {
    "sbp": (80, 10, 14),
    "bmi": (14, 2, 14),
    "fpg": (3, 0.5, 24),
    "hba1c": (4, 0.5, 18),
    "ldl_c": (0.2, 0.4, 18),
    "egfr": (0, 15, 10),
}
"""Histograms, in canonical units: lower edge, width, number of bins; the end bins take what lies beyond."""
CHECKED = (
    *("sbp", "bmi", "waist", "fpg", "hba1c", "tc", "tg", "hdl_c", "ldl_c", "alt", "ast", "creatinine"),
    *("egfr", "uric_acid", "uacr", "hgb", "plt", "tsh", "smoking_status", "exercise_min_week"),
)
"""What a check-up looks at."""


_DIED, _PROBLEM, _NOW, _BEFORE, _PART, _WHOLE = ("died",), "problem", "now", "before", "part", "whole"
_PARTS = ((_NOW, _PART), (_NOW, _WHOLE), (_BEFORE, _PART), (_BEFORE, _WHOLE))
"""The counts of a rate, in the order in which `Rate` has them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate by its definition's id, this year and the year before; None where a count may not be shown."""

    definition: str
    numerator: int | None
    denominator: int | None
    numerator_before: int | None
    denominator_before: int | None

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None when hidden or when nobody counts."""
        return _share(self.numerator, self.denominator)

    @property
    def share_before(self) -> float | None:
        """As `share`, of the year before."""
        return _share(self.numerator_before, self.denominator_before)


@dataclass(frozen=True, slots=True)
class Ages:
    """People by age and sex; None where a count may not be shown.

    Parameters
    ----------
    sexes : of the columns; ``unknown`` stands for all others and comes only where there are such people.
    bands : lower age of each row (None: birth date not known to the day), and its counts, the sum last.
    totals : the sum of each column, that of all people last.
    """

    sexes: tuple[str, ...]
    bands: tuple[tuple[int | None, tuple[int | None, ...]], ...]
    totals: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The last value of the year of every adult measured.

    Parameters
    ----------
    n : adults with a value; `derived` how many of these follow from other values; None where hidden.
    edges, shares : of bins of one width, in percent of the adults measured, none with one to four people;
        no bins where there are too few for that. A value on an edge belongs to the bin above it; the end
        bins also hold what lies beyond them.
    quartiles : lower quartile, median, upper quartile; None where fewer than five people lie beyond one.
    """

    indicator: str
    n: int | None
    derived: int | None
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Measured:
    """How many of the panel were measured in the year, or asked; None where that may not be shown."""

    indicator: str
    n: int | None


@dataclass(frozen=True, slots=True)
class CohortReport:
    """All that a cohort report says; every count that could point at somebody is None.

    Parameters
    ----------
    until : the last day looked at: the end of the year, or the panel's day where that is earlier.
    as_of, known : the two times that the facts were read for.
    people : in the panel, born by `until` and not dead when the year began; a death without a day counts as
        one before it. `died` how many of these died in the period.
    problems : (problem id, people) with it at the end of the period, the most frequent first.
    """

    expression: str
    year: int
    until: date
    as_of: date
    known: date
    catalogue_revision: str
    people: int | None
    died: int | None
    ages: Ages
    problems: tuple[tuple[str, int | None], ...]
    rates: tuple[Rate, ...]
    distributions: tuple[Distribution, ...]
    measured: tuple[Measured, ...]


def summarise(panel: Panel, year: int, catalogue: Catalogue) -> CohortReport:
    """The year of a panel, up to the panel's day. Raises `ReportError` for a year not begun by then."""
    as_of, until = panel.moment.as_of, min(date(year, 12, 31), panel.moment.as_of)
    if until.year < year:
        raise ReportError(
            f"The year {year} has not begun on {as_of}.", remedy="Ask for an earlier year, or a later day."
        )
    wanted = {*BINS, *CHECKED, *INDICATORS, *(part for parts in DERIVED.values() for part in parts)}
    everybody = panel.people.set_index("person_id")
    readings = with_derived(_sound(panel.facts("observation", sorted(wanted))), everybody)
    conditions = panel.facts("condition")
    now = _period(readings, everybody, conditions, until, catalogue)
    before = _period(readings, everybody, conditions, date(year - 1, 12, 31), catalogue)
    people = frozenset(now.people.index)
    distributions = tuple(_distribution(name, now) for name in BINS)
    died = frozenset(now.people.index[now.people["death_date"].fillna("9999") <= until.isoformat()])
    shown = shown_counts(people, _groups(died, (rates(now), rates(before)), now.problems))
    return CohortReport(
        expression=panel.expression,
        year=year,
        until=until,
        as_of=as_of,
        known=panel.moment.known,
        catalogue_revision=catalogue.revision,
        people=None if small(len(people)) else len(people),
        died=shown[_DIED],
        rates=tuple(Rate(name, *(shown[*part, name] for part in _PARTS)) for name in rates(now)),
        problems=tuple((key[1], count) for key, count in shown.items() if key[0] == _PROBLEM),
        ages=_ages(now.people, until),
        distributions=distributions,
        measured=_measured(now, distributions),
    )


def _sound(readings: pd.DataFrame) -> pd.DataFrame:
    """Readings to go by: dated, not withdrawn, not defaulted."""
    dated = readings["effective"].notna()
    return readings[dated & ~readings["status"].isin(UNSOUND) & (readings["origin"] != "defaulted")]


def _period(
    readings: pd.DataFrame,
    everybody: pd.DataFrame,
    conditions: pd.DataFrame,
    until: date,
    catalogue: Catalogue,
) -> Period:
    """A year up to a day: who lived in it, what was measured, who had what problem at its end."""
    begin = f"{until.year:04d}"
    unborn = everybody["birth_date"].fillna("") > until.isoformat()
    gone = everybody["deceased"] & (everybody["death_date"].fillna("") < begin)
    people = everybody[~unborn & ~gone]
    when = readings["effective"]
    of_year = (when >= begin) & (when <= end_of(until)) & readings["person_id"].isin(people.index)
    return Period(readings[of_year], people, _with_problems(conditions, people, until, catalogue), until)


def _with_problems(
    conditions: pd.DataFrame, people: pd.DataFrame, until: date, catalogue: Catalogue
) -> dict[str, frozenset[int]]:
    who: dict[str, set[int]] = {}
    alive = set(people.index)
    for person, names in current_problems(conditions, until, catalogue):
        for name in names if person in alive else ():
            who.setdefault(name, set()).add(person)
    return {name: frozenset(some) for name, some in who.items()}


def _groups(
    died: frozenset[int], years: Sequence[Mapping[str, Groups]], problems: Mapping[str, frozenset[int]]
) -> dict[tuple[str, ...], frozenset[int]]:
    """What is counted, the weightiest first: all denominators before any numerator, then the problems."""
    ordered = sorted(problems.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {
        _DIED: died,
        **{
            (*part, name): groups[part[1] == _WHOLE]
            for part in sorted(_PARTS, key=lambda one: one[1] != _WHOLE)
            for name, groups in years[part[0] == _BEFORE].items()
        },
        **{(_PROBLEM, name): group for name, group in ordered},
    }


def _ages(people: pd.DataFrame, until: date) -> Ages:
    """Age at the end of the period, or at death."""
    last = np.array(people["death_date"].fillna(until.isoformat()).tolist(), dtype="datetime64[D]")
    years = ages_on(births_of(people), np.minimum(last, np.datetime64(until)))
    sex = people["sex"].where(people["sex"].isin(["male", "female"]), "unknown")
    sexes = ["male", "female"] + ["unknown"] * bool((sex == "unknown").any())
    lows: list[int | None] = [*AGE_EDGES[:-1]]
    rows: list[npt.NDArray[np.bool_]] = [(years >= low) & (years < high) for low, high in pairwise(AGE_EDGES)]
    if np.isnan(years).any():
        lows.append(None)
        rows.append(np.isnan(years))
    inner = np.array([[int(((sex == one) & row).sum()) for one in sexes] for row in rows])
    wide = np.column_stack([inner, inner.sum(axis=1)])
    table = np.vstack([wide, wide.sum(axis=0)])
    shown = [_shown(row, hide) for row, hide in zip(table, hidden_in_table(table), strict=True)]
    return Ages(tuple(sexes), tuple(zip(lows, shown[:-1], strict=True)), shown[-1])


def _shown(counts: Iterable[int], hide: Iterable[bool]) -> tuple[int | None, ...]:
    return tuple(None if secret else int(count) for count, secret in zip(counts, hide, strict=True))


def _distribution(indicator: str, period: Period) -> Distribution:
    children = ages_on(births_of(period.people), period.until) < ADULT
    adults = frozenset(period.people.index[~children])
    last = period.values_of(indicator, adults).groupby("person_id").last()
    n, edges = len(last), _edges(indicator)
    if n == 0 or small(n) or small(len(period.people)):
        return Distribution(indicator, None if n else 0, None, (), (), None)
    values = last["value"].to_numpy(dtype=np.float64)
    # Half-open bins, as the classes of the guidelines are: a value on an edge belongs to the upper one.
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    edges, counts = _without_small(edges, np.bincount(places, minlength=len(edges) - 1))
    low, middle, high = (float(value) for value in np.percentile(values, (25, 50, 75)))
    shown, derived = shown_part(n, len(adults)), int((last["origin"] == "derived").sum())
    return Distribution(
        indicator,
        shown,
        shown_part(derived, n) if shown is not None or not derived else None,
        tuple(edges.tolist()),
        tuple(np.round(counts / n * 100, 1).tolist()),
        (low, middle, high) if n // 4 >= SMALLEST else None,
    )


def _edges(indicator: str) -> npt.NDArray[np.float64]:
    start, width, bins = BINS[indicator]
    return np.round(start + width * np.arange(bins + 1), 6)


def _without_small(
    edges: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Bins of which none is small: the tails on both sides of the peak are drawn together as far as needed.

    None at all where even that does not help.
    """
    for _side in range(2):  # the upper tail, then the lower one, by turning the bins round
        counts = _upper_tail_together(counts)
        counts, edges = counts[::-1], edges[: len(counts) + 1][::-1]
    if any(map(small, counts.tolist())):
        return edges[:0], counts[:0]
    return edges, counts


def _upper_tail_together(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    counts = np.trim_zeros(counts, "b")
    low = [at for at in range(int(np.argmax(counts)) + 1, len(counts)) if small(int(counts[at]))]
    if not low:
        return counts
    rest = int(counts[low[0] :].sum())
    end = low[0] if small(rest) else low[0] + 1
    return np.append(counts[: end - 1], counts[end - 1 :].sum())


def _measured(period: Period, distributions: Iterable[Distribution]) -> tuple[Measured, ...]:
    """People with any answer, where they do not tell of few adults or children beside a distribution."""
    readings, people = period.readings, len(period.people)
    answered = readings[readings[["value", "value_code", "value_text"]].notna().any(axis=1)]
    counts = answered.groupby("indicator")["person_id"].nunique()
    adults = {one.indicator: one.n for one in distributions}

    def shown(name: str) -> int | None:
        n = int(counts.get(name, 0))
        told = adults.get(name, 0)
        return None if told is None or (told and small(n - told)) else shown_part(n, people)

    return tuple(Measured(name, shown(name)) for name in CHECKED)


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole
