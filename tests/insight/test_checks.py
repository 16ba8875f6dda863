"""What a year's check lacks: given age, problems and what was done in twelve months."""

from datetime import date

import pytest

from kanglu.catalogue import load
from kanglu.insight.checks import PROGRAMMES, missing
from kanglu.insight.findings import About
from kanglu.insight.history import history

UNTIL = date(2025, 12, 31)


def lacking(woman, age=30, problems=(), until=UNTIL):
    past = history(woman.frame("observation"), f"{until}T23:59:59")
    return missing(past, About("female", age, frozenset(problems)), until)


def names(found):
    return [(one.programme, one.item.indicators[0]) for one in found]


@pytest.mark.parametrize(
    ("age", "programmes"),
    [
        (None, set()),
        (17, set()),
        (18, {"adult"}),
        (39, {"adult"}),
        (40, {"adult_40", "adult"}),
        (64, {"adult_40", "adult"}),
        (65, {"elderly", "adult"}),
    ],
)
def test_programmes_begin_on_a_birthday(someone, age, programmes):
    assert {one.programme for one in lacking(someone(), age)} == programmes


@pytest.mark.parametrize("problem", ["hypertension", "diabetes", "ckd", "gout"])
def test_a_disease_brings_its_programme(someone, problem):
    assert problem not in {one.programme for one in lacking(someone())}
    assert problem in {one.programme for one in lacking(someone(), problems=[problem])}


@pytest.mark.parametrize(
    ("effective", "done"),
    [
        ("2024-12-31T23:59:59", False),
        ("2024-12-31", False),
        ("2025-01-01", True),
        ("2025-12-31T23:59:59", True),
        ("2025", True),
        ("2024", False),
    ],
)
def test_an_item_counts_in_the_twelve_months_up_to_the_day(someone, effective, done):
    found = lacking(someone().seen("waist", 80, effective))
    assert (("adult", "waist") not in names(found)) == done
    if not done:
        assert next(one.last for one in found if one.item.indicators == ("waist",)) == effective[:10]


def test_the_window_ends_with_the_day_asked_for(someone):
    woman = someone().seen("waist", 80, "2024-07-01")
    assert ("adult", "waist") not in names(lacking(woman, until=date(2025, 6, 30)))
    assert ("adult", "waist") in names(lacking(woman, until=date(2025, 7, 1)))


def test_smoking_is_asked_every_three_years(someone):
    def asked(effective):
        woman = someone().seen("smoking_status", None, effective, value_code="never")
        return ("adult", "smoking_status") not in names(lacking(woman))

    assert asked("2023-01-01")
    assert not asked("2022-12-31")


def test_four_visits_are_four_days(someone):
    woman = someone()
    for day in ("2025-02-01T08:00:00", "2025-02-01T09:00:00", "2025-05-01", "2025-08-01"):
        woman.seen("sbp", 130, day)
    found = next(one for one in lacking(woman, problems=["hypertension"]) if one.item.indicators == ("sbp",))
    assert (found.programme, found.found, found.item.times) == ("hypertension", 3, 4)
    woman.seen("sbp", 130, "2025-11-01")
    assert ("hypertension", "sbp") not in names(lacking(woman, problems=["hypertension"]))


def test_what_two_programmes_ask_for_is_said_once_for_the_first(someone):
    found = names(lacking(someone(), 70, ["hypertension", "diabetes"]))
    asked = [name for _, name in found]
    assert len(asked) == len(set(asked))
    assert ("hypertension", "sbp") in found


def test_what_two_programmes_ask_for_is_asked_as_often_as_the_stricter_one_wants(someone):
    found = lacking(someone().seen("fpg", 6), problems=["hypertension", "diabetes"])
    (glucose,) = (one for one in found if one.item.indicators == ("fpg",))
    assert (glucose.programme, glucose.found, glucose.item.times) == ("diabetes", 1, 4)
    (pressure,) = (one for one in found if one.item.indicators == ("sbp",))
    assert (pressure.programme, pressure.item.times) == ("hypertension", 4)


def test_a_default_is_not_done(someone):
    assert ("adult", "waist") in names(lacking(someone().seen("waist", 80, origin="defaulted")))


def test_every_item_is_an_indicator_of_the_catalogue():
    wanted = {name for programme in PROGRAMMES for item in programme.items for name in item.indicators}
    assert wanted <= set(load().indicators)
