"""The ACC/AHA Pooled Cohort Equations: the ten-year risk of a first hard ASCVD event in US adults."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, sex, word
from kanglu.measures.equations import avoidable, hazards, in_blocks, percent, places, solve
from kanglu.measures.points import reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import (
    AMERICAN,
    ASCVD,
    DIABETES,
    NO_DIABETES,
    NO_SMOKING,
    SMOKER,
    TREATED,
    UNTREATED,
    age,
    hdl_c,
    lipid_factors,
    refuse_ascvd,
    sbp,
    total_chol,
)
from kanglu.measures.score import Answer, Band, Score

RACES = ("white", "black", "other")
"""What ``race`` may say; the equations of white people serve for others, as the guideline has it."""

# As printed, three decimals: white women, black women, white men, black men. Natural logarithms, mg/dL.
EQUATIONS = hazards(
    survival=(0.9665, 0.9533, 0.9144, 0.8954),
    mean=(-29.18, 86.61, 61.18, 19.54),
    ln_age=(-29.799, 17.114, 12.344, 2.469),
    ln_age_squared=(4.884, 0, 0, 0),
    ln_tc=(13.540, 0.940, 11.853, 0.302),
    ln_age_ln_tc=(-3.114, 0, -2.664, 0),
    ln_hdl=(-13.578, -18.920, -7.990, -0.307),
    ln_age_ln_hdl=(3.149, 4.475, 1.769, 0),
    ln_sbp_treated=(2.019, 29.291, 1.797, 1.916),
    ln_age_ln_sbp_treated=(0, -6.432, 0, 0),
    ln_sbp_untreated=(1.957, 27.820, 1.764, 1.809),
    ln_age_ln_sbp_untreated=(0, -6.087, 0, 0),
    smoker=(7.574, 0.691, 7.837, 0.549),
    ln_age_smoker=(-1.665, 0, -1.795, 0),
    diabetes=(0.661, 0.874, 0.658, 0.645),
)
_FACTORS = {**UNTREATED, **lipid_factors("mg/dL"), **NO_DIABETES, **NO_SMOKING}


def _risk(given: Mapping[str, Floats]) -> Floats:
    """The risk in percent."""
    return in_blocks(given, _block)


def _block(given: Mapping[str, Floats]) -> Floats:
    ln_age, ln_tc, ln_hdl, ln_sbp = (np.log(given[name]) for name in ("age", "total_chol", "hdl_c", "sbp"))
    treated = ln_sbp * given["treated"]
    untreated = ln_sbp - treated
    terms = {
        "ln_age": ln_age,
        "ln_age_squared": ln_age * ln_age,
        "ln_tc": ln_tc,
        "ln_age_ln_tc": ln_age * ln_tc,
        "ln_hdl": ln_hdl,
        "ln_age_ln_hdl": ln_age * ln_hdl,
        "ln_sbp_treated": treated,
        "ln_age_ln_sbp_treated": ln_age * treated,
        "ln_sbp_untreated": untreated,
        "ln_age_ln_sbp_untreated": ln_age * untreated,
        "smoker": given["smoker"],
        "ln_age_smoker": ln_age * given["smoker"],
        "diabetes": given["diabetes"],
    }
    black = given["race"] == RACES.index("black")
    return percent(solve(EQUATIONS, terms, 2 * places(given["sex"]) + black))


def _compute(given: Readings) -> Answer:
    refuse_ascvd(given)
    risk = _risk(given.values)
    return Answer(
        risk, reached(risk, (5, 7.5, 20)), contributors=lambda: avoidable(given.values, _FACTORS, _risk)
    )


PCE = Score(
    id="pce_2013",
    name={
        "zh": "汇集队列方程十年动脉粥样硬化性心血管病风险",
        "en": "Pooled Cohort Equations, ten-year ASCVD",
    },
    version="ACC/AHA 2013, coefficients as printed; bands of ACC/AHA 2019",
    unit="%",
    decimals=1,
    population="US adults of 40–79 years without ASCVD; overestimates in Chinese people",
    source="Goff DC et al. Circulation 2014;129(25 Suppl 2):S49-S73",
    doi="10.1161/01.cir.0000437741.48606.98",
    licence="published equation",
    inputs=(
        sex(),
        word("race", "种族", "race", "race", RACES),
        age(40, 79),
        total_chol(AMERICAN, "mg/dL"),
        hdl_c(AMERICAN, "mg/dL"),
        sbp(90, 200),
        TREATED,
        DIABETES,
        SMOKER,
        ASCVD,
    ),
    bands=(
        Band("low", {"zh": "低危", "en": "low"}, "ok"),
        Band("borderline", {"zh": "临界", "en": "borderline"}, "watch"),
        Band("intermediate", {"zh": "中危", "en": "intermediate"}, "watch"),
        Band("high", {"zh": "高危", "en": "high"}, "high"),
    ),
    compute=_compute,
)


def pce_2013(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The ten-year risk of a first heart attack, coronary death or stroke, in percent, in US adults.

    Population: 40–79 years, no ASCVD (an optional ``ascvd_0_1`` makes those who have it
    ``not_applicable``). It overestimates in Chinese people: for visitors used to it, not for a panel.

    Ranges: TC 130–320 mg/dL (3.36–8.28 mmol/L), HDL-C 20–100 mg/dL (0.52–2.59 mmol/L), SBP 90–200 mmHg;
    ``race`` is one of `RACES`; on blood-pressure medicine, diabetes, current smoker, 0 or 1.

    Bands, on the unrounded value: borderline from 5 %, intermediate from 7.5 %, high from 20 %.

    `contributors`: by how many percentage points the risk would fall were one factor alone at SBP 120 mmHg
    untreated, TC 170 and HDL-C 50 mg/dL, no diabetes, no smoking.

    Source: Goff DC et al., Circulation 2014;129(25 Suppl 2):S49-S73, doi 10.1161/01.cir.0000437741.48606.98;
    bands of the 2019 ACC/AHA guideline on primary prevention. Licence: published equation.
    """
    return PCE(inputs, contributors=contributors)
