"""Indices of glucose and insulin: TyG, HOMA-IR, and the average glucose that an HbA1c stands for."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, number
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Score
from kanglu.units import GLUCOSE, TRIGLYCERIDE


def _compute_tyg(given: Readings) -> Answer:
    return Answer(np.log(given["tg"] * given["fpg"] / 2), _no_band(given.size))


def _no_band(size: int) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    return np.full(size, -1, dtype=np.int8)


TYG = Score(
    id="tyg",
    name={"zh": "甘油三酯葡萄糖指数（TyG）", "en": "Triglyceride-glucose index (TyG)"},
    version="ln(TG × FPG / 2), both in mg/dL",
    unit="1",
    decimals=2,
    population="adults; fasting sample",
    source="Simental-Mendía LE et al. Metab Syndr Relat Disord 2008;6:299-304",
    doi="10.1089/met.2008.0034",
    licence="published equation",
    inputs=(
        number(
            "tg",
            "甘油三酯",
            "triglycerides",
            column("triglycerides_mmol_l", "mmol/L", 0.05, 150, TRIGLYCERIDE),
            column("tg_mmol_l", "mmol/L", 0.05, 150, TRIGLYCERIDE),
            column("triglycerides_mg_dl_x88.57", "mg/dL", 5, 13000),
            column("triglycerides_mg_dl", "mg/dL", 5, 13000),
        ),
        number(
            "fpg",
            "空腹血糖",
            "fasting glucose",
            column("fasting_glucose_mmol_l", "mmol/L", 0.5, 100, GLUCOSE),
            column("fpg_mmol_l", "mmol/L", 0.5, 100, GLUCOSE),
            column("fasting_glucose_mg_dl_x18.0182", "mg/dL", 9, 1800),
            column("fasting_glucose_mg_dl", "mg/dL", 9, 1800),
        ),
    ),
    bands=(),
    compute=_compute_tyg,
)


def tyg(inputs: Inputs) -> pd.DataFrame:
    """The triglyceride-glucose index, ln(TG × fasting glucose / 2) with both in mg/dL; no bands.

    Not the variant ln(TG × FPG)/2 that circulates. Population: adults, fasting. Ranges: those of the
    physically possible; mmol/L × 88.57 (TG) and × 18.0182 (glucose). Source: Simental-Mendía LE et al.,
    Metab Syndr Relat Disord 2008;6:299-304, doi 10.1089/met.2008.0034. Licence: published equation.
    """
    return TYG(inputs)


def _compute_eag(given: Readings) -> Answer:
    hba1c = given["hba1c"]
    outside = (hba1c < 5) | (hba1c > 13)
    note = f"{given.columns['hba1c']} is outside 5–13 %, where the relation was studied: an extrapolation"
    return Answer(average_glucose(hba1c), _no_band(given.size), notes=((outside, note),))


def average_glucose(hba1c_percent: Floats) -> Floats:
    """The estimated average glucose in mmol/L of an HbA1c in NGSP percent."""
    return 1.59 * np.asarray(hba1c_percent, dtype=np.float64) - 2.59


EAG = Score(
    id="eag",
    name={"zh": "估算平均血糖", "en": "Estimated average glucose"},
    version="ADAG 2008, in mmol/L",
    unit="mmol/L",
    decimals=1,
    population="adults with and without diabetes; studied at HbA1c 5–13 %",
    source="Nathan DM et al. Diabetes Care 2008;31:1473-1478",
    doi="10.2337/dc08-0545",
    licence="published equation",
    inputs=(
        number(
            "hba1c",
            "糖化血红蛋白",
            "HbA1c",
            column("hba1c_ngsp_percent", "%", 3, 25),
            column("hba1c_percent", "%", 3, 25),
        ),
    ),
    bands=(),
    compute=_compute_eag,
)


def eag(inputs: Inputs) -> pd.DataFrame:
    """The average glucose in mmol/L that an HbA1c (NGSP, %) stands for: 1.59 × HbA1c − 2.59; no bands.

    Population: adults. Range: HbA1c 3–25 %; outside 5–13 %, where the relation was studied, the value is
    given with a `reason` that calls it an extrapolation. Source: Nathan DM et al., Diabetes Care
    2008;31:1473-1478, doi 10.2337/dc08-0545. Licence: published equation.
    """
    return EAG(inputs)


def _compute_homa(given: Readings) -> Answer:
    return Answer(given["insulin"] * given["fpg"] / 22.5, _no_band(given.size))


HOMA_IR = Score(
    id="homa_ir",
    name={"zh": "胰岛素抵抗指数（HOMA-IR）", "en": "Insulin resistance (HOMA-IR)"},
    version="HOMA1: insulin × glucose / 22.5",
    unit="1",
    decimals=2,
    population="adults without insulin treatment; fasting sample",
    source="Matthews DR et al. Diabetologia 1985;28:412-419",
    doi="10.1007/BF00280883",
    licence="published equation",
    inputs=(
        number(
            "insulin",
            "空腹胰岛素",
            "fasting insulin",
            column("fasting_insulin_uU_ml", "µU/mL", 0.1, 1000),
            column("fasting_insulin_pmol_l_at_6.0", "pmol/L", 0.6, 6000, 1 / 6.0),
            column("fasting_insulin_pmol_l_at_6.945", "pmol/L", 0.6945, 6945, 1 / 6.945),
        ),
        number(
            "fpg",
            "空腹血糖",
            "fasting glucose",
            column("fasting_glucose_mmol_l", "mmol/L", 0.5, 100),
            column("fpg_mmol_l", "mmol/L", 0.5, 100),
            column("fasting_glucose_mg_dl_x18.0182", "mg/dL", 9, 1800, 1 / 18),
            column("fasting_glucose_mg_dl", "mg/dL", 9, 1800, 1 / 18),
        ),
    ),
    bands=(),
    compute=_compute_homa,
)


def homa_ir(inputs: Inputs) -> pd.DataFrame:
    """The index of insulin resistance, fasting insulin (µU/mL) × fasting glucose (mmol/L) / 22.5; no bands.

    Glucose in mg/dL is divided by 405 instead, as published. Insulin in pmol/L needs the factor of its
    assay, which the column's name states: 6.0 or 6.945. Limits depend on the assay and the population, so
    there are no bands. Population: adults without insulin treatment, fasting. Ranges: insulin
    0.1–1,000 µU/mL, glucose 0.5–100 mmol/L. Source: Matthews DR et al., Diabetologia 1985;28:412-419, doi
    10.1007/BF00280883. Licence: published equation.
    """
    return HOMA_IR(inputs)
