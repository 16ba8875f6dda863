"""FHIR resources that tell what a service did: what each becomes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanglu.intake import import_files
from kanglu.intake.fhir import Draft
from kanglu.record.facts import WITHDRAWN, Appointment, CareTeam, Communication, EpisodeOfCare, Flag

Read = Callable[..., Draft]
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-02-29"}
WHO = {"reference": "Patient/p"}
NURSE = {"reference": "Practitioner/wang", "display": "王护士"}
OURS = "http://kanglu/topics"


def coded(code: str, display: str, system: str = OURS) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def made(kind: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "x", **fields}


def only(draft: Draft) -> Any:
    assert draft.troubles == []
    (fact,) = draft.facts
    return fact


def call(**fields: Any) -> dict[str, Any]:
    return made(
        "Communication", **{"status": "completed", "subject": WHO, "sent": "2026-06-01T10:05:00", **fields}
    )


def test_a_call_keeps_topic_channel_outcome_barrier_task_and_words(draft: Read) -> None:
    resource = call(
        status="not-done",
        topic=coded("htn-followup", "高血压随访"),
        received="2026-06-01T10:07:00",
        medium=[coded("PHONE", "telephone", "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode")],
        statusReason={"coding": [{"code": "no-time"}], "text": "refused"},
        basedOn=[{"reference": "Task/htn-2026Q2"}],
        sender=NURSE,
        payload=[{"contentString": "下周再打"}, {"contentString": "在外地"}],
    )
    assert only(draft(PATIENT, resource)) == Communication(
        0, OURS, "htn-followup", "2026-06-01T10:05:00", "2026-06-01T10:07:00", "not-done", "out", "phone",
        "refused", "Task/htn-2026Q2", "no-time", "下周再打\n在外地", "imported", "final", "高血压随访",
        "test.json#[1]", "Communication/x#htn-followup",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "direction"),
    [
        ({"sender": WHO}, "in"),
        ({"sender": {"reference": "RelatedPerson/daughter"}}, "in"),
        ({"sender": NURSE}, "out"),
        ({"recipient": [WHO]}, "out"),
        ({"recipient": [NURSE]}, None),
        ({}, None),
    ],
)
def test_a_contact_goes_out_or_comes_in_by_who_sent_it(
    fields: dict[str, Any], direction: str | None, draft: Read
) -> None:
    assert only(draft(PATIENT, call(**fields))).direction == direction


def test_a_contact_is_about_whom_it_went_to_where_it_names_no_subject(draft: Read) -> None:
    resource = call(recipient=[NURSE, WHO])
    del resource["subject"]
    assert only(draft(PATIENT, resource)).direction == "out"


@pytest.mark.parametrize(
    ("medium", "channel"),
    [
        ([coded("SMSWRIT", "text")], "sms"),
        ([coded("wechat", "微信")], "wechat"),
        ([{"text": "家访"}], "家访"),
        ([], None),
    ],
)
def test_a_channel_is_named_in_our_words_where_they_are_known(
    medium: list[Any], channel: str | None, draft: Read
) -> None:
    assert only(draft(PATIENT, call(medium=medium))).channel == channel


def visit(**fields: Any) -> dict[str, Any]:
    return made(
        "Appointment",
        **{
            "status": "booked",
            "start": "2026-08-03T09:00:00+08:00",
            "participant": [{"actor": WHO}],
            **fields,
        },
    )


def test_an_appointment_keeps_its_time_its_booking_and_with_whom(draft: Read) -> None:
    resource = visit(
        end="2026-08-03T09:15:00+08:00",
        created="2026-06-01",
        serviceType=[coded("clinic", "慢病门诊")],
        participant=[{"actor": NURSE}, {"actor": {"display": "二诊室"}}, {"actor": WHO}],
        reasonCode=[{"text": "复查"}],
    )
    assert only(draft(PATIENT, resource)) == Appointment(
        0, OURS, "clinic", "2026-08-03T09:00:00", "2026-08-03T09:15:00", "booked", "2026-06-01",
        "王护士; 二诊室", "复查", "imported", "final", "慢病门诊", "test.json#[1]", "Appointment/x#clinic",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "code", "display"),
    [
        ({"appointmentType": coded("FOLLOWUP", "复诊")}, "FOLLOWUP", "复诊"),
        ({"description": "老年体检"}, None, "老年体检"),
        ({}, None, None),
    ],
)
def test_an_appointment_is_named_by_its_type_or_its_words(
    fields: dict[str, Any], code: str | None, display: str | None, draft: Read
) -> None:
    fact = only(draft(PATIENT, visit(**fields)))
    assert (fact.code, fact.display) == (code, display)


def test_a_cancelled_appointment_says_why(draft: Read) -> None:
    fact = only(draft(PATIENT, visit(status="cancelled", cancelationReason=coded("pat", "Patient"))))
    assert (fact.clinical_status, fact.reason, fact.status) == ("cancelled", "Patient", "final")


def test_an_episode_of_care_is_being_enrolled(draft: Read) -> None:
    resource = made(
        "EpisodeOfCare",
        status="finished",
        type=[coded("hypertension", "高血压管理")],
        patient=WHO,
        period={"start": "2020-01-01", "end": "2026-01-01"},
    )
    assert only(draft(PATIENT, resource)) == EpisodeOfCare(
        0, OURS, "hypertension", "2020-01-01", "2026-01-01", "finished", None, "imported", "final",
        "高血压管理", "test.json#[1]", "EpisodeOfCare/x#hypertension",
    )  # fmt: skip


def test_a_team_is_a_fact_for_each_member_and_the_patient_is_none(draft: Read) -> None:
    resource = made(
        "CareTeam",
        status="active",
        subject=WHO,
        period={"start": "2026-01-01"},
        participant=[
            {"member": WHO, "role": [coded("patient", "Patient")]},
            {"member": NURSE, "role": [coded("nurse", "护士")], "period": {"start": "2026-03-01"}},
            {"member": {"display": "李医生"}, "role": [coded("doctor", "医生")]},
            {"member": {"identifier": {"value": "0815"}}},
        ],
    )
    read = draft(PATIENT, resource)
    assert read.troubles == []
    assert read.facts[0] == CareTeam(
        0, OURS, "nurse", "2026-03-01", None, "active", "Practitioner/wang", "imported", "final", "护士",
        "test.json#[1]", "CareTeam/x#Practitioner/wang",
    )  # fmt: skip
    assert [(fact.code, fact.effective, fact.practitioner) for fact in read.facts[1:]] == [
        ("doctor", "2026-01-01", "李医生"), (None, "2026-01-01", "0815")
    ]  # fmt: skip


def test_a_flag_is_a_tag_set_by_hand(draft: Read) -> None:
    resource = made(
        "Flag", status="inactive", subject=WHO, code=coded("alone", "独居"), period={"start": "2026-01-01"}
    )
    assert only(draft(PATIENT, resource)) == Flag(
        0, OURS, "alone", "2026-01-01", None, "inactive", None, "imported", "final", "独居", "test.json#[1]",
        "Flag/x#alone",
    )  # fmt: skip


@pytest.mark.parametrize(
    "resource",
    [
        call(),
        visit(),
        made("EpisodeOfCare", patient=WHO),
        made("CareTeam", subject=WHO, participant=[{"member": NURSE}]),
        made("Flag", subject=WHO, code={"text": "独居"}),
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_what_was_entered_in_error_is_withdrawn(resource: dict[str, Any], draft: Read) -> None:
    assert only(draft(PATIENT, resource | {"status": "entered-in-error"})).status == WITHDRAWN


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (visit(participant=[{"actor": NURSE}]), "participant"),
        (visit(end="2026-08-03T08:00:00+08:00"), "end"),
        (visit(start="next week"), "start"),
        (made("Communication", sender=NURSE), "subject"),
        (made("Flag", subject=WHO), "code"),
        (made("EpisodeOfCare", patient=WHO, period={"start": "2026-02", "end": "2026-01"}), "period"),
    ],
)
def test_what_is_malformed_is_set_aside_with_the_field(
    resource: dict[str, Any], field: str, draft: Read
) -> None:
    read = draft(PATIENT, resource)
    assert (read.facts, [one.field for one in read.troubles]) == ([], [field])


def test_references_by_uuid_mean_the_patient_of_the_bundle(draft: Read) -> None:
    urn = "urn:uuid:3d6f1f2e-0000-4000-8000-000000000001"
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": urn, "resource": PATIENT},
            {"resource": visit(participant=[{"actor": NURSE}, {"actor": {"reference": urn}}])},
            {"resource": call(subject={"reference": urn}, sender={"reference": urn})},
            {"resource": made("CareTeam", subject={"reference": urn},
                              participant=[{"member": {"reference": urn}}, {"member": NURSE}])},
        ],
    }  # fmt: skip
    read = draft(bundle)
    assert read.troubles == []
    booked, called, member = read.facts
    assert (booked.provider, called.direction, member.practitioner) == ("王护士", "in", "Practitioner/wang")


def test_a_booking_may_lie_ahead_and_a_call_may_not(store: Any, tmp_path: Path) -> None:
    known = PATIENT | {"identifier": [{"system": "mrn", "value": "1"}]}
    resources = [known, visit(start="2999-01-01T09:00:00Z"), call(sent="2999-01-01T09:00:00Z")]
    (tmp_path / "a.json").write_text(json.dumps(resources))
    receipt = import_files(store, [tmp_path / "a.json"])
    assert [(one.row, one.field) for one in receipt.problems] == [("[2] Communication/x", "date")]
    dossier = store.dossier("K000001")
    assert dossier.appointments["effective"].tolist() == ["2999-01-01T09:00:00"]
    assert dossier.communications.empty
