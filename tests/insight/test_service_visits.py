"""Visits a year, who comes again, who stays, who comes after a call: given visits, as of a day, expect."""

import pytest
from tests.insight.served import UNDATED, communications, consistent, counts, day, encounters, facts, people

from kanglu.catalogue.rulebook import rulebook
from kanglu.errors import ReportError
from kanglu.insight.service import (
    Days,
    retention,
    revisits,
    visits_a_year,
    visits_after_first_call,
    visits_of,
)

JUNE = Days.month(2026, 6)
YEAR_BEFORE = Days.year(2024)


def visits(*stated):
    return visits_of(encounters(*stated))


def modes(found):
    return list(zip(found["person_id"], found["effective"], found["mode"], strict=True))


# -- what a visit is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "mode"),
    [
        ("AMB", "face_to_face"),
        ("HH", "face_to_face"),
        ("EMER", "face_to_face"),
        ("VR", "telephone"),
        (None, "unknown"),
        ("门诊部", "unknown"),
    ],
)
def test_how_a_person_was_seen(setting, mode):
    assert modes(visits((1, setting, "2026-06-01"))) == [(1, "2026-06-01", mode)]


def test_stays_in_hospital_and_days_not_known_are_no_visits():
    stated = ((1, "IMP", "2026-06-01"), (1, "AMB", "2026-06"), (1, "AMB", None))
    assert visits(*stated).empty
    assert visits().empty


@pytest.mark.parametrize(
    "said", [{"clinical_status": "planned"}, {"clinical_status": "cancelled"}, {"status": "entered-in-error"}]
)
def test_what_did_not_take_place_is_no_visit(said):
    stated = facts("encounter", [{"person_id": 1, "setting": "AMB", "effective": "2026-06-01", **said}])
    assert visits_of(stated).empty


def test_several_of_a_day_and_mode_are_one_visit():
    stated = [(1, "AMB", "2026-06-01T09:00:00"), (1, "HH", "2026-06-01T15:00:00"), (1, "VR", "2026-06-01")]
    found = visits(*stated)
    assert modes(found) == [(1, "2026-06-01", "telephone"), (1, "2026-06-01T15:00:00", "face_to_face")]


def test_only_follow_ups_where_they_are_asked_for():
    stated = [
        {"person_id": 1, "setting": "AMB", "effective": "2026-06-01", "code": "follow-up"},
        {"person_id": 2, "setting": "AMB", "effective": "2026-06-01", "display": "高血压随访"},
        {"person_id": 3, "setting": "AMB", "effective": "2026-06-01", "display": "门诊"},
    ]
    found = visits_of(facts("encounter", stated), rulebook().events["follow_up"])
    assert found["person_id"].tolist() == [1, 2]


# -- visits a year ---------------------------------------------------------------------------------


def a_year(*stated, who, until="2025-12-31", as_of="2026-06-30"):
    return visits_a_year(visits(*stated), who, day(until), day(as_of))


def test_the_mean_and_how_many_had_how_many():
    stated = [
        (1, "AMB", "2025-01-01"),
        (1, "HH", "2025-12-31"),
        (1, "VR", "2025-05-01"),
        (2, "AMB", "2025-03-01"),
        (2, "AMB", "2024-12-31"),
        (2, "AMB", "2026-01-01"),
        (9, "AMB", "2025-03-01"),
    ]
    found = a_year(*stated, who=people(1, 2, 3))
    face = consistent(found["face_to_face"])
    assert counts(face) == (3, 3, {"0": 1, "1": 1, "2": 1})
    assert face.value == 1.0
    assert {name: one.people for name, one in face.apart.items() if one.n} == {"0": {3}, "1": {2}, "2": {1}}
    assert counts(found["telephone"]) == (1, 3, {"0": 2, "1": 1})
    assert counts(found["unknown"]) == (0, 3, {"0": 3})


@pytest.mark.parametrize(
    ("death", "counted", "died"),
    [("2024-12-31", 0, 0), ("2025-01-01", 1, 1), ("2025-12-31", 1, 1), ("2026-01-01", 1, 0), (UNDATED, 0, 0)],
)
def test_who_lived_in_the_year_counts(death, counted, died):
    found = a_year(who=people(1, died={1: death}))["face_to_face"]
    assert (found.denominator.n, found.apart["died"].n) == (counted, died)


@pytest.mark.parametrize(("born", "counted"), [("2025-12-31", 1), ("2026-01-01", 0), (None, 1)])
def test_who_was_born_by_the_end_of_the_year_counts(born, counted):
    assert a_year(who=people(1, born={1: born}))["face_to_face"].denominator.n == counted


def test_of_nobody_there_is_no_mean():
    assert a_year(who=people())["face_to_face"].value is None


def test_a_year_that_is_not_over_is_refused():
    assert a_year(who=people(1), until="2026-06-30")["face_to_face"].days.since == day("2025-07-01")
    with pytest.raises(ReportError, match="not over"):
        a_year(who=people(1), until="2026-07-01")


# -- who comes again -------------------------------------------------------------------------------


def again(*days, months=3, as_of="2026-12-31", period=JUNE, who=None, setting="AMB"):
    who = people(1) if who is None else who
    seen = visits(*((1, setting, one) for one in days))
    return counts(consistent(revisits(seen, who, period, months, day(as_of))))


@pytest.mark.parametrize(
    ("second", "came"), [("2026-06-10", 0), ("2026-06-11", 1), ("2026-09-10", 1), ("2026-09-11", 0)]
)
def test_seen_again_by_the_same_day_of_the_month(second, came):
    assert again("2026-06-10", second) == (came, 1, {})


@pytest.mark.parametrize(("second", "came"), [("2027-02-28", 1), ("2027-03-01", 0)])
def test_the_last_day_of_a_shorter_month_is_as_good(second, came):
    period = Days.month(2026, 11)
    assert again("2026-11-30", second, period=period, as_of="2027-12-31") == (came, 1, {})


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-09-09", (0, 0, {"not_yet": 1})), ("2026-09-10", (1, 1, {}))]
)
def test_nobody_counts_before_the_months_have_passed(as_of, expected):
    assert again("2026-06-10", "2026-06-20", as_of=as_of) == expected


def test_the_first_visit_of_the_period_is_followed():
    assert again("2026-05-31", "2026-06-10") == (0, 1, {}), "what came before does not count"
    assert again("2026-06-10", "2026-06-30", "2026-09-30") == (1, 1, {}), "a person counts once"
    assert again("2026-07-01", "2026-07-02") == (0, 0, {})


def test_a_telephone_visit_is_neither():
    assert again("2026-06-10", "2026-06-20", setting="VR") == (0, 0, {})


@pytest.mark.parametrize(
    ("death", "expected"),
    [
        ("2026-09-10", (0, 0, {"died": 1})),
        ("2026-09-11", (0, 1, {})),
        (UNDATED, (0, 0, {"death_undated": 1})),
    ],
)
def test_who_died_in_the_time_is_told_apart(death, expected):
    assert again("2026-06-10", who=people(1, died={1: death})) == expected


def test_who_came_again_and_died_then_has_come():
    assert again("2026-06-10", "2026-07-01", who=people(1, died={1: "2026-07-01"})) == (1, 1, {})


# -- who stays -------------------------------------------------------------------------------------


def kept(*stated, who, before=YEAR_BEFORE, as_of="2025-12-31"):
    return retention(visits(*stated), who, before, Days.year(2025), day(as_of))


def test_of_those_seen_in_one_year_who_is_seen_in_the_next():
    stated = [
        *((one, "AMB", "2024-12-31") for one in (1, 2, 3, 4, 5)),
        (1, "AMB", "2025-01-01"),
        (2, "AMB", "2026-01-01"),
        (3, "VR", "2025-05-01"),
        (4, None, "2025-12-31"),
        (6, "AMB", "2025-05-01"),
    ]
    found = kept(*stated, who=people(*range(1, 7), died={5: "2025-12-31"}), as_of="2026-06-30")
    assert counts(consistent(found)) == (2, 4, {"died": 1})
    assert found.numerator.people == {1, 4}
    assert found.denominator.people == {1, 2, 3, 4}


def test_a_death_after_the_period_or_after_a_visit_changes_nothing():
    stated = [(1, "AMB", "2024-05-01"), (2, "AMB", "2024-05-01"), (2, "AMB", "2025-05-01")]
    who = people(1, 2, died={1: "2026-01-01", 2: "2025-06-01"})
    assert counts(kept(*stated, who=who)) == (1, 2, {})
    who = people(1, 2, died={1: UNDATED, 2: UNDATED})
    assert counts(kept(*stated, who=who)) == (1, 1, {"death_undated": 1})


def test_periods_follow_each_other_and_are_over():
    assert kept(who=people()).value is None
    with pytest.raises(ReportError, match="not over"):
        kept(who=people(), as_of="2025-12-30")
    with pytest.raises(ReportError, match="do not overlap"):
        kept(who=people(), before=Days(day("2024-01-01"), day("2025-01-01")))


# -- who comes after a first call ------------------------------------------------------------------


def call(effective, person=1, **more):
    usual = {"direction": "out", "channel": "phone", "outcome": "reached"}
    return {"person_id": person, "effective": effective, **usual, **more}


CALLED = (call("2026-06-01"),)


def after_call(*seen, calls=CALLED, who=None, as_of="2026-12-31", setting="AMB"):
    who = people(1) if who is None else who
    came = visits(*((1, setting, one) for one in seen))
    found = visits_after_first_call(communications(*calls), came, who, JUNE, day(as_of))
    return counts(consistent(found))


@pytest.mark.parametrize(
    ("visit", "came"),
    [("2026-05-31", 0), ("2026-06-01", 1), ("2026-06-16", 1), ("2026-06-16T23:59:00", 1), ("2026-06-17", 0)],
)
def test_the_fifteenth_day_counts_and_the_sixteenth_does_not(visit, came):
    assert after_call(visit) == (came, 1, {})


def test_on_the_day_of_the_call_the_visit_comes_after_it():
    calls = (call("2026-06-01T10:00:00"),)
    assert after_call("2026-06-01T09:00:00", calls=calls) == (0, 1, {})
    assert after_call("2026-06-01T11:00:00", calls=calls) == (1, 1, {})
    assert after_call("2026-06-01", calls=calls) == (1, 1, {})
    assert after_call("2026-06-01T09:00:00", "2026-06-01T11:00:00", calls=calls) == (1, 1, {})


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-06-15", (0, 0, {"not_yet": 1})), ("2026-06-16", (1, 1, {}))]
)
def test_nobody_counts_before_the_fifteen_days_have_passed(as_of, expected):
    assert after_call("2026-06-05", as_of=as_of) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"direction": "in"},
        {"channel": "sms"},
        {"outcome": "no_answer"},
        {"outcome": None},
        {"effective": "2026-06"},
    ],
)
def test_only_calls_that_reached_the_person_count(other):
    assert after_call("2026-06-05", calls=(call("2026-06-01") | other,)) == (0, 0, {})


def test_the_first_call_of_all_is_meant():
    assert after_call("2026-06-05", calls=(call("2026-05-31"), call("2026-06-01"))) == (0, 0, {})
    calls = (call("2026-06-01", outcome="no_answer"), call("2026-06-10"), call("2026-06-20"))
    assert after_call("2026-06-25", calls=calls) == (1, 1, {})
    assert after_call("2026-06-26", calls=calls) == (0, 1, {})


def test_a_visit_by_telephone_is_no_return():
    assert after_call("2026-06-05", setting="VR") == (0, 1, {})


@pytest.mark.parametrize(
    ("death", "expected"),
    [
        ("2026-06-01", (0, 0, {"died": 1})),
        ("2026-06-16", (0, 0, {"died": 1})),
        ("2026-06-17", (0, 1, {})),
    ],
)
def test_who_died_in_the_fifteen_days_is_told_apart(death, expected):
    assert after_call(who=people(1, died={1: death})) == expected
