"""Make every table, say who may do what on each, and begin this database's history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from migrations.kit_0001 import drop_kit_tables, make_kit_tables
from migrations.row_security import begin_history, protect, protect_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_kit_tables()
    op.create_table(
        "partnerships",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False, comment="exchange_links.id"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partnerships_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_partnerships")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_partnerships_organisation_id_code")),
        sa.UniqueConstraint(
            "organisation_id", "link_id", name=op.f("uq_partnerships_organisation_id_link_id")
        ),
    )
    op.create_table(
        "cases",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("partnership_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_reference", sa.Uuid(), nullable=False),
        sa.Column("partnership_case_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('awaiting_rapid_review', 'awaiting_decision', 'decided')",
            name=op.f("ck_cases_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "partnership_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_cases_organisation_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_cases_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "exchange_reference",
            name=op.f("uq_cases_organisation_id_link_id_exchange_reference"),
        ),
    )
    op.create_index(
        op.f("ix_cases_organisation_id_exchange_reference"),
        "cases",
        ["organisation_id", "exchange_reference"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_organisation_id_partnership_id_id"),
        "cases",
        ["organisation_id", "partnership_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_organisation_id_state_id"), "cases", ["organisation_id", "state", "id"], unique=False
    )
    op.create_table(
        "decisions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=False),
        sa.Column("supersedes_version", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("decided_on_notification_version", sa.Integer(), nullable=False),
        sa.Column("decided_on_rapid_review", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "supersedes_version IS NULL AND decision_version = 1 OR supersedes_version = decision_version - 1",
            name=op.f("ck_decisions_supersedes_the_one_before"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_decisions_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_decisions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "decision_version",
            name=op.f("uq_decisions_organisation_id_case_id_decision_version"),
        ),
    )
    op.create_table(
        "received_documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("unknown_codes", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('notification', 'rapid_review', 'local_review_decision', 'local_review')",
            name=op.f("ck_received_documents_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_received_documents_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_received_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_received_documents")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "kind",
            "version",
            name=op.f("uq_received_documents_organisation_id_case_id_kind_version"),
        ),
    )
    protect_kit_tables()
    protect("partnerships", app="SELECT", worker="SELECT")
    protect("cases", app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    protect("received_documents", app="SELECT, INSERT", worker="SELECT, INSERT")
    protect("decisions", app="SELECT, INSERT", worker="SELECT")
    begin_history()


def downgrade() -> None:
    op.execute("DROP FUNCTION link_organisation(uuid)")
    op.drop_table("received_documents")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_cases_organisation_id_state_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_organisation_id_partnership_id_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_organisation_id_exchange_reference"), table_name="cases")
    op.drop_table("cases")
    op.drop_table("partnerships")
    drop_kit_tables()
