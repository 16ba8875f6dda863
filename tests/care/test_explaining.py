"""Why somebody has what: the rule, its clause, the sentence with their numbers, the facts and their dates."""

from datetime import date, datetime

import pytest
from tests.care.facing import diabetes, enter, hypertension, visit

from kanglu import care
from kanglu.care.outbox import outbox
from kanglu.catalogue import load_rulebook
from kanglu.errors import NotFound
from kanglu.record.facts import CareTeam, Communication, Flag, Observation

DAY, KNOWN = date(2026, 3, 5), date(2026, 6, 30)


@pytest.fixture(scope="module")
def rules():
    return load_rulebook()


def explained(store, rules, lang="en", **more):
    return care.explain(store, "K000001", rules, as_of=DAY, known=KNOWN, lang=lang, **more)


def reason(answer, code):
    found = [one for one in answer.reasons if one.code == code]
    assert len(found) == 1, [one.code for one in answer.reasons]
    return found[0]


def test_a_task_names_its_rule_clause_and_the_reading_behind_it(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 88))
    why = reason(explained(store, rules), "follow_up")
    assert (why.rule, why.version, why.due) == ("htn.visit.uncontrolled_first", 1, "2026-03-15")
    assert why.source.startswith("国家基本公共卫生服务规范")
    assert why.clause
    assert why.checked is None
    assert "152" in why.because
    assert "150/90" in why.because
    assert ("Systolic blood pressure", "152 mmHg", "2026-03-01") in [
        (fact.what, fact.value, fact.on) for fact in why.facts
    ]
    assert ("Follow-up visit", "not controlled", "2026-03-01") in [
        (fact.what, fact.value, fact.on) for fact in why.facts
    ]


def test_the_limit_is_that_of_the_age(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 88), born="1980-01-01")
    assert "140/90" in reason(explained(store, rules), "follow_up").because


def test_the_same_is_said_in_chinese(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 88))
    why = reason(explained(store, rules, "zh"), "follow_up")
    assert why.name == "随访"
    assert "152/88" in why.because
    assert "2026年3月15日" in why.because
    assert {fact.what for fact in why.facts} >= {"收缩压", "舒张压", "随访"}


def test_an_alarm_quotes_what_was_written(store, rules):
    said = [
        Communication(
            0, None, None, f"2026-03-0{day}T23:10", direction="in", channel="app", text=f"第{day}夜又头晕"
        )
        for day in (1, 3, 5)
    ]
    enter(store, *hypertension(), *said)
    why = reason(explained(store, rules, "zh"), "night_dizziness_call")
    assert "3次" in why.because
    assert "第5夜又头晕" in why.because
    assert [fact.value for fact in why.facts if fact.what == "消息"] == [
        "第1夜又头晕",
        "第3夜又头晕",
        "第5夜又头晕",
    ]


def test_a_critical_value_is_said_with_its_unit(store, rules):
    enter(store, Observation(0, "potassium", "2026-03-05", value=6.4, unit="mmol/L"))
    assert "Potassium 6.40 mmol/L" in reason(explained(store, rules), "critical_value").because


def test_what_was_not_measured_is_said_to_be_unknown(store, rules):
    enter(store, *diabetes())
    because = [one.because for one in explained(store, rules).reasons if one.rule == "dm.fpg_yearly"] or [
        one.because for one in explained(store, rules).reasons
    ]
    assert all("{" not in text and "nan" not in text for text in because)


def test_a_tag_set_by_hand_stands_apart(store, rules):
    enter(store, Flag(0, None, "prefers_evening", "2026-01-01", clinical_status="active"))
    answer = explained(store, rules)
    assert answer.by_hand == ("prefers_evening",)


def test_what_is_closed_is_told_when_asked_for(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80), *visit("2026-03-04", 128, 80))
    assert "2026-03-01" not in {
        one.since for one in explained(store, rules).reasons if one.code == "follow_up"
    }
    answer = explained(store, rules, closed=True)
    closed = next(one for one in answer.reasons if one.code == "follow_up" and one.since == "2026-03-01")
    assert (closed.state, closed.ends, closed.closed) == ("done", "2026-03-04", "visit")


def test_nobody_of_that_number(store, rules):
    with pytest.raises(NotFound):
        care.explain(store, "K000999", rules, as_of=DAY, known=KNOWN)


def test_explaining_stores_nothing(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 88))
    explained(store, rules)
    assert store.current_results(None, KNOWN) == []
    assert store.last_evaluation() is None


def test_who_has_a_doctor_is_told_when_to_come(store, tmp_path):
    staff = tmp_path / "staff.yaml"
    staff.write_text(
        "staff:\n  - {id: zhou, name: 周医生, role: doctor, consulting: {zh: 每周三上午, en: Wednesdays}}\n",
        encoding="utf-8",
    )
    book = load_rulebook(overlay=tmp_path)
    team = CareTeam(0, None, "doctor", "2026-01-01", clinical_status="active", practitioner="zhou")
    enter(store, *hypertension(), team, *visit("2025-11-20", 152, 96))
    care.evaluate(store, book, as_of=DAY, known=KNOWN)
    at_nine = datetime(2026, 3, 5, 9)
    letters = outbox(store, at_nine, known=KNOWN, rules=book).set_index("code")["text"]
    letter = letters["quarter_review_raised"]
    assert "周医生" in letter
    assert "每周三上午" in letter
    assert "96" in letter
