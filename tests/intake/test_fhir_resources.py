"""FHIR resources other than Patient and Observation: what each becomes."""

from collections.abc import Callable
from typing import Any

import pytest

from kanglu.intake.fhir import Draft
from kanglu.record.facts import (
    AllergyIntolerance,
    CarePlan,
    Condition,
    DiagnosticReport,
    Encounter,
    Fact,
    Immunization,
    MedicationStatement,
    Procedure,
)

Read = Callable[..., Draft]
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-02-29"}
SNOMED = "http://snomed.info/sct"


def coded(code: str, display: str, system: str = SNOMED) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def about(kind: str, **fields: Any) -> dict[str, Any]:
    who = "patient" if kind in ("AllergyIntolerance", "Immunization") else "subject"
    return {"resourceType": kind, "id": "x", who: {"reference": "Patient/p"}, **fields}


def only(draft: Draft) -> Any:
    assert draft.troubles == []
    (fact,) = draft.facts
    return fact


def test_a_condition_runs_from_its_onset_to_its_abatement(draft: Read) -> None:
    resource = about(
        "Condition",
        code=coded("38341003", "Hypertension"),
        onsetDateTime="2012-03",
        abatementDateTime="2019",
        recordedDate="2012-04-01",
        clinicalStatus=coded("resolved", "Resolved"),
        verificationStatus=coded("confirmed", "Confirmed"),
        category=[coded("problem-list-item", "Problem list")],
        severity=coded("6736007", "Moderate"),
    )
    assert only(draft(PATIENT, resource)) == Condition(
        0, SNOMED, "38341003", "2012-03", "2019", "resolved", "confirmed", "Problem list", "Moderate",
        "imported", "final", "Hypertension", "test.json#[1]", "Condition/x#38341003",
    )  # fmt: skip


def test_a_condition_without_onset_is_dated_by_when_it_was_recorded(draft: Read) -> None:
    resource = about("Condition", code=coded("38341003", "Hypertension"), recordedDate="2012-04-01")
    assert only(draft(PATIENT, resource)).effective == "2012-04-01"


@pytest.mark.parametrize(
    ("verification", "status"), [("refuted", "final"), ("entered-in-error", "entered-in-error")]
)
def test_a_refuted_condition_says_so_and_one_in_error_is_withdrawn(
    verification: str, status: str, draft: Read
) -> None:
    resource = about(
        "Condition", code=coded("1", "Gout"), verificationStatus=coded(verification, verification)
    )
    fact = only(draft(PATIENT, resource))
    assert (fact.verification_status, fact.status) == (verification, status)


def test_of_several_codes_of_a_diagnosis_the_one_that_the_catalogue_knows_is_kept(draft: Read) -> None:
    both = {
        "coding": [
            {"system": "http://local", "code": "HT"},
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": "原发性高血压"},
        ]
    }
    assert only(draft(PATIENT, about("Condition", code=both))).code == "I10"


def test_a_request_for_a_medicine_keeps_dose_and_reason(draft: Read) -> None:
    resource = about(
        "MedicationRequest",
        status="active",
        intent="order",
        medicationCodeableConcept=coded(
            "314076", "Lisinopril 10 MG", "http://www.nlm.nih.gov/research/umls/rxnorm"
        ),
        authoredOn="2020-01-02T08:00:00+08:00",
        reasonCode=[{"text": "Blood pressure"}],
        dosageInstruction=[
            {
                "timing": {"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}],
            }
        ],
    )
    fact = only(draft(PATIENT, resource))
    assert isinstance(fact, MedicationStatement)
    assert (fact.kind, fact.intent, fact.clinical_status) == ("request", "order", "active")
    assert (fact.effective, fact.dosage, fact.reason) == (
        "2020-01-02T08:00:00",
        "10 mg, 1 × / 1 d",
        "Blood pressure",
    )


def test_a_medicine_taken_runs_over_its_period(draft: Read) -> None:
    resource = about(
        "MedicationStatement",
        status="completed",
        medicationCodeableConcept={"text": "二甲双胍"},
        effectivePeriod={"start": "2019", "end": "2020-06"},
        dosage=[{"text": "0.5g 每日两次"}],
    )
    fact = only(draft(PATIENT, resource))
    assert (fact.kind, fact.effective, fact.effective_end) == ("statement", "2019", "2020-06")
    assert (fact.code, fact.display, fact.dosage) == (None, "二甲双胍", "0.5g 每日两次")


def dispensed(**fields: Any) -> dict[str, Any]:
    handed: dict[str, Any] = {"status": "completed", "whenHandedOver": "2026-03-01T09:30:00+08:00"}
    medicine = {"medicationCodeableConcept": {"text": "氨氯地平"}}
    return about("MedicationDispense", **(handed | medicine | fields))


THIRTY = {"value": 30, "unit": "天", "code": "d", "system": "http://unitsofmeasure.org"}


def test_a_medicine_handed_out_is_a_filled_order_that_lasts_for_its_days(draft: Read) -> None:
    fact = only(draft(PATIENT, dispensed(daysSupply=THIRTY, dosageInstruction=[{"text": "每日一次"}])))
    assert (fact.kind, fact.intent, fact.clinical_status) == ("dispense", "filler-order", "active")
    assert (fact.effective, fact.effective_end) == ("2026-03-01T09:30:00", "2026-03-30")
    assert (fact.display, fact.dosage) == ("氨氯地平", "每日一次")


def test_what_was_handed_out_for_nobody_knows_how_long_is_over(draft: Read) -> None:
    for fact in (
        only(draft(PATIENT, dispensed())),
        only(draft(PATIENT, dispensed(whenHandedOver="2026-03", daysSupply=THIRTY))),
    ):
        assert (fact.clinical_status, fact.effective_end) == ("completed", None)


@pytest.mark.parametrize(
    ("said", "kept", "status"),
    [
        ("preparation", "not-taken", "final"),
        ("cancelled", "not-taken", "final"),
        ("declined", "not-taken", "final"),
        ("stopped", "stopped", "final"),
        ("unknown", "active", "final"),
        ("entered-in-error", "not-taken", "entered-in-error"),
    ],
)
def test_only_what_was_handed_out_is_taken(said: str, kept: str, status: str, draft: Read) -> None:
    fact = only(draft(PATIENT, dispensed(status=said, daysSupply=THIRTY)))
    assert (fact.clinical_status, fact.status) == (kept, status)


@pytest.mark.parametrize(
    "supply", [{"value": 0}, {"value": 1000}, {"value": 2.5}, {"value": "30"}, {"value": 4, "code": "wk"}]
)
def test_a_supply_that_is_no_number_of_days_is_refused(supply: dict[str, Any], draft: Read) -> None:
    read = draft(PATIENT, dispensed(daysSupply=supply))
    assert read.facts == []
    assert [trouble.field for trouble in read.troubles] == ["daysSupply"]


MEDICATION = {"resourceType": "Medication", "id": "m", "code": coded("860975", "Metformin", "http://rxnorm")}


@pytest.mark.parametrize(
    ("around", "request_"),
    [
        ([], {"contained": [MEDICATION], "medicationReference": {"reference": "#m"}}),
        ([MEDICATION], {"medicationReference": {"reference": "Medication/m"}}),
        ([MEDICATION], {"medicationReference": {"reference": "Medication/m/_history/2"}}),
    ],
)
def test_a_medicine_is_found_where_the_reference_points(
    around: list[Any], request_: dict[str, Any], draft: Read
) -> None:
    fact = only(draft(PATIENT, about("MedicationRequest", **request_), *around))
    assert (fact.code, fact.display) == ("860975", "Metformin")


def test_a_medicine_that_is_nowhere_is_known_by_its_words_or_waits_for_another_file(draft: Read) -> None:
    words = {"medicationReference": {"reference": "Medication/9", "display": "Aspirin"}}
    assert only(draft(PATIENT, about("MedicationRequest", **words))).display == "Aspirin"
    waiting = draft(PATIENT, about("MedicationRequest", medicationReference={"reference": "Medication/9"}))
    assert waiting.unnamed == {0: "Medication/9"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "medication[x]"),
        ({"doNotPerform": True, "medicationCodeableConcept": {"text": "x"}}, "doNotPerform"),
    ],
)
def test_no_medicine_and_the_request_not_to_give_one_are_set_aside(
    fields: dict[str, Any], field: str, draft: Read
) -> None:
    read = draft(PATIENT, about("MedicationRequest", **fields))
    assert (read.facts, [one.field for one in read.troubles]) == ([], [field])


def test_an_allergy_keeps_substance_and_reaction(draft: Read) -> None:
    resource = about(
        "AllergyIntolerance",
        clinicalStatus=coded("active", "Active"),
        verificationStatus=coded("confirmed", "Confirmed"),
        type="allergy",
        category=["medication"],
        criticality="high",
        code=coded("91936005", "Penicillin"),
        recordedDate="2001-05-06",
        reaction=[{"manifestation": [coded("271807003", "Rash"), {"text": "Swelling"}]}],
    )
    assert only(draft(PATIENT, resource)) == AllergyIntolerance(
        0, SNOMED, "91936005", "2001-05-06", None, "active", "confirmed", "allergy", "medication", "high",
        "Rash; Swelling", "imported", "final", "Penicillin", "test.json#[1]", "AllergyIntolerance/x#91936005",
    )  # fmt: skip


def test_a_visit_a_procedure_a_vaccination_a_report_and_a_plan(draft: Read) -> None:
    visit = about(
        "Encounter",
        status="finished",
        **{"class": {"code": "AMB"}},
        type=[coded("185349003", "Check up")],
        period={"start": "2020-01-02T08:00:00", "end": "2020-01-02T09:00:00"},
        serviceProvider={"display": "人民医院"},
        reasonCode=[{"text": "Cough"}],
    )
    procedure = about(
        "Procedure", status="completed", code=coded("1", "Knee replacement"), performedDateTime="2020-01"
    )
    dose = {"value": 0.5, "unit": "mL"}
    vaccination = about(
        "Immunization",
        status="completed",
        vaccineCode=coded("140", "Influenza", "http://hl7.org/fhir/sid/cvx"),
        occurrenceDateTime="2020-10-01",
        doseQuantity=dose,
    )
    report = about(
        "DiagnosticReport",
        status="final",
        code=coded("58410-2", "CBC", "http://loinc.org"),
        category=[{"text": "Laboratory"}],
        issued="2020-01-03T00:00:00Z",
        conclusion="Normal",
    )
    plan = about(
        "CarePlan",
        status="active",
        intent="plan",
        category=[coded("assess-plan", "Plan"), coded("698360004", "Diabetes self management")],
        period={"start": "2020-01-02"},
        activity=[{"detail": {"code": {"text": "Diet"}}}, {"detail": {"description": "Walk"}}],
    )
    read = draft(PATIENT, visit, procedure, vaccination, report, plan)
    assert read.troubles == []
    facts: dict[type[Fact], Any] = {type(fact): fact for fact in read.facts}
    assert facts[Encounter][2:9] == (
        "185349003", "2020-01-02T08:00:00", "2020-01-02T09:00:00", "finished", "AMB", "人民医院", "Cough",
    )  # fmt: skip
    assert facts[Procedure][2:6] == ("1", "2020-01", None, "completed")
    assert facts[Immunization][2:7] == ("140", "2020-10-01", None, "completed", "0.5 mL")
    assert facts[DiagnosticReport][2:8] == (
        "58410-2", "2020-01-03T00:00:00", None, "final", "Laboratory", "Normal",
    )  # fmt: skip
    assert facts[CarePlan].code == "698360004"
    assert facts[CarePlan].detail == "Diet; Walk"


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (about("Condition"), "code"),
        (about("Condition", code="I10"), "code"),
        (about("Condition", code={"coding": [{"system": SNOMED}]}), "code"),
        (about("Condition", code=coded("1", "x"), onsetDateTime="last week"), "onsetDateTime"),
        (about("Condition", code=coded("1", "x"), category={"text": "x"}), "category"),
        (about("Encounter", period={"start": "2020-01-02", "end": "2020-01-01"}), "period"),
        (about("Immunization", vaccineCode=coded("1", "x"), occurrenceDateTime=2020), "occurrenceDateTime"),
        (about("Procedure", code=coded("1", "x"), subject=None), "subject"),
        (about("Procedure", code=coded("1", "x"), subject="Patient/p"), "subject"),
        (about("Procedure", code=coded("1", "x"), subject={"reference": "Group/g"}), "subject"),
        (about("Procedure", code=coded("1", "x"), performedDateTime="1960-02-28"), "date"),
    ],
)
def test_a_malformed_resource_is_set_aside_alone_with_place_field_and_reason(
    resource: dict[str, Any], field: str, draft: Read
) -> None:
    good = about("Condition", code=coded("38341003", "Hypertension"))
    read = draft(PATIENT, resource, good)
    (one,) = read.troubles
    assert (one.row, one.field) == (f"[1] {resource['resourceType']}/x", field)
    assert one.reason
    assert one.remedy
    assert one.quarantined
    assert [fact.display for fact in read.facts] == ["Hypertension"]


def test_what_is_not_taken_in_is_counted_by_type(draft: Read) -> None:
    read = draft(PATIENT, {"resourceType": "Claim"}, {"resourceType": "Claim"}, {"resourceType": "Goal"})
    assert (dict(read.read), dict(read.skipped)) == ({"Patient": 1}, {"Claim": 2, "Goal": 1})
