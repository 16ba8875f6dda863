"""What the linter refuses, where it shows it, and what it says; what is merely unusual passes."""

import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.catalogue.rulebooks import RULE, THINGS, load, mistake, write

from kanglu import catalogue
from kanglu.catalogue import layers
from kanglu.catalogue.lint.limits import most_units
from kanglu.catalogue.spans import parse_span
from kanglu.errors import CatalogueError

WHEN = "when: {gap: {of: sbp, days: 90}}"
APPLIES = "applies: {problem: hypertension}"
GIFT = "{task: call, done: [{observed: sbp}]}"


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a test writes is in the rulebook."""
    catalogue.current()
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "absent")


def asked(condition: str) -> str:
    return RULE.replace(WHEN, f"when: {condition}")


def refused(folder: Path, condition: str) -> str:
    said = mistake(folder, asked(condition))
    assert "rulebook/rules.yaml:9 rules[0].when" in said
    return said


def another(text: str, **changes: str) -> str:
    """The rule once more, as `second`, with lines of it changed."""
    copy = textwrap.dedent(text).strip().removeprefix("rules:\n").replace("id: bp.gap", "id: second")
    for was, becomes in changes.items():
        line = next(line for line in copy.splitlines() if line.strip().startswith(f"{was}:"))
        copy = copy.replace(line, f"    {was}: {becomes}" if becomes else "")
    return textwrap.dedent(text).rstrip() + "\n" + copy + "\n"


def test_a_rule_in_order_is_taken(tmp_path: Path) -> None:
    assert list(load(tmp_path).rules) == ["bp.gap"]


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "becomes", "where", "said"),
    [
        ("of: sbp", "of: sbq", "9 rules[0].when.gap.of", "There is no indicator 'sbq'. Did you mean 'sbp'?"),
        ("of: sbp", "of: 收缩压", "9 rules[0].when.gap.of", "no indicator '收缩压'. Did you mean 'sbp'?"),
        ("of: sbp", "of: [sbp, dpb]", "9 rules[0].when.gap.of[1]", "'dpb'. Did you mean 'dbp'?"),
        ("observed: sbp", "observed: sbq", "11 rules[0].gives[0].done[0].observed", "Did you mean 'sbp'?"),
        (
            "problem: hypertension",
            "problem: hypertention",
            "8 rules[0].applies.problem",
            "There is no problem 'hypertention'. Did you mean 'hypertension'?",
        ),
        (
            "problem: hypertension",
            "not: {had: hypertention}",
            "8 rules[0].applies.not.had",
            "Did you mean 'hypertension'?",
        ),
        (
            "problem: hypertension",
            "drug: insulim",
            "8 rules[0].applies.drug",
            "There is no class of drugs 'insulim'. Did you mean 'insulin'?",
        ),
        (
            "problem: hypertension",
            "tag: high_riks",
            "8 rules[0].applies.tag",
            "There is no tag 'high_riks'. Did you mean 'high_risk'?",
        ),
        (
            "problem: hypertension",
            "programme: hypertensoin",
            "8 rules[0].applies.programme",
            "There is no programme 'hypertensoin'. Did you mean 'hypertension'?",
        ),
        (
            "problem: hypertension",
            "event: {type: dicharge, within: 1y}",
            "8 rules[0].applies.event.type",
            "There is no event 'dicharge'. Did you mean 'discharge'?",
        ),
        (
            "problem: hypertension",
            "booking: {type: revew}",
            "8 rules[0].applies.booking.type",
            "There is no event 'revew'. Did you mean 'review'?",
        ),
        (
            "problem: hypertension",
            "contact: {outcome: reachd, within: 1y}",
            "8 rules[0].applies.contact.outcome",
            "There is no outcome 'reachd'. Did you mean 'reached'?",
        ),
        (
            "problem: hypertension",
            "message: {keywords: 头晕, channel: wechatt, within: 1y}",
            "8 rules[0].applies.message.channel",
            "There is no channel 'wechatt'. Did you mean 'wechat'?",
        ),
        (
            "problem: hypertension",
            "visited: {programme: hypertension, class: controled}",
            "8 rules[0].applies.visited.class",
            "hypertension has no class 'controled'. Did you mean 'controlled'?",
        ),
        (
            "problem: hypertension",
            "visited: {programme: copd, class: stable}",
            "8 rules[0].applies.visited.class",
            "The visits of copd have no classes.",
        ),
        ("of: sbp", "visit: hypertensoin", "9 rules[0].when.gap.visit", "no programme 'hypertensoin'"),
        ("of: sbp", "event: dicharge", "9 rules[0].when.gap.event", "no event 'dicharge'"),
        ("task: call", "task: cal", "11 rules[0].gives[0].task", "no action 'cal'. Did you mean 'call'?"),
        ("task: call", "message: helo", "11 rules[0].gives[0].message", "no message 'helo'"),
        ("task: call", "journey: leters", "11 rules[0].gives[0].journey", "Did you mean 'letters'?"),
        ("task: call", "tag: call", "11 rules[0].gives[0].tag", "There is no tag 'call'."),
        ("observed: sbp", "contact: reachd", "11 rules[0].gives[0].done[0].contact", "no outcome 'reachd'"),
        ("observed: sbp", "booked: revew", "11 rules[0].gives[0].done[0].booked", "no event 'revew'"),
        ("observed: sbp", "visit: hypertensoin", "11 rules[0].gives[0].done[0].visit", "no programme"),
        ("mission: [F01]", "mission: [F1]", "6 rules[0].mission", "'F1' is not a line of the mission."),
        (WHEN, "on: {visit: {programme: copd}}", "9 rules[0].on.visit.class", "copd have no classes"),
        (
            WHEN,
            "on: {visit: {programme: hypertension, class: [controlled, worse]}}",
            "9 rules[0].on.visit.class[1]",
            "hypertension has no class 'worse'.",
        ),
        (
            WHEN,
            "on: {message: {keywords: [头晕], channel: wechatt}}",
            "9 rules[0].on.message.channel",
            "There is no channel 'wechatt'. Did you mean 'wechat'?",
        ),
        (WHEN, "on: {event: dicharge}", "9 rules[0].on.event", "There is no event 'dicharge'."),
        (WHEN, "on: {observed: sbq}", "9 rules[0].on.observed", "There is no indicator 'sbq'."),
        (WHEN, "on: {booking: {type: revew}}", "9 rules[0].on.booking.type", "There is no event 'revew'."),
        (WHEN, "on: {contact: reachd}", "9 rules[0].on.contact", "There is no outcome 'reachd'."),
        (WHEN, "on: {task: {code: cal, before: 3d}}", "9 rules[0].on.task.code", "There is no action 'cal'."),
        (
            WHEN,
            "on: {task: {code: visit_home, before: 3d}}",
            "9 rules[0].on.task.code",
            "No rule gives the task 'visit_home'.",
        ),
        (
            WHEN,
            f"{WHEN}\n            programme: hypertensoin",
            "10 rules[0].programme",
            "Did you mean 'hypertension'?",
        ),
    ],
)
def test_a_name_that_nothing_answers_to(
    tmp_path: Path, was: str, becomes: str, where: str, said: str
) -> None:
    text = textwrap.dedent(RULE).replace(was, textwrap.dedent(becomes).replace(" " * 12, "    "))
    shown = mistake(tmp_path, text)
    assert f"rulebook/rules.yaml:{where}: " in shown
    assert said in shown


@pytest.mark.parametrize(
    ("was", "becomes", "where", "said"),
    [
        ("streak: [uncontrolled]", "streak: [uncontroled]", "programmes[0].streak", "no class 'uncontroled'"),
        (
            "gives: {message: hello}",
            "gives: {message: helo}",
            "journeys[0].steps[0].gives.message",
            "'hello'?",
        ),
        ("stop: [{message: in}]", "stop: [{event: end}]", "journeys[0].stop[0].event", "no event 'end'"),
        ("id: letters", "id: bp.gap", "journeys[0].id", "should match pattern"),
        ("id: controlled", "id: uncontrolled", "programmes[0].classes[1].id", "two classes 'uncontrolled'"),
        (
            'text: {zh: "{name}您好"',
            'tags: [riks], text: {zh: "{name}您好"',
            "messages[0].tags",
            "no tag 'riks'",
        ),
    ],
)
def test_a_wrong_name_in_what_rules_name(
    tmp_path: Path, was: str, becomes: str, where: str, said: str
) -> None:
    shown = mistake(tmp_path, THINGS.replace(was, becomes), "rulebook/things.yaml")
    assert where in shown
    assert said in shown


def test_a_rule_and_a_journey_share_no_id(tmp_path: Path) -> None:
    shown = mistake(tmp_path, RULE.replace("bp.gap", "letters"))
    assert "journeys[0].id: 'letters' is the id of a rule too (rulebook/rules.yaml:3)." in shown


def test_an_example_names_what_exists_and_what_its_rule_gives(tmp_path: Path) -> None:
    example = """\
    examples:
      - {name: x, as_of: 2026-03-01, facts: [{observation: sbq, on: 2026-01-01, value: 1}], gives: [cal]}
"""
    shown = mistake(tmp_path, textwrap.dedent(RULE) + example)
    assert "rules.yaml:14 rules[0].examples[0].facts[0].observation: There is no indicator 'sbq'." in shown
    assert "rules.yaml:14 rules[0].examples[0].gives: The rule does not give 'cal'." in shown
    assert "Did you mean 'call'?" in shown


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "place", "said"),
    [
        ("{latest: {of: sbp, ge: 140, unit: mmol/L}}", ".latest.unit", "is not measured in 'mmol/L'"),
        ("{latest: {of: sbp, ge: 140, unit: Hg}}", ".latest.unit", "'Hg' is not a unit that Kanglu knows"),
        ("{latest: {of: sbp, ge: 1400}}", ".latest.ge", "sbp ge 1400 mm[Hg] lies outside what is possible"),
        ("{latest: {of: sbp, ge: 140, unit: kPa}}", ".latest.ge", "lies outside what is possible"),
        ("{latest: {of: sbp, lt: 0}}", ".latest.lt", "lies outside what is possible"),
        ("{latest: {of: sbp, is: high}}", ".latest.is", "sbp is a number, which is no code."),
        ("{latest: {of: smoking_status, ge: 1}}", ".latest.ge", "smoking_status has no numbers."),
        ("{latest: {of: smoking_status, is: formr}}", ".latest.is", "Did you mean 'former'?"),
        ("{latest: {of: smoking_status, in: [never, 已戒烟]}}", ".latest.in[1]", "Did you mean 'former'?"),
        ("{latest: {of: smoking_status, is: true}}", ".latest.is", "True is not a code of smoking_status."),
        (
            "{latest: {of: family_history_ascvd, is: yes}}",
            ".latest.is",
            "Compare with is: true or is: false.",
        ),
        ("{latest: {of: family_history_ascvd, ge: 1}}", ".latest.ge", "Compare with is: true or is: false."),
        ("{latest: {of: [sbp, fpg], ge: 10}}", ".latest.of", "fpg (in mmol/L) does not stand for the same"),
        ("{mean: {of: smoking_status, is: never, within: 1y}}", ".mean.of", "it has no mean and no slope"),
        ("{change: {of: sbp, ge: 900, within: 7d, against: 28d}}", ".change.ge", "cannot change by ge 900"),
        (
            "{change: {of: sbp, le: -120, relative: true, within: 7d, against: 28d}}",
            ".change.le",
            "sbp cannot change by le -120.",
        ),
        (
            "{change: {of: sbp, le: -20, relative: true, unit: kPa, within: 7d, against: 28d}}",
            ".change.unit",
            "A relative change is in percent.",
        ),
        (
            "{change: {of: hba1c, ge: 10, unit: mmol/mol, within: 90d, against: 90d}}",
            ".change.unit",
            "A difference in mmol/mol is not one in % by a factor alone. State it in %.",
        ),
        (
            "{change: {event: discharge, ge: 2, unit: kPa, within: 7d, against: 28d}}",
            ".change.unit",
            "A number of events has no unit.",
        ),
        ("{age: {ge: 650}}", ".age.ge", "Nobody's age is near 650 years."),
        ("{age: {lt: 0}}", ".age.lt", "Nobody's age is near 0 years."),
        ("{age: {gt: 64, lt: 65}}", ".age", "No whole number of years lies between these."),
        ("{age: {ge: 65, unit: a}}", ".age.unit", "Age is in completed years."),
        (
            "{days: {when: {tag: frail}, within: 7d, at_least: 3}}",
            ".days.when",
            "Only days on which something was measured are counted.",
        ),
        (
            "{held: {for: 1y, when: {age: {ge: 65, lt: 66}}}}",
            ".held.for",
            "Nobody is of this age for 12mo: it lasts 1 years.",
        ),
    ],
)
def test_a_comparison_that_cannot_be(tmp_path: Path, condition: str, place: str, said: str) -> None:
    shown = refused(tmp_path, condition)
    assert f"rules[0].when{place}: " in shown
    assert said in shown


@pytest.mark.parametrize(
    "condition",
    [
        "{latest: {of: sbp, ge: 18.7, unit: kPa}}",
        "{latest: {of: hba1c, ge: 53, unit: mmol/mol}}",
        "{change: {of: sbp, ge: 2, unit: kPa, within: 7d, against: 28d}}",
        "{latest: {of: smoking_status, in: [never, former]}}",
        "{latest: {of: family_history_ascvd, is: false}}",
        "{streak: {of: steps, per: week, length: 2, by: sum, ge: 999999}}",
        "{change: {of: sbp, le: -30, relative: true, within: 7d, against: 28d}}",
        "{held: {for: 1y-1d, when: {age: {ge: 65, lt: 66}}}}",
        "{age: {gt: 64, lt: 66}}",
        "{age: {ge: 0}}",
    ],
)
def test_a_comparison_that_can_be(tmp_path: Path, condition: str) -> None:
    assert load(tmp_path, asked(condition))


@pytest.mark.parametrize(
    ("fits", "too_many", "holds"),
    [
        ("{count: {of: sbp, within: 7d, at_least: 7}}", "{count: {of: sbp, within: 7d, at_least: 8}}", 7),
        (
            "{count: {of: sbp, within: 7d, each: night, at_least: 7}}",
            "{count: {of: sbp, within: 7d, each: night, at_least: 8}}",
            7,
        ),
        (
            "{count: {of: sbp, within: 14d, each: week, at_least: 3}}",
            "{count: {of: sbp, within: 14d, each: week, at_least: 4}}",
            3,
        ),
        (
            "{count: {of: sbp, within: 1mo, each: month, at_least: 2}}",
            "{count: {of: sbp, within: 1mo, each: month, at_least: 3}}",
            2,
        ),
        (
            "{days: {when: {on_day: {of: sbp, ge: 140}}, within: 7d, at_least: 7}}",
            "{days: {when: {on_day: {of: sbp, ge: 140}}, within: 7d, at_least: 8}}",
            7,
        ),
        (
            "{every: {of: sbp, ge: 140, within: 1mo, at_least: 31}}",
            "{every: {of: sbp, ge: 140, within: 1mo, at_least: 32}}",
            31,
        ),
        (
            "{mean: {of: sbp, ge: 140, within: 1y, at_least: 366}}",
            "{mean: {of: sbp, ge: 140, within: 1y, at_least: 367}}",
            366,
        ),
        (
            "{slope: {of: sbp, ge: 1, within: 1w, per: 1mo, at_least: 7}}",
            "{slope: {of: sbp, ge: 1, within: 1w, per: 1mo, at_least: 8}}",
            7,
        ),
        (
            "{change: {of: sbp, ge: 9, within: 9d, against: 7d, at_least: 7}}",
            "{change: {of: sbp, ge: 9, within: 9d, against: 7d, at_least: 8}}",
            7,
        ),
    ],
)
def test_no_more_is_asked_than_a_window_holds(tmp_path: Path, fits: str, too_many: str, holds: int) -> None:
    assert load(tmp_path, asked(fits))
    said = refused(tmp_path, too_many)
    assert ".at_least: " in said
    assert f"which holds {holds}." in said


def test_readings_are_as_many_as_there_are(tmp_path: Path) -> None:
    assert load(tmp_path, asked("{count: {of: sbp, within: 1d, each: reading, at_least: 100}}"))


@pytest.mark.parametrize(
    ("span", "unit", "most"),
    [
        ("1d", "day", 1),
        ("2d", "week", 2),
        ("8d", "week", 2),
        ("9d", "week", 3),
        ("1d", "month", 1),
        ("6mo", "month", 7),
    ],
)
def test_how_much_a_window_touches(span: str, unit: Any, most: int) -> None:
    assert most_units(parse_span(span), unit) == most


@pytest.mark.parametrize(
    ("trigger", "place", "said"),
    [
        (
            "{birthday: {from: 7, to: 6}}",
            ".birthday.from",
            "No birthday is after the 7th and before the 6th.",
        ),
        (
            "{visit: {programme: hypertension, streak: {ge: 2, le: 1}}}",
            ".visit.streak.ge",
            "No streak is at least 2 and at most 1.",
        ),
    ],
)
def test_a_trigger_that_never_comes(tmp_path: Path, trigger: str, place: str, said: str) -> None:
    shown = mistake(tmp_path, RULE.replace(WHEN, f"on: {trigger}"))
    assert f"rulebook/rules.yaml:9 rules[0].on{place}: {said}" in shown


def test_a_streak_needs_classes_that_count(tmp_path: Path) -> None:
    things = THINGS.replace("streak: [uncontrolled]", "streak: []")
    rule = RULE.replace(WHEN, "on: {visit: {programme: hypertension, streak: {ge: 1}}}")
    shown = mistake(tmp_path, textwrap.dedent(things) + textwrap.dedent(rule), "rulebook/things.yaml")
    assert "hypertension does not say which classes count in a streak." in shown


# -- never and always ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("{all: [{age: {ge: 65}}, {age: {lt: 65}}]}", ""),
        ("{all: [{sex: male}, {sex: female}]}", ""),
        ("{all: [{tag: frail}, {not: {tag: frail}}]}", ""),
        ("{all: [{latest: {of: sbp, ge: 140}}, {latest: {of: sbp, lt: 140}}]}", ""),
        ("{all: [{latest: {of: sbp, ge: 140, within: 6mo}}, {latest: {of: sbp, lt: 140, within: 1y}}]}", ""),
        ("{all: [{latest: {of: sbp, ge: 140}}, {on_day: {of: sbp, lt: 140}}]}", ""),
        ("{all: [{latest: {of: sbp, ge: 140}}, {latest: {of: sbp, lt: 18, unit: kPa}}]}", ""),
        ("{all: [{latest: {of: sbp, ge: 150}}, {not: {latest: {of: sbp, ge: 140}}}]}", ""),
        (
            "{all: [{latest: {of: sbp, ge: 140, within: 6mo}},"
            " {not: {latest: {of: sbp, ge: 140, within: 1y}}}]}",
            "",
        ),
        (
            "{all: [{latest: {of: smoking_status, is: never}}, {latest: {of: smoking_status, is: former}}]}",
            "",
        ),
        ("{all: [{problem: type2_diabetes}, {not: {problem: diabetes}}]}", ""),
        ("{all: [{problem: diabetes}, {not: {had: diabetes}}]}", ""),
        ("{all: [{gap: {of: sbp, days: 90}}, {not: {gap: {of: sbp, days: 60}}}]}", ""),
        ("{all: [{gap: {of: sbp, weeks: 2}}, {not: {gap: {of: sbp, days: 14}}}]}", ""),
        (
            "{all: [{tag: frail}, {any: [{not: {tag: frail}}, {all: [{sex: male}, {not: {sex: male}}]}]}]}",
            ".all[1].any[1]",
        ),
        ("{all: [{tag: frail}, {not: {any: [{tag: frail}, {sex: male}]}}]}", ""),
        ("{not: {any: [{tag: frail}, {not: {tag: frail}}]}}", ""),
        ("{not: {all: [{age: {ge: 65}}, {age: {lt: 65}}]}}", ".not"),
        ("{any: [{tag: frail}, {all: [{sex: male}, {sex: female}]}]}", ".any[1]"),
        (
            "{days: {when: {all: [{on_day: {of: sbp, ge: 140}}, {on_day: {of: sbp, lt: 140}}]},"
            " within: 7d, at_least: 3}}",
            ".days.when",
        ),
        ("{all: [{held: {for: 1y, when: {tag: frail}}}, {not: {tag: frail}}]}", ""),
        (
            "{all: [{count: {of: sbp, within: 7d, at_least: 3}},"
            " {count: {of: sbp, within: 7d, at_most: 2}}]}",
            "",
        ),
        (
            "{all: [{event: {type: discharge, within: 7d}}, {not: {event: {type: discharge, within: 1mo}}}]}",
            "",
        ),
        (
            "{all: [{mean: {of: sbp, ge: 140, within: 7d}},"
            " {mean: {of: sbp, lt: 140, within: 7d, at_least: 3}}]}",
            "",
        ),
        ("{all: [{every: {of: sbp, ge: 140, within: 7d}}, {every: {of: sbp, lt: 140, within: 7d}}]}", ""),
        (
            "{all: [{visited: {programme: hypertension, class: controlled}},"
            " {visited: {programme: hypertension, class: uncontrolled}}]}",
            "",
        ),
    ],
)
def test_what_contradicts_itself_can_never_hold(tmp_path: Path, condition: str, place: str) -> None:
    assert f"rules[0].when{place}: This can never hold" in refused(tmp_path, condition)


def test_the_two_parts_that_contradict_are_named(tmp_path: Path) -> None:
    said = refused(tmp_path, "{all: [{tag: frail}, {age: {ge: 65}}, {age: {lt: 60}}]}")
    assert '{"age":{"ge":65.0}} contradicts {"age":{"lt":60.0}}' in said


@pytest.mark.parametrize(
    "condition",
    [
        "{all: [{latest: {of: sbp, ge: 140}}, {latest: {of: sbp, le: 140}}]}",
        "{all: [{latest: {of: sbp, ge: 140}}, {latest: {of: sbp, lt: 140, day: max}}]}",
        "{all: [{latest: {of: sbp, ge: 140}}, {latest: {of: dbp, lt: 90}}]}",
        "{all: [{latest: {of: sbp, ge: 140, within: 1y}}, {not: {latest: {of: sbp, ge: 140, within: 6mo}}}]}",
        "{all: [{not: {latest: {of: sbp, ge: 140}}}, {not: {latest: {of: sbp, lt: 140}}}]}",
        "{all: [{not: {every: {of: sbp, ge: 140, within: 7d}}},"
        " {not: {every: {of: sbp, lt: 140, within: 7d}}}]}",
        "{all: [{event: {type: discharge, within: 1mo}}, {not: {event: {type: discharge, within: 30d}}}]}",
        "{all: [{mean: {of: sbp, ge: 140, within: 7d}}, {mean: {of: sbp, lt: 140, within: 28d}}]}",
        "{all: [{problem: diabetes}, {not: {problem: type2_diabetes}}]}",
        "{all: [{had: diabetes}, {not: {problem: diabetes}}]}",
        "{all: [{not: {sex: male}}, {not: {sex: female}}]}",
        "{all: [{gap: {of: sbp, days: 60}}, {not: {gap: {of: sbp, days: 90}}}]}",
        "{all: [{tag: frail}, {not: {held: {for: 1y, when: {tag: frail}}}}]}",
        "{any: [{age: {ge: 65}}, {age: {lt: 65}}]}",
    ],
)
def test_what_is_only_unlikely_may_hold(tmp_path: Path, condition: str) -> None:
    assert load(tmp_path, asked(condition))


@pytest.mark.parametrize(
    "condition",
    [
        "{any: [{tag: frail}, {not: {tag: frail}}]}",
        "{any: [{tag: frail}, {sex: male}, {not: {all: [{tag: frail}, {tag: high_risk}]}}]}",
        "{count: {of: sbp, within: 7d, at_most: 7}}",
        "{any: [{count: {of: sbp, within: 7d, at_most: 2}}, {count: {of: sbp, within: 7d, at_least: 3}}]}",
        "{any: [{problem: diabetes}, {not: {problem: type2_diabetes}}]}",
    ],
)
def test_what_always_holds_is_no_condition(tmp_path: Path, condition: str) -> None:
    assert "rules[0].when: This always holds, for everybody." in refused(tmp_path, condition)


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("applies: {age: {ge: 65}}\n    when: {age: {lt: 60}}", "when"),
        ("applies: {age: {ge: 65}}\n    on: {birthday: {from: 1, to: 6}}", "applies"),
        (
            "on: {visit: {programme: hypertension, class: controlled}}\n"
            "    when: {visited: {programme: hypertension, class: uncontrolled}}",
            "when",
        ),
        ("on: {visit: {programme: hypertension}}\n    when: {not: {programme: hypertension}}", "when"),
    ],
)
def test_a_rule_whose_parts_exclude_each_other(tmp_path: Path, lines: str, place: str) -> None:
    text = textwrap.dedent(RULE).replace(f"{APPLIES}\n    {WHEN}", lines)
    assert f"rules[0].{place}: The rule can never hold." in mistake(tmp_path, text)


def test_a_class_that_an_earlier_one_always_takes(tmp_path: Path) -> None:
    things = THINGS.replace("when: {on_day: {of: sbp, lt: 140}}", "when: {on_day: {of: sbp, ge: 160}}")
    said = mistake(tmp_path, things, "rulebook/things.yaml")
    assert "programmes[0].classes[1].when: No visit is ever 'controlled'" in said


# -- clashes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"when": "{gap: {of: dbp, days: 90}}"},
        {"when": "{gap: {of: sbp, days: 180}}"},
        {"applies": "{problem: diabetes}"},
        {"when": "", "applies": "", "name": "{zh: 甲, en: A}\n    on: {event: discharge}"},
    ],
)
def test_two_rules_that_may_give_the_same_at_once_clash(tmp_path: Path, changes: dict[str, str]) -> None:
    said = mistake(tmp_path, another(RULE, **changes))
    assert "rules[1].gives[0]: It gives the task 'call', which bp.gap (rulebook/rules.yaml:3) gives" in said
    assert "both can hold at once" in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("applies: {age: {lt: 65}}", "applies: {age: {ge: 65}}"),
        ("applies: {sex: male}", "applies: {sex: female}"),
        ("applies: {tag: frail}", "applies: {not: {tag: frail}}"),
        ("when: {latest: {of: sbp, ge: 140}}", "when: {latest: {of: sbp, lt: 140}}"),
        ("when: {problem: type2_diabetes}", "when: {not: {problem: diabetes}}"),
        ("on: {event: discharge}", "on: {event: follow_up}"),
        ("on: {event: discharge}", "on: {observed: sbp}"),
        ("on: {message: {keywords: 头晕}}", "on: {message: {keywords: 胸闷}}"),
        ("on: {observed: [sbp, dbp]}", "on: {observed: fpg}"),
        ("on: {booking: {}}", "on: {booking: {before: 1d}}"),
        ("on: {birthday: {from: 1, to: 6}}", "on: {birthday: {from: 7, to: 14}}"),
        (
            "on: {visit: {programme: hypertension, class: controlled}}",
            "on: {visit: {programme: hypertension, class: uncontrolled}}",
        ),
        (
            "on: {visit: {programme: hypertension, streak: {le: 0}}}",
            "on: {visit: {programme: hypertension, streak: {ge: 1}}}",
        ),
    ],
)
def test_rules_that_exclude_each_other_may_give_the_same(tmp_path: Path, one: str, other: str) -> None:
    text = textwrap.dedent(RULE).replace(f"{APPLIES}\n    {WHEN}", "ASKED")
    text = another(text.replace("ASKED", "note: ASKED"))
    for asked_of in (one, other):
        lines = asked_of if asked_of.startswith(("when", "on")) else f"{asked_of}\n    {WHEN}"
        text = text.replace("note: ASKED", lines, 1)
    assert len(load(tmp_path, text).rules) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on: {observed: [sbp, dbp]}", "on: {observed: [dbp]}"),
        ("on: {booking: {}}", "on: {booking: {type: review}}"),
        (
            "on: {visit: {programme: hypertension}}",
            "on: {visit: {programme: hypertension, class: controlled}}",
        ),
        ("on: {birthday: {from: 1, to: 7}}", "on: {birthday: {from: 7, to: 14}}"),
        ("on: {message: {keywords: [头晕, 头痛]}}", "on: {message: {keywords: 头晕}}"),
    ],
)
def test_triggers_that_overlap_clash(tmp_path: Path, one: str, other: str) -> None:
    text = textwrap.dedent(RULE).replace(f"{APPLIES}\n    {WHEN}", "note: ASKED")
    text = another(text).replace("note: ASKED", one, 1).replace("note: ASKED", other, 1)
    assert "both can hold at once" in mistake(tmp_path, text)


def test_a_tag_of_two_states_clashes_and_one_of_an_event_does_not(tmp_path: Path) -> None:
    state = textwrap.dedent(RULE).replace(GIFT, "{tag: high_risk}")
    assert "It gives the tag 'high_risk'" in mistake(tmp_path, another(state))
    event = another(state, when="", applies="").replace("{tag: high_risk}", "{tag: high_risk, lasts: 3mo}")
    first, second = event.split("  - id: second")
    first = first.replace("{tag: high_risk, lasts: 3mo}", "{tag: high_risk}")
    second = second.replace("explain:", "on: {event: discharge}\n    explain:")
    assert len(load(tmp_path, f"{first}  - id: second{second}").rules) == 2


def test_one_rule_gives_a_thing_once(tmp_path: Path) -> None:
    said = mistake(tmp_path, RULE.replace(f"- {GIFT}", f"- {GIFT}\n      - {{task: call, due: 3d}}"))
    assert "rules[0].gives[1]: It gives the task 'call' twice." in said


def test_the_rule_of_the_later_layer_is_shown(tmp_path: Path) -> None:
    published = yaml.safe_load(another(RULE))["rules"][1]
    with pytest.raises(CatalogueError) as error:
        catalogue.load_rulebook(catalogue.current(), write(tmp_path, RULE), [("rules", published)])
    assert "published 001:" in str(error.value)
    assert "which bp.gap (rulebook/rules.yaml:3) gives" in str(error.value)


# -- order -----------------------------------------------------------------------------------------


def chain(*links: str) -> str:
    """Rules that read and give, such as ``frail > high_risk``: a tag read, a tag given."""
    rules = []
    for link in links:
        read, given = link.split(" > ")
        rule = textwrap.dedent(RULE).split("rules:\n")[1].replace("bp.gap", f"{read}.{given}")
        when = WHEN if read == "gap" else f"when: {{tag: {read}}}"
        rules.append(rule.replace(WHEN, when).replace(GIFT, f"{{tag: {given}}}"))
    return "rules:\n" + "".join(rules)


def test_rules_come_after_those_whose_tags_they_read(tmp_path: Path) -> None:
    book = load(tmp_path, chain("high_risk > frail", "gap > high_risk"))
    assert book.order == ("gap.high_risk", "high_risk.frail")


def test_a_tag_that_depends_on_itself_is_refused(tmp_path: Path) -> None:
    said = mistake(tmp_path, chain("frail > high_risk", "high_risk > frail"))
    assert "The rule waits for what it gives itself: " in said
    assert "frail.high_risk → high_risk.frail" in said


def test_a_tag_that_reads_itself_is_refused(tmp_path: Path) -> None:
    assert "rules[0]: The rule waits for what it gives itself" in mistake(tmp_path, chain("frail > frail"))


def test_a_tag_that_reads_itself_through_a_class_of_visits_is_refused(tmp_path: Path) -> None:
    things = THINGS.replace("{on_day: {of: sbp, lt: 140}}", "{not: {tag: frail}}")
    when = "when: {visited: {programme: hypertension, class: controlled}}"
    rule = textwrap.dedent(RULE).replace(WHEN, when).replace(GIFT, "{tag: frail}")
    said = mistake(tmp_path, textwrap.dedent(things) + rule, "rulebook/things.yaml")
    assert "The rule waits for what it gives itself: bp.gap → bp.gap." in said


def test_a_reminder_comes_after_the_rule_that_gives_its_task(tmp_path: Path) -> None:
    on = "{zh: 提醒, en: Reminder}\n    on: {task: {code: call, before: 3d}}"
    text = another(RULE, applies="", when="", name=on)
    first, second = text.split("  - id: second")
    second = second.replace(GIFT, "{message: hello}")
    reordered = f"rules:\n  - id: second{second}" + first.split("rules:\n")[1]
    assert load(tmp_path, reordered).order == ("bp.gap", "second")


# -- words -----------------------------------------------------------------------------------------

EXPLAIN = 'explain: {zh: "已{days}天未测血压", en: "No blood pressure for {days} days"}'


@pytest.mark.parametrize(
    ("zh", "en", "language", "said"),
    [
        ("{dayz}天", "{dayz} days", "zh", "to put in for {dayz}. Did you mean 'days'?"),
        ("{dbp}", "{dbp}", "en", "Nothing is known here to put in for {dbp}."),
        ("{fpg_on}", "{fpg_on}", "en", "Nothing is known here to put in for {fpg_on}."),
        ("{days}天", "long ago", "en", "en lacks {days}, which zh has."),
        ("很久", "{days} days", "zh", "zh lacks {days}, which en has."),
        ("{days天", "days", "zh", "A brace has no partner."),
        ("{sbp:.0f}", "{sbp:.0f}", "zh", "to put in for {sbp:.0f}. Did you mean 'sbp'?"),
    ],
)
def test_words_that_cannot_be_filled_in(tmp_path: Path, zh: str, en: str, language: str, said: str) -> None:
    shown = mistake(tmp_path, RULE.replace(EXPLAIN, f'explain: {{zh: "{zh}", en: "{en}"}}'))
    assert f"rulebook/rules.yaml:12 rules[0].explain.{language}: " in shown
    assert said in shown


def test_an_explanation_may_name_what_the_rule_reads(tmp_path: Path) -> None:
    words = 'explain: {zh: "{sbp_on}{sbp}{name}{doctor}", en: "{doctor} {name} {sbp} {sbp_on}"}'
    assert load(tmp_path, RULE.replace(EXPLAIN, words))


def test_an_explanation_may_name_what_the_classes_of_its_visits_read(tmp_path: Path) -> None:
    words = 'explain: {zh: "{dbp}", en: "{dbp}"}'
    rule = RULE.replace(WHEN, "on: {visit: {programme: hypertension}}").replace(EXPLAIN, words)
    assert load(tmp_path, rule)


def test_a_message_may_name_what_all_that_send_it_read(tmp_path: Path) -> None:
    things = THINGS.replace('zh: "{name}您好", en: "Hello {name}"', 'zh: "{sbp}", en: "{sbp}"')
    sent = RULE.replace(GIFT, "{message: hello}")
    assert load(tmp_path, textwrap.dedent(things) + textwrap.dedent(sent), "rulebook/things.yaml")
    by_journey = another(sent, when="{tag: frail}").rpartition("{message: hello}")
    text = (
        by_journey[0].replace("{problem: hypertension}", "{sex: male}", 1)
        + "{journey: letters}"
        + by_journey[2]
    )
    said = mistake(tmp_path, textwrap.dedent(things) + text, "rulebook/things.yaml")
    assert "messages[0].text.zh: Nothing is known here to put in for {sbp}." in said


def test_names_are_in_both_languages(tmp_path: Path) -> None:
    said = mistake(tmp_path, THINGS.replace("{zh: 衰弱, en: Frail}", "{zh: 衰弱}"), "rulebook/things.yaml")
    assert "tags[1].name: There is nothing in en." in said
    said = mistake(tmp_path, THINGS.replace(", en: Uncontrolled", ""), "rulebook/things.yaml")
    assert "programmes[0].classes[0].name: There is nothing in en." in said
