"""One person's values over time: slope, change beyond noise, side of an interval, runs without a gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, inf, isfinite, isnan, log1p, sqrt
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kanglu.errors import MeasureError

type Side = Literal["low", "in", "high", "unknown"]
type Numbers = Sequence[float] | npt.NDArray[np.float64]

FEWEST_POINTS = 3
SHORTEST_YEARS = 0.995
"""A year, less the two days by which leap years move a date within its year."""

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Trend:
    """A robust slope in units a year, with its 95 % interval.

    Parameters
    ----------
    slope_per_year : the median slope, or None.
    low, high : its 95 % interval, or None where the points cannot bear one.
    n : how many points were used.
    reason : why there is no slope, or no interval; else None.
    """

    slope_per_year: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None


def trend(times_years: Numbers, values: Numbers) -> Trend:
    """The Theil–Sen slope: the median of the slopes of all pairs of points, blind to single outliers.

    `times_years` are years with a fraction, in any order; a pair with a NaN is left out. There is no slope
    of fewer than three points, or of less than a year. The interval is Sen's, from Kendall's statistic; at
    95 % it needs at least five points, and with fewer there is a slope but no interval (three values in a
    row rise by chance once in six times). Work and memory grow with the square of the number of points:
    give a long series as medians of days or months.

    Source: Sen PK, J Am Stat Assoc 1968;63:1379-1389, doi 10.1080/01621459.1968.10480934. Raises
    `MeasureError` where times and values are not of one length.
    """
    times, numbers = np.asarray(times_years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if times.shape != numbers.shape or times.ndim != 1:
        raise MeasureError(
            f"There are {times.size} times and {numbers.size} values.", remedy="Give one time a value."
        )
    if not isfinite(times.sum() + numbers.sum()):
        known = np.isfinite(times) & np.isfinite(numbers)
        times, numbers = times[known], numbers[known]
    size = times.size
    if size < FEWEST_POINTS:
        return Trend(None, None, None, size, f"fewer than {FEWEST_POINTS} values")
    if times.max() - times.min() < SHORTEST_YEARS:
        return Trend(None, None, None, size, "less than one year between first and last value")
    slopes = _slopes(times, numbers)
    count = slopes.size
    slope = float(slopes[count // 2] + slopes[(count - 1) // 2]) / 2
    reach = _Z * sqrt(max(_kendall_variance(times, numbers), 0.0))
    below, above = round((count - reach) / 2) - 1, round((count + reach) / 2)
    if below < 0 or above >= count:
        return Trend(slope, None, None, size, "too few values for an interval of 95 %")
    return Trend(slope, float(slopes[below]), float(slopes[above]), size)


def _slopes(times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The slopes of all pairs of points that differ in time, in order of size."""
    first, second = _pairs(times.size) if times.size <= 64 else np.triu_indices(times.size, 1)
    apart = times[second] - times[first]
    rise = values[second] - values[first]
    if not apart.all():
        rise, apart = rise[apart != 0], apart[apart != 0]
    slopes = rise / apart
    slopes.sort()
    return slopes


@lru_cache(maxsize=64)
def _pairs(size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.triu_indices(size, 1)


def _kendall_variance(times: npt.NDArray[Any], values: npt.NDArray[Any]) -> float:
    """The variance of Kendall's statistic, less what ties in times and in values take from it."""

    def part(n: int) -> int:
        return n * (n - 1) * (2 * n + 5)

    ties = sum(part(n) for series in (times, values) for n in _repeats(series.tolist()))
    return (part(times.size) - ties) / 18


def _repeats(numbers: list[float]) -> list[int]:
    """How often each number that stands there more than once does."""
    distinct = set(numbers)
    if len(distinct) == len(numbers):
        return []
    counts: dict[float, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    return [count for count in counts.values() if count > 1]


def reference_change_value(cv_analytical: float, cv_within: float) -> float:
    """By how many percent a result must rise to exceed noise: 95 of 100 pairs of unchanged people do not.

    Both coefficients of variation are in percent: of the method, and of the healthy person from day to day.
    The form is the log-normal one: a fall exceeds noise at the same *ratio*, so that it counts from fewer
    percent than a rise does (`changed` knows). With the classic symmetric form no fall would ever count of
    what varies by more than 36 %, such as CRP.

    Source: Fokkema MR et al., Clin Chem Lab Med 2006;44:602-603, doi 10.1515/CCLM.2006.109; two-sided
    95 %. Raises `MeasureError` for a negative coefficient.
    """
    if not (0 <= cv_analytical < inf and 0 <= cv_within < inf):
        raise MeasureError(
            f"The coefficients of variation are {cv_analytical} and {cv_within}.",
            remedy="Give both in percent, 0 or more.",
        )
    spread = sqrt(log1p((cv_analytical / 100) ** 2 + (cv_within / 100) ** 2))
    return 100 * (exp(_Z * sqrt(2) * spread) - 1)


def changed(before: float, after: float, noise_percent: float) -> bool:
    """Whether two results differ by more than noise, a `reference_change_value`.

    `after` exceeds `before` by more than so many percent, or `before` exceeds `after`. False where either
    is not a positive number: there no ratio says anything.
    """
    if not (0 < before < inf and 0 < after < inf):
        return False
    ratio = 1 + noise_percent / 100
    return after > before * ratio or before > after * ratio


def classify(value: float, low: float | None, high: float | None) -> Side:
    """Where a number lies: low, in or high; both limits are inside, one that is None is open.

    Unknown for NaN, and where there is no limit at all.
    """
    if isnan(value) or (low is None and high is None):
        return "unknown"
    if low is not None and value < low:
        return "low"
    return "high" if high is not None and value > high else "in"


def segments(times: Numbers, gap: float) -> tuple[slice, ...]:
    """The runs of a series that a line may join: from one stretch longer than `gap` to the next.

    `times` ascend, in the unit of `gap`; each slice picks one run out of them. Raises `MeasureError` where
    they do not ascend.
    """
    at = np.asarray(times, dtype=np.float64)
    if at.size == 0:
        return ()
    steps = np.diff(at)
    if not (steps >= 0).all():
        raise MeasureError("The times do not ascend.", remedy="Sort the series by time first.")
    breaks = [0, *(np.flatnonzero(steps > gap) + 1).tolist(), at.size]
    return tuple(slice(start, stop) for start, stop in pairwise(breaks))
