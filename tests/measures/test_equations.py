"""What the risk equations share, given small numbers."""

from math import exp, nan

import numpy as np
import pandas as pd
import pytest
from tests.measures.unpacked import rows

from kanglu import measures
from kanglu.measures.equations import Factor, avoidable, hazards, percent, places, solve
from kanglu.measures.points import reached


def test_a_hazard_gives_the_risk_as_it_is_published() -> None:
    of = hazards(survival=(0.9, 0.8), mean=(1.0, 2.0), x=(0.5, 0.25))
    risk = percent(solve(of, {"x": np.array([3.0, 3.0])}, np.array([0, 1])))
    assert risk[0] == pytest.approx(100 * (1 - 0.9 ** exp(0.5 * 3 - 1)))
    assert risk[1] == pytest.approx(100 * (1 - 0.8 ** exp(0.25 * 3 - 2)))


def test_each_row_is_solved_by_the_equation_of_its_group() -> None:
    of = {"constant": np.array([1.0, 10.0]), "x": np.array([2.0, 20.0])}
    assert solve(of, {"x": np.array([1.0, 1.0, 0.0])}, np.array([0, 1, 1])).tolist() == [3.0, 30.0, 10.0]


def test_a_row_without_a_sex_is_in_some_group_and_raises_nothing() -> None:
    assert places(np.array([1.0, 0.0, nan])).tolist() == [1, 0, 0]


def test_a_band_begins_at_its_edge_which_may_differ_from_row_to_row() -> None:
    risk = np.array([4.9999, 5.0, 9.9999, 10.0, nan])
    assert reached(risk, (5, 10)).tolist() == [0, 1, 1, 2, 0]
    assert reached(risk, (np.array([4, 6, 4, 6, 4]), 10)).tolist() == [1, 0, 1, 2, 0]


def test_a_factor_that_was_not_given_drives_nothing() -> None:
    factors = {"x": Factor({"en": "x"}, {"x": 1.0}), "y": Factor({"en": "y"}, {"y": (2.0, 3.0)})}
    given = {"sex": np.array([1.0, 0.0]), "x": np.array([nan, 4.0]), "y": np.array([5.0, 9.0])}

    def risk(levels: dict[str, np.ndarray]) -> np.ndarray:
        return np.nan_to_num(levels["x"]) + levels["y"]

    found = avoidable(given, factors, risk)
    assert [[(one.factor, one.effect) for one in row] for row in found] == [
        [("y", 3.0)],  # a man: 5 to 2
        [("y", 6.0), ("x", 3.0)],  # a woman: 9 to 3, and 4 to 1
    ]


def test_many_rows_answer_as_few() -> None:
    few = rows("framingham_2008")
    many = pd.concat([few] * 500, ignore_index=True)
    expected = np.tile(measures.score("framingham_2008_lipid", few)["value"], 500)
    assert measures.score("framingham_2008_lipid", many)["value"].tolist() == expected.tolist()


def test_the_order_of_cardiovascular_scores_begins_with_the_national_model() -> None:
    assert measures.CARDIOVASCULAR[0] == "china_par_10y"
    assert set(measures.CARDIOVASCULAR) <= set(measures.SCORES)
    assert {measures.SCORES[name].unit for name in measures.CARDIOVASCULAR} == {"%"}
    assert len(set(measures.CARDIOVASCULAR)) == 10
