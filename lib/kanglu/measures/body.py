"""Body mass index and waist, classed by the Chinese standards."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, number, sex
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Coded, Places, Score

_BMI_EDGES = np.array([18.5, 24.0, 28.0, 32.5, 37.5, 50.0])
_WAIST_EDGES_MALE, _WAIST_EDGES_FEMALE = np.array([85.0, 90.0]), np.array([80.0, 85.0])

_BMI_BANDS = (
    Band("underweight", {"zh": "低体重", "en": "underweight"}, "low"),
    Band("normal", {"zh": "正常", "en": "normal"}, "ok"),
    Band("overweight", {"zh": "超重", "en": "overweight"}, "watch"),
    Band("obese (mild)", {"zh": "轻度肥胖", "en": "mild obesity"}, "high"),
    Band("obese (moderate)", {"zh": "中度肥胖", "en": "moderate obesity"}, "high"),
    Band("obese (severe)", {"zh": "重度肥胖", "en": "severe obesity"}, "high"),
    Band("obese (extreme, 2024)", {"zh": "极重度肥胖", "en": "extreme obesity"}, "critical"),
)
_WAIST_BANDS = (
    Band("pre-central obesity", {"zh": "中心性肥胖前期", "en": "pre-central obesity"}, "watch"),
    Band("central obesity", {"zh": "中心性肥胖", "en": "central obesity"}, "high"),
)
_BANDS = _BMI_BANDS + _WAIST_BANDS
_CODES = [band.code for band in _BANDS]
_WAIST_PLACES = np.array([1, len(_BMI_BANDS), len(_BMI_BANDS) + 1, -1], dtype=np.int8)


def bmi(weight_kg: Floats, height_cm: Floats) -> Floats:
    """The body mass index in kg/m² of weights in kg and heights in cm."""
    return np.asarray(weight_kg, dtype=np.float64) / (np.asarray(height_cm, dtype=np.float64) / 100) ** 2


def _bmi_places(values: Floats) -> Places:
    places = np.searchsorted(_BMI_EDGES, values, side="right").astype(np.int8)
    return np.where(np.isnan(values), np.int8(-1), places)


def _waist_places(male: Floats, waist: Floats) -> Places:
    step = np.where(
        male == 1,
        np.searchsorted(_WAIST_EDGES_MALE, waist, side="right"),
        np.searchsorted(_WAIST_EDGES_FEMALE, waist, side="right"),
    )
    return _WAIST_PLACES[np.where(np.isnan(male) | np.isnan(waist), 3, step)]


def _compute(given: Readings) -> Answer:
    values, waist = given["bmi"], given["waist"]
    no_bmi = np.isnan(values)
    given.require("bmi", no_bmi & np.isnan(waist))
    given.require("sex", no_bmi & ~np.isnan(waist))
    waist_places = _waist_places(given["sex"], waist)
    both = ~no_bmi & (waist_places >= 0)
    return Answer(
        values,
        np.where(no_bmi, waist_places, _bmi_places(values)),
        notes=[(both & (waist_places == place), f"waist: {_CODES[place]}") for place in _WAIST_PLACES[:3]]
        + [(~no_bmi & ~np.isnan(waist) & (waist_places < 0), "waist: no class without the sex")],
        extra={"waist_class": Coded(waist_places, _CODES)},
    )


BMI_CLASS = Score(
    id="bmi_class_cn",
    name={"zh": "体重指数与腰围分级（中国）", "en": "Body mass index and waist class (China)"},
    version="WS/T 428-2013; degrees of obesity of the NHC guideline 2024",
    unit="kg/m²",
    decimals=1,
    population="adults from 18 years in China",
    source="WS/T 428-2013 成人体重判定; 肥胖症诊疗指南 (NHC 2024); 中国心血管病风险评估和管理指南 2019",
    doi=None,
    licence="national standard; the classes are facts",
    inputs=(
        number(
            "bmi",
            "体重指数",
            "body mass index",
            column("bmi_kg_m2", "kg/m²", 5, 150),
            column_required=False,
            cell_required=False,
        ),
        number(
            "waist",
            "腰围",
            "waist",
            column("waist_cm", "cm", 30, 250),
            column_required=False,
            cell_required=False,
        ),
        sex(column_required=False, cell_required=False),
        number(
            "age",
            "年龄",
            "age",
            column("age_years", "years", 18, 130),
            column_required=False,
            cell_required=False,
        ),
    ),
    bands=_BANDS,
    compute=_compute,
)


def bmi_class_cn(inputs: Inputs) -> pd.DataFrame:
    """The Chinese class of a body mass index (`value`, kg/m²), and of a waist (column ``waist_class``).

    A row with a BMI is banded by it, and `reason` states the class of the waist if that is known too; a row
    with a waist alone has the waist's class as band and no value. The waist needs the sex.

    Population: adults; where the frame has ``age_years``, it must be 18 or more. Ranges: BMI
    5–150 kg/m², waist 30–250 cm (measured 1 cm above the navel).

    Bands: underweight <18.5, normal <24, overweight <28, obese mild <32.5, moderate <37.5, severe <50,
    extreme; waist normal <85 (men) or <80 cm (women), pre-central obesity <90 or <85, central obesity.

    Source: WS/T 428-2013; NHC 肥胖症诊疗指南 2024. Licence: national standard, the classes are facts.
    """
    return BMI_CLASS(inputs)
