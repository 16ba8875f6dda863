"""What the scores are given: the newest usable value of each input, and "not asked" where nobody looked."""

from datetime import date
from math import isnan

import pandas as pd
import pytest

from kanglu.catalogue import load
from kanglu.record.facts import Condition, MedicationStatement, Observation
from kanglu.record.inputs import INDICATORS, score_inputs

AS_OF = date(2025, 12, 31)
CATALOGUE = load()
PEOPLE = pd.DataFrame(
    {"person_id": [7, 9], "sex": ["female", "male"], "birth_date": ["1960-06-15", "1960"]},
)


def frame(kind, *facts):
    rows = pd.DataFrame([fact._asdict() for fact in facts], columns=list(kind._fields))
    numbers = {"person_id": "int64"} | ({"value": "float64"} if kind is Observation else {})
    return rows.astype({name: numbers.get(name, "str") for name in rows.columns})


def inputs(observations=(), conditions=(), medications=(), people=PEOPLE, as_of=AS_OF):
    return score_inputs(
        people,
        frame(Observation, *observations),
        frame(Condition, *conditions),
        frame(MedicationStatement, *medications),
        as_of,
        CATALOGUE,
    )


def seen(indicator, value, effective, person_id=7, **more):
    return Observation(person_id, indicator, effective, value=value, **more)


def diagnosis(display, person_id=7, **more):
    return Condition(person_id, None, None, "2015-01-01", display=display, **more)


def medicine(display, person_id=7, **more):
    return MedicationStatement(person_id, None, None, "2020-01-01", display=display, **more)


def test_one_row_a_person_in_their_order():
    found = inputs([seen("tc", 5.2, "2025-03-01", 9)])
    assert list(found.index) == [7, 9]
    assert found.loc[9, "tc_mmol_l"] == 5.2
    assert isnan(found.loc[7, "tc_mmol_l"])


def test_age_is_in_completed_years_and_unknown_without_a_full_birth_date():
    assert inputs(as_of=date(2025, 6, 14)).loc[7, "age_years"] == 64
    assert inputs(as_of=date(2025, 6, 15)).loc[7, "age_years"] == 65
    assert isnan(inputs().loc[9, "age_years"])


def test_the_newest_value_counts_with_its_date():
    found = inputs([seen("tc", 5.2, "2025-03-01T08:00:00"), seen("tc", 4.1, "2024-03-01")])
    assert (found.loc[7, "tc_mmol_l"], found.loc[7, "tc_mmol_l__on"]) == (5.2, "2025-03-01")


@pytest.mark.parametrize(
    ("effective", "counts"),
    [("2023-12-31", True), ("2023-12-30", False), ("2025-12-31T23:59:59", True), ("2026-01-01", False)],
)
def test_a_laboratory_value_counts_for_two_years_up_to_the_day(effective, counts):
    found = inputs([seen("creatinine", 80, effective)]).loc[7, "creatinine_umol_l"]
    assert found == 80 if counts else isnan(found)


@pytest.mark.parametrize(
    "more",
    [
        {"comparator": ">"},
        {"origin": "defaulted"},
        {"status": "entered-in-error"},
    ],
)
def test_what_is_no_sure_number_is_passed_over(more):
    found = inputs([seen("tg", 1.4, "2024-05-01"), seen("tg", 5.65, "2025-05-01", **more)])
    assert (found.loc[7, "tg_mmol_l"], found.loc[7, "tg_mmol_l__on"]) == (1.4, "2024-05-01")


def test_pressure_is_the_mean_of_the_newest_day_with_both_rounded_half_up():
    found = inputs(
        [
            seen("sbp", 131, "2025-05-01T08:00:00"),
            seen("sbp", 134, "2025-05-01T08:05:00"),
            seen("dbp", 80, "2025-05-01T08:00:00"),
            seen("dbp", 85, "2025-05-01T08:05:00"),
            seen("sbp", 150, "2025-06-01"),
        ]
    ).loc[7]
    assert (found["sbp_mmhg"], found["dbp_mmhg"], found["sbp_mmhg__on"]) == (133, 83, "2025-05-01")


def test_pressure_without_its_fellow_counts_when_no_day_has_both():
    found = inputs([seen("sbp", 150, "2025-06-01"), seen("sbp", 140, "2025-05-01")]).loc[7]
    assert found["sbp_mmhg"] == 150
    assert isnan(found["dbp_mmhg"])


def test_bmi_follows_from_height_and_weight_of_one_day():
    found = inputs([seen("height", 160, "2025-05-01"), seen("weight", 64, "2025-05-01")]).loc[7]
    assert found["bmi_kg_m2"] == pytest.approx(25.0)
    assert found["bmi_kg_m2__origin"] == "derived"
    apart = inputs([seen("height", 160, "2025-04-01"), seen("weight", 64, "2025-05-01")]).loc[7]
    assert isnan(apart["bmi_kg_m2"])


def test_the_newer_of_stated_and_derived_bmi_counts_and_the_stated_one_on_the_same_day():
    same = [
        seen("height", 160, "2025-05-01"),
        seen("weight", 64, "2025-05-01"),
        seen("bmi", 25.1, "2025-05-01"),
    ]
    assert inputs(same).loc[7, "bmi_kg_m2"] == 25.1
    newer = [*same[:2], seen("bmi", 27, "2024-05-01")]
    assert inputs(newer).loc[7, "bmi_kg_m2"] == pytest.approx(25.0)


@pytest.mark.parametrize(("code", "value"), [("current", 1), ("former", 0), ("never", 0)])
def test_smoking(code, value):
    found = inputs([Observation(7, "smoking_status", "2024-01-01", value_code=code)])
    assert found.loc[7, "current_smoker_0_1"] == value
    assert isnan(found.loc[9, "current_smoker_0_1"])


def test_residence_and_family_history_count_whatever_their_age():
    found = inputs([seen("residence_north", 1, "2005"), seen("family_history_ascvd", 0, "2005")]).loc[7]
    assert (found["north_0_1"], found["family_history_ascvd_0_1"]) == (1, 0)


class TestDiabetes:
    def of(self, **facts):
        return inputs(**facts).loc[7, "diabetes_0_1"]

    def test_is_yes_with_the_diagnosis(self):
        assert self.of(conditions=[diagnosis("2型糖尿病")]) == 1

    def test_is_not_asked_without_any_trace(self):
        assert isnan(self.of())

    def test_is_no_when_other_diagnoses_are_listed(self):
        assert self.of(conditions=[diagnosis("高血压")]) == 0

    def test_is_no_when_glucose_or_hba1c_is_below_the_limit(self):
        assert self.of(observations=[seen("fpg", 6.99, "2025-01-01")]) == 0
        assert self.of(observations=[seen("hba1c", 6.4, "2025-01-01")]) == 0

    @pytest.mark.parametrize(("name", "value"), [("fpg", 7.0), ("hba1c", 6.5)])
    def test_is_open_when_the_limit_is_reached_without_a_diagnosis(self, name, value):
        assert isnan(
            self.of(observations=[seen(name, value, "2025-01-01")], conditions=[diagnosis("高血压")])
        )

    def test_is_open_when_a_glucose_lowering_drug_is_taken_without_a_diagnosis(self):
        assert isnan(self.of(conditions=[diagnosis("高血压")], medications=[medicine("二甲双胍片 0.5g")]))

    def test_is_open_when_the_diagnosis_is_past(self):
        assert isnan(self.of(conditions=[diagnosis("2型糖尿病", clinical_status="resolved")]))

    def test_a_suspected_diagnosis_is_none(self):
        found = self.of(conditions=[diagnosis("2型糖尿病", verification_status="provisional")])
        assert isnan(found)


class TestTreatedForPressure:
    def of(self, **facts):
        return inputs(**facts).loc[7, "on_antihypertensive_0_1"]

    def test_is_yes_with_a_current_drug(self):
        assert self.of(medications=[medicine("苯磺酸氨氯地平片 5mg", clinical_status="active")]) == 1

    def test_is_no_when_the_drug_was_stopped(self):
        assert self.of(medications=[medicine("苯磺酸氨氯地平片 5mg", clinical_status="stopped")]) == 0
        assert self.of(medications=[medicine("苯磺酸氨氯地平片 5mg", effective_end="2025-12-30")]) == 0

    def test_the_last_day_of_a_course_is_still_taken(self):
        assert self.of(medications=[medicine("苯磺酸氨氯地平片 5mg", effective_end="2025-12-31")]) == 1

    def test_is_not_asked_of_a_hypertensive_without_a_list_of_medicines(self):
        assert isnan(self.of(conditions=[diagnosis("高血压")]))

    def test_is_no_when_diagnoses_are_listed_and_hypertension_is_not_among_them(self):
        assert self.of(conditions=[diagnosis("痛风")]) == 0


def test_order_and_strangers_do_not_matter():
    facts = [
        seen("tc", 4.1, "2024-03-01"),
        seen("tc", 5.2, "2025-03-01"),
        seen("sbp", 130, "2025-03-01"),
        seen("dbp", 80, "2025-03-01"),
    ]
    stranger = [seen("tc", 9.9, "2025-12-01", 8), seen("loinc|99999-9", 1, "2025-12-01")]
    forward, backward = inputs(facts), inputs([*stranger, *reversed(facts)])
    pd.testing.assert_frame_equal(forward, backward)


def test_nobody_and_nothing_give_an_empty_frame():
    assert inputs(people=PEOPLE.iloc[:0]).empty


def test_every_input_is_an_indicator_of_the_catalogue():
    assert set(INDICATORS) <= set(CATALOGUE.indicators)


class TestWhatIsLaterWithdrawnOrOnlySuspected:
    """decides nothing: "not asked" stays so."""

    ANSWERS = (
        *("diabetes_0_1", "hypertension_0_1", "ascvd_0_1", "ckd_0_1", "on_antihypertensive_0_1"),
        *("on_statin_0_1", "diabetes_treated_0_1"),
    )

    @pytest.mark.parametrize(
        "more",
        [
            {"verification_status": "refuted"},
            {"status": "entered-in-error"},
            {"verification_status": "entered-in-error"},
        ],
    )
    def test_a_diagnosis_that_does_not_stand(self, more):
        found = inputs(
            conditions=[diagnosis(name, **more) for name in ("2型糖尿病", "脑梗死", "高血压")]
        ).loc[7]
        assert all(isnan(found[name]) for name in self.ANSWERS)

    def test_a_diagnosis_or_medicine_of_a_later_day(self):
        later = Condition(7, None, None, "2026-01-01", display="脑梗死")
        drug = MedicationStatement(7, None, None, "2026-01-01", display="阿托伐他汀")
        found = inputs(conditions=[later], medications=[drug]).loc[7]
        assert all(isnan(found[name]) for name in self.ANSWERS)

    @pytest.mark.parametrize(
        ("display", "column"),
        [("脑梗死", "ascvd_0_1"), ("高血压", "hypertension_0_1"), ("慢性肾脏病", "ckd_0_1")],
    )
    def test_a_suspicion_leaves_its_question_open_beside_other_diagnoses(self, display, column):
        suspected = diagnosis(display, verification_status="provisional")
        assert isnan(inputs(conditions=[suspected, diagnosis("痛风")]).loc[7, column])
        assert inputs(conditions=[diagnosis(display), diagnosis("痛风")]).loc[7, column] == 1
        assert inputs(conditions=[diagnosis("痛风")]).loc[7, column] == 0

    def test_pressure_that_is_past_leaves_open_whether_it_is_treated(self):
        past = [diagnosis("高血压", clinical_status="resolved"), diagnosis("痛风")]
        assert isnan(inputs(conditions=past).loc[7, "on_antihypertensive_0_1"])

    def test_a_stroke_of_long_ago_is_one(self):
        assert inputs(conditions=[diagnosis("脑梗死", clinical_status="resolved")]).loc[7, "ascvd_0_1"] == 1


def test_a_glucose_lowering_drug_without_a_diagnosis_leaves_open_whether_diabetes_is_treated():
    assert isnan(inputs(medications=[medicine("二甲双胍片 0.5g")]).loc[7, "diabetes_treated_0_1"])
    assert inputs(medications=[medicine("阿司匹林")]).loc[7, "diabetes_treated_0_1"] == 0


def test_the_column_of_the_strata_stands_with_what_it_lacks():
    found = inputs(conditions=[diagnosis("脑梗死", 9)]).loc[[7, 9], ["other_factors", "other_factors__open"]]
    assert found.loc[9].tolist() == ["clinical complication or CKD>=4 or diabetes with complications", ""]
    assert pd.isna(found.loc[7, "other_factors"])
    assert "current_smoker_0_1, fpg_mmol_l" in found.loc[7, "other_factors__open"]
