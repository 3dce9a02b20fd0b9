"""What both services got with their third revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import grant, protect


def make_kit_tables() -> None:
    op.create_table(
        "asked_questions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_asked_questions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_asked_questions")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "webhook_id",
            name=op.f("uq_asked_questions_organisation_id_link_id_webhook_id"),
        ),
    )
    op.create_index(op.f("ix_asked_questions_at"), "asked_questions", ["at"], unique=False)
    op.create_table(
        "audit_cosignatures",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_cosignatures_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_cosignatures")),
        sa.UniqueConstraint(
            "organisation_id",
            "checkpoint_id",
            "link_id",
            name=op.f("uq_audit_cosignatures_organisation_id_checkpoint_id_link_id"),
        ),
    )
    op.create_table(
        "audit_trees",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_trees_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_trees")),
        sa.UniqueConstraint("organisation_id", "epoch", name=op.f("uq_audit_trees_organisation_id_epoch")),
    )
    op.create_table(
        "audit_unsealed",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_unsealed_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_unsealed")),
    )
    op.create_table(
        "audit_witnesses",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=True),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_witnesses_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_witnesses")),
        sa.UniqueConstraint(
            "organisation_id", "link_id", name=op.f("uq_audit_witnesses_organisation_id_link_id")
        ),
    )
    op.create_table(
        "exchange_alerts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('message_dead', 'undelivered', 'urgent_undelivered', 'apply_failed', 'gap', 'destination_answers_wrongly', 'clock_skew', 'hashes_differ', 'held_unknown', 'not_equal', 'statement_refused', 'restore_suspected', 'checkpoint_refused', 'key_change_refused', 'subscription_paused')",
            name=op.f("ck_exchange_alerts_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_alerts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_alerts")),
    )
    op.create_index(
        "uq_exchange_alerts_open",
        "exchange_alerts",
        ["organisation_id", "kind", "link_id", "message_id"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "webhook_subscriptions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("event_types", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("allowed_networks", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults_in_a_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("breaker_open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breaker_wait_seconds", sa.Double(), nullable=True),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "pause_reason IN ('asked', 'gone', 'failing')",
            name=op.f("ck_webhook_subscriptions_pause_reason_known"),
        ),
        sa.CheckConstraint("scheme IN ('v1a', 'v1')", name=op.f("ck_webhook_subscriptions_scheme_known")),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'closed')", name=op.f("ck_webhook_subscriptions_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_subscriptions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_webhook_subscriptions")),
    )
    op.create_table(
        "witnessed_checkpoints",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("cosignature", sa.Text(), nullable=True),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_witnessed_checkpoints_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_witnessed_checkpoints")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "origin",
            name=op.f("uq_witnessed_checkpoints_organisation_id_link_id_origin"),
        ),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tree_id"],
            ["audit_trees.organisation_id", "audit_trees.id"],
            name=op.f("fk_audit_checkpoints_organisation_id_tree_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_checkpoints_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_checkpoints")),
    )
    op.create_index(
        op.f("ix_audit_checkpoints_organisation_id_tree_id_size"),
        "audit_checkpoints",
        ["organisation_id", "tree_id", "size"],
        unique=False,
    )
    op.create_table(
        "audit_leaves",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tree_id"],
            ["audit_trees.organisation_id", "audit_trees.id"],
            name=op.f("fk_audit_leaves_organisation_id_tree_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_leaves_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_leaves")),
        sa.UniqueConstraint(
            "organisation_id",
            "tree_id",
            "position",
            name=op.f("uq_audit_leaves_organisation_id_tree_id_position"),
        ),
    )
    op.create_table(
        "audit_nodes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "tree_id"],
            ["audit_trees.organisation_id", "audit_trees.id"],
            name=op.f("fk_audit_nodes_organisation_id_tree_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_nodes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_nodes")),
        sa.UniqueConstraint(
            "organisation_id",
            "tree_id",
            "level",
            "number",
            name=op.f("uq_audit_nodes_organisation_id_tree_id_level_number"),
        ),
    )
    op.create_table(
        "exchange_collections",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("faults_in_a_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_fault", sa.Text(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_exchange_collections_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_collections_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_collections")),
        sa.UniqueConstraint(
            "organisation_id", "link_id", name=op.f("uq_exchange_collections_organisation_id_link_id")
        ),
    )
    op.create_index(
        op.f("ix_exchange_collections_next_at"), "exchange_collections", ["next_at"], unique=False
    )
    op.create_table(
        "exchange_link_secrets",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column(
            "valid_from",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "direction IN ('out', 'in')", name=op.f("ck_exchange_link_secrets_direction_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_exchange_link_secrets_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_link_secrets_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_link_secrets")),
    )
    op.create_index(
        op.f("ix_exchange_link_secrets_organisation_id_link_id"),
        "exchange_link_secrets",
        ["organisation_id", "link_id"],
        unique=False,
    )
    op.create_table(
        "exchange_restores",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "suspected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("suspected_by", sa.Uuid(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("difference", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("epoch", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('system_identifier', 'timeline', 'received_count', 'cosigned_size', 'held_unknown', 'person')",
            name=op.f("ck_exchange_restores_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_exchange_restores_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_restores_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_restores")),
    )
    op.create_index(
        "uq_exchange_restores_open",
        "exchange_restores",
        ["organisation_id", "link_id"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "exchange_returns_openings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_exchange_returns_openings_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_exchange_returns_openings_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_returns_openings")),
    )
    op.create_index(
        op.f("ix_exchange_returns_openings_organisation_id_link_id_id"),
        "exchange_returns_openings",
        ["organisation_id", "link_id", "id"],
        unique=False,
    )
    op.create_table(
        "reconciliation_plans",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="daily", nullable=False),
        sa.Column("all_days", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("gaps_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('daily', 'asked', 'epoch', 'counterpart', 'restore')",
            name=op.f("ck_reconciliation_plans_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_reconciliation_plans_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reconciliation_plans_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reconciliation_plans")),
        sa.UniqueConstraint(
            "organisation_id", "link_id", name=op.f("uq_reconciliation_plans_organisation_id_link_id")
        ),
    )
    op.create_index(op.f("ix_reconciliation_plans_due_at"), "reconciliation_plans", ["due_at"], unique=False)
    op.create_table(
        "reconciliations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_equal", sa.Boolean(), nullable=False),
        sa.Column("received_equal", sa.Boolean(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finding_count", sa.Integer(), nullable=False),
        sa.Column("unequal_since", sa.Date(), nullable=True),
        sa.Column("counterpart_epoch", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_summaries", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sent_summaries", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "reason IN ('daily', 'asked', 'epoch', 'counterpart', 'restore')",
            name=op.f("ck_reconciliations_reason_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_reconciliations_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reconciliations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reconciliations")),
    )
    op.create_index(
        op.f("ix_reconciliations_organisation_id_link_id_id"),
        "reconciliations",
        ["organisation_id", "link_id", "id"],
        unique=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'delivered', 'expired')",
            name=op.f("ck_webhook_deliveries_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subscription_id"],
            ["webhook_subscriptions.organisation_id", "webhook_subscriptions.id"],
            name=op.f("fk_webhook_deliveries_organisation_id_subscription_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_deliveries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        "ix_webhook_deliveries_listed",
        "webhook_deliveries",
        ["organisation_id", "subscription_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_webhook_deliveries_open",
        "webhook_deliveries",
        ["organisation_id", "subscription_id", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.create_index(
        "uq_webhook_deliveries_position",
        "webhook_deliveries",
        ["organisation_id", "subscription_id", "position"],
        unique=True,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_table(
        "webhook_keys",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "subscription_id"],
            ["webhook_subscriptions.organisation_id", "webhook_subscriptions.id"],
            name=op.f("fk_webhook_keys_organisation_id_subscription_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_keys_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_webhook_keys")),
    )
    op.create_index(
        op.f("ix_webhook_keys_organisation_id_subscription_id"),
        "webhook_keys",
        ["organisation_id", "subscription_id"],
        unique=False,
    )
    op.create_table(
        "exchange_restore_findings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("restore_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('recovered', 'replaced', 'filled', 'to_come_again', 'different')",
            name=op.f("ck_exchange_restore_findings_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "restore_id"],
            ["exchange_restores.organisation_id", "exchange_restores.id"],
            name=op.f("fk_exchange_restore_findings_organisation_id_restore_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_exchange_restore_findings_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_restore_findings")),
    )
    op.create_index(
        op.f("ix_exchange_restore_findings_organisation_id_restore_id_id"),
        "exchange_restore_findings",
        ["organisation_id", "restore_id", "id"],
        unique=False,
    )
    op.create_table(
        "exchange_stream_resumptions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parked_reason", sa.Text(), nullable=False),
        sa.Column("resumed_by", sa.Uuid(), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "stream_id"],
            ["outbound_streams.organisation_id", "outbound_streams.id"],
            name=op.f("fk_exchange_stream_resumptions_organisation_id_stream_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_exchange_stream_resumptions_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_stream_resumptions")),
    )
    op.create_index(
        op.f("ix_exchange_stream_resumptions_organisation_id_stream_id_id"),
        "exchange_stream_resumptions",
        ["organisation_id", "stream_id", "id"],
        unique=False,
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "delivery_id"],
            ["webhook_deliveries.organisation_id", "webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_organisation_id_delivery_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_attempts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(
        op.f("ix_webhook_attempts_organisation_id_delivery_id_id"),
        "webhook_attempts",
        ["organisation_id", "delivery_id", "id"],
        unique=False,
    )
    op.create_table(
        "exchange_disposals",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (successor_id IS NOT NULL)",
            name=op.f("ck_exchange_disposals_confirmed_has_a_successor"),
        ),
        sa.CheckConstraint("kind IN ('replace', 'discard')", name=op.f("ck_exchange_disposals_kind_known")),
        sa.CheckConstraint(
            "reason IN ('sent_in_error', 'wrong_content', 'wrong_counterpart', 'not_taken', 'superseded', 'told_otherwise')",
            name=op.f("ck_exchange_disposals_reason_known"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (settled_by IS NOT NULL AND settled_by <> proposed_by)",
            name=op.f("ck_exchange_disposals_two_people"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn', 'ended')",
            name=op.f("ck_exchange_disposals_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["outbound_messages.organisation_id", "outbound_messages.id"],
            name=op.f("fk_exchange_disposals_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exchange_disposals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_disposals")),
    )
    op.create_index(
        op.f("ix_exchange_disposals_organisation_id_message_id_id"),
        "exchange_disposals",
        ["organisation_id", "message_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_exchange_disposals_open",
        "exchange_disposals",
        ["organisation_id", "message_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "exchange_key_announcements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("old_key_id", sa.Uuid(), nullable=False),
        sa.Column("new_key_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_exchange_key_announcements_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["outbound_messages.organisation_id", "outbound_messages.id"],
            name=op.f("fk_exchange_key_announcements_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "new_key_id"],
            ["exchange_keys.organisation_id", "exchange_keys.id"],
            name=op.f("fk_exchange_key_announcements_organisation_id_new_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "old_key_id"],
            ["exchange_keys.organisation_id", "exchange_keys.id"],
            name=op.f("fk_exchange_key_announcements_organisation_id_old_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_exchange_key_announcements_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_exchange_key_announcements")),
    )
    op.create_index(
        op.f("ix_exchange_key_announcements_organisation_id_link_id"),
        "exchange_key_announcements",
        ["organisation_id", "link_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exchange_key_announcements_organisation_id_old_key_id"),
        "exchange_key_announcements",
        ["organisation_id", "old_key_id"],
        unique=False,
    )
    op.create_table(
        "further_receipts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("receipt_reference", sa.Text(), nullable=False),
        sa.Column("receipt_stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["outbound_messages.organisation_id", "outbound_messages.id"],
            name=op.f("fk_further_receipts_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_further_receipts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_further_receipts")),
    )
    op.create_index(
        op.f("ix_further_receipts_organisation_id_message_id_id"),
        "further_receipts",
        ["organisation_id", "message_id", "id"],
        unique=False,
    )
    op.add_column("delivery_attempts", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column("delivery_attempts", sa.Column("answer", sa.Text(), nullable=True))
    op.create_index(
        "ix_delivery_attempts_failed",
        "delivery_attempts",
        ["organisation_id", "outcome", "id"],
        unique=False,
        postgresql_where=sa.text("outcome <> 'delivered'"),
    )
    op.create_index(
        op.f("ix_delivery_attempts_organisation_id_link_id_id"),
        "delivery_attempts",
        ["organisation_id", "link_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_delivery_attempts_organisation_id_started_at"),
        "delivery_attempts",
        ["organisation_id", "started_at"],
        unique=False,
    )
    op.add_column("exchange_keys", sa.Column("kind", sa.Text(), server_default="signing", nullable=False))
    op.add_column("exchange_keys", sa.Column("successor_hash", sa.Text(), nullable=True))
    op.add_column("exchange_keys", sa.Column("wrapped_successor", sa.LargeBinary(), nullable=True))
    op.add_column(
        "exchange_links", sa.Column("delivery_mode", sa.Text(), server_default="push", nullable=False)
    )
    op.add_column(
        "exchange_links",
        sa.Column("allowed_networks", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "exchange_links", sa.Column("faults_in_a_row", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "exchange_links", sa.Column("breaker_open_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("exchange_links", sa.Column("breaker_wait_seconds", sa.Double(), nullable=True))
    op.add_column(
        "exchange_links", sa.Column("counterpart_batch_max", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("exchange_links", sa.Column("counterpart_types", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("exchange_links", sa.Column("counterpart_epoch", sa.DateTime(timezone=True), nullable=True))
    op.add_column("exchange_links", sa.Column("sending_held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("exchange_links", sa.Column("sending_held_reason", sa.Text(), nullable=True))
    op.add_column(
        "exchange_links", sa.Column("returns_open_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("exchange_links", sa.Column("returns_opened_by", sa.Uuid(), nullable=True))
    op.add_column(
        "inbound_messages",
        sa.Column(
            "written_on",
            sa.Date(),
            server_default=sa.text("((now() AT TIME ZONE 'UTC')::date)"),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_inbound_messages_written_on",
        "inbound_messages",
        ["organisation_id", "link_id", "written_on", "id"],
        unique=False,
        postgresql_include=["hash"],
    )
    op.add_column(
        "outbound_messages",
        sa.Column(
            "written_on",
            sa.Date(),
            server_default=sa.text("((now() AT TIME ZONE 'UTC')::date)"),
            nullable=False,
        ),
    )
    op.add_column("outbound_messages", sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbound_messages", sa.Column("recovered_by", sa.Text(), nullable=True))
    op.add_column("outbound_messages", sa.Column("leased_by", sa.Uuid(), nullable=True))
    op.alter_column("outbound_messages", "body", existing_type=postgresql.BYTEA(), nullable=True)
    op.create_index(
        "ix_outbound_messages_bodiless",
        "outbound_messages",
        ["organisation_id", "link_id"],
        unique=False,
        postgresql_where=sa.text("body IS NULL AND recovered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbound_messages_leased",
        "outbound_messages",
        ["organisation_id", "link_id"],
        unique=False,
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "ix_outbound_messages_written_on",
        "outbound_messages",
        ["organisation_id", "link_id", "written_on", "id"],
        unique=False,
        postgresql_include=["hash"],
        postgresql_where=sa.text(
            "(receipt IS NOT NULL OR recovered_at IS NOT NULL) AND state NOT IN ('replaced', 'void')"
        ),
    )
    op.add_column("outbound_streams", sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbound_streams", sa.Column("parked_reason", sa.Text(), nullable=True))
    op.add_column("service_state", sa.Column("system_identifier", sa.Text(), nullable=True))
    op.add_column("service_state", sa.Column("timeline", sa.Integer(), nullable=True))
    protect("asked_questions", app="SELECT, INSERT", worker="SELECT, INSERT, DELETE", worker_sees_all=True)
    protect("audit_cosignatures", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("audit_trees", app="SELECT", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)
    protect("audit_unsealed", app="SELECT, INSERT", worker="SELECT, INSERT, DELETE", worker_sees_all=True)
    protect("audit_witnesses", app="SELECT", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)
    protect(
        "exchange_alerts", app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE", worker_sees_all=True
    )
    protect(
        "webhook_subscriptions", app="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE", worker_sees_all=True
    )
    protect(
        "witnessed_checkpoints",
        app="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        worker_sees_all=True,
    )
    protect("audit_checkpoints", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("audit_leaves", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("audit_nodes", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("exchange_collections", app="SELECT", worker="SELECT, UPDATE", worker_sees_all=True)
    protect("exchange_link_secrets", app="SELECT", worker="SELECT", worker_sees_all=True)
    protect(
        "exchange_restores",
        app="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        worker_sees_all=True,
    )
    protect("exchange_returns_openings", app="SELECT, INSERT", worker="SELECT", worker_sees_all=True)
    protect(
        "reconciliation_plans",
        app="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        worker_sees_all=True,
    )
    protect("reconciliations", app="SELECT, INSERT", worker="SELECT, INSERT", worker_sees_all=True)
    protect(
        "webhook_deliveries",
        app="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        worker_sees_all=True,
    )
    protect("webhook_keys", app="SELECT, INSERT, UPDATE", worker="SELECT", worker_sees_all=True)
    protect("exchange_restore_findings", app="SELECT, INSERT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("exchange_stream_resumptions", app="SELECT, INSERT", worker="SELECT", worker_sees_all=True)
    protect("webhook_attempts", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("exchange_disposals", app="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE", worker_sees_all=True)
    protect("exchange_key_announcements", app="SELECT, INSERT", worker="SELECT", worker_sees_all=True)
    protect("further_receipts", app="SELECT, INSERT", worker="SELECT, INSERT", worker_sees_all=True)
    grant("delivery_attempts", app="INSERT", worker="")
    grant("exchange_keys", app="INSERT, UPDATE", worker="INSERT, UPDATE")
    grant("exchange_links", app="INSERT", worker="INSERT")
    grant("service_state", app="UPDATE", worker="UPDATE")
    op.execute(
        "UPDATE delivery_attempts a SET link_id = m.link_id FROM outbound_messages m WHERE m.organisation_id = a.organisation_id AND m.id = a.message_id"
    )
    op.execute(
        "INSERT INTO audit_unsealed (organisation_id, id) SELECT organisation_id, id FROM audit_entries"
    )
    op.execute(
        "UPDATE exchange_links SET allowed_networks = '{127.0.0.0/8,::1/128}' WHERE counterpart_url LIKE 'http://%'"
    )
    op.execute(
        "INSERT INTO exchange_link_secrets (organisation_id, id, link_id, direction, wrapped) SELECT organisation_id, gen_random_uuid(), id, 'out', secret_out FROM exchange_links WHERE secret_out IS NOT NULL"
    )
    op.execute(
        "INSERT INTO exchange_link_secrets (organisation_id, id, link_id, direction, wrapped) SELECT organisation_id, gen_random_uuid(), id, 'in', secret_in FROM exchange_links WHERE secret_in IS NOT NULL"
    )
    op.execute("UPDATE exchange_links SET secret_out = NULL, secret_in = NULL")
    op.execute("UPDATE outbound_messages SET written_on = (created_at AT TIME ZONE 'UTC')::date")
    op.execute(
        "UPDATE inbound_messages SET written_on = ((convert_from(body, 'UTF8')::json ->> 'time')::timestamptz AT TIME ZONE 'UTC')::date"
    )
    op.alter_column("delivery_attempts", "link_id", nullable=False)
    op.create_check_constraint(
        op.f("ck_exchange_keys_kind_known"),
        "exchange_keys",
        "(kind = ANY (ARRAY['signing'::text, 'audit'::text]))",
    )
    op.create_check_constraint(
        op.f("ck_exchange_links_delivery_mode_known"),
        "exchange_links",
        "(delivery_mode = ANY (ARRAY['push'::text, 'collect'::text]))",
    )


def drop_kit_tables() -> None:
    op.drop_constraint(op.f("ck_exchange_keys_kind_known"), "exchange_keys", type_="check")
    op.drop_constraint(op.f("ck_exchange_links_delivery_mode_known"), "exchange_links", type_="check")
    op.execute(
        "UPDATE exchange_links l SET secret_out = (SELECT s.wrapped FROM exchange_link_secrets s WHERE s.organisation_id = l.organisation_id AND s.link_id = l.id AND s.direction = 'out' AND (s.valid_until IS NULL OR s.valid_until > now()) ORDER BY s.valid_from DESC LIMIT 1)"
    )
    op.execute(
        "UPDATE exchange_links l SET secret_in = (SELECT s.wrapped FROM exchange_link_secrets s WHERE s.organisation_id = l.organisation_id AND s.link_id = l.id AND s.direction = 'in' AND (s.valid_until IS NULL OR s.valid_until > now()) ORDER BY s.valid_from DESC LIMIT 1)"
    )
    op.drop_column("service_state", "timeline")
    op.drop_column("service_state", "system_identifier")
    op.drop_column("outbound_streams", "parked_reason")
    op.drop_column("outbound_streams", "parked_at")
    op.drop_index(
        "ix_outbound_messages_written_on",
        table_name="outbound_messages",
        postgresql_include=["hash"],
        postgresql_where=sa.text(
            "(receipt IS NOT NULL OR recovered_at IS NOT NULL) AND state NOT IN ('replaced', 'void')"
        ),
    )
    op.drop_index(
        "ix_outbound_messages_leased",
        table_name="outbound_messages",
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.drop_index(
        "ix_outbound_messages_bodiless",
        table_name="outbound_messages",
        postgresql_where=sa.text("body IS NULL AND recovered_at IS NOT NULL"),
    )
    op.alter_column("outbound_messages", "body", existing_type=postgresql.BYTEA(), nullable=False)
    op.drop_column("outbound_messages", "leased_by")
    op.drop_column("outbound_messages", "recovered_by")
    op.drop_column("outbound_messages", "recovered_at")
    op.drop_column("outbound_messages", "written_on")
    op.drop_index(
        "ix_inbound_messages_written_on", table_name="inbound_messages", postgresql_include=["hash"]
    )
    op.drop_column("inbound_messages", "written_on")
    op.drop_column("exchange_links", "returns_opened_by")
    op.drop_column("exchange_links", "returns_open_until")
    op.drop_column("exchange_links", "sending_held_reason")
    op.drop_column("exchange_links", "sending_held_at")
    op.drop_column("exchange_links", "counterpart_epoch")
    op.drop_column("exchange_links", "counterpart_types")
    op.drop_column("exchange_links", "counterpart_batch_max")
    op.drop_column("exchange_links", "breaker_wait_seconds")
    op.drop_column("exchange_links", "breaker_open_until")
    op.drop_column("exchange_links", "faults_in_a_row")
    op.drop_column("exchange_links", "allowed_networks")
    op.drop_column("exchange_links", "delivery_mode")
    op.drop_column("exchange_keys", "wrapped_successor")
    op.drop_column("exchange_keys", "successor_hash")
    op.drop_column("exchange_keys", "kind")
    op.drop_index(op.f("ix_delivery_attempts_organisation_id_started_at"), table_name="delivery_attempts")
    op.drop_index(op.f("ix_delivery_attempts_organisation_id_link_id_id"), table_name="delivery_attempts")
    op.drop_index(
        "ix_delivery_attempts_failed",
        table_name="delivery_attempts",
        postgresql_where=sa.text("outcome <> 'delivered'"),
    )
    op.drop_column("delivery_attempts", "answer")
    op.drop_column("delivery_attempts", "link_id")
    op.drop_index(op.f("ix_further_receipts_organisation_id_message_id_id"), table_name="further_receipts")
    op.drop_table("further_receipts")
    op.drop_index(
        op.f("ix_exchange_key_announcements_organisation_id_old_key_id"),
        table_name="exchange_key_announcements",
    )
    op.drop_index(
        op.f("ix_exchange_key_announcements_organisation_id_link_id"), table_name="exchange_key_announcements"
    )
    op.drop_table("exchange_key_announcements")
    op.drop_index(
        "uq_exchange_disposals_open",
        table_name="exchange_disposals",
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index(
        op.f("ix_exchange_disposals_organisation_id_message_id_id"), table_name="exchange_disposals"
    )
    op.drop_table("exchange_disposals")
    op.drop_index(op.f("ix_webhook_attempts_organisation_id_delivery_id_id"), table_name="webhook_attempts")
    op.drop_table("webhook_attempts")
    op.drop_index(
        op.f("ix_exchange_stream_resumptions_organisation_id_stream_id_id"),
        table_name="exchange_stream_resumptions",
    )
    op.drop_table("exchange_stream_resumptions")
    op.drop_index(
        op.f("ix_exchange_restore_findings_organisation_id_restore_id_id"),
        table_name="exchange_restore_findings",
    )
    op.drop_table("exchange_restore_findings")
    op.drop_index(op.f("ix_webhook_keys_organisation_id_subscription_id"), table_name="webhook_keys")
    op.drop_table("webhook_keys")
    op.drop_index(
        "uq_webhook_deliveries_position",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.drop_index(
        "ix_webhook_deliveries_open",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.drop_index("ix_webhook_deliveries_listed", table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
    op.drop_index(op.f("ix_reconciliations_organisation_id_link_id_id"), table_name="reconciliations")
    op.drop_table("reconciliations")
    op.drop_index(op.f("ix_reconciliation_plans_due_at"), table_name="reconciliation_plans")
    op.drop_table("reconciliation_plans")
    op.drop_index(
        op.f("ix_exchange_returns_openings_organisation_id_link_id_id"),
        table_name="exchange_returns_openings",
    )
    op.drop_table("exchange_returns_openings")
    op.drop_index(
        "uq_exchange_restores_open",
        table_name="exchange_restores",
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_table("exchange_restores")
    op.drop_index(
        op.f("ix_exchange_link_secrets_organisation_id_link_id"), table_name="exchange_link_secrets"
    )
    op.drop_table("exchange_link_secrets")
    op.drop_index(op.f("ix_exchange_collections_next_at"), table_name="exchange_collections")
    op.drop_table("exchange_collections")
    op.drop_table("audit_nodes")
    op.drop_table("audit_leaves")
    op.drop_index(op.f("ix_audit_checkpoints_organisation_id_tree_id_size"), table_name="audit_checkpoints")
    op.drop_table("audit_checkpoints")
    op.drop_table("witnessed_checkpoints")
    op.drop_table("webhook_subscriptions")
    op.drop_index(
        "uq_exchange_alerts_open",
        table_name="exchange_alerts",
        postgresql_where=sa.text("cleared_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("exchange_alerts")
    op.drop_table("audit_witnesses")
    op.drop_table("audit_unsealed")
    op.drop_table("audit_trees")
    op.drop_table("audit_cosignatures")
    op.drop_index(op.f("ix_asked_questions_at"), table_name="asked_questions")
    op.drop_table("asked_questions")
