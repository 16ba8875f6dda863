"""Blood pressure: its class, and the stratum of cardiovascular risk in the Chinese guideline."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, number, word
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Places, Score

CLASSES = ("normal", "high normal", "grade 1", "grade 2", "grade 3")
ROWS = ("below 130/85", "130-139 and/or 85-89", "grade 1", "grade 2", "grade 3")
OTHER_FACTORS = (
    "0 other risk factors",
    "1-2 other risk factors",
    ">=3 risk factors or target-organ damage or CKD 3 or diabetes without complications",
    "clinical complication or CKD>=4 or diabetes with complications",
)
_BANDS = (
    Band("no stratum", {"zh": "不分层", "en": "no stratum"}, "ok"),
    Band("low", {"zh": "低危", "en": "low"}, "ok"),
    Band("medium", {"zh": "中危", "en": "medium"}, "watch"),
    Band("medium/high", {"zh": "中/高危", "en": "medium/high"}, "high"),
    Band("high", {"zh": "高危", "en": "high"}, "high"),
    Band("high/very high", {"zh": "高/很高危", "en": "high/very high"}, "critical"),
    Band("very high", {"zh": "很高危", "en": "very high"}, "critical"),
)
# Rows as ROWS, columns as OTHER_FACTORS, cells places in _BANDS.
_MATRIX = np.array([[-1, -1, -1, -1], [0, 1, 3, 5], [1, 2, 4, 6], [2, 3, 4, 6], [4, 6, 6, 6]], dtype=np.int8)
type Edition = Literal["2018", "2024"]


def _steps(sbp: Floats, dbp: Floats, sbp_edges: list[float], dbp_edges: list[float]) -> Places:
    """The higher of the steps that either pressure reaches; -1 where one is missing."""
    sbp, dbp = np.asarray(sbp, dtype=np.float64), np.asarray(dbp, dtype=np.float64)
    step = np.maximum(
        np.searchsorted(sbp_edges, sbp, side="right"), np.searchsorted(dbp_edges, dbp, side="right")
    )
    return np.where(np.isnan(sbp) | np.isnan(dbp), -1, step).astype(np.int8)


def bp_class(sbp: Floats, dbp: Floats) -> npt.NDArray[np.object_]:
    """The class of office pressures in mmHg: normal, high normal, grade 1–3; None where one is missing.

    The higher of the two decides: normal <120 and <80, high normal <140 and <90, grade 1 <160 and <100,
    grade 2 <180 and <110, else grade 3. Source: 中国高血压防治指南 2018/2024.
    """
    return _named(_steps(sbp, dbp, [120, 140, 160, 180], [80, 90, 100, 110]), CLASSES)


def bp_row(sbp: Floats, dbp: Floats) -> npt.NDArray[np.object_]:
    """The row of the stratification table that pressures in mmHg fall into; None where one is missing."""
    return _named(_row_places(sbp, dbp), ROWS)


def _row_places(sbp: Floats, dbp: Floats) -> Places:
    return _steps(sbp, dbp, [130, 140, 160, 180], [85, 90, 100, 110])


def _named(places: Places, names: tuple[str, ...]) -> npt.NDArray[np.object_]:
    return np.array([*names, None], dtype=object)[places]


def _compute(given: Readings) -> Answer:
    sbp, dbp = given["sbp"], given["dbp"]
    given.refuse("dbp", dbp >= sbp, "is not below the systolic pressure")
    row = _row_places(sbp, dbp)
    given.refuse("sbp", row == 0, "is below 130 and the diastolic below 85: the table begins there")
    factors = np.nan_to_num(given["other_factors"]).astype(np.intp)
    band = _MATRIX[row, factors]
    return Answer(band.astype(np.float64), band)


BP_STRATUM = Score(
    id="bp_stratum_cn",
    name={"zh": "高血压心血管风险分层（中国）", "en": "Risk stratum in high blood pressure (China)"},
    version="中国高血压防治指南 2018/2024, table of strata",
    unit="rank",
    decimals=0,
    population="adults with office pressures from 130/85 mmHg, or hypertension",
    source="中国高血压防治指南 2018 年修订版; 2024 年修订版",
    doi=None,
    licence="national guideline; the table is a fact",
    inputs=(
        number("sbp", "收缩压", "systolic pressure", column("sbp_mmhg", "mmHg", 40, 350)),
        number("dbp", "舒张压", "diastolic pressure", column("dbp_mmhg", "mmHg", 20, 250)),
        word(
            "other_factors",
            "其他危险因素和病史",
            "other risk factors and history",
            "other_factors",
            OTHER_FACTORS,
        ),
    ),
    bands=_BANDS,
    compute=_compute,
)


def bp_stratum_cn(inputs: Inputs) -> pd.DataFrame:
    """The stratum of cardiovascular risk as band; `value` is its rank, 0 (no stratum) to 6 (very high).

    The cells that the guideline prints as medium/high and high/very high keep both words. The higher of
    the two pressures decides the row; ``other_factors`` is one of `OTHER_FACTORS` (`other_factors` finds it
    from counts and histories). Below 130/85 mmHg the table does not apply.

    Population: adults. Ranges: SBP 40–350, DBP 20–250 mmHg and below SBP. Source: 中国高血压防治指南
    2018/2024 (not the 2022 clinical practice guideline, which draws other lines). Licence: a fact.
    """
    return BP_STRATUM(inputs)


def other_factors(
    count: Floats,
    *,
    organ_damage: npt.NDArray[np.bool_],
    ckd_stage: Floats,
    diabetes: npt.NDArray[np.bool_],
    complication: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """The column of the table: `count` risk factors, KDIGO stage 0–5 (0 for none), and histories.

    `complication` is a clinical complication, or diabetes with complications. None where the count is not
    known and decides.
    """
    count = np.asarray(count, dtype=np.float64)
    stage = np.asarray(ckd_stage, dtype=np.float64)
    place = np.select(
        [
            np.asarray(complication, dtype=bool) | (stage >= 4),
            np.asarray(organ_damage, dtype=bool) | (stage == 3) | np.asarray(diabetes, dtype=bool),
            np.isnan(count),
            count >= 3,
            count >= 1,
        ],
        [3, 2, -1, 2, 1],
        default=0,
    )
    return _named(place.astype(np.int8), OTHER_FACTORS)
