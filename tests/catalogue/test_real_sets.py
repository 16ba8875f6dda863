"""The open FHIR sets: every measurement of a person is known, and what its unit belies is seen."""

import io
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kanglu import catalogue
from kanglu.errors import UnitError

SHARED = Path(os.environ.get("KANGLU_SHARED", Path(__file__).parents[3] / "shared"))
SETS = [
    "fhir-synthea-r4-open/synthea_r4_open.zip",
    "fhir-pysynthea-open/fhir-pysynthea-open.zip",
    "fhir-hl7-r4-examples/hl7_r4_clinical_examples.zip",
]
CATALOGUE = catalogue.current()
# Quantities that are no measurement of the person: households, notes, germs, a study's own codes.
NOT_OF_A_PERSON = {
    "63512-8", "46240-8", "75443-2", "84215-3", "28-1", "185-9", "267-5", "43161-9", "X9999-1", "X9999-2",
    "80219-9",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the open sets are not here")


def documents(content: bytes, name: str) -> Iterator[Any]:
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from documents(archive.read(inner), inner)
    elif name.endswith(".json"):
        yield json.loads(content)
    elif name.endswith(".ndjson"):
        yield from map(json.loads, filter(None, content.splitlines()))


def resources(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
        for entry in document.get("entry", []):
            yield from resources(entry.get("resource"))
        for contained in document.get("contained", []):
            yield from resources(contained)


@cache
def observed() -> list[tuple[str, float, str | None]]:
    """LOINC code, value and unit of every quantity in the sets, components included."""
    found = []
    for name in SETS:
        for document in documents((SHARED / "data" / name).read_bytes(), name):
            for resource in resources(document):
                if resource.get("resourceType") != "Observation":
                    continue
                for part in (resource, *resource.get("component", [])):
                    quantity = part.get("valueQuantity", {})
                    if "value" not in quantity:
                        continue
                    for coding in part.get("code", {}).get("coding", []):
                        if coding.get("system") == "http://loinc.org":
                            unit = quantity.get("code") or quantity.get("unit")
                            found.append((coding["code"], quantity["value"], unit))
    return found


def test_every_measurement_of_a_person_is_an_indicator() -> None:
    codes = {code for code, _, _ in observed()}
    unknown = {code for code in codes if CATALOGUE.indicator_for_code("loinc", code) is None}
    assert unknown <= NOT_OF_A_PERSON


def test_every_unit_converts() -> None:
    refused = Counter[tuple[str, str | None]]()
    for code, value, unit in observed():
        indicator = CATALOGUE.indicator_for_code("loinc", code)
        try:
            if indicator:
                indicator.convert(value, unit)
        except UnitError:
            refused[indicator.id, unit] += 1
    # 142 panels of Synthea state a blood pressure without a unit; nothing is guessed for them here.
    assert refused == {("sbp", None): 142, ("dbp", None): 142}


def test_values_that_their_unit_belies_are_not_possible() -> None:
    impossible = Counter[str]()
    for code, value, unit in observed():
        indicator = CATALOGUE.indicator_for_code("loinc", code)
        if indicator and (unit or indicator.unit == "1"):
            impossible[indicator.id] += not indicator.possible_value(indicator.convert(value, unit))
    # Synthea swaps the units of total protein (g/dL for g/L) and globulin (g/L for g/dL).
    found = {name: count for name, count in impossible.items() if count}
    assert found == {"total_protein": 407, "globulin": 421, "venous_total_co2": 1}
