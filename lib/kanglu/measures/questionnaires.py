"""Questionnaires scored from their answers: depression (PHQ-9), anxiety (GAD-7), drinking (AUDIT-C)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kanglu.measures.columns import Input, Inputs, column, number, sex
from kanglu.measures.points import added, reached
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Coded, Score

NO_YES = ("no", "yes")
_MINIMAL = Band("minimal", {"zh": "无或极轻", "en": "minimal"}, "ok")
_MILD = Band("mild", {"zh": "轻度", "en": "mild"}, "watch")
_MODERATE = Band("moderate", {"zh": "中度", "en": "moderate"}, "high")


def items(name: str, prefix: str, count: int, low: int, high: int) -> tuple[Input, ...]:
    """The answers to the questions of a scale, ``prefix_1`` and on, each a whole number from low to high."""
    return tuple(
        number(
            f"item_{place}",
            f"{name} 第{place}题",
            f"{name} item {place}",
            column(f"{prefix}_{place}", "points", low, high),
            whole=True,
        )
        for place in range(1, count + 1)
    )


def _sum(given: Readings, inputs: Sequence[Input], edges: Sequence[float]) -> Answer:
    """The sum of the answers, and how many of the edges it has reached."""
    total = added(given[item.key] for item in inputs)
    return Answer(total, reached(total, edges))


_PHQ9_ITEMS = items("PHQ-9", "phq9", 9, 0, 3)
_PHQ9_EDGES = (5, 10, 15, 20)


def _compute_phq9(given: Readings) -> Answer:
    found = _sum(given, _PHQ9_ITEMS, _PHQ9_EDGES)
    self_harm = given["item_9"]
    flagged = self_harm > 0
    note = f"{given.columns['item_9']} is above 0: thoughts of death or self-harm, to be followed up now"
    codes = np.where(np.isnan(self_harm), np.int8(-1), flagged.view(np.int8))
    return Answer(
        found.value, found.band, notes=((flagged, note),), flags={"item_9_flag": Coded(codes, NO_YES)}
    )


PHQ9 = Score(
    id="phq9",
    name={"zh": "PHQ-9 抑郁症状量表", "en": "Depressive symptoms (PHQ-9)"},
    version="PHQ-9, Kroenke 2001",
    unit="points",
    decimals=0,
    population="adults; a screening scale, not a diagnosis",
    source="Kroenke K, Spitzer RL, Williams JB. J Gen Intern Med 2001;16:606-613",
    doi="10.1046/j.1525-1497.2001.016009606.x",
    licence="free to use and reproduce, no permission needed (Pfizer)",
    inputs=_PHQ9_ITEMS,
    bands=(
        _MINIMAL,
        _MILD,
        _MODERATE,
        Band("moderately severe", {"zh": "中重度", "en": "moderately severe"}, "high"),
        Band("severe", {"zh": "重度", "en": "severe"}, "critical"),
    ),
    compute=_compute_phq9,
)


def phq9(inputs: Inputs) -> pd.DataFrame:
    """The sum of the nine answers (0–27), and the class of depressive symptoms as band.

    Inputs: ``phq9_1`` … ``phq9_9``, each 0–3; all nine. Bands: minimal 0–4, mild 5–9, moderate 10–14,
    moderately severe 15–19, severe 20–27.

    The column ``item_9_flag`` is yes where the ninth answer is above 0, whatever the sum is and whichever
    other answers are missing; `reason` says so too, where the row has a value.

    Population: adults. Source: Kroenke K et al., J Gen Intern Med 2001;16:606-613, doi
    10.1046/j.1525-1497.2001.016009606.x. Licence: free, no permission needed.
    """
    return PHQ9(inputs)


_GAD7_ITEMS = items("GAD-7", "gad7", 7, 0, 3)

GAD7 = Score(
    id="gad7",
    name={"zh": "GAD-7 焦虑症状量表", "en": "Anxiety symptoms (GAD-7)"},
    version="GAD-7, Spitzer 2006",
    unit="points",
    decimals=0,
    population="adults; a screening scale, not a diagnosis",
    source="Spitzer RL et al. Arch Intern Med 2006;166:1092-1097",
    doi="10.1001/archinte.166.10.1092",
    licence="free to use and reproduce, no permission needed (Pfizer)",
    inputs=_GAD7_ITEMS,
    bands=(_MINIMAL, _MILD, _MODERATE, Band("severe", {"zh": "重度", "en": "severe"}, "critical")),
    compute=lambda given: _sum(given, _GAD7_ITEMS, (5, 10, 15)),
)


def gad7(inputs: Inputs) -> pd.DataFrame:
    """The sum of the seven answers (0–21), and the class of anxiety symptoms as band.

    Inputs: ``gad7_1`` … ``gad7_7``, each 0–3; all seven. Bands: minimal 0–4, mild 5–9, moderate 10–14,
    severe 15–21. Population: adults.

    Source: Spitzer RL et al., Arch Intern Med 2006;166:1092-1097, doi 10.1001/archinte.166.10.1092.
    Licence: free, no permission needed.
    """
    return GAD7(inputs)


_AUDIT_C_ITEMS = items("AUDIT-C", "audit_c", 3, 0, 4)


def _compute_audit_c(given: Readings) -> Answer:
    total = added(given[item.key] for item in _AUDIT_C_ITEMS)
    return Answer(total, (total >= 3 + given["sex"]).view(np.int8))


AUDIT_C = Score(
    id="audit_c",
    name={"zh": "AUDIT-C 饮酒筛查", "en": "Drinking (AUDIT-C)"},
    version="AUDIT-C, Bush 1998; positive from 4 in men, from 3 in women",
    unit="points",
    decimals=0,
    population="adults",
    source="Bush K et al. Arch Intern Med 1998;158:1789-1795",
    doi="10.1001/archinte.158.16.1789",
    licence="the AUDIT of the WHO, free to use with attribution",
    inputs=(sex(), *_AUDIT_C_ITEMS),
    bands=(
        Band("negative", {"zh": "阴性", "en": "negative"}, "ok"),
        Band("positive", {"zh": "阳性", "en": "positive"}, "watch"),
    ),
    compute=_compute_audit_c,
)


def audit_c(inputs: Inputs) -> pd.DataFrame:
    """The sum of the three answers (0–12), and whether it is positive for hazardous drinking.

    Inputs: sex; ``audit_c_1`` … ``audit_c_3``, each 0–4; all three. Positive from 4 in men and from 3 in
    women. Population: adults.

    Source: Bush K et al., Arch Intern Med 1998;158:1789-1795, doi 10.1001/archinte.158.16.1789. Licence:
    AUDIT of the World Health Organization, free with attribution.
    """
    return AUDIT_C(inputs)
