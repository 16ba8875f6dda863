"""What the service did as facts; rules, their runs and what they gave; whose record took in whose."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ORIGINS = "'measured', 'reported', 'imported', 'derived', 'defaulted'"
CODED = "system code effective effective_end clinical_status"
FACTS = {
    "communication": f"{CODED} direction channel outcome about reason text",
    "appointment": f"{CODED} booked provider reason",
    "episode_of_care": f"{CODED} reason",
    "care_team": f"{CODED} practitioner",
    "flag": f"{CODED} reason",
    "task_change": f"{CODED} task until owner reason",
    "questionnaire_response": f"{CODED} version answers author",
}
COMMENTS = {
    "communication": "A contact, tried or made (FHIR Communication).",
    "appointment": "A time agreed on, which may lie ahead (FHIR Appointment).",
    "episode_of_care": "Being enrolled in a programme (FHIR EpisodeOfCare).",
    "care_team": "A member of the team that looks after the person (FHIR CareTeam.participant).",
    "flag": "A tag set by hand (FHIR Flag).",
    "task_change": "What somebody did to a task (FHIR Task, Provenance).",
    "questionnaire_response": "A form that was filled (FHIR QuestionnaireResponse); `answers` is JSON.",
}
REQUIRED = {"origin", "status"}


def text() -> sa.String:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def needed(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, text(), nullable=False) for name in names]


def optional(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, text()) for name in names]


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)


def reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def partly_indexed(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for table, fields in FACTS.items():
        fact_table(table, fields.split())
    op.create_table(
        "person_link",
        key(),
        reference("person_id", "person"),
        reference("batch_id", "batch"),
        *needed("recorded"),
        reference("into_id", "person"),
        *optional("reason"),
        sa.UniqueConstraint("person_id"),
        comment="Whose record took in whose (FHIR Patient.link, replaced-by).",
    )
    indexed("person_link", "person_id", "batch_id", "into_id")
    rule_tables()
    result_table()


def fact_table(table: str, fields: list[str]) -> None:
    own = [*fields, "origin", "status", "display", "source", "source_key"]
    op.create_table(
        table,
        key(),
        reference("batch_id", "batch"),
        *needed("recorded"),
        reference("replaces", table, nullable=True),
        reference("person_id", "person"),
        *(sa.Column(name, text(), nullable=name not in REQUIRED) for name in own),
        sa.CheckConstraint(f"origin IN ({ORIGINS})", name="origin"),
        comment=COMMENTS[table],
    )
    indexed(table, "person_id", "batch_id")
    partly_indexed(f"ix_{table}_replaces", table, "replaces", "replaces IS NOT NULL")


def rule_tables() -> None:
    op.create_table(
        "rule_version",
        sa.Column("rule", text(), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        *needed("definition", "live_from", "recorded"),
        comment="A rule as it was at a version (FHIR PlanDefinition); `definition` is JSON.",
    )
    op.create_table(
        "publication",
        key(),
        *needed("section", "entry", "content", "actor", "recorded"),
        *optional("withdrawn"),
        comment="An entry of the rulebook as it was published, over what ships and what lies in files; "
        "`content` is JSON. It is in force until it is withdrawn or another is published in its place.",
    )
    op.create_table(
        "evaluation",
        key(),
        *needed("as_of", "known", "recorded", "revision"),
        number("last_batch"),
        *needed("scope"),
        number("people"),
        *needed("state"),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.CheckConstraint("scope IN ('full', 'changed', 'people')", name="scope"),
        sa.CheckConstraint("state IN ('running', 'complete')", name="state"),
        comment="One run of the rules; `last_batch` is the highest batch that there was.",
    )
    op.create_table(
        "evaluated_person",
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        *needed("as_of"),
        *optional("next_change"),
        *needed("revision"),
        comment="For which day the rules looked at a person last; `next_change` is the first day on which "
        "something changes without new facts.",
    )


def result_table() -> None:
    op.create_table(
        "rule_result",
        key(),
        reference("person_id", "person"),
        *needed("kind", "code", "rule"),
        number("version"),
        *needed("period"),
        number("part"),
        *needed("starts"),
        *optional("ends"),
        *needed("state"),
        *optional("reason", "window_start", "due", "lapses"),
        number("priority", nullable=True),
        *optional("role", "channel", "based_on"),
        *needed("inputs"),
        reference("evaluation_id", "evaluation"),
        *needed("recorded"),
        *optional("withdrawn"),
        comment="What a rule gave a person in a period (FHIR Task, ServiceRequest, CommunicationRequest, "
        "Flag). The key is (rule, version, person, period, part); it held from `recorded` until it was "
        "withdrawn.",
    )
    indexed("rule_result", "person_id", "evaluation_id")
    partly_indexed("ix_rule_result_current", "rule_result", "person_id", "withdrawn IS NULL")


def downgrade() -> None:
    for table in (
        "rule_result",
        "evaluated_person",
        "evaluation",
        "rule_version",
        "publication",
        "person_link",
        *FACTS,
    ):
        op.drop_table(table)
