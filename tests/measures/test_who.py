"""The WHO 2019 model for East Asia: against all cells of its chart, and given one man, at the edges."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import rows

from kanglu import measures

SCORE = "who_2019_east_asia_lab"
MAN: dict[str, object] = {
    "sex": "male",
    "age_years": 60,
    "sbp_mmhg": 120,
    "tc_mmol_l": 4.4,
    "diabetes_0_1": 0,
    "current_smoker_0_1": 0,
}
MIDPOINTS = {"midpoint_age": "age_years", "midpoint_sbp": "sbp_mmhg", "midpoint_tc": "tc_mmol_l"}


def answer(**facts: object) -> "pd.Series[object]":
    return measures.score(SCORE, {**MAN, **facts}).iloc[0]


def test_every_cell_of_the_chart_is_reproduced() -> None:
    given = rows("who_cvd_2019_east_asia_lab_chart").rename(columns=MIDPOINTS)
    found = measures.score(SCORE, given)
    assert len(found) == 1400
    assert (found["status"] == "ok").all()
    assert (found["value"] - given["recalibrated_model_pct_at_midpoint"]).abs().max() <= 0.001
    assert (np.floor(found["value"] + 0.5) == given["chart_risk10_pct"]).all()


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"age_years": 39}, "not_applicable"),
        ({"age_years": 40}, "ok"),
        ({"age_years": 74}, "ok"),
        ({"age_years": 75}, "not_applicable"),
        ({"tc_mmol_l": 0.9}, "not_applicable"),
        ({"tc_mmol_l": 200}, "not_applicable"),
        ({"sbp_mmhg": 59}, "not_applicable"),
        ({"sbp_mmhg": 251}, "not_applicable"),
        ({"ascvd_0_1": 1}, "not_applicable"),
        ({"diabetes_0_1": nan}, "incomplete"),
        ({"tc_mmol_l": nan}, "incomplete"),
    ],
)
def test_whom_it_fits(facts: dict[str, object], status: str) -> None:
    found = answer(**facts)
    assert found["status"] == status
    assert pd.notna(found["value"]) == (status == "ok")


def test_at_an_edge_of_the_chart_the_risk_goes_on_rising() -> None:
    risks = [answer(sbp_mmhg=sbp)["value"] for sbp in (139, 140, 141, 159, 160, 161, 180)]
    assert risks == sorted(risks)


def test_bands_are_those_of_the_chart_on_the_unrounded_risk() -> None:
    frame = pd.DataFrame([MAN] * 191).assign(sbp_mmhg=range(60, 251))
    older = {"age_years": 74, "current_smoker_0_1": 1}
    found = pd.concat([measures.score(SCORE, frame.assign(**facts)) for facts in ({"age_years": 50}, older)])
    edges = [found["value"] < edge for edge in (5, 10, 20, 30)]
    expected = np.select(edges, ["below 5", "5 to 10", "10 to 20", "20 to 30"], "from 30")
    assert found["band"].tolist() == expected.tolist()
    assert len(set(expected)) == 5


def test_contributors_are_what_ideal_levels_would_save() -> None:
    found = measures.score(SCORE, {**MAN, "diabetes_0_1": 1}, contributors=True).iloc[0]
    effects = {one.factor: one.effect for one in found["contributors"]}
    assert effects == {"diabetes": pytest.approx(found["value"] - answer()["value"])}
