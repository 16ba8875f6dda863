"""People and facts as the FHIR resources from which an import reads them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kanglu.record.facts import (
    Appointment,
    CareTeam,
    Communication,
    Condition,
    Encounter,
    EpisodeOfCare,
    Fact,
    Flag,
    Immunization,
    MedicationStatement,
    Procedure,
)

type Resource = dict[str, Any]

ID_CARD = "urn:oid:2.16.156.10011.1.3"
"""System of the resident identity number, 居民身份证号."""
ICD10 = "http://hl7.org/fhir/sid/icd-10"
OWN = "kanglu"
"""System of Kanglu's own codes: kinds of visit, programmes, roles, tags, topics."""
_HL7 = "http://terminology.hl7.org/CodeSystem/"
_ELSEWHERE = "FLD"
"""Class of an encounter of which nothing is said: FHIR wants one."""


def patient(
    key: str, id_number: str, name: str, male: bool, birth: date, numbers: Mapping[str, str] | None = None
) -> Resource:
    """A Patient, found by the identity number; `numbers` adds others by their system."""
    identifiers = {ID_CARD: id_number, **(numbers or {})}
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": system, "value": value} for system, value in identifiers.items()],
        "name": [{"text": name}],
        "gender": "male" if male else "female",
        "birthDate": birth.isoformat(),
    }


def resource(fact: Fact, of: str, number: int) -> Resource:
    """A fact about the Patient with the id `of`; `number` tells it from the others about the same."""
    kind = type(fact).__name__
    about = "patient" if isinstance(fact, EpisodeOfCare | Immunization) else "subject"
    subject = {} if isinstance(fact, Appointment) else {about: _person(of)}
    return {"resourceType": kind, "id": f"{of}-{number}", **subject, **_ELEMENTS[type(fact)](fact, of)}


def coding(system: str, code: str) -> Resource:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def _person(of: str) -> Resource:
    return {"reference": f"Patient/{of}"}


def _concept(fact: Any) -> Resource:
    """What a fact is of: its code, where it has one, and its words."""
    found: Resource = coding(fact.system or OWN, fact.code) if fact.code else {}
    return found | ({"text": fact.display} if fact.display else {})


def _period(fact: Any) -> Resource:
    return {"start": fact.effective} | ({"end": fact.effective_end} if fact.effective_end else {})


def _condition(fact: Condition, of: str) -> Resource:
    ended = {"abatementDateTime": fact.effective_end} if fact.effective_end else {}
    return {
        "clinicalStatus": coding(f"{_HL7}condition-clinical", "resolved" if ended else "active"),
        "verificationStatus": coding(f"{_HL7}condition-ver-status", "confirmed"),
        "code": _concept(fact),
        "onsetDateTime": fact.effective,
        **ended,
    }


def _medication(fact: MedicationStatement, of: str) -> Resource:
    status = "completed" if fact.effective_end else "active"
    return {"status": status, "medicationCodeableConcept": _concept(fact), "effectivePeriod": _period(fact)}


def _encounter(fact: Encounter, of: str) -> Resource:
    named = _concept(fact)
    return {
        "status": "finished",
        "class": {"system": f"{_HL7}v3-ActCode", "code": fact.setting or _ELSEWHERE},
        **({"type": [named]} if named else {}),
        "period": _period(fact),
        **({"reasonCode": [{"text": fact.reason}]} if fact.reason else {}),
    }


def _procedure(fact: Procedure, of: str) -> Resource:
    return {"status": "completed", "code": _concept(fact), "performedPeriod": _period(fact)}


def _immunization(fact: Immunization, of: str) -> Resource:
    return {"status": "completed", "vaccineCode": _concept(fact), "occurrenceDateTime": fact.effective}


def _communication(fact: Communication, of: str) -> Resource:
    said: Resource = {"status": "completed"}
    if fact.direction == "in":
        said |= {"sender": _person(of), "received": fact.effective}
    else:
        said |= {"recipient": [_person(of)], "sent": fact.effective}
    if fact.code:
        said["topic"] = _concept(fact)
    if fact.channel:
        said["medium"] = [coding(OWN, fact.channel)]
    if fact.outcome:
        barrier = coding(OWN, fact.reason) if fact.reason else {}
        said["statusReason"] = {**barrier, "text": fact.outcome}
    if fact.text:
        said["payload"] = [{"contentString": fact.text}]
    return said


def _appointment(fact: Appointment, of: str) -> Resource:
    return {
        "status": fact.clinical_status or "booked",
        "serviceType": [_concept(fact)],
        "start": fact.effective,
        "created": fact.booked or fact.effective,
        "participant": [{"actor": _person(of), "status": "accepted"}],
    }


def _episode(fact: EpisodeOfCare, of: str) -> Resource:
    return {"status": _state(fact, "finished"), "type": [_concept(fact)], "period": _period(fact)}


def _care_team(fact: CareTeam, of: str) -> Resource:
    member = {"type": "Practitioner", "identifier": {"system": OWN, "value": fact.practitioner}}
    return {
        "status": _state(fact, "inactive"),
        "period": _period(fact),
        "participant": [{"role": [_concept(fact)], "member": member}],
    }


def _flag(fact: Flag, of: str) -> Resource:
    return {
        "status": fact.clinical_status or "active",
        "category": [{"text": "tag"}],
        "code": _concept(fact),
        "period": _period(fact),
    }


def _state(fact: EpisodeOfCare | CareTeam, over: str) -> str:
    return over if fact.effective_end else "active"


_ELEMENTS: Mapping[type[Fact], Callable[[Any, str], Resource]] = {
    Condition: _condition,
    MedicationStatement: _medication,
    Encounter: _encounter,
    Procedure: _procedure,
    Immunization: _immunization,
    Communication: _communication,
    Appointment: _appointment,
    EpisodeOfCare: _episode,
    CareTeam: _care_team,
    Flag: _flag,
}
