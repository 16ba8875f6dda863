"""The scores by id, and how to score a frame with one of them."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

import pandas as pd

from kanglu.errors import MeasureError
from kanglu.measures.activity import IPAQ_SF
from kanglu.measures.adherence import PDC
from kanglu.measures.blood_pressure import BP_STRATUM
from kanglu.measures.body import BMI_CLASS
from kanglu.measures.cardiovascular import CHINA_PAR
from kanglu.measures.columns import Inputs
from kanglu.measures.constitution import TCM_33, TCM_60
from kanglu.measures.diabetes import DIABETES_RISK, FINDRISC
from kanglu.measures.framingham import FRAMINGHAM_BMI, FRAMINGHAM_LIPID
from kanglu.measures.kidney import CKD_EPI, CKD_EPI_BOTH, CKD_EPI_CYSTATIN_C
from kanglu.measures.kidney_failure import KFRE_2Y, KFRE_5Y
from kanglu.measures.liver import FIB4, NAFLD_FIBROSIS
from kanglu.measures.metabolic import EAG, HOMA_IR, TYG
from kanglu.measures.pooled_cohort import PCE
from kanglu.measures.prevent import PREVENT
from kanglu.measures.questionnaires import AUDIT_C, GAD7, PHQ9
from kanglu.measures.score import Score
from kanglu.measures.score2 import SCORE2, SCORE2_ASIA_PACIFIC, SCORE2_DIABETES, SCORE2_OP
from kanglu.measures.screening import APCS, OSTA
from kanglu.measures.self_care import SELF_CARE
from kanglu.measures.stroke import CHA2DS2_VASC, STROKE_8
from kanglu.measures.syndrome import METABOLIC_SYNDROME, METABOLIC_SYNDROME_IDF
from kanglu.measures.who import WHO_EAST_ASIA

SCORES: Mapping[str, Score] = MappingProxyType(
    {
        score.id: score
        for score in (
            BMI_CLASS,
            CKD_EPI,
            CHINA_PAR,
            DIABETES_RISK,
            BP_STRATUM,
            METABOLIC_SYNDROME,
            FIB4,
            TYG,
            EAG,
            CKD_EPI_BOTH,
            CKD_EPI_CYSTATIN_C,
            KFRE_2Y,
            KFRE_5Y,
            METABOLIC_SYNDROME_IDF,
            NAFLD_FIBROSIS,
            HOMA_IR,
            FINDRISC,
            APCS,
            OSTA,
            PHQ9,
            GAD7,
            AUDIT_C,
            IPAQ_SF,
            SELF_CARE,
            TCM_33,
            TCM_60,
            PDC,
            WHO_EAST_ASIA,
            PREVENT,
            SCORE2_ASIA_PACIFIC,
            SCORE2,
            SCORE2_OP,
            SCORE2_DIABETES,
            FRAMINGHAM_LIPID,
            FRAMINGHAM_BMI,
            PCE,
            STROKE_8,
            CHA2DS2_VASC,
        )
    }
)

CARDIOVASCULAR = (
    "china_par_10y",
    "who_2019_east_asia_lab",
    "prevent",
    "score2_asia_pacific",
    "score2",
    "score2_op",
    "score2_diabetes",
    "framingham_2008_lipid",
    "framingham_2008_bmi",
    "pce_2013",
)
"""The scores of cardiovascular risk, in the order in which an institution shows the first that fits.

Made for Chinese people, for East Asia, then for others; China-PAR is the model of the national guideline.
"""


def find(score_id: str, output: str | None = None) -> Score:
    """The score of an id, giving one of its outputs; raises `MeasureError` for one that is not there."""
    if score_id in SCORES:
        return SCORES[score_id] if output is None else SCORES[score_id].giving(output)
    close = get_close_matches(score_id, SCORES, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(SCORES)}."
    raise MeasureError(f"There is no score {score_id!r}.", remedy=hint)


def score(
    score_id: str, inputs: Inputs, *, output: str | None = None, contributors: bool = False
) -> pd.DataFrame:
    """Score every row of a frame: value, band, status, missing, reason, version (and contributors).

    `inputs` is a frame, or a mapping of columns or of scalars; the columns a score takes are listed by
    ``SCORES[id].columns()``. A score that can give several numbers lists them in ``SCORES[id].outputs`` and
    gives the first unless `output` names another. Raises `MeasureError` for an unknown score or output, or
    a required column that is not there; a bad cell never raises, its row says what is wrong with it.
    """
    return find(score_id, output)(inputs, contributors=contributors)
