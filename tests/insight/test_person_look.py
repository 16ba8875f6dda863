"""What the page of a person says: what matters now, what holds, and why."""

from datetime import date

import orjson
import pytest

from kanglu.catalogue.rulebook import rulebook
from kanglu.i18n import words
from kanglu.insight.person import look
from kanglu.record.facts import CareTeam, Communication, EpisodeOfCare, Flag, Observation, TaskChange
from kanglu.record.rulings import Ruling

DAY = "2026-06-30"


def ruling(kind="tag", code="hypertension_intensive", rule="htn.intensive", **more):
    given = {
        "person_id": 7, "kind": kind, "code": code, "rule": rule, "version": 1, "period": "2026-06-01",
        "part": 0, "starts": "2026-06-01", "ends": None, "state": "open", "reason": None,
        "window_start": None, "due": None, "lapses": None, "priority": 50, "role": None, "channel": None,
        "based_on": None, "inputs": "[]",
    }  # fmt: skip
    return Ruling(**{**given, **more})


def seen(one, *rulings, as_of=DAY, lang="en"):
    return look(one.dossier(as_of), rulings, rulebook(), words(lang))


def task(due, rule="htn.followup", **more):
    return ruling("task", "followup", rule, due=due, **more)


def test_nobody_knows_anything_of_somebody_new(someone):
    found = seen(someone())
    assert found.matters == found.tags == found.tasks == found.values == found.timeline == ()
    assert (found.age, found.no_allergy, found.proposed) == (66, False, ())
    assert {one.answer for one in found.consents} == {"not_asked"}


def test_what_matters_is_critical_then_overdue_then_due_then_out_of_range(someone):
    one = someone().seen("potassium", 6.8, "2026-06-01").seen("tc", 7.9, "2026-06-01").seen("hgb", 138)
    found = seen(one, task("2026-06-20"), task("2026-06-30", rule="htn.second", period="2026-06-02"))
    assert [(one.level, one.task.due if one.task else one.value.indicator.id) for one in found.matters] == [
        ("critical", "potassium"),
        ("overdue", "2026-06-20"),
        ("due", "2026-06-30"),
        ("out", "tc"),
    ]
    assert found.matters[1].task.days_late == 10


@pytest.mark.parametrize(("effective", "matters"), [("2025-06-29", True), ("2025-06-28", False)])
def test_a_value_of_more_than_a_year_ago_does_not_say_how_somebody_is_now(someone, effective, matters):
    found = seen(someone().seen("potassium", 6.8, effective))
    assert bool(found.matters) is matters
    assert found.values[0].critical


def test_what_was_put_off_or_lies_ahead_does_not_matter_now(someone):
    ahead = task("2026-08-01", window_start="2026-07-20")
    snoozed = task("2026-06-20", rule="htn.other")
    act = TaskChange(
        7, "kanglu", "snoozed", "2026-06-25T09:00:00", task="htn.other@2026-06-01#0", until="2026-07-05"
    )
    found = seen(someone().add(act), ahead, snoozed)
    assert found.matters == ()
    assert {one.state for one in found.open_tasks} == {"draft", "snoozed"}


def test_of_the_dead_nothing_matters_and_nothing_is_proposed(someone):
    found = seen(someone(death="2026-06-01").seen("potassium", 6.8, "2026-05-01"), task("2026-05-20"))
    assert found.matters == found.proposed == found.ahead == found.scores == ()


def test_a_tag_says_its_rule_and_since_when(someone):
    rule = next(one for one in rulebook().rules.values() if any(gift.kind == "tag" for gift in one.gives))
    code = next(gift.code for gift in rule.gives if gift.kind == "tag")
    inputs = orjson.dumps([{"of": "sbp", "value": 162.0, "on": "2026-05-30"}]).decode()
    (tag,) = seen(someone(), ruling(code=code, rule=rule.id, version=rule.version, inputs=inputs)).tags
    assert (tag.code, tag.rule, tag.version, tag.since) == (code, rule.id, rule.version, "2026-06-01")
    assert tag.name == rulebook().tags[code].name["en"]
    assert tag.source
    assert tag.because


def test_a_tag_of_a_rule_that_is_gone_is_told_all_the_same(someone):
    (tag,) = seen(someone(), ruling(code="unheard_of", rule="gone")).tags
    assert (tag.name, tag.because, tag.source) == ("unheard_of", "", None)


def test_a_tag_taken_away_by_hand_is_gone_and_one_set_by_hand_says_why(someone):
    one = someone()
    for code, on, state in (
        ("hypertension_intensive", "2026-06-10", "inactive"),
        ("prefers_evening", "2026-06-11", "active"),
    ):
        one.add(Flag(7, "kanglu", code, on, clinical_status=state, reason="asked for it"))
    (tag,) = seen(one, ruling()).tags
    assert (tag.code, tag.by_hand, tag.because) == ("prefers_evening", True, "asked for it")
    assert tag.since == "2026-06-11"


def test_tags_hold_between_their_days(someone):
    assert seen(someone(), ruling(ends="2026-06-30")).tags == ()
    assert len(seen(someone(), ruling(ends="2026-07-01")).tags) == 1
    assert seen(someone(), ruling(starts="2026-07-01")).tags == ()


def test_values_say_where_they_lie_and_where_they_go(someone):
    one = someone()
    for year, value in ((2022, 4.8), (2023, 5.4), (2024, 6.0), (2025, 6.6), (2026, 7.2)):
        one.seen("tc", value, f"{year}-05-01")
    (value,) = seen(one).values
    assert (value.side, value.out, value.course, value.before.value) == ("high", True, "rising", 6.6)


def test_a_few_years_have_no_course(someone):
    (value,) = seen(someone().seen("tc", 4.8, "2025-05-01").seen("tc", 4.9, "2026-05-01")).values
    assert value.course is None


def test_no_known_allergy_is_said_apart_from_not_asked(someone):
    assert not seen(someone()).no_allergy
    denied = seen(someone().allergic("No known allergies"))
    assert (denied.no_allergy, denied.allergies) == (True, ())
    assert [one.display for one in seen(someone().allergic("青霉素")).allergies] == ["青霉素"]


def test_programmes_and_team_of_the_day(someone):
    one = someone()
    one.add(EpisodeOfCare(7, "kanglu", "hypertension", "2020-01-05", clinical_status="active"))
    one.add(EpisodeOfCare(7, "kanglu", "elderly", "2020-01-05", "2026-01-01", "finished"))
    one.add(CareTeam(7, "kanglu", "doctor", "2020-01-05", practitioner="d7"))
    found = seen(one)
    assert [stands.what for stands in found.programmes] == [rulebook().programmes["hypertension"].name["en"]]
    assert [(stands.role, stands.what) for stands in found.team] == [("doctor", "d7")]


def test_a_plan_is_proposed_by_its_tag(someone):
    template = next(one for one in rulebook().plans.values() if one.for_)
    flag = Flag(7, "kanglu", template.for_[0], "2026-06-11", clinical_status="active", reason="asked")
    proposed = seen(someone().add(flag), lang="zh").proposed
    assert (template.id, rulebook().tags[template.for_[0]].name["zh"]) in proposed


def test_the_sources_say_when_they_gave_facts_last(someone):
    one = someone().add(Observation(7, "tc", "2026-01-01", value=5.0))
    assert [(stands.what, stands.since[:10]) for stands in seen(one).synced] == [("体检", "2026-01-05")]
    assert seen(one).dossier.as_of == date(2026, 6, 30)


def test_who_may_not_know_people_is_told_nothing_that_was_written_freely(someone):
    one = someone().add(
        Communication(7, None, None, "2026-06-01", direction="in", channel="wechat", text="Wang Fang here")
    )
    one.add(Flag(7, "kanglu", "prefers_evening", "2026-06-11", clinical_status="active", reason="Wang says"))
    one.add(CareTeam(7, "kanglu", "doctor", "2020-01-05", practitioner="d7"))
    found = look(one.dossier(DAY), (), rulebook(), words("en"), named=False)
    assert [(event.detail, event.source) for event in found.timeline] == [("", None)]
    assert [tag.because for tag in found.tags] == [""]
    assert found.team == found.synced == ()
