"""The keys under which names are found, made for the names that the record holds."""

import sqlalchemy as sa
from alembic import op

from kanglu.record.keying import key_all

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text() -> sa.String:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "name_key",
        sa.Column(
            "demographics_id",
            sa.Integer,
            sa.ForeignKey("demographics.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("kind", text(), primary_key=True),
        sa.Column("key", text(), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
        comment="Under what a name is found (see `names`): derived from a version of the demographics, and "
        "removed with it. `place` is 0 for a key that begins where the name does.",
    )
    op.create_index("ix_identifier_system", "identifier", ["system"])
    key_all(op.get_bind())
    op.create_index("ix_name_key_key", "name_key", ["key", "place", "demographics_id"])


def downgrade() -> None:
    op.drop_index("ix_identifier_system", "identifier")
    op.drop_table("name_key")
