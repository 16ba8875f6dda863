"""Glucose over days: the shares of readings in, below and above the range, variation, and the GMI."""

from dataclasses import dataclass

import numpy as np

from kanglu.measures.trends import Numbers
from kanglu.measures.variability import variability
from kanglu.units import GLUCOSE

LOW, HIGH = 3.88, 10.0
VERY_LOW, VERY_HIGH = 2.99, 13.9


@dataclass(frozen=True, slots=True)
class GlucoseRanges:
    """Glucose readings in mmol/L, their shares in percent; None where undefined.

    Parameters
    ----------
    n : how many readings were used.
    mean, sd, cv : mmol/L, mmol/L with n-1, percent; of a CGM, a cv of 36 % and less is called stable.
    tir : in range, 3.9–10.0.
    tbr_1, tbr_2 : below range, level 1 (3.0–3.8) and level 2 (below 3.0).
    tar_1, tar_2 : above range, level 1 (10.1–13.9) and level 2 (above 13.9).
    gmi : glucose management indicator, the HbA1c in % that the mean would go with.
    """

    n: int
    mean: float | None
    sd: float | None
    cv: float | None
    tir: float | None
    tbr_1: float | None
    tbr_2: float | None
    tar_1: float | None
    tar_2: float | None
    gmi: float | None


def glucose_ranges(mmol_l: Numbers) -> GlucoseRanges:
    """The shares of glucose readings by level, their variation, and the GMI; a NaN is left out.

    The levels are printed with one decimal, and in mg/dL as whole numbers (54, 70, 180, 250); what lies
    between two of them, such as 3.85, is nobody's. Here every reading has one level, and what is in range on
    either scale is: from 3.88 (70 mg/dL, converted) a reading is in range, from 2.99 (54 mg/dL) it is
    level 1, and all above 10.0 and above 13.9 is the next level up.

    Shares are of readings, so of time only where they are evenly spaced, as from a sensor. They stand for a
    person with at least 14 days of which 70 % are covered; of finger-sticks say "share of readings in
    range", and leave out the GMI, which was fitted to sensors.

    Source: Battelino T et al., Diabetes Care 2019;42:1593-1603, doi 10.2337/dci19-0028; GMI = 3.31 +
    0.02392 · mean in mg/dL, Bergenstal RM et al., Diabetes Care 2018;41:2275-2280, doi 10.2337/dc18-1581.
    """
    readings = np.asarray(mmol_l, dtype=np.float64)
    readings = readings[np.isfinite(readings)]
    spread = variability(readings)
    if spread.mean is None:
        return GlucoseRanges(0, *(None,) * 9)
    level = np.digitize(readings, (VERY_LOW, LOW)) + (readings > HIGH) + (readings > VERY_HIGH)
    shares = (100 * np.bincount(level, minlength=5) / readings.size).tolist()
    tbr_2, tbr_1, tir, tar_1, tar_2 = shares
    return GlucoseRanges(
        spread.n,
        spread.mean,
        spread.sd,
        spread.cv,
        tir,
        tbr_1,
        tbr_2,
        tar_1,
        tar_2,
        3.31 + 0.02392 * GLUCOSE * spread.mean,
    )
