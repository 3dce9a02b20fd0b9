"""The tables both services have, as their first migrations make them. Like every migration it never changes again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql


def make_kit_tables() -> None:
    """Make the tables of the kit."""
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


def drop_kit_tables() -> None:
    """Drop the tables of the kit."""
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
