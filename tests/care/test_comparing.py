"""What changed rules would mean, now and over a past time; and what it takes to put them in force."""

from datetime import date

import pytest
from tests.care.facing import enter, hypertension, visit

from kanglu import care
from kanglu.catalogue import load_rulebook
from kanglu.errors import CatalogueError
from kanglu.record.facts import Observation

AS_OF, KNOWN = date(2026, 6, 30), date(2026, 6, 30)


@pytest.fixture(scope="module")
def rules():
    return load_rulebook()


def changed(tmp_path, text, name="changed.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def walking(version=1, below=1000, due="3d", gives="[walk]"):
    return f"""
actions: [{{id: walk, name: {{zh: 散步, en: walk}}}}]
rules:
  - id: clinic.walk
    version: {version}
    name: {{zh: 散步, en: Walk}}
    source: {{doc: test}}
    when: {{latest: {{of: steps, lt: {below}, within: 6mo}}}}
    gives: [{{task: walk, due: {due}}}]
    explain: {{zh: "{{steps}} 步", en: "{{steps}} steps"}}
    examples:
      - name: hardly any
        as_of: 2026-03-02
        facts: [{{observation: steps, on: 2026-03-02, value: 900}}]
        gives: {gives}
"""


def steps(day, value):
    return Observation(0, "steps", day, value=float(value), unit="1")


def test_only_rules_that_differ_and_their_readers_are_compared(rules, tmp_path):
    compared = care.changed_by(changed(tmp_path, walking()), rules)
    assert compared.rules == ("clinic.walk",)


def test_a_file_that_is_refused_names_its_own_line(rules, tmp_path):
    with pytest.raises(CatalogueError) as refused:
        care.changed_by(changed(tmp_path, walking().replace("steps, lt", "stepps, lt")), rules)
    assert "changed.yaml:8" in str(refused.value)
    assert "steps" in str(refused.value)


def test_diff_says_who_gains_loses_and_is_moved(store, rules, tmp_path):
    for number, count in enumerate((800, 1500, 5000), start=1):
        enter(store, steps("2026-06-20", count), number=number)
    old = care.changed_by(changed(tmp_path, walking(), "old.yaml"), rules).after
    compared = care.changed_by(changed(tmp_path, walking(2, 2000, "5d")), old)
    found = care.diff(store, compared, store.everybody(), as_of=AS_OF, known=KNOWN)
    assert [(one.record_number, one.added, one.dropped, one.moved) for one in found] == [
        ("K000001", (), (), (("task", "walk", "2026-07-03", "2026-07-05"),)),
        ("K000002", (("task", "walk", None, "2026-07-05"),), (), ()),
    ]
    compared = care.changed_by(changed(tmp_path, walking(2, 700)), old)
    found = care.diff(store, compared, store.everybody(), as_of=AS_OF, known=KNOWN)
    assert [(one.record_number, one.dropped) for one in found] == [
        ("K000001", (("task", "walk", "2026-07-03", None),))
    ]
    assert store.current_results(None, KNOWN) == []


def test_simulation_replays_the_panels_own_past_by_month(store, rules, tmp_path):
    for number in range(1, 5):
        enter(store, steps(f"2026-0{number}-10", 900), number=number)
    enter(store, steps("2026-02-01", 900), steps("2026-02-02", 9000), number=9)
    compared = care.changed_by(changed(tmp_path, walking()), rules)
    seen = []
    answer = care.simulate(
        store, compared, store.everybody(), since=date(2026, 1, 1), until=date(2026, 4, 30), known=KNOWN,
        managers=2, progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert [(month.month, month.given, month.due) for month in answer.after] == [
        ("2026-01", 1, 1),
        ("2026-02", 2, 1),  # the one of 1 February was done before it was due
        ("2026-03", 1, 1),
        ("2026-04", 1, 1),
    ]
    assert all(month.given == 0 for month in answer.before)
    assert answer.added == ("K000001", "K000002", "K000003", "K000004", "K000005")
    assert answer.dropped == ()
    assert answer.gifts == {("task", "walk"): (0, 5)}
    assert answer.managers == 2
    assert seen == [(5, 5)]


def test_a_changed_national_rule_is_compared_over_visits(store, rules, tmp_path):
    enter(store, *hypertension(), *visit("2026-06-01", 130, 80))
    one = rules.rules["htn.visit.controlled"].model_dump(mode="json", by_alias=True, exclude_defaults=True)
    one["version"], one["gives"][0]["due"] = 2, "1mo"
    one["gives"][0].pop("pace", None)
    one["gives"][0].pop("soonest", None)
    one.pop("examples")
    import yaml

    compared = care.changed_by(changed(tmp_path, yaml.safe_dump({"rules": [one]}, allow_unicode=True)), rules)
    assert set(compared.rules) == {"htn.visit.controlled", "service.review_reminder"}
    found = care.diff(store, compared, store.everybody(), as_of=date(2026, 6, 10), known=KNOWN)
    assert ("task", "follow_up", "2026-08-11", "2026-07-01") in found[0].moved


# -- putting in force ----------------------------------------------------------------------------------


def test_what_is_published_is_in_force_in_this_record(store, tmp_path):
    enter(store, steps("2026-06-20", 800))
    care.evaluate(store, as_of=AS_OF, known=KNOWN)
    assert "clinic.walk" not in care.in_force(store).rules
    now = care.publish(store, changed(tmp_path, walking()))
    assert care.in_force(store) is now
    care.evaluate(store, as_of=AS_OF, known=KNOWN)
    assert [one.row.due for one in store.current_results(None, KNOWN) if one.row.code == "walk"] == [
        "2026-07-03"
    ]
    why = care.explain(store, "K000001", as_of=AS_OF, known=KNOWN)
    assert "clinic.walk" in {reason.rule for reason in why.reasons}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (walking(gives="[]"), "The example 'hardly any' of clinic.walk gives walk, not nothing."),
        (walking().replace("steps, lt", "stepps, lt"), "There is no indicator 'stepps'"),
    ],
)
def test_what_is_refused_leaves_the_rules_in_force(store, tmp_path, text, words):
    care.publish(store, changed(tmp_path, walking()))
    before = care.in_force(store).revision
    with pytest.raises(CatalogueError, match=words):
        care.publish(store, changed(tmp_path, text.replace("version: 1", "version: 2")))
    assert care.in_force(store).revision == before


def test_a_changed_rule_must_count_its_version_up(store, tmp_path):
    care.publish(store, changed(tmp_path, walking()))
    with pytest.raises(CatalogueError, match="still of version 1") as refused:
        care.publish(store, changed(tmp_path, walking(due="9d")))
    assert "up to 2" in str(refused.value)
    assert care.publish(store, changed(tmp_path, walking(2, due="9d"))).rules["clinic.walk"].version == 2
    assert [content["version"] for _, content in store.published() if content["id"] == "clinic.walk"] == [2]


@pytest.mark.parametrize("section", ["advice", "questionnaires", "indicators", "disable"])
def test_what_a_record_cannot_keep_is_refused_and_not_dropped(store, tmp_path, section):
    text = f"{section}: []\n{walking()}"
    with pytest.raises(CatalogueError, match=f"keeps no {section}") as refused:
        care.publish(store, changed(tmp_path, text))
    assert "data/catalogue" in str(refused.value)
    assert store.published() == []
