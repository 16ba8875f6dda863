"""Metabolic syndrome (CDS 2020), the TyG index, and the average glucose that an HbA1c stands for."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats, Mask
from kanglu.measures.columns import Inputs, column, flag, number, sex
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Contributor, Score
from kanglu.units import GLUCOSE, TRIGLYCERIDE

_DECIDED_BY = 3
_CRITERIA = {
    "central_obesity": {"zh": "中心性肥胖", "en": "central obesity"},
    "glucose": {"zh": "高血糖", "en": "raised glucose"},
    "blood_pressure": {"zh": "高血压", "en": "raised blood pressure"},
    "triglycerides": {"zh": "高甘油三酯", "en": "raised triglycerides"},
    "hdl_c": {"zh": "低高密度脂蛋白胆固醇", "en": "low HDL cholesterol"},
}
_NEEDS = {
    "central_obesity": ("sex", "waist"),
    "glucose": ("fpg", "diabetes_treated"),
    "blood_pressure": ("sbp", "dbp", "htn_treated"),
    "triglycerides": ("tg",),
    "hdl_c": ("hdl_c",),
}


def _criteria(given: Readings) -> dict[str, tuple[Mask, Mask]]:
    """By criterion, in which rows it is met, and in which it is certainly not met."""
    male, waist = given["sex"], given["waist"]
    known = {key: ~np.isnan(values) for key, values in given.values.items()}
    wide = ((male == 1) & (waist >= 90)) | ((male == 0) & (waist >= 85))
    glucose = (given["fpg"] >= 6.1) | (given["ogtt2h"] >= 7.8) | (given["diabetes_treated"] == 1)
    pressure = (given["sbp"] >= 130) | (given["dbp"] >= 85) | (given["htn_treated"] == 1)
    met = {
        "central_obesity": wide,
        "glucose": glucose,
        "blood_pressure": pressure,
        "triglycerides": given["tg"] >= 1.7,
        "hdl_c": given["hdl_c"] < 1.04,
    }
    # A waist under 85 is no central obesity in either sex, one from 90 is in both.
    met["central_obesity"] |= waist >= 90
    unmet = {name: ~met[name] & np.logical_and.reduce([known[key] for key in _NEEDS[name]]) for name in met}
    unmet["central_obesity"] |= waist < 85
    return {name: (met[name], unmet[name]) for name in met}


def _compute_syndrome(given: Readings) -> Answer:
    criteria = _criteria(given)
    met = np.sum([yes for yes, _ in criteria.values()], axis=0)
    unmet = np.sum([no for _, no in criteria.values()], axis=0)
    syndrome = met >= _DECIDED_BY
    undecided = ~syndrome & (unmet < _DECIDED_BY)
    for name, (yes, no) in criteria.items():
        for key in _NEEDS[name]:
            given.require(key, undecided & ~yes & ~no)
    partly = met + unmet < len(criteria)
    return Answer(
        met.astype(np.float64),
        syndrome.astype(np.int8),
        notes=((partly, "decided by the criteria that are known; the value counts those"),),
        contributors=lambda: _met(criteria, given.size),
    )


def _met(criteria: dict[str, tuple[Mask, Mask]], size: int) -> list[tuple[Contributor, ...]]:
    return [
        tuple(
            Contributor(name, _CRITERIA[name], 1.0, "criterion")
            for name, (yes, _) in criteria.items()
            if yes[row]
        )
        for row in range(size)
    ]


METABOLIC_SYNDROME = Score(
    id="metabolic_syndrome_cds2020",
    name={"zh": "代谢综合征（CDS 2020）", "en": "Metabolic syndrome (CDS 2020)"},
    version="Chinese Diabetes Society 2020",
    unit="criteria",
    decimals=0,
    population="Chinese adults",
    source="中国2型糖尿病防治指南 2020, 代谢综合征诊断标准",
    doi="10.3760/cma.j.cn115791-20210221-00095",
    licence="national guideline; the criteria are facts",
    inputs=(
        sex(cell_required=False),
        number("waist", "腰围", "waist", column("waist_cm", "cm", 30, 250), cell_required=False),
        number(
            "fpg",
            "空腹血糖",
            "fasting glucose",
            column("fpg_mmol_l", "mmol/L", 0.5, 100),
            column("fasting_glucose_mmol_l", "mmol/L", 0.5, 100),
            cell_required=False,
        ),
        number(
            "ogtt2h",
            "餐后2小时血糖",
            "two-hour glucose",
            column("ogtt2h_mmol_l", "mmol/L", 0.5, 100),
            column("glucose_2h_mmol_l", "mmol/L", 0.5, 100),
            column_required=False,
            cell_required=False,
        ),
        flag(
            "diabetes_treated",
            "已治疗的糖尿病",
            "treated diabetes",
            "diabetes_treated_0_1",
            cell_required=False,
        ),
        number(
            "sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", 40, 350), cell_required=False
        ),
        number(
            "dbp", "舒张压", "diastolic pressure", column("dbp_mmhg", "mmHg", 20, 250), cell_required=False
        ),
        flag(
            "htn_treated",
            "已治疗的高血压",
            "treated hypertension",
            "htn_treated_0_1",
            "on_antihypertensive_0_1",
            cell_required=False,
        ),
        number(
            "tg",
            "甘油三酯",
            "triglycerides",
            column("tg_mmol_l", "mmol/L", 0.05, 150),
            column("triglycerides_mmol_l", "mmol/L", 0.05, 150),
            cell_required=False,
        ),
        number(
            "hdl_c",
            "高密度脂蛋白胆固醇",
            "HDL cholesterol",
            column("hdl_mmol_l", "mmol/L", 0.05, 10),
            column("hdl_c_mmol_l", "mmol/L", 0.05, 10),
            cell_required=False,
        ),
    ),
    bands=(
        Band("no metabolic syndrome", {"zh": "无代谢综合征", "en": "no metabolic syndrome"}, "ok"),
        Band("metabolic syndrome", {"zh": "代谢综合征", "en": "metabolic syndrome"}, "high"),
    ),
    compute=_compute_syndrome,
)


def metabolic_syndrome_cds2020(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The number of criteria met (0–5), and whether three or more of them make a metabolic syndrome.

    Criteria: waist ≥90 cm (men) or ≥85 cm (women); fasting glucose ≥6.1 or two-hour glucose ≥7.8 mmol/L or
    treated diabetes; pressure ≥130 and/or ≥85 mmHg or treated; triglycerides ≥1.70; HDL-C <1.04 mmol/L.

    Cells may be missing as long as the others decide: three criteria met, or three certainly not; the value
    then counts what is known and `reason` says so. Else the row is ``incomplete`` and `missing` names
    what would decide. A glucose tolerance test is not asked for where fasting glucose and treatment are
    known. Population: Chinese adults. Ranges: those of the physically possible (``columns()``).

    Source: 中国2型糖尿病防治指南 2020. Licence: the criteria are facts.
    """
    return METABOLIC_SYNDROME(inputs, contributors=contributors)


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
