"""The real FHIR sets: exact counts, twice, and back.

The expected numbers were counted by a script of its own that knows nothing of Kanglu: the parts of every
resource that hold a value; minus those that say again what another says of the same person, second and value;
minus the traps below.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kanglu import record
from kanglu.intake import Receipt, import_files
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.fhir import Lookups, drafts

Shared = Callable[[str], Path]


def reasons(receipt: Receipt) -> dict[str, int]:
    """How many problems there are of each kind: the reason without its numbers and names."""
    counts: Counter[str] = Counter()
    for one in receipt.problems:
        assert one.file
        assert one.reason
        assert one.remedy
        kind = re.sub(r"-?\d[\d.T:-]*", "#", f"{one.field.rpartition('.')[2]}: {one.reason}")
        counts[kind] += 1
    return dict(counts)


@pytest.fixture
def synthea(shared: Shared) -> Path:
    return shared("fhir-synthea-r4-open") / "synthea_r4_open.zip"


@pytest.fixture
def pysynthea(shared: Shared) -> Path:
    return shared("fhir-pysynthea-open") / "fhir-pysynthea-open.zip"


@pytest.mark.slow
def test_synthea_twice_and_back(store: record.Store, synthea: Path) -> None:
    first = import_files(store, [synthea])
    assert first.read == {
        "AllergyIntolerance": 190,
        "CarePlan": 932,
        "Condition": 2306,
        "DiagnosticReport": 3223,
        "Encounter": 8980,
        "Immunization": 3679,
        "MedicationRequest": 2417,
        "Observation": 45194,
        "Patient": 303,
        "Procedure": 6826,
    }
    assert first.skipped == {
        "Claim": 11397,
        "ExplanationOfBenefit": 8980,
        "Goal": 611,
        "ImagingStudy": 159,
        "Organization": 595,
        "Practitioner": 595,
    }
    assert first.facts == {"new": 75443, "duplicate": 212, "corrected": 0, "quarantined": 1185}
    assert reasons(first) == {
        # total protein in g/L that is called g/dL, globulin in g/dL that is called g/L
        "value: Total protein # g/dL is # g/L; only # to # is possible.": 407,
        "value: Globulin # g/L is # g/L; only # to # is possible.": 407,
        # both parts of 142 blood pressures
        "unit: It has no unit.": 284,
        "date: It is dated #, after the death (#).": 82,
        "date: It is dated #, before the birth (#).": 5,
    }
    assert (store.people_count(), first.refused) == (303, ())

    again = import_files(store, [synthea])
    assert again.facts == {"new": 0, "duplicate": 75655, "corrected": 0, "quarantined": 1185}

    for receipt in (again, first):
        assert receipt.batch is not None
        store.undo(receipt.batch)
    assert store.people_count() == 0
    assert not any(store.status()["facts"].values())


@pytest.mark.slow
def test_pysynthea_beside_synthea_twice_and_back(
    store: record.Store, pysynthea: Path, shared: Shared
) -> None:
    import_files(store, [shared("fhir-hl7-r4-examples")])
    before = _everything(store)
    first = import_files(store, [pysynthea])
    assert (first.read["Patient"], first.read["Observation"], first.read["CareTeam"]) == (20, 23354, 199)
    # Each blood pressure, height, weight, heart rate … is stated twice, and blood and serum alike.
    assert first.facts == {"new": 34375, "duplicate": 5325, "corrected": 0, "quarantined": 1244}
    assert reasons(first) == {
        "value[x]: It has no value and does not say why.": 1229,
        "value: Globulin # g/L is # g/L; only # to # is possible.": 14,
        "value: Venous total CO# # mmol/L is # mmol/L; only # to # is possible.": 1,
    }
    again = import_files(store, [pysynthea])
    assert (again.facts["new"], again.facts["duplicate"]) == (0, 39700)
    for receipt in (again, first):
        assert receipt.batch is not None
        store.undo(receipt.batch)
    assert _everything(store) == before


def _everything(store: record.Store) -> Any:
    """All facts about everybody, as they are read."""
    ids = list(store.panel("all").ids)
    found = []
    for dossier in store.dossiers(ids):
        frames = (dossier.observations, dossier.conditions, dossier.medications, dossier.encounters)
        found.append((dossier.person, [frame.to_csv() for frame in frames]))
    return found


@pytest.mark.slow
def test_a_blood_pressure_given_as_a_panel_and_alone_is_one_reading(
    store: record.Store, pysynthea: Path
) -> None:
    import_files(store, [pysynthea])
    readings = 0
    for dossier in store.dossiers(list(store.panel("all").ids)):
        pressures = dossier.observations[dossier.observations["indicator"] == "sbp"]
        assert not pressures.duplicated(["effective", "value"]).any()
        readings += len(pressures)
    assert readings == 764


@pytest.fixture
def examples(shared: Shared, tmp_path: Path, lookups: Lookups) -> Iterator[dict[str, Any]]:
    """Each official example with its draft, or the reason of its refusal."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found: dict[str, Any] = {}
    for one in documents([shared("fhir-hl7-r4-examples") / "hl7_r4_clinical_examples.zip"], scratch):
        assert not isinstance(one, Refusal)
        try:
            (found[one.name.rpartition("/")[2]],) = drafts(one, lookups)[1]
        except ValueError as refused:
            found[one.name.rpartition("/")[2]] = str(refused)
    yield found


def test_every_official_example_is_read_or_refused_with_a_reason(examples: dict[str, Any]) -> None:
    refused = {name: reason for name, reason in examples.items() if isinstance(reason, str)}
    assert len(examples) == 630
    assert set(refused) == {
        "Bundle-bundle-request-medsallergies.json",
        "Bundle-bundle-request-simplesummary.json",
    }
    assert all("holds no FHIR resources" in reason for reason in refused.values())
    read: Counter[str] = Counter()
    for name, draft in examples.items():
        if name in refused:
            continue
        assert draft.read or draft.skipped or draft.troubles, name
        assert all(one.reason and one.remedy for one in draft.troubles), name
        read += draft.read
    assert (read["Patient"], read["Observation"], read["Condition"]) == (52, 572, 16)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Observation-example.json", ("weight", pytest.approx(83.91, abs=0.01), None)),
        ("Observation-body-height.json", ("height", pytest.approx(169.926), None)),
        ("Observation-f001.json", ("glucose", 6.3, None)),
        ("Observation-map-sitting.json", ("map", 60.0, None)),
        ("Observation-eye-color.json", ("|eye color", None, "blue")),
        ("Observation-date-lastmp.json", ("http://loinc.org|8665-2", None, "2016-12-30")),
        ("Observation-656.json", ("urn:iso:std:iso:11073:10101|152584", 820.0, None)),
    ],
)
def test_official_observations_say_what_they_mean(
    name: str, expected: tuple[str, Any, Any], examples: dict[str, Any]
) -> None:
    (fact,) = examples[name].facts
    assert (fact.indicator, fact.value, fact.value_text) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Patient-animal.json", "It is an animal."),
        ("Observation-unsat.json", "It was cancelled, so there is no result."),
        ("Observation-blood-pressure-cancel.json", "It was cancelled, so there is no result."),
        ("Observation-blood-pressure-dar.json", "There is no value: Not Performed."),
        ("Observation-herd1.json", "It is about Group/herd1, which is not a person."),
    ],
)
def test_official_examples_of_nothing_to_take_in_say_why(
    name: str, reason: str, examples: dict[str, Any]
) -> None:
    assert [one.reason for one in examples[name].troubles] == [reason]
