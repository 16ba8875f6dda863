"""Stroke: the eight factors of the Chinese screening programme, and CHA2DS2-VASc in atrial fibrillation."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, flag, sex
from kanglu.measures.points import added, given_points, reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import DIABETES, SMOKER, age, bmi
from kanglu.measures.score import Answer, Band, Output, Score

_OBESE_BMI = 26
_MANY = 3
_CHRONIC = ("hypertension", "diabetes", "fibrillation")
_FLAGS = (*_CHRONIC, "dyslipidaemia", "smoker", "inactive", "family_history")
_HYPERTENSION = flag("hypertension", "高血压", "hypertension", "hypertension_0_1")


def _compute_factors(given: Readings) -> Answer:
    items = {name: given[name] for name in _FLAGS}
    items["valve"] = given["valve"] * (1 - given["fibrillation"])  # the two are one factor
    items["bmi"] = (given["bmi"] >= _OBESE_BMI).astype(np.float64)
    count = added(items.values())
    chronic = added(items[name] for name in _CHRONIC) > 0
    high = (count >= _MANY) | (given["stroke"] == 1)
    band = np.where(high, np.int8(2), chronic)
    return Answer(count, band, contributors=lambda: given_points(items, STROKE_8.inputs, given.size))


STROKE_8 = Score(
    id="stroke_8",
    name={"zh": "脑卒中八项危险因素筛查", "en": "Stroke screening by eight risk factors"},
    version="national stroke screening programme (China), eight factors",
    unit="factors",
    decimals=0,
    population="Chinese adults from 40 years",
    source="国家卫生健康委脑卒中高危人群筛查和干预项目",
    doi=None,
    licence="rule of a national programme; a fact",
    inputs=(
        age(40, 120),
        _HYPERTENSION,
        flag("dyslipidaemia", "血脂异常", "dyslipidaemia", "dyslipidaemia_0_1"),
        DIABETES,
        flag("fibrillation", "心房颤动", "atrial fibrillation", "atrial_fibrillation_0_1"),
        flag("valve", "瓣膜性心脏病", "valvular heart disease", "valvular_heart_disease_0_1"),
        SMOKER,
        bmi(10, 100),
        flag("inactive", "缺乏运动", "physically inactive", "inactivity_0_1"),
        flag("family_history", "脑卒中家族史", "family history of stroke", "family_history_stroke_0_1"),
        flag("stroke", "既往脑卒中或短暂性脑缺血发作", "stroke or TIA", "stroke_tia_0_1"),
    ),
    bands=(
        Band("low", {"zh": "低危", "en": "low"}, "ok"),
        Band("medium", {"zh": "中危", "en": "medium"}, "watch"),
        Band("high", {"zh": "高危", "en": "high"}, "high"),
    ),
    compute=_compute_factors,
)


def _compute_points(of_sex: float, given: Readings) -> Answer:
    items = _points(of_sex, given)
    total = added(items.values())
    return Answer(
        total,
        reached(total - items["sex"], (1, 2)),
        contributors=lambda: given_points(items, CHA2DS2_VASC.inputs, given.size),
    )


def _points(of_sex: float, given: Readings) -> Mapping[str, Floats]:
    return {
        "age": reached(given["age"], (65, 75)).astype(np.float64),
        "sex": (1 - given["sex"]) * of_sex,
        "heart_failure": given["heart_failure"],
        "hypertension": given["hypertension"],
        "diabetes": given["diabetes"],
        "stroke": given["stroke"] * 2,
        "vascular": given["vascular"],
    }


# By the points without those of the sex, as the guidelines of the ESC read the score.
_BANDS = (
    Band("low", {"zh": "低危", "en": "low"}, "ok"),
    Band("medium", {"zh": "中危，可考虑抗凝", "en": "medium: anticoagulation may be considered"}, "watch"),
    Band("high", {"zh": "高危，建议抗凝", "en": "high: anticoagulation recommended"}, "high"),
)
_OUTPUTS = {
    "cha2ds2_vasc": Output(
        {"zh": "CHA2DS2-VASc 评分", "en": "CHA2DS2-VASc"},
        "CHA2DS2-VASc, Lip 2010; bands of ESC 2020",
        _BANDS,
        partial(_compute_points, 1),
    ),
    "cha2ds2_va": Output(
        {"zh": "CHA2DS2-VA 评分（不计性别）", "en": "CHA2DS2-VA, without sex"},
        "CHA2DS2-VA; bands of ESC 2024",
        _BANDS,
        partial(_compute_points, 0),
    ),
}
_FIRST = _OUTPUTS["cha2ds2_vasc"]

CHA2DS2_VASC = Score(
    id="cha2ds2_vasc",
    name={"zh": "CHA2DS2-VASc 房颤卒中风险评分", "en": "CHA2DS2-VASc, stroke risk in atrial fibrillation"},
    version=_FIRST.version,
    unit="points",
    decimals=0,
    population="adults with atrial fibrillation, without mitral stenosis or a mechanical valve",
    source="Lip GYH et al. Chest 2010;137:263-272; ESC guideline on atrial fibrillation 2024",
    doi="10.1378/chest.09-1584",
    licence="published points table",
    inputs=(
        age(18, 120),
        sex(),
        flag("heart_failure", "心力衰竭", "heart failure", "chf_0_1"),
        _HYPERTENSION,
        DIABETES,
        flag("stroke", "卒中、短暂性脑缺血发作或血栓栓塞", "stroke, TIA or embolism", "stroke_tia_te_0_1"),
        flag("vascular", "血管疾病", "vascular disease", "vascular_disease_0_1"),
    ),
    bands=_FIRST.bands,
    compute=_FIRST.compute,
    outputs=_OUTPUTS,
)


def stroke_8(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """How many of eight risk factors of stroke a person has, and the class of risk as band.

    The factors: hypertension, dyslipidaemia, diabetes, atrial fibrillation or valvular heart disease (one
    factor), current smoking, BMI from 26 kg/m², physical inactivity, stroke in the family. High with three
    or more, or after a stroke or TIA (which counts as no factor); medium with fewer, where hypertension,
    diabetes or atrial fibrillation is among them; else low.

    Population: Chinese adults from 40 years. Ranges: BMI 10–100 kg/m²; all else 0 or 1. `contributors`: the
    factors that are there. Source: the national programme that screens for a high risk of stroke
    (脑卒中高危人群筛查和干预项目). Licence: a fact.
    """
    return STROKE_8(inputs, contributors=contributors)


def cha2ds2_vasc(inputs: Inputs, *, output: str = "cha2ds2_vasc", contributors: bool = False) -> pd.DataFrame:
    """The points (0–9) for the risk of stroke in atrial fibrillation; `output` cha2ds2_va leaves the sex out.

    Heart failure, hypertension, diabetes, vascular disease and female sex 1 each; 65–74 years 1, from 75
    years 2; stroke, TIA or embolism 2. Population: adults of 18–120 years with atrial fibrillation, without
    mitral stenosis or a mechanical valve. All but age and sex 0 or 1.

    Bands, by the points without that of the sex: medium with 1 (anticoagulation may be considered), high
    from 2 (recommended). `contributors`: the points of each item that has any. The Chinese variant from 60
    years (CHA2DS2-VASc-60) is not offered: its weights could not be verified.

    Source: Lip GYH et al., Chest 2010;137:263-272, doi 10.1378/chest.09-1584; bands and CHA2DS2-VA as in the
    ESC guidelines 2020 and 2024. Licence: published points table.
    """
    return CHA2DS2_VASC.giving(output)(inputs, contributors=contributors)
