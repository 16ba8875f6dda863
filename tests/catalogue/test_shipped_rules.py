"""The rules that ship say whence they come, show their limits, and agree with the indicators."""

import re
from collections.abc import Iterator

import pytest

from kanglu.catalogue.conditions import Condition, IsOnDay, IsStreak, walk
from kanglu.catalogue.programmes import MessageType
from kanglu.catalogue.rulebook import load_rulebook
from kanglu.catalogue.rules import Rule

RULES = load_rulebook()
ALL = list(RULES.rules.values())
INDICATORS = RULES.catalogue.indicators
BY_HAND = {
    "phone_only",
    "text_preferred",
    "prefers_wechat",
    "prefers_app",
    "prefers_noon",
    "prefers_evening",
    "daily_glucose",
}
ASKED_FOR = """
M01 M05 M06 M12 F01 F02 F03 F04 F05 F06 F07 F08 F09 F10 F11 F12 F13 F16 F17 F19 F20 F21 R03
"""
EXERCISE = {"heart_rate"}
"""Wearables count it during exercise, so a critical limit would ring all day."""

every_rule = pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)


@every_rule
def test_a_rule_says_where_it_comes_from_and_that_nobody_has_checked_it(rule: Rule) -> None:
    assert rule.version == 1
    assert rule.mission
    assert rule.source.checked_by is None
    assert rule.source.checked_on is None
    if rule.source.doc.startswith("国家"):
        assert rule.source.clause is not None
        assert re.search("据|通行理解|待核对", rule.source.clause), "say at which hand it is known"


@every_rule
def test_a_rule_shows_when_it_gives_and_when_it_does_not(rule: Rule) -> None:
    assert any(example.gives for example in rule.examples)
    assert any(not example.gives for example in rule.examples)
    assert len({example.name for example in rule.examples}) == len(rule.examples)


@every_rule
def test_an_example_expects_what_its_rule_can_give(rule: Rule) -> None:
    codes = {gift.code for gift in rule.gives}
    assert all(codes >= set(example.gives) for example in rule.examples)


def test_what_was_asked_for_has_a_rule_or_a_journey() -> None:
    listed = {mission for one in (*ALL, *RULES.journeys.values()) for mission in one.mission}
    assert set(ASKED_FOR.split()) <= listed


def _given(kind: str) -> set[str]:
    gifts = [gift for rule in ALL for gift in rule.gives]
    gifts += [step.gives for journey in RULES.journeys.values() for step in journey.steps]
    return {gift.code for gift in gifts if gift.kind == kind}


def test_nothing_stands_in_the_files_that_no_rule_gives() -> None:
    assert set(RULES.messages) == _given("message")
    assert set(RULES.actions) == _given("task") | _given("referral") | _given("recommendation")
    assert set(RULES.journeys) == _given("journey")
    assert set(RULES.tags) == _given("tag") | BY_HAND


@pytest.mark.parametrize("message", RULES.messages.values(), ids=lambda message: message.id)
def test_a_message_is_whole_in_both_languages(message: MessageType) -> None:
    chinese, english = message.text["zh"], message.text["en"]
    assert chinese[-1] in "。！？"
    assert english[-1] in ".!?"
    assert not re.search(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", chinese)
    assert not re.search(r"[一-鿿]", english)
    assert "{name}" in chinese


def test_a_review_is_asked_for_in_the_doctors_own_words() -> None:
    for message in (RULES.messages["quarter_review"], RULES.messages["quarter_review_raised"]):
        assert all(part in message.text["zh"] for part in ("{name}", "{doctor}", "{slot}"))
    assert "{item}" in RULES.messages["quarter_review_raised"].text["zh"]


def test_what_is_offered_goes_only_to_those_who_agreed() -> None:
    gifts = {gift.code: gift for rule in ALL for gift in rule.gives if gift.kind == "message"}
    assert {name for name, one in RULES.messages.items() if one.marketing} == {"birthday_coupon"}
    assert gifts["birthday_coupon"].commercial
    assert RULES.messages["nutrition_coupon"].valid is not None


def _on_day(condition: Condition | None) -> Iterator[tuple[str, str, float]]:
    for node in walk(condition) if condition is not None else ():
        if isinstance(node, IsOnDay):
            for name in node.on_day.of:
                yield from ((name, how, limit) for how, limit in node.on_day.limits.items())


def test_a_value_is_critical_where_its_indicator_says_so() -> None:
    rule = RULES.rules["alerts.critical_value"]
    carried = {
        name: one.critical for name, one in INDICATORS.items() if one.critical and name not in EXERCISE
    }
    expected = {(name, "le", low) for name, (low, _) in carried.items() if low is not None}
    expected |= {(name, "ge", high) for name, (_, high) in carried.items() if high is not None}
    assert set(_on_day(rule.when)) == expected
    assert rule.on is not None
    assert set(rule.on.observed) == set(carried)


@pytest.mark.parametrize(
    ("programme", "indicator", "age", "problem"),
    [
        ("hypertension", "sbp", 64, "hypertension"),
        ("hypertension", "sbp", 65, "hypertension"),
        ("hypertension", "dbp", 50, "hypertension"),
        ("type2_diabetes", "fpg", 50, "diabetes"),
    ],
)
def test_not_controlled_begins_where_the_target_ends(
    programme: str, indicator: str, age: int, problem: str
) -> None:
    target = INDICATORS[indicator].target_for(age, {problem})
    assert target is not None
    assert not target.high_inclusive
    classes = {one.id: one.when for one in RULES.programmes[programme].classes}
    assert (indicator, "ge", target.high) in set(_on_day(classes["uncontrolled"]))
    assert (indicator, "lt", target.high) in set(_on_day(classes["controlled"]))


def test_short_sleep_begins_below_the_reference() -> None:
    rule = RULES.rules["drift.hidden_heart_risk"]
    assert rule.when is not None
    streaks = {node.streak.of: node.streak for node in walk(rule.when) if isinstance(node, IsStreak)}
    found = INDICATORS["sleep_hours"].range_for("male", 52)
    assert found is not None
    assert streaks["sleep_hours",].lt == found.low
    assert {streak.length for streak in streaks.values()} == {6}


def test_the_most_severe_class_comes_first_and_carries_the_number_of_the_form() -> None:
    for programme in ("hypertension", "type2_diabetes"):
        classes = RULES.programmes[programme].classes
        assert [(one.id, one.form) for one in classes] == [
            ("emergency", None),
            ("complication", 4),
            ("adverse_reaction", 3),
            ("uncontrolled", 2),
            ("controlled", 1),
        ]


def test_copd_is_a_slot_for_which_nothing_was_invented() -> None:
    assert not RULES.programmes["copd"].classes
    assert not [rule.id for rule in ALL if rule.programme == "copd"]


def test_who_moved_or_died_is_asked_for_nothing_more() -> None:
    assert {name for name, one in RULES.outcomes.items() if one.everything} == {"moved", "dead"}
    assert {name for name, one in RULES.outcomes.items() if one.stops} == {"reached", "refused"}


def test_who_wants_only_the_phone_gets_no_voice_call_and_no_text() -> None:
    first = RULES.sending["default"].channels[0]
    assert first.channel == "phone"
    assert first.when is not None
    assert first.when.asked == "phone_only"


def test_calls_after_a_knee_replacement_end_within_three_months() -> None:
    (gift,) = RULES.rules["aftercare.knee_calls"].gives
    assert [span.days for span in gift.at] == [7, 14, 28, 42, 56, 84]
    assert gift.lapses is not None
    assert max(span.days for span in gift.at) + gift.lapses.days < 89, "February makes three months short"
