"""Plans as data: what makes one, and what the linter refuses and where."""

from pathlib import Path

import pytest
from tests.catalogue.rulebooks import RULE, load, mistake

from kanglu import catalogue
from kanglu.catalogue import layers
from kanglu.catalogue.plans import PlanTemplate
from kanglu.catalogue.rulebook import rulebook

PLAN = """
plans:
  - id: clinic
    version: 1
    name: {zh: 计划, en: Plan}
    source: {doc: Test}
    for: frail
    length: 2mo
    owner: nurse
    goals:
      - {id: sbp, of: sbp, lt: 140, by: 2mo, words: {zh: 达标, en: Within target}}
    actions:
      - {id: call, name: {zh: 电话, en: Call}, role: nurse, every: 2w, done: [{contact: reached}]}
"""


@pytest.fixture
def nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a test writes is in the rulebook."""
    catalogue.current()
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "absent")


def test_the_shipped_plans_are_for_three_months_and_name_their_tags() -> None:
    plans = rulebook().plans
    assert set(plans) == {
        "knee_replacement_3mo",
        "weight_loss_3mo",
        "glucose_3mo",
        "blood_pressure_3mo",
    }
    assert {str(plan.length) for plan in plans.values()} == {"3mo"}
    assert all(plan.source.checked_by is None for plan in plans.values()), "nobody has checked them yet"


@pytest.mark.parametrize("name", sorted(rulebook().plans))
def test_a_plan_is_the_same_after_it_was_written_and_read(name: str) -> None:
    plan = rulebook().plans[name]
    short = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert PlanTemplate.model_validate(short) == plan


@pytest.mark.usefixtures("nothing_shipped")
def test_an_institution_writes_a_plan_of_its_own(tmp_path: Path) -> None:
    plan = load(tmp_path, RULE + PLAN[1:]).plans["clinic"]
    assert (plan.for_, str(plan.length), plan.actions[0].id) == (("frail",), "2mo", "call")


@pytest.mark.usefixtures("nothing_shipped")
@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("for: frail", "for: frial", 7, "There is no tag 'frial'. Did you mean 'frail'?"),
        ("of: sbp", "of: spb", 11, "There is no indicator 'spb'."),
        ("contact: reached", "contact: reachd", 13, "There is no outcome 'reachd'."),
        ("lt: 140", "lt: 900", 11, "sbp"),
        ("lt: 140", "lt: 140, unit: mmol/L", 11, "mmol/L"),
        ("lt: 140,", "", 11, "something to compare with is missing"),
        ("lt: 140", "is: high, relative: true", 11, "a target or a change is a number"),
        ("lt: 140", "lt: 140, relative: true, target: true", 11, "a target or a change from the beginning"),
        ("by: 2mo", "by: 3mo", 11, "3mo after the beginning the plan of 2mo is over."),
        ("every: 2w", "every: 2w, from: 3mo", 13, "3mo after the beginning the plan of 2mo is over."),
        ("every: 2w", "at: [1w, 9w]", 13, "63d after the beginning the plan of 2mo is over."),
        ("every: 2w", "every: 2w, at: 1w", 13, "give one of them"),
        ("every: 2w, ", "", 13, "give one of them"),
        ("every: 2w", "at: 1w, to: 2w", 13, "from and to are for what comes every so often"),
        ("every: 2w", "at: -1w", 13, "nothing is planned before the beginning"),
        (", en: Within target", "", 11, "There is nothing in en."),
        ("[{contact: reached}]", "[]", 13, "done"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    assert PLAN.count(right) == 1
    message = mistake(tmp_path, PLAN.replace(right, wrong))
    assert said in message
    assert f"rulebook/rules.yaml:{line}" in message


@pytest.mark.usefixtures("nothing_shipped")
def test_two_goals_of_one_id_are_refused(tmp_path: Path) -> None:
    again = "      - {id: sbp, of: dbp, lt: 90, by: 2mo, words: {zh: 达标, en: Within}}\n    actions:"
    message = mistake(tmp_path, PLAN.replace("    actions:", again))
    assert "There are two goals 'sbp'." in message
