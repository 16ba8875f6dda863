"""How much one person's readings vary from visit to visit, and how much of the time they are in a range.

Made for blood pressure in mmHg; any series in one unit will do. Three readings are the least that say
anything about a person, five are better: every answer carries `n`, and who shows it decides.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from kanglu.errors import MeasureError
from kanglu.measures.cells import Floats
from kanglu.measures.trends import Numbers

FEWEST_PEOPLE = 3
"""Fewer people than this bear no population fit."""


@dataclass(frozen=True, slots=True)
class Variability:
    """Visit-to-visit variability; all in the unit of the values, `cv` in percent, None where undefined.

    Parameters
    ----------
    n : how many readings were used.
    mean, sd : the mean (from one reading) and the standard deviation with n-1 (from two).
    cv : the coefficient of variation, 100·sd/mean, of a positive mean.
    arv : average real variability, the mean absolute difference of successive readings.
    rmssd : the root of the mean squared successive difference.
    spread : the largest less the smallest.
    """

    n: int
    mean: float | None
    sd: float | None
    cv: float | None
    arv: float | None
    rmssd: float | None
    spread: float | None


def variability(values: Numbers) -> Variability:
    """The variability of readings in their order in time; a NaN is left out.

    Source: ARV after Mena L et al., J Hypertens 2005;23:505-511; the others are textbook definitions.
    """
    readings = np.asarray(values, dtype=np.float64)
    readings = readings[np.isfinite(readings)]
    n = readings.size
    if n == 0:
        return Variability(0, None, None, None, None, None, None)
    mean = float(readings.mean())
    if n == 1:
        return Variability(1, mean, None, None, None, None, None)
    sd = float(readings.std(ddof=1))
    steps = np.diff(readings)
    return Variability(
        n,
        mean,
        sd,
        100 * sd / mean if mean > 0 else None,
        float(np.abs(steps).mean()),
        sqrt(float((steps * steps).mean())),
        float(readings.max() - readings.min()),
    )


@dataclass(frozen=True, slots=True)
class TimeInRange:
    """The share in a range, in percent.

    Parameters
    ----------
    by_time : of the time between the first and the last reading; None with no time between readings.
    by_visit : of the readings; None without one.
    n : how many readings were used.
    """

    by_time: float | None
    by_visit: float | None
    n: int


def time_in_range(
    days: Numbers, values: Numbers, low: float, high: float, max_gap_days: float | None = None
) -> TimeInRange:
    """The time in range by Rosendaal's linear interpolation, and the share of the readings in range.

    Between two readings the value is taken to move in a straight line; both limits are inside. `days` are
    days from any origin, in any order; a pair with a NaN is left out. A stretch longer than `max_gap_days`
    (often 56) counts neither as in nor as out.

    Source: Rosendaal FR et al., Thromb Haemost 1993;69:236-239. Raises `MeasureError` where days and values
    are not of one length, or `low` is above `high`.
    """
    if not low <= high:
        raise MeasureError(f"The range {low}–{high} is empty.", remedy="Give the lower limit first.")
    at, readings = np.asarray(days, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if at.shape != readings.shape:
        raise MeasureError(
            f"There are {at.size} days and {readings.size} values.", remedy="Give one day a value."
        )
    known = np.isfinite(at) & np.isfinite(readings)
    order = np.argsort(at[known], kind="stable")
    at, readings = at[known][order], readings[known][order]
    if at.size == 0:
        return TimeInRange(None, None, 0)
    by_visit = 100 * float(((readings >= low) & (readings <= high)).mean())
    apart = np.diff(at)
    if max_gap_days is not None:
        apart = np.where(apart > max_gap_days, 0.0, apart)
    total = float(apart.sum())
    inside = float((apart * _inside(readings, low, high)).sum())
    return TimeInRange(100 * inside / total if total else None, by_visit, at.size)


def _inside(readings: Floats, low: float, high: float) -> Floats:
    """Of each straight line from one reading to the next, the part that lies in the range."""
    start, stop = readings[:-1], readings[1:]
    bottom, top = np.minimum(start, stop), np.maximum(start, stop)
    length = top - bottom
    within = np.clip(np.minimum(top, high) - np.maximum(bottom, low), 0, None)
    level = ((bottom >= low) & (top <= high)).astype(np.float64)
    np.divide(within, length, out=level, where=length > 0)
    return level


@dataclass(frozen=True, slots=True)
class PopulationFit:
    """How the standard deviation grows with the mean in a population: sd ∝ mean^power; of `n` people."""

    power: float
    k: float
    n: int


def fit_population(means: Numbers, sds: Numbers) -> PopulationFit:
    """The fit that `vim` needs, over the means and standard deviations of a population's people.

    `power` is the least-squares slope of ln sd on ln mean, `k` the mean of the means to that power. People
    without a positive mean and standard deviation are left out. Papers that fit by non-linear least
    squares get other values. Raises `MeasureError` for fewer than three people or for equal means.
    """
    mean, sd = np.asarray(means, dtype=np.float64), np.asarray(sds, dtype=np.float64)
    if mean.shape != sd.shape:
        raise MeasureError(
            f"There are {mean.size} means and {sd.size} standard deviations.",
            remedy="Give one of each a person.",
        )
    usable = np.isfinite(mean) & np.isfinite(sd) & (mean > 0) & (sd > 0)
    mean, sd = mean[usable], sd[usable]
    if mean.size < FEWEST_PEOPLE or np.ptp(mean) == 0:
        raise MeasureError(
            f"The means of {mean.size} people bear no fit.",
            remedy=f"Give at least {FEWEST_PEOPLE} people with different means and readings that vary.",
        )
    x, y = np.log(mean), np.log(sd)
    x_off = x - x.mean()
    power = float((x_off * (y - y.mean())).sum() / (x_off * x_off).sum())
    return PopulationFit(power, float(mean.mean() ** power), mean.size)


def vim(mean: Any, sd: Any, fit: PopulationFit) -> npt.NDArray[np.float64]:
    """Variability independent of the mean: k·sd/mean^power, in the unit of the values.

    Scalars or columns; NaN where the mean is not positive or either is missing. Only people of the
    population that `fit` describes may be compared.

    Source: Rothwell PM et al., Lancet 2010;375:895-905, doi 10.1016/S0140-6736(10)60308-X.
    """
    mean, sd = np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(mean > 0, fit.k * sd / mean**fit.power, np.nan)
