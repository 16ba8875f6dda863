"""FHIR documents: bundles of every type, arrays, NDJSON; which version they are in; what is broken."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanglu.errors import Refused
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.fhir import Draft, Lookups, drafts
from kanglu.intake.reader import Document
from kanglu.intake.sniffing import refuse_foreign

Read = Callable[..., Draft]
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960"}


def weight(value: float, id_: str = "w", **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2024-05-01",
        "valueQuantity": {"value": value, "unit": "kg"},
        **fields,
    }


def bundle(kind: str, *resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


def read(content: Any, lookups: Lookups, name: str = "a.json") -> list[Draft]:
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(drafts(Document.of(name, written), lookups)[1])


@pytest.mark.parametrize(
    "kind", ["transaction", "batch", "collection", "searchset", "document", "message", "history"]
)
def test_a_bundle_of_every_type_gives_its_resources(kind: str, lookups: Lookups) -> None:
    (draft,) = read(bundle(kind, PATIENT, weight(70.5)), lookups)
    assert [fact.source_key for fact in draft.facts] == ["Observation/w#29463-7"]


@pytest.mark.parametrize(
    "content",
    [
        [PATIENT, weight(70.5)],
        bundle("batch-response", bundle("searchset", PATIENT), bundle("searchset", weight(70.5))),
        b"\xef\xbb\xbf" + json.dumps([PATIENT, weight(70.5)]).encode(),
        "\n".join(map(json.dumps, (PATIENT, weight(70.5)))).encode(),
        "\r\n\r\n".join(map(json.dumps, (PATIENT, weight(70.5)))).encode(),
    ],
    ids=["array", "bundles in a bundle", "byte order mark", "lines", "lines of Windows"],
)
def test_arrays_bundles_within_bundles_and_lines_are_the_same(content: Any, lookups: Lookups) -> None:
    (draft,) = read(content, lookups)
    assert (len(draft.subjects), [fact.value for fact in draft.facts if hasattr(fact, "value")]) == (
        1,
        [70.5],
    )


def test_one_resource_is_a_document_too(lookups: Lookups) -> None:
    (draft,) = read(PATIENT, lookups)
    assert draft.read == {"Patient": 1}


def test_lines_are_read_some_thousand_at_a_time(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kanglu.intake.fhir.parsing.LINES_AT_A_TIME", 2)
    lines = "\n".join(json.dumps(weight(70 + number, f"w{number}")) for number in range(5))
    assert [len(draft.facts) for draft in read(lines.encode(), lookups, "w.ndjson")] == [2, 2, 1]


def test_a_broken_line_is_set_aside_alone(lookups: Lookups) -> None:
    lines = [json.dumps(PATIENT), '{"resourceType": "Obs', "[1]", json.dumps(weight(70))]
    (draft,) = read("\n".join(lines).encode(), lookups, "all.ndjson")
    assert len(draft.facts) == 1
    assert [one.row for one in draft.troubles] == ["line 2", "line 3[0]"]


def test_a_history_states_the_newest_version_first_and_is_read_from_the_oldest(lookups: Lookups) -> None:
    (draft,) = read(bundle("history", weight(72), weight(71), PATIENT), lookups)
    assert [fact.value for fact in draft.facts if hasattr(fact, "value")] == [71.0, 72.0]


def test_a_deletion_is_remarked_on(lookups: Lookups) -> None:
    gone = {"request": {"method": "DELETE", "url": "Observation/w"}}
    (draft,) = read({**bundle("history", PATIENT), "entry": [{"resource": PATIENT}, gone]}, lookups)
    (one,) = draft.troubles
    assert (one.quarantined, "Observation/w" in one.reason) == (False, True)


@pytest.mark.parametrize(
    ("entry", "row", "field"),
    [
        ("text", "entry[1]", ""),
        ({"resource": "text"}, "entry[1]", "resourceType"),
        ({"resource": {"id": "x"}}, "entry[1]", "resourceType"),
        ({"resource": {"resourceType": "Bundle", "entry": {}}}, "entry[1]", "entry"),
    ],
)
def test_a_malformed_entry_is_set_aside_alone(entry: Any, row: str, field: str, lookups: Lookups) -> None:
    (draft,) = read({"resourceType": "Bundle", "entry": [{"resource": PATIENT}, entry]}, lookups)
    (one,) = draft.troubles
    assert (one.row, one.field, len(draft.subjects)) == (row, field, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b'{"resourceType": "Patient", "id', "cut off"),
        (json.dumps(bundle("collection", PATIENT)).encode()[:-3], "cut off"),
        (b'{"resourceType": "Patient",, "id": 1} ', "no valid JSON"),
        (b'{"resourceType": "Patient", "name": "\xd5\xc5"}', "other than UTF-8"),
        (b'{"patients": []}', "not FHIR"),
        (b"[]", "holds no FHIR resources"),
        (b'{"resourceType": "Bundle", "entry": []}', "holds no FHIR resources"),
        (b'{"resourceType": "Bundle", "entry": [{"request": {"method": "GET"}}]}', "holds no FHIR resources"),
    ],
)
def test_a_broken_document_is_refused_with_a_remedy(content: bytes, reason: str, lookups: Lookups) -> None:
    with pytest.raises(Refused) as refused:
        read(content, lookups)
    assert reason in refused.value.what
    assert refused.value.remedy


# -- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "version"),
    [
        ({"resourceType": "MedicationOrder"}, "DSTU2"),
        ({"resourceType": "Patient", "id": "p", "name": [{"family": ["Chalmers"]}]}, "DSTU2"),
        ({"resourceType": "Patient", "id": "p", "careProvider": []}, "DSTU2"),
        ({"resourceType": "Encounter", "class": "outpatient"}, "DSTU2"),
        ({"resourceType": "Encounter", "indication": []}, "DSTU2"),
        ({"resourceType": "Immunization", "wasNotGiven": False}, "DSTU2"),
        ({"resourceType": "Condition", "clinicalStatus": "active"}, "STU3"),
        ({"resourceType": "Observation", "context": {"reference": "Encounter/1"}}, "STU3"),
        ({"resourceType": "Immunization", "notGiven": False}, "STU3"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1"}, "STU3"),
        ({"resourceType": "MedicationStatement", "taken": "y"}, "STU3"),
        ({"resourceType": "Encounter", "class": [{"text": "x"}]}, "R5"),
        ({"resourceType": "MedicationRequest", "medication": {"concept": {}}}, "R5"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "R5"),
    ],
)
def test_another_version_is_refused_by_name(resource: dict[str, Any], version: str, lookups: Lookups) -> None:
    with pytest.raises(Refused) as refused:
        read(bundle("collection", PATIENT, resource), lookups)
    assert version in refused.value.what
    assert "R4" in (refused.value.remedy or "")


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Encounter", "class": {"code": "AMB"}},
        {"resourceType": "MedicationStatement", "context": {"reference": "Encounter/1"}},
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"},
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.3.0"},
        {"resourceType": "DocumentReference", "context": {}},
    ],
)
def test_what_r4_has_too_is_no_sign(resource: dict[str, Any], lookups: Lookups) -> None:
    assert len(read(bundle("collection", PATIENT, resource), lookups)) == 1


def test_one_stray_resource_of_another_version_is_set_aside_alone(lookups: Lookups) -> None:
    stray = weight(70, "old", context={"reference": "Encounter/1"})
    many = (weight(50 + number, f"w{number}") for number in range(20))
    (draft,) = read(bundle("collection", PATIENT, stray, *many), lookups)
    assert len(draft.facts) == 20
    assert [one.row for one in draft.troubles] == ["entry[1] Observation/old"]


def test_all_twelve_documents_of_another_version_are_refused(
    shared: Callable[[str], Path], lookups: Lookups, tmp_path: Path
) -> None:
    reasons: dict[str, str] = {}
    for one in documents([shared("fhir-wrong-version")], tmp_path):
        assert not isinstance(one, Refusal)
        if "SYNTHEA" in one.name or "SMART" in one.name:
            with pytest.raises(Refused) as refused:
                refuse_foreign(one)
                drafts(one, lookups)
            reasons[one.name.rpartition("/")[2]] = refused.value.what
    assert len(reasons) == 12
    for name, reason in reasons.items():
        expected = "XML" if name.endswith(".xml") else "DSTU2" if name.startswith("DSTU-2") else "STU3"
        assert expected in reason, name
