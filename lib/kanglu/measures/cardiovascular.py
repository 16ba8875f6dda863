"""China-PAR: the ten-year risk of a first atherosclerotic cardiovascular event in Chinese adults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Column, Inputs, Unit, column, flag, number, sex
from kanglu.measures.equations import Factor, avoidable, in_blocks
from kanglu.measures.reading import Readings, read
from kanglu.measures.score import Answer, Band, Score

CHOLESTEROL_MG_DL_PER_MMOL_L = 1 / 0.0259
"""The factor this score was published with (elsewhere 38.67 is used)."""

_TC = (Unit("mg/dL", 80, 400), Unit("mmol/L", 2, 11, CHOLESTEROL_MG_DL_PER_MMOL_L))
_HDL = (Unit("mg/dL", 20, 130), Unit("mmol/L", 0.5, 4, CHOLESTEROL_MG_DL_PER_MMOL_L))
_DERIVED = (35, 74)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """One sex's coefficients; natural logarithms, TC and HDL-C in mg/dL, SBP in mmHg, waist in cm."""

    age: float
    sbp_treated: float
    sbp_untreated: float
    total_chol: float
    hdl_c: float
    waist: float
    smoker: float
    diabetes: float
    north: float
    urban: float
    family_history: float
    age_sbp_treated: float
    age_sbp_untreated: float
    age_smoker: float
    age_family_history: float
    intercept: float


# Re-derived: within 0.005 of every printed coefficient, and reproducing all 679 recorded outputs of the
# official calculator. Not the authors' unpublished set; only the predictions are identified.
MALE = Coefficients(
    age=31.965,
    sbp_treated=27.385,
    sbp_untreated=26.14514,
    total_chol=0.620851,
    hdl_c=-0.695,
    waist=-0.71119,
    smoker=3.955,
    diabetes=0.357652,
    north=0.475,
    urban=-0.163729,
    family_history=6.218077,
    age_sbp_treated=-6.017649,
    age_sbp_untreated=-5.730636,
    age_smoker=-0.938903,
    age_family_history=-1.533289,
    intercept=-144.183076,
)
FEMALE = Coefficients(
    age=24.868674,
    sbp_treated=20.705,
    sbp_untreated=19.975772,
    total_chol=0.057771,
    hdl_c=-0.216991,
    waist=1.475,
    smoker=0.495,
    diabetes=0.566985,
    north=0.543887,
    urban=0.0,
    family_history=0.0,
    age_sbp_treated=-4.526986,
    age_sbp_untreated=-4.35844,
    age_smoker=0.0,
    age_family_history=0.0,
    intercept=-121.434751,
)


class _Terms(NamedTuple):
    """What the equation multiplies: logarithms and flags."""

    age: Floats
    sbp: Floats
    treated: Floats
    total_chol: Floats
    hdl_c: Floats
    waist: Floats
    smoker: Floats
    diabetes: Floats
    north: Floats
    urban: Floats
    family_history: Floats


_LOGARITHMS = ("age", "sbp", "total_chol", "hdl_c", "waist")
_FLAGS = ("treated", "smoker", "diabetes", "north", "urban", "family_history")


def _predictor(c: Coefficients, t: _Terms) -> Floats:
    """The linear predictor of one sex, intercept included, from logarithms and flags."""
    sbp = c.sbp_untreated + (c.sbp_treated - c.sbp_untreated) * t.treated
    sbp += t.age * (c.age_sbp_untreated + (c.age_sbp_treated - c.age_sbp_untreated) * t.treated)
    z = c.intercept + c.age * t.age + sbp * t.sbp
    z += c.total_chol * t.total_chol + c.hdl_c * t.hdl_c + c.waist * t.waist
    z += c.diabetes * t.diabetes + c.north * t.north
    if c.urban:
        z += c.urban * t.urban
    if c.age_smoker:
        z += (c.smoker + c.age_smoker * t.age) * t.smoker
    else:
        z += c.smoker * t.smoker
    if c.family_history:
        z += (c.family_history + c.age_family_history * t.age) * t.family_history
    return z


def _risk(given: Mapping[str, Floats]) -> Floats:
    """The risk in percent; NaN where anything is."""
    return in_blocks(given, _block)


def _block(given: Mapping[str, Floats]) -> Floats:
    """The risk of a block of rows."""
    terms = _Terms(
        **{name: np.log(given[name]) for name in _LOGARITHMS},
        **{name: given[name] for name in _FLAGS},
    )
    women = _predictor(FEMALE, terms)
    z = _predictor(MALE, terms)
    z -= women
    z *= given["sex"]
    z += women
    return np.expm1(-np.exp(z)) * -100.0


# The comparison person of the official site: same sex, age and region, nothing else; waist by sex.
_FACTORS = {
    "blood_pressure": Factor({"zh": "血压", "en": "blood pressure"}, {"sbp": 120.0, "treated": 0.0}),
    "total_chol": Factor({"zh": "总胆固醇", "en": "total cholesterol"}, {"total_chol": 200.0}),
    "hdl_c": Factor({"zh": "高密度脂蛋白胆固醇", "en": "HDL cholesterol"}, {"hdl_c": 40.0}),
    "waist": Factor({"zh": "腰围", "en": "waist"}, {"waist": (90.0, 85.0)}),
    "diabetes": Factor({"zh": "糖尿病", "en": "diabetes"}, {"diabetes": 0.0}),
    "smoker": Factor({"zh": "吸烟", "en": "smoking"}, {"smoker": 0.0}),
    "family_history": Factor(
        {"zh": "心脑血管病家族史", "en": "family history of ASCVD"}, {"family_history": 0.0}
    ),
}


def ideal_risk(inputs: Inputs) -> Floats:
    """The risk in percent of the official site's comparison person: same sex, age and region, else ideal.

    TC 200 and HDL-C 40 mg/dL, SBP 120 mmHg untreated, waist 90 cm (men) or 85 cm (women), no diabetes, no
    smoking, no family history. NaN where age, sex or region cannot be used.
    """
    items = [item for item in CHINA_PAR.inputs if item.key in ("sex", "age", "north", "urban")]
    given = dict(read(inputs, items, score=CHINA_PAR.id).values)
    for factor in _FACTORS.values():
        for name, level in factor.ideal.items():
            men, women = level if isinstance(level, tuple) else (level, level)
            given[name] = np.where(given["sex"] == 1, men, women)
    return _risk(given)


def _compute(given: Readings) -> Answer:
    given.refuse("ascvd", given["ascvd"] == 1, "is 1: the score is for people without ASCVD")
    risk = _risk(given.values)
    band = (risk >= 5).view(np.int8) + (risk >= 10).view(np.int8)
    age = given["age"]
    extrapolated = (age < _DERIVED[0]) | (age > _DERIVED[1])
    note = f"{given.columns['age']} is outside 35–74, where China-PAR was derived: an extrapolation"
    return Answer(
        risk,
        band,
        notes=((extrapolated, note),),
        contributors=lambda: avoidable(given.values, _FACTORS, _risk),
    )


CHINA_PAR = Score(
    id="china_par_10y",
    name={"zh": "China-PAR 十年心脑血管病风险", "en": "China-PAR ten-year ASCVD risk"},
    version="China-PAR 2016, 10 years; coefficients re-derived 2026-05 (not the authors' own set)",
    unit="%",
    decimals=1,
    population="Chinese adults without ASCVD; derived at 35–74 years, offered by its site at 20–85",
    source="Yang X et al. Circulation 2016;134:1430-1440; 中国心血管病风险评估和管理指南 2019",
    doi="10.1161/CIRCULATIONAHA.116.022367",
    licence="published equation; no affiliation with the authors or their site",
    inputs=(
        sex(),
        number("age", "年龄", "age", column("age_years", "years", 20, 85), whole=True),
        flag("north", "北方（长江以北）", "north of the Yangtze", "north_0_1", "residence_north"),
        flag("urban", "城市", "urban", "urban_0_1", "residence_urban"),
        number("waist", "腰围", "waist", column("waist_cm", "cm", 50, 130)),
        number(
            "total_chol",
            "总胆固醇",
            "total cholesterol",
            Column("total_chol_value", _TC, "total_chol_unit"),
            Column("tc_mmol_l", _TC[1:]),
            Column("tc_mg_dl", _TC[:1]),
        ),
        number(
            "hdl_c",
            "高密度脂蛋白胆固醇",
            "HDL cholesterol",
            Column("hdl_c_value", _HDL, "hdl_c_unit"),
            Column("hdl_c_mmol_l", _HDL[1:]),
            Column("hdl_mmol_l", _HDL[1:]),
            Column("hdl_c_mg_dl", _HDL[:1]),
        ),
        number("sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", 70, 200), whole=True),
        # Not part of the equation; the official site asks for it, so where a file has it, it must be good.
        number(
            "dbp",
            "舒张压",
            "diastolic pressure",
            column("dbp_mmhg", "mmHg", 40, 140),
            whole=True,
            column_required=False,
        ),
        flag("treated", "服用降压药", "on blood-pressure medicine", "on_antihypertensive_0_1"),
        flag("diabetes", "糖尿病", "diabetes", "diabetes_0_1"),
        flag("smoker", "现在吸烟", "current smoker", "current_smoker_0_1"),
        flag(
            "family_history",
            "心脑血管病家族史",
            "family history of ASCVD",
            "family_history_ascvd_0_1",
            "family_history_ascvd",
        ),
        flag("ascvd", "心脑血管病", "ASCVD", "ascvd_0_1", column_required=False, cell_required=False),
    ),
    bands=(
        Band("low", {"zh": "低危", "en": "low"}, "ok"),
        Band("medium", {"zh": "中危", "en": "medium"}, "watch"),
        Band("high", {"zh": "高危", "en": "high"}, "high"),
    ),
    compute=_compute,
)


def china_par(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The ten-year risk of a first ASCVD event (heart attack, coronary death, stroke), in percent.

    Population: Chinese adults without ASCVD. Derived at 35–74 years; the official site answers at 20–85,
    and so does this function, with a `reason` that calls a value outside 35–74 an extrapolation. People
    with ASCVD (an optional column ``ascvd_0_1``) get ``not_applicable``.

    Inputs and their ranges, those of the official site, judged in the unit given: sex; age 20–85 in
    completed years; waist 50–130 cm; TC 80–400 mg/dL or 2–11 mmol/L; HDL-C 20–130 mg/dL or 0.5–4 mmol/L;
    SBP 70–200 mmHg, whole; north of the Yangtze, urban, on blood-pressure medicine, diabetes, current
    smoker, family history of ASCVD, each 0 or 1. DBP is not used; where the frame has ``dbp_mmhg``, it must
    be whole and 40–140, as on the site. ``CHINA_PAR.columns()`` lists the columns.

    Bands (on the unrounded value): low below 5 %, medium from 5 %, high from 10 %.

    `contributors`: for each factor, by how many percentage points the risk would fall (or rise, if
    negative) were that factor alone as in the site's comparison person of the same sex, age and region
    (`ideal_risk`). They do not add up to the whole difference: the model is not additive.

    Coefficients: a re-derivation within the rounding of the printed table, reproducing 679 recorded outputs
    of the official calculator to 0.05 percentage points; not the authors' unpublished set. Lifetime risk
    is not offered: its model is not public.

    Source: Yang X et al., Circulation 2016;134:1430-1440, doi 10.1161/CIRCULATIONAHA.116.022367; bands
    from 中国心血管病风险评估和管理指南 2019. Licence: published equation.
    """
    return CHINA_PAR(inputs, contributors=contributors)
