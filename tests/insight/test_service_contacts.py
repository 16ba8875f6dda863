"""The hours of reminders and the barriers to care: given contacts, as of a day, expect."""

import pytest
from tests.insight.served import communications, consistent, counts, day

from kanglu.catalogue.rulebook import rulebook
from kanglu.insight.service import (
    Counted,
    Days,
    Figure,
    Hour,
    propose_hour,
    rank_barriers,
    reminder_hours,
)

JUNE = Days.month(2026, 6)
KEY = "a.rule@2026-06-01#0"


def sent(effective, person=1, **more):
    usual = {"direction": "out", "channel": "sms", "about": KEY}
    return {"person_id": person, "effective": effective, **usual, **more}


def answer(effective, person=1, **more):
    return {"person_id": person, "effective": effective, "direction": "in", "channel": "sms", **more}


def table(*contacts, hours=4, as_of="2026-12-31"):
    found = reminder_hours(communications(*contacts), JUNE, hours, day(as_of))
    return {one.hour: counts(consistent(one.answered)) for one in found.rows}


@pytest.mark.parametrize(
    ("answered", "came"),
    [
        ("2026-06-10T08:59:59", 0),
        ("2026-06-10T09:00:00", 1),
        ("2026-06-10T13:00:00", 1),
        ("2026-06-10T13:00:01", 0),
        ("2026-06-10", 0),
    ],
)
def test_answered_no_later_than_so_many_hours_after(answered, came):
    assert table(sent("2026-06-10T09:00:00"), answer(answered)) == {9: (came, 1, {})}


def test_each_hour_of_the_day_has_its_row():
    contacts = [
        sent("2026-06-10T08:59:59"),
        sent("2026-06-10T09:00:00", person=2),
        sent("2026-06-11T09:59:59", person=3),
        answer("2026-06-11T11:00:00", person=3),
    ]
    assert table(*contacts) == {8: (0, 1, {}), 9: (1, 2, {})}


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-06-10", (0, 0, {"not_yet": 1})), ("2026-06-11", (1, 1, {}))]
)
def test_a_reminder_counts_when_its_time_has_passed(as_of, expected):
    late = [sent("2026-06-10T20:30:00"), answer("2026-06-10T21:00:00")]
    assert table(*late, as_of=as_of) == {20: expected}


@pytest.mark.parametrize(("effective", "counted"), [("2026-06-10T19:59:59", 1), ("2026-06-10T20:00:00", 0)])
def test_the_day_looked_back_from_ends_before_midnight(effective, counted):
    [found] = table(sent(effective), as_of="2026-06-10").values()
    assert found[1] == counted


def test_an_answer_is_about_the_same_or_comes_right_after():
    two = [sent("2026-06-10T09:00:00"), sent("2026-06-10T10:00:00", about="b.rule@2026-06-01#0")]
    assert table(*two, answer("2026-06-10T11:00:00")) == {9: (0, 1, {}), 10: (1, 1, {})}
    assert table(*two, answer("2026-06-10T11:00:00", about=KEY)) == {9: (1, 1, {}), 10: (0, 1, {})}
    assert table(*two, answer("2026-06-10T11:00:00", about="c")) == {9: (0, 1, {}), 10: (0, 1, {})}


def test_an_answer_to_a_message_after_the_period_answers_none_in_it():
    two = [sent("2026-06-30T23:00:00"), sent("2026-07-01T00:30:00")]
    assert table(*two, answer("2026-07-01T01:00:00")) == {23: (0, 1, {})}
    assert table(two[0], answer("2026-07-01T01:00:00")) == {23: (1, 1, {})}


def test_somebody_elses_answer_is_none():
    assert table(sent("2026-06-10T09:00:00"), answer("2026-06-10T10:00:00", person=2)) == {9: (0, 1, {})}


def test_a_voice_call_that_was_taken_is_answered():
    call = sent("2026-06-10T09:00:00", channel="voice")
    assert table(call | {"outcome": "reached"}) == {9: (1, 1, {})}
    assert table(call | {"outcome": "no_answer"}) == {9: (0, 1, {})}
    assert table(sent("2026-06-10T09:00:00", outcome="reached")) == {9: (0, 1, {})}, "a text is not taken"


@pytest.mark.parametrize(
    "other",
    [
        {"direction": "in"},
        {"channel": "phone"},
        {"channel": "visit"},
        {"about": None},
        {"effective": "2026-07-01T09:00:00"},
    ],
)
def test_what_is_no_reminder_of_the_period(other):
    assert table(sent("2026-06-10T09:00:00") | other) == {}


def test_at_an_unknown_time_of_the_day_it_stands_in_no_row():
    found = reminder_hours(communications(sent("2026-06-10")), JUNE, 4, day("2026-12-31"))
    assert (found.rows, found.untimed) == ((), Counted(1, frozenset({1})))


def hour(at, answered, whole):
    some = [Counted(n, frozenset(range(n))) for n in (answered, whole)]
    return Hour(at, Figure("reminders_answered.within_4_hours", day("2026-12-31"), JUNE, *some))


def proposed(*hours, now=9):
    found = propose_hour(hours, now)
    return None if found is None else found.to.hour


def test_another_hour_is_proposed_only_where_the_intervals_do_not_overlap():
    now, better, maybe = hour(9, 20, 100), hour(19, 40, 100), hour(12, 30, 100)
    assert now.interval[1] < better.interval[0]
    assert maybe.interval[0] < now.interval[1]
    assert proposed(now, better) == 19
    assert proposed(now, maybe) is None
    assert proposed(now, hour(19, 4, 5)) == 19
    assert proposed(now, hour(19, 2, 5)) is None, "twice as good, of five"
    assert proposed(now, hour(19, 5, 100)) is None, "apart, but worse"


def test_of_several_better_hours_the_best_then_the_surest_then_the_earliest():
    now = hour(9, 20, 100)
    assert proposed(now, hour(12, 50, 100), hour(19, 60, 100)) == 19
    assert proposed(now, hour(12, 50, 100), hour(19, 100, 200)) == 19
    assert proposed(now, hour(12, 50, 100), hour(19, 50, 100)) == 12


def test_where_nothing_is_known_nothing_is_proposed():
    assert proposed() is None
    assert proposed(hour(19, 50, 100)) is None
    assert proposed(hour(9, 0, 0), hour(19, 50, 100)) is None
    assert proposed(hour(9, 20, 100), hour(19, 0, 0)) is None


# -- barriers --------------------------------------------------------------------------------------


def refusal(reason, person=1, effective="2026-06-10", outcome="refused"):
    return {"person_id": person, "effective": effective, "direction": "out", "channel": "phone",
            "outcome": outcome, "reason": reason}  # fmt: skip


def ranked(*contacts, as_of="2026-12-31"):
    return rank_barriers(communications(*contacts), rulebook(), JUNE, day(as_of))


def test_the_most_frequent_barrier_first_with_its_remedy():
    contacts = [
        refusal("transport", 1),
        refusal("cost", 1),
        refusal("cost", 2),
        refusal("cost", 2, "2026-06-12"),
        refusal("fear", 3),
    ]
    rows = ranked(*contacts).rows
    assert [one.barrier.id for one in rows] == ["cost", "fear", "transport"]
    assert [one.share.value for one in rows] == [3 / 5, 1 / 5, 1 / 5]
    assert [one.cumulative.value for one in rows] == [3 / 5, 4 / 5, 1.0]
    assert rows[0].share.numerator == Counted(3, frozenset({1, 2}))
    assert rows[1].cumulative.numerator == Counted(4, frozenset({1, 2, 3}))
    assert rows[0].barrier.remedy["zh"].startswith("分期付款")


def test_other_words_and_failed_contacts_without_a_reason_are_told_apart():
    contacts = [
        refusal("cost"),
        refusal("天气", 2),
        refusal(None, 3),
        refusal(None, 4, outcome="no_answer"),
        refusal(None, 5, outcome="reached"),
        refusal(None, 6, outcome=None),
    ]
    found = ranked(*contacts)
    assert [one.share.value for one in found.rows] == [1.0]
    assert found.unknown == Counted(1, frozenset({2}))
    assert found.uncoded == Counted(2, frozenset({3, 4}))


@pytest.mark.parametrize(
    ("effective", "counted"),
    [("2026-05-31", 0), ("2026-06-01", 1), ("2026-06-30T23:00:00", 1), ("2026-07-01", 0)],
)
def test_barriers_of_the_period(effective, counted):
    assert len(ranked(refusal("cost", effective=effective)).rows) == counted


def test_barriers_up_to_the_day_looked_back_from():
    assert len(ranked(refusal("cost"), as_of="2026-06-09").rows) == 0
    assert len(ranked(refusal("cost"), as_of="2026-06-10").rows) == 1


def test_without_contacts_there_are_no_barriers():
    assert (ranked().rows, ranked().unknown.n, ranked().uncoded.n) == ((), 0, 0)
