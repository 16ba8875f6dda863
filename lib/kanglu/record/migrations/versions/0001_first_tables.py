"""The first tables: people, their facts with two times and an origin, batches, the audit chain."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ORIGINS = "'measured', 'reported', 'imported', 'derived', 'defaulted'"
CODED = "system code effective effective_end clinical_status"
FACTS = {
    "demographics": "name sex birth_date death_date deceased language effective effective_end",
    "observation": "indicator effective effective_end value value_code value_text comparator unit "
    "original_value original_unit",
    "condition": f"{CODED} verification_status category severity",
    "medication_statement": f"{CODED} kind intent dosage reason",
    "allergy_intolerance": f"{CODED} verification_status kind category criticality reaction",
    "encounter": f"{CODED} setting provider reason",
    "procedure": f"{CODED} reason outcome",
    "immunization": f"{CODED} dose",
    "diagnostic_report": f"{CODED} category conclusion",
    "care_plan": f"{CODED} intent category detail",
}
COMMENTS = {
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
REQUIRED = {"indicator", "origin", "status"}
SPECIAL = {"value": sa.Double, "deceased": sa.Boolean}

SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event "
    "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$",
    "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
)


def text() -> sa.String:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def needed(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=False) for name in names]


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)


def reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def upgrade() -> None:
    op.create_table(
        "batch",
        key(),
        *needed("label", "kind"),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("files", "receipt", "relies_on")),
        sa.Column("last_person", sa.Integer, nullable=False),
        *needed("recorded"),
        sa.Column("undone", text()),
        comment="One import or entry, all or nothing, with its receipt (FHIR Provenance). `relies_on`: "
        "batches whose facts it stated again. `last_person`: highest person id given out so far, never "
        "given again.",
    )
    op.create_table(
        "person",
        key(),
        sa.Column("record_number", text(), nullable=False, unique=True),
        reference("batch_id", "batch"),
        *needed("recorded"),
        comment="A person of the panel (FHIR Patient, its identity only).",
    )
    indexed("person", "batch_id")
    identity_tables()
    op.create_table(
        "problem",
        key(),
        reference("batch_id", "batch"),
        *needed("file", "row", "field", "reason", "remedy"),
        comment="What a batch set aside, where it stood and why (FHIR OperationOutcome).",
    )
    indexed("problem", "batch_id")
    op.create_table(
        "setting",
        sa.Column("name", text(), primary_key=True),
        *needed("value"),
        comment="What belongs to the database itself, such as the fingerprint of its key.",
    )
    audit_tables()
    for table, fields in FACTS.items():
        fact_table(table, fields.split())
    op.create_index("ix_observation_indicator_person_id", "observation", ["indicator", "person_id"])


def identity_tables() -> None:
    def of_person() -> list[sa.Column[Any]]:
        return [key(), reference("person_id", "person"), reference("batch_id", "batch"), *needed("recorded")]

    op.create_table(
        "identifier",
        *of_person(),
        *needed("system"),
        sa.Column("blind_index", text(), nullable=False, unique=True),
        sa.Column("tail_index", text()),
        *needed("cipher"),
        comment="A number of a person (FHIR Patient.identifier): found by keyed hash, kept encrypted.",
    )
    indexed("identifier", "person_id", "batch_id", "tail_index")
    op.create_table(
        "telecom",
        *of_person(),
        *needed("system"),
        sa.Column("use", text()),
        *needed("blind_index"),
        sa.Column("tail_index", text()),
        *needed("cipher"),
        comment="A telephone number or mail address (FHIR Patient.telecom), encrypted.",
    )
    indexed("telecom", "person_id", "batch_id", "blind_index", "tail_index")
    op.create_table(
        "address",
        *of_person(),
        *needed("blind_index", "cipher"),
        comment="A postal address (FHIR Patient.address), encrypted.",
    )
    indexed("address", "person_id", "batch_id")


def audit_tables() -> None:
    op.create_table(
        "audit_event",
        key(),
        *needed("at", "actor", "role", "purpose", "action"),
        sa.Column("person", text()),
        *needed("detail", "previous", "hash"),
        comment="Who did what, for what purpose (FHIR AuditEvent). Only ever added to; each hash "
        "covers the row before.",
    )
    indexed("audit_event", "person")
    op.create_table(
        "audit_head",
        key(),
        sa.Column("events", sa.Integer, nullable=False),
        *needed("hash", "seal"),
        sa.CheckConstraint("id = 1", name="one_row"),
        comment="How long the audit chain is and its last hash, sealed with the key, so that a cut shows.",
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_GUARDS if on_postgresql else SQLITE_GUARDS:
        op.execute(statement)


def fact_table(table: str, fields: list[str]) -> None:
    own = [*fields, "origin", "status", "display", "source", "source_key"]
    op.create_table(
        table,
        key(),
        reference("batch_id", "batch"),
        *needed("recorded"),
        reference("replaces", table, nullable=True),
        reference("person_id", "person"),
        *(sa.Column(name, SPECIAL.get(name, text)(), nullable=name not in REQUIRED) for name in own),
        sa.CheckConstraint(f"origin IN ({ORIGINS})", name="origin"),
        comment=COMMENTS[table],
    )
    indexed(table, "person_id", "batch_id")
    corrected = sa.text("replaces IS NOT NULL")
    op.create_index(
        f"ix_{table}_replaces", table, ["replaces"], sqlite_where=corrected, postgresql_where=corrected
    )


def downgrade() -> None:
    for table in (*FACTS, "audit_head", "audit_event"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_refuse()")
    for table in ("setting", "problem", "address", "telecom", "identifier", "person", "batch"):
        op.drop_table(table)
