"""The tables both services got with their second revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import protect


def make_kit_tables() -> None:
    op.create_table(
        "documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.CheckConstraint("scan IN ('not_scanned', 'clean')", name=op.f("ck_documents_scan_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_documents_size_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_documents")),
        sa.UniqueConstraint("organisation_id", "sha256", name=op.f("uq_documents_organisation_id_sha256")),
    )
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
    op.create_table(
        "link_documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "document_id"],
            ["documents.organisation_id", "documents.id"],
            name=op.f("fk_link_documents_organisation_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["exchange_links.organisation_id", "exchange_links.id"],
            name=op.f("fk_link_documents_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_link_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_link_documents")),
        sa.UniqueConstraint(
            "organisation_id",
            "link_id",
            "document_id",
            name=op.f("uq_link_documents_organisation_id_link_id_document_id"),
        ),
    )
    op.create_table(
        "message_documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "document_id"],
            ["documents.organisation_id", "documents.id"],
            name=op.f("fk_message_documents_organisation_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["outbound_messages.organisation_id", "outbound_messages.id"],
            name=op.f("fk_message_documents_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_message_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_message_documents")),
        sa.UniqueConstraint(
            "organisation_id",
            "message_id",
            "document_id",
            name=op.f("uq_message_documents_organisation_id_message_id_document_id"),
        ),
    )
    op.create_index(
        "ix_message_documents_missing",
        "message_documents",
        ["organisation_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("uploaded_at IS NULL"),
    )
    op.create_index(
        "ix_inbound_messages_unapplied",
        "inbound_messages",
        ["organisation_id", "link_id", "subject"],
        unique=False,
        postgresql_where=sa.text("state <> 'applied'"),
    )
    op.add_column("service_state", sa.Column("calendar_edition", sa.Uuid(), nullable=True))
    op.add_column(
        "service_state", sa.Column("calendar_feed", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("service_state", sa.Column("calendar_loaded_at", sa.DateTime(timezone=True), nullable=True))
    protect("documents", app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)
    protect("feed_entries", app="SELECT, INSERT", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)
    protect(
        "link_documents", app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE", worker_sees_all=True
    )
    protect(
        "message_documents",
        app="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        worker_sees_all=True,
    )


def drop_kit_tables() -> None:
    op.drop_column("service_state", "calendar_loaded_at")
    op.drop_column("service_state", "calendar_feed")
    op.drop_column("service_state", "calendar_edition")
    op.drop_index(
        "ix_inbound_messages_unapplied",
        table_name="inbound_messages",
        postgresql_where=sa.text("state <> 'applied'"),
    )
    op.drop_index(
        "ix_message_documents_missing",
        table_name="message_documents",
        postgresql_where=sa.text("uploaded_at IS NULL"),
    )
    op.drop_table("message_documents")
    op.drop_table("link_documents")
    op.drop_index("uq_feed_entries_position", table_name="feed_entries")
    op.drop_index(
        "ix_feed_entries_unplaced", table_name="feed_entries", postgresql_where=sa.text("position IS NULL")
    )
    op.drop_index(op.f("ix_feed_entries_organisation_id_subject_id_id"), table_name="feed_entries")
    op.drop_table("feed_entries")
    op.drop_table("documents")
