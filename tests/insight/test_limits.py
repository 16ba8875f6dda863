"""What a value is held against: given who it is and what they have, which limits, and which side."""

from types import SimpleNamespace

import pytest

from kanglu.catalogue import load
from kanglu.catalogue.models import Indicator
from kanglu.insight.history import YearValue
from kanglu.insight.limits import Limits, limits_for, reference_for, side_of

CATALOGUE = load()


def held(indicator, sex="female", age=50, problems=()):
    found = limits_for(CATALOGUE, indicator, sex, age, frozenset(problems))
    return found and (found.kind, found.low, found.high, found.low_inclusive, found.high_inclusive)


def figure(value=None, comparator=None, code=None):
    return YearValue("x", 2025, "last", 1, value, code, None, comparator, None)


@pytest.mark.parametrize(("age", "high"), [(18, 140), (64, 140), (65, 150)])
def test_the_target_of_pressure_with_hypertension_changes_on_the_65th_birthday(age, high):
    assert held("sbp", age=age, problems=["hypertension"]) == ("target", 90, high, True, False)


def test_without_the_disease_the_reference_range_holds_at_any_age():
    assert held("sbp", age=80) == ("reference", 90, 140, True, False)


@pytest.mark.parametrize("age", [None, 17, 0])
def test_nobody_of_unknown_age_and_no_child_is_held_against_what_adults_share(age):
    assert held("sbp", age=age, problems=["hypertension"]) is None
    assert held("fpg", age=age, problems=["diabetes"]) is None
    assert held("urine_protein", age=age) is None


def test_a_sex_not_recorded_is_held_against_no_range_of_one_sex():
    assert held("hgb", sex="male") != held("hgb", sex="female")
    for sex in ("unknown", "other", None):
        assert held("hgb", sex=sex) is None
        assert held("waist", sex=sex) is None
        assert held("sbp", sex=sex) == ("reference", 90, 140, True, False)


def test_the_waist_of_each_sex():
    assert held("waist", "male")[2] == 90
    assert held("waist", "female")[2] == 85


def test_a_target_for_everybody_stands_in_only_where_there_is_no_reference():
    assert held("cgm_glucose") == ("target", 3.9, 10.0, True, True)
    assert held("bmi")[0] == "reference"


def test_the_reference_knows_no_disease():
    found = reference_for(CATALOGUE, "fpg", "female", 50)
    assert found.kind == "reference"
    assert held("fpg", problems=["diabetes"]) == ("target", 4.4, 7.0, True, False)


def own(**more):
    """A catalogue of one indicator."""
    indicator = Indicator(id="x", group="g", name={"zh": "x", "en": "x"}, unit="mmol/L", **more)
    return SimpleNamespace(indicators={"x": indicator})


def test_a_range_made_for_children_holds_up_to_the_18th_birthday():
    catalogue = own(
        reference=[{"low": 1, "high": 2, "age_below": 18}, {"low": 3, "high": 4, "age_from": 18}],
        targets=[{"high": 9, "when": "gout"}],
    )
    assert limits_for(catalogue, "x", "female", 17, {"gout"}) == Limits(1, 2)
    assert limits_for(catalogue, "x", "female", 18, ()) == Limits(3, 4)
    assert limits_for(catalogue, "x", "female", 18, {"gout"}) == Limits(3, 9, "target")
    assert limits_for(own(reference=[{"low": 1, "high": 2, "age_below": 19}]), "x", "female", 17, ()) is None


def test_a_target_of_one_sex_is_for_that_sex():
    catalogue = own(targets=[{"high": 9, "sex": "male"}, {"high": 8, "sex": "female"}])
    assert limits_for(catalogue, "x", "male", 40, ()).high == 9
    assert limits_for(catalogue, "x", "female", 40, ()).high == 8
    assert limits_for(catalogue, "x", "unknown", 40, ()) is None


def test_a_target_with_no_lower_end_keeps_that_of_the_reference_and_whether_it_is_inside():
    catalogue = own(
        reference=[{"low": 1, "high": 2, "low_inclusive": False}],
        targets=[{"high": 9, "high_inclusive": False, "when": "gout"}],
    )
    limits = limits_for(catalogue, "x", "male", 40, {"gout"})
    assert [limits.side(value) for value in (1, 1.1, 8.9, 9)] == ["low", "in", "in", "high"]


def test_an_unknown_code_is_held_against_nothing():
    assert held("loinc|99999-9") is None
    assert reference_for(CATALOGUE, "loinc|99999-9", "female", 50) is None


@pytest.mark.parametrize(
    ("value", "side"), [(3.89, "low"), (3.9, "in"), (6.1, "in"), (6.11, "high"), (6.1000001, "high")]
)
def test_closed_limits_are_inside(value, side):
    assert side_of(figure(value), Limits(3.9, 6.1)) == side


@pytest.mark.parametrize(("value", "side"), [(90, "low"), (90.1, "in"), (139.9, "in"), (140, "high")])
def test_open_limits_are_outside(value, side):
    limits = Limits(90, 140, low_inclusive=False, high_inclusive=False)
    assert side_of(figure(value), limits) == side


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high", "side"),
    [
        (">", 6.22, 3.9, 6.1, "high"),
        (">", 6.1, 3.9, 6.1, "high"),
        (">=", 6.1, 3.9, 6.1, "unknown"),
        (">", 5.0, 3.9, 6.1, "unknown"),
        (">", 2.0, 3.9, 6.1, "unknown"),
        (">", 90, 90, None, "in"),
        (">=", 90, 90, None, "in"),
        (">", 60, 90, None, "unknown"),
        ("<", 3.9, 3.9, 6.1, "low"),
        ("<=", 3.9, 3.9, 6.1, "unknown"),
        ("<=", 3.8, 3.9, 6.1, "low"),
        ("<", 5.0, 3.9, 6.1, "unknown"),
        ("<", 0.5, None, 7.0, "in"),
        ("<", 0.5, 0, 7.0, "in"),
        ("<", 8.0, None, 7.0, "unknown"),
        ("<=", 7.0, None, 7.0, "in"),
    ],
)
def test_more_than_and_less_than_count_where_they_decide(comparator, value, low, high, side):
    assert side_of(figure(value, comparator), Limits(low, high)) == side


def test_at_an_open_limit_only_the_strict_comparator_decides():
    target, floor = Limits(None, 1.8, high_inclusive=False), Limits(60, None, low_inclusive=False)
    assert side_of(figure(1.8, "<"), target) == "in"
    assert side_of(figure(1.8, "<="), target) == "unknown"
    assert side_of(figure(1.8, ">="), target) == "high"
    assert side_of(figure(60, ">"), floor) == "in"
    assert side_of(figure(60, ">="), floor) == "unknown"


def test_codes_words_and_nothing():
    limits = limits_for(CATALOGUE, "urine_protein", "female", 50, ())
    assert side_of(figure(code="neg"), limits) == "in"
    assert side_of(figure(code="2+"), limits) == "high"
    assert side_of(figure(), limits) == "unknown"
    assert side_of(None, limits) == "unknown"
    assert side_of(figure(5.0), None) == "unknown"
    assert side_of(figure(code="neg"), Limits(1, 2)) == "unknown"


@pytest.mark.parametrize(
    ("low", "high", "value", "excess"),
    [(4, 6, 5, 0), (4, 6, 7, 0.5), (4, 6, 3, 0.5), (None, 7, 14, 1), (1, None, 0.5, 0.5), (0, None, -2, 2)],
)
def test_excess_is_in_widths_of_the_range_or_in_limits(low, high, value, excess):
    assert Limits(low, high).excess(value) == pytest.approx(excess)
