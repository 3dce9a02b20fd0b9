"""Make what every sentence of the mission needs: the tables of its resources."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.kit_0002 import drop_kit_tables, make_kit_tables
from migrations.row_security import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_kit_tables()
    op.create_table(
        "calendar_addresses",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("principal_name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_calendar_addresses_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_calendar_addresses")),
        sa.UniqueConstraint(
            "organisation_id", "secret_hash", name=op.f("uq_calendar_addresses_organisation_id_secret_hash")
        ),
    )
    op.create_table(
        "case_duties",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column(
            "sort_on",
            sa.Date(),
            nullable=False,
            comment="due_on, or the last day there is where no date is known",
        ),
        sa.Column("calendar_edition", sa.Uuid(), nullable=True),
        sa.Column("date_changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_due_soon_for", sa.Date(), nullable=True),
        sa.Column("told_overdue_for", sa.Date(), nullable=True),
        sa.CheckConstraint("ends IN ('by', 'until')", name=op.f("ck_case_duties_ends_known")),
        sa.CheckConstraint(
            "state IN ('not_started', 'no_time_stated', 'running', 'met', 'met_late', 'not_kept', 'lifted', 'not_covered')",
            name=op.f("ck_case_duties_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_case_duties_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_case_duties_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_case_duties")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", "code", name=op.f("uq_case_duties_organisation_id_case_id_code")
        ),
    )
    op.create_index(
        op.f("ix_case_duties_organisation_id_sort_on_id"),
        "case_duties",
        ["organisation_id", "sort_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_case_duties_running",
        "case_duties",
        ["organisation_id", "sort_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "case_moves",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("views", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'not_notifiable', 'withdrawn')",
            name=op.f("ck_case_moves_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_case_moves_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_case_moves_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_case_moves")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", "number", name=op.f("uq_case_moves_organisation_id_case_id_number")
        ),
    )
    op.create_table(
        "case_relations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_case_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("case_id <> other_case_id", name=op.f("ck_case_relations_two_cases")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_case_relations_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "other_case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_case_relations_organisation_id_other_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_case_relations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_case_relations")),
    )
    op.create_index(
        op.f("ix_case_relations_organisation_id_case_id_id"),
        "case_relations",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_case_relations_other", "case_relations", ["organisation_id", "other_case_id", "id"], unique=False
    )
    op.create_table(
        "duty_lateness",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_duty_lateness_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_duty_lateness_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_duty_lateness")),
    )
    op.create_index(
        op.f("ix_duty_lateness_organisation_id_case_id_code_id"),
        "duty_lateness",
        ["organisation_id", "case_id", "code", "id"],
        unique=False,
    )
    op.create_table(
        "information_requests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("recipient", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_explained", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose = 's16F'", name=op.f("ck_information_requests_purpose_is_reviewing_locally")
        ),
        sa.CheckConstraint(
            "state IN ('made', 'served', 'answered', 'refused', 'escalated', 'closed', 'withdrawn')",
            name=op.f("ck_information_requests_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('made', 'withdrawn') OR served_on IS NOT NULL",
            name=op.f("ck_information_requests_served_has_day"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_information_requests_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_information_requests_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_requests")),
    )
    op.create_index(
        op.f("ix_information_requests_organisation_id_case_id_id"),
        "information_requests",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_information_requests_organisation_id_state_due_on"),
        "information_requests",
        ["organisation_id", "state", "due_on"],
        unique=False,
    )
    op.create_table(
        "learning_items",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("learning", sa.Text(), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (message_id IS NULL)", name=op.f("ck_learning_items_sent_has_message")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_learning_items_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_learning_items_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_learning_items")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "number",
            name=op.f("uq_learning_items_organisation_id_case_id_number"),
        ),
    )
    op.create_index(
        op.f("ix_learning_items_organisation_id_case_id_id"),
        "learning_items",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_table(
        "local_review_documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("attached_by", sa.Uuid(), nullable=True),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_local_review_documents_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "document_id"],
            ["documents.organisation_id", "documents.id"],
            name=op.f("fk_local_review_documents_organisation_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_local_review_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_local_review_documents")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", name=op.f("uq_local_review_documents_organisation_id_case_id")
        ),
    )
    op.create_table(
        "local_review_entries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('terms_of_reference', 'reviewer_appointed', 'reviewer_removed', 'reviewer_access', 'checkpoint', 'supervision_request', 'supervision_answer', 'report_version', 'copy', 'plan', 'publication', 'unpublication', 'hold', 'hold_lifted', 'delay', 'panel_comment', 'reply_to_panel', 'recommendation_progress')",
            name=op.f("ck_local_review_entries_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_local_review_entries_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_local_review_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_local_review_entries")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "kind",
            "number",
            name=op.f("uq_local_review_entries_organisation_id_case_id_kind_number"),
        ),
    )
    op.create_table(
        "national_review_proposals",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_national_review_proposals_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_national_review_proposals_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_proposals")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "version",
            name=op.f("uq_national_review_proposals_organisation_id_case_id_version"),
        ),
    )
    op.create_table(
        "national_review_steps",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("national_review_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_national_review_steps_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_national_review_steps_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_steps")),
        sa.UniqueConstraint(
            "organisation_id", "message_id", name=op.f("uq_national_review_steps_organisation_id_message_id")
        ),
    )
    op.create_index(
        op.f("ix_national_review_steps_organisation_id_case_id_national_review_id"),
        "national_review_steps",
        ["organisation_id", "case_id", "national_review_id"],
        unique=False,
    )
    op.create_table(
        "panel_letters",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=True),
        sa.Column("view", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_panel_letters_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_letters_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_letters")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "number",
            name=op.f("uq_panel_letters_organisation_id_case_id_number"),
        ),
    )
    op.create_table(
        "panel_queries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'closed')", name=op.f("ck_panel_queries_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_panel_queries_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_queries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_queries")),
    )
    op.create_table(
        "panel_requests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_panel_requests_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_requests_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_requests")),
        sa.UniqueConstraint(
            "organisation_id", "message_id", name=op.f("uq_panel_requests_organisation_id_message_id")
        ),
    )
    op.create_table(
        "rapid_review_addenda",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_rapid_review_addenda_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rapid_review_addenda_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_rapid_review_addenda")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "version",
            name=op.f("uq_rapid_review_addenda_organisation_id_case_id_version"),
        ),
    )
    op.create_table(
        "rapid_review_views",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("dissents", sa.Boolean(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("signed_off", sa.Boolean(), nullable=False),
        sa.Column("signed_off_on", sa.Date(), nullable=True),
        sa.Column("outstanding_reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "partner IN ('local_authority', 'integrated_care_board', 'police')",
            name=op.f("ck_rapid_review_views_partner_known"),
        ),
        sa.CheckConstraint(
            "dissents IS NOT TRUE OR reasons IS NOT NULL",
            name=op.f("ck_rapid_review_views_dissent_has_reasons"),
        ),
        sa.CheckConstraint(
            "signed_off = (signed_off_on IS NOT NULL) AND signed_off = (dissents IS NOT NULL) AND signed_off = (outstanding_reason IS NULL)",
            name=op.f("ck_rapid_review_views_signed_or_why_not"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_rapid_review_views_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rapid_review_views_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_rapid_review_views")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "number",
            name=op.f("uq_rapid_review_views_organisation_id_case_id_number"),
        ),
    )
    op.create_index(
        op.f("ix_rapid_review_views_organisation_id_recorded_by_id"),
        "rapid_review_views",
        ["organisation_id", "recorded_by", "id"],
        unique=False,
    )
    op.create_table(
        "received_improvements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_received_improvements_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_received_improvements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_received_improvements")),
        sa.UniqueConstraint(
            "organisation_id", "message_id", name=op.f("uq_received_improvements_organisation_id_message_id")
        ),
    )
    op.create_table(
        "screenings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("source_system", sa.Text(), nullable=True),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("information_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'recorded_as_case') = (case_id IS NOT NULL)",
            name=op.f("ck_screenings_case_where_recorded"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'recorded_as_case', 'not_notified')",
            name=op.f("ck_screenings_state_known"),
        ),
        sa.CheckConstraint(
            "(source_system IS NULL) = (source_reference IS NULL)", name=op.f("ck_screenings_source_is_whole")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_screenings_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_screenings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_screenings")),
        sa.UniqueConstraint("organisation_id", "case_id", name=op.f("uq_screenings_organisation_id_case_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_system",
            "source_reference",
            name=op.f("uq_screenings_organisation_id_source_system_source_reference"),
        ),
    )
    op.create_index(
        op.f("ix_screenings_organisation_id_state_id"),
        "screenings",
        ["organisation_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "withdrawals",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authorised_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (authorised_by IS NOT NULL AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name=op.f("ck_withdrawals_sent_is_whole"),
        ),
        sa.CheckConstraint("state IN ('draft', 'sent')", name=op.f("ck_withdrawals_state_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_withdrawals_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_withdrawals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", name=op.f("uq_withdrawals_organisation_id_case_id")
        ),
    )
    op.create_table(
        "agency_summaries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("agency", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reasons", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'returned' OR returned_reasons IS NOT NULL",
            name=op.f("ck_agency_summaries_returned_has_reasons"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_agency_summaries_submitted_has_time")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'accepted')",
            name=op.f("ck_agency_summaries_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_agency_summaries_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            name=op.f("fk_agency_summaries_organisation_id_request_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_agency_summaries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_agency_summaries")),
    )
    op.create_index(
        op.f("ix_agency_summaries_organisation_id_answered_by"),
        "agency_summaries",
        ["organisation_id", "answered_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agency_summaries_organisation_id_case_id_id"),
        "agency_summaries",
        ["organisation_id", "case_id", "id"],
        unique=False,
    )
    op.create_table(
        "improvement_answers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "response IN ('accepted', 'accepted_in_part', 'rejected')",
            name=op.f("ck_improvement_answers_response_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["received_improvements.organisation_id", "received_improvements.id"],
            name=op.f("fk_improvement_answers_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_answers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_answers")),
        sa.UniqueConstraint(
            "organisation_id",
            "improvement_id",
            "version",
            name=op.f("uq_improvement_answers_organisation_id_improvement_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_improvement_answers_organisation_id_improvement_id_id"),
        "improvement_answers",
        ["organisation_id", "improvement_id", "id"],
        unique=False,
    )
    op.create_table(
        "information_answers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("entries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose = 's16F'", name=op.f("ck_information_answers_purpose_is_reviewing_locally")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_information_answers_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            name=op.f("fk_information_answers_organisation_id_request_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_information_answers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_answers")),
        sa.UniqueConstraint(
            "organisation_id",
            "request_id",
            "version",
            name=op.f("uq_information_answers_organisation_id_request_id_version"),
        ),
    )
    op.create_table(
        "information_request_moves",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('made', 'served', 'answered', 'refused', 'escalated', 'closed', 'withdrawn')",
            name=op.f("ck_information_request_moves_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            name=op.f("fk_information_request_moves_organisation_id_request_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_information_request_moves_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_request_moves")),
        sa.UniqueConstraint(
            "organisation_id",
            "request_id",
            "version",
            name=op.f("uq_information_request_moves_organisation_id_request_id_version"),
        ),
    )
    op.create_table(
        "learning_shares",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("learning_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("shared_on", sa.Date(), nullable=True),
        sa.Column("shared_by", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("dropped_reasons", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'shared') = (shared_on IS NOT NULL AND shared_by IS NOT NULL AND how IS NOT NULL)",
            name=op.f("ck_learning_shares_shared_has_record"),
        ),
        sa.CheckConstraint(
            "state <> 'planned' OR due_on IS NOT NULL", name=op.f("ck_learning_shares_planned_has_day")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'shared', 'dropped')", name=op.f("ck_learning_shares_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_learning_shares_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learning_id"],
            ["learning_items.organisation_id", "learning_items.id"],
            name=op.f("fk_learning_shares_organisation_id_learning_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_learning_shares_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_learning_shares")),
    )
    op.create_index(
        op.f("ix_learning_shares_organisation_id_learning_id_id"),
        "learning_shares",
        ["organisation_id", "learning_id", "id"],
        unique=False,
    )
    op.create_table(
        "panel_query_entries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("query_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("corrected_by_notification_version", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "side IN ('panel', 'partnership')", name=op.f("ck_panel_query_entries_side_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_panel_query_entries_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "query_id"],
            ["panel_queries.organisation_id", "panel_queries.id"],
            name=op.f("fk_panel_query_entries_organisation_id_query_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_query_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_query_entries")),
        sa.UniqueConstraint(
            "organisation_id",
            "query_id",
            "number",
            name=op.f("uq_panel_query_entries_organisation_id_query_id_number"),
        ),
    )
    op.create_table(
        "panel_request_answers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('complied', 'partly_complied', 'refused')",
            name=op.f("ck_panel_request_answers_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["panel_requests.organisation_id", "panel_requests.id"],
            name=op.f("fk_panel_request_answers_organisation_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_panel_request_answers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_panel_request_answers")),
        sa.UniqueConstraint(
            "organisation_id",
            "request_id",
            "version",
            name=op.f("uq_panel_request_answers_organisation_id_request_id_version"),
        ),
    )
    op.create_table(
        "screening_outcomes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("views", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("information", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'recorded_as_case', 'not_notified')",
            name=op.f("ck_screening_outcomes_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "screening_id"],
            ["screenings.organisation_id", "screenings.id"],
            name=op.f("fk_screening_outcomes_organisation_id_screening_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_screening_outcomes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_screening_outcomes")),
        sa.UniqueConstraint(
            "organisation_id",
            "screening_id",
            "number",
            name=op.f("uq_screening_outcomes_organisation_id_screening_id_number"),
        ),
    )
    op.create_table(
        "submitted_summaries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_by_name", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_submitted_summaries_organisation_id_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "summary_id"],
            ["agency_summaries.organisation_id", "agency_summaries.id"],
            name=op.f("fk_submitted_summaries_organisation_id_summary_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_submitted_summaries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_submitted_summaries")),
        sa.UniqueConstraint(
            "organisation_id",
            "summary_id",
            "number",
            name=op.f("uq_submitted_summaries_organisation_id_summary_id_number"),
        ),
    )
    op.add_column("cases", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "children",
        sa.Column(
            "la_child_id", sa.Text(), sa.Computed("facts ->> 'la_child_id'", persisted=True), nullable=True
        ),
    )
    op.add_column(
        "children",
        sa.Column(
            "nhs_number", sa.Text(), sa.Computed("facts ->> 'nhs_number'", persisted=True), nullable=True
        ),
    )
    op.add_column(
        "children",
        sa.Column(
            "unique_pupil_number",
            sa.Text(),
            sa.Computed("facts ->> 'unique_pupil_number'", persisted=True),
            nullable=True,
        ),
    )
    op.add_column(
        "children",
        sa.Column(
            "date_of_birth",
            sa.Text(),
            sa.Computed("facts ->> 'date_of_birth'", persisted=True),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_children_date_of_birth",
        "children",
        ["organisation_id", "date_of_birth"],
        unique=False,
        postgresql_where=sa.text("date_of_birth IS NOT NULL"),
    )
    op.create_index(
        "ix_children_la_child_id",
        "children",
        ["organisation_id", "la_child_id"],
        unique=False,
        postgresql_where=sa.text("la_child_id IS NOT NULL"),
    )
    op.create_index(
        "ix_children_nhs_number",
        "children",
        ["organisation_id", "nhs_number"],
        unique=False,
        postgresql_where=sa.text("nhs_number IS NOT NULL"),
    )
    op.create_index(
        "ix_children_unique_pupil_number",
        "children",
        ["organisation_id", "unique_pupil_number"],
        unique=False,
        postgresql_where=sa.text("unique_pupil_number IS NOT NULL"),
    )
    op.add_column(
        "local_review_decisions",
        sa.Column(
            "criteria",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "local_review_decisions",
        sa.Column(
            "circumstances",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.create_check_constraint(
        op.f("ck_cases_lifted_has_a_time"),
        "cases",
        "((status = ANY (ARRAY['not_notifiable'::text, 'withdrawn'::text])) = (lifted_at IS NOT NULL))",
    )
    op.drop_constraint(op.f("ck_local_reviews_complete_is_sent"), "local_reviews", type_="check")
    op.create_check_constraint(
        op.f("ck_local_reviews_complete_is_sent"),
        "local_reviews",
        "((state <> 'in_progress'::text) = ((completed_at IS NOT NULL) AND (sent_at IS NOT NULL) AND (message_id IS NOT NULL)))",
    )
    op.drop_constraint(op.f("ck_local_reviews_state_known"), "local_reviews", type_="check")
    op.create_check_constraint(
        op.f("ck_local_reviews_state_known"),
        "local_reviews",
        "(state = ANY (ARRAY['in_progress'::text, 'complete'::text, 'pre_publication'::text, 'published'::text, 'improvements_only'::text, 'withheld'::text, 'no_longer_available'::text]))",
    )
    for table in (
        "agency_summaries",
        "calendar_addresses",
        "case_duties",
        "information_requests",
        "learning_items",
        "learning_shares",
        "local_review_documents",
        "panel_queries",
        "panel_requests",
        "received_improvements",
        "screenings",
        "withdrawals",
    ):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    for table in (
        "case_moves",
        "case_relations",
        "duty_lateness",
        "improvement_answers",
        "information_answers",
        "information_request_moves",
        "local_review_entries",
        "national_review_proposals",
        "national_review_steps",
        "panel_letters",
        "panel_query_entries",
        "panel_request_answers",
        "rapid_review_addenda",
        "rapid_review_views",
        "screening_outcomes",
        "submitted_summaries",
    ):
        protect(table, app="SELECT, INSERT", worker="SELECT, INSERT")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cases_lifted_has_a_time"), "cases", type_="check")
    op.drop_constraint(op.f("ck_local_reviews_complete_is_sent"), "local_reviews", type_="check")
    op.create_check_constraint(
        op.f("ck_local_reviews_complete_is_sent"),
        "local_reviews",
        "((state = 'complete'::text) = ((completed_at IS NOT NULL) AND (sent_at IS NOT NULL) AND (message_id IS NOT NULL)))",
    )
    op.drop_constraint(op.f("ck_local_reviews_state_known"), "local_reviews", type_="check")
    op.create_check_constraint(
        op.f("ck_local_reviews_state_known"),
        "local_reviews",
        "(state = ANY (ARRAY['in_progress'::text, 'complete'::text]))",
    )
    op.drop_column("local_review_decisions", "circumstances")
    op.drop_column("local_review_decisions", "criteria")
    op.drop_index(
        "ix_children_unique_pupil_number",
        table_name="children",
        postgresql_where=sa.text("unique_pupil_number IS NOT NULL"),
    )
    op.drop_index(
        "ix_children_nhs_number", table_name="children", postgresql_where=sa.text("nhs_number IS NOT NULL")
    )
    op.drop_index(
        "ix_children_la_child_id", table_name="children", postgresql_where=sa.text("la_child_id IS NOT NULL")
    )
    op.drop_index(
        "ix_children_date_of_birth",
        table_name="children",
        postgresql_where=sa.text("date_of_birth IS NOT NULL"),
    )
    op.drop_column("children", "date_of_birth")
    op.drop_column("children", "unique_pupil_number")
    op.drop_column("children", "nhs_number")
    op.drop_column("children", "la_child_id")
    op.drop_column("cases", "lifted_at")
    op.drop_table("submitted_summaries")
    op.drop_table("screening_outcomes")
    op.drop_table("panel_request_answers")
    op.drop_table("panel_query_entries")
    op.drop_index(op.f("ix_learning_shares_organisation_id_learning_id_id"), table_name="learning_shares")
    op.drop_table("learning_shares")
    op.drop_table("information_request_moves")
    op.drop_table("information_answers")
    op.drop_index(
        op.f("ix_improvement_answers_organisation_id_improvement_id_id"), table_name="improvement_answers"
    )
    op.drop_table("improvement_answers")
    op.drop_index(op.f("ix_agency_summaries_organisation_id_case_id_id"), table_name="agency_summaries")
    op.drop_index(op.f("ix_agency_summaries_organisation_id_answered_by"), table_name="agency_summaries")
    op.drop_table("agency_summaries")
    op.drop_table("withdrawals")
    op.drop_index(op.f("ix_screenings_organisation_id_state_id"), table_name="screenings")
    op.drop_table("screenings")
    op.drop_table("received_improvements")
    op.drop_index(
        op.f("ix_rapid_review_views_organisation_id_recorded_by_id"), table_name="rapid_review_views"
    )
    op.drop_table("rapid_review_views")
    op.drop_table("rapid_review_addenda")
    op.drop_table("panel_requests")
    op.drop_table("panel_queries")
    op.drop_table("panel_letters")
    op.drop_index(
        op.f("ix_national_review_steps_organisation_id_case_id_national_review_id"),
        table_name="national_review_steps",
    )
    op.drop_table("national_review_steps")
    op.drop_table("national_review_proposals")
    op.drop_table("local_review_entries")
    op.drop_table("local_review_documents")
    op.drop_index(op.f("ix_learning_items_organisation_id_case_id_id"), table_name="learning_items")
    op.drop_table("learning_items")
    op.drop_index(
        op.f("ix_information_requests_organisation_id_state_due_on"), table_name="information_requests"
    )
    op.drop_index(
        op.f("ix_information_requests_organisation_id_case_id_id"), table_name="information_requests"
    )
    op.drop_table("information_requests")
    op.drop_index(op.f("ix_duty_lateness_organisation_id_case_id_code_id"), table_name="duty_lateness")
    op.drop_table("duty_lateness")
    op.drop_index("ix_case_relations_other", table_name="case_relations")
    op.drop_index(op.f("ix_case_relations_organisation_id_case_id_id"), table_name="case_relations")
    op.drop_table("case_relations")
    op.drop_table("case_moves")
    op.drop_index(
        "ix_case_duties_running", table_name="case_duties", postgresql_where=sa.text("state = 'running'")
    )
    op.drop_index(op.f("ix_case_duties_organisation_id_sort_on_id"), table_name="case_duties")
    op.drop_table("case_duties")
    op.drop_table("calendar_addresses")
    drop_kit_tables()
