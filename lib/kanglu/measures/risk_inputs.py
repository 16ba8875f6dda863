"""What the cardiovascular risk scores ask alike, and the person they compare with.

Where a publication prints no range, a cell is taken within `PLAUSIBLE` limits: outside them lie slips, such
as a value in another unit.
"""

from typing import Literal, NamedTuple

from kanglu.measures.columns import Column, Input, Unit, column, flag, number
from kanglu.measures.equations import Factor
from kanglu.measures.reading import Readings
from kanglu.units import CHOLESTEROL

type Range = tuple[float, float]


class Lipids(NamedTuple):
    """The ranges in which total and HDL cholesterol are taken, in mg/dL and in mmol/L."""

    total_mg_dl: Range
    total_mmol_l: Range
    hdl_mg_dl: Range
    hdl_mmol_l: Range


AMERICAN = Lipids((130, 320), (3.36, 8.28), (20, 100), (0.52, 2.59))
"""The ranges of the Pooled Cohort Equations and of PREVENT."""
PLAUSIBLE = Lipids((40, 770), (1, 20), (8, 190), (0.2, 5))


def age(low: float, high: float) -> Input:
    """The age in completed years."""
    return number("age", "年龄", "age", column("age_years", "years", low, high))


def total_chol(
    ranges: Lipids, into: Literal["mg/dL", "mmol/L"], mg_dl_per_mmol_l: float = CHOLESTEROL
) -> Input:
    """Total cholesterol, read into one of its units."""
    units = _units(ranges.total_mg_dl, ranges.total_mmol_l, into, mg_dl_per_mmol_l)
    return number(
        "total_chol",
        "总胆固醇",
        "total cholesterol",
        Column("tc_mmol_l", units[1:]),
        Column("total_chol_mmol_l", units[1:]),
        Column("total_chol_mg_dl", units[:1]),
        Column("tc_mg_dl", units[:1]),
        Column("total_chol_value", units, "total_chol_unit"),
    )


def hdl_c(ranges: Lipids, into: Literal["mg/dL", "mmol/L"], mg_dl_per_mmol_l: float = CHOLESTEROL) -> Input:
    """HDL cholesterol, read into one of its units."""
    units = _units(ranges.hdl_mg_dl, ranges.hdl_mmol_l, into, mg_dl_per_mmol_l)
    return number(
        "hdl_c",
        "高密度脂蛋白胆固醇",
        "HDL cholesterol",
        Column("hdl_c_mmol_l", units[1:]),
        Column("hdl_mmol_l", units[1:]),
        Column("hdl_c_mg_dl", units[:1]),
        Column("hdl_c_value", units, "hdl_c_unit"),
    )


def _units(mg_dl: Range, mmol_l: Range, into: str, mg_dl_per_mmol_l: float) -> tuple[Unit, Unit]:
    if into == "mg/dL":
        return Unit("mg/dL", *mg_dl), Unit("mmol/L", *mmol_l, mg_dl_per_mmol_l)
    return Unit("mg/dL", *mg_dl, 1 / mg_dl_per_mmol_l), Unit("mmol/L", *mmol_l)


def sbp(low: float = 60, high: float = 250) -> Input:
    """The systolic pressure; within plausible limits unless a publication prints others."""
    return number("sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", low, high))


def bmi(low: float, high: float) -> Input:
    """The body mass index."""
    return number("bmi", "体重指数", "body mass index", column("bmi_kg_m2", "kg/m²", low, high))


def egfr(low: float, high: float) -> Input:
    """The estimated glomerular filtration rate (CKD-EPI)."""
    return number(
        "egfr",
        "估算肾小球滤过率",
        "eGFR",
        column("egfr_ml_min_173m2", "mL/min/1.73 m²", low, high),
    )


TREATED = flag("treated", "服用降压药", "on blood-pressure medicine", "on_antihypertensive_0_1")
DIABETES = flag("diabetes", "糖尿病", "diabetes", "diabetes_0_1")
SMOKER = flag("smoker", "现在吸烟", "current smoker", "current_smoker_0_1")
ASCVD = flag("ascvd", "心脑血管病", "ASCVD", "ascvd_0_1", column_required=False, cell_required=False)


def refuse_ascvd(given: Readings) -> None:
    """These scores foresee a first event: say that they are not for people who had one."""
    given.refuse("ascvd", given["ascvd"] == 1, "is 1: the score is for people without ASCVD")


# The comparison person: the same sex and age, and nothing that raises the risk; the choice is ours.
_PRESSURE = {"zh": "血压", "en": "blood pressure"}
_LEVELS = {"mg/dL": (170.0, 50.0), "mmol/L": (4.4, 1.3)}
UNTREATED = {"blood_pressure": Factor(_PRESSURE, {"sbp": 120.0, "treated": 0.0})}
PRESSURE = {"blood_pressure": Factor(_PRESSURE, {"sbp": 120.0})}
NO_DIABETES = {"diabetes": Factor(DIABETES.label, {"diabetes": 0.0})}
NO_SMOKING = {"smoker": Factor({"zh": "吸烟", "en": "smoking"}, {"smoker": 0.0})}


def lipid_factors(unit: Literal["mg/dL", "mmol/L"]) -> dict[str, Factor]:
    """Total cholesterol 170 mg/dL (4.4 mmol/L) and HDL-C 50 mg/dL (1.3 mmol/L)."""
    total, hdl = _LEVELS[unit]
    return {
        "total_chol": Factor({"zh": "总胆固醇", "en": "total cholesterol"}, {"total_chol": total}),
        "hdl_c": Factor({"zh": "高密度脂蛋白胆固醇", "en": "HDL cholesterol"}, {"hdl_c": hdl}),
    }
