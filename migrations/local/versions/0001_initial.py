"""Make every table, say who may do what on each, and begin this database's history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from migrations.row_security import begin_history, protect, protect_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
    )
    op.create_table(
        "service_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_offset", sa.Interval(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_state")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("asserted_user", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("ck_audit_entries_outcome_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        op.f("ix_audit_entries_organisation_id_subject_id_id"),
        "audit_entries",
        ["organisation_id", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "exchange_keys",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_seed", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_keys_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_keys")),
        sa.UniqueConstraint(
            "organisation_id",
            "party",
            "public_key",
            name=op.f("uq_exchange_keys_organisation_id_party_public_key"),
        ),
    )
    op.create_index(
        op.f("ix_exchange_keys_organisation_id_party"),
        "exchange_keys",
        ["organisation_id", "party"],
        unique=False,
    )
    op.create_table(
        "exchange_links",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counterpart_party", sa.Uuid(), nullable=False),
        sa.Column("counterpart_name", sa.Text(), nullable=False),
        sa.Column("counterpart_url", sa.Text(), nullable=False),
        sa.Column("schemes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("secret_out", sa.LargeBinary(), nullable=True),
        sa.Column("secret_in", sa.LargeBinary(), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("clock_skew_seconds", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_exchange_links_state_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_links_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_links")),
        sa.UniqueConstraint(
            "organisation_id",
            "counterpart_party",
            name=op.f("uq_exchange_links_organisation_id_counterpart_party"),
        ),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_idempotency_records_organisation_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "principal_id", "route", "key", name=op.f("pk_idempotency_records")
        ),
    )
    op.create_index(
        op.f("ix_idempotency_records_created_at"), "idempotency_records", ["created_at"], unique=False
    )
    op.create_table(
        "principals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'system')", name=op.f("ck_principals_kind_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_principals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("default_purpose", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_credentials_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_credentials_principal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_credentials_key_hash")),
    )
    op.create_index(op.f("ix_credentials_principal_id"), "credentials", ["principal_id"], unique=False)
    op.create_table(
        "inbound_streams",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("last_applied", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_inbound_streams_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_inbound_streams_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_inbound_streams")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "subject",
            name=op.f("uq_inbound_streams_organisation_id_link_id_subject"),
        ),
    )
    op.create_table(
        "outbound_streams",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_outbound_streams_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_outbound_streams_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_outbound_streams")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "subject",
            name=op.f("uq_outbound_streams_organisation_id_link_id_subject"),
        ),
    )
    op.create_table(
        "inbound_messages",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="held", nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("apply_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_apply_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'applied', 'set_aside')", name=op.f("ck_inbound_messages_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "stream_id"],
            ["inbound_streams.organisation_id", "inbound_streams.id"],
            name=op.f("fk_inbound_messages_organisation_id_stream_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_inbound_messages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_inbound_messages")),
        sa.UniqueConstraint("organisation_id", "link_id", "chain_id", name="uq_inbound_messages_chain"),
        sa.UniqueConstraint("organisation_id", "stream_id", "number", name="uq_inbound_messages_number"),
    )
    op.create_index(
        "ix_inbound_messages_held",
        "inbound_messages",
        ["next_apply_at"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_inbound_messages_subject",
        "inbound_messages",
        ["organisation_id", "subject", "number"],
        unique=False,
    )
    op.create_table(
        "outbound_messages",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=Text()), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("receipt_reference", sa.Text(), nullable=True),
        sa.Column("receipt_stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'delivered', 'dead', 'replaced', 'void')",
            name=op.f("ck_outbound_messages_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_outbound_messages_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "stream_id"],
            ["outbound_streams.organisation_id", "outbound_streams.id"],
            name=op.f("fk_outbound_messages_organisation_id_stream_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_outbound_messages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_outbound_messages")),
    )
    op.create_index(
        "ix_outbound_messages_due",
        "outbound_messages",
        ["organisation_id", "link_id", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.create_index(
        "ix_outbound_messages_subject",
        "outbound_messages",
        ["organisation_id", "subject", "number"],
        unique=False,
    )
    op.create_index(
        "ix_outbound_messages_undelivered",
        "outbound_messages",
        ["organisation_id", "stream_id", "number"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'leased', 'dead')"),
    )
    op.create_index(
        "uq_outbound_messages_live_number",
        "outbound_messages",
        ["organisation_id", "stream_id", "number"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('replaced', 'void')"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["outbound_messages.organisation_id", "outbound_messages.id"],
            name=op.f("fk_delivery_attempts_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_delivery_attempts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index(
        op.f("ix_delivery_attempts_organisation_id_message_id_id"),
        "delivery_attempts",
        ["organisation_id", "message_id", "id"],
        unique=False,
    )
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
    # What is only ever added to: a later judgement or decision stands beside the earlier one.
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
    op.drop_index(op.f("ix_delivery_attempts_organisation_id_message_id_id"), table_name="delivery_attempts")
    op.drop_table("delivery_attempts")
    op.drop_index(
        "uq_outbound_messages_live_number",
        table_name="outbound_messages",
        postgresql_where=sa.text("state NOT IN ('replaced', 'void')"),
    )
    op.drop_index(
        "ix_outbound_messages_undelivered",
        table_name="outbound_messages",
        postgresql_where=sa.text("state IN ('pending', 'leased', 'dead')"),
    )
    op.drop_index("ix_outbound_messages_subject", table_name="outbound_messages")
    op.drop_index(
        "ix_outbound_messages_due",
        table_name="outbound_messages",
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.drop_table("outbound_messages")
    op.drop_index("ix_inbound_messages_subject", table_name="inbound_messages")
    op.drop_index(
        "ix_inbound_messages_held", table_name="inbound_messages", postgresql_where=sa.text("state = 'held'")
    )
    op.drop_table("inbound_messages")
    op.drop_table("outbound_streams")
    op.drop_table("inbound_streams")
    op.drop_index(op.f("ix_credentials_principal_id"), table_name="credentials")
    op.drop_table("credentials")
    op.drop_table("principals")
    op.drop_index(op.f("ix_idempotency_records_created_at"), table_name="idempotency_records")
    op.drop_table("idempotency_records")
    op.drop_table("exchange_links")
    op.drop_index(op.f("ix_exchange_keys_organisation_id_party"), table_name="exchange_keys")
    op.drop_table("exchange_keys")
    op.drop_index(op.f("ix_audit_entries_organisation_id_subject_id_id"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("service_state")
    op.drop_table("organisations")
