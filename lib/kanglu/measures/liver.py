"""Liver: FIB-4, the index of fibrosis from age, transaminases and platelets."""

import numpy as np
import pandas as pd

from kanglu.measures.columns import Inputs, column, number
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

_LOW, _LOW_FROM_65, _HIGH = 1.30, 2.0, 2.67
_VALIDATED_FROM, _OLDER_FROM = 35, 65


def _compute(given: Readings) -> Answer:
    age = given["age"]
    value = age * given["ast"] / (given["plt"] * np.sqrt(given["alt"]))
    low = np.where(age >= _OLDER_FROM, _LOW_FROM_65, _LOW)
    band = (value >= low).astype(np.int8) + (value > _HIGH)
    young = age < _VALIDATED_FROM
    note = f"{given.columns['age']} is below 35, where FIB-4 is not validated: no class"
    return Answer(value, np.where(young, np.int8(3), band), notes=((young, note),))


FIB4 = Score(
    id="fib4",
    name={"zh": "FIB-4 肝纤维化指数", "en": "FIB-4 index of liver fibrosis"},
    version="Sterling 2006; cut-offs for fatty liver 1.30 (2.0 from 65 years) and 2.67",
    unit="1",
    decimals=2,
    population="adults with fatty liver or at risk of it; classes from 35 years",
    source="Sterling RK et al. Hepatology 2006;43:1317-1325",
    doi="10.1002/hep.21178",
    licence="published equation",
    inputs=(
        number("age", "年龄", "age", column("age_years", "years", 18, 120)),
        number(
            "ast",
            "天门冬氨酸氨基转移酶",
            "AST",
            column("ast_u_l", "U/L", 1, 20000),
        ),
        number("alt", "丙氨酸氨基转移酶", "ALT", column("alt_u_l", "U/L", 1, 20000)),
        number(
            "plt",
            "血小板",
            "platelets",
            column("platelets_1e9_l", "10⁹/L", 1, 3000),
            column("plt_1e9_l", "10⁹/L", 1, 3000),
        ),
    ),
    bands=(
        Band("low", {"zh": "低风险", "en": "low risk of advanced fibrosis"}, "ok"),
        Band("indeterminate", {"zh": "不确定", "en": "indeterminate"}, "watch"),
        Band("high", {"zh": "高风险", "en": "high risk of advanced fibrosis"}, "high"),
        Band("not validated", {"zh": "35岁以下未经验证", "en": "not validated below 35 years"}, "missing"),
    ),
    compute=_compute,
)


def fib4(inputs: Inputs) -> pd.DataFrame:
    """The FIB-4 index, age × AST / (platelets × √ALT), and the class of fibrosis risk as band.

    Population: adults with fatty liver or at risk of it. Ranges: age 18–120 years, AST and ALT
    1–20,000 U/L, platelets 1–3,000 ×10⁹/L. Below 35 years the value is given with the band
    ``not validated``, because the cut-offs do not hold there. Bands: low below 1.30 (below 2.0 from
    65 years on), high above 2.67, else indeterminate.

    Source: Sterling RK et al., Hepatology 2006;43:1317-1325, doi 10.1002/hep.21178. Licence: published
    equation.
    """
    return FIB4(inputs)
