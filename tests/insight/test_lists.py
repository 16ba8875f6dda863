"""Lists of a record: given entries and a day, which hold, since when, and how surely."""

import pytest

from kanglu.catalogue import load
from kanglu.insight.lists import allergies, happened, medicines, problems

CATALOGUE = load()
UNTIL = "2025-12-31T23:59:59"


def listed(woman, until=UNTIL):
    return problems(woman.frame("condition"), until, CATALOGUE)


def taken(woman, until=UNTIL):
    return medicines(woman.frame("medication_statement"), until, CATALOGUE)


@pytest.mark.parametrize(
    ("more", "current", "until"),
    [
        ({}, True, None),
        ({"clinical_status": "recurrence"}, True, None),
        ({"clinical_status": "resolved"}, False, None),
        ({"clinical_status": "inactive"}, False, None),
        ({"effective_end": "2025-12-30"}, False, "2025-12-30"),
        ({"effective_end": "2025-12-31"}, False, "2025-12-31"),
        ({"effective_end": "2026-01-01"}, True, None),
        ({"effective_end": "2026-03-01", "clinical_status": "resolved"}, True, None),
        ({"effective_end": "2025"}, False, "2025"),
    ],
)
def test_a_problem_is_over_on_the_day_it_ended(someone, more, current, until):
    one = listed(someone().has("高血压", **more))[0]
    assert (one.current, one.until, one.ids) == (current, until, ("hypertension",))


@pytest.mark.parametrize(
    ("more", "current"),
    [
        ({"clinical_status": "active"}, True),
        ({"effective_end": "2025-12-31"}, True),
        ({"effective_end": "2025-12-31T08:00:00"}, True),
        ({"effective_end": "2025-12-30"}, False),
        ({"effective_end": "2025-12"}, True),
        ({"effective_end": "2025-11"}, False),
        ({"effective_end": "2025"}, True),
        ({"clinical_status": "stopped", "effective_end": "2025-12-31"}, False),
        ({"clinical_status": "on-hold"}, False),
    ],
)
def test_a_medicine_is_taken_on_the_last_day_of_its_course(someone, more, current):
    one = taken(someone().takes("苯磺酸氨氯地平片 5mg", **more))[0]
    assert one.current == current
    assert "antihypertensive" in one.ids


@pytest.mark.parametrize(
    "more",
    [
        {"intent": "proposal"},
        {"clinical_status": "draft"},
        {"clinical_status": "not-taken"},
        {"status": "entered-in-error"},
        {"since": "2026-01-01"},
    ],
)
def test_what_was_never_taken_is_no_medicine(someone, more):
    assert taken(someone().takes("阿司匹林", **more)) == ()


@pytest.mark.parametrize(
    "more",
    [{"verification_status": "refuted"}, {"status": "entered-in-error"}, {"since": "2026-01-01"}],
)
def test_what_is_refuted_withdrawn_or_later_is_no_problem(someone, more):
    assert listed(someone().has("痛风", **more)) == ()


def test_what_has_no_date_is_listed(someone):
    assert [(one.display, one.since) for one in listed(someone().has("痛风", None))] == [("痛风", None)]


def test_one_name_is_said_once_with_its_earliest_date_and_newest_words(someone):
    woman = someone().has("高血压", "2015-03-01", severity="1级").has("高血压", "2020-01-01", severity="2级")
    woman.has("高血压", "2012", clinical_status="resolved", severity="旧")
    (one,) = listed(woman)
    assert (one.since, one.current, one.note, one.times) == ("2012", True, "2级", 3)


def test_a_suspicion_does_not_make_a_sure_diagnosis_doubtful(someone):
    woman = someone().has("高血压", "2015-03-01").has("高血压", "2020", verification_status="provisional")
    assert [one.sure for one in listed(woman)] == [True]
    alone = someone().has("高血压", verification_status="provisional")
    assert [one.sure for one in listed(alone)] == [False]


def test_a_code_that_only_one_entry_knows_counts_for_its_name(someone):
    from kanglu.record.facts import Condition

    woman = someone().has("Lorem", "2020")
    woman.add(Condition(7, "http://hl7.org/fhir/sid/icd-10", "I10", "2015", display="Lorem"))
    assert listed(woman)[0].ids == ("hypertension",)


def test_current_ones_come_first_then_the_newest(someone):
    woman = (
        someone().has("痛风", "2024", clinical_status="resolved").has("高血压", "2010").has("哮喘", "2020")
    )
    assert [one.display for one in listed(woman)] == ["哮喘", "高血压", "痛风"]


def test_an_entry_without_words_is_named_by_its_code(someone):
    from kanglu.record.facts import Condition

    assert listed(someone().add(Condition(7, "sys", "X1", "2020")))[0].display == "X1 sys"


@pytest.mark.parametrize(
    ("more", "sure"),
    [
        ({}, [True]),
        ({"verification_status": "unconfirmed"}, [False]),
        ({"verification_status": "refuted"}, []),
        ({"clinical_status": "resolved"}, []),
        ({"status": "entered-in-error"}, []),
    ],
)
def test_allergies_that_are_not_past(someone, more, sure):
    found = allergies(
        someone().allergic("青霉素", reaction="皮疹", **more).frame("allergy_intolerance"), UNTIL
    )
    assert [one.sure for one in found] == sure
    assert all(one.note == "皮疹" for one in found)


def test_what_a_year_brought_is_said_once_with_its_days(someone):
    woman = someone()
    for day in (
        "2025-03-01T09:00:00",
        "2025-03-01T11:00:00",
        "2025-12-31T23:59:59",
        "2024-12-31",
        "2026-01-01",
    ):
        woman.visit("门诊", day)
    woman.visit("住院", "2025-04-01", reason="胸痛").visit("取消", "2025-05-01", clinical_status="cancelled")
    found = happened(woman.frame("encounter"), 2025, UNTIL)
    assert [(one.display, one.days, one.note) for one in found] == [
        ("门诊", ("2025-03-01", "2025-12-31"), None),
        ("住院", ("2025-04-01",), "胸痛"),
    ]
    before = happened(woman.frame("encounter"), 2025, "2025-06-30T23:59:59")
    assert [one.display for one in before] == ["住院", "门诊"]
