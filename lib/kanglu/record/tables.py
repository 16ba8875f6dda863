"""The tables, declared once for SQLite and PostgreSQL; the migrations are held to them by a test.

Texts are compared byte by byte on both (collation ``C`` on PostgreSQL), so that times sort as times and
every order is the same everywhere. Rows of facts are only ever inserted; undoing a batch removes them.
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

person = Table(
    "person",
    metadata,
    _id(),
    Column("record_number", text(), nullable=False, unique=True),
    Column("batch_id", ForeignKey(batch.c.id), nullable=False, index=True),
    Column("recorded", text(), nullable=False),
    comment="A person of the panel (FHIR Patient, its identity only).",
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
    Column("system", text(), nullable=False),
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
    comment="Who did what, for what purpose (FHIR AuditEvent). Only ever added to; each hash covers the row "
    "before.",
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

_SPECIAL: Mapping[str, type[Any]] = {"value": Double, "deceased": Boolean}
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

LEADING: tuple[str, ...] = ("id", "batch_id", "recorded", "replaces")
"""Columns of every fact table that the record itself fills, before the fact's own."""
OF_PERSON: tuple[Table, ...] = (*FACTS.values(), identifier, telecom, address)
"""Every table whose rows belong to a person, facts first."""
