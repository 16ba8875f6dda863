"""One person's scores: given her record, what they say, what they stand on, and what was not asked."""

from datetime import date

import pandas as pd
import pytest

from kanglu.catalogue import load
from kanglu.insight.scores import SHOWN, label_of, scored
from kanglu.measures import SCORES
from kanglu.record.inputs import input_columns

CATALOGUE = load()
UNTIL = date(2025, 12, 31)


def of(woman, until=UNTIL):
    people = pd.DataFrame({"sex": [woman.view.sex], "birth_date": [woman.view.birth_date]}, index=[7])
    facts = [woman.frame(table) for table in ("observation", "condition", "medication_statement")]
    return {one.id: one for one in scored(input_columns(people, *facts, until, CATALOGUE))}


def checked(woman, sbp=150, dbp=95):
    """With everything that the stratum asks of a woman."""
    woman.pressure(sbp, dbp).has("高血压").seen("smoking_status", value_code="never")
    for name, value in {"fpg": 5, "tc": 4.5, "ldl_c": 2.5, "hdl_c": 1.4, "creatinine": 60}.items():
        woman.seen(name, value)
    return woman.seen("waist", 75).seen("bmi", 22).seen("family_history_ascvd", 0)


def test_every_score_answers_also_of_nobody_known(someone):
    found = of(someone(birth=None, sex="unknown"))
    assert tuple(found) == SHOWN
    assert {one.status for one in found.values()} == {"incomplete"}
    assert all(one.value is None and one.band is None and one.missing for one in found.values())
    assert all(one.level == "ok" for one in found.values())


def test_a_value_stands_with_its_band_its_inputs_and_their_days(someone):
    one = of(someone().seen("bmi", 24, "2025-03-01").seen("waist", 85, "2025-04-01"))["bmi_class_cn"]
    assert (one.status, one.value, one.band, one.level) == ("ok", 24, "overweight", "watch")
    assert one.remark == "waist: central obesity"
    assert [(used.column, used.value, used.day) for used in one.used] == [
        ("bmi_kg_m2", 24, "2025-03-01"),
        ("waist_cm", 85, "2025-04-01"),
        ("sex", "female", None),
        ("age_years", 65, None),
    ]


def test_the_stratum_of_one_who_was_asked_everything(someone):
    one = of(checked(someone()))["bp_stratum_cn"]
    assert (one.status, one.band, one.missing) == ("ok", "low", ())


@pytest.mark.parametrize(
    ("left_out", "column", "english"),
    [
        ("smoking_status", "current_smoker_0_1", "smoking"),
        ("fpg", "fpg_mmol_l", "fasting glucose"),
        ("creatinine", "creatinine_umol_l", "creatinine"),
    ],
)
def test_the_stratum_names_the_question_that_was_not_asked(someone, left_out, column, english):
    woman = checked(someone())
    woman.facts["observation"] = [fact for fact in woman.facts["observation"] if fact.indicator != left_out]
    one = of(woman)["bp_stratum_cn"]
    assert (one.status, one.missing, one.band) == ("incomplete", (column,), None)
    assert label_of(one.score, column)["en"] == english


def test_without_any_diagnosis_nobody_looked_for_complications(someone):
    woman = checked(someone())
    woman.facts["condition"].clear()
    assert of(woman)["bp_stratum_cn"].missing == ("complication_0_1",)


@pytest.mark.parametrize("display", ["冠心病", "脑梗死", "心房颤动", "糖尿病肾病"])
def test_a_complication_on_record_makes_it_very_high_unless_only_suspected(someone, display):
    sure = of(checked(someone()).has(display, clinical_status="resolved"))["bp_stratum_cn"]
    assert sure.band in ("very high", "high/very high")
    suspected = of(checked(someone()).has(display, verification_status="provisional"))["bp_stratum_cn"]
    assert "complication_0_1" in suspected.missing
    refuted = of(checked(someone()).has(display, verification_status="refuted"))["bp_stratum_cn"]
    assert refuted.band == "low"


def test_below_the_table_it_does_not_apply(someone):
    one = of(checked(someone(), 129, 84))["bp_stratum_cn"]
    assert (one.status, one.blocking, one.value) == ("not_applicable", ("sbp_mmhg",), None)


def test_what_began_or_was_measured_later_changes_no_score(someone):
    before = of(checked(someone()))
    woman = checked(someone()).has("脑梗死", "2026-01-01").has("2型糖尿病", "2026-01-01T00:00:00")
    woman.takes("二甲双胍", "2026-01-01").pressure(200, 120, "2026-01-01").seen("tc", 9, "2026-01-01")
    assert of(woman) == before


def test_the_65th_birthday_changes_the_score_of_that_day(someone):
    def points(day):
        woman = (
            someone().seen("bmi", 22).seen("waist", 70).seen("sbp", 115).seen("family_history_diabetes", 0)
        )
        return of(woman, day)["chinese_diabetes_risk_score"].value

    assert points(date(2025, 6, 15)) > points(date(2025, 6, 14))


def test_what_drives_a_score_is_told_where_it_is_worth_a_line(someone):
    one = of(checked(someone()).seen("family_history_diabetes", 1))["chinese_diabetes_risk_score"]
    assert sum(item.effect for item in one.contributors) == one.value
    assert of(checked(someone()))["bmi_class_cn"].contributors == ()


def test_a_column_without_a_label_is_called_by_its_name():
    assert label_of(SCORES["eag"], "no_such_column") == {"en": "no_such_column", "zh": "no_such_column"}
