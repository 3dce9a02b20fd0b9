"""Make what the whole exchange protocol needs."""

import sqlalchemy as sa
from alembic import op

from migrations.kit_0003 import drop_kit_tables, make_kit_tables
from migrations.row_security import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_kit_tables()
    op.create_table(
        "manual_notifications",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notification_version", sa.Integer(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "route IN ('form', 'email', 'telephone', 'post')",
            name=op.f("ck_manual_notifications_route_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_manual_notifications_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_manual_notifications_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_manual_notifications")),
    )
    op.create_index(
        op.f("ix_manual_notifications_organisation_id_case_id_id"),
        "manual_notifications",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_table(
        "undelivered_notifications",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("notification_version", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("undelivered_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "why IN ('refused', 'parked', 'not_arrived', 'discarded')",
            name=op.f("ck_undelivered_notifications_why_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_undelivered_notifications_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_undelivered_notifications_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_undelivered_notifications")),
    )
    op.create_index(
        op.f("ix_undelivered_notifications_organisation_id_case_id_id"),
        "undelivered_notifications",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_undelivered_notifications_open",
        "undelivered_notifications",
        ["organisation_id", "notification_id"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )

    for table in ("undelivered_notifications",):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    for table in ("manual_notifications",):
        protect(table, app="SELECT, INSERT", worker="SELECT, INSERT")


def downgrade() -> None:

    op.drop_index(
        "uq_undelivered_notifications_open",
        table_name="undelivered_notifications",
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.drop_index(
        op.f("ix_undelivered_notifications_organisation_id_case_id_id"),
        table_name="undelivered_notifications",
    )
    op.drop_table("undelivered_notifications")
    op.drop_index(
        op.f("ix_manual_notifications_organisation_id_case_id_id"), table_name="manual_notifications"
    )
    op.drop_table("manual_notifications")
    drop_kit_tables()
