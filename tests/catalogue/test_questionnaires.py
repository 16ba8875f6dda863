"""Questionnaires are data: mistakes are shown by line, versions stay, and what ships is whole."""

import re
import textwrap
from pathlib import Path

import pytest

from kanglu.catalogue import current
from kanglu.catalogue.questionnaire_files import Questionnaires, load_questionnaires
from kanglu.catalogue.questionnaires import NUMBERS, Questionnaire, walk
from kanglu.catalogue.rulebook import load_rulebook
from kanglu.errors import CatalogueError, NotFound
from kanglu.measures import SCORES

MEASURES = {name: tuple(n for one in score.inputs for n in one.names) for name, score in SCORES.items()}
SHIPPED = load_questionnaires(Path("/nonexistent"), measures=MEASURES)
RULES = load_rulebook(overlay=Path("/nonexistent"))

SLEEP = """
    questionnaires:
      - id: sleep
        version: 1
        name: {zh: 睡眠问卷, en: Sleep}
        source: {doc: ours}
        licence: ours
        items:
          - id: snores
            kind: boolean
            text: {zh: 打鼾吗？, en: Do you snore?}
          - id: hours
            kind: decimal
            text: {zh: 每天睡几小时？, en: How many hours?}
            unit: h
            low: 0
            high: 24
            indicator: sleep_hours
            enable_when: [{item: snores}]
          - id: smoking
            kind: choice
            text: {zh: 吸烟吗？, en: Do you smoke?}
            indicator: smoking_status
            options:
              - {code: never, name: {zh: 否, en: "no"}}
              - {code: current, name: {zh: 是, en: "yes"}}
"""


def load(folder: Path, text: str = SLEEP) -> Questionnaires:
    path = folder / "questionnaires" / "local.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_questionnaires(folder, measures=MEASURES)


def mistake(folder: Path, old: str, new: str) -> str:
    assert old in SLEEP
    with pytest.raises(CatalogueError) as error:
        load(folder, SLEEP.replace(old, new, 1))
    return str(error.value)


def test_an_institution_adds_its_own(tmp_path: Path) -> None:
    assert set(load(tmp_path).newest) == {*SHIPPED.newest, "sleep"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: hours", "id: snores", "'snores' is the id of 2 items"),
        ("indicator: sleep_hours", "indicator: sleep_hour", "Did you mean 'sleep_hours'?"),
        ("indicator: sleep_hours", "indicator: smoking_status", "The answer of a decimal is no coded"),
        ("unit: h\n", "unit: kg\n", "not measured in 'kg'"),
        ("high: 24", "high: 25", "25 h is not possible for sleep_hours"),
        ("code: current", "code: smoker", "'smoker' is no code of smoking_status"),
        ("code: current", "code: never", "there are two options 'never'"),
        ("item: snores", "item: snore", "Did you mean 'snores'?"),
        ("item: snores", "item: smoking, value: current", "'smoking' is asked later than 'hours'"),
        ("item: snores", "item: snores, value: 1", "snores = 1 can never be told"),
        ("item: snores", 'item: snores, op: ">", value: true', "can never be told"),
        (
            "en: Do you smoke?}",
            "en: a}\n            enable_when: [{item: snores, op: exists, value: 2}]",
            "can never",
        ),
        ("en: Do you snore?", "en: ' '", "It says nothing in en."),
        ("unit: h\n", "unit: h\n            options: [{code: a, name: {zh: 甲, en: a}}]\n", "has no options"),
        ("licence: ours", "licence: ours\n        visit: hypertension", "A visit needs an item mode"),
        ("licence: ours", "licence: ours\n        scores: [{measure: phq8}]", "Did you mean 'phq9'?"),
        ("licence: ours", "licence: ours\n        scores: [{measure: phq9}]", "No item answers to a column"),
        (
            "licence: ours",
            "licence: ours\n        scores: [{measure: phq9, columns: {phq9_1: snorse}}]",
            "Did you mean 'snores'?",
        ),
        (
            "licence: ours",
            "licence: ours\n        scores: [{measure: phq9, columns: {phq_1: snores}}]",
            "Did you mean 'phq9_1'?",
        ),
        (
            "licence: ours",
            "licence: ours\n        alerts: [{when: {item: snores}, task: t, text: {zh: 甲, en: a}}]",
            "snores is no observation, so that no rule can read it",
        ),
    ],
)
def test_a_mistake_says_what_it_is(tmp_path: Path, old: str, new: str, said: str) -> None:
    shown = mistake(tmp_path, old, new)
    assert said in shown
    assert re.search(r"local\.yaml:\d+ questionnaires\[0\]", shown)


def test_a_version_that_is_there_is_not_changed_but_followed(tmp_path: Path) -> None:
    phq9 = SLEEP.replace("id: sleep\n", "id: phq9\n")
    with pytest.raises(CatalogueError, match="count the version up"):
        load(tmp_path, phq9)
    merged = load(tmp_path, phq9.replace("version: 1", "version: 2"))
    assert merged.get("phq9").version == 2
    assert merged.get("phq9", 1) == SHIPPED.get("phq9")


def test_a_questionnaire_can_be_taken_out(tmp_path: Path) -> None:
    assert "satisfaction" not in load(tmp_path, "disable: [satisfaction]").newest
    with pytest.raises(CatalogueError, match="Did you mean 'satisfaction'"):
        load(tmp_path, "disable: [satisfation]")


def test_an_unknown_questionnaire_or_version_is_named() -> None:
    with pytest.raises(NotFound, match="Did you mean 'phq9'"):
        SHIPPED.get("phq99")
    with pytest.raises(NotFound, match="'phq9' version 7"):
        SHIPPED.get("phq9", 7)


# -- what ships ------------------------------------------------------------------------------------

every = pytest.mark.parametrize("one", SHIPPED.editions.values(), ids=lambda one: one.edition)


def test_what_was_asked_for_ships() -> None:
    assert set(SHIPPED.newest) == {
        *("tcm_33", "tcm_60", "self_care_5", "phq9", "gad7", "audit_c", "ipaq_sf", "lifestyle", "inquiry"),
        *("satisfaction", "followup_hypertension", "followup_diabetes"),
    }


@every
def test_it_says_whence_it_comes_and_that_nobody_has_checked_it(one: Questionnaire) -> None:
    assert one.source.checked_by is None
    assert one.licence
    if one.source.doc.startswith("国家"):
        assert re.search("据|自编", str(one.source.clause)), "say at which hand it is known"


@every
def test_it_is_whole_in_both_languages(one: Questionnaire) -> None:
    for _, item in walk(one.items):
        for names in (item.text, *(option.name for option in item.options)):
            assert re.search(r"[一-鿿\d]", names["zh"])
            assert not re.search(r"[一-鿿]", names["en"])


@every
def test_what_it_raises_is_given_by_a_rule_that_reads_the_answer(one: Questionnaire) -> None:
    for alert in one.alerts:
        indicator = one.by_id[alert.when.item].indicator
        givers = [
            rule
            for rule in RULES.rules.values()
            if rule.on is not None and indicator in rule.on.observed and rule.gives[0].task == alert.task
        ]
        assert len(givers) == 1, alert


@every
def test_every_column_that_a_measure_must_have_is_an_item(one: Questionnaire) -> None:
    for scored in one.scores:
        columns = {*one.by_id, *scored.columns}
        assert set(SCORES[scored.measure].required) <= columns


@every
def test_its_answers_are_those_that_its_measure_takes(one: Questionnaire) -> None:
    for scored in one.scores:
        for taken in (column for given in SCORES[scored.measure].inputs for column in given.columns):
            item = one.by_id.get(taken.name)
            if item is None or taken.name == "sex":
                continue
            (unit,) = taken.units
            if item.kind in NUMBERS:
                assert (item.low, item.high) == (unit.low, unit.high)
            else:
                scores = [option.score for option in item.options]
                assert min(scores) == unit.low  # type: ignore[type-var]
                assert max(scores) == unit.high  # type: ignore[type-var]


def test_the_constitutions_read_and_write_the_same_types() -> None:
    for name in ("tcm_33", "tcm_60"):
        (scored,) = SHIPPED.get(name).scores
        assert all(current().indicators[indicator] for indicator in scored.observed.values())
        assert len(scored.observed) == 9


def test_the_questions_of_the_issued_form_are_all_there() -> None:
    questions = [item for item in SHIPPED.get("tcm_33").by_id if item.startswith("tcm33_")]
    assert questions == [f"tcm33_{place}" for place in range(1, 34)]
