"""FHIR Observation: each value type, unit, comparator and status, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import pytest

from kanglu.intake.fhir import Draft
from kanglu.record.facts import Observation

Read = Callable[..., Draft]

UCUM = "http://unitsofmeasure.org"
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-02-29"}


def loinc(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": "as printed"}]}


def observed(code: Any = "8480-6", **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": loinc(code) if isinstance(code, str) else code,
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2024-05-01",
        **fields,
    }


def quantity(value: Any, unit: str | None = None, code: str | None = None, **more: Any) -> dict[str, Any]:
    found = {"value": value, "unit": unit, "code": code, "system": UCUM if code else None, **more}
    return {name: part for name, part in found.items() if part is not None}


def facts(draft: Draft) -> list[Observation]:
    return [fact for fact in draft.facts if isinstance(fact, Observation)]


def only(draft: Draft) -> Observation:
    (fact,) = facts(draft)
    return fact


def trouble(draft: Draft) -> tuple[str, str]:
    (one,) = draft.troubles
    assert one.remedy
    return one.field, one.reason


def test_a_quantity_in_the_canonical_unit_is_kept_as_it_is(draft: Read) -> None:
    fact = only(draft(PATIENT, observed(valueQuantity=quantity(128, "mmHg", "mm[Hg]"))))
    assert (fact.indicator, fact.value, fact.unit) == ("sbp", 128.0, "mm[Hg]")
    assert (fact.original_value, fact.original_unit) == ("128", "mmHg")
    assert (fact.effective, fact.origin, fact.status) == ("2024-05-01", "imported", "final")
    assert (fact.display, fact.source) == ("as printed", "test.json#[1]")
    assert fact.source_key == "Observation/o#8480-6"


@pytest.mark.parametrize(
    ("code", "value", "unit", "canonical"),
    [
        ("8480-6", 17.0, "kPa", 17.0 / 0.133322387415),
        ("2345-7", 99.5, "mg/dL", 99.5 / 18.0182),
        ("2160-0", 1.0, "mg/dL", 88.4),
        ("4548-4", 53.0, "mmol/mol", 53 * 0.09148 + 2.152),
        ("8310-5", 98.6, "[degF]", 37.0),
        ("29463-7", 185.0, "[lb_av]", 185 * 0.45359237),
        ("8302-2", 66.89999999999999, "[in_i]", 66.89999999999999 * 2.54),
        ("6690-2", 6.7, "10*3/uL", 6.7),
        ("777-3", 250.0, "K/uL", 250.0),
    ],
)
def test_one_code_in_several_units_comes_to_one_unit(
    code: str, value: float, unit: str, canonical: float, draft: Read
) -> None:
    fact = only(draft(PATIENT, observed(code, valueQuantity=quantity(value, unit, unit))))
    assert fact.value == pytest.approx(canonical, rel=1e-5)
    assert (fact.original_value, fact.original_unit) == (repr(value), unit)


def test_thirteen_decimals_are_kept_in_value_and_original(draft: Read) -> None:
    fact = only(draft(PATIENT, observed(valueQuantity=quantity(124.8754321098765, "mm[Hg]", "mm[Hg]"))))
    assert (fact.value, fact.original_value) == (124.8754321098765, "124.8754321098765")


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">"])
def test_a_comparator_is_kept_with_the_value(comparator: str, draft: Read) -> None:
    given = quantity(6.22, "mmol/L", "mmol/L", comparator=comparator)
    fact = only(draft(PATIENT, observed("2093-3", valueQuantity=given)))
    assert (fact.value, fact.comparator) == (6.22, comparator)


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        (quantity(128), "valueQuantity.unit", "It has no unit."),
        (quantity(128, "furlong"), "valueQuantity.unit", "furlong"),
        (quantity(128, "kPa", "mm[Hg]"), "valueQuantity.unit", "written 'kPa' but coded 'mm[Hg]'"),
        (quantity(5000, "mmHg", "mm[Hg]"), "valueQuantity.value", "only 30 to 320 is possible"),
        (quantity("128", "mmHg", "mm[Hg]"), "valueQuantity.value", "'128' is not a number"),
        (quantity(True, "mmHg", "mm[Hg]"), "valueQuantity.value", "True is not a number"),
        (quantity(None, "mmHg", "mm[Hg]"), "valueQuantity.value", "It is missing"),
        (quantity(-1.5e300, "mmHg", "mm[Hg]"), "valueQuantity.value", "too large"),
        (quantity(128, "mmHg", "mm[Hg]", comparator="~"), "valueQuantity.comparator", "'~' is not one of"),
        ("128", "valueQuantity", "128 is not an object"),
    ],
)
def test_what_cannot_be_read_for_sure_is_set_aside_with_its_reason(
    given: Any, field: str, reason: str, draft: Read
) -> None:
    read = draft(PATIENT, observed(valueQuantity=given))
    assert facts(read) == []
    where, why = trouble(read)
    assert where == field
    assert reason in why


def test_a_unit_that_contradicts_the_number_shows_in_what_is_possible(draft: Read) -> None:
    """Synthea prints globulin in g/dL and calls it g/L, and total protein the other way round."""
    read = draft(
        PATIENT,
        observed("10834-0", valueQuantity=quantity(2.8, "g/L", "g/L")),
        observed("2885-2", valueQuantity=quantity(69.7, "g/dL", "g/dL")),
        observed("2885-2", valueQuantity=quantity(8.0, "g/dL", "g/dL")),
    )
    assert [fact.value for fact in facts(read)] == [80.0]
    assert [one.field for one in read.troubles] == ["valueQuantity.value"] * 2
    assert "Total protein 69.7 g/dL is 697 g/L" in read.troubles[1].reason


def test_a_code_that_the_catalogue_does_not_know_keeps_everything(draft: Read) -> None:
    fact = only(draft(PATIENT, observed("11111-5", valueQuantity=quantity(24.1, "(score)", "{score}"))))
    assert fact.indicator == "http://loinc.org|11111-5"
    assert (fact.value, fact.unit, fact.display) == (24.1, "(score)", "as printed")


def test_of_several_codes_the_one_that_the_catalogue_knows_counts(draft: Read) -> None:
    code = {
        "coding": [{"system": "http://local", "code": "RR"}, {"system": "http://loinc.org", "code": "8480-6"}]
    }
    assert only(draft(PATIENT, observed(code, valueQuantity=quantity(120, "mmHg")))).indicator == "sbp"


def test_a_code_in_words_only_is_kept_in_words(draft: Read) -> None:
    fact = only(draft(PATIENT, observed({"text": "Eye colour"}, valueString="blue")))
    assert (fact.indicator, fact.value_text, fact.source_key) == (
        "|Eye colour",
        "blue",
        "Observation/o#Eye colour",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"valueString": "Mother is trained"}, "Mother is trained"),
        ({"valueRange": {"low": quantity(10, "mg"), "high": quantity(20, "mg")}}, "10 mg – 20 mg"),
        ({"valueRange": {"low": quantity(10, "mg")}}, "≥ 10 mg"),
        ({"valueRange": {"high": quantity(20, "mg")}}, "≤ 20 mg"),
        ({"valueRatio": {"numerator": quantity(1), "denominator": quantity(128)}}, "1 : 128"),
        ({"valueTime": "08:30:00"}, "08:30:00"),
        ({"valueDateTime": "2016-12-30"}, "2016-12-30"),
        ({"valuePeriod": {"start": "2016-12", "end": "2017-01"}}, "2016-12/2017-01"),
        ({"valueSampledData": {"period": 10, "data": "2041 2043"}}, '{"period":10,"data":"2041 2043"}'),
    ],
)
def test_every_other_type_of_value_is_kept_in_words(value: dict[str, Any], text: str, draft: Read) -> None:
    fact = only(draft(PATIENT, observed("11111-5", **value)))
    assert (fact.value, fact.value_text) == (None, text)


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": " "},
        {"valueRange": {}},
        {"valueRatio": {"numerator": quantity(1)}},
        {"valueSampledData": {"period": 10}},
        {"valuePeriod": {"start": "2017-01-02", "end": "2017-01-01"}},
        {"valueBoolean": "yes"},
        {"valueDateTime": "30.12.2016"},
        {"valueInteger": "4"},
    ],
)
def test_a_value_that_says_nothing_is_set_aside(value: dict[str, Any], draft: Read) -> None:
    read = draft(PATIENT, observed("11111-5", **value))
    assert facts(read) == []
    assert trouble(read)[0].startswith("value")


@pytest.mark.parametrize(("stated", "value"), [(True, 1.0), (False, 0.0)])
def test_a_boolean_is_one_or_zero(stated: bool, value: float, draft: Read) -> None:
    assert only(draft(PATIENT, observed("11111-5", valueBoolean=stated))).value == value


def test_an_integer_is_a_number(draft: Read) -> None:
    assert only(draft(PATIENT, observed("11111-5", valueInteger=4))).value == 4.0


@pytest.mark.parametrize(
    ("code", "answer", "expected"),
    [
        ("72166-2", {"coding": [{"system": "http://snomed.info/sct", "code": "266919005"}]}, "never"),
        ("72166-2", {"text": "Former smoker"}, "former"),
        ("20454-5", {"text": "Urine protein test = +++ (finding)"}, "3+"),
        ("2514-8", {"text": "Urine ketone test = trace (finding)"}, "trace"),
    ],
)
def test_a_coded_answer_becomes_the_code_of_the_catalogue(
    code: str, answer: dict[str, Any], expected: str, draft: Read
) -> None:
    assert only(draft(PATIENT, observed(code, valueCodeableConcept=answer))).value_code == expected


def test_an_answer_that_the_catalogue_does_not_know_is_kept_in_words(draft: Read) -> None:
    answer = {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "Chews betel"}]}
    fact = only(draft(PATIENT, observed("72166-2", valueCodeableConcept=answer)))
    assert (fact.value_code, fact.value_text) == (None, "Chews betel")
    assert fact.original_value == "http://snomed.info/sct|1"


@pytest.mark.parametrize(
    "value", [{"valueString": "1"}, {"valueCodeableConcept": {"coding": [{"code": "1"}]}}]
)
def test_a_bare_number_is_not_taken_for_an_answer(value: dict[str, Any], draft: Read) -> None:
    """In one questionnaire 1 is a smoker, in the next a never-smoker."""
    assert only(draft(PATIENT, observed("72166-2", **value))).value_code is None


def test_a_coded_answer_to_an_unknown_question_keeps_code_and_words(draft: Read) -> None:
    answer = {"coding": [{"system": "http://snomed.info/sct", "code": "112144000", "display": "Group A"}]}
    fact = only(draft(PATIENT, observed("11111-5", valueCodeableConcept=answer)))
    assert (fact.value_code, fact.value_text) == ("http://snomed.info/sct|112144000", "Group A")


def test_words_where_a_number_is_expected_are_kept_whole_and_remarked_on(draft: Read) -> None:
    read = draft(PATIENT, observed("2571-8", valueString="7.75轻度乳糜"))
    assert (only(read).value, only(read).value_text) == (None, "7.75轻度乳糜")
    (remark,) = read.troubles
    assert not remark.quarantined


def pressure(*components: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return observed("85354-9", component=list(components), **fields)


def test_components_are_facts_of_their_own(draft: Read) -> None:
    read = draft(
        PATIENT,
        pressure(
            {"code": loinc("8480-6"), "valueQuantity": quantity(120, "mmHg")},
            {"code": loinc("8462-4"), "valueQuantity": quantity(80, "mmHg")},
        ),
    )
    assert [(fact.indicator, fact.value, fact.source_key) for fact in facts(read)] == [
        ("sbp", 120.0, "Observation/o#8480-6"),
        ("dbp", 80.0, "Observation/o#8462-4"),
    ]


def test_a_component_that_cannot_be_read_leaves_the_other_standing(draft: Read) -> None:
    read = draft(
        PATIENT,
        pressure(
            {"code": loinc("8480-6"), "valueQuantity": quantity(120, "mmHg")},
            {"code": loinc("8462-4"), "valueQuantity": quantity(80)},
        ),
    )
    assert only(read).indicator == "sbp"
    assert trouble(read) == ("component[1].valueQuantity.unit", "It has no unit.")


def test_a_value_of_its_own_beside_components_is_a_fact_too(draft: Read) -> None:
    part = {"code": loinc("32401-2"), "valueQuantity": quantity(2, None, "{score}")}
    read = draft(PATIENT, observed("9271-8", valueQuantity=quantity(10, None, "{score}"), component=[part]))
    assert [fact.value for fact in facts(read)] == [10.0, 2.0]


def test_two_components_of_one_code_are_told_apart(draft: Read) -> None:
    read = draft(
        PATIENT,
        pressure(
            *({"code": loinc("8480-6"), "valueQuantity": quantity(value, "mmHg")} for value in (120, 124))
        ),
    )
    assert len({fact.source_key for fact in facts(read)}) == 2


def test_a_panel_of_members_has_no_value_of_its_own(draft: Read) -> None:
    read = draft(PATIENT, observed("85353-1", hasMember=[{"reference": "Observation/x"}]))
    assert (facts(read), read.troubles, read.read["Observation"]) == ([], [], 1)


def test_no_value_at_all_and_a_reason_for_none_are_set_aside(draft: Read) -> None:
    absent = {"coding": [{"code": "not-performed", "display": "Not Performed"}]}
    read = draft(PATIENT, observed(), observed(dataAbsentReason=absent))
    assert facts(read) == []
    assert [(one.field, one.reason) for one in read.troubles] == [
        ("value[x]", "It has no value and does not say why."),
        ("dataAbsentReason", "There is no value: Not Performed."),
    ]


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "preliminary", "unknown"])
def test_the_status_stays_on_the_fact(status: str, draft: Read) -> None:
    assert only(draft(PATIENT, observed(status=status, valueQuantity=quantity(120, "mmHg")))).status == status


def test_entered_in_error_is_a_withdrawal(draft: Read) -> None:
    read = draft(PATIENT, observed(status="entered-in-error", valueQuantity=quantity(120, "mmHg")))
    assert only(read).status == "entered-in-error"


@pytest.mark.parametrize("status", ["cancelled", "registered"])
def test_without_a_result_there_is_no_fact(status: str, draft: Read) -> None:
    read = draft(PATIENT, observed(status=status, valueQuantity=quantity(120, "mmHg")))
    assert facts(read) == []
    assert trouble(read)[0] == "status"


@pytest.mark.parametrize(
    ("given", "effective", "end"),
    [
        ({"effectiveDateTime": "2019"}, "2019", None),
        ({"effectiveDateTime": "2019-05"}, "2019-05", None),
        ({"effectiveDateTime": "2019-05-26T08:02:23.123+08:00"}, "2019-05-26T08:02:23", None),
        ({"effectiveInstant": "2019-05-26T00:02:23Z"}, "2019-05-26T00:02:23", None),
        ({"effectivePeriod": {"start": "2019-05-26", "end": "2019-05-27"}}, "2019-05-26", "2019-05-27"),
        ({"effectiveTiming": {"event": ["2019-05-26"]}}, "2019-05-26", None),
        ({}, None, None),
    ],
)
def test_when_it_was_true_is_kept_as_exactly_as_it_is_stated(
    given: dict[str, Any], effective: str | None, end: str | None, draft: Read
) -> None:
    resource = observed(valueQuantity=quantity(120, "mmHg"), **given)
    if "effectiveDateTime" not in given:
        del resource["effectiveDateTime"]
    fact = only(draft(PATIENT, resource))
    assert (fact.effective, fact.effective_end) == (effective, end)


def test_when_it_was_issued_stands_in_for_when_it_was_true_with_a_remark(draft: Read) -> None:
    resource = observed(valueQuantity=quantity(120, "mmHg"), issued="2019-05-26T08:02:23+08:00")
    del resource["effectiveDateTime"]
    read = draft(PATIENT, resource)
    assert only(read).effective == "2019-05-26T08:02:23"
    assert [one.quarantined for one in read.troubles] == [False]


def test_a_date_that_is_none_is_set_aside(draft: Read) -> None:
    read = draft(PATIENT, observed(valueQuantity=quantity(120, "mmHg"), effectiveDateTime="2019-02-30"))
    assert facts(read) == []
    assert trouble(read)[0] == "effectiveDateTime"
