"""One person's answer as plain values is what the frame says of them, on every reference row."""

from typing import Any

import pandas as pd
import pytest
from tests.measures.unpacked import SCALES, constitution_33, questionnaire, screening, stroke_screening
from tests.measures.unpacked import VECTORS as FOLDER

from kanglu.measures import SCORES

VECTORS = {path.stem: pd.read_csv(path) for path in FOLDER.glob("*.csv")} | {
    "apcs": screening("APCS_original_2011"),
    "osta": screening("OSTA"),
    "stroke_8": stroke_screening(),
    "tcm_33": constitution_33(),
    **{score: questionnaire(score) for score in SCALES},
    # No reference file has rows of these two; here they are only asked to answer alike.
    "tcm_60": pd.DataFrame(
        [{item.names[0]: cell for item in SCORES["tcm_60"].inputs} | {"sex": "female"} for cell in (1, 3, 9)]
    ),
    "self_care": pd.DataFrame({"self_care_points": [0, 4, 37, 38]}),
}
PAIRS = [
    (name, score)
    for name, rows in sorted(VECTORS.items())
    for score in SCORES.values()
    if all(any(column in rows for column in item.names) for item in score.inputs if item.column_required)
    and any(column in rows for item in score.inputs for column in item.names)
]


def plain(cell: Any) -> Any:
    """A cell of a frame as a plain value, None where there is none."""
    return cell if isinstance(cell, tuple) or not pd.isna(cell) else None


def test_every_score_has_reference_rows() -> None:
    assert {score.id for _, score in PAIRS} == set(SCORES)


@pytest.mark.parametrize(("vectors", "score"), PAIRS, ids=[f"{name}-{score.id}" for name, score in PAIRS])
def test_rows_and_frames_answer_alike(vectors: str, score: Any) -> None:
    given = VECTORS[vectors]
    wanted = {unit for item in score.inputs for column in item.columns if (unit := column.unit_column)}
    columns = [name for item in score.inputs for name in item.names if name in given] + sorted(
        wanted & set(given.columns)
    )
    frame = score(given[columns], contributors=True)
    for place in range(len(given)):
        one = {name: given[name].to_numpy(dtype=object)[place : place + 1] for name in columns}
        answer = score.answered(one, contributors=True).row(0)
        assert list(answer) == list(frame.columns)
        assert answer == {name: plain(frame[name].iloc[place]) for name in frame.columns}


def test_a_row_that_cannot_be_scored_has_no_value_no_band_and_nothing_that_drives_it() -> None:
    answer = SCORES["chinese_diabetes_risk_score"].answered(
        {
            "sex": "male",
            "age_years": 19,
            "bmi_kg_m2": 24.0,
            "waist_cm": 80.0,
            "sbp_mmhg": 120,
            "family_history_first_degree_0_1": 0,
        },
        contributors=True,
    )
    row = answer.row(0)
    assert (row["value"], row["band"], row["status"], row["contributors"]) == (
        None,
        None,
        "not_applicable",
        (),
    )
    assert row["reason"].startswith("age_years 19 is outside")


def test_what_drives_a_score_is_told_only_when_asked() -> None:
    given = {"hba1c_percent": 6.0}
    assert "contributors" not in SCORES["eag"].answered(given).row(0)
