"""FHIR Patient and references: who somebody is, whom a fact is about, and that a life has an end."""

from collections.abc import Callable
from typing import Any

import pytest

from kanglu.intake.fhir import Draft
from kanglu.intake.fhir.draft import Elsewhere, Someone
from kanglu.record.facts import Identifier, PersonStatement

Read = Callable[..., Draft]
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-02-29"}


def coded(code: str, display: str, system: str = "http://snomed.info/sct") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def about(kind: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "x", "subject": {"reference": "Patient/p"}, **fields}


def person(draft: Draft) -> PersonStatement:
    (one,) = draft.subjects
    assert isinstance(one, Someone)
    return one.statement


def test_a_patient_says_who_somebody_is(draft: Read) -> None:
    said = person(
        draft(
            {
                "resourceType": "Patient",
                "identifier": [{"system": "http://hospital", "value": "4711"}],
                "name": [
                    {"use": "old", "family": "Xu"},
                    {"use": "official", "family": "欧阳", "given": ["小", "明"]},
                ],
                "gender": "female",
                "birthDate": "1960-02",
                "deceasedDateTime": "2020-05-06T07:08:09+08:00",
                "communication": [{"language": coded("zh-CN", "Chinese"), "preferred": True}],
                "telecom": [{"system": "phone", "value": "13800000000", "use": "mobile"}],
                "address": [{"line": ["1 Road"], "city": "Beijing", "country": "CN"}],
            }
        )
    )
    assert said.identifiers == (Identifier("http://hospital", "4711"),)
    assert (said.name, said.sex, said.birth_date) == ("欧阳小明", "female", "1960-02")
    assert (said.death_date, said.language) == ("2020-05-06T07:08:09", "zh-CN")
    assert said.telecoms[0].value == "13800000000"
    assert said.addresses == ("1 Road, Beijing, CN",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ([{"family": "Chalmers", "given": ["Peter", "James"]}], "Peter James Chalmers"),
        ([{"text": "张 三", "family": "张"}], "张 三"),
        ([{"use": "nickname", "given": ["Jim"]}, {"use": "usual", "given": ["James"]}], "James"),
        ([], None),
    ],
)
def test_names_are_written_as_their_language_does(name: list[Any], expected: str | None, draft: Read) -> None:
    assert person(draft({**PATIENT, "name": name})).name == expected


def test_a_resident_identity_number_is_known_by_its_oid(draft: Read) -> None:
    number = {"system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X"}
    assert person(draft({**PATIENT, "identifier": [number]})).identifiers[0].system == "cn-resident-id"


def test_numbers_of_a_family_or_a_visit_do_not_say_who_somebody_is(draft: Read) -> None:
    shared = [{"system": "http://insurer", "value": "1", "type": coded("SN", "Subscriber")}]
    (number,) = person(draft({**PATIENT, "identifier": shared})).identifiers
    assert number.system == "urn:kanglu:source:test.json"


def test_a_patient_without_numbers_is_known_by_id_and_birth_within_the_file(draft: Read) -> None:
    first = person(draft(PATIENT, name="a/export.json")).identifiers
    assert person(draft(PATIENT, name="b/EXPORT.json.gz")).identifiers == first
    assert person(draft({**PATIENT, "birthDate": "1961"}, name="a/export.json")).identifiers != first
    assert person(draft(PATIENT, name="a/other.json")).identifiers != first


def test_a_uuid_is_a_number_everywhere(draft: Read) -> None:
    own = "44EC4447-9e2c-4eb9-bd4f-0bdb416b806e"
    (number,) = person(draft({**PATIENT, "id": own})).identifiers
    assert number == Identifier("urn:ietf:rfc:3986", f"urn:uuid:{own.lower()}")


@pytest.mark.parametrize(
    "patient",
    [
        {"resourceType": "Patient"},
        {**PATIENT, "deceasedDateTime": "1960-02-28"},
        {**PATIENT, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-animal"}]},
        {**PATIENT, "birthDate": "1960-13-01"},
    ],
)
def test_nobody_is_made_of_what_cannot_be_a_person(patient: dict[str, Any], draft: Read) -> None:
    read = draft(patient)
    assert read.subjects == []
    assert len(read.troubles) == 1


def test_a_sex_that_is_none_is_left_open_with_a_remark(draft: Read) -> None:
    read = draft({**PATIENT, "gender": "M"})
    assert person(read).sex is None
    assert [one.quarantined for one in read.troubles] == [False]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p"},
        {"reference": "Patient/p/_history/3"},
        {"reference": "http://server/fhir/Patient/p"},
        {"reference": "urn:uuid:1"},
        {"reference": "Patient?identifier=http://hospital|4711"},
        {"identifier": {"system": "http://hospital", "value": "4711"}},
    ],
)
def test_a_person_is_found_by_every_kind_of_reference(subject: dict[str, Any], draft: Read) -> None:
    numbered = {**PATIENT, "identifier": [{"system": "http://hospital", "value": "4711"}]}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": about("Condition", code=coded("1", "x"), subject=subject)},
            {"resource": numbered, "fullUrl": "urn:uuid:1"},
        ],
    }
    read = draft(bundle)
    assert read.troubles == []
    assert isinstance(read.subjects[read.facts[0][0]], Someone)


def test_a_contained_patient_is_a_person(draft: Read) -> None:
    read = draft(about("Condition", code=coded("1", "x"), contained=[PATIENT], subject={"reference": "#p"}))
    assert person(read).birth_date == "1960-02-29"


def test_a_person_of_another_file_is_left_to_the_import(draft: Read) -> None:
    read = draft(about("Condition", code=coded("1", "x")), about("Procedure", code=coded("1", "x")))
    assert read.subjects == [Elsewhere(("Patient/p",))]
    assert [fact[0] for fact in read.facts] == [0, 0]


# -- a life has an end ------------------------------------------------------------------------

DEAD = {**PATIENT, "deceasedDateTime": "2000-09-17T05:46:40+00:00"}


@pytest.mark.parametrize(
    ("when", "taken"),
    [
        ("1960-02-29", True),
        ("1960-02-28", False),
        ("1960-02", True),
        ("1960", True),
        ("1959", False),
        ("2000-09-17T23:00:00+00:00", True),
        ("2000-09-18", False),
        ("2000-09", True),
        ("2000", True),
        ("2000-10", False),
    ],
)
def test_what_lies_outside_a_life_is_set_aside(when: str, taken: bool, draft: Read) -> None:
    read = draft(DEAD, about("Procedure", code=coded("1", "x"), performedDateTime=when))
    assert (len(read.facts), [one.field for one in read.troubles]) == ((1, []) if taken else (0, ["date"]))


@pytest.mark.parametrize(("code", "taken"), [("69409-1", True), ("58410-2", False)])
def test_certificates_of_death_are_written_after_it(code: str, taken: bool, draft: Read) -> None:
    report = about(
        "DiagnosticReport", code=coded(code, "x", "http://loinc.org"), effectiveDateTime="2000-09-30"
    )
    assert len(draft(DEAD, report).facts) == taken
