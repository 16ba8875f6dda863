"""On which days conditions hold: who people are, and conditions of conditions."""

import pytest
from tests.care.known import Known, condition


@pytest.mark.parametrize(
    ("born", "birthday"),
    [("1960-06-15", "2025-06-15"), ("1960-02-29", "2025-03-01"), ("1959-02-28", "2024-02-28")],
)
def test_the_sixty_fifth_birthday(known: Known, born: str, birthday: str) -> None:
    known.person(born=born)
    eve = f"{birthday[:8]}{int(birthday[8:]) - 1:02}" if birthday[8:] != "01" else "2025-02-28"
    for asked in ({"ge": 65}, {"gt": 64}):
        assert known.days({"age": asked}) == [f"{birthday} to"]
    for asked in ({"lt": 65}, {"le": 64}):
        assert known.days({"age": asked}) == [f"{born} to {eve}"]


def test_nobody_has_an_age_before_birth(known: Known) -> None:
    known.person(born="2026-03-01")
    assert known.days({"age": {"lt": 1}}) == ["2026-03-01 to 2027-02-28"]


def test_what_is_unknown_is_not_true_and_not_holds_on_every_other_day(known: Known) -> None:
    known.person(born=None, sex=None)
    for asked in ({"age": {"ge": 0}}, {"age": {"lt": 65}}, {"sex": "male"}, {"sex": "female"}):
        assert known.days(asked) == []
        assert known.days({"not": asked}) == ["to"]


def test_problems_drugs_programmes_carers_and_tags_hold_while_they_last(known: Known) -> None:
    person, since, until = known.person(), "2026-02-01", "2026-03-01"
    person.has("diabetes", since, until).takes("insulin", since, until).enrolled("diabetes", since, until)
    person.cared_for_by("doctor", since, until).tagged("high_risk", since, until)
    for asked in (
        {"problem": "diabetes"},
        {"drug": "insulin"},
        {"programme": "diabetes"},
        {"care_team": "doctor"},
        {"tag": "high_risk"},
    ):
        assert known.days(asked) == ["2026-02-01 to 2026-02-28"]
    assert known.days({"had": "diabetes"}) == ["2026-02-01 to"]
    assert known.days({"problem": "hypertension"}) == []


def test_all_any_and_not(known: Known) -> None:
    known.person().has("diabetes", "2026-01-01", "2026-03-01").has("hypertension", "2026-02-01")
    both, diabetes, pressure = (
        "2026-02-01 to 2026-02-28",
        {"problem": "diabetes"},
        {"problem": "hypertension"},
    )
    assert known.days({"all": [diabetes, pressure]}) == [both]
    assert known.days({"any": [diabetes, pressure]}) == ["2026-01-01 to"]
    assert known.days({"not": diabetes}) == ["to 2025-12-31", "2026-03-01 to"]
    assert known.days({"all": [diabetes, {"not": pressure}]}) == ["2026-01-01 to 2026-01-31"]


def test_held_for_a_time_without_a_break(known: Known) -> None:
    known.person().tagged("high_risk", "2025-11-30", "2026-03-05").tagged("high_risk", "2026-03-06")
    held = known.days({"held": {"for": "3mo", "when": {"tag": "high_risk"}}})
    assert held == ["2026-02-28 to 2026-03-04", "2026-06-06 to"]


def test_what_always_was_has_been_held(known: Known) -> None:
    known.person()
    assert known.days({"held": {"for": "1y", "when": {"not": {"tag": "high_risk"}}}}) == ["to"]


def test_days_on_which_either_pressure_was_high(known: Known) -> None:
    person = known.person().read("sbp", 140, "2026-03-01").read("dbp", 90, "2026-03-08")
    person.read("sbp", 141, "2026-03-08").read("sbp", 139, "2026-03-15").read("dbp", 91, "2026-03-20")
    high = {"any": [{"on_day": {"of": "sbp", "ge": 140}}, {"on_day": {"of": "dbp", "ge": 90}}]}
    held = known.days({"days": {"when": high, "within": "30d", "at_least": 3}})
    assert held == ["2026-03-20 to 2026-03-30"]


def test_people_do_not_mix(known: Known) -> None:
    known.person().read("fpg", 8, "2026-03-01")
    known.person(born=None)
    known.person().read("fpg", 6, "2026-03-01")
    asked = {"latest": {"of": "fpg", "ge": 7}}
    assert [known.days(asked, person=person) for person in range(3)] == [["2026-03-01 to"], [], []]


def test_nobody_has_nothing(known: Known) -> None:
    for asked in (
        {"latest": {"of": "fpg", "ge": 7}},
        {"count": {"of": "fpg", "within": "7d", "at_most": 1}},
        {"mean": {"of": "fpg", "within": "7d", "ge": 7}},
        {"streak": {"of": "fpg", "per": "week", "length": 2, "ge": 7}},
        {"gap": {"of": "fpg", "days": 3}},
        {"not": {"age": {"ge": 65}}},
        {"message": {"keywords": "dizzy", "within": "1d"}},
        {"visited": {"programme": "diabetes", "class": "controlled"}},
    ):
        assert known.days(asked) == []


def test_a_condition_is_worked_out_once(known: Known) -> None:
    known.person().read("fpg", 8, "2026-03-01")
    holding = known.holding()
    same = [holding.of(condition({"latest": {"of": "fpg", "ge": 7}})) for _ in range(2)]
    assert same[0] is same[1]
