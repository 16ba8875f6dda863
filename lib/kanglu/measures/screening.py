"""Whom to examine: colonoscopy by the Asia-Pacific score (APCS), bone density by the Asian tool (OSTA)."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, flag, number, sex
from kanglu.measures.points import Steps, added, given_points, points, reached
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

_APCS_AGE: Steps = ((0, 0), (50, 2), (70, 3))
_APCS_BANDS = (2, 4)


def _compute_apcs(given: Readings) -> Answer:
    items: dict[str, Floats] = {
        "age": points(given["age"], _APCS_AGE),
        "sex": given["sex"],
        "family_history": 2 * given["family_history"],
        "smoker": given["smoker"],
    }
    total = added(items.values())
    return Answer(
        total,
        reached(total, _APCS_BANDS),
        contributors=lambda: given_points(items, APCS.inputs, given.size),
    )


APCS = Score(
    id="apcs",
    name={"zh": "亚太结直肠癌筛查评分（APCS）", "en": "Asia-Pacific Colorectal Screening score (APCS)"},
    version="APCS 2011, original (not the modified score of 2018, nor the Chinese variants)",
    unit="points",
    decimals=0,
    population="Asian adults without symptoms of the bowel",
    source="Yeoh KG et al. Gut 2011;60:1236-1241",
    doi="10.1136/gut.2010.221168",
    licence="published points table",
    inputs=(
        sex(),
        number("age", "年龄", "age", column("age_years", "years", 18, 120)),
        flag(
            "family_history",
            "一级亲属结直肠癌",
            "first-degree relative with colorectal cancer",
            "first_degree_crc_0_1",
        ),
        flag("smoker", "现在或曾经吸烟", "current or past smoker", "current_or_past_smoker_0_1"),
    ),
    bands=(
        Band("average", {"zh": "一般风险", "en": "average risk"}, "ok"),
        Band("moderate", {"zh": "中等风险", "en": "moderate risk"}, "watch"),
        Band("high", {"zh": "高风险", "en": "high risk"}, "high"),
    ),
    compute=_compute_apcs,
)


def apcs(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The points (0–7) for the risk of advanced colorectal neoplasia, and their class.

    Points: age <50 0, 50–69 2, from 70 3; male 1; first-degree relative with colorectal cancer 2; current
    or past smoker 1. Bands: average 0–1, moderate 2–3, high 4–7.

    Population: Asian adults without symptoms of the bowel. Range: age 18–120 years.

    `contributors`: the points of each item that has any.

    Source: Yeoh KG et al., Gut 2011;60:1236-1241, doi 10.1136/gut.2010.221168. Licence: published points
    table. Variants with other items exist; this is the original.
    """
    return APCS(inputs, contributors=contributors)


def _compute_osta(given: Readings) -> Answer:
    given.refuse("sex", given["sex"] == 1, "is male: the tool is for women after the menopause")
    given.refuse("menopause", given["menopause"] == 0, "is 0: the tool is for women after the menopause")
    value = (given["weight"] - given["age"]) / 5
    return Answer(value, (value <= -1).astype(np.int8) + (value < -4))


OSTA = Score(
    id="osta",
    name={"zh": "亚洲人骨质疏松自我筛查工具（OSTA）", "en": "Osteoporosis self-assessment tool (OSTA)"},
    version="OSTA 2001, not truncated to a whole number; Chinese bands",
    unit="1",
    decimals=1,
    population="Asian women after the menopause",
    source="Koh LK et al. Osteoporos Int 2001;12:699-705",
    doi="10.1007/s001980170070",
    licence="published equation",
    inputs=(
        number("weight", "体重", "weight", column("weight_kg", "kg", 20, 300)),
        number("age", "年龄", "age", column("age_years", "years", 18, 120)),
        sex(column_required=False, cell_required=False),
        flag(
            "menopause",
            "已绝经",
            "after the menopause",
            "postmenopausal_0_1",
            column_required=False,
            cell_required=False,
        ),
    ),
    bands=(
        Band("low", {"zh": "低风险", "en": "low risk"}, "ok"),
        Band("medium", {"zh": "中风险", "en": "medium risk"}, "watch"),
        Band("high", {"zh": "高风险", "en": "high risk"}, "high"),
    ),
    compute=_compute_osta,
)


def osta(inputs: Inputs) -> pd.DataFrame:
    """The OSTA index, (weight in kg − age in years) × 0.2, and the class of the risk of osteoporosis.

    Bands: low above -1, medium from -1 to -4, high below -4. Some truncate the index to a whole number
    first; this does not. Population: Asian women after the menopause; where the frame has ``sex`` or
    ``postmenopausal_0_1``, men and women before it are ``not_applicable``. Ranges: weight 20–300 kg, age
    18–120 years.

    Source: Koh LK et al., Osteoporos Int 2001;12:699-705, doi 10.1007/s001980170070. Licence: published
    equation.
    """
    return OSTA(inputs)
