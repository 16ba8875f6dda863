"""The Chinese Diabetes Risk Score: who, without known diabetes, should have a glucose tolerance test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, flag, number, sex
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Contributor, Score

type Steps = tuple[tuple[float, int], ...]
"""From which value on (inclusive) how many points."""

AGE: Steps = ((20, 0), (25, 4), (35, 8), (40, 11), (45, 12), (50, 13), (55, 15), (60, 16), (65, 18))
BMI: Steps = ((0, 0), (22, 1), (24, 3), (30, 5))
WAIST_MALE: Steps = ((0, 0), (75, 3), (80, 5), (85, 7), (90, 8), (95, 10))
WAIST_FEMALE: Steps = ((0, 0), (70, 3), (75, 5), (80, 7), (85, 8), (90, 10))
SBP: Steps = ((0, 0), (110, 1), (120, 3), (130, 6), (140, 7), (150, 8), (160, 10))
FAMILY_HISTORY, MALE = 6, 2
HIGH_RISK = 25


def points(value: Floats, steps: Steps) -> Floats:
    """The points of values on a table of steps; NaN for NaN."""
    edges, worth = (np.array(part, dtype=np.float64) for part in zip(*steps, strict=True))
    found = worth[np.maximum(np.searchsorted(edges, value, side="right") - 1, 0)]
    return np.where(np.isnan(value), np.nan, found)


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


def _contributors(items: Mapping[str, Floats], size: int) -> list[tuple[Contributor, ...]]:
    labels = {item.key: item.label for item in DIABETES_RISK.inputs}
    return [
        tuple(
            sorted(
                (
                    Contributor(key, labels[key], float(worth[row]), "points")
                    for key, worth in items.items()
                    if worth[row] > 0
                ),
                key=lambda contributor: -contributor.effect,
            )
        )
        for row in range(size)
    ]


def _compute(given: Readings) -> Answer:
    given.refuse("diabetes", given["diabetes"] == 1, "is 1: the score is for people without known diabetes")
    items = _items(given)
    total = np.sum(list(items.values()), axis=0)
    return Answer(
        total,
        (total >= HIGH_RISK).astype(np.int8),
        contributors=lambda: _contributors(items, given.size),
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
        flag("diabetes", "糖尿病", "diabetes", "diabetes_0_1", column_required=False, cell_required=False),
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
