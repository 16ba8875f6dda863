"""Which FHIR a document is written in: R4 is read (R4B is the same here), any other is refused by name.

Documents seldom say their version, so it is told by elements that only one version has.
"""

from collections import Counter
from typing import Any

from kanglu.errors import Refused

_DSTU2, _STU3, _R5 = "DSTU2 (1.0)", "STU3 (3.0)", "R5 (5.0)"
_ENOUGH = 0.1

_TYPES = {
    "MedicationOrder": _DSTU2,
    "DiagnosticOrder": _DSTU2,
    "DeviceUseRequest": _DSTU2,
    "Conformance": _DSTU2,
    "BodySite": _STU3,
    "ProcedureRequest": _STU3,
    "ReferralRequest": _STU3,
    "DeviceComponent": _STU3,
    "EligibilityRequest": _STU3,
    "ImagingManifest": _STU3,
    "Sequence": _STU3,
    "MedicationUsage": _R5,
    "NutritionIntake": _R5,
    "DeviceUsage": _R5,
    "RequestOrchestration": _R5,
}

# Elements that R4 does not have, by type: seen on a resource, they tell its version.
_ELEMENTS: dict[str, dict[str, str]] = {
    "Patient": {"careProvider": _DSTU2, "animal": _STU3},
    "Observation": {"comments": _DSTU2, "context": _STU3, "comment": _STU3, "triggeredBy": _R5},
    "Condition": {
        "patient": _DSTU2,
        "dateRecorded": _DSTU2,
        "context": _STU3,
        "assertedDate": _STU3,
        "participant": _R5,
    },
    "Encounter": {"patient": _DSTU2, "indication": _DSTU2, "reason": _STU3, "actualPeriod": _R5},
    "Procedure": {"notPerformed": _DSTU2, "context": _STU3, "notDone": _STU3, "occurrenceDateTime": _R5},
    "Immunization": {"wasNotGiven": _DSTU2, "date": _STU3, "notGiven": _STU3, "explanation": _STU3},
    "AllergyIntolerance": {"substance": _DSTU2, "assertedDate": _STU3, "participant": _R5},
    "MedicationRequest": {"context": _STU3, "medication": _R5},
    "MedicationStatement": {"patient": _DSTU2, "wasNotTaken": _DSTU2, "taken": _STU3, "medication": _R5},
    "MedicationDispense": {"notDone": _STU3, "medication": _R5},
    "DiagnosticReport": {"codedDiagnosis": _STU3, "context": _STU3, "image": _STU3},
    "CarePlan": {"context": _STU3, "definition": _STU3},
}
_SHAPES = ("Condition", "AllergyIntolerance", "Patient", "Encounter")


def version_of(kind: str, resource: dict[str, Any] | None) -> str | None:
    """The version that a resource betrays when it is not R4; None when nothing speaks against R4.

    Without the resource, its type alone is judged.
    """
    if kind in _TYPES:
        return _TYPES[kind]
    if resource is None:
        return None
    elements = _ELEMENTS.get(kind)
    if elements is None:
        return _stated(resource)
    if elements.keys().isdisjoint(resource):
        return _version_by_shape(kind, resource) if kind in _SHAPES else None
    return next(version for element, version in elements.items() if element in resource)


def _version_by_shape(kind: str, resource: dict[str, Any]) -> str | None:
    """Elements that R4 has too, but of another type."""
    if isinstance(resource.get("clinicalStatus"), str):
        return _STU3
    if kind == "Patient":
        names = resource.get("name")
        if isinstance(names, list) and any(
            isinstance(n, dict) and isinstance(n.get("family"), list) for n in names
        ):
            return _DSTU2
    if kind == "Encounter":
        setting = resource.get("class")
        return _DSTU2 if isinstance(setting, str) else _R5 if isinstance(setting, list) else None
    return None


def refuse_other_versions(told: Counter[str], resources: int) -> None:
    """Raises `Refused` when a tenth of the resources or more betray a version (`told`) other than R4."""
    if told and told.total() >= resources * _ENOUGH:
        raise Refused(
            f"It is FHIR {told.most_common(1)[0][0]}; Kanglu reads R4 (4.0).",
            remedy="Export it as R4, or have it converted first.",
        )


def _stated(resource: dict[str, Any]) -> str | None:
    """The version that a CapabilityStatement or a profile states outright."""
    stated = resource.get("fhirVersion")
    if not isinstance(stated, str):
        return None
    known = {"0": _DSTU2, "1": _DSTU2, "3": _STU3, "5": _R5}
    return known.get(stated[:1])
