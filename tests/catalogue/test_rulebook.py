"""The rulebook is merged from three layers, or refused as a whole with every mistake in its place."""

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.catalogue.rulebooks import RULE, THINGS, load, mistake, write

from kanglu import catalogue
from kanglu.catalogue import layers
from kanglu.catalogue.reading import read
from kanglu.catalogue.rulebook import SECTIONS
from kanglu.errors import CatalogueError

SHIPPED = layers.DEFAULTS
WHEN = "when: {gap: {of: sbp, days: 90}}"
RULE_AS_DATA: dict[str, Any] = yaml.safe_load(RULE)["rules"][0]


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in place of what ships, with things, and the rule of `RULE`."""
    catalogue.current()
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "shipped")
    return write(tmp_path / "shipped", RULE)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing ships."""
    catalogue.current()
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "absent")


def overlaid(
    folder: Path, text: str = "", name: str = "rulebook/local.yaml", **more: Any
) -> catalogue.Rulebook:
    path = folder / "overlay" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return catalogue.load_rulebook(catalogue.current(), folder / "overlay", **more)


# -- layers ----------------------------------------------------------------------------------------


def test_an_overlay_adds_to_what_ships(shipped: Path, tmp_path: Path) -> None:
    book = overlaid(tmp_path, "tags: [{id: local, name: {zh: 本院, en: Local}}]")
    assert set(book.tags) == {"high_risk", "frail", "local"}
    assert list(book.rules) == ["bp.gap"]


def test_an_overlay_replaces_a_rule_as_a_whole(shipped: Path, tmp_path: Path) -> None:
    book = overlaid(tmp_path, RULE.replace("days: 90", "days: 60").replace("mission: [F01]", ""))
    assert book.rules["bp.gap"].when.asked.days == 60
    assert book.rules["bp.gap"].mission == ()
    assert book.sources["bp.gap"].where == "rulebook/local.yaml:3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("disable: [bp.gap]", "rulebook/local.yaml"),
        ("disable: [bp.gap]", "local.yaml"),
        ("disable: {rules: [bp.gap]}", "rulebook/deep/local.yaml"),
    ],
)
def test_an_overlay_disables_a_rule(shipped: Path, tmp_path: Path, text: str, name: str) -> None:
    assert not overlaid(tmp_path, text, name).rules


def test_what_is_published_comes_on_top(shipped: Path, tmp_path: Path) -> None:
    changed = {**RULE_AS_DATA, "version": 2, "when": {"gap": {"of": "sbp", "days": 30}}}
    text = RULE.replace("days: 90", "days: 60")
    book = overlaid(tmp_path, text, published=[("rules", changed)])
    assert book.rules["bp.gap"].version == 2
    assert book.rules["bp.gap"].when.asked.days == 30
    assert book.sources["bp.gap"].where.startswith("published 001:")


def test_a_mistake_in_what_is_published_shows_its_own_line(shipped: Path, tmp_path: Path) -> None:
    tag = {"id": "third", "name": {"zh": "丙", "en": "C"}}
    rule = {**RULE_AS_DATA, "when": {"gap": {"of": "sbq", "days": 30}}}
    with pytest.raises(CatalogueError) as error:
        overlaid(tmp_path, published=[("tags", tag), ("rules", rule)])
    assert "published 002:" in str(error.value)
    assert "rules[0].when.gap.of: There is no indicator 'sbq'." in str(error.value)
    assert "|       of: sbq" in str(error.value)


def test_a_section_that_is_none_cannot_be_published(shipped: Path, tmp_path: Path) -> None:
    with pytest.raises(
        CatalogueError, match=r"published 001:1 rule: Unknown section 'rule'\. Did you mean 'rules'"
    ):
        overlaid(tmp_path, published=[("rule", RULE_AS_DATA)])


def test_a_file_may_hold_indicators_and_rules(bare: None, tmp_path: Path) -> None:
    text = """
        group: {id: local, name: {zh: 本院, en: Local}}
        indicators: [{id: grip, name: {zh: 握力, en: Grip}, unit: kg}]
        problems: [{id: hypertension, name: {zh: 高血压, en: Hypertension}}]
    """
    folder = write(tmp_path, textwrap.dedent(text) + RULE.replace("sbp", "grip"), "local.yaml")
    text = THINGS.replace("sbp", "grip").replace("dbp", "grip")
    (folder / "rulebook" / "things.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    book = catalogue.load_rulebook(overlay=folder)
    assert book.rules["bp.gap"].when.asked.of == ("grip",)
    assert list(book.catalogue.indicators) == ["grip"]


def test_either_loader_leaves_to_the_other_what_it_disables(tmp_path: Path) -> None:
    write(tmp_path, "disable: [apgar_1min]\ntags: [{id: own_tag, name: {zh: 甲, en: A}}]", "a.yaml")
    (tmp_path / "rulebook" / "things.yaml").unlink()
    (tmp_path / "b.yaml").write_text("disable: [own_tag]", encoding="utf-8")
    assert "apgar_1min" not in catalogue.load(tmp_path).indicators
    heap = layers.read_layers("rulebook", tmp_path)
    assert not heap.faults
    assert "own_tag" not in heap.drawers["tags"].content


def test_an_id_of_two_kinds_is_disabled_by_its_kind(shipped: Path, tmp_path: Path) -> None:
    things = "events: [{id: call, name: {zh: 甲, en: A}, table: encounter, keywords: [甲]}]\n"
    with pytest.raises(CatalogueError, match=r"'call' is an id of events and of actions. Say which"):
        overlaid(tmp_path, things + "disable: [call]")
    assert "call" in overlaid(tmp_path, things + "disable: {events: [call]}").actions


# -- mistakes in files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule: []", "local.yaml:1 rule: Unknown key 'rule'. Did you mean 'rules'?"),
        ("indicators: []", "local.yaml:1 indicators: indicators cannot stand in the folder rulebook."),
        ("rules: {}\ntags: x", "local.yaml:2 tags: tags must be a list."),
        ("tags: [x]", "local.yaml:1 tags[0]: An entry must be a mapping with an id."),
        ("tags:\n- {id: a, name: {zh: a, en: a}}\n- {id: a, name: {zh: a, en: a}}", "'a' is defined twice"),
        (
            "disable: [bp.gab]",
            "local.yaml:1 disable[0]: There is no 'bp.gab' to disable. Did you mean 'bp.gap'?",
        ),
        ("disable: {rule: [bp.gap]}", "local.yaml:1 disable.rule: Unknown key 'rule'. Did you mean 'rules'?"),
        ("disable: [{id: bp.gap}]", "local.yaml:1 disable[0]: There is no \"{'id': 'bp.gap'}\" to disable."),
        ("disable: {rules: bp.gap}", "local.yaml:1 disable.rules: rules must be a list of ids."),
        ("disable: {rules: [frail]}", "local.yaml:1 disable.rules[0]: There is no 'frail' to disable."),
        ("- rules", "local.yaml:1: The file must be a mapping"),
    ],
)
def test_a_file_that_is_no_rulebook_is_shown_so(shipped: Path, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError) as error:
        overlaid(tmp_path, text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("was", "becomes", "where", "said"),
    [
        ("version: 1", "version: 0", "4 rules[0].version", "greater than or equal to 1 (given: 0)."),
        ("version: 1", "versoin: 1", "4 rules[0].versoin", "Unknown key 'versoin'. Did you mean 'version'?"),
        ("id: bp.gap", "id: BP gap", "3 rules[0].id", "should match pattern"),
        (WHEN, "", "3 rules[0]", "a rule without on and when would hold for everybody, always"),
        (WHEN, "when: {gap: {of: sbp, dayz: 90}}", "9 rules[0].when.gap.dayz", "Did you mean 'days'?"),
        (WHEN, "when: {gap: {of: sbp, within: 90d}}", "9 rules[0].when.gap.within", "Unknown key 'within'."),
        (
            WHEN,
            "when: {all: [{tag: frail}, {latest: {ge: 140}}]}",
            "9 rules[0].when.all[1].latest.of",
            "The key 'of' is missing.",
        ),
        (
            WHEN,
            "when: {not: {latest: {of: sbp, ge: high}}}",
            "9 rules[0].when.not.latest.ge",
            "should be a valid number",
        ),
        (
            WHEN,
            "when: {latest: {of: sbp, ge: 140, within: 90}}",
            "9 rules[0].when.latest.within",
            "90 is not a length of time; write 3d, 2w, 6mo, 1y or 3mo-7d",
        ),
        (
            WHEN,
            "when: {all: [{lates: {of: sbp, ge: 140}}]}",
            "9 rules[0].when.all[0].lates",
            "visited; this has 'lates'. Did you mean 'latest'?",
        ),
        (
            WHEN,
            "when: {tag: frail, sex: male}",
            "9 rules[0].when",
            "this has tag and sex. Write all: [{tag: …}, {sex: …}].",
        ),
        (WHEN, "when: frail", "9 rules[0].when", "this is 'frail'."),
        (
            WHEN,
            "when: {held: {for: 3d, when: {}}}",
            "9 rules[0].when.held.when",
            "A condition is one of all, any,",
        ),
        ("task: call", "tsk: call", "11 rules[0].gives[0].tsk", "Unknown key 'tsk'. Did you mean 'task'?"),
        ("task: call", "task: call, tag: frail", "11 rules[0].gives[0]", "it gives one of tag, task"),
        ("task: call", "task: call, role: docter", "11 rules[0].gives[0].role", "Did you mean 'doctor'?"),
        ("task: call", "task: call, at: [1w, 2x]", "11 rules[0].gives[0].at[1]", "is not a length of time"),
        ("[{observed: sbp}]", "[{observed: sbp, event: x}]", "11 rules[0].gives[0].done[0]", "name one of"),
        (WHEN, "on: {event: discharge, observed: sbp}", "9 rules[0].on", "on: names one of visit, event"),
    ],
)
def test_a_rule_that_does_not_fit_shows_where(
    bare: None, tmp_path: Path, was: str, becomes: str, where: str, said: str
) -> None:
    shown = mistake(tmp_path, RULE.replace(was, becomes))
    assert f"rulebook/rules.yaml:{where}: " in shown
    assert said in shown


def test_all_mistakes_are_shown_at_once_by_file_and_line(bare: None, tmp_path: Path) -> None:
    text = RULE.replace("version: 1", "version: 0") + RULE.replace("rules:\n", "").replace(
        "bp.gap", "bp.other"
    )
    text = text.replace("task: call", "task: cal")
    said = mistake(tmp_path, text)
    assert said.startswith("2 mistakes in the catalogue:")
    assert said.index("rules.yaml:4 rules[0].version") < said.index("rules.yaml:22 rules[1].gives[0].task")


def test_what_is_named_by_what_is_faulty_is_not_unknown_too(bare: None, tmp_path: Path) -> None:
    things = textwrap.dedent(THINGS).replace("{zh: 电话随访, en: Call}", "电话")
    said = mistake(tmp_path, things + RULE, "rulebook/things.yaml")
    assert "actions[0].name" in said
    assert "There is no action" not in said


# -- what a rulebook is ----------------------------------------------------------------------------


def test_a_refused_load_leaves_the_rules_in_use(bare: None, tmp_path: Path) -> None:
    live = load(tmp_path)
    before = live.revision
    mistake(tmp_path, RULE.replace("of: sbp", "of: sbq"))
    assert live.revision == before
    assert live.rules["bp.gap"].when.asked.of == ("sbp",)


def test_the_revision_names_content_and_catalogue(bare: None, tmp_path: Path) -> None:
    first = load(tmp_path).revision
    assert len(first) == 12
    assert load(tmp_path, "# a remark\n" + RULE).revision == first
    assert load(tmp_path, RULE.replace("days: 90", "days: 91")).revision != first
    other = replace(catalogue.current(), revision="0" * 12)
    assert catalogue.load_rulebook(other, write(tmp_path, RULE)).revision != first


def test_a_rulebook_cannot_be_changed(bare: None, tmp_path: Path) -> None:
    book = load(tmp_path)
    with pytest.raises(TypeError):
        book.rules["x"] = book.rules["bp.gap"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        book.revision = "x"  # type: ignore[misc]


def test_what_ships_is_in_order() -> None:
    book = catalogue.load_rulebook(overlay=Path("/nonexistent"))
    assert set(book.order) == set(book.rules) == set(book.sources)


def test_rules_are_read_only_when_asked_for() -> None:
    said = (
        "import sys, kanglu.catalogue as c; c.current();"
        "print(*{'kanglu.catalogue.rules', 'kanglu.catalogue.lint', 'numpy'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []


# -- schema ----------------------------------------------------------------------------------------

REMARK = "# yaml-language-server: $schema="
FILES = sorted(SHIPPED.rglob("*.yaml"))


def test_the_published_schema_is_that_of_the_models() -> None:
    published = json.loads((SHIPPED / "kanglu-catalogue.schema.json").read_text(encoding="utf-8"))
    assert published == catalogue.schema(), "Write catalogue.schema() to the file anew."


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SHIPPED).as_posix())
def test_the_schema_knows_every_shipped_file(path: Path) -> None:
    _, content, _ = read(path)
    validator = jsonschema.Draft202012Validator(catalogue.schema())
    assert [error.message for error in validator.iter_errors(content)] == []


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "rulebook" in path.parts],
    ids=lambda path: path.relative_to(SHIPPED).as_posix(),
)
def test_a_file_of_rules_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(REMARK)
    assert (path.parent / first.removeprefix(REMARK)).resolve() == SHIPPED / "kanglu-catalogue.schema.json"


def test_the_schema_refuses_what_the_models_refuse() -> None:
    validator = jsonschema.Draft202012Validator(catalogue.schema())
    assert validator.is_valid({"rules": [RULE_AS_DATA]})
    for wrong in (
        {"rule": []},
        {"rules": [{**RULE_AS_DATA, "version": 0}]},
        {"rules": [{**RULE_AS_DATA, "when": {"lates": {"of": "sbp", "ge": 140}}}]},
        {"rules": [{**RULE_AS_DATA, "when": {"latest": {"of": "sbp", "ge": 140, "within": "90"}}}]},
    ):
        assert not validator.is_valid(wrong)


def test_the_schema_has_every_section() -> None:
    assert set(SECTIONS) == set(layers.RULEBOOK)
    assert set(layers.RULEBOOK) <= set(catalogue.schema()["properties"])
