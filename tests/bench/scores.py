"""The other cardiovascular scores on a million rows against their bare numpy formulas, and a form of many."""

import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from tests.bench.china_par import panel, row

from kanglu import measures
from kanglu.care import forms
from kanglu.measures import framingham, pooled_cohort, prevent, score2, who
from kanglu.measures.equations import Equations

type Columns = Mapping[str, np.ndarray]

MOST = 3.0
FORMS, FORMS_SECONDS, FORMS_TURNS = 100_000, 2.0, 3


def people() -> pd.DataFrame:
    """Invented people of 40–69 years, every cell clean, with all that any of these scores asks."""
    frame = panel()
    rng = np.random.default_rng(20260701)
    rows = len(frame)

    def flag(share: float) -> np.ndarray:
        return (rng.random(rows) < share).astype(float)

    return frame.assign(
        age_years=rng.integers(40, 70, rows).astype(float),
        tc_mmol_l=rng.uniform(3.4, 8.2, rows),
        sbp_mmhg=rng.integers(90, 180, rows).astype(float),
        race=np.where(flag(0.2) == 1, "black", "white"),
        risk_region=rng.choice(score2.REGIONS, rows),
        bmi_kg_m2=rng.uniform(18.5, 39.0, rows),
        egfr_ml_min_173m2=rng.uniform(20, 130, rows),
        hba1c_mmol_mol=rng.uniform(30, 90, rows),
        age_at_diabetes_dx_years=rng.integers(20, 40, rows).astype(float),
        on_statin_0_1=flag(0.2),
        hypertension_0_1=flag(0.3),
        dyslipidaemia_0_1=flag(0.3),
        atrial_fibrillation_0_1=flag(0.03),
        valvular_heart_disease_0_1=flag(0.03),
        inactivity_0_1=flag(0.3),
        family_history_stroke_0_1=flag(0.2),
        stroke_tia_0_1=flag(0.05),
        chf_0_1=flag(0.05),
        stroke_tia_te_0_1=flag(0.05),
        vascular_disease_0_1=flag(0.05),
    )


def _sum(of: Equations, terms: Columns, place: int) -> np.ndarray:
    """The equation of one group, as one would type it."""
    return of["constant"][place] + sum(of[name][place] * terms[name] for name in of if name != "constant")


def _by_sex(of: Equations, terms: Columns, c: Columns) -> np.ndarray:
    return np.where(c["sex"] == "male", _sum(of, terms, 1), _sum(of, terms, 0))


def _percent(log_hazard: np.ndarray) -> np.ndarray:
    return 100 * (1 - np.exp(-np.exp(log_hazard)))


def _with_age(terms: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return terms | {f"age_{name}": terms["age"] * values for name, values in terms.items() if name != "age"}


def _prevent(c: Columns) -> np.ndarray:
    age, tc, hdl = (c["age_years"] - 55) / 10, c["tc_mmol_l"], c["hdl_c_mmol_l"]
    non_hdl, sbp = tc - hdl - 3.5, (np.maximum(c["sbp_mmhg"], 110) - 130) / 20
    egfr = (np.minimum(c["egfr_ml_min_173m2"], 60) - 60) / -15
    terms = {
        "age": age,
        "non_hdl": non_hdl,
        "hdl": (hdl - 1.3) / 0.3,
        "sbp_below_110": (np.minimum(c["sbp_mmhg"], 110) - 110) / 20,
        "sbp_from_110": sbp,
        "diabetes": c["diabetes_0_1"],
        "smoker": c["current_smoker_0_1"],
        "egfr_below_60": egfr,
        "egfr_from_60": (np.maximum(c["egfr_ml_min_173m2"], 60) - 90) / -15,
        "treated": c["on_antihypertensive_0_1"],
        "statin": c["on_statin_0_1"],
        "treated_sbp": c["on_antihypertensive_0_1"] * sbp,
        "treated_non_hdl": c["on_statin_0_1"] * non_hdl,
        "age_non_hdl": age * non_hdl,
        "age_hdl": age * (hdl - 1.3) / 0.3,
        "age_sbp": age * sbp,
        "age_diabetes": age * c["diabetes_0_1"],
        "age_smoker": age * c["current_smoker_0_1"],
        "age_egfr": age * egfr,
    }
    return 100 / (1 + np.exp(-_by_sex(prevent.coefficients("cvd", 10, "base"), terms, c)))


def _pce(c: Columns) -> np.ndarray:
    age, tc, hdl = np.log(c["age_years"]), np.log(c["tc_mmol_l"] * 38.67), np.log(c["hdl_c_mmol_l"] * 38.67)
    treated = np.log(c["sbp_mmhg"]) * c["on_antihypertensive_0_1"]
    untreated = np.log(c["sbp_mmhg"]) * (1 - c["on_antihypertensive_0_1"])
    terms = {
        "ln_age": age,
        "ln_age_squared": age**2,
        "ln_tc": tc,
        "ln_age_ln_tc": age * tc,
        "ln_hdl": hdl,
        "ln_age_ln_hdl": age * hdl,
        "ln_sbp_treated": treated,
        "ln_age_ln_sbp_treated": age * treated,
        "ln_sbp_untreated": untreated,
        "ln_age_ln_sbp_untreated": age * untreated,
        "smoker": c["current_smoker_0_1"],
        "ln_age_smoker": age * c["current_smoker_0_1"],
        "diabetes": c["diabetes_0_1"],
    }
    male, black = c["sex"] == "male", c["race"] == "black"
    groups = (~male & ~black, ~male & black, male & ~black, male & black)
    return _percent(np.select(groups, [_sum(pooled_cohort.EQUATIONS, terms, place) for place in range(4)]))


def _framingham(of: Equations) -> Callable[[Columns], np.ndarray]:
    def bare(c: Columns) -> np.ndarray:
        sbp, treated = np.log(c["sbp_mmhg"]), c["on_antihypertensive_0_1"]
        terms = {
            "age": np.log(c["age_years"]),
            "sbp_untreated": sbp * (1 - treated),
            "sbp_treated": sbp * treated,
            "smoker": c["current_smoker_0_1"],
            "diabetes": c["diabetes_0_1"],
        }
        if "bmi" in of:
            terms["bmi"] = np.log(c["bmi_kg_m2"])
        else:
            terms |= {
                "total_chol": np.log(c["tc_mmol_l"] * 38.67),
                "hdl_c": np.log(c["hdl_c_mmol_l"] * 38.67),
            }
        return _percent(_by_sex(of, terms, c))

    return bare


def _in_region(z: np.ndarray, scales: Equations, c: Columns) -> np.ndarray:
    regions = [c["risk_region"] == region for region in score2.REGIONS]
    male = c["sex"] == "male"
    shift, stretch = (
        np.where(male, np.select(regions, scales[name][4:]), np.select(regions, scales[name][:4]))
        for name in ("shift", "stretch")
    )
    return _percent(shift + stretch * z)


def _middle_aged(c: Columns) -> dict[str, np.ndarray]:
    return {
        "age": (c["age_years"] - 60) / 5,
        "smoker": c["current_smoker_0_1"],
        "sbp": (c["sbp_mmhg"] - 120) / 20,
        "total_chol": c["tc_mmol_l"] - 6,
        "hdl_c": (c["hdl_c_mmol_l"] - 1.3) / 0.5,
    }


def _score2(scales: Equations) -> Callable[[Columns], np.ndarray]:
    def bare(c: Columns) -> np.ndarray:
        return _in_region(_by_sex(score2.SCORE2_HAZARDS, _with_age(_middle_aged(c)), c), scales, c)

    return bare


def _score2_op(c: Columns) -> np.ndarray:
    terms = {
        "age": c["age_years"] - 73,
        "smoker": c["current_smoker_0_1"],
        "sbp": c["sbp_mmhg"] - 150,
        "diabetes": c["diabetes_0_1"],
        "total_chol": c["tc_mmol_l"] - 6,
        "hdl_c": c["hdl_c_mmol_l"] - 1.4,
    }
    return _in_region(_by_sex(score2.SCORE2_OP_HAZARDS, _with_age(terms), c), score2.SCORE2_OP_SCALES, c)


def _score2_diabetes(c: Columns) -> np.ndarray:
    egfr = (np.log(c["egfr_ml_min_173m2"]) - 4.5) / 0.15
    terms = _with_age(
        _middle_aged(c)
        | {"diabetes": c["diabetes_0_1"], "hba1c": (c["hba1c_mmol_mol"] - 31) / 9.34, "egfr": egfr}
    )
    terms |= {"diagnosed": (c["age_at_diabetes_dx_years"] - 50) / 5, "egfr_squared": egfr**2}
    return _in_region(_by_sex(score2.SCORE2_DIABETES_HAZARDS, terms, c), score2.SCORE2_SCALES, c)


def _who(c: Columns) -> np.ndarray:
    terms = _with_age(
        {
            "age": c["age_years"] - 60,
            "total_chol": c["tc_mmol_l"] - 6,
            "sbp": c["sbp_mmhg"] - 120,
            "diabetes": c["diabetes_0_1"],
            "smoker": c["current_smoker_0_1"],
        }
    )

    def part(of: Equations, scale: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        male = c["sex"] == "male"
        shift, stretch = (np.where(male, numbers[1], numbers[0]) for numbers in scale)
        return np.exp(-np.exp(shift + stretch * _by_sex(of, terms, c)))

    return 100 * (1 - part(who.CORONARY, who.CORONARY_SCALE) * part(who.STROKE, who.STROKE_SCALE))


def _stroke_8(c: Columns) -> np.ndarray:
    """The count; the class, which is half of the answer, is worked out too."""
    heart = np.maximum(c["atrial_fibrillation_0_1"], c["valvular_heart_disease_0_1"])
    flags = (
        "hypertension",
        "dyslipidaemia",
        "diabetes",
        "current_smoker",
        "inactivity",
        "family_history_stroke",
    )
    count = sum((c[f"{name}_0_1"] for name in flags), heart + (c["bmi_kg_m2"] >= 26))
    chronic = (c["hypertension_0_1"] + c["diabetes_0_1"] + c["atrial_fibrillation_0_1"]) > 0
    np.select([(count >= 3) | (c["stroke_tia_0_1"] == 1), chronic], ["high", "medium"], "low")
    return count


def _cha2ds2_vasc(c: Columns) -> np.ndarray:
    """The points; the class, which is half of the answer, is worked out too."""
    flags = ("chf", "hypertension", "diabetes", "vascular_disease")
    without_sex = sum((c[f"{name}_0_1"] for name in flags), 2 * c["stroke_tia_te_0_1"])
    without_sex = without_sex + (c["age_years"] >= 65) + (c["age_years"] >= 75)
    np.select([without_sex >= 2, without_sex >= 1], ["high", "medium"], "low")
    return without_sex + (c["sex"] == "female")


CASES: tuple[tuple[str, Callable[[Columns], np.ndarray], Mapping[str, float]], ...] = (
    ("who_2019_east_asia_lab", _who, {}),
    ("prevent", _prevent, {}),
    ("score2_asia_pacific", _score2(score2.ASIA_PACIFIC_SCALES), {"diabetes_0_1": 0.0}),
    ("score2", _score2(score2.SCORE2_SCALES), {"diabetes_0_1": 0.0}),
    ("score2_op", _score2_op, {"age_years": 75.0}),
    ("score2_diabetes", _score2_diabetes, {"diabetes_0_1": 1.0}),
    ("framingham_2008_lipid", _framingham(framingham.LIPID), {}),
    ("framingham_2008_bmi", _framingham(framingham.BMI), {}),
    ("pce_2013", _pce, {}),
    ("stroke_8", _stroke_8, {}),
    ("cha2ds2_vasc", _cha2ds2_vasc, {}),
)
"""Each score, its formula, and what the people must have in common for it to fit them all."""


def run() -> list[dict[str, object]]:
    """Each score by its id."""
    everybody = people()
    found = []
    for score, bare, facts in CASES:
        frame = everybody.assign(**facts)
        columns = {name: frame[name].to_numpy() for name in frame}
        found.append(
            row(
                f"{score}, a million rows",
                lambda score=score, frame=frame: measures.score(score, frame),
                lambda bare=bare, columns=columns: bare(columns),
                most=MOST,
            )
        )
    return [*found, _forms()]


def _forms() -> dict[str, object]:
    """The 33 questions for the elderly as a file has them, in text."""
    rng = np.random.default_rng(20260702)
    answers = {f"tcm33_{place}": rng.integers(1, 6, FORMS).astype(str) for place in range(1, 34)}
    rows = pd.DataFrame({**answers, "age_years": rng.integers(65, 95, FORMS)}, dtype=object)
    form, turns = forms.questionnaires().get("tcm_33"), []
    for _ in range(FORMS_TURNS):
        begun = time.perf_counter()
        found = forms.score_rows(form, rows)["tcm_33"]
        turns.append(time.perf_counter() - begun)
    assert (found["status"] == "ok").all()
    return {
        "what": f"a form of 33 items, {FORMS:,} people",
        "against": "–",
        "ours": f"{min(turns):.2f} s",
        "theirs": "–",
        "ratio": "–",
        "target": f"at most {FORMS_SECONDS:.0f} s",
        "met": min(turns) <= FORMS_SECONDS,
    }
