"""On which days something happened, or has not happened for too long."""

import pytest
from tests.care.known import Known, condition, told


def test_a_gap_of_ninety_days_holds_from_the_ninety_first(known: Known) -> None:
    known.person().read("fpg", 8, "2026-01-01").read("fpg", 8, "2026-05-01")
    held = known.days({"gap": {"of": "fpg", "days": 90}})
    assert held == ["2026-04-02 to 2026-04-30", "2026-07-31 to"]


def test_three_days_without_a_record(known: Known) -> None:
    known.person(since="2026-03-01").read("fpg", 8, "2026-03-01")
    assert known.days({"gap": {"of": "fpg", "days": 3}}) == ["2026-03-05 to"]


def test_two_weeks_without_a_record(known: Known) -> None:
    known.person(since="2026-03-01").read("fpg", 8, "2026-03-01")
    assert known.days({"gap": {"of": "fpg", "weeks": 2}}) == ["2026-03-16 to"]


@pytest.mark.parametrize(("last", "since"), [("2026-01-01", "2026-05-01"), ("2026-01-31", "2026-05-01")])
def test_three_empty_months_count_from_the_first_of_the_next(known: Known, last: str, since: str) -> None:
    known.person().read("fpg", 8, last)
    assert known.days({"gap": {"of": "fpg", "months": 3}}) == [f"{since} to"]


def test_what_comes_on_the_first_day_of_a_gap_leaves_it_that_day(known: Known) -> None:
    known.person(since="2026-03-01").read("fpg", 8, "2026-03-01").read("fpg", 8, "2026-03-05")
    assert known.days({"gap": {"of": "fpg", "days": 3}}) == ["2026-03-05 to 2026-03-05", "2026-03-09 to"]


def test_a_reading_in_the_third_month_closes_the_gap(known: Known) -> None:
    known.person().read("fpg", 8, "2026-01-15").read("fpg", 8, "2026-04-30")
    assert known.days({"gap": {"of": "fpg", "months": 3}}) == ["2026-08-01 to"]


def test_who_was_never_measured_counts_from_when_the_record_begins(known: Known) -> None:
    known.person(since="2026-01-01")
    assert known.days({"gap": {"of": "fpg", "days": 90}}) == ["2026-04-02 to"]


def test_who_was_never_measured_counts_from_when_the_rule_came_to_apply(known: Known) -> None:
    known.person(since="2026-01-01").has("diabetes", "2026-02-01").read("fpg", 8, "2026-12-01")
    held = known.days({"gap": {"of": "fpg", "days": 90}}, applies={"problem": "diabetes"})
    assert held == ["2026-05-03 to 2026-11-30", "2027-03-02 to"]


def test_who_was_measured_before_the_rule_applied_counts_from_then(known: Known) -> None:
    known.person(since="2026-01-01").has("diabetes", "2026-02-01").read("fpg", 8, "2026-01-20")
    held = known.days({"gap": {"of": "fpg", "days": 90}}, applies={"problem": "diabetes"})
    assert held == ["2026-04-21 to"]


def test_what_ended_before_the_record_began_concerns_nobody(known: Known) -> None:
    known.person(since="2026-01-01").has("diabetes", "2020-02-01", "2025-02-01")
    assert known.days({"gap": {"of": "fpg", "days": 90}}, applies={"problem": "diabetes"}) == []


def test_the_same_gap_of_two_rules_counts_from_their_own_days(known: Known) -> None:
    known.person().has("diabetes", "2026-02-01").has("hypertension", "2026-03-01")
    holding, gap = known.holding(), condition({"gap": {"of": "fpg", "days": 90}})
    starts = [
        told(holding.of(gap, holding.of(condition({"problem": problem}))))
        for problem in ("diabetes", "hypertension")
    ]
    assert starts == [["2026-05-03 to"], ["2026-05-31 to"]]


def test_a_gap_of_events_and_of_visits(known: Known) -> None:
    person = known.person().enrolled("diabetes", "2026-01-01").had("lecture", "2026-02-01")
    person.had("follow_up", "2026-03-01")
    assert known.days({"gap": {"event": "lecture", "weeks": 5}}) == ["2026-03-09 to"]
    assert known.days({"gap": {"visit": "diabetes", "days": 90}}) == ["2026-05-31 to"]


def test_an_event_exactly_so_long_ago_counts(known: Known) -> None:
    known.person().had("discharge", "2026-01-10", "2026-01-20")
    asked = {"type": "discharge", "within": "14d"}
    assert known.days({"event": asked}) == ["2026-01-10 to 2026-02-03"]
    assert known.days({"event": {**asked, "at_least": 2}}) == ["2026-01-20 to 2026-01-24"]


def test_a_booking_stands_from_when_it_is_made_to_its_day(known: Known) -> None:
    known.person().booked("clinic", "2026-01-10", "2026-03-01")
    assert known.days({"booking": {}}) == ["2026-01-10 to 2026-03-01"]
    assert known.days({"booking": {"type": "clinic", "ahead": "3d"}}) == ["2026-02-26 to 2026-03-01"]
    assert known.days({"booking": {"ahead": "1y"}}) == ["2026-01-10 to 2026-03-01"]
    assert known.days({"booking": {"type": "lecture"}}) == []


def test_contacts_by_what_came_of_them(known: Known) -> None:
    person = known.person().contacted("2026-01-10", outcome="no_answer")
    person.contacted("2026-01-12", outcome="reached", channel="sms", direction="in", topic="diet")
    asked = {"within": "7d"}
    assert known.days({"contact": asked}) == ["2026-01-10 to 2026-01-19"]
    for meant in ({"outcome": "reached"}, {"channel": ["sms"]}, {"direction": "in"}, {"topic": "diet"}):
        assert known.days({"contact": {**asked, **meant}}) == ["2026-01-12 to 2026-01-19"]
    assert known.days({"contact": {**asked, "at_least": 2}}) == ["2026-01-12 to 2026-01-17"]


@pytest.mark.parametrize(
    ("at", "meant"), [("21:59", False), ("22:00", True), ("00:00", True), ("05:59", True), ("06:00", False)]
)
def test_complaints_at_night(known: Known, at: str, meant: bool) -> None:
    known.person().contacted("2026-01-10", at, direction="in", channel="app", text="夜里又头晕了")
    asked = {"keywords": ["头晕", "dizzy"], "at": {"from": "22:00", "to": "06:00"}, "within": "1d"}
    assert known.days({"message": asked}) == (["2026-01-10 to 2026-01-11"] if meant else [])


def test_only_what_people_wrote_themselves_is_a_message_of_theirs(known: Known) -> None:
    known.person().contacted("2026-01-10", direction="out", text="Are you dizzy?")
    known.people[0].contacted("2026-01-11", direction="in", text="DIZZY again").contacted("2026-01-12")
    assert known.days({"message": {"keywords": "dizzy", "within": "1d"}}) == ["2026-01-11 to 2026-01-12"]


def test_the_class_of_the_latest_visit(known: Known) -> None:
    person = known.person().enrolled("diabetes", "2026-01-01")
    person.had("follow_up", "2026-02-01", "2026-03-01", "2026-04-01")
    person.read("fpg", 7.0, "2026-02-01").read("fpg", 6.9, "2026-04-01")
    asked = {"programme": "diabetes", "class": "uncontrolled"}
    assert known.days({"visited": asked}) == ["2026-02-01 to 2026-03-31"]
    assert known.days({"visited": {**asked, "within": "14d"}}) == ["2026-02-01 to 2026-02-15"]
