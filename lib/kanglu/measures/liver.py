"""Liver: two scores of fibrosis from age, transaminases and platelets, FIB-4 and the NAFLD fibrosis score."""

import numpy as np
import pandas as pd

from kanglu.measures.columns import Inputs, column, flag, number
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

_LOW, _LOW_FROM_65, _HIGH = 1.30, 2.0, 2.67
_NFS_LOW, _NFS_LOW_FROM_65, _NFS_HIGH = -1.455, 0.12, 0.676
_VALIDATED_FROM, _OLDER_FROM = 35, 65

_AGE = number("age", "年龄", "age", column("age_years", "years", 18, 120))
_AST = number("ast", "天门冬氨酸氨基转移酶", "AST", column("ast_u_l", "U/L", 1, 20000))
_ALT = number("alt", "丙氨酸氨基转移酶", "ALT", column("alt_u_l", "U/L", 1, 20000))
_PLATELETS = number(
    "plt",
    "血小板",
    "platelets",
    column("platelets_1e9_l", "10⁹/L", 1, 3000),
    column("plt_1e9_l", "10⁹/L", 1, 3000),
)


def _compute_fib4(given: Readings) -> Answer:
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
    inputs=(_AGE, _AST, _ALT, _PLATELETS),
    bands=(
        Band("low", {"zh": "低风险", "en": "low risk of advanced fibrosis"}, "ok"),
        Band("indeterminate", {"zh": "不确定", "en": "indeterminate"}, "watch"),
        Band("high", {"zh": "高风险", "en": "high risk of advanced fibrosis"}, "high"),
        Band("not validated", {"zh": "35岁以下未经验证", "en": "not validated below 35 years"}, "missing"),
    ),
    compute=_compute_fib4,
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


def _compute_nfs(given: Readings) -> Answer:
    age = given["age"]
    value = -1.675 + 0.037 * age + 0.094 * given["bmi"] + 1.13 * given["diabetes"]
    value += 0.99 * given["ast"] / given["alt"] - 0.013 * given["plt"] - 0.66 * given["albumin"]
    low = np.where(age >= _OLDER_FROM, _NFS_LOW_FROM_65, _NFS_LOW)
    return Answer(value, (value >= low).astype(np.int8) + (value > _NFS_HIGH))


NAFLD_FIBROSIS = Score(
    id="nafld_fibrosis_score",
    name={"zh": "NAFLD 纤维化评分", "en": "NAFLD fibrosis score"},
    version="Angulo 2007; cut-offs -1.455 (0.12 from 65 years) and 0.676",
    unit="1",
    decimals=2,
    population="adults with fatty liver",
    source="Angulo P et al. Hepatology 2007;45:846-854",
    doi="10.1002/hep.21496",
    licence="published equation",
    inputs=(
        _AGE,
        number("bmi", "体重指数", "body mass index", column("bmi_kg_m2", "kg/m²", 10, 100)),
        flag(
            "diabetes", "空腹血糖受损或糖尿病", "impaired fasting glucose or diabetes", "ifg_or_diabetes_0_1"
        ),
        _AST,
        _ALT,
        _PLATELETS,
        number(
            "albumin",
            "白蛋白",
            "albumin",
            column("albumin_g_l", "g/L", 10, 80, 0.1),
            column("albumin_g_dl", "g/dL", 1, 8),
        ),
    ),
    bands=(
        Band("low", {"zh": "低风险", "en": "low risk of advanced fibrosis"}, "ok"),
        Band("indeterminate", {"zh": "不确定", "en": "indeterminate"}, "watch"),
        Band("high", {"zh": "高风险", "en": "high risk of advanced fibrosis"}, "high"),
    ),
    compute=_compute_nfs,
)


def nafld_fibrosis_score(inputs: Inputs) -> pd.DataFrame:
    """The NAFLD fibrosis score, and the class of the risk of advanced fibrosis as band.

    Population: adults with fatty liver. Ranges: age 18–120 years, BMI 10–100 kg/m², AST and ALT
    1–20,000 U/L, platelets 1–3,000 ×10⁹/L, albumin 10–80 g/L or 1–8 g/dL; impaired fasting glucose or
    diabetes, 0 or 1. Bands: low below -1.455 (below 0.12 from 65 years on), high above 0.676, else
    indeterminate.

    Source: Angulo P et al., Hepatology 2007;45:846-854, doi 10.1002/hep.21496; the limit from 65 years:
    McPherson S et al., Am J Gastroenterol 2017;112:740-751. Licence: published equation.
    """
    return NAFLD_FIBROSIS(inputs)
