"""Years of any indicator: what is shown first, over which time, and what happened meanwhile."""

from datetime import date

import pytest

from kanglu.catalogue import load
from kanglu.errors import NotFound
from kanglu.insight.trends import FIRST_SHOWN, trends

CATALOGUE = load()


def of(someone, chosen=None, years=None, as_of="2026-06-30"):
    return trends(someone.dossier(as_of), CATALOGUE, chosen, years)


def test_what_a_problem_sets_a_target_for_comes_first_and_both_pressures_are_one(someone):
    her = someone().has("2型糖尿病")
    for year in (2024, 2025):
        her.pressure(120, 75, f"{year}-05-01")
        for name, value in (("hba1c", 6.5), ("hgb", 130), ("tc", 4.0), ("weight", 60), ("tsh", 2.0)):
            her.seen(name, value, f"{year}-05-01")
    found = of(her)
    assert "hba1c" in found.chosen
    assert len(found.charts) == FIRST_SHOWN
    pressures = [lines for lines in found.charts if len(lines) == 2]
    assert [[one.indicator for one in lines] for lines in pressures] in ([["sbp", "dbp"]], [])
    assert found.available[0][1] == 2


def test_one_value_is_no_trend_and_not_shown_first(someone):
    her = someone().seen("tc", 4.0).seen("hba1c", 6.0, "2024-05-01").seen("hba1c", 6.1, "2025-05-01")
    found = of(her)
    assert found.chosen == ("hba1c",)
    assert dict(found.available) == {"hba1c": 2, "tc": 1}


def test_the_chosen_stand_in_their_order_and_the_time_begins_where_asked(someone):
    her = someone()
    for day in ("2016-05-01", "2024-06-29", "2024-06-30", "2025-05-01"):
        her.seen("tc", 4.0, day)
    her.seen("weight", 60, "2025-05-01")
    found = of(her, ["weight", "tc"], 2)
    assert found.chosen == ("weight", "tc")
    assert found.since == date(2024, 6, 30)
    assert [point.when for point in found.charts[1][0].points] == ["2024-06-30", "2025-05-01"]
    assert of(her, ["tc"]).since == date(2016, 1, 1)
    assert list(of(her, ["tc"]).charts[0][0].gaps) == [(2016 + 121 / 366, 2024 + 180 / 366)]


def test_what_was_not_measured_in_the_time_is_empty_and_what_never_was_is_refused(someone):
    her = someone().seen("tc", 4.0, "2016-05-01")
    assert of(her, ["tc"], 2).charts[0][0].points == ()
    with pytest.raises(NotFound, match="ldl_c"):
        of(her, ["ldl_c"])
    assert of(someone()).charts == ()


def test_the_target_is_that_of_the_persons_age_and_disease(someone):
    def high(birth, *problems):
        her = someone(birth).pressure(130, 80, "2024-05-01").pressure(130, 80)
        for one in problems:
            her.has(one)
        return of(her, ["sbp"]).charts[0][0].limits.high

    assert high("1960-06-15", "2型糖尿病") <= high("1960-06-15")


def test_values_after_the_day_are_not_shown(someone):
    her = someone().seen("tc", 4.0, "2025-05-01").seen("tc", 9.0, "2026-05-01")
    assert [point.value for point in of(her, ["tc"], as_of="2025-12-31").charts[0][0].points] == [4.0]


def test_visits_and_changes_of_medicines_are_marked(someone):
    her = someone().seen("tc", 4.0, "2024-05-01")
    her.visit("随访", "2025-03-01T09:00", setting="AMB").visit("随访", "2025-03-01T15:00", setting="AMB")
    her.visit("取消", "2025-04-01", setting="AMB", clinical_status="cancelled")
    her.takes("氨氯地平", "2024-07-01", effective_end="2025-08-01", clinical_status="completed")
    her.takes("二甲双胍", "2023-12-31")
    found = of(her, ["tc"], 2)
    assert [(one.day, one.kind, one.what) for one in found.happened] == [
        ("2024-07-01", "started", "氨氯地平"),
        ("2025-03-01", "visit", ""),
        ("2025-08-01", "stopped", "氨氯地平"),
    ]


def test_of_the_dead_it_ends_with_the_death(someone):
    her = someone(death="2025-06-01").seen("tc", 4.0, "2025-05-01").seen("tc", 5.0, "2025-05-20")
    assert of(her).until == date(2025, 6, 1)
