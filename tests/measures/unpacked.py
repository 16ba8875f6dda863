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


def kidney_failure_invalid() -> pd.DataFrame:
    """The invalid inputs of the kidney failure equation, as text."""
    given = pd.read_csv(VECTORS / "kfre_invalid_inputs.csv", dtype=str, keep_default_na=False)
    given = given.rename(columns={"male_0_1": "sex", "egfr": "egfr_ml_min_173m2"})
    return given.assign(sex=given["sex"].replace("1", "male"))
