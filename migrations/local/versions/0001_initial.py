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
        "cases",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=True),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("exchange_reference", sa.Uuid(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("information_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incident", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'not_notifiable', 'withdrawn')", name=op.f("ck_cases_status_known")
        ),
        sa.CheckConstraint(
            "(source_system IS NULL) = (source_reference IS NULL)", name=op.f("ck_cases_source_is_whole")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_cases_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "organisation_id", "exchange_reference", name=op.f("uq_cases_organisation_id_exchange_reference")
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "source_system",
            "source_reference",
            name=op.f("uq_cases_organisation_id_source_system_source_reference"),
        ),
    )
    op.create_index(
        op.f("ix_cases_organisation_id_source_system_id"),
        "cases",
        ["organisation_id", "source_system", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_organisation_id_status_id"), "cases", ["organisation_id", "status", "id"], unique=False
    )
    op.create_table(
        "children",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="0, 1, 2 … in the order the caller gave"),
        sa.Column("index_child", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_children_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_children_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_children")),
    )
    op.create_index(
        op.f("ix_children_organisation_id_case_id_position"),
        "children",
        ["organisation_id", "case_id", "position"],
        unique=False,
    )
    op.create_index(
        "uq_children_index_child",
        "children",
        ["organisation_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("index_child"),
    )
    op.create_table(
        "judgements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "judgement IN ('serious_case', 'not_a_serious_case')", name=op.f("ck_judgements_judgement_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_judgements_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_judgements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_judgements")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "version",
            name=op.f("uq_judgements_organisation_id_case_id_version"),
        ),
    )
    op.create_table(
        "local_review_decisions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("commissioned", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_local_review_decisions_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_local_review_decisions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_local_review_decisions")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "version",
            name=op.f("uq_local_review_decisions_organisation_id_case_id_version"),
        ),
    )
    op.create_table(
        "local_reviews",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("commissioned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'complete') = (completed_at IS NOT NULL AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name=op.f("ck_local_reviews_complete_is_sent"),
        ),
        sa.CheckConstraint("state IN ('in_progress', 'complete')", name=op.f("ck_local_reviews_state_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_local_reviews_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_local_reviews_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_local_reviews")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", name=op.f("uq_local_reviews_organisation_id_case_id")
        ),
    )
    op.create_table(
        "notifications",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("notifier", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authorised_by", sa.Uuid(), nullable=True),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", postgresql.JSONB(none_as_null=True, astext_type=Text()), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (body IS NOT NULL AND authorised_by IS NOT NULL AND authorised_at IS NOT NULL AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name=op.f("ck_notifications_sent_is_whole"),
        ),
        sa.CheckConstraint("state IN ('draft', 'sent')", name=op.f("ck_notifications_state_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_notifications_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_notifications_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "version",
            name=op.f("uq_notifications_organisation_id_case_id_version"),
        ),
    )
    op.create_index(
        "uq_notifications_draft",
        "notifications",
        ["organisation_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "panel_decisions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_panel_decisions_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_decisions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_decisions")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "decision_version",
            name=op.f("uq_panel_decisions_organisation_id_case_id_decision_version"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "message_id", name=op.f("uq_panel_decisions_organisation_id_message_id")
        ),
    )
    op.create_table(
        "rapid_reviews",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'complete') = (completed_at IS NOT NULL)",
            name=op.f("ck_rapid_reviews_complete_has_time"),
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR state = 'complete'", name=op.f("ck_rapid_reviews_sent_is_complete")
        ),
        sa.CheckConstraint("state IN ('draft', 'complete')", name=op.f("ck_rapid_reviews_state_known")),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (message_id IS NULL)", name=op.f("ck_rapid_reviews_sent_has_message")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_rapid_reviews_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rapid_reviews_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_rapid_reviews")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", name=op.f("uq_rapid_reviews_organisation_id_case_id")
        ),
    )
    protect_kit_tables()
    for table in ("cases", "notifications", "rapid_reviews", "local_reviews"):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    protect("children", app="SELECT, INSERT, UPDATE, DELETE", worker="SELECT")
    for table in ("judgements", "local_review_decisions"):
        protect(table, app="SELECT, INSERT", worker="SELECT")
    protect("panel_decisions", app="SELECT, INSERT", worker="SELECT, INSERT")
    begin_history()


def downgrade() -> None:
    op.execute("DROP FUNCTION link_organisation(uuid)")
    op.drop_table("rapid_reviews")
    op.drop_table("panel_decisions")
    op.drop_index(
        "uq_notifications_draft", table_name="notifications", postgresql_where=sa.text("state = 'draft'")
    )
    op.drop_table("notifications")
    op.drop_table("local_reviews")
    op.drop_table("local_review_decisions")
    op.drop_table("judgements")
    op.drop_index("uq_children_index_child", table_name="children", postgresql_where=sa.text("index_child"))
    op.drop_index(op.f("ix_children_organisation_id_case_id_position"), table_name="children")
    op.drop_table("children")
    op.drop_index(op.f("ix_cases_organisation_id_status_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_organisation_id_source_system_id"), table_name="cases")
    op.drop_table("cases")
    drop_kit_tables()
