"""Visits and their classes, and how many in a row were not controlled: the national rules' boundary rows."""

import pytest
from tests.care.known import DIABETES, HYPERTENSION, Known, Person

from kanglu.care.visits import Visits

DAYS = [f"2026-{month:02}-01" for month in range(1, 13)]


def enrolled(known: Known, born: str = "1980-06-15") -> Person:
    return known.person(born=born).enrolled("hypertension", "2025-01-01").enrolled("diabetes", "2025-01-01")


def classes(visits: Visits) -> list[str]:
    return [visits.classes[place] for place in visits.place.tolist()]


def visited(*visits: str) -> Visits:
    """Visits of a person of 45: `sbp/dbp`, `adverse`, `none` (not measured), one a month."""
    known = Known()
    person = enrolled(known)
    for day, said in zip(DAYS, visits, strict=False):
        person.had("follow_up", day)
        if said == "adverse":
            person.read("sbp", 130, day).read("dbp", 80, day).read("adverse_reaction", True, day)
        elif said != "none":
            person.read("sbp", int(said.split("/")[0]), day).read("dbp", int(said.split("/")[1]), day)
    return known.visits(HYPERTENSION)


@pytest.mark.parametrize(
    ("pressure", "expected"),
    [
        ("139/89", "controlled"),
        ("140/80", "uncontrolled"),
        ("150/80", "uncontrolled"),
        ("138/90", "uncontrolled"),
        ("138/92", "uncontrolled"),
        ("179/109", "uncontrolled"),
        ("180/80", "emergency"),
        ("120/110", "emergency"),
    ],
)
def test_either_pressure_decides_the_class(pressure: str, expected: str) -> None:
    assert classes(visited(pressure)) == [expected]


@pytest.mark.parametrize(
    ("born", "pressure", "expected"),
    [
        ("1961-03-02", 145, "uncontrolled"),  # 64 years and 364 days
        ("1961-03-01", 145, "controlled"),  # 65 years and no day
        ("1961-03-01", 149, "controlled"),
        ("1961-03-01", 150, "uncontrolled"),
    ],
)
def test_from_the_sixty_fifth_birthday_the_limit_is_150(born: str, pressure: int, expected: str) -> None:
    known = Known()
    enrolled(known, born).had("follow_up", "2026-03-01").read("sbp", pressure, "2026-03-01").read(
        "dbp", 85, "2026-03-01"
    )
    assert classes(known.visits(HYPERTENSION)) == [expected]


@pytest.mark.parametrize(("fpg", "expected"), [(7.0, "uncontrolled"), (6.99, "controlled")])
def test_fasting_glucose_of_seven_is_not_controlled(fpg: float, expected: str) -> None:
    known = Known()
    enrolled(known).had("follow_up", "2026-03-01").read("fpg", fpg, "2026-03-01")
    assert classes(known.visits(DIABETES)) == [expected]


def test_the_most_severe_class_that_fits_is_taken() -> None:
    known = Known()
    person = enrolled(known).had("follow_up", "2026-03-01")
    person.read("sbp", 185, "2026-03-01").read("dbp", 95, "2026-03-01")
    person.read("adverse_reaction", True, "2026-03-01")
    assert classes(known.visits(HYPERTENSION)) == ["emergency"]


def test_one_high_reading_of_the_day_is_an_emergency() -> None:
    known = Known()
    person = enrolled(known).had("follow_up", "2026-03-01")
    person.read("sbp", 180, "2026-03-01", "08:00").read("sbp", 140, "2026-03-01", "08:10")
    assert classes(known.visits(HYPERTENSION)) == ["emergency"]


@pytest.mark.parametrize(
    ("visits", "before", "mixed"),
    [
        (["150/80"], [0], [False]),
        (["150/80", "150/80", "150/80"], [0, 1, 2], [False] * 3),
        (["130/80", "150/80"], [0, 0], [False] * 2),
        (["150/80", "130/80", "150/80"], [0, 1, 0], [False, True, False]),
        (["150/80", "adverse"], [0, 1], [False, True]),
        (["adverse", "150/80"], [0, 1], [False, True]),
        (["adverse", "adverse", "150/80"], [0, 1, 2], [False, False, True]),
        (["150/80", "adverse", "150/80"], [0, 1, 2], [False, True, True]),
        (["150/80", "190/80", "150/80"], [0, 1, 0], [False, True, False]),
    ],
)
def test_a_streak_is_the_earlier_visits_in_a_row_that_were_not_controlled(
    visits: list[str], before: list[int], mixed: list[bool]
) -> None:
    found = visited(*visits)
    assert found.before.tolist() == before
    assert found.mixed.tolist() == mixed


def test_a_visit_without_a_measurement_neither_breaks_nor_lengthens_a_streak() -> None:
    found = visited("150/80", "none", "150/80")
    assert len(found.all) == 3
    assert classes(found) == ["uncontrolled", "uncontrolled"]
    assert found.before.tolist() == [0, 1]


def test_visits_before_and_after_the_programme_are_none_of_its() -> None:
    known = Known()
    person = known.person().enrolled("diabetes", "2026-02-01", "2026-03-01")
    for day in ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"):
        person.had("follow_up", day).read("fpg", 8, day)
    found = known.visits(DIABETES)
    assert len(found.all) == 2
    assert found.before.tolist() == [0, 1]


def test_two_visits_on_a_day_are_one() -> None:
    known = Known()
    enrolled(known).had("follow_up", "2026-03-01", "2026-03-01").read("fpg", 8, "2026-03-01")
    assert len(known.visits(DIABETES).all) == 1


def test_a_streak_is_a_persons_own() -> None:
    known = Known()
    for _ in range(2):
        enrolled(known).had("follow_up", "2026-03-01").read("fpg", 8, "2026-03-01")
    assert known.visits(DIABETES).before.tolist() == [0, 0]


def test_nobody_enrolled_has_no_visits() -> None:
    known = Known()
    known.person().had("follow_up", "2026-03-01").read("fpg", 8, "2026-03-01")
    assert not len(known.visits(DIABETES).all)
    assert not len(Known().visits(DIABETES).at)


def test_classes_are_asked_for_by_name() -> None:
    found = visited("150/80", "130/80", "adverse")
    assert found.is_of(("uncontrolled", "adverse_reaction")).tolist() == [True, False, True]
    assert not found.is_of(("nothing",)).any()
