"""Metabolic syndrome, by the Chinese Diabetes Society (CDS 2020) and the Diabetes Federation (IDF 2005)."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Mask
from kanglu.measures.columns import Input, Inputs, column, flag, number, sex
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Coded, Contributor, Score

_SEX = sex(cell_required=False)
_WAIST = number("waist", "腰围", "waist", column("waist_cm", "cm", 30, 250), cell_required=False)
_FPG = number(
    "fpg",
    "空腹血糖",
    "fasting glucose",
    column("fpg_mmol_l", "mmol/L", 0.5, 100),
    column("fasting_glucose_mmol_l", "mmol/L", 0.5, 100),
    cell_required=False,
)
_SBP = number("sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", 40, 350), cell_required=False)
_DBP = number("dbp", "舒张压", "diastolic pressure", column("dbp_mmhg", "mmHg", 20, 250), cell_required=False)
_TG = number(
    "tg",
    "甘油三酯",
    "triglycerides",
    column("tg_mmol_l", "mmol/L", 0.05, 150),
    column("triglycerides_mmol_l", "mmol/L", 0.05, 150),
    cell_required=False,
)
_HDL = number(
    "hdl_c",
    "高密度脂蛋白胆固醇",
    "HDL cholesterol",
    column("hdl_mmol_l", "mmol/L", 0.05, 10),
    column("hdl_c_mmol_l", "mmol/L", 0.05, 10),
    cell_required=False,
)
_BANDS = (
    Band("no metabolic syndrome", {"zh": "无代谢综合征", "en": "no metabolic syndrome"}, "ok"),
    Band("metabolic syndrome", {"zh": "代谢综合征", "en": "metabolic syndrome"}, "high"),
)
_DECIDED_BY = 3
_CRITERIA = {
    "central_obesity": {"zh": "中心性肥胖", "en": "central obesity"},
    "glucose": {"zh": "高血糖", "en": "raised glucose"},
    "blood_pressure": {"zh": "高血压", "en": "raised blood pressure"},
    "triglycerides": {"zh": "高甘油三酯", "en": "raised triglycerides"},
    "hdl_c": {"zh": "低高密度脂蛋白胆固醇", "en": "low HDL cholesterol"},
}
_CDS_NEEDS = {
    "central_obesity": ("sex", "waist"),
    "glucose": ("fpg", "diabetes_treated"),
    "blood_pressure": ("sbp", "dbp", "htn_treated"),
    "triglycerides": ("tg",),
    "hdl_c": ("hdl_c",),
}


def _cds_criteria(given: Readings) -> dict[str, tuple[Mask, Mask]]:
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
    unmet = {
        name: ~met[name] & np.logical_and.reduce([known[key] for key in _CDS_NEEDS[name]]) for name in met
    }
    unmet["central_obesity"] |= waist < 85
    return {name: (met[name], unmet[name]) for name in met}


def _compute_cds(given: Readings) -> Answer:
    criteria = _cds_criteria(given)
    met = np.sum([yes for yes, _ in criteria.values()], axis=0)
    unmet = np.sum([no for _, no in criteria.values()], axis=0)
    syndrome = met >= _DECIDED_BY
    undecided = ~syndrome & (unmet < _DECIDED_BY)
    for name, (yes, no) in criteria.items():
        for key in _CDS_NEEDS[name]:
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
        _SEX,
        _WAIST,
        _FPG,
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
        _SBP,
        _DBP,
        flag(
            "htn_treated",
            "已治疗的高血压",
            "treated hypertension",
            "htn_treated_0_1",
            "on_antihypertensive_0_1",
            cell_required=False,
        ),
        _TG,
        _HDL,
    ),
    bands=_BANDS,
    compute=_compute_cds,
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


_IDF_NEEDS = {
    "central_obesity": ("sex", "waist"),
    "glucose": ("fpg", "diabetes"),
    "blood_pressure": ("sbp", "dbp", "bp_drug"),
    "triglycerides": ("tg", "tg_drug"),
    "hdl_c": ("sex", "hdl_c", "hdl_drug"),
}
_IDF_OTHERS = 2
_BMI_STANDS_FOR_WAIST = 30


def _idf_criteria(given: Readings) -> dict[str, tuple[Mask, Mask]]:
    """By criterion, in which rows it is met, and in which it is certainly not, whatever an unknown sex."""
    waist, hdl_c = given["waist"], given["hdl_c"]
    man, woman = given["sex"] == 1, given["sex"] == 0
    known = {key: ~np.isnan(values) for key, values in given.values.items()}
    met = {
        "central_obesity": (waist >= 90) | (woman & (waist >= 80)) | (given["bmi"] > _BMI_STANDS_FOR_WAIST),
        "glucose": (given["fpg"] >= 5.6) | (given["diabetes"] == 1),
        "blood_pressure": (given["sbp"] >= 130) | (given["dbp"] >= 85) | (given["bp_drug"] == 1),
        "triglycerides": (given["tg"] >= 1.7) | (given["tg_drug"] == 1),
        "hdl_c": (hdl_c < 1.03) | (woman & (hdl_c < 1.29)) | (given["hdl_drug"] == 1),
    }
    unmet = {
        name: ~met[name] & np.logical_and.reduce([known[key] for key in _IDF_NEEDS[name]]) for name in met
    }
    unmet["central_obesity"] |= ~met["central_obesity"] & ((waist < 80) | (man & (waist < 90)))
    unmet["hdl_c"] |= (hdl_c >= 1.29) & (given["hdl_drug"] == 0)
    return {name: (met[name], unmet[name]) for name in met}


def _compute_idf(given: Readings) -> Answer:
    criteria = _idf_criteria(given)
    wide, narrow = criteria["central_obesity"]
    others = {name: criteria[name] for name in criteria if name != "central_obesity"}
    met = np.sum([yes for yes, _ in others.values()], axis=0)
    unmet = np.sum([no for _, no in others.values()], axis=0)
    enough, never = met >= _IDF_OTHERS, len(others) - unmet < _IDF_OTHERS
    undecided = ~((wide & enough) | narrow | never)
    sought: dict[str, Mask] = {}
    for name, (yes, no) in criteria.items():
        still = undecided & ~yes & ~no
        if name in others:
            still &= ~enough
        for key in _IDF_NEEDS[name]:
            sought[key] = sought.get(key, np.False_) | still
    for key, where in sought.items():
        given.require(key, where)
    partly = (met + unmet < len(others)) | ~(wide | narrow)
    return Answer(
        met.astype(np.float64),
        (wide & enough).astype(np.int8),
        notes=((partly, "decided by the criteria that are known; the value counts those"),),
        contributors=lambda: _met(criteria, given.size),
        extra={"central_obesity": Coded(np.where(wide | narrow, wide, -1).astype(np.int8), ("no", "yes"))},
    )


def _asked(key: str, zh: str, en: str, *names: str) -> Input:
    return flag(key, zh, en, *names, cell_required=False)


METABOLIC_SYNDROME_IDF = Score(
    id="metabolic_syndrome_idf2005",
    name={"zh": "代谢综合征（IDF 2005，中国人腰围）", "en": "Metabolic syndrome (IDF 2005, Chinese waist)"},
    version="International Diabetes Federation 2005, waist limits for Chinese people",
    unit="criteria",
    decimals=0,
    population="Chinese adults",
    source="Alberti KG et al. Lancet 2005;366:1059-1062",
    doi="10.1016/S0140-6736(05)67402-8",
    licence="published definition; the criteria are facts",
    inputs=(
        _SEX,
        _WAIST,
        number(
            "bmi",
            "体重指数",
            "body mass index",
            column("bmi_kg_m2", "kg/m²", 5, 150),
            column_required=False,
            cell_required=False,
        ),
        _TG,
        _asked("tg_drug", "服用降甘油三酯药", "medicine for triglycerides", "tg_drug_0_1"),
        _HDL,
        _asked("hdl_drug", "服用升高密度脂蛋白药", "medicine for HDL cholesterol", "hdl_drug_0_1"),
        _SBP,
        _DBP,
        _asked(
            "bp_drug",
            "服用降压药",
            "on blood-pressure medicine",
            "bp_drug_0_1",
            "htn_treated_0_1",
            "on_antihypertensive_0_1",
        ),
        _FPG,
        _asked("diabetes", "已诊断2型糖尿病", "known type 2 diabetes", "previous_t2dm_0_1"),
    ),
    bands=_BANDS,
    compute=_compute_idf,
)


def metabolic_syndrome_idf2005(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The number of criteria met beside central obesity (0–4), and whether there is a metabolic syndrome.

    That is central obesity (column ``central_obesity``: waist ≥90 cm in men, ≥80 cm in women, or a BMI
    >30 kg/m²) with two of: triglycerides ≥1.7 mmol/L or a medicine for them; HDL-C <1.03 (men) or <1.29
    mmol/L (women) or a medicine for it; pressure ≥130 and/or ≥85 mmHg or a medicine; fasting glucose
    ≥5.6 mmol/L or known type 2 diabetes.

    Cells may be missing as long as the others decide; the value then counts what is known and `reason` says
    so. Else the row is ``incomplete`` and `missing` names what would decide. A BMI is not asked for.
    Population: Chinese adults. Ranges: those of the physically possible (``columns()``).

    Source: Alberti KG et al., Lancet 2005;366:1059-1062, doi 10.1016/S0140-6736(05)67402-8. Licence: the
    criteria are facts.
    """
    return METABOLIC_SYNDROME_IDF(inputs, contributors=contributors)
