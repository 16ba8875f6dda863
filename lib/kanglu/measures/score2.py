"""SCORE2 and its family (ESC): the ten-year risk of a first cardiovascular event, by region."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, flag, number, word
from kanglu.measures.equations import (
    Equations,
    Factor,
    Groups,
    avoidable,
    equations,
    hazards,
    in_blocks,
    percent,
    places,
    solve,
)
from kanglu.measures.points import reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import (
    ASCVD,
    DIABETES,
    NO_DIABETES,
    NO_SMOKING,
    PLAUSIBLE,
    PRESSURE,
    SMOKER,
    age,
    egfr,
    hdl_c,
    lipid_factors,
    refuse_ascvd,
    sbp,
    total_chol,
)
from kanglu.measures.score import Answer, Band, Places, Score
from kanglu.units import HBA1C_OFFSET, HBA1C_SLOPE

type Given = Mapping[str, Floats]

REGIONS = ("Low", "Moderate", "High", "Very high")
"""The regions, by how common cardiovascular death is; which one applies is for the institution to say."""

_S0 = (0.9776, 0.9605)
_NO_MEAN = (0.0, 0.0)

# All: women, men. Cholesterol in mmol/L.
SCORE2_HAZARDS = hazards(
    survival=_S0,
    mean=_NO_MEAN,
    age=(0.4648, 0.3742),
    smoker=(0.7744, 0.6012),
    sbp=(0.3131, 0.2777),
    total_chol=(0.1002, 0.1458),
    hdl_c=(-0.2606, -0.2698),
    age_smoker=(-0.1088, -0.0755),
    age_sbp=(-0.0277, -0.0255),
    age_total_chol=(-0.0226, -0.0281),
    age_hdl_c=(0.0613, 0.0426),
)
SCORE2_OP_HAZARDS = hazards(
    survival=(1 - 0.19178759, 1 - 0.24235298),
    mean=(0.2287676, 0.09285225),
    age=(0.0789191229, 0.0633767915),
    smoker=(0.4921147010, 0.3523957899),
    sbp=(0.0101993091, 0.0094362177),
    diabetes=(0.6009874438, 0.4245248910),
    total_chol=(0.0604939598, 0.0849594156),
    hdl_c=(-0.3040280248, -0.3563571842),
    age_smoker=(-0.0255496313, -0.0247205945),
    age_sbp=(-0.0004404728, -0.0004794522),
    age_diabetes=(-0.0106909701, -0.0173654217),
    age_total_chol=(-0.0009121461, 0.0073336663),
    age_hdl_c=(0.0153779923, 0.0091317857),
)
SCORE2_DIABETES_HAZARDS = hazards(
    survival=_S0,
    mean=_NO_MEAN,
    age=(0.6624, 0.5368),
    smoker=(0.6139, 0.4774),
    sbp=(0.1421, 0.1322),
    diabetes=(0.8096, 0.6457),
    total_chol=(0.1127, 0.1102),
    hdl_c=(-0.1568, -0.1087),
    age_smoker=(-0.1122, -0.0672),
    age_sbp=(-0.0167, -0.0268),
    age_diabetes=(-0.1272, -0.0983),
    age_total_chol=(-0.0200, -0.0181),
    age_hdl_c=(0.0186, 0.0095),
    diagnosed=(-0.1180, -0.0998),
    hba1c=(0.1173, 0.0955),
    egfr=(-0.0640, -0.0591),
    egfr_squared=(0.0062, 0.0058),
    age_hba1c=(-0.0196, -0.0134),
    age_egfr=(0.0169, 0.0115),
)

# Recalibration, log hazard → shift + stretch × log hazard: women by region, then men by region.
SCORE2_SCALES = equations(
    shift=(-0.737966, -0.314269, 0.570963, 0.941177, -0.569857, -0.156481, 0.320717, 0.583578),
    stretch=(0.701868, 0.770149, 0.936893, 0.832923, 0.747593, 0.800869, 0.936004, 0.829368),
)
SCORE2_OP_SCALES = equations(
    shift=(-0.516054, -0.101044, 0.375720, 0.379293, -0.343484, 0.005320, 0.084305, 0.045959),
    stretch=(1.007238, 1.099621, 1.089031, 0.691530, 1.193038, 1.248514, 1.151902, 0.703625),
)
ASIA_PACIFIC_SCALES = equations(
    shift=(
        *(-0.986572446, 0.08278687, 0.611474287, 0.502751798),
        *(-0.375229965, 0.284885676, 0.778231091, 0.608975204),
    ),
    stretch=(
        *(0.536743779, 0.718980326, 0.703624072, 0.555577072),
        *(0.62020875, 0.778128607, 0.844985356, 0.679014197),
    ),
)


def _calibrated(log_hazard: Floats, of: Equations, given: Given, male: Groups) -> Floats:
    """The risk in percent in the region of each row."""
    place = 4 * male + places(given["region"])
    return percent(np.take(of["shift"], place) + np.take(of["stretch"], place) * log_hazard)


def _with_age(terms: dict[str, Floats]) -> dict[str, Floats]:
    """The terms, and each but the age multiplied by the age."""
    return terms | {f"age_{name}": terms["age"] * values for name, values in terms.items() if name != "age"}


def _middle_aged(given: Given) -> dict[str, Floats]:
    """The terms that SCORE2 and SCORE2-Diabetes share."""
    return {
        "age": (given["age"] - 60) / 5,
        "smoker": given["smoker"],
        "sbp": (given["sbp"] - 120) / 20,
        "total_chol": given["total_chol"] - 6,
        "hdl_c": (given["hdl_c"] - 1.3) / 0.5,
    }


def _score2(scales: Equations, given: Given) -> Floats:
    male = places(given["sex"])
    return _calibrated(solve(SCORE2_HAZARDS, _with_age(_middle_aged(given)), male), scales, given, male)


def _score2_op(given: Given) -> Floats:
    male = places(given["sex"])
    terms = {
        "age": given["age"] - 73,
        "smoker": given["smoker"],
        "sbp": given["sbp"] - 150,
        "diabetes": given["diabetes"],
        "total_chol": given["total_chol"] - 6,
        "hdl_c": given["hdl_c"] - 1.4,
    }
    return _calibrated(solve(SCORE2_OP_HAZARDS, _with_age(terms), male), SCORE2_OP_SCALES, given, male)


def _score2_diabetes(given: Given) -> Floats:
    male = places(given["sex"])
    kidney = (np.log(given["egfr"]) - 4.5) / 0.15
    terms = _middle_aged(given) | {
        "diabetes": np.ones(male.shape),
        "hba1c": (given["hba1c"] - 31) / 9.34,
        "egfr": kidney,
    }
    alone = {"diagnosed": (given["diagnosed"] - 50) / 5, "egfr_squared": kidney * kidney}
    z = solve(SCORE2_DIABETES_HAZARDS, _with_age(terms) | alone, male)
    return _calibrated(z, SCORE2_SCALES, given, male)


_FACTORS = {**PRESSURE, **lipid_factors("mmol/L"), **NO_SMOKING}
_OP_FACTORS = {**_FACTORS, **NO_DIABETES}
_DIABETES_FACTORS = {
    **_FACTORS,
    "hba1c": Factor({"zh": "糖化血红蛋白", "en": "HbA1c"}, {"hba1c": 53.0}),
    "egfr": Factor({"zh": "肾功能", "en": "kidney function"}, {"egfr": 90.0}),
}


_HIGH, _VERY_HIGH = np.array([2.5, 5, 7.5]), np.array([7.5, 10, 15])


def _bands_by_age(given: Readings, risk: Floats) -> Places:
    """The bands of the ESC 2021 guideline, which begin at other risks below 50 and from 70 years on."""
    group = reached(given["age"], (50, 70))
    return reached(risk, (np.take(_HIGH, group), np.take(_VERY_HIGH, group)))


def _bands_in_diabetes(_: Readings, risk: Floats) -> Places:
    """The bands of the ESC 2023 guideline on diabetes."""
    return reached(risk, (5, 10, 20))


def _answer(
    block: Callable[[Given], Floats],
    factors: Mapping[str, Factor],
    bands: Callable[[Readings, Floats], Places],
    given: Readings,
) -> Answer:
    refuse_ascvd(given)
    risk = in_blocks(given.values, block)
    return Answer(
        risk,
        bands(given, risk),
        contributors=lambda: avoidable(given.values, factors, partial(in_blocks, risk=block)),
    )


def _compute_score2(scales: Equations, given: Readings) -> Answer:
    fits = "SCORE2-Diabetes fits at 40–69 years"
    given.refuse("diabetes", given["diabetes"] == 1, f"is 1: the score is for people without; {fits}")
    return _answer(partial(_score2, scales), _FACTORS, _bands_by_age, given)


def _compute_op(given: Readings) -> Answer:
    return _answer(_score2_op, _OP_FACTORS, _bands_by_age, given)


def _compute_diabetes(given: Readings) -> Answer:
    given.refuse("diabetes", given["diabetes"] == 0, "is 0: the score is for people with type 2 diabetes")
    given.refuse("diagnosed", given["diagnosed"] > given["age"], "is later than the age")
    return _answer(_score2_diabetes, _DIABETES_FACTORS, _bands_in_diabetes, given)


_BANDS = (
    Band("low to moderate", {"zh": "低至中危", "en": "low to moderate"}, "ok"),
    Band("high", {"zh": "高危", "en": "high"}, "watch"),
    Band("very high", {"zh": "极高危", "en": "very high"}, "high"),
)
_SEX = word("sex", "性别", "sex", "sex", ("female", "male"))
"""Letter by letter, as the region: the references take no other spelling, and nor does a score of theirs."""
_REGION = word("region", "风险区域", "risk region", "risk_region", REGIONS)
_LIPIDS = (total_chol(PLAUSIBLE, "mmol/L"), hdl_c(PLAUSIBLE, "mmol/L"))
_LICENCE = "published equation; the HeartScore brand and the ESC charts are protected and not used"

SCORE2 = Score(
    id="score2",
    name={"zh": "SCORE2 十年心血管病风险", "en": "SCORE2, ten-year CVD risk"},
    version="SCORE2 2021, scales to six decimals; bands of ESC 2021",
    unit="%",
    decimals=1,
    population="Europeans of 40–69 years without cardiovascular disease or diabetes",
    source="SCORE2 working group. Eur Heart J 2021;42:2439-2454",
    doi="10.1093/eurheartj/ehab309",
    licence=_LICENCE,
    inputs=(_SEX, _REGION, age(40, 69), *_LIPIDS, sbp(), DIABETES, SMOKER, ASCVD),
    bands=_BANDS,
    compute=partial(_compute_score2, SCORE2_SCALES),
)
SCORE2_OP = Score(
    id="score2_op",
    name={"zh": "SCORE2-OP 老年人十年心血管病风险", "en": "SCORE2-OP, ten-year CVD risk of older persons"},
    version="SCORE2-OP 2021, constants in full precision; bands of ESC 2021",
    unit="%",
    decimals=1,
    population="Europeans of 70–89 years without cardiovascular disease",
    source="SCORE2-OP working group. Eur Heart J 2021;42:2455-2467",
    doi="10.1093/eurheartj/ehab312",
    licence=_LICENCE,
    inputs=(_SEX, _REGION, age(70, 89), *_LIPIDS, sbp(), DIABETES, SMOKER, ASCVD),
    bands=_BANDS,
    compute=_compute_op,
)
SCORE2_ASIA_PACIFIC = Score(
    id="score2_asia_pacific",
    name={"zh": "SCORE2 亚太版十年心血管病风险", "en": "SCORE2 Asia-Pacific, ten-year CVD risk"},
    version="SCORE2 Asia-Pacific 2024; bands of ESC 2021",
    unit="%",
    decimals=1,
    population="people of 40–69 years in Asia and Oceania without cardiovascular disease or diabetes",
    source="SCORE2 Asia-Pacific writing group. Eur Heart J 2024",
    doi="10.1093/eurheartj/ehae609",
    licence=_LICENCE,
    inputs=SCORE2.inputs,
    bands=_BANDS,
    compute=partial(_compute_score2, ASIA_PACIFIC_SCALES),
)
SCORE2_DIABETES = Score(
    id="score2_diabetes",
    name={"zh": "SCORE2-Diabetes 糖尿病患者十年心血管病风险", "en": "SCORE2-Diabetes, ten-year CVD risk"},
    version="SCORE2-Diabetes 2023; bands of ESC 2023",
    unit="%",
    decimals=1,
    population="Europeans of 40–69 years with type 2 diabetes, without ASCVD or severe organ damage",
    source="SCORE2-Diabetes working group. Eur Heart J 2023;44:2544-2556",
    doi="10.1093/eurheartj/ehad260",
    licence=_LICENCE,
    inputs=(
        _SEX,
        _REGION,
        age(40, 69),
        *_LIPIDS,
        sbp(),
        SMOKER,
        number(
            "diagnosed",
            "确诊糖尿病时的年龄",
            "age at diagnosis of diabetes",
            column("age_at_diabetes_dx_years", "years", 18, 69),
        ),
        number(
            "hba1c",
            "糖化血红蛋白",
            "HbA1c",
            column("hba1c_mmol_mol", "mmol/mol", 20, 200),
            column("hba1c_percent", "%", 4, 20.4, 1 / HBA1C_SLOPE, -HBA1C_OFFSET / HBA1C_SLOPE),
        ),
        egfr(10, 200),
        flag("diabetes", "糖尿病", "diabetes", "diabetes_0_1", column_required=False, cell_required=False),
        ASCVD,
    ),
    bands=(
        Band("low", {"zh": "低危", "en": "low"}, "ok"),
        Band("moderate", {"zh": "中危", "en": "moderate"}, "watch"),
        Band("high", {"zh": "高危", "en": "high"}, "high"),
        Band("very high", {"zh": "极高危", "en": "very high"}, "high"),
    ),
    compute=_compute_diabetes,
)


def score2(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """The ten-year risk of a first heart attack, stroke or cardiovascular death, in percent, in Europeans.

    Population: 40–69 years, without cardiovascular disease or diabetes (``ascvd_0_1`` or ``diabetes_0_1``
    of 1 is ``not_applicable``). ``risk_region`` is one of `REGIONS`; none is taken for granted. The papers
    print no ranges; within plausible limits are taken: TC 1–20 mmol/L (40–770 mg/dL), HDL-C 0.2–5 mmol/L
    (8–190 mg/dL), SBP 60–250 mmHg. Current smoker and diabetes: 0 or 1.

    Bands, on the unrounded value: high from 2.5 % and very high from 7.5 % below 50 years, from 5 % and
    10 % at 50–69 years (ESC guideline 2021).

    `contributors`: by how many percentage points the risk would fall were one factor alone at SBP 120 mmHg,
    TC 4.4 and HDL-C 1.3 mmol/L, no smoking.

    Source: SCORE2 working group, Eur Heart J 2021;42:2439-2454, doi 10.1093/eurheartj/ehab309. Licence:
    published equation; the HeartScore brand and the ESC charts are protected.
    """
    return SCORE2(inputs, contributors=contributors)


def score2_op(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """As `score2` for Europeans of 70–89 years, with or without diabetes.

    The constants in full precision; those printed in the paper answer up to 0.83 percentage points
    otherwise. From SCORE2 at 69 to SCORE2-OP at 70 years the risk may fall: a property of the models.
    Bands: high from 7.5 %, very high from 15 %.

    Source: SCORE2-OP working group, Eur Heart J 2021;42:2455-2467, doi 10.1093/eurheartj/ehab312.
    """
    return SCORE2_OP(inputs, contributors=contributors)


def score2_asia_pacific(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """As `score2` for Asia and Oceania: the same equation on the scales of four Asian-Pacific regions.

    Which ``risk_region`` mainland China is in is the institution's to say; none is taken for granted. The
    bands are those of ESC 2021, drawn for Europe.

    Source: SCORE2 Asia-Pacific writing group, Eur Heart J 2024, doi 10.1093/eurheartj/ehae609.
    """
    return SCORE2_ASIA_PACIFIC(inputs, contributors=contributors)


def score2_diabetes(inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
    """As `score2` for people of 40–69 years with type 2 diabetes, without ASCVD or severe organ damage.

    Besides the inputs of `score2`: age at diagnosis 18–69 years, not above the age; HbA1c 20–200 mmol/mol
    (or 4–20.4 %, converted by the NGSP master equation); eGFR 10–200 mL/min/1.73 m² (CKD-EPI). An optional
    ``diabetes_0_1`` of 0 is ``not_applicable``.

    Bands: moderate from 5 %, high from 10 %, very high from 20 % (ESC guideline 2023). In `contributors`
    HbA1c is compared with 53 mmol/mol (7 %) and eGFR with 90.

    Source: SCORE2-Diabetes working group, Eur Heart J 2023;44:2544-2556, doi 10.1093/eurheartj/ehad260.
    """
    return SCORE2_DIABETES(inputs, contributors=contributors)
