"""The kidney failure risk equation with four variables: dialysis or transplant within two or five years."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, number, sex
from kanglu.measures.equations import Factor, avoidable
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Score
from kanglu.units import UACR

SURVIVAL = {2: 0.9832, 5: 0.9365}
"""Baseline survival by years, outside North America. Several public ports confuse the two calibrations."""
_MALE, _PER_DECADE, _PER_5_EGFR, _PER_LOG_UACR = 0.2467, -0.2201, -0.5567, 0.4510
_AGE, _EGFR, _LOG_UACR, _MEN = 70.36, 36.11, 5.137, 0.5642
"""The average person of the derivation, at whom the equation is centred."""
_FROM_EGFR = 60
_FACTORS = {
    "egfr": Factor({"zh": "估算肾小球滤过率", "en": "eGFR"}, {"egfr": _EGFR}),
    "uacr": Factor(
        {"zh": "尿白蛋白/肌酐比值", "en": "albumin-to-creatinine ratio"}, {"uacr": float(np.exp(_LOG_UACR))}
    ),
}


def _within(years: int) -> Callable[[Readings], Answer]:
    """What the score of a horizon computes."""
    hazard = float(np.log(SURVIVAL[years]))

    def risk(given: Mapping[str, Floats]) -> Floats:
        z = _PER_DECADE / 10 * (given["age"] - _AGE) + _PER_5_EGFR / 5 * (given["egfr"] - _EGFR)
        z += _PER_LOG_UACR * (np.log(given["uacr"]) - _LOG_UACR) + _MALE * (given["sex"] - _MEN)
        return -100 * np.expm1(hazard * np.exp(z))

    def compute(given: Readings) -> Answer:
        early = given["egfr"] >= _FROM_EGFR
        given.refuse("egfr", early, "is 60 or more: the equation is for chronic kidney disease below that")
        return Answer(
            risk(given.values),
            np.full(given.size, -1, dtype=np.int8),
            contributors=lambda: avoidable(given.values, _FACTORS, risk),
        )

    return compute


def _kfre(years: int) -> Score:
    return Score(
        id=f"kfre_4v_{years}y",
        name={
            "zh": f"肾衰竭风险方程（4变量，{'两' if years == 2 else '五'}年）",
            "en": f"Kidney failure risk, {years} years (KFRE, 4 variables)",
        },
        version=f"KFRE 2016, 4 variables, {years} years, calibrated outside North America",
        unit="%",
        decimals=1,
        population="adults with chronic kidney disease and an eGFR below 60, outside North America",
        source="Tangri N et al. JAMA 2011;305:1553-1559; JAMA 2016;315:164-174",
        doi="10.1001/jama.2015.18202",
        licence="published equation",
        inputs=(
            sex(),
            number("age", "年龄", "age", column("age_years", "years", 18, 100)),
            number(
                "egfr",
                "估算肾小球滤过率",
                "eGFR",
                column("egfr_ml_min_173m2", "mL/min/1.73 m²", 1, 250),
            ),
            number(
                "uacr",
                "尿白蛋白/肌酐比值",
                "albumin-to-creatinine ratio",
                column("uacr_mg_g", "mg/g", 0.1, 25000),
                column("uacr_mg_mmol", "mg/mmol", 0.0113, 2828, UACR),
            ),
        ),
        bands=(),
        compute=_within(years),
    )


KFRE_2Y, KFRE_5Y = _kfre(2), _kfre(5)


def kfre_4v_2y(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The risk of kidney failure (dialysis or transplant) within two years, in percent; no bands.

    Population: adults with chronic kidney disease and an eGFR below 60 mL/min/1.73 m² (else
    ``not_applicable``), by the calibration for people outside North America. Ranges: age 18–100 years;
    eGFR from 1 mL/min/1.73 m²; urine albumin to creatinine 0.1–25,000 mg/g, or 0.0113–2,828 mg/mmol × 8.84.

    `contributors`: for eGFR and albumin, by how many percentage points the risk would fall (or rise, if
    negative) were that factor alone as in the average person of the derivation (36.11 mL/min/1.73 m² and
    170 mg/g). They do not add up to the whole difference.

    Source: Tangri N et al., JAMA 2011;305:1553-1559, doi 10.1001/jama.2011.451; calibration JAMA
    2016;315:164-174, doi 10.1001/jama.2015.18202. Licence: published equation.
    """
    return KFRE_2Y(inputs, contributors=contributors)


def kfre_4v_5y(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The risk of kidney failure within five years, in percent; all else as in `kfre_4v_2y`."""
    return KFRE_5Y(inputs, contributors=contributors)
