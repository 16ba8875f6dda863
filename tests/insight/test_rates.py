"""Who counts in a rate and who is in target: the definitions, at their boundaries."""

from datetime import date

import pandas as pd
import pytest

from kanglu.insight.derived import with_derived
from kanglu.insight.rates import DEFINITIONS, Period, rates

YEAR_END = date(2025, 12, 31)
NATIONAL = "bp_control.last_visit.national_2017"
SIX_MONTHS = "bp_control.last_six_months.guangdong_2011"
FOUR_VISITS = "bp_visits.four_a_year.national_2017"
FPG = "fpg_control.last_test.national_2017"
FOUR_TESTS = "fpg_tests.four_a_year.national_2017"
HBA1C = "hba1c_control.last_test.cds_2024"


def seen(indicator, value, effective="2025-10-01", person=1, comparator=None, origin="measured"):
    return person, indicator, effective, value, comparator, origin


def pressure(sbp, dbp, effective="2025-10-01", person=1):
    return [seen("sbp", sbp, effective, person), seen("dbp", dbp, effective, person)]


def frame(readings):
    columns = ["person_id", "indicator", "effective", "value", "comparator", "origin"]
    rows = pd.DataFrame(list(readings), columns=columns)
    return rows.astype({"person_id": "int64", "value": "float64", "effective": "str", "indicator": "str"})


def rate(name, readings, birth="1970-06-15", until=YEAR_END, problems=None):
    """(how many in target, how many count) of person 1 (and 2), who have every problem unless stated."""
    people = pd.DataFrame({"person_id": [1, 2], "birth_date": [birth, birth], "sex": ["male", "female"]})
    everyone = frozenset({1, 2})
    has = problems or dict.fromkeys(("hypertension", "diabetes", "type2_diabetes"), everyone)
    in_target, counted = rates(Period(frame(readings), people.set_index("person_id"), has, until))[name]
    assert in_target <= counted
    return len(in_target), len(counted)


@pytest.mark.parametrize(
    ("sbp", "dbp", "in_target"),
    [(139, 89, 1), (140, 89, 0), (139, 90, 0), (140, 90, 0), (150, 80, 0), (138, 92, 0)],
)
def test_pressure_is_in_target_below_140_and_below_90(sbp, dbp, in_target):
    assert rate(NATIONAL, pressure(sbp, dbp)) == (in_target, 1)
    assert rate(SIX_MONTHS, pressure(sbp, dbp)) == (in_target, 1)


@pytest.mark.parametrize(("visit", "in_target"), [("2025-06-14", 0), ("2025-06-15", 1)])
def test_from_the_day_of_turning_65_the_national_limit_is_150(visit, in_target):
    assert rate(NATIONAL, pressure(145, 85, visit), birth="1960-06-15") == (in_target, 1)
    assert rate(SIX_MONTHS, pressure(145, 85, "2025-12-01"), birth="1960-06-15") == (0, 1)


@pytest.mark.parametrize(("sbp", "dbp", "in_target"), [(149, 89, 1), (150, 89, 0), (149, 90, 0)])
def test_the_limit_of_older_people(sbp, dbp, in_target):
    assert rate(NATIONAL, pressure(sbp, dbp), birth="1950-01-01") == (in_target, 1)


@pytest.mark.parametrize(("birth", "counted"), [("1990-12-31", 1), ("1991-01-01", 0), (None, 0)])
def test_the_programme_is_for_people_of_35_years_at_the_end_of_the_period(birth, counted):
    assert rate(NATIONAL, pressure(120, 80), birth=birth)[1] == counted
    assert rate(FPG, [seen("fpg", 6.0)], birth=birth)[1] == counted


def test_the_last_visit_decides():
    both = [*pressure(120, 80, "2025-03-01"), *pressure(150, 95, "2025-09-01")]
    assert rate(NATIONAL, both) == (0, 1)
    assert rate(NATIONAL, both[::-1]) == (0, 1), "in whatever order they come"


def test_of_several_readings_of_a_day_the_mean_counts_half_up():
    assert rate(
        NATIONAL, [*pressure(138, 88, "2025-09-01T08:00"), *pressure(140, 90, "2025-09-01T08:05")]
    ) == (
        1,
        1,
    )
    assert rate(
        NATIONAL, [*pressure(139, 88, "2025-09-01T08:00"), *pressure(140, 88, "2025-09-01T08:05")]
    ) == (
        0,
        1,
    )


def test_a_visit_with_one_pressure_only_is_none():
    assert rate(NATIONAL, [seen("sbp", 120)]) == (0, 0)
    assert rate(NATIONAL, [*pressure(150, 95, "2025-03-01"), seen("sbp", 120)]) == (0, 1)
    assert rate(FOUR_VISITS, [seen("sbp", 120, f"2025-0{month}-01") for month in range(1, 6)]) == (0, 0)


def test_a_value_known_only_as_above_or_below_is_none():
    assert rate(FPG, [seen("fpg", 3.0, comparator="<")]) == (0, 0)
    assert rate(FPG, [seen("fpg", 6.0, "2025-03-01"), seen("fpg", 30.0, comparator=">")]) == (1, 1)


def test_the_evening_of_the_last_day_counts():
    assert rate(SIX_MONTHS, pressure(120, 80, "2025-12-31T23:00:00")) == (1, 1)


@pytest.mark.parametrize(
    ("until", "visit", "in_target"),
    [
        ("2025-12-31", "2025-06-30", 0),
        ("2025-12-31", "2025-07-01", 1),
        ("2025-12-31", "2025-07", 1),
        ("2025-12-31", "2025", 0),
        ("2025-09-30", "2025-03-29", 0),
        ("2025-09-30", "2025-03-30", 1),
        ("2025-07-31", "2025-01-30", 0),
        ("2025-07-31", "2025-01-31", 1),
        ("2025-08-31", "2025-02-28", 0),
        ("2025-08-31", "2025-03-01", 1),
    ],
)
def test_six_months_to_the_day(until, visit, in_target):
    assert rate(SIX_MONTHS, pressure(120, 80, visit), until=date.fromisoformat(until)) == (in_target, 1)


@pytest.mark.parametrize(("value", "in_target"), [(6.99, 1), (7.0, 0), (7.01, 0)])
def test_glucose_and_hba1c_are_in_target_below_7(value, in_target):
    assert rate(FPG, [seen("fpg", value)]) == (in_target, 1)
    assert rate(HBA1C, [seen("hba1c", value)]) == (in_target, 1)


@pytest.mark.parametrize(
    ("days", "in_target"),
    [(["01", "02", "03"], 0), (["01", "02", "03", "04"], 1), (["01", "01", "01", "01"], 0)],
)
def test_four_a_year_are_four_days(days, in_target):
    visits = [reading for day in days for reading in pressure(150, 95, f"2025-05-{day}")]
    assert rate(FOUR_VISITS, visits) == (in_target, 1)
    assert rate(FOUR_TESTS, [seen("fpg", 9.0, f"2025-05-{day}") for day in days]) == (in_target, 1)


def test_what_is_asked_for_a_year_is_not_due_before_its_end():
    period = Period(frame([]), pd.DataFrame({"birth_date": [], "sex": []}), {}, date(2025, 12, 30))
    assert set(DEFINITIONS) - set(rates(period)) == {FOUR_VISITS, FOUR_TESTS}


def test_only_people_with_the_problem_count():
    readings = [*pressure(120, 80), *pressure(120, 80, person=2), seen("hba1c", 6.0)]
    assert rate(NATIONAL, readings, problems={"hypertension": frozenset({2})}) == (1, 1)
    assert rate(HBA1C, readings, problems={"hypertension": frozenset({2})}) == (0, 0)


def test_nobody_and_nothing_count_as_nobody():
    period = Period(frame([]), pd.DataFrame({"birth_date": [], "sex": []}), {}, YEAR_END)
    assert set(rates(period).values()) == {(frozenset(), frozenset())}
    assert set(rates(period)) == set(DEFINITIONS)


# -- what follows from other values ------------------------------------------------------------------


def derived(readings, sex="female", birth="1970-06-15"):
    people = pd.DataFrame({"birth_date": [birth], "sex": [sex]}, index=[1])
    found = with_derived(frame(readings), people)
    rows = found[found["origin"] == "derived"]
    return [
        (name, round(value, 2)) for name, value in zip(rows["indicator"], rows["value"].tolist(), strict=True)
    ]


def test_bmi_follows_from_height_and_weight_of_one_day():
    assert derived([seen("height", 160.0), seen("weight", 64.0)]) == [("bmi", 25.0)]
    assert derived([seen("height", 160.0), seen("weight", 64.0, "2025-10-02")]) == []
    assert derived([seen("height", 160.0, "2025-10"), seen("weight", 64.0, "2025-10")]) == [], "of which day?"


def test_a_stated_bmi_comes_first():
    assert derived([seen("height", 160.0), seen("weight", 64.0), seen("bmi", 24.9)]) == []


def test_egfr_follows_from_creatinine_of_an_adult():
    creatinine = [seen("creatinine", 80.0, "2025-06-15")]
    assert derived(creatinine, "male") == [("egfr", 100.2)]
    assert derived(creatinine, "unknown") == []
    assert derived(creatinine, birth="2007-06-16") == [], "the day before the eighteenth birthday"
    assert derived([seen("creatinine", 80.0, comparator="<")]) == []
