"""Reference rows that their files keep packed in one cell, as the columns that the scores read."""

from pathlib import Path

import pandas as pd

VECTORS = Path(__file__).parents[1] / "data" / "vectors"

SCREENING = {
    "age": "age_years",
    "weight_kg": "weight_kg",
    "first_degree_CRC": "first_degree_crc_0_1",
    "current_or_past_smoker": "current_or_past_smoker_0_1",
}


def rows(name: str) -> pd.DataFrame:
    """The rows of a reference file, as they are."""
    return pd.read_csv(VECTORS / f"{name}.csv")


def screening(score: str) -> pd.DataFrame:
    """The rows of APCS or OSTA, with `value` and `band` as expected."""
    given = rows("apcs_osta_stroke8")
    given = given[given["score"] == score]
    facts = [dict(fact.split("=") for fact in text.split(";")) for text in given["inputs"]]
    frame = pd.DataFrame(facts, index=given.index).astype(float)
    if "male" in frame:
        frame["sex"] = frame.pop("male").map({1.0: "male", 0.0: "female"})
    expected = given["expected"].str.extract(r"(?P<value>\S+) \((?P<band>.+)\)").astype({"value": float})
    return frame.rename(columns=SCREENING).join(expected)


STROKE = {
    "smoking": "current_smoker_0_1",
    "hypertension": "hypertension_0_1",
    "inactivity": "inactivity_0_1",
    "none": "none",
}


def stroke_screening() -> pd.DataFrame:
    """The rows of the screening for stroke, all else without fault, with the `expected` count and class."""
    given = rows("apcs_osta_stroke8")
    given = given[given["score"] == "stroke_8_risk_factors"]
    healthy = {"age_years": 60, "bmi_kg_m2": 23} | dict.fromkeys(
        [
            "hypertension_0_1",
            "dyslipidaemia_0_1",
            "diabetes_0_1",
            "atrial_fibrillation_0_1",
            "valvular_heart_disease_0_1",
            "current_smoker_0_1",
            "inactivity_0_1",
            "family_history_stroke_0_1",
            "stroke_tia_0_1",
        ],
        0,
    )
    facts = [healthy | {STROKE[name]: 1 for name in text.split(";")} for text in given["inputs"]]
    return pd.DataFrame(facts, index=given.index).drop(columns="none").join(given["expected"])


def kidney_failure_invalid() -> pd.DataFrame:
    """The invalid inputs of the kidney failure equation, as text."""
    given = pd.read_csv(VECTORS / "kfre_invalid_inputs.csv", dtype=str, keep_default_na=False)
    given = given.rename(columns={"male_0_1": "sex", "egfr": "egfr_ml_min_173m2"})
    return given.assign(sex=given["sex"].replace("1", "male"))


SCALES = {"phq9": ("PHQ-9", 9), "gad7": ("GAD-7", 7), "audit_c": ("AUDIT-C", 3)}


def questionnaire(score: str) -> pd.DataFrame:
    """The valid rows of a questionnaire, with its `total`, `expected_band` and `flag`."""
    instrument, count = SCALES[score]
    given = rows("phq9_gad7_auditc").dropna(subset="total")
    given = given[given["instrument"] == instrument]
    answers = given["answers"].str.split(";", expand=True).astype(int)
    answers.columns = [f"{score}_{place}" for place in range(1, count + 1)]
    return given.drop(columns="answers").join(answers)


def constitution_33() -> pd.DataFrame:
    """The forms of 33 questions, with the `expected` verdicts and sums of each type."""
    given = rows("tcm_constitution")
    given = given[given["version"] == "elder 33-item"]
    answers = pd.DataFrame(
        [list(map(int, text.removeprefix("answers_1..33="))) for text in given["inputs"]], index=given.index
    )
    answers.columns = [f"tcm33_{place}" for place in range(1, 34)]
    return answers.join(given["expected"])
