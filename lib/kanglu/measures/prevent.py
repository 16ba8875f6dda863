"""AHA PREVENT: the risk of cardiovascular disease in ten and thirty years, by the model the inputs allow."""

import csv
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Inputs, column, flag, number, sex
from kanglu.measures.equations import Equations, Factor, avoidable, in_blocks, places, solve
from kanglu.measures.points import reached
from kanglu.measures.reading import Readings
from kanglu.measures.risk_inputs import (
    AMERICAN,
    ASCVD,
    DIABETES,
    NO_DIABETES,
    NO_SMOKING,
    SMOKER,
    TREATED,
    UNTREATED,
    age,
    bmi,
    egfr,
    hdl_c,
    lipid_factors,
    refuse_ascvd,
    sbp,
    total_chol,
)
from kanglu.measures.score import Answer, Band, Coded, Output, Score

CHOLESTEROL_MG_DL_PER_MMOL_L = 1 / 0.02586
"""The factor this score was published with (elsewhere 38.67 is used)."""

MODELS = {(): "base", ("sdi",): "sdi", ("hba1c",): "hba1c", ("uacr",): "uacr"}
"""The model by which of the optional inputs are given; with two or three it is the full one."""
_NOT_GIVEN = {
    "sdi": "social deprivation not known",
    "hba1c": "HbA1c not measured",
    "uacr": "UACR not measured",
}
_NAMES = {
    "base": "base model",
    "sdi": "SDI model",
    "hba1c": "HbA1c model",
    "uacr": "UACR model",
    "full": "full model",
}
_EVENTS = {
    "cvd": {"zh": "心血管病", "en": "total CVD"},
    "ascvd": {"zh": "动脉粥样硬化性心血管病", "en": "ASCVD"},
    "hf": {"zh": "心力衰竭", "en": "heart failure"},
    "chd": {"zh": "冠心病", "en": "coronary heart disease"},
    "stroke": {"zh": "脑卒中", "en": "stroke"},
}
_COEFFICIENTS = Path(__file__).parent / "data" / "prevent_2023.csv"
_OLDEST_IN_30_YEARS = 59


@cache
def coefficients(event: str, years: int, model: str) -> Equations:
    """The equations of an event, women and men; a term without weight is left out."""
    with _COEFFICIENTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["model"], row["years"]) == (model, str(years))]
    found = {
        row["term"]: np.array([float(row[f"{sex}_{event}"]) for sex in ("female", "male")]) for row in rows
    }
    return {term: numbers for term, numbers in found.items() if numbers.any()}


def _block(of: Equations, given: Mapping[str, Floats]) -> Floats:
    return 100.0 / (1.0 + np.exp(-solve(of, _terms(given), places(given["sex"]))))


def _terms(given: Mapping[str, Floats]) -> dict[str, Floats]:
    """The terms of all models; cholesterol in mmol/L."""
    decades = (given["age"] - 55) / 10
    non_hdl, hdl = given["total_chol"] - given["hdl_c"] - 3.5, (given["hdl_c"] - 1.3) / 0.3
    sbp_from = (np.maximum(given["sbp"], 110) - 130) / 20
    bmi_from = (np.maximum(given["bmi"], 30) - 30) / 5
    egfr_below = (np.minimum(given["egfr"], 60) - 60) / -15
    diabetes, smoker = given["diabetes"], given["smoker"]
    sdi, hba1c, ln_uacr = given["sdi"], given["hba1c"] - 5.3, np.log(given["uacr"])
    no_hba1c, no_uacr = np.isnan(hba1c), np.isnan(ln_uacr)
    hba1c, ln_uacr = np.where(no_hba1c, 0, hba1c), np.where(no_uacr, 0, ln_uacr)
    return {
        "age": decades,
        "age_squared": decades * decades,
        "non_hdl": non_hdl,
        "hdl": hdl,
        "sbp_below_110": (np.minimum(given["sbp"], 110) - 110) / 20,
        "sbp_from_110": sbp_from,
        "diabetes": diabetes,
        "smoker": smoker,
        "bmi_below_30": (np.minimum(given["bmi"], 30) - 25) / 5,
        "bmi_from_30": bmi_from,
        "egfr_below_60": egfr_below,
        "egfr_from_60": (np.maximum(given["egfr"], 60) - 90) / -15,
        "treated": given["treated"],
        "statin": given["statin"],
        "treated_sbp": given["treated"] * sbp_from,
        "treated_non_hdl": given["statin"] * non_hdl,
        "age_non_hdl": decades * non_hdl,
        "age_hdl": decades * hdl,
        "age_sbp": decades * sbp_from,
        "age_diabetes": decades * diabetes,
        "age_smoker": decades * smoker,
        "age_bmi": decades * bmi_from,
        "age_egfr": decades * egfr_below,
        "sdi_4_to_6": (sdi >= 4) & (sdi <= 6),
        "sdi_from_7": sdi >= 7,
        "no_sdi": np.isnan(sdi),
        "hba1c_diabetes": hba1c * diabetes,
        "hba1c_no_diabetes": hba1c * (1 - diabetes),
        "no_hba1c": no_hba1c,
        "ln_uacr": ln_uacr,
        "no_uacr": no_uacr,
    }


_FACTORS = {
    **UNTREATED,
    **lipid_factors("mmol/L"),
    **NO_DIABETES,
    **NO_SMOKING,
    "bmi": Factor({"zh": "体重指数", "en": "body mass index"}, {"bmi": 22.0}),
    "egfr": Factor({"zh": "肾功能", "en": "kidney function"}, {"egfr": 90.0}),
    "hba1c": Factor({"zh": "糖化血红蛋白", "en": "HbA1c"}, {"hba1c": 5.3}),
    "uacr": Factor({"zh": "尿白蛋白/肌酐比值", "en": "albumin in urine"}, {"uacr": 10.0}),
}
_BANDS = (
    Band("low", {"zh": "低危", "en": "low"}, "ok"),
    Band("borderline", {"zh": "临界", "en": "borderline"}, "watch"),
    Band("intermediate", {"zh": "中危", "en": "intermediate"}, "watch"),
    Band("high", {"zh": "高危", "en": "high"}, "high"),
)


def _compute(event: str, years: int, banded: bool, given: Readings) -> Answer:
    refuse_ascvd(given)
    if years == 30:
        given.refuse("age", given["age"] > _OLDEST_IN_30_YEARS, "is above 59, where the 30-year models end")
    optional = tuple(key for key in _NOT_GIVEN if key in given.stated)
    model = MODELS.get(optional, "full")
    risk_of = partial(in_blocks, risk=partial(_block, coefficients(event, years, model)))
    risk = risk_of(given.values)
    return Answer(
        risk,
        reached(risk, (3, 5, 10)) if banded else np.full(given.size, -1, dtype=np.int8),
        contributors=lambda: avoidable(given.values, _FACTORS, risk_of),
        model=_model(given, tuple(_NOT_GIVEN) if model == "full" else optional, _NAMES[model]),
    )


def _model(given: Readings, optional: tuple[str, ...], name: str) -> Coded:
    """The model, and by row what of its optional inputs is not known."""
    codes = np.zeros(given.size, dtype=np.int8)
    words = [name]
    for key in optional:
        codes += np.isnan(given[key]).view(np.int8) * len(words)
        words += [f"{word}, {_NOT_GIVEN[key]}" for word in words]
    return Coded(codes, words)


def _output(event: str, years: int) -> Output:
    banded = (event, years) == ("ascvd", 10)
    names = _EVENTS[event]
    return Output(
        {"zh": f"{years}年{names['zh']}风险", "en": f"{years}-year risk of {names['en']}"},
        f"AHA PREVENT 2023, {years}-year {names['en']}{'; bands of ACC/AHA 2026' if banded else ''}",
        _BANDS if banded else (),
        partial(_compute, event, years, banded),
    )


_OUTPUTS = {f"{event}_{years}yr": _output(event, years) for years in (10, 30) for event in _EVENTS}
_FIRST = _OUTPUTS["cvd_10yr"]

PREVENT = Score(
    id="prevent",
    name={"zh": "AHA PREVENT 心血管病风险", "en": "AHA PREVENT, cardiovascular risk"},
    version=_FIRST.version,
    unit="%",
    decimals=1,
    population="US adults of 30–79 years (thirty-year risk: 30–59) without cardiovascular disease",
    source="Khan SS et al. Circulation 2024;149:430-449, Suppl. Table S12",
    doi="10.1161/CIRCULATIONAHA.123.067626",
    licence="published equations; PREVENT is a trademark of the AHA, used to name them without endorsement",
    inputs=(
        sex(),
        age(30, 79),
        total_chol(AMERICAN, "mmol/L", CHOLESTEROL_MG_DL_PER_MMOL_L),
        hdl_c(AMERICAN, "mmol/L", CHOLESTEROL_MG_DL_PER_MMOL_L),
        sbp(90, 180),
        bmi(18.5, 39.9),
        egfr(15, 140),
        DIABETES,
        SMOKER,
        TREATED,
        flag("statin", "服用他汀类药物", "on a statin", "on_statin_0_1"),
        number(
            "hba1c",
            "糖化血红蛋白",
            "HbA1c",
            column("hba1c_percent", "%", 4.5, 15),
            column_required=False,
            cell_required=False,
        ),
        number(
            "uacr",
            "尿白蛋白/肌酐比值",
            "UACR",
            column("uacr_mg_g", "mg/g", 0.1, 25000),
            column_required=False,
            cell_required=False,
        ),
        number(
            "sdi",
            "社会剥夺指数十分位（美国邮编）",
            "social deprivation index, decile (US ZIP code)",
            column("sdi_decile_1_10", "decile", 1, 10),
            whole=True,
            column_required=False,
            cell_required=False,
        ),
        ASCVD,
    ),
    bands=_FIRST.bands,
    compute=_FIRST.compute,
    outputs=_OUTPUTS,
)


def prevent(inputs: Inputs, *, output: str = "cvd_10yr", contributors: bool = False) -> pd.DataFrame:
    """The risk of a first cardiovascular event in ten or thirty years, in percent, in US adults.

    `output` is one of cvd (ASCVD and heart failure), ascvd, hf, chd or stroke, followed by ``_10yr`` or
    ``_30yr``. HbA1c, UACR and the social deprivation index are optional: which of the three columns are
    given chooses the model (base, HbA1c, UACR, SDI, or full with two or more), and an empty cell counts as
    not known, for which the models have a term. `version` says which it was. The index is the decile of a US
    ZIP code and means nothing elsewhere: no record, form or page has it, only a file can give it.

    Population: 30–79 years (30–59 for thirty years, above ``not_applicable``), without cardiovascular
    disease (an optional ``ascvd_0_1`` of 1 is ``not_applicable``). Ranges: TC 130–320 mg/dL (3.36–8.28
    mmol/L), HDL-C 20–100 mg/dL (0.52–2.59 mmol/L), SBP 90–180 mmHg, BMI 18.5–39.9 kg/m², eGFR 15–140
    mL/min/1.73 m² (CKD-EPI 2021); diabetes, current smoker, on blood-pressure medicine, on a statin, 0 or
    1; HbA1c 4.5–15 %, UACR 0.1–25,000 mg/g, SDI decile 1–10. A value outside is ``not_applicable``, also an
    optional one: it is not left out unsaid.

    Bands: of ascvd_10yr alone, on the unrounded value: borderline from 3 %, intermediate from 5 %, high
    from 10 % (ACC/AHA 2026).

    `contributors`: by how many percentage points the risk would fall were one factor alone at SBP 120 mmHg
    untreated, TC 4.4 and HDL-C 1.3 mmol/L, no diabetes, no smoking, BMI 22, eGFR 90, HbA1c 5.3 %, UACR 10.

    Source: Khan SS et al., Circulation 2024;149:430-449, doi 10.1161/CIRCULATIONAHA.123.067626, Suppl.
    Table S12. Licence: published equations; PREVENT is a trademark of the AHA, which endorses nothing here.
    """
    return PREVENT.giving(output)(inputs, contributors=contributors)
