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
    op.add_column("cases", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_cases_lifted_has_a_time"),
        "cases",
        "((status = ANY (ARRAY['not_notifiable'::text, 'withdrawn'::text])) = (lifted_at IS NOT NULL))",
    )
    make_kit_tables()
    for table in ("information_requests", "learning_items", "learning_shares", "screenings", "withdrawals"):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    for table in (
        "case_moves",
        "information_answers",
        "information_request_moves",
        "rapid_review_addenda",
        "screening_outcomes",
    ):
        protect(table, app="SELECT, INSERT", worker="SELECT, INSERT")


def downgrade() -> None:
    drop_kit_tables()
    op.drop_constraint(op.f("ck_cases_lifted_has_a_time"), "cases", type_="check")
    op.drop_column("cases", "lifted_at")
    op.drop_table("screening_outcomes")
    op.drop_index(op.f("ix_learning_shares_organisation_id_learning_id_id"), table_name="learning_shares")
    op.drop_table("learning_shares")
    op.drop_table("information_request_moves")
    op.drop_table("information_answers")
    op.drop_table("withdrawals")
    op.drop_index(op.f("ix_screenings_organisation_id_state_id"), table_name="screenings")
    op.drop_table("screenings")
    op.drop_table("rapid_review_addenda")
    op.drop_index(op.f("ix_learning_items_organisation_id_case_id_id"), table_name="learning_items")
    op.drop_table("learning_items")
    op.drop_index(
        op.f("ix_information_requests_organisation_id_state_due_on"), table_name="information_requests"
    )
    op.drop_index(
        op.f("ix_information_requests_organisation_id_case_id_id"), table_name="information_requests"
    )
    op.drop_table("information_requests")
    op.drop_table("case_moves")
