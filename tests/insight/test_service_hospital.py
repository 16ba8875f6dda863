"""Readmission within thirty days: given stays in hospital, as of a day, expect."""

import pytest
from tests.insight.served import UNDATED, consistent, counts, day, encounters, facts, people

from kanglu.insight.service import Days, readmissions

MARCH = Days.month(2026, 3)


def back(*stays, who=None, days=MARCH, as_of="2026-12-31", **more):
    """(readmitted, discharges, apart) of person 1; stays as (admitted, discharged)."""
    who = people(1) if who is None else who
    stated = encounters(*((1, "IMP", *stay) for stay in stays))
    return counts(consistent(readmissions(stated, who, days, day(as_of), **more)))


FIRST = ("2026-02-25", "2026-03-01")


@pytest.mark.parametrize(
    ("admitted", "came"),
    [("2026-03-02", 1), ("2026-03-31", 1), ("2026-03-31T23:00:00", 1), ("2026-04-01", 0)],
)
def test_the_thirtieth_day_counts_and_the_thirty_first_does_not(admitted, came):
    assert back(FIRST, (admitted, "2026-04-20")) == (came, 1, {})


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-03-30", (0, 0, {"not_yet": 1})), ("2026-03-31", (1, 1, {}))]
)
def test_a_discharge_counts_when_its_thirty_days_have_passed(as_of, expected):
    assert back(FIRST, ("2026-03-10", None), as_of=as_of) == expected


@pytest.mark.parametrize(
    ("discharged", "counted"), [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-31", 1), ("2026-04-01", 0)]
)
def test_a_discharge_belongs_to_the_period_it_lies_in(discharged, counted):
    assert back(("2026-02-01", discharged)) == (0, counted, {})


def test_a_transfer_on_the_same_day_is_one_stay_that_ends_later():
    assert back(FIRST, ("2026-03-01T15:00:00", "2026-03-05")) == (0, 1, {})
    assert back(FIRST, ("2026-03-01", "2026-03-05"), ("2026-04-04", None)) == (1, 1, {})
    assert back(FIRST, ("2026-03-01", "2026-03-05"), ("2026-04-05", None)) == (0, 1, {})


def test_a_stay_within_another_is_no_readmission():
    assert back(("2026-02-20", "2026-03-10"), ("2026-02-22", "2026-03-01"), ("2026-03-05", "2026-03-08")) == (
        0,
        1,
        {},
    )
    assert back(FIRST, FIRST) == (0, 1, {}), "entered twice"


def test_a_transferred_person_still_in_hospital_is_not_discharged():
    assert back(FIRST, ("2026-03-01", None)) == (0, 0, {})


def test_each_discharge_has_its_next_admission():
    stays = [FIRST, ("2026-03-10", "2026-03-12"), ("2026-03-20", "2026-03-22")]
    assert back(*stays) == (2, 3, {})


def test_without_a_day_of_discharge_there_is_none():
    assert back(("2026-02-25", None)) == (0, 0, {})
    assert back(("2026-02-25", "2026-03")) == (0, 0, {})
    assert back(("2026-03-10", "2026-03-05")) == (0, 0, {}), "nobody leaves before he came"
    assert back(FIRST, ("2026-03", "2026-03-20")) == (0, 1, {}), "an admission on no known day"


@pytest.mark.parametrize(
    ("death", "expected"),
    [
        ("2026-02-28", (0, 0, {"died_in_hospital": 1})),
        ("2026-03-01", (0, 0, {"died_in_hospital": 1})),
        ("2026-03-02", (0, 0, {"died": 1})),
        ("2026-03-31", (0, 0, {"died": 1})),
        ("2026-04-01", (0, 1, {})),
        (UNDATED, (0, 0, {"death_undated": 1})),
    ],
)
def test_a_death_in_the_thirty_days_is_told_apart(death, expected):
    assert back(FIRST, who=people(1, died={1: death})) == expected


def test_a_death_after_the_readmission_does_not_undo_it():
    assert back(FIRST, ("2026-03-10", "2026-03-12"), who=people(1, died={1: "2026-03-12"})) == (
        1,
        1,
        {"died_in_hospital": 1},
    )


def test_planned_admissions_are_no_readmissions_where_they_are_named():
    stays = (FIRST, ("2026-03-10", "2026-03-12"), ("2026-03-20", None))
    assert back(*stays) == (2, 2, {})
    assert back(*stays, planned=[]) == (2, 2, {})
    assert back(*stays, planned=[2]) == (1, 2, {}), "the course of 10 March, but not what followed it"


def test_the_definition_says_whether_planned_ones_count():
    names = [
        readmissions(encounters(), people(), MARCH, day("2026-12-31"), planned).definition
        for planned in (None, [])
    ]
    assert names == ["readmissions.within_30_days.all", "readmissions.within_30_days.unplanned"]


def test_only_stays_in_hospital_of_the_people_asked_about():
    stated = encounters((1, "IMP", *FIRST), (1, "AMB", "2026-03-10"), (2, "IMP", *FIRST))
    found = readmissions(stated, people(1), MARCH, day("2026-12-31"))
    assert counts(found) == (0, 1, {})
    assert found.denominator.people == {1}


def test_a_stay_of_another_person_is_nobodys_readmission():
    stated = encounters((1, "IMP", *FIRST), (2, "IMP", "2026-03-10", "2026-03-12"))
    assert counts(readmissions(stated, people(1, 2), MARCH, day("2026-12-31"))) == (0, 2, {})


def test_a_cancelled_admission_is_none():
    stay = {"person_id": 1, "setting": "IMP"}
    stated = facts(
        "encounter",
        [
            stay | {"effective": FIRST[0], "effective_end": FIRST[1]},
            stay | {"effective": "2026-03-10", "clinical_status": "planned"},
        ],
    )
    assert counts(readmissions(stated, people(1), MARCH, day("2026-12-31"))) == (0, 1, {})


def test_of_nobody_there_is_no_rate():
    assert readmissions(encounters(), people(1), MARCH, day("2026-12-31")).value is None
