"""The three-step journey: steps in order after their waits, stopped by any answer; nobody is in it twice."""

from datetime import date, timedelta

import pytest
from tests.care.facing import enter

from kanglu import care
from kanglu.care.journeys import hold_out
from kanglu.catalogue import load_rulebook
from kanglu.record.facts import Communication, Condition, Observation

KNOWN = date(2026, 12, 31)
ENTRY = date(2026, 3, 16)
"""Two weeks after the last reading, of 1 March."""


@pytest.fixture(scope="module")
def rules():
    return load_rulebook()


def waits(*days):
    return [ENTRY + timedelta(days=one) for one in days]


def given(store, rules, as_of, *kinds):
    """What the journey and its steps are on a day: code, day planned, state, reason, by day."""
    care.evaluate(store, rules, as_of=as_of, known=KNOWN, since=date(2026, 1, 1))
    rows = [one.row for one in store.current_results(None, KNOWN)]
    mine = [
        row
        for row in rows
        if row.code == "nutrition_three_step" or (row.based_on or "").startswith("nutrition")
    ]
    return [
        (row.code, row.starts, row.state, row.reason)
        for row in sorted(mine, key=lambda row: (row.starts, row.kind != "journey"))
    ]


def somebody(store, *facts, number=1):
    diagnosed = Condition(0, None, None, "2025-05-01", display="糖尿病前期")
    reading = Observation(0, "fpg", "2026-03-01", value=6.3, unit="mmol/L")
    enter(store, diagnosed, reading, *facts, number=number)


def call(day, outcome):
    return Communication(0, None, None, f"{day}T10:00", direction="out", channel="phone", outcome=outcome)


def sent(day, code, period="2026-03-16"):
    about = {"reminder": 1000, "coupon": 1002}[code]
    return Communication(
        0, None, None, f"{day}T09:00", direction="out", channel="sms",
        about=f"monitoring.glucose_weeks@{period}#{about}",
    )  # fmt: skip


def test_nobody_answers_and_the_steps_follow_each_other(store, rules):
    somebody(store)
    assert given(store, rules, ENTRY - timedelta(days=1)) == []
    first, before, call_, later = waits(0, 2, 3, 10)
    assert given(store, rules, first) == [
        ("nutrition_three_step", "2026-03-16", "open", None),
        ("nutrition_reminder", "2026-03-16", "open", None),
    ]
    enter(store, sent("2026-03-16", "reminder"))
    assert given(store, rules, before)[1:] == [("nutrition_reminder", "2026-03-16", "done", "sent")]
    assert given(store, rules, call_)[2:] == [("nutrition_call", "2026-03-19", "open", None)]
    enter(store, call("2026-03-20", "no_answer"))
    assert [code for code, *_ in given(store, rules, date(2026, 3, 23))] == [
        "nutrition_three_step", "nutrition_reminder", "nutrition_call",
    ]  # fmt: skip
    steps = given(store, rules, date(2026, 3, 24))  # four days after the call that nobody answered
    assert steps[-1] == ("nutrition_coupon", "2026-03-24", "open", None)
    ended = given(store, rules, date(2026, 4, 8))
    assert ended[0] == ("nutrition_three_step", "2026-03-16", "done", "ended")
    assert later < date(2026, 4, 8)


def test_without_a_call_the_coupon_waits_for_the_call_to_lapse(store, rules):
    somebody(store)
    codes = [code for code, *_ in given(store, rules, date(2026, 3, 26))]
    assert "nutrition_coupon" not in codes
    assert given(store, rules, date(2026, 3, 27))[-1][:2] == ("nutrition_coupon", "2026-03-27")


@pytest.mark.parametrize(
    "answer",
    [
        Observation(0, "glucose", "2026-03-18", value=6.9, unit="mmol/L"),
        Communication(0, None, None, "2026-03-18T20:00", direction="in", channel="wechat", text="知道了"),
        call("2026-03-18", "reached"),
    ],
)
def test_any_answer_stops_it(store, rules, answer):
    somebody(store, answer, sent("2026-03-16", "reminder"))
    assert given(store, rules, date(2026, 3, 30)) == [
        ("nutrition_three_step", "2026-03-16", "cancelled", "answered"),
        ("nutrition_reminder", "2026-03-16", "done", "sent"),
    ]


def test_an_answer_on_the_day_of_the_entry_leaves_the_first_step_that_was_taken(store, rules):
    answer = Communication(0, None, None, "2026-03-16T20:00", direction="in", channel="wechat", text="好的")
    somebody(store, answer, sent("2026-03-16", "reminder"))
    assert given(store, rules, date(2026, 3, 30)) == [
        ("nutrition_three_step", "2026-03-16", "cancelled", "answered"),
        ("nutrition_reminder", "2026-03-16", "done", "sent"),
    ]


def test_nobody_is_in_it_again_before_the_rest_is_over(store, rules):
    somebody(
        store,
        Observation(0, "fpg", "2026-03-20", value=6.1, unit="mmol/L"),
        Observation(0, "fpg", "2026-05-20", value=6.1, unit="mmol/L"),
        Observation(0, "fpg", "2026-06-10", value=6.1, unit="mmol/L"),
    )
    runs = [row for row in given(store, rules, date(2026, 7, 1)) if row[0] == "nutrition_three_step"]
    # stopped on 20 March, at rest for ninety days: the gap of April is passed over, the one of June is not
    assert [(starts, state) for _, starts, state, _ in runs] == [
        ("2026-03-16", "cancelled"),
        ("2026-06-25", "open"),
    ]


def test_the_coupon_says_until_when_it_holds(rules):
    assert rules.messages["nutrition_coupon"].valid is not None


def test_the_hold_out_group_has_a_run_and_no_steps(store, tmp_path):
    import yaml

    shipped = load_rulebook().journeys["nutrition_three_step"]
    journey = shipped.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    halved = yaml.safe_dump({"journeys": [{**journey, "version": 2, "hold_out": 0.5}]}, allow_unicode=True)
    (tmp_path / "j.yaml").write_text(halved, encoding="utf-8")
    book = load_rulebook(overlay=tmp_path)
    for number in range(1, 21):
        somebody(store, number=number)
    care.evaluate(store, book, as_of=date(2026, 3, 20), known=KNOWN, since=date(2026, 1, 1))
    rows = [one.row for one in store.current_results(None, KNOWN)]
    held = {row.person_id for row in rows if row.kind == "journey" and row.channel == "hold_out"}
    stepped = {row.person_id for row in rows if (row.based_on or "").startswith("nutrition")}
    assert held | stepped == set(range(1, 21))
    assert not held & stepped
    assert 4 <= len(held) <= 16
    import numpy as np

    chosen = hold_out(np.arange(1, 21, dtype=np.int64), book.journeys["nutrition_three_step"])
    assert held == set((np.flatnonzero(chosen) + 1).tolist())
