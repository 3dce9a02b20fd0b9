"""The tables both services got with their second revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import protect


def make_kit_tables() -> None:
    op.create_table(
        "feed_entries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_feed_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_feed_entries")),
    )
    op.create_index(
        op.f("ix_feed_entries_organisation_id_subject_id_id"),
        "feed_entries",
        ["organisation_id", "subject_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_feed_entries_unplaced",
        "feed_entries",
        ["organisation_id", "id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_index("uq_feed_entries_position", "feed_entries", ["organisation_id", "position"], unique=True)
    protect("feed_entries", app="SELECT, INSERT", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)


def drop_kit_tables() -> None:
    op.drop_index("uq_feed_entries_position", table_name="feed_entries")
    op.drop_index(
        "ix_feed_entries_unplaced", table_name="feed_entries", postgresql_where=sa.text("position IS NULL")
    )
    op.drop_index(op.f("ix_feed_entries_organisation_id_subject_id_id"), table_name="feed_entries")
    op.drop_table("feed_entries")
