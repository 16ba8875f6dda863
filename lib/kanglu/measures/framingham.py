"""Framingham 2008: the ten-year risk of general cardiovascular disease, with lipids or with BMI."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Input, Inputs, sex
from kanglu.measures.equations import (
    Equations,
    Factor,
    avoidable,
    hazards,
    in_blocks,
    percent,
    places,
    solve,
)
from kanglu.measures.points import reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import (
    ASCVD,
    DIABETES,
    NO_DIABETES,
    NO_SMOKING,
    PLAUSIBLE,
    SMOKER,
    TREATED,
    UNTREATED,
    age,
    bmi,
    hdl_c,
    lipid_factors,
    refuse_ascvd,
    sbp,
    total_chol,
)
from kanglu.measures.score import Answer, Band, Score

# Women, men. Natural logarithms; TC and HDL-C in mg/dL, SBP in mmHg, BMI in kg/m².
LIPID = hazards(
    survival=(0.95012, 0.88936),
    mean=(26.1931, 23.9802),
    age=(2.32888, 3.06117),
    total_chol=(1.20904, 1.12370),
    hdl_c=(-0.70833, -0.93263),
    sbp_untreated=(2.76157, 1.93303),
    sbp_treated=(2.82263, 1.99881),
    smoker=(0.52873, 0.65451),
    diabetes=(0.69154, 0.57367),
)
BMI = hazards(
    survival=(0.94833, 0.88431),
    mean=(26.0145, 23.9388),
    age=(2.72107, 3.11296),
    bmi=(0.51125, 0.79277),
    sbp_untreated=(2.81291, 1.85508),
    sbp_treated=(2.88267, 1.92672),
    smoker=(0.61868, 0.70953),
    diabetes=(0.77763, 0.53160),
)
_SHARED = {**UNTREATED, **NO_DIABETES, **NO_SMOKING}
_LIPID_FACTORS = {**_SHARED, **lipid_factors("mg/dL")}
_BMI_FACTORS = {**_SHARED, "bmi": Factor({"zh": "体重指数", "en": "body mass index"}, {"bmi": 22.0})}


def _risk(of: Equations, given: Mapping[str, Floats]) -> Floats:
    """The risk in percent."""
    return in_blocks(given, partial(_block, of))


def _block(of: Equations, given: Mapping[str, Floats]) -> Floats:
    logarithms = {name: np.log(given[name]) for name in ("age", "total_chol", "hdl_c", "bmi") if name in of}
    ln_sbp, treated = np.log(given["sbp"]), given["treated"]
    terms = {
        **logarithms,
        "sbp_untreated": ln_sbp * (1 - treated),
        "sbp_treated": ln_sbp * treated,
        "smoker": given["smoker"],
        "diabetes": given["diabetes"],
    }
    return percent(solve(of, terms, places(given["sex"])))


def _compute(of: Equations, factors: Mapping[str, Factor], given: Readings) -> Answer:
    refuse_ascvd(given)
    risk = _risk(of, given.values)
    return Answer(
        risk,
        reached(risk, (6,)) + (risk > 20),
        contributors=lambda: avoidable(given.values, factors, partial(_risk, of)),
    )


def _score(
    name: str, zh: str, en: str, of: Equations, factors: Mapping[str, Factor], *inputs: Input
) -> Score:
    return Score(
        id=f"framingham_2008_{name}",
        name={"zh": f"弗雷明汉十年心血管病风险（{zh}）", "en": f"Framingham ten-year CVD risk ({en})"},
        version=f"Framingham 2008, general CVD, {en}",
        unit="%",
        decimals=1,
        population="US adults of 30–74 years without cardiovascular disease; overestimates in Chinese people",
        source="D'Agostino RB et al. Circulation 2008;117:743-753",
        doi="10.1161/CIRCULATIONAHA.107.699579",
        licence="published equation",
        inputs=(sex(), age(30, 74), *inputs, sbp(), TREATED, DIABETES, SMOKER, ASCVD),
        bands=(
            Band("low", {"zh": "低危", "en": "low"}, "ok"),
            Band("intermediate", {"zh": "中危", "en": "intermediate"}, "watch"),
            Band("high", {"zh": "高危", "en": "high"}, "high"),
        ),
        compute=partial(_compute, of, factors),
    )


FRAMINGHAM_LIPID = _score(
    "lipid",
    "血脂模型",
    "lipid model",
    LIPID,
    _LIPID_FACTORS,
    total_chol(PLAUSIBLE, "mg/dL"),
    hdl_c(PLAUSIBLE, "mg/dL"),
)
FRAMINGHAM_BMI = _score("bmi", "体重指数模型", "BMI model", BMI, _BMI_FACTORS, bmi(10, 100))


def framingham_2008_lipid(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The ten-year risk of any cardiovascular disease, in percent, from total and HDL cholesterol.

    The events are coronary disease, stroke, peripheral artery disease and heart failure. Population: US
    adults of 30–74 years without any of them (an optional ``ascvd_0_1`` makes those who have it
    ``not_applicable``). The paper prints no ranges; within plausible limits are taken: TC 40–770 mg/dL
    (1–20 mmol/L), HDL-C 8–190 mg/dL (0.2–5 mmol/L), SBP 60–250 mmHg. On blood-pressure medicine, diabetes,
    current smoker: 0 or 1. The risk is neither floored nor capped.

    Bands, on the unrounded value: intermediate from 6 %, high above 20 %.

    `contributors`: by how many percentage points the risk would fall were one factor alone at SBP 120 mmHg
    untreated, TC 170 and HDL-C 50 mg/dL, no diabetes, no smoking.

    Source: D'Agostino RB et al., Circulation 2008;117:743-753, doi 10.1161/CIRCULATIONAHA.107.699579.
    Licence: published equation.
    """
    return FRAMINGHAM_LIPID(inputs, contributors=contributors)


def framingham_2008_bmi(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """As `framingham_2008_lipid`, with the body mass index (10–100 kg/m²) where no lipids were measured.

    In `contributors` the body mass index is compared with 22 kg/m².
    """
    return FRAMINGHAM_BMI(inputs, contributors=contributors)
