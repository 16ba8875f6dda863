"""Kidney function: the estimated glomerular filtration rate and its KDIGO stage."""

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


def _compute(given: Readings) -> Answer:
    male, age, creatinine = given["sex"], given["age"], given["creatinine"]
    kappa = np.where(male == 1, 0.9, 0.7)
    alpha = np.where(male == 1, -0.302, -0.241)
    ratio = creatinine / kappa
    egfr = 142 * np.minimum(ratio, 1) ** alpha * np.maximum(ratio, 1) ** -1.2 * 0.9938**age
    egfr *= np.where(male == 1, 1.0, 1.012)
    note = "the creatinine is implausibly high: is the unit right?"
    return Answer(egfr, gfr_stage(egfr), notes=((creatinine > _IMPLAUSIBLE_MG_DL, note),))


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
    inputs=(
        sex(),
        number("age", "年龄", "age", column("age_years", "years", 18, 100)),
        number(
            "creatinine",
            "肌酐",
            "creatinine",
            column("creatinine_mg_dl", "mg/dL", 0.1, 100),
            column("creatinine_umol_l", "µmol/L", 8.84, 8840, 1 / CREATININE),
            column("creatinine_umol_l_at_88.4", "µmol/L", 8.84, 8840, 1 / CREATININE),
        ),
    ),
    bands=(
        Band("G1", {"zh": "G1 正常或增高", "en": "G1 normal or high"}, "ok"),
        Band("G2", {"zh": "G2 轻度下降", "en": "G2 mildly decreased"}, "ok"),
        Band("G3a", {"zh": "G3a 轻到中度下降", "en": "G3a mildly to moderately decreased"}, "watch"),
        Band("G3b", {"zh": "G3b 中到重度下降", "en": "G3b moderately to severely decreased"}, "high"),
        Band("G4", {"zh": "G4 重度下降", "en": "G4 severely decreased"}, "high"),
        Band("G5", {"zh": "G5 肾衰竭", "en": "G5 kidney failure"}, "critical"),
    ),
    compute=_compute,
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
