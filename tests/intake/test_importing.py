"""The one door: what an import leaves behind, and that it leaves nothing half."""

import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanglu import record
from kanglu.errors import KangluError, RecordError
from kanglu.intake import explain, hands, import_files

Write = Callable[[str, Any], Path]


def patient(id_: str = "p", **fields: Any) -> dict[str, Any]:
    number = [{"system": "http://hospital", "value": fields.pop("number", id_)}]
    return {"resourceType": "Patient", "id": id_, "identifier": number, "birthDate": "1960-01-02", **fields}


def weight(value: float, id_: str = "w", of: str = "p", **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": "2024-05-01T08:00:00+08:00",
        "valueQuantity": {"value": value, "unit": "kg"},
        **fields,
    }


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def weights(store: record.Store, number: str = "K000001") -> list[float]:
    return [float(value) for value in store.person(number).series("weight")["value"]]


def test_the_receipt_says_what_was_read_and_what_became_of_it(store: record.Store, write: Write) -> None:
    path = write("a.json", bundle(patient(), weight(70), weight(700, "x"), {"resourceType": "Claim"}))
    receipt = import_files(store, [path])
    assert receipt.to_data() == {
        "batch": 1,
        "read": {"Observation": 2, "Patient": 1},
        "facts": {"new": 2, "duplicate": 0, "corrected": 0, "quarantined": 1},
        "skipped": {"Claim": 1},
        "problems": [
            {
                "file": "a.json",
                "row": "entry[2] Observation/x",
                "field": "valueQuantity.value",
                "reason": receipt.problems[0].reason,
                "remedy": receipt.problems[0].remedy,
            }
        ],
    }
    assert "700" in receipt.problems[0].reason
    assert receipt.refused == ()
    assert weights(store) == [70.0]


def test_the_same_file_twice_changes_nothing(store: record.Store, write: Write) -> None:
    path = write("a.json", bundle(patient(), weight(70), weight(71, "x")))
    import_files(store, [path])
    before = store.status()
    again = import_files(store, [path])
    assert again.facts == {"new": 0, "duplicate": 3, "corrected": 0, "quarantined": 0}
    assert store.status()["facts"] == before["facts"]


def test_a_reading_stated_as_a_panel_and_alone_is_one(store: record.Store, write: Write) -> None:
    def pressure(code: str, value: float) -> dict[str, Any]:
        coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
        return {"code": coded, "valueQuantity": {"value": value, "unit": "mmHg"}}

    panel = weight(0, "panel", component=[pressure("8480-6", 120), pressure("8462-4", 80)])
    panel["code"] = {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}
    del panel["valueQuantity"]
    alone = weight(0, "alone") | pressure("8480-6", 120)
    facts = import_files(store, [write("a.json", bundle(patient(), panel, alone))]).facts
    assert (facts["new"], facts["duplicate"]) == (3, 1)


def test_a_corrected_value_replaces_the_one_before(store: record.Store, write: Write) -> None:
    import_files(store, [write("a.json", bundle(patient(), weight(70)))])
    facts = import_files(store, [write("b.json", bundle(patient(), weight(71, status="corrected")))]).facts
    assert (facts["new"], facts["corrected"]) == (0, 1)
    assert weights(store) == [71.0]


def test_a_history_leaves_its_newest_version(store: record.Store, write: Write) -> None:
    history = {**bundle(weight(72), weight(71), weight(70), patient()), "type": "history"}
    facts = import_files(store, [write("a.json", history)]).facts
    assert (facts["new"], facts["corrected"]) == (2, 2)
    assert weights(store) == [72.0]


def test_what_was_entered_in_error_is_withdrawn(store: record.Store, write: Write) -> None:
    import_files(store, [write("a.json", bundle(patient(), weight(70)))])
    import_files(store, [write("b.json", bundle(patient(), weight(70, status="entered-in-error")))])
    assert weights(store) == []


def test_two_people_of_one_name_stay_two_and_one_of_two_files_is_one(
    store: record.Store, write: Write
) -> None:
    same = {"name": [{"text": "王伟"}]}
    first = write("a.json", bundle(patient("a", **same), weight(70, of="a")))
    second = write("b.json", bundle(patient("b", **same), weight(90, of="b")))
    third = write("c.json", bundle(patient("c", number="a", **same), weight(71, "y", of="c")))
    import_files(store, [first, second, third])
    assert store.people_count() == 2
    assert sorted(weights(store, "K000001")) == [70.0, 71.0]


def test_people_without_numbers_stay_apart_and_are_found_again(store: record.Store, write: Write) -> None:
    nameless = {"resourceType": "Patient", "id": "1", "birthDate": "1960-01-02"}
    paths = [
        write("one/export.json", bundle(nameless, weight(70, of="1"))),
        write("two/export.json", bundle({**nameless, "birthDate": "1971-03-04"}, weight(90, of="1"))),
    ]
    import_files(store, paths)
    assert store.people_count() == 2
    assert import_files(store, paths).facts["new"] == 0


def test_one_refused_file_does_not_stop_the_others(store: record.Store, write: Write) -> None:
    write("in/a.json", bundle(patient(), weight(70)))
    write("in/b.pdf", b"%PDF-1.7")
    write("in/c.json", b'{"resourceType": "Patient", ')
    write("in/d.json.gz", gzip.compress(b"[]"))
    folder = write("in/e.bin", os.urandom(100)).parent
    receipt = import_files(store, [folder])
    assert receipt.refused == ("in/b.pdf", "in/c.json", "in/d.json", "in/e.bin")
    assert [(one.file, bool(one.reason and one.remedy)) for one in receipt.problems] == [
        (name, True) for name in receipt.refused
    ]
    assert receipt.facts["new"] == 2
    assert receipt.facts["quarantined"] == 0


def test_an_import_of_which_nothing_can_be_read_leaves_no_batch(store: record.Store, write: Write) -> None:
    receipt = import_files(store, [write("a.pdf", b"%PDF-1.7")])
    assert receipt.batch is None
    assert receipt.refused == ("a.pdf",)
    assert receipt.to_data()["problems"][0]["file"] == "a.pdf"
    assert len(store.batches()) == 0


def test_tables_and_fhir_go_through_the_same_door(store: record.Store, write: Write, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.json", json.dumps(bundle(patient(), weight(70))))
        packed.writestr("b.csv", "档案号,检查日期,体重(kg)\nK000001,2024-06-01,71\n")
    receipt = import_files(store, [archive])
    assert receipt.read == {"Observation": 1, "Patient": 1, "row": 1}
    assert receipt.refused == ()


def test_what_the_columns_would_be_taken_for_can_be_seen_first(store: record.Store, write: Write) -> None:
    write("in/a.json", bundle(patient(), weight(70)))
    folder = write("in/b.csv", "档案号,检查日期,体重(kg)\nK000001,2024-06-01,71\n").parent
    ((name, lines),) = explain(folder)
    assert name == "in/b.csv"
    assert [line[:3] for line in lines] == [
        ("档案号", "person", ""),
        ("检查日期", "date", ""),
        ("体重(kg)", "weight", "kg"),
    ]
    assert len(store.batches()) == 0


def test_facts_find_people_and_medicines_of_other_files(store: record.Store, write: Write) -> None:
    request = {
        "resourceType": "MedicationRequest",
        "id": "r",
        "status": "active",
        "subject": {"reference": "Patient/p"},
        "medicationReference": {"reference": "Medication/m"},
    }
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Metformin"}}
    write("in/MedicationRequest.ndjson", json.dumps(request))
    write("in/Medication.ndjson", json.dumps(medicine))
    write("in/Observation.ndjson", "\n".join(json.dumps(weight(70 + n, f"w{n}")) for n in range(3)))
    folder = write("in/Patient.ndjson", json.dumps(patient())).parent
    receipt = import_files(store, [folder])
    assert (receipt.facts["new"], receipt.problems) == (5, ())
    assert weights(store) == [70.0, 71.0, 72.0]
    assert list(store.dossier("K000001").medications["display"]) == ["Metformin"]


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([], "nobody of this import or the record"),
        ([patient("p", number="1"), patient("p", number="2")], "more than one"),
    ],
)
def test_a_fact_whose_person_cannot_be_told_is_set_aside(
    others: list[Any], reason: str, store: record.Store, write: Write
) -> None:
    for number, other in enumerate([patient("q"), *others]):
        write(f"in/{number}.json", other)
    folder = write("in/x.json", weight(70)).parent
    receipt = import_files(store, [folder])
    (problem,) = receipt.problems
    assert (problem.file, problem.row, problem.field) == ("in/x.json", "Observation/w", "subject")
    assert reason in problem.reason
    assert receipt.facts["quarantined"] == 1


_UUID = "44ec4447-9e2c-4eb9-bd4f-0bdb416b806e"


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": f"Patient/{_UUID}"},
        {"reference": f"urn:uuid:{_UUID}"},
        {"reference": "Patient?identifier=http://hospital|4711"},
        {"identifier": {"system": "http://hospital", "value": "4711"}},
    ],
)
def test_a_person_whom_the_record_knows_is_found_by_what_all_the_world_calls_them(
    subject: dict[str, Any], store: record.Store, write: Write
) -> None:
    import_files(store, [write("a.json", patient(_UUID, number="4711"))])
    receipt = import_files(store, [write("b.json", weight(70, subject=subject))])
    assert (receipt.facts["new"], receipt.problems) == (1, ())
    assert weights(store) == [70.0]


def test_an_id_is_no_name_for_a_person_of_another_import(store: record.Store, write: Write) -> None:
    import_files(store, [write("a.json", patient("1"))])
    receipt = import_files(store, [write("b.json", weight(70, of="1"))])
    assert receipt.facts["quarantined"] == 1
    assert store.people_count() == 1


def test_a_fact_of_another_file_must_lie_within_the_life_too(store: record.Store, write: Write) -> None:
    write("in/a.json", patient("p", deceasedDateTime="2024-04-01"))
    folder = write("in/b.json", weight(70)).parent
    (problem,) = import_files(store, [folder]).problems
    assert "after the death" in problem.reason


@pytest.mark.parametrize(("when", "taken"), [("2026-07-01", True), ("2026-07-02", False), ("2099", False)])
def test_nothing_can_have_happened_after_tomorrow(
    when: str, taken: bool, store: record.Store, write: Write
) -> None:
    """It is 30 June 2026, nine in the morning in Shanghai; on some island it is 1 July."""
    receipt = import_files(store, [write("a.json", bundle(patient(), weight(70, effectiveDateTime=when)))])
    assert receipt.facts["quarantined"] == (not taken)


def test_progress_names_every_document(store: record.Store, write: Write) -> None:
    seen: list[tuple[int, str]] = []
    write("in/a.json", patient())
    folder = write("in/b.pdf", b"%PDF").parent
    import_files(store, [folder], progress=lambda done, name: seen.append((done, name)))
    assert seen == [(1, "in/a.json"), (2, "in/b.pdf")]


def test_an_import_can_be_undone(store: record.Store, write: Write) -> None:
    import_files(store, [write("a.json", bundle(patient(), weight(70)))])
    before = store.status()["facts"]
    second = import_files(store, [write("b.json", bundle(patient(), weight(80, "x"), weight(71)))])
    assert second.batch is not None
    store.undo(second.batch)
    assert weights(store) == [70.0]
    assert store.status()["facts"] == before


def test_an_import_that_a_later_one_stands_on_is_not_undone(store: record.Store, write: Write) -> None:
    first = import_files(store, [write("a.json", bundle(patient(), weight(70)))])
    import_files(store, [write("b.json", bundle(patient(), weight(71)))])
    assert first.batch is not None
    with pytest.raises(RecordError):
        store.undo(first.batch)


# -- more than one process -----------------------------------------------------------------------


def _many(write: Write, people: int = 8) -> Path:
    """A folder of people with some hundred weights each."""
    for number in range(people):
        facts = (weight(50 + n / 10, f"{number}-{n}", of=f"p{number}") for n in range(200))
        write(f"many/{number}.json", bundle(patient(f"p{number}"), *facts))
    return write("many/z.json", b'{"resourceType": ').parent


def test_two_processes_read_what_one_reads(
    store: record.Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _many(write)
    alone = import_files(store, [folder])
    assert alone.batch is not None
    store.undo(alone.batch)
    monkeypatch.setattr(hands, "WORTH_IT", 0)
    together = import_files(store, [folder])
    assert {**together.to_data(), "batch": 0} == {**alone.to_data(), "batch": 0}
    assert together.facts["new"] == 8 * 201


def test_a_process_that_dies_is_an_error_and_leaves_nothing(
    store: record.Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "WORTH_IT", 0)
    # Threads that other tests have left would have it read in place, and end this process.
    monkeypatch.setattr(hands, "_may_fork", lambda: True)
    monkeypatch.setattr(hands, "_read", lambda *_: os._exit(1))
    with pytest.raises(KangluError, match="died"):
        import_files(store, [_many(write)])
    assert len(store.batches()) == 0


_KILLED = """
    import sys
    from pathlib import Path
    from kanglu import record
    from kanglu.intake import explain, hands, import_files

    hands.WORTH_IT = 0

    def progress(done, name):
        print(done, flush=True)
        if done == 5:
            sys.stdin.read()

    with record.open(sys.argv[1]) as store:
        import_files(store, [Path(sys.argv[2])], progress=progress)
"""


def test_killed_half_way_it_leaves_nothing_and_no_process(
    database_url: str, store: record.Store, write: Write
) -> None:
    folder = _many(write)
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_KILLED), database_url, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert any(line.strip() == "5" for line in running.stdout)
    group = os.getpgid(running.pid)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert (len(store.batches()), store.people_count()) == (0, 0)
    assert _gone(group)
    assert import_files(store, [folder]).facts["new"] == 8 * 201


def _gone(group: int) -> bool:
    """Whether every process of a group has ended, within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
