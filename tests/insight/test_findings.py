"""What matters in a year: out of range, since when, critical, changed beyond noise, and in which order."""

import pytest

from kanglu.catalogue import load
from kanglu.insight.findings import About, judge, ranked
from kanglu.insight.history import history

CATALOGUE = load()
WOMAN = About("female", 50, frozenset())


def judged(woman, about=WOMAN, year=2025):
    past = history(woman.frame("observation"), f"{year}-12-31T23:59:59")
    return {one.indicator: one for one in judge(CATALOGUE, past, about, year)}


def yearly(woman, indicator, **values):
    for year, value in values.items():
        woman.seen(indicator, value, f"{year[1:]}-05-01")
    return woman


@pytest.mark.parametrize(
    ("age", "problems", "value", "side"),
    [
        (64, ["hypertension"], 139, "in"),
        (64, ["hypertension"], 140, "high"),
        (65, ["hypertension"], 149, "in"),
        (65, ["hypertension"], 150, "high"),
        (65, [], 140, "high"),
        (None, [], 240, "unknown"),
    ],
)
def test_a_figure_is_held_against_the_target_of_age_and_disease(someone, age, problems, value, side):
    one = judged(someone().seen("sbp", value), About("female", age, frozenset(problems)))["sbp"]
    assert (one.side, one.out) == (side, side == "high")


@pytest.mark.parametrize(
    ("value", "comparator", "critical"),
    [
        (180, None, True),
        (179.9, None, False),
        (80, None, True),
        (80.1, None, False),
        (180, ">", True),
        (180, ">=", True),
        (180, "<", False),
        (200, "<=", False),
        (80, "<", True),
        (70, ">", False),
    ],
)
def test_a_value_at_the_critical_limit_is_critical(someone, value, comparator, critical):
    one = judged(someone().seen("sbp", value, comparator=comparator))["sbp"]
    assert bool(one.critical) == critical


def test_a_critical_reading_counts_though_the_year_is_fine(someone):
    woman = (
        someone().seen("sbp", 190, "2025-01-01").seen("sbp", 120, "2025-06-01").seen("sbp", 122, "2025-07-01")
    )
    one = judged(woman)["sbp"]
    assert (one.side, one.out, [reading.value for reading in one.critical]) == ("in", True, [190])


@pytest.mark.parametrize("age", [None, 17])
def test_no_critical_limit_of_adults_for_a_child_or_an_unknown_age(someone, age):
    one = judged(someone().seen("sbp", 75), About("female", age, frozenset()))["sbp"]
    assert (one.critical, one.out, one.side) == ((), False, "unknown")


def test_the_run_out_of_range_is_not_broken_by_a_year_without_a_value(someone):
    woman = yearly(someone(), "ldl_c", y2018=2.0, y2019=4.5, y2020=4.6, y2023=4.4, y2025=4.5)
    assert judged(woman)["ldl_c"].since == 2019


def test_the_run_is_broken_by_a_year_on_another_side(someone):
    woman = yearly(someone(), "ldl_c", y2022=4.5, y2023=2.0, y2024=4.5, y2025=4.5)
    assert judged(woman)["ldl_c"].since == 2024


def test_newly_out_and_back_in_are_told_by_the_two_years_before(someone):
    assert judged(yearly(someone(), "ldl_c", y2023=2.0, y2025=4.5))["ldl_c"].newly
    assert judged(yearly(someone(), "ldl_c", y2023=4.5, y2025=2.0))["ldl_c"].returned
    long_ago = judged(yearly(someone(), "ldl_c", y2022=2.0, y2025=4.5))["ldl_c"]
    assert (long_ago.before, long_ago.newly, long_ago.change) == (None, False, None)


def test_what_a_child_had_is_not_held_against_the_ranges_of_adults(someone):
    woman = yearly(someone(), "sbp", y2024=85, y2025=120)
    grown, just = (judged(woman, About("female", age, frozenset()))["sbp"] for age in (19, 18))
    assert (grown.side_before, grown.returned) == ("low", True)
    assert (just.side, just.side_before, just.returned) == ("in", "unknown", False)


def rcv(indicator):
    variation = CATALOGUE.indicators[indicator].variation
    from kanglu.measures import reference_change_value

    return reference_change_value(variation.cv_analytical, variation.cv_within)


def test_a_change_is_one_only_beyond_the_reference_change_value_in_both_directions(someone):
    ratio = 1 + rcv("ldl_c") / 100
    for factor in (ratio * 1.001, 1 / ratio / 1.001):
        change = judged(yearly(someone(), "ldl_c", y2024=2.0, y2025=2.0 * factor))["ldl_c"].change
        assert change.percent == pytest.approx(100 * (factor - 1))
        assert change.direction == ("worse" if factor > 1 else "better")
        assert change.size == pytest.approx(1, abs=0.01)
    for factor in (ratio * 0.999, 1 / ratio / 0.999, 1):
        assert judged(yearly(someone(), "ldl_c", y2024=2.0, y2025=2.0 * factor))["ldl_c"].change is None


def test_where_less_is_worse_a_fall_is_worse(someone):
    change = judged(yearly(someone(), "hdl_c", y2024=2.0, y2025=1.0))["hdl_c"].change
    assert change.direction == "worse"


def test_where_both_are_bad_the_way_to_the_range_is_the_better(someone):
    def direction(before, after):
        return judged(yearly(someone(), "tsh", y2024=before, y2025=after))["tsh"].change.direction

    assert direction(12, 3) == "better"
    assert direction(3, 12) == "worse"
    assert direction(0.01, 2) == "better"
    assert direction(1, 3.9) == "neither"


def test_no_change_is_claimed_of_a_comparator_of_nothing_or_without_a_known_variation(someone):
    woman = someone().seen("ldl_c", 1, "2024-05-01").seen("ldl_c", 9, comparator=">")
    woman.seen("crp", 0, "2024-05-01").seen("crp", 90)
    woman.seen("waist", 60, "2024-05-01").seen("waist", 120)
    assert CATALOGUE.indicators["waist"].variation is None
    assert [one.change for one in judged(woman).values()] == [None, None, None]


def test_a_fall_and_a_rise_by_the_same_ratio_are_as_large(someone):
    woman = yearly(yearly(someone(), "alt", y2024=20, y2025=80), "ast", y2024=80, y2025=20)
    found = judged(woman)
    noise = (rcv("alt"), rcv("ast"))
    assert found["alt"].change.size > 1
    assert found["ast"].change.size > 1
    assert (found["alt"].change.size > found["ast"].change.size) == (noise[0] < noise[1])


def test_critical_comes_first_then_targets_then_the_furthest_out_and_habits_last(someone):
    woman = someone().seen("exercise_min_week", 0).seen("ldl_c", 9).seen("potassium", 7.5)
    woman.seen("fpg", 7.1).seen("tc", 5.6).seen("hdl_c", 1.5)
    found = judged(woman, About("female", 50, frozenset({"diabetes"})))
    names = [one.indicator for one in ranked(found.values(), CATALOGUE)]
    assert names == ["potassium", "fpg", "ldl_c", "tc", "exercise_min_week"]


def test_what_the_catalogue_does_not_know_is_not_judged(someone):
    assert judged(someone().seen("loinc|99999-9", 1)) == {}
