"""The tables, declared once for SQLite and PostgreSQL; the migrations are held to them by a test.

Texts are compared byte by byte on both (collation ``C`` on PostgreSQL), so that times sort as times and
every order is the same everywhere. Rows of facts are only ever inserted; undoing a batch removes them. What
the rules give is no fact: it is derived from facts, recomputed, and stands in no batch.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from kanglu.record.facts import KINDS, ORIGINS, Kind

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text() -> String:
    """Text that sorts by its bytes."""
    return String().with_variant(String(collation="C"), "postgresql")


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


batch = Table(
    "batch",
    metadata,
    _id(),
    Column("label", text(), nullable=False),
    Column("kind", text(), nullable=False),
    Column("files", JSON, nullable=False),
    Column("receipt", JSON, nullable=False),
    Column("relies_on", JSON, nullable=False),
    Column("last_person", Integer, nullable=False),
    Column("recorded", text(), nullable=False),
    Column("undone", text()),
    comment="One import or entry, all or nothing, with its receipt (FHIR Provenance). `relies_on`: batches "
    "whose facts it stated again. `last_person`: highest person id given out so far, never given again.",
)

MERGE = "merge"
"""Kind of the batches that made two records one."""
ERASURE = "erasure"
"""Kind of the batches that erased a record."""

person = Table(
    "person",
    metadata,
    _id(),
    Column("record_number", text(), nullable=False, unique=True),
    Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
    Column("recorded", text(), nullable=False),
    Column("erased", text()),
    comment="A person of the panel (FHIR Patient, its identity only). Of one that was `erased` nothing else "
    "is left.",
)


def _of_person() -> tuple[Column[Any], ...]:
    return (
        _id(),
        Column("person_id", ForeignKey(person.c.id), nullable=False, index=True),
        Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
        Column("recorded", text(), nullable=False),
    )


identifier = Table(
    "identifier",
    metadata,
    *_of_person(),
    Column("system", text(), nullable=False, index=True),
    Column("blind_index", text(), nullable=False),
    Column("tail_index", text(), index=True),
    Column("cipher", text(), nullable=False),
    UniqueConstraint("blind_index"),
    comment="A number of a person (FHIR Patient.identifier): found by keyed hash, kept encrypted.",
)

telecom = Table(
    "telecom",
    metadata,
    *_of_person(),
    Column("system", text(), nullable=False),
    Column("use", text()),
    Column("blind_index", text(), nullable=False, index=True),
    Column("tail_index", text(), index=True),
    Column("cipher", text(), nullable=False),
    comment="A telephone number or mail address (FHIR Patient.telecom), encrypted.",
)

address = Table(
    "address",
    metadata,
    *_of_person(),
    Column("blind_index", text(), nullable=False),
    Column("cipher", text(), nullable=False),
    comment="A postal address (FHIR Patient.address), encrypted.",
)

person_link = Table(
    "person_link",
    metadata,
    *_of_person(),
    Column("into_id", ForeignKey(person.c.id), nullable=False, index=True),
    Column("reason", text()),
    UniqueConstraint("person_id"),
    comment="Whose record took in whose (FHIR Patient.link, replaced-by).",
)

problem = Table(
    "problem",
    metadata,
    _id(),
    Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
    Column("file", text(), nullable=False),
    Column("row", text(), nullable=False),
    Column("field", text(), nullable=False),
    Column("reason", text(), nullable=False),
    Column("remedy", text(), nullable=False),
    comment="What a batch set aside, where it stood and why (FHIR OperationOutcome).",
)

audit_event = Table(
    "audit_event",
    metadata,
    _id(),
    Column("at", text(), nullable=False),
    Column("actor", text(), nullable=False),
    Column("role", text(), nullable=False),
    Column("purpose", text(), nullable=False),
    Column("action", text(), nullable=False),
    Column("person", text(), index=True),
    Column("detail", text(), nullable=False),
    Column("previous", text(), nullable=False),
    Column("hash", text(), nullable=False),
    Column("came_from", text()),
    comment="Who did what, for what purpose, and from where (FHIR AuditEvent). Only ever added to; each hash "
    "covers the row before.",
)

audit_head = Table(
    "audit_head",
    metadata,
    _id(),
    Column("events", Integer, nullable=False),
    Column("hash", text(), nullable=False),
    Column("seal", text(), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    comment="How long the audit chain is and its last hash, sealed with the key, so that a cut shows.",
)

setting = Table(
    "setting",
    metadata,
    Column("name", text(), primary_key=True),
    Column("value", text(), nullable=False),
    comment="What belongs to the database itself, such as the fingerprint of its key.",
)

_SPECIAL: Mapping[str, type[Any]] = {"value": Double, "seconds": Double, "deceased": Boolean}
_REQUIRED = {"indicator", "origin", "status"}

_COMMENTS: Mapping[str, str] = {
    "demographics": "A version of who the person is (FHIR Patient).",
    "observation": "A measurement or answer in the canonical unit (FHIR Observation).",
    "condition": "A problem or diagnosis (FHIR Condition).",
    "medication_statement": "A medicine asked for or taken (FHIR MedicationStatement, MedicationRequest).",
    "allergy_intolerance": "An allergy or intolerance (FHIR AllergyIntolerance).",
    "encounter": "A visit (FHIR Encounter).",
    "procedure": "Something done to the person (FHIR Procedure).",
    "immunization": "A vaccination (FHIR Immunization).",
    "diagnostic_report": "A laboratory or imaging report (FHIR DiagnosticReport).",
    "care_plan": "A plan of care (FHIR CarePlan).",
    "communication": "A contact, tried or made (FHIR Communication).",
    "appointment": "A time agreed on, which may lie ahead (FHIR Appointment).",
    "episode_of_care": "Being enrolled in a programme (FHIR EpisodeOfCare).",
    "care_team": "A member of the team that looks after the person (FHIR CareTeam.participant).",
    "flag": "A tag set by hand (FHIR Flag).",
    "task_change": "What somebody did to a task (FHIR Task, Provenance).",
    "questionnaire_response": "A form that was filled (FHIR QuestionnaireResponse); `answers` is JSON.",
    "media": "A recording or picture (FHIR Media); its bytes lie encrypted in a file.",
    "consent": "What a person allowed or refused, for a purpose (FHIR Consent).",
}


def _column(field: str) -> Column[Any]:
    if field == "person_id":
        return Column(field, ForeignKey(person.c.id), nullable=False, index=True)
    kind = _SPECIAL.get(field)
    return Column(field, kind() if kind else text(), nullable=field not in _REQUIRED)


def _fact_table(kind: Kind) -> Table:
    name = kind.table
    origins = ", ".join(f"'{origin}'" for origin in ORIGINS)
    table = Table(
        name,
        metadata,
        _id(),
        Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
        Column("recorded", text(), nullable=False),
        Column("replaces", ForeignKey(f"{name}.id")),
        *(_column(field) for field in kind.fields),
        CheckConstraint(f"origin IN ({origins})", name="origin"),
        comment=_COMMENTS[name],
    )
    corrected = table.c.replaces.is_not(None)
    Index(f"ix_{name}_replaces", table.c.replaces, sqlite_where=corrected, postgresql_where=corrected)
    return table


FACTS: Mapping[str, Table] = {kind.table: _fact_table(kind) for kind in KINDS}
"""The table of each kind of fact, by its name; columns are the kind's fields after four of the record."""

demographics = FACTS["demographics"]
observation = FACTS["observation"]
condition = FACTS["condition"]
medication_statement = FACTS["medication_statement"]

Index("ix_observation_indicator_person_id", observation.c.indicator, observation.c.person_id)
Index("ix_care_team_practitioner", FACTS["care_team"].c.practitioner)
_owner = FACTS["task_change"].c.owner
Index("ix_task_change_owner", _owner, sqlite_where=_owner.is_not(None), postgresql_where=_owner.is_not(None))

name_key = Table(
    "name_key",
    metadata,
    Column("demographics_id", ForeignKey(demographics.c.id), primary_key=True, autoincrement=False),
    Column("kind", text(), primary_key=True),
    Column("key", text(), primary_key=True),
    Column("place", Integer, nullable=False),
    Index("ix_name_key_key", "key", "place", "demographics_id"),
    sqlite_with_rowid=False,
    comment="Under what a name is found (see `names`): derived from a version of the demographics, and "
    "removed with it. `place` is 0 for a key that begins where the name does.",
)

LEADING: tuple[str, ...] = ("id", "batch_id", "recorded", "replaces")
"""Columns of every fact table that the record itself fills, before the fact's own."""
OF_PERSON: tuple[Table, ...] = (*FACTS.values(), identifier, telecom, address, person_link)
"""Every table whose rows belong to a person and came with a batch, facts first."""

rule_version = Table(
    "rule_version",
    metadata,
    Column("rule", text(), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("definition", text(), nullable=False),
    Column("live_from", text(), nullable=False),
    Column("recorded", text(), nullable=False),
    comment="A rule as it was at a version (FHIR PlanDefinition); `definition` is JSON.",
)

publication = Table(
    "publication",
    metadata,
    _id(),
    *(Column(name, text(), nullable=False) for name in ("section", "entry", "content", "actor", "recorded")),
    Column("withdrawn", text()),
    comment="An entry of the rulebook as it was published, over what ships and what lies in files; `content` "
    "is JSON. It is in force until it is withdrawn or another is published in its place.",
)

evaluation = Table(
    "evaluation",
    metadata,
    _id(),
    Column("as_of", text(), nullable=False),
    Column("known", text(), nullable=False),
    Column("recorded", text(), nullable=False),
    Column("revision", text(), nullable=False),
    Column("last_batch", Integer, nullable=False),
    Column("scope", text(), nullable=False),
    Column("people", Integer, nullable=False),
    Column("state", text(), nullable=False),
    Column("counts", JSON, nullable=False),
    CheckConstraint("scope IN ('full', 'changed', 'people')", name="scope"),
    CheckConstraint("state IN ('running', 'complete')", name="state"),
    comment="One run of the rules; `last_batch` is the highest batch that there was.",
)

evaluated_person = Table(
    "evaluated_person",
    metadata,
    Column("person_id", ForeignKey(person.c.id), primary_key=True, autoincrement=False),
    Column("as_of", text(), nullable=False),
    Column("next_change", text()),
    Column("revision", text(), nullable=False),
    comment="For which day the rules looked at a person last; `next_change` is the first day on which "
    "something changes without new facts.",
)

rule_result = Table(
    "rule_result",
    metadata,
    _id(),
    Column("person_id", ForeignKey(person.c.id), nullable=False, index=True),
    *(Column(name, text(), nullable=False) for name in ("kind", "code", "rule")),
    Column("version", Integer, nullable=False),
    Column("period", text(), nullable=False),
    Column("part", Integer, nullable=False),
    Column("starts", text(), nullable=False),
    Column("ends", text()),
    Column("state", text(), nullable=False),
    *(Column(name, text()) for name in ("reason", "window_start", "due", "lapses")),
    Column("priority", Integer),
    *(Column(name, text()) for name in ("role", "channel", "based_on")),
    Column("inputs", text(), nullable=False),
    Column("evaluation_id", ForeignKey(evaluation.c.id), nullable=False, index=True),
    Column("recorded", text(), nullable=False),
    Column("withdrawn", text()),
    comment="What a rule gave a person in a period (FHIR Task, ServiceRequest, CommunicationRequest, Flag). "
    "The key is (rule, version, person, period, part); it held from `recorded` until it was withdrawn.",
)
_current = rule_result.c.withdrawn.is_(None)
Index("ix_rule_result_current", rule_result.c.person_id, sqlite_where=_current, postgresql_where=_current)

account = Table(
    "account",
    metadata,
    Column("id", text(), primary_key=True),
    *(Column(name, text(), nullable=False) for name in ("name", "role", "password", "created")),
    *(Column(name, text()) for name in ("practitioner", "language", "disabled", "locked_until")),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    *(Column(name, text()) for name in ("second_factor", "recovery", "subject", "institution")),
    Column("second_factor_step", Integer),
    Index("uq_account_subject", "subject", unique=True),
    comment="Who may sign in (FHIR Practitioner, PractitionerRole). `password` is an argon2 hash, "
    "`practitioner` the member of the staff that this is, `failures` wrong passwords in a row; "
    "`second_factor` is encrypted, `subject` who it is to the single sign-on.",
)

login_session = Table(
    "login_session",
    metadata,
    Column("id", text(), primary_key=True),
    Column("account_id", ForeignKey(account.c.id), nullable=False, index=True),
    *(Column(name, text(), nullable=False) for name in ("created", "seen", "expires")),
    Column("ended", text()),
    *(Column(name, text()) for name in ("waits_for", "came_from")),
    comment="Somebody is signed in; `id` is the hash of the token that only the browser knows.",
)

draft = Table(
    "draft",
    metadata,
    _id(),
    Column("account_id", ForeignKey(account.c.id), nullable=False),
    Column("key", text(), nullable=False),
    Column("cipher", text(), nullable=False),
    Column("saved", text(), nullable=False),
    UniqueConstraint("account_id", "key"),
    comment="What somebody has begun to enter and not saved; `cipher` is encrypted JSON. No fact.",
)

rule_proposal = Table(
    "rule_proposal",
    metadata,
    _id(),
    *(Column(name, text(), nullable=False) for name in ("content", "reason", "revision", "proposed_by")),
    Column("recorded", text(), nullable=False),
    Column("state", text(), nullable=False),
    *(Column(name, text()) for name in ("decided_by", "decided", "note")),
    CheckConstraint("state IN ('proposed', 'approved', 'rejected', 'withdrawn')", name="state"),
    comment="A change of the rules that waits for a second person; `content` is JSON, `revision` the rules "
    "it was made for.",
)

access_grant = Table(
    "access_grant",
    metadata,
    _id(),
    Column("person_id", ForeignKey(person.c.id), nullable=False, index=True),
    *(Column(name, text(), nullable=False) for name in ("actor", "reason", "recorded", "expires")),
    comment="Somebody opened the record of a person whom they do not look after, and said why.",
)

rights_request = Table(
    "rights_request",
    metadata,
    _id(),
    Column("person_id", ForeignKey(person.c.id), nullable=False, index=True),
    *(
        Column(name, text(), nullable=False)
        for name in ("kind", "received", "due", "state", "cipher", "entered_by", "recorded")
    ),
    *(Column(name, text()) for name in ("decided_by", "decided")),
    CheckConstraint("kind IN ('access', 'correction', 'export', 'erasure')", name="kind"),
    CheckConstraint("state IN ('received', 'accepted', 'done', 'refused')", name="state"),
    comment="What a person asks of those who keep the record (FHIR Task); `cipher` is encrypted JSON: the "
    "wording, and what was answered.",
)
