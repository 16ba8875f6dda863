"""FHIR resources other than Patient and Observation, each to its one fact."""

from collections.abc import Callable, Mapping
from datetime import date as Day
from datetime import timedelta
from typing import Literal

from kanglu.intake.fhir.draft import Concept, Malformed
from kanglu.intake.fhir.elements import (
    Resource,
    all_words,
    code_of,
    concepts,
    date,
    node,
    nodes,
    period,
    text,
    when,
    words_of,
)
from kanglu.intake.fhir.seen import Seen
from kanglu.record.facts import (
    WITHDRAWN,
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

_NOTHING = Concept(None, None, None)
_DAYS = frozenset(("d", "day", "days", "天", "日"))
_DAY = len("2026-05-26")
_LONGEST_SUPPLY = 999


def condition(resource: Resource, seen: Seen) -> Condition:
    """A problem; one entered in error is withdrawn, one refuted is kept as what it is: refuted."""
    system, code, display = seen.lookups.diagnosis(concepts(node(resource, "code"), "code"))
    onset, _ = when(resource, "onset")
    abatement, _ = when(resource, "abatement")
    verification = code_of(resource, "verificationStatus")
    return Condition(
        seen.subject,
        system,
        code,
        onset or date(resource, "recordedDate"),
        abatement,
        clinical_status=code_of(resource, "clinicalStatus"),
        verification_status=verification,
        category=all_words(resource, "category"),
        severity=words_of(node(resource, "severity")),
        status=WITHDRAWN if verification == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def medication_request(resource: Resource, seen: Seen) -> MedicationStatement:
    """A medicine asked for; a request not to give one is none."""
    if resource.get("doNotPerform") is True:
        raise Malformed("doNotPerform", "It asks not to give the medicine.", "Nothing to do.")
    start, end = period(node(resource, "dispenseRequest"), "validityPeriod")
    return _medication(
        resource, seen, "request", date(resource, "authoredOn") or start, end, "dosageInstruction"
    )


def medication_statement(resource: Resource, seen: Seen) -> MedicationStatement:
    """A medicine taken, as somebody says."""
    start, end = when(resource, "effective")
    return _medication(resource, seen, "statement", start or date(resource, "dateAsserted"), end, "dosage")


def medication_dispense(resource: Resource, seen: Seen) -> MedicationStatement:
    """A medicine handed out: a filled order, from the day it was handed out to the last it lasts for.

    It is taken while it lasts; where nobody says for how many days, it was handed out and no more is known.
    One that was never handed out is kept as not taken.
    """
    start = date(resource, "whenHandedOver") or date(resource, "whenPrepared")
    end = _last_day(start, node(resource, "daysSupply"))
    found = _medication(resource, seen, "dispense", start, end, "dosageInstruction")
    state = found.clinical_status
    if state in ("completed", "unknown"):
        state = "completed" if end is None else "active"
    elif state != "stopped":
        state = "not-taken"
    return found._replace(intent="filler-order", clinical_status=state)


def _last_day(start: str | None, supply: Resource) -> str | None:
    """The last day that a supply lasts for, where its day and its length are known."""
    if not supply:
        return None
    days, unit = supply.get("value"), text(supply, "code") or text(supply, "unit") or "d"
    if not isinstance(days, (int, float)) or days != int(days) or not 1 <= days <= _LONGEST_SUPPLY:
        raise Malformed("daysSupply", f"{days} is not a number of days.", "Give whole days, 1 to 999.")
    if unit not in _DAYS:
        raise Malformed("daysSupply", f"{unit} is not a unit of days.", "Give the supply in days (d).")
    if start is None or len(start) < _DAY:
        return None
    return (Day.fromisoformat(start[:_DAY]) + timedelta(days=int(days) - 1)).isoformat()


def _medication(
    resource: Resource,
    seen: Seen,
    kind: Literal["request", "statement", "dispense"],
    start: str | None,
    end: str | None,
    dosage: str,
) -> MedicationStatement:
    system, code, display = _medicine(resource, seen)
    status = text(resource, "status")
    return MedicationStatement(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        kind=kind,
        intent=text(resource, "intent"),
        dosage=_dosage(nodes(resource, dosage)),
        reason=all_words(resource, "reasonCode"),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def _medicine(resource: Resource, seen: Seen) -> Concept:
    """The medicine: stated in place, contained, or in a Medication of this document or of another."""
    if "medicationCodeableConcept" in resource:
        stated = concepts(node(resource, "medicationCodeableConcept"), "medicationCodeableConcept")
        return seen.lookups.medicine(stated)
    reference = node(resource, "medicationReference")
    name, words = text(reference, "reference"), text(reference, "display")
    if name and name.startswith("#"):
        contained = seen.resolve(resource, name)
        if contained is not None and contained.get("code"):
            return seen.lookups.medicine(concepts(node(contained, "code"), "medicationReference.code"))
    elif name:
        name = name.partition("/_history/")[0]
        if known := seen.draft.medicines.get(name):
            return known
        if not words:
            seen.unnamed = name
            return _NOTHING
    if words:
        return Concept(None, None, words)
    raise Malformed("medication[x]", "It names no medicine.", "Export the Medication along.")


def _dosage(instructions: list[Resource]) -> str | None:
    return "; ".join(filter(None, map(_instruction, instructions))) or None


def _instruction(dosage: Resource) -> str | None:
    """A dosage in words: as the prescriber wrote it, else its dose and times."""
    if written := text(dosage, "text"):
        return written
    dose = next((node(each, "doseQuantity") for each in nodes(dosage, "doseAndRate")), {})
    amount = " ".join(str(dose[part]) for part in ("value", "unit") if part in dose)
    repeat = node(node(dosage, "timing"), "repeat")
    times = ""
    if "frequency" in repeat and "period" in repeat:
        times = f"{repeat['frequency']} × / {repeat['period']:g} {repeat.get('periodUnit', '')}".strip()
    as_needed = "as needed" if dosage.get("asNeededBoolean") is True else ""
    return ", ".join(filter(None, (amount, times, as_needed))) or None


def allergy(resource: Resource, seen: Seen) -> AllergyIntolerance:
    """An allergy or intolerance, with the substance and its reactions."""
    code = node(resource, "code")
    reactions = nodes(resource, "reaction")
    substance = code or next((node(each, "substance") for each in reactions if each.get("substance")), {})
    system, code_, display = concepts(substance, "code")[0]
    onset, _ = when(resource, "onset")
    verification = code_of(resource, "verificationStatus")
    categories = resource.get("category")
    return AllergyIntolerance(
        seen.subject,
        system,
        code_,
        onset or date(resource, "recordedDate"),
        clinical_status=code_of(resource, "clinicalStatus"),
        verification_status=verification,
        kind=text(resource, "type"),
        category="; ".join(map(str, categories)) if isinstance(categories, list) else None,
        criticality=text(resource, "criticality"),
        reaction="; ".join(filter(None, (all_words(each, "manifestation") for each in reactions))) or None,
        status=WITHDRAWN if verification == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code_ or display, set()),
    )


def encounter(resource: Resource, seen: Seen) -> Encounter:
    """A visit."""
    types = nodes(resource, "type")
    system, code, display = concepts(types[0], "type")[0] if types else _NOTHING
    start, end = period(resource, "period")
    status = text(resource, "status")
    setting = node(resource, "class")
    return Encounter(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        setting=text(setting, "code") or text(setting, "display"),
        provider=words_of(node(resource, "serviceProvider")),
        reason=all_words(resource, "reasonCode"),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display or text(setting, "display"),
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def procedure(resource: Resource, seen: Seen) -> Procedure:
    """Something done to the person."""
    system, code, display = concepts(node(resource, "code"), "code")[0]
    start, end = when(resource, "performed")
    status = text(resource, "status")
    return Procedure(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        reason=all_words(resource, "reasonCode"),
        outcome=words_of(node(resource, "outcome")),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def immunization(resource: Resource, seen: Seen) -> Immunization:
    """A vaccination, given or not."""
    system, code, display = concepts(node(resource, "vaccineCode"), "vaccineCode")[0]
    start, _ = when(resource, "occurrence")
    status = text(resource, "status")
    dose = node(resource, "doseQuantity")
    return Immunization(
        seen.subject,
        system,
        code,
        start or date(resource, "recorded"),
        clinical_status=status,
        dose=" ".join(str(dose[part]) for part in ("value", "unit") if part in dose) or None,
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def report(resource: Resource, seen: Seen) -> DiagnosticReport:
    """A report; its results are Observations of their own."""
    system, code, display = concepts(node(resource, "code"), "code")[0]
    start, end = when(resource, "effective")
    status = text(resource, "status")
    return DiagnosticReport(
        seen.subject,
        system,
        code,
        start or date(resource, "issued"),
        end,
        clinical_status=status,
        category=all_words(resource, "category"),
        conclusion=text(resource, "conclusion") or all_words(resource, "conclusionCode"),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def care_plan(resource: Resource, seen: Seen) -> CarePlan:
    """A plan of care, named by its category, with its activities in words."""
    named = [each for category in nodes(resource, "category") for each in concepts(category, "category")]
    title = text(resource, "title")
    # Profiles say in a category that the plan is a plan; the last one says of what.
    system, code, display = named[-1] if named else _NOTHING
    start, end = period(resource, "period")
    status = text(resource, "status")
    details = [node(activity, "detail") for activity in nodes(resource, "activity")]
    doings = (words_of(node(detail, "code")) or text(detail, "description") for detail in details)
    return CarePlan(
        seen.subject,
        system,
        code,
        start or date(resource, "created"),
        end,
        clinical_status=status,
        intent=text(resource, "intent"),
        category=title,
        detail="; ".join(filter(None, doings)) or text(resource, "description"),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=title or display or text(resource, "description"),
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


CLINICAL: Mapping[str, Callable[[Resource, Seen], Fact]] = {
    "Condition": condition,
    "MedicationRequest": medication_request,
    "MedicationStatement": medication_statement,
    "MedicationDispense": medication_dispense,
    "AllergyIntolerance": allergy,
    "Encounter": encounter,
    "Procedure": procedure,
    "Immunization": immunization,
    "DiagnosticReport": report,
    "CarePlan": care_plan,
}
