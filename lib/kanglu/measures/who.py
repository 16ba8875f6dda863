"""The WHO 2019 laboratory model for East Asia: the ten-year risk of a heart attack or stroke."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, sex
from kanglu.measures.equations import Equations, avoidable, hazards, in_blocks, places, solve
from kanglu.measures.points import reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import (
    ASCVD,
    DIABETES,
    NO_DIABETES,
    NO_SMOKING,
    PLAUSIBLE,
    PRESSURE,
    SMOKER,
    age,
    lipid_factors,
    refuse_ascvd,
    sbp,
    total_chol,
)
from kanglu.measures.score import Answer, Band, Score

# Women, men. Age - 60 years, SBP - 120 mmHg, TC - 6 mmol/L.
CORONARY = hazards(
    survival=(0.9894159, 0.9540108),
    mean=(0.0, 0.0),
    age=(0.1020713, 0.0719227),
    total_chol=(0.2050377, 0.2284944),
    sbp=(0.015823, 0.0132183),
    diabetes=(1.070358, 0.6410114),
    smoker=(1.053223, 0.5638109),
    age_total_chol=(-0.0051932, -0.0045806),
    age_sbp=(-0.0001378, -0.0001576),
    age_diabetes=(-0.0234174, -0.0124966),
    age_smoker=(-0.0332666, -0.0182545),
)
STROKE = hazards(
    survival=(0.9890569, 0.9849257),
    mean=(0.0, 0.0),
    age=(0.1056632, 0.0986578),
    total_chol=(0.0257782, 0.029526),
    sbp=(0.0206278, 0.0222629),
    diabetes=(0.8581998, 0.6268712),
    smoker=(0.7443627, 0.4981217),
    age_total_chol=(-0.0021387, 0.00142),
    age_sbp=(-0.0004897, -0.0004147),
    age_diabetes=(-0.0209826, -0.026302),
    age_smoker=(-0.0200822, -0.0150561),
)
# Fitted to the published chart of East Asia, whose 1400 cells they all reproduce; the region's own numbers
# are not public. Log hazard → shift + stretch × log hazard, women, men.
CORONARY_SCALE = np.array([-0.42596, -0.35818]), np.array([0.77378, 1.08563])
STROKE_SCALE = np.array([-0.25655, 0.13652]), np.array([0.59694, 0.71100])

_FACTORS = {
    **PRESSURE,
    "total_chol": lipid_factors("mmol/L")["total_chol"],
    **NO_DIABETES,
    **NO_SMOKING,
}


def _risk(given: Mapping[str, Floats]) -> Floats:
    """The risk in percent; coronary and stroke risks combine as independent ones."""
    return in_blocks(given, _block)


def _block(given: Mapping[str, Floats]) -> Floats:
    male = places(given["sex"])
    years = given["age"] - 60
    terms = {
        "total_chol": given["total_chol"] - 6,
        "sbp": given["sbp"] - 120,
        "diabetes": given["diabetes"],
        "smoker": given["smoker"],
    }
    terms |= {f"age_{name}": years * values for name, values in terms.items()} | {"age": years}

    def hazard(of: Equations, shift: Floats, stretch: Floats) -> Floats:
        return np.exp(np.take(shift, male) + np.take(stretch, male) * solve(of, terms, male))

    return np.expm1(-hazard(CORONARY, *CORONARY_SCALE) - hazard(STROKE, *STROKE_SCALE)) * -100.0


def _compute(given: Readings) -> Answer:
    refuse_ascvd(given)
    risk = _risk(given.values)
    return Answer(
        risk,
        reached(risk, (5, 10, 20, 30)),
        contributors=lambda: avoidable(given.values, _FACTORS, _risk),
    )


WHO_EAST_ASIA = Score(
    id="who_2019_east_asia_lab",
    name={
        "zh": "世界卫生组织十年心血管病风险（东亚，化验模型）",
        "en": "WHO ten-year CVD risk, East Asia, laboratory",
    },
    version="WHO 2019, laboratory model; recalibration fitted to the chart of East Asia",
    unit="%",
    decimals=0,
    population="people of 40–74 years in East Asia without cardiovascular disease",
    source="WHO CVD Risk Chart Working Group. Lancet Glob Health 2019;7:e1332-e1345",
    doi="10.1016/S2214-109X(19)30318-3",
    licence="published equation, open access; the WHO chart (CC BY-NC-SA 3.0 IGO) is not reproduced",
    inputs=(
        sex(),
        age(40, 74),
        total_chol(PLAUSIBLE, "mmol/L"),
        sbp(),
        DIABETES,
        SMOKER,
        ASCVD,
    ),
    bands=(
        Band("below 5", {"zh": "<5%", "en": "below 5 %"}, "ok"),
        Band("5 to 10", {"zh": "5%～<10%", "en": "5 to below 10 %"}, "watch"),
        Band("10 to 20", {"zh": "10%～<20%", "en": "10 to below 20 %"}, "high"),
        Band("20 to 30", {"zh": "20%～<30%", "en": "20 to below 30 %"}, "high"),
        Band("from 30", {"zh": "≥30%", "en": "30 % or more"}, "critical"),
    ),
    compute=_compute,
)


def who_2019_east_asia_lab(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The ten-year risk of a first heart attack, coronary death or stroke, in percent, in East Asia.

    Needs neither waist nor region. Population: 40–74 years without cardiovascular disease (an optional
    ``ascvd_0_1`` makes those who have it ``not_applicable``; 75 years and more are not charted). The paper
    prints no ranges; within plausible limits are taken: TC 1–20 mmol/L (40–770 mg/dL), SBP 60–250 mmHg.
    Diabetes and current smoker: 0 or 1. The charts show the risk at the middle of each cell; here it is that
    of the person's own numbers.

    Bands, those of the chart's colours, on the unrounded value: from 5, 10, 20 and 30 %.

    `contributors`: by how many percentage points the risk would fall were one factor alone at SBP 120 mmHg,
    TC 4.4 mmol/L, no diabetes, no smoking.

    Source: WHO CVD Risk Chart Working Group, Lancet Glob Health 2019;7:e1332-e1345, doi
    10.1016/S2214-109X(19)30318-3. The recalibration is fitted to the published chart and reproduces all its
    1400 cells; the numbers of other regions and of the model without laboratory are not public. Licence:
    published equation.
    """
    return WHO_EAST_ASIA(inputs, contributors=contributors)
