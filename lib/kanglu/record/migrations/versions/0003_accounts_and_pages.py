"""Recordings and consents as facts; accounts, sessions, drafts and proposals of the pages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ORIGINS = "'measured', 'reported', 'imported', 'derived', 'defaulted'"
CODED = "system code effective effective_end clinical_status"
FACTS = {
    "media": f"{CODED} about content_type seconds sha256 location author",
    "consent": f"{CODED} evidence author",
}
REQUIRED = {"origin", "status"}
COMMENTS = {
    "media": "A recording or picture (FHIR Media); its bytes lie encrypted in a file.",
    "consent": "What a person allowed or refused, for a purpose (FHIR Consent).",
}


def text() -> sa.String:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def needed(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, text(), nullable=False) for name in names]


def optional(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, text()) for name in names]


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)


def reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{target}.id"), nullable=nullable)


def whose() -> sa.Column[str]:
    return sa.Column("account_id", text(), sa.ForeignKey("account.id"), nullable=False)


def upgrade() -> None:
    for table, fields in FACTS.items():
        fact_table(table, fields.split())
    op.create_table(
        "account",
        sa.Column("id", text(), primary_key=True),
        *needed("name", "role", "password", "created"),
        *optional("practitioner", "language", "disabled", "locked_until"),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        comment="Who may sign in (FHIR Practitioner, PractitionerRole). `password` is an argon2 hash, "
        "`practitioner` the member of the staff that this is, `failures` wrong passwords in a row.",
    )
    op.create_table(
        "login_session",
        sa.Column("id", text(), primary_key=True),
        whose(),
        *needed("created", "seen", "expires"),
        *optional("ended"),
        comment="Somebody is signed in; `id` is the hash of the token that only the browser knows.",
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "draft",
        key(),
        whose(),
        *needed("key", "cipher", "saved"),
        sa.UniqueConstraint("account_id", "key"),
        comment="What somebody has begun to enter and not saved; `cipher` is encrypted JSON. No fact.",
    )
    op.create_table(
        "rule_proposal",
        key(),
        *needed("content", "reason", "revision", "proposed_by", "recorded", "state"),
        *optional("decided_by", "decided", "note"),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'rejected', 'withdrawn')", name="state"),
        comment="A change of the rules that waits for a second person; `content` is JSON, `revision` the "
        "rules it was made for.",
    )


def fact_table(table: str, fields: list[str]) -> None:
    own = [*fields, "origin", "status", "display", "source", "source_key"]
    op.create_table(
        table,
        key(),
        reference("batch_id", "batch"),
        *needed("recorded"),
        reference("replaces", table, nullable=True),
        reference("person_id", "person"),
        *(
            sa.Column(
                name, sa.Double() if name == "seconds" else text(), nullable=name not in {"origin", "status"}
            )
            for name in own
        ),
        sa.CheckConstraint(f"origin IN ({ORIGINS})", name="origin"),
        comment=COMMENTS[table],
    )
    for column in ("person_id", "batch_id"):
        op.create_index(f"ix_{table}_{column}", table, [column])
    corrected = sa.text("replaces IS NOT NULL")
    op.create_index(
        f"ix_{table}_replaces", table, ["replaces"], sqlite_where=corrected, postgresql_where=corrected
    )


def downgrade() -> None:
    for table in ("rule_proposal", "draft", "login_session", "account", *FACTS):
        op.drop_table(table)
