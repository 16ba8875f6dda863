"""What one year says of an indicator: given readings, the year's figure."""

import random

import pytest

from kanglu.insight.history import history, last_day, later

UNTIL = "2025-12-31T23:59:59"


def past(woman, until=UNTIL):
    return history(woman.frame("observation"), until)


def test_the_last_value_of_the_year_is_its_figure(someone):
    found = past(someone().seen("ldl_c", 3.1, "2025-11-02").seen("ldl_c", 2.2, "2025-03-01"))
    figure = found.year("ldl_c", 2025)
    assert (figure.how, figure.value, figure.n, figure.reading.day) == ("last", 3.1, 2, "2025-11-02")
    assert found.year("ldl_c", 2024) is None
    assert found.year("tsh", 2025) is None
    assert found.last("tsh") is None


def test_of_pressure_it_is_the_median_with_the_number(someone):
    woman = someone()
    for day, value in enumerate((120, 180, 130, 126), 1):
        woman.seen("sbp", value, f"2025-03-0{day}")
    figure = past(woman).year("sbp", 2025)
    assert (figure.how, figure.value, figure.n, figure.reading.value) == ("median", 128, 4, 126)


def test_one_reading_of_pressure_is_no_median(someone):
    assert past(someone().seen("sbp", 120)).year("sbp", 2025).how == "last"


def test_a_comparator_is_kept_and_never_averaged(someone):
    figure = past(someone().seen("tg", 5.65, comparator=">")).year("tg", 2025)
    assert (figure.value, figure.comparator) == (5.65, ">")
    woman = someone().seen("glucose", 5, "2025-01-01").seen("glucose", 7, "2025-01-02")
    woman.seen("glucose", 33, "2025-01-03", comparator=">")
    figure = past(woman).year("glucose", 2025)
    assert (figure.value, figure.n, figure.comparator) == (6, 2, None)


def test_words_are_kept_whole(someone):
    figure = past(someone().seen("tg", value_text="7.75轻度乳糜")).year("tg", 2025)
    assert (figure.value, figure.text) == (None, "7.75轻度乳糜")


@pytest.mark.parametrize(
    "more", [{"origin": "defaulted"}, {"status": "entered-in-error"}, {"status": "cancelled"}]
)
def test_a_default_and_a_withdrawn_fact_are_no_answer(someone, more):
    woman = someone().seen("weight", 60, "2025-05-01", **more)
    assert list(past(woman)) == []
    assert later(woman.frame("observation"), "2024") == 0
    assert last_day(woman.frame("observation"), UNTIL) is None


@pytest.mark.parametrize(
    ("effective", "year"),
    [
        ("2025-12-31T23:59:59", 2025),
        ("2025-12-31T23:59:00", 2025),
        ("2025-01-01T00:00:00", 2025),
        ("2024-12-31T23:59:59", 2024),
        ("2025", 2025),
        ("2025-12", 2025),
    ],
)
def test_the_year_ends_with_its_last_second(someone, effective, year):
    found = past(someone().seen("weight", 60, effective))
    assert found.year("weight", year).value == 60
    assert found.year("weight", 2024 if year == 2025 else 2025) is None


def test_what_is_later_is_counted_and_not_held(someone):
    woman = someone().seen("weight", 60, "2025-12-31").seen("weight", 99, "2026-01-01")
    assert len(past(woman).of("weight")) == 1
    assert later(woman.frame("observation"), UNTIL) == 1


def test_what_has_no_date_belongs_to_no_year(someone):
    assert "weight" not in past(someone().seen("weight", 60, None))


def test_the_last_day_is_a_full_one(someone):
    woman = someone().seen("weight", 60, "2025-03-01T08:00:00").seen("weight", 61, "2025-12")
    woman.seen("weight", 62, "2026-01-01")
    assert last_day(woman.frame("observation"), UNTIL) == "2025-03-01"


def test_of_two_at_one_time_the_one_held_last_counts(someone):
    woman = someone().seen("weight", 60).seen("weight", 61)
    assert past(woman).year("weight", 2025).value == 61


def test_the_order_of_facts_does_not_matter(someone):
    facts = [("weight", 60 + n, f"202{n % 5}-0{n % 9 + 1}-1{n % 7}T08:{n:02d}:00") for n in range(40)]
    one = someone()
    for fact in facts:
        one.seen(*fact)
    other = someone()
    for fact in random.Random(1).sample(facts, len(facts)):
        other.seen(*fact)
    for year in range(2020, 2025):
        assert past(one).year("weight", year) == past(other).year("weight", year)
    assert [r.effective for r in past(other).of("weight")] == sorted(fact[2] for fact in facts)


def test_nobody_has_no_history(someone):
    assert list(past(someone())) == []
