"""What may be said of a person: one immutable tuple for each kind of fact, as it comes from a source.

What the service did stands in `service`, and is handed on here. A fact is a named tuple, because an import
makes hundreds of thousands of them and the database takes tuples. The fields of each stand in the order that
its `Kind` needs:

1. the fields that say the same thing (two facts that agree in all of them are one fact),
2. the further fields whose change makes a correction,
3. what merely accompanies the fact: ``display``, ``source``, ``source_key``.

Fields that every fact has
--------------------------
person_id : the person, as `BatchWriter.person` answered; `NOBODY` sets the fact aside.
effective, effective_end : when it was true, in the form of `kanglu.dates`; None when the source is silent.
origin : how it was obtained.
status : state of the statement; ``entered-in-error`` withdraws what the same `source_key` said before.
source : where it stands, for people: ``labs.csv#17`` or ``Observation/4711``.
source_key : identity of this *fact* in its source, unique for the person and the kind. A source record that
    holds several facts adds a part: ``Observation/4711#dbp``. None when the source has no identity to give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kanglu.record.origin import ORIGINS as ORIGINS
from kanglu.record.origin import Origin as Origin
from kanglu.record.service import Appointment as Appointment
from kanglu.record.service import CareTeam as CareTeam
from kanglu.record.service import Communication as Communication
from kanglu.record.service import Consent as Consent
from kanglu.record.service import EpisodeOfCare as EpisodeOfCare
from kanglu.record.service import Flag as Flag
from kanglu.record.service import Media as Media
from kanglu.record.service import QuestionnaireResponse as QuestionnaireResponse
from kanglu.record.service import TaskChange as TaskChange

Sex = Literal["male", "female", "other", "unknown"]
WITHDRAWN = "entered-in-error"
NOBODY = 0
"""The person id of a statement that could not be matched; facts about nobody are set aside."""


class Observation(NamedTuple):
    """A measurement or answer (FHIR Observation).

    `indicator` is a catalogue id, or ``system|code`` when the catalogue does not know the code. `value` is
    in the canonical `unit`; booleans are 1.0 and 0.0. What the source printed stays in `original_value`
    and `original_unit`. A value that is no number (``7.75轻度乳糜``) is kept whole in `value_text`.
    """

    person_id: int
    indicator: str
    effective: str | None
    effective_end: str | None = None
    value: float | None = None
    value_code: str | None = None
    value_text: str | None = None
    comparator: Literal["<", "<=", ">", ">="] | None = None
    unit: str | None = None
    original_value: str | None = None
    original_unit: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Condition(NamedTuple):
    """A problem or diagnosis (FHIR Condition); `effective` is its onset, `effective_end` its abatement."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    verification_status: str | None = None
    category: str | None = None
    severity: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class MedicationStatement(NamedTuple):
    """A medicine asked for, handed out or taken (FHIR MedicationRequest, -Dispense, -Statement).

    `kind` tells them apart; `clinical_status` is active, completed, stopped, on-hold …
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    kind: Literal["request", "dispense", "statement"] = "statement"
    intent: str | None = None
    dosage: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class AllergyIntolerance(NamedTuple):
    """An allergy or intolerance (FHIR AllergyIntolerance); `kind` is allergy or intolerance."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    verification_status: str | None = None
    kind: str | None = None
    category: str | None = None
    criticality: str | None = None
    reaction: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Encounter(NamedTuple):
    """A visit (FHIR Encounter); `setting` is the class (AMB, IMP, EMER …), the code says its type."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    setting: str | None = None
    provider: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Procedure(NamedTuple):
    """Something done to the person (FHIR Procedure)."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    reason: str | None = None
    outcome: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Immunization(NamedTuple):
    """A vaccination (FHIR Immunization); `clinical_status` is completed or not-done."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    dose: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class DiagnosticReport(NamedTuple):
    """A laboratory or imaging report (FHIR DiagnosticReport); its values are observations of their own."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    category: str | None = None
    conclusion: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class CarePlan(NamedTuple):
    """A plan of care (FHIR CarePlan); `detail` holds its activities in words."""

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    intent: str | None = None
    category: str | None = None
    detail: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Demographics(NamedTuple):
    """Who the person is, as one source says it (FHIR Patient); made by `BatchWriter.person`.

    Dates are ISO text, as exact as the source; `deceased` holds a death without a date.
    """

    person_id: int
    name: str | None = None
    sex: Sex | None = None
    birth_date: str | None = None
    death_date: str | None = None
    deceased: bool | None = None
    language: str | None = None
    effective: str | None = None
    effective_end: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


Fact = (
    Observation
    | Condition
    | MedicationStatement
    | AllergyIntolerance
    | Encounter
    | Procedure
    | Immunization
    | DiagnosticReport
    | CarePlan
    | Communication
    | Appointment
    | EpisodeOfCare
    | CareTeam
    | Flag
    | TaskChange
    | QuestionnaireResponse
    | Media
    | Consent
    | Demographics
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How facts of one type are told apart.

    Parameters
    ----------
    table : name of the table that holds them.
    fact : the named tuple.
    same : how many leading fields say what the fact is.
    content : how many leading fields make a correction when they change.
    coded : whether the fact is named by system and code; then the display names it where the code is missing.
    ahead : whether it may be effective after the day asked for and count all the same.
    """

    table: str
    fact: type[Fact]
    same: int
    content: int
    coded: bool = True
    ahead: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the fact, which are the columns of its table."""
        return self.fact._fields


def _kind(table: str, fact: type[Fact], up_to: str, *, coded: bool = True, ahead: bool = False) -> Kind:
    fields = fact._fields
    return Kind(table, fact, fields.index(up_to) + 1, fields.index("status") + 1, coded, ahead)


KINDS: tuple[Kind, ...] = (
    _kind("demographics", Demographics, "language", coded=False),
    _kind("observation", Observation, "unit", coded=False),
    _kind("condition", Condition, "severity"),
    _kind("medication_statement", MedicationStatement, "reason"),
    _kind("allergy_intolerance", AllergyIntolerance, "reaction"),
    _kind("encounter", Encounter, "reason"),
    _kind("procedure", Procedure, "outcome"),
    _kind("immunization", Immunization, "dose"),
    _kind("diagnostic_report", DiagnosticReport, "conclusion"),
    _kind("care_plan", CarePlan, "detail"),
    _kind("communication", Communication, "text"),
    _kind("appointment", Appointment, "reason", ahead=True),
    _kind("episode_of_care", EpisodeOfCare, "reason"),
    _kind("care_team", CareTeam, "practitioner"),
    _kind("flag", Flag, "reason"),
    _kind("task_change", TaskChange, "reason"),
    _kind("questionnaire_response", QuestionnaireResponse, "author"),
    _kind("media", Media, "location"),
    _kind("consent", Consent, "evidence"),
)
KIND_OF: Mapping[type[Fact], Kind] = {kind.fact: kind for kind in KINDS}

NATIONAL_ID = "cn-resident-id"
"""System of the Chinese resident identity number: 18 characters, the last a check digit."""
RECORD_NUMBER = "kanglu-record-number"
"""System under which a source may name a person by Kanglu's own record number (``K000123``)."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that a system gave to one person (FHIR Identifier). `system` is a URI or `NATIONAL_ID`."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Telecom:
    """A telephone number or mail address (FHIR ContactPoint)."""

    system: str
    value: str
    use: str | None = None


@dataclass(frozen=True, slots=True)
class PersonStatement:
    """What one source says of who a person is.

    Parameters
    ----------
    identifiers : numbers by which the person can be found again; at least one.
    name, sex, birth_date, death_date, deceased, language : see `Demographics`; None where it is silent.
    telecoms, addresses : ways to reach the person; kept encrypted.
    effective, origin, source, source_key : as in every fact.
    """

    identifiers: tuple[Identifier, ...]
    name: str | None = None
    sex: Sex | None = None
    birth_date: str | None = None
    death_date: str | None = None
    deceased: bool | None = None
    language: str | None = None
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[str, ...] = ()
    effective: str | None = None
    origin: Origin = "imported"
    source: str | None = None
    source_key: str | None = None
