"""Kidney function: the estimated glomerular filtration rate and its KDIGO stage."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, number, sex
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Places, Score
from kanglu.units import CREATININE

_STAGES = np.array([90.0, 60.0, 45.0, 30.0, 15.0])
_IMPLAUSIBLE_MG_DL = 40.0


def gfr_stage(egfr: Floats) -> Places:
    """The place of the KDIGO stage (G1 … G5) of an eGFR in mL/min/1.73 m²; -1 where there is none."""
    egfr = np.asarray(egfr, dtype=np.float64)
    stage = np.zeros(egfr.shape, dtype=np.int8)
    for edge in _STAGES:
        stage += egfr < edge
    return np.where(np.isnan(egfr), np.int8(-1), stage)


def _around(ratio: Floats, below: Floats | float, above: float) -> Floats:
    """A marker over its knot, to one power below the knot and to another above it."""
    return np.minimum(ratio, 1) ** below * np.maximum(ratio, 1) ** above


def _by_sex(given: Readings, male: float, female: float) -> Floats:
    return np.where(given["sex"] == 1, male, female)


def _by_creatinine(given: Readings) -> Floats:
    ratio = given["creatinine"] / _by_sex(given, 0.9, 0.7)
    egfr = 142 * _around(ratio, _by_sex(given, -0.302, -0.241), -1.2) * 0.9938 ** given["age"]
    return egfr * _by_sex(given, 1.0, 1.012)


def _by_both(given: Readings) -> Floats:
    ratio = given["creatinine"] / _by_sex(given, 0.9, 0.7)
    egfr = 135 * _around(ratio, _by_sex(given, -0.144, -0.219), -0.544) * 0.9961 ** given["age"]
    return egfr * _around(given["cystatin_c"] / 0.8, -0.323, -0.778) * _by_sex(given, 1.0, 0.963)


def _by_cystatin_c(given: Readings) -> Floats:
    egfr = 133 * _around(given["cystatin_c"] / 0.8, -0.499, -1.328) * 0.996 ** given["age"]
    return egfr * _by_sex(given, 1.0, 0.932)


def _staged(equation: Callable[[Readings], Floats]) -> Callable[[Readings], Answer]:
    """What a score computes with one of the equations."""

    def compute(given: Readings) -> Answer:
        egfr = equation(given)
        notes = []
        if "creatinine" in given.values:
            note = "the creatinine is implausibly high: is the unit right?"
            notes.append((given["creatinine"] > _IMPLAUSIBLE_MG_DL, note))
        return Answer(egfr, gfr_stage(egfr), notes=notes)

    return compute


_AGE = number("age", "年龄", "age", column("age_years", "years", 18, 100))
_CREATININE = number(
    "creatinine",
    "肌酐",
    "creatinine",
    column("creatinine_mg_dl", "mg/dL", 0.1, 100),
    column("creatinine_umol_l", "µmol/L", 8.84, 8840, 1 / CREATININE),
    column("creatinine_umol_l_at_88.4", "µmol/L", 8.84, 8840, 1 / CREATININE),
)
_CYSTATIN_C = number("cystatin_c", "胱抑素C", "cystatin C", column("cystatin_c_mg_l", "mg/L", 0.1, 20))
_BANDS = (
    Band("G1", {"zh": "G1 正常或增高", "en": "G1 normal or high"}, "ok"),
    Band("G2", {"zh": "G2 轻度下降", "en": "G2 mildly decreased"}, "ok"),
    Band("G3a", {"zh": "G3a 轻到中度下降", "en": "G3a mildly to moderately decreased"}, "watch"),
    Band("G3b", {"zh": "G3b 中到重度下降", "en": "G3b moderately to severely decreased"}, "high"),
    Band("G4", {"zh": "G4 重度下降", "en": "G4 severely decreased"}, "high"),
    Band("G5", {"zh": "G5 肾衰竭", "en": "G5 kidney failure"}, "critical"),
)

CKD_EPI = Score(
    id="ckd_epi_2021_cr",
    name={"zh": "估算肾小球滤过率（CKD-EPI 2021 肌酐）", "en": "eGFR (CKD-EPI 2021, creatinine)"},
    version="CKD-EPI 2021 creatinine, without race; KDIGO G stages",
    unit="mL/min/1.73 m²",
    decimals=1,
    population="adults from 18 to 100 years; creatinine traceable to IDMS",
    source="Inker LA et al. N Engl J Med 2021;385:1737-1749",
    doi="10.1056/NEJMoa2102953",
    licence="published equation, free to use",
    inputs=(sex(), _AGE, _CREATININE),
    bands=_BANDS,
    compute=_staged(_by_creatinine),
)


def ckd_epi_2021_cr(inputs: Inputs) -> pd.DataFrame:
    """The estimated glomerular filtration rate in mL/min/1.73 m², and its KDIGO G stage as band.

    Population: adults. Ranges: age 18–100 years; creatinine 0.1–100 mg/dL (8.84–8840 µmol/L), converted
    with 88.4; above 40 mg/dL the value is given with a `reason` that doubts the unit. A stage is a class
    of the number: chronic kidney disease needs three months and, in G1 and G2, a marker of damage.

    Source: Inker LA et al., N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953; KDIGO 2012/2024
    stages G1 ≥90, G2 60–89, G3a 45–59, G3b 30–44, G4 15–29, G5 <15, on the unrounded value. Licence: free.
    """
    return CKD_EPI(inputs)


CKD_EPI_BOTH = Score(
    id="ckd_epi_2021_cr_cys",
    name={"zh": "估算肾小球滤过率（CKD-EPI 2021 肌酐+胱抑素C）", "en": "eGFR (CKD-EPI 2021, both markers)"},
    version="CKD-EPI 2021 creatinine and cystatin C, without race; KDIGO G stages",
    unit="mL/min/1.73 m²",
    decimals=1,
    population="adults from 18 to 100 years; creatinine traceable to IDMS, cystatin C to ERM-DA471/IFCC",
    source="Inker LA et al. N Engl J Med 2021;385:1737-1749",
    doi="10.1056/NEJMoa2102953",
    licence="published equation, free to use",
    inputs=(sex(), _AGE, _CREATININE, _CYSTATIN_C),
    bands=_BANDS,
    compute=_staged(_by_both),
)


def ckd_epi_2021_cr_cys(inputs: Inputs) -> pd.DataFrame:
    """The estimated glomerular filtration rate from creatinine and cystatin C, and its KDIGO G stage.

    In mL/min/1.73 m². Population: adults. Ranges: age 18–100 years; creatinine as in `ckd_epi_2021_cr`;
    cystatin C 0.1–20 mg/L. Both samples of one day.

    Source: Inker LA et al., N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953. Licence: free.
    """
    return CKD_EPI_BOTH(inputs)


CKD_EPI_CYSTATIN_C = Score(
    id="ckd_epi_2012_cys",
    name={"zh": "估算肾小球滤过率（CKD-EPI 2012 胱抑素C）", "en": "eGFR (CKD-EPI 2012, cystatin C)"},
    version="CKD-EPI 2012 cystatin C; KDIGO G stages",
    unit="mL/min/1.73 m²",
    decimals=1,
    population="adults from 18 to 100 years; cystatin C traceable to ERM-DA471/IFCC",
    source="Inker LA et al. N Engl J Med 2012;367:20-29",
    doi="10.1056/NEJMoa1114248",
    licence="published equation, free to use",
    inputs=(sex(), _AGE, _CYSTATIN_C),
    bands=_BANDS,
    compute=_staged(_by_cystatin_c),
)


def ckd_epi_2012_cys(inputs: Inputs) -> pd.DataFrame:
    """The estimated glomerular filtration rate from cystatin C alone, and its KDIGO G stage.

    In mL/min/1.73 m². Population: adults. Ranges: age 18–100 years; cystatin C 0.1–20 mg/L.

    Source: Inker LA et al., N Engl J Med 2012;367:20-29, doi 10.1056/NEJMoa1114248. Licence: free.
    """
    return CKD_EPI_CYSTATIN_C(inputs)
