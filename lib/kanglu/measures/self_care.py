"""How well an old person looks after herself: the five items of the national programme for the elderly."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Input, Inputs, column, number
from kanglu.measures.points import added, reached
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Places, Score

_WORTH = {
    "eating": (0, 3, 5),
    "washing": (0, 1, 3, 7),
    "dressing": (0, 3, 5),
    "toileting": (0, 1, 5, 10),
    "moving": (0, 1, 5, 10),
}
_LABELS = {
    "eating": ("进餐", "eating"),
    "washing": ("梳洗", "washing"),
    "dressing": ("穿衣", "dressing"),
    "toileting": ("如厕", "toileting"),
    "moving": ("活动", "moving about"),
}
_EDGES = (4, 9, 19)


def grade(points: Floats) -> Places:
    """The place of the grade of a sum of points, 0 able to 3 unable; every sum has one."""
    return reached(points, _EDGES)


def _compute(given: Readings) -> Answer:
    for name, worth in _WORTH.items():
        answer = given[name]
        given.refuse(name, ~np.isnan(answer) & ~np.isin(answer, worth), f"is none of {_listed(worth)}")
    stated, items = given["points"], added(given[name] for name in _WORTH)
    asked = np.isnan(stated) & np.isnan(items)
    for name in _WORTH:
        given.require(name, asked)
    total = np.where(np.isnan(items), stated, items)
    differs = f"{given.columns['points']} is not the sum of the items: the items count"
    return Answer(
        total, grade(total), notes=((~np.isnan(items) & (stated != items) & ~np.isnan(stated), differs),)
    )


def _listed(worth: tuple[int, ...]) -> str:
    return ", ".join(map(str, worth))


def _item(name: str) -> Input:
    zh, en = _LABELS[name]
    return number(
        name,
        zh,
        en,
        column(f"self_care_{name}", "points", 0, max(_WORTH[name])),
        whole=True,
        column_required=False,
        cell_required=False,
    )


SELF_CARE = Score(
    id="self_care_5",
    name={"zh": "老年人生活自理能力评估", "en": "Self-care of the elderly, five items"},
    version="国家基本公共卫生服务规范(第三版) 2017",
    unit="points",
    decimals=0,
    population="residents of China from 65 years",
    source="国家基本公共卫生服务规范(第三版), 老年人生活自理能力评估表",
    doi=None,
    licence="national programme; the table is a fact",
    inputs=(
        *(_item(name) for name in _WORTH),
        number(
            "points",
            "自理能力评分",
            "points of self-care",
            column("self_care_points", "points", 0, 37),
            whole=True,
            column_required=False,
            cell_required=False,
        ),
    ),
    bands=(
        Band("able", {"zh": "可自理", "en": "able to care for oneself"}, "ok"),
        Band("mild dependence", {"zh": "轻度依赖", "en": "mild dependence"}, "watch"),
        Band("moderate dependence", {"zh": "中度依赖", "en": "moderate dependence"}, "high"),
        Band("unable", {"zh": "不能自理", "en": "unable to care for oneself"}, "critical"),
    ),
    compute=_compute,
)


def self_care_5(inputs: Inputs) -> pd.DataFrame:
    """The sum of the five items (0–37 points), and the grade of dependence as band.

    Inputs: the points of each item as the form has them, ``self_care_eating`` and ``self_care_dressing``
    0, 3 or 5, ``self_care_washing`` 0, 1, 3 or 7, ``self_care_toileting`` and ``self_care_moving`` 0, 1, 5
    or 10; or, where an item is missing, the sum on the form, ``self_care_points``. Where both are there and
    differ, the items count and `reason` says so.

    Bands: able 0–3, mild dependence 4–8, moderate 9–18, unable from 19. Population: residents of China from
    65 years. Source: 国家基本公共卫生服务规范(第三版). Licence: national programme, the table is a fact.
    """
    return SELF_CARE(inputs)
