"""One person at a glance: given facts up to a day, the latest of each and how it lies to its reference."""

import pytest

from kanglu.catalogue import load
from kanglu.insight.overview import overview

CATALOGUE = load()


def of(woman, as_of="2026-06-30", lang="en"):
    return overview(woman.dossier(as_of), CATALOGUE, lang).to_data()


def latest(woman, **more):
    return {one["indicator"]: one for one in of(woman, **more)["latest"]}


@pytest.mark.parametrize(("value", "position"), [(89, "low"), (90, "within"), (139, "within"), (140, "high")])
def test_a_value_is_placed_against_the_reference(someone, value, position):
    assert latest(someone().seen("sbp", value))["sbp"]["position"] == position


@pytest.mark.parametrize(
    "who", [{"birth": None}, {"birth": "2015-01-01"}, {"birth": "1960-06-15", "sex": "unknown"}]
)
def test_without_age_or_sex_and_for_a_child_nothing_is_marked(someone, who):
    woman = someone(**who).seen("hgb", 30).seen("urine_protein", value_code="3+")
    woman.seen("waist", 140)
    found = latest(woman)
    assert found["waist"]["position"] is None
    assert found["hgb"]["position"] is None
    if who.get("sex") is None:
        assert found["urine_protein"]["position"] is None


def test_a_value_known_only_as_more_than_is_placed_where_that_decides(someone):
    found = latest(someone().seen("tg", 5.65, comparator=">").seen("fpg", 5, comparator=">"))
    assert (found["tg"]["value"], found["tg"]["position"]) == (">5.65", "high")
    assert found["fpg"]["position"] is None


def test_codes_answers_and_words_in_the_language(someone):
    woman = someone().seen("urine_protein", value_code="2+").seen("passive_smoking", 1)
    woman.seen("ldl_c", value_text="标本溶血")
    assert latest(woman)["urine_protein"]["position"] == "high"
    assert latest(woman)["passive_smoking"]["value"] == "yes"
    assert latest(woman, lang="zh")["passive_smoking"]["value"] == "是"
    assert (latest(woman)["ldl_c"]["value"], latest(woman)["ldl_c"]["position"]) == ("标本溶血", None)


def test_the_newest_up_to_the_day_is_shown(someone):
    woman = someone().seen("sbp", 120, "2025-01-01").seen("sbp", 150, "2025-07-01")
    assert latest(woman, as_of="2025-06-30")["sbp"]["value"] == "120"
    assert latest(woman)["sbp"]["value"] == "150"
    assert latest(woman, as_of="2024-12-31") == {}


def test_who_she_is_and_what_she_has(someone):
    woman = someone().has("高血压").takes("氨氯地平").allergic("青霉素", reaction="皮疹")
    data = of(woman, "2025-06-14")
    assert (data["record_number"], data["age"], data["deceased"]) == ("K000007", 64, False)
    assert of(woman, "2025-06-15")["age"] == 65
    assert data["problems"][0]["ids"] == ["hypertension"]
    assert data["medicines"][0]["current"] is True
    assert (data["allergies"][0]["display"], data["allergies"][0]["note"]) == ("青霉素", "皮疹")


def test_the_dead_grow_no_older(someone):
    assert of(someone(death="2021-06-14"))["age"] == 60
    assert of(someone(deceased=True))["age"] is None
    assert of(someone(deceased=True).seen("sbp", 120, "2019-06-15"))["age"] == 59
