"""A second factor and single sign-on, from where somebody acted, whom one may see, requests of the person."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = "'access', 'correction', 'export', 'erasure'"
STATES = "'received', 'accepted', 'done', 'refused'"
ADDED = {
    "account": ("second_factor", "recovery", "subject", "institution"),
    "login_session": ("waits_for", "came_from"),
    "audit_event": ("came_from",),
    "person": ("erased",),
}
COMMENTS = {
    "person": "A person of the panel (FHIR Patient, its identity only). Of one that was `erased` nothing "
    "else is left.",
    "audit_event": "Who did what, for what purpose, and from where (FHIR AuditEvent). Only ever added to; "
    "each hash covers the row before.",
    "account": "Who may sign in (FHIR Practitioner, PractitionerRole). `password` is an argon2 hash, "
    "`practitioner` the member of the staff that this is, `failures` wrong passwords in a row; "
    "`second_factor` is encrypted, `subject` who it is to the single sign-on.",
}


def text() -> sa.String:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def whose() -> sa.Column[int]:
    return sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False)


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, sa.Column(column, text()))
    if op.get_bind().dialect.supports_comments:
        for table, comment in COMMENTS.items():
            op.create_table_comment(table, comment)
    op.add_column("account", sa.Column("second_factor_step", sa.Integer))
    op.create_index("uq_account_subject", "account", ["subject"], unique=True)
    op.create_index("ix_care_team_practitioner", "care_team", ["practitioner"])
    handed = sa.text("owner IS NOT NULL")
    op.create_index(
        "ix_task_change_owner", "task_change", ["owner"], sqlite_where=handed, postgresql_where=handed
    )
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        whose(),
        *(sa.Column(name, text(), nullable=False) for name in ("actor", "reason", "recorded", "expires")),
        comment="Somebody opened the record of a person whom they do not look after, and said why.",
    )
    op.create_index("ix_access_grant_person_id", "access_grant", ["person_id"])
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        whose(),
        *(
            sa.Column(name, text(), nullable=False)
            for name in ("kind", "received", "due", "state", "cipher", "entered_by", "recorded")
        ),
        *(sa.Column(name, text()) for name in ("decided_by", "decided")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        comment="What a person asks of those who keep the record (FHIR Task); `cipher` is encrypted JSON: "
        "the wording, and what was answered.",
    )
    op.create_index("ix_rights_request_person_id", "rights_request", ["person_id"])


def downgrade() -> None:
    op.drop_table("rights_request")
    op.drop_table("access_grant")
    op.drop_index("ix_task_change_owner", "task_change")
    op.drop_index("ix_care_team_practitioner", "care_team")
    op.drop_index("uq_account_subject", "account")
    op.drop_column("account", "second_factor_step")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)
