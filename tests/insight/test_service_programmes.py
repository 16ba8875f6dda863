"""Who is managed, to the standard, in target: given enrolments and visits, as of a day, expect."""

from datetime import date

import pandas as pd
import pytest
from tests.insight.served import UNDATED, counts, day, encounters, episodes, people

from kanglu.errors import ReportError
from kanglu.insight.rates import Period, rates
from kanglu.insight.service import Days, control, managed, managed_to_standard, visits_of

HTN = "hypertension"


def managed_in_2025(*stated, who=None, as_of="2025-12-31", estimate=10, seen=()):
    who = people(1) if who is None else who
    days = Days.year(2025)
    return managed(episodes(*stated), visits_of(encounters(*seen)), who, HTN, days, day(as_of), estimate)


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        ("2025-12-31", None, 1),
        ("2026-01-01", None, 0),
        ("2024-01-01", None, 1),
        ("2024-01-01", "2025-01-01", 0),
        ("2024-01-01", "2025-01-02", 1),
        ("2024", None, 1),
        ("2025-06-01", "2025-06-01", 0),
    ],
)
def test_managed_is_who_was_enrolled_on_a_day_of_the_year(start, end, counted):
    found = managed_in_2025((1, HTN, start, end))
    assert counts(found) == (counted, 10, {})
    assert found.denominator.people is None, "an estimate has no list"


def test_managed_up_to_the_day_looked_back_from():
    assert managed_in_2025((1, HTN, "2025-07-01"), as_of="2025-06-30").numerator.n == 0
    assert managed_in_2025((1, HTN, "2025-07-01"), as_of="2025-07-01").numerator.n == 1


def test_other_programmes_ended_and_withdrawn_episodes_do_not_count():
    assert managed_in_2025((1, "diabetes", "2025-01-01")).numerator.n == 0
    assert managed_in_2025((1, HTN, "2024-01-01", None, "finished")).numerator.n == 0
    assert managed_in_2025((1, HTN, None)).numerator.n == 0


@pytest.mark.parametrize(
    ("death", "counted"), [("2024-12-31", 0), ("2025-01-01", 0), ("2025-01-02", 1), (UNDATED, 0)]
)
def test_the_dead_are_managed_until_they_died(death, counted):
    found = managed_in_2025((1, HTN, "2024-01-01"), who=people(1, died={1: death}))
    assert found.numerator.n == counted


def test_who_is_enrolled_twice_is_one_person_and_visits_are_told_apart():
    stated = ((1, HTN, "2025-01-01", "2025-03-01"), (1, HTN, "2025-05-01"), (2, HTN, "2025-05-01"))
    found = managed_in_2025(
        *stated, who=people(1, 2), seen=[(1, "AMB", "2025-06-01"), (2, "VR", "2025-06-01")]
    )
    assert counts(found) == (2, 10, {"seen": 1})
    assert found.value == 0.2


def test_an_estimate_of_nobody_gives_no_rate_and_one_below_nought_is_refused():
    assert managed_in_2025((1, HTN, "2025-01-01"), estimate=0).value is None
    with pytest.raises(ReportError, match="cannot be estimated"):
        managed_in_2025(estimate=-1)


NATIONAL = "hypertension_managed_to_standard.four_visits.national_2017"
BY_QUARTER = "hypertension_managed_to_standard.visits_by_quarter.guangdong_2011"
ENROLLED = (1, HTN, "2024-01-01")


def standard(days, as_of, *more, setting="AMB", episode=ENROLLED):
    visits = visits_of(encounters(*((1, setting, one) for one in days)))
    found = managed_to_standard(episodes(episode, *more), visits, people(1), HTN, 2025, day(as_of))
    return {name: counts(one)[:2] for name, one in found.items()}


def test_nationally_four_visits_in_the_year():
    four = ["2025-01-01", "2025-02-01", "2025-02-02", "2025-12-31"]
    assert standard(four, "2025-12-31")[NATIONAL] == (1, 1)
    assert standard(four[1:], "2025-12-31")[NATIONAL] == (0, 1)
    assert standard([*four[1:], "2026-01-01"], "2026-01-31")[NATIONAL] == (0, 1)
    assert standard([*four[1:], "2024-12-31"], "2025-12-31")[NATIONAL] == (0, 1)
    assert NATIONAL not in standard(four, "2025-12-30")


def test_two_visits_of_a_day_are_one_and_telephone_is_none():
    assert standard(["2025-03-01"] * 4, "2025-12-31")[NATIONAL] == (0, 1)
    four = ["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"]
    assert standard(four, "2025-12-31", setting="VR")[NATIONAL] == (0, 1)
    assert standard(four, "2025-12-31", setting="HH")[NATIONAL] == (1, 1)


@pytest.mark.parametrize(
    ("as_of", "visits", "expected"),
    [
        ("2025-03-30", ["2025-01-05"], None),
        ("2025-03-31", ["2025-03-31"], (1, 1)),
        ("2025-03-31", [], (0, 1)),
        ("2025-04-15", ["2025-04-01"], (0, 1)),
        ("2025-06-29", ["2025-01-05"], (1, 1)),
        ("2025-06-30", ["2025-01-05"], (0, 1)),
        ("2025-06-30", ["2025-01-05", "2025-01-06"], (1, 1)),
        ("2025-09-30", ["2025-01-05", "2025-04-06", "2025-07-06"], (1, 1)),
        ("2025-12-31", ["2025-01-05", "2025-04-06", "2025-07-06"], (0, 1)),
    ],
)
def test_by_quarter_one_by_march_two_by_june(as_of, visits, expected):
    assert standard(visits, as_of).get(BY_QUARTER) == expected


def test_visits_count_while_enrolled():
    four = ["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01"]
    assert standard(four, "2025-12-31", episode=(1, HTN, "2025-01-02"))[NATIONAL] == (0, 1)
    assert standard(four, "2025-12-31", episode=(1, HTN, "2025-01-01", "2025-10-01"))[NATIONAL] == (0, 1)
    assert standard(four, "2025-12-31", episode=(1, HTN, "2025-01-01", "2025-10-02"))[NATIONAL] == (1, 1)


def test_a_visit_in_two_enrolments_at_once_is_one():
    two = ["2025-01-01", "2025-04-01"]
    assert standard(two, "2025-12-31", (1, HTN, "2024-06-01"))[NATIONAL] == (0, 1)


def test_control_has_no_second_definition():
    readings = pd.DataFrame(
        [(one, name, "2025-10-01", value, None) for one, sbp in ((1, 120.0), (2, 160.0))
         for name, value in (("sbp", sbp), ("dbp", 80.0))],
        columns=["person_id", "indicator", "effective", "value", "comparator"],
    )  # fmt: skip
    period = Period(readings, people(1, 2), {HTN: frozenset({1, 2})}, date(2025, 12, 31))
    found = control(period, day("2026-01-31"))
    assert {name: (one.numerator.people, one.denominator.people) for name, one in found.items()} == rates(
        period
    )
    one = found["bp_control.last_visit.national_2017"]
    assert (one.value, one.days, one.as_of) == (0.5, Days.year(2025), day("2026-01-31"))
