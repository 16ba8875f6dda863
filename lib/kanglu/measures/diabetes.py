"""Who, without known diabetes, should be tested for it: the Chinese Diabetes Risk Score, and FINDRISC."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, flag, number, sex
from kanglu.measures.points import Steps, added, given_points, just_above, points, reached
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

AGE: Steps = ((20, 0), (25, 4), (35, 8), (40, 11), (45, 12), (50, 13), (55, 15), (60, 16), (65, 18))
BMI: Steps = ((0, 0), (22, 1), (24, 3), (30, 5))
WAIST_MALE: Steps = ((0, 0), (75, 3), (80, 5), (85, 7), (90, 8), (95, 10))
WAIST_FEMALE: Steps = ((0, 0), (70, 3), (75, 5), (80, 7), (85, 8), (90, 10))
SBP: Steps = ((0, 0), (110, 1), (120, 3), (130, 6), (140, 7), (150, 8), (160, 10))
FAMILY_HISTORY, MALE = 6, 2
HIGH_RISK = 25
_KNOWN = "is 1: the score is for people without known diabetes"


_DIABETES = flag("diabetes", "糖尿病", "diabetes", "diabetes_0_1", column_required=False, cell_required=False)


def _items(given: Readings) -> dict[str, Floats]:
    """The points of each item."""
    male = given["sex"]
    waist = np.where(male == 1, points(given["waist"], WAIST_MALE), points(given["waist"], WAIST_FEMALE))
    return {
        "age": points(given["age"], AGE),
        "bmi": points(given["bmi"], BMI),
        "waist": waist,
        "sbp": points(given["sbp"], SBP),
        "family_history": given["family_history"] * FAMILY_HISTORY,
        "sex": male * MALE,
    }


def _compute(given: Readings) -> Answer:
    given.refuse("diabetes", given["diabetes"] == 1, _KNOWN)
    items = _items(given)
    total = added(items.values())
    return Answer(
        total,
        (total >= HIGH_RISK).astype(np.int8),
        contributors=lambda: given_points(items, DIABETES_RISK.inputs, given.size),
    )


DIABETES_RISK = Score(
    id="chinese_diabetes_risk_score",
    name={"zh": "中国糖尿病风险评分", "en": "Chinese Diabetes Risk Score"},
    version="Zhou 2013, as in the CDS guideline 2020/2024",
    unit="points",
    decimals=0,
    population="Chinese adults of 20–74 years without known diabetes",
    source="Zhou X et al. Diabetes Care 2013;36:3944-3952; 中国2型糖尿病防治指南 2020",
    doi="10.2337/dc13-0593",
    licence="published points table",
    inputs=(
        sex(),
        number("age", "年龄", "age", column("age_years", "years", 20, 74.999)),
        number("bmi", "体重指数", "body mass index", column("bmi_kg_m2", "kg/m²", 10, 100)),
        number("waist", "腰围", "waist", column("waist_cm", "cm", 40, 200)),
        number("sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", 50, 300)),
        flag(
            "family_history",
            "糖尿病家族史",
            "family history of diabetes",
            "family_history_first_degree_0_1",
            "family_history_diabetes_0_1",
            "family_history_diabetes",
        ),
        _DIABETES,
    ),
    bands=(
        Band("not high", {"zh": "非高危", "en": "not high"}, "ok"),
        Band("high", {"zh": "高危，宜行 OGTT", "en": "high: glucose tolerance test advised"}, "high"),
    ),
    compute=_compute,
)


def chinese_diabetes_risk_score(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The points (0–51) for the risk of undiagnosed diabetes; from 25 on an OGTT is advised (band high).

    Population: Chinese adults of 20–74 completed years without known diabetes (an optional column
    ``diabetes_0_1`` makes those who have it ``not_applicable``). Ranges: BMI 10–100 kg/m²; waist
    40–200 cm; SBP 50–300 mmHg; family history in parents, siblings or children, 0 or 1.

    `contributors`: the points of each item that has any.

    Source: Zhou X et al., Diabetes Care 2013;36:3944-3952, doi 10.2337/dc13-0593; the table of
    中国2型糖尿病防治指南. Licence: published points table. Not the Gao 2010 score.
    """
    return DIABETES_RISK(inputs, contributors=contributors)


_FINDRISC_AGE: Steps = ((0, 0), (45, 2), (55, 3), (65, 4))
_FINDRISC_BMI: Steps = ((0, 0), (25, 1), (just_above(30), 3))
_FINDRISC_WAIST_MALE: Steps = ((0, 0), (94, 3), (just_above(102), 4))
_FINDRISC_WAIST_FEMALE: Steps = ((0, 0), (80, 3), (just_above(88), 4))
_FINDRISC_FAMILY = np.array([0.0, 3.0, 5.0])
_FINDRISC_BANDS = (7, 12, 15, 21)
_FINDRISC_VALID = (35, 74)


def _findrisc_items(given: Readings) -> dict[str, Floats]:
    """The points of each item."""
    waist = given["waist"]
    return {
        "age": points(given["age"], _FINDRISC_AGE),
        "bmi": points(given["bmi"], _FINDRISC_BMI),
        "waist": np.where(
            given["sex"] == 1, points(waist, _FINDRISC_WAIST_MALE), points(waist, _FINDRISC_WAIST_FEMALE)
        ),
        "active": 2 * (1 - given["active"]),
        "vegetables": 1 - given["vegetables"],
        "bp_drug": 2 * given["bp_drug"],
        "high_glucose": 5 * given["high_glucose"],
        "family_history": _FINDRISC_FAMILY[np.nan_to_num(given["family_history"]).astype(np.intp)],
    }


def _compute_findrisc(given: Readings) -> Answer:
    given.refuse("diabetes", given["diabetes"] == 1, _KNOWN)
    items = _findrisc_items(given)
    total = added(items.values())
    age = given["age"]
    outside = (age < _FINDRISC_VALID[0]) | (age > _FINDRISC_VALID[1])
    note = f"{given.columns['age']} is outside 35–74, where FINDRISC was validated: an extrapolation"
    return Answer(
        total,
        reached(total, _FINDRISC_BANDS),
        notes=((outside, note),),
        contributors=lambda: given_points(items, FINDRISC.inputs, given.size),
    )


FINDRISC = Score(
    id="findrisc",
    name={"zh": "FINDRISC 糖尿病风险评分", "en": "FINDRISC (type 2 diabetes, ten years)"},
    version="FINDRISC 2003, with family history of both degrees",
    unit="points",
    decimals=0,
    population="adults from 25 years without known diabetes; validated at 35–74",
    source="Lindström J, Tuomilehto J. Diabetes Care 2003;26:725-731",
    doi="10.2337/diacare.26.3.725",
    licence="published points; the form's text belongs to the Finnish Diabetes Association and is not used",
    inputs=(
        sex(),
        number("age", "年龄", "age", column("age_years", "years", 25, 120)),
        number("bmi", "体重指数", "body mass index", column("bmi_kg_m2", "kg/m²", 10, 100)),
        number("waist", "腰围", "waist", column("waist_cm", "cm", 40, 200)),
        flag("active", "每日活动30分钟", "30 minutes of activity a day", "daily_activity_30min_0_1"),
        flag("vegetables", "每日吃蔬果", "vegetables or fruit every day", "daily_veg_fruit_0_1"),
        flag(
            "bp_drug",
            "服用降压药",
            "on blood-pressure medicine",
            "bp_medication_0_1",
            "on_antihypertensive_0_1",
        ),
        flag("high_glucose", "曾有高血糖", "high glucose ever found", "history_high_glucose_0_1"),
        number(
            "family_history",
            "糖尿病家族史",
            "family history of diabetes",
            column("family_history_0none_1second_2first", "none/second/first degree", 0, 2),
            whole=True,
        ),
        _DIABETES,
    ),
    bands=(
        Band("low", {"zh": "低", "en": "low"}, "ok"),
        Band("slightly elevated", {"zh": "略高", "en": "slightly elevated"}, "ok"),
        Band("moderate", {"zh": "中等", "en": "moderate"}, "watch"),
        Band("high", {"zh": "高", "en": "high"}, "high"),
        Band("very high", {"zh": "很高", "en": "very high"}, "critical"),
    ),
    compute=_compute_findrisc,
)


def findrisc(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The FINDRISC points (0–26) for type 2 diabetes within ten years, and their class.

    Population: adults from 25 years without known diabetes; outside 35–74 years, where it was validated,
    `reason` calls the value an extrapolation. Ranges: BMI 10–100 kg/m²; waist 40–200 cm; activity of at
    least 30 minutes a day, vegetables or fruit daily, blood-pressure medicine, high glucose ever found: 0
    or 1; family history of diabetes 0 none, 1 grandparent, aunt, uncle or cousin, 2 parent, sibling or
    child.

    Points: age <45 0, 45–54 2, 55–64 3, from 65 4; BMI <25 0, to 30 1, above 3; waist <94 cm (women <80) 0,
    to 102 (88) 3, above 4; no activity 2; no vegetables 1; medicine 2; high glucose 5; family 3 or 5.
    Bands: low <7, slightly elevated to 11, moderate to 14, high to 20, very high.

    `contributors`: the points of each item that has any.

    Source: Lindström J, Tuomilehto J, Diabetes Care 2003;26:725-731, doi 10.2337/diacare.26.3.725. Licence:
    the points are published; the form's text is not reproduced.
    """
    return FINDRISC(inputs, contributors=contributors)
