"""Make what every sentence of the mission needs: the tables of its resources."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.kit_0002 import drop_kit_tables, make_kit_tables
from migrations.row_security import grant, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_register_entries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("available_until_at_least", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_down_on", sa.Date(), nullable=True),
        sa.Column("taken_down_reasons", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "form IN ('report', 'improvements_only')", name=op.f("ck_public_register_entries_form_known")
        ),
        sa.CheckConstraint(
            "kind IN ('national', 'local')", name=op.f("ck_public_register_entries_kind_known")
        ),
        sa.CheckConstraint(
            "(taken_down_on IS NULL) = (taken_down_reasons IS NULL)",
            name=op.f("ck_public_register_entries_taken_down_for_reasons"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_public_register_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_public_register_entries")),
        sa.UniqueConstraint(
            "organisation_id", "source_id", name=op.f("uq_public_register_entries_organisation_id_source_id")
        ),
    )
    op.create_index(
        op.f("ix_public_register_entries_organisation_id_kind_id"),
        "public_register_entries",
        ["organisation_id", "kind", "id"],
        unique=False,
    )
    op.create_table(
        "statistics_editions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reporting_year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_statistics_editions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_statistics_editions")),
        sa.UniqueConstraint(
            "organisation_id",
            "reporting_year",
            "edition",
            name=op.f("uq_statistics_editions_organisation_id_reporting_year_edition"),
        ),
    )
    op.create_table(
        "partnership_members",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partnership_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("acts_for", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('local_authority', 'integrated_care_board', 'police', 'relevant_agency')",
            name=op.f("ck_partnership_members_kind_known"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_partnership_members_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "partnership_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_partnership_members_organisation_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partnership_members_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_partnership_members")),
    )
    op.create_index(
        op.f("ix_partnership_members_organisation_id_kind_code"),
        "partnership_members",
        ["organisation_id", "kind", "code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_partnership_members_organisation_id_partnership_id"),
        "partnership_members",
        ["organisation_id", "partnership_id"],
        unique=False,
    )
    op.create_table(
        "partnership_successions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('merger', 'reorganisation', 'division')",
            name=op.f("ck_partnership_successions_kind_known"),
        ),
        sa.CheckConstraint(
            "predecessor_id <> successor_id", name=op.f("ck_partnership_successions_not_its_own")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "predecessor_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_partnership_successions_organisation_id_predecessor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "successor_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_partnership_successions_organisation_id_successor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partnership_successions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_partnership_successions")),
        sa.UniqueConstraint(
            "organisation_id",
            "predecessor_id",
            "successor_id",
            name=op.f("uq_partnership_successions_organisation_id_predecessor_id_successor_id"),
        ),
    )
    op.create_table(
        "partnership_test_exchanges",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partnership_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_message_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "partnership_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_partnership_test_exchanges_organisation_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_partnership_test_exchanges_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_partnership_test_exchanges")),
    )
    op.create_index(
        op.f("ix_partnership_test_exchanges_organisation_id_partnership_id_id"),
        "partnership_test_exchanges",
        ["organisation_id", "partnership_id", "id"],
        unique=False,
    )
    op.create_table(
        "counted_notifications",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("ethnicity", sa.Text(), nullable=False),
        sa.Column("disability", sa.Text(), nullable=False),
        sa.Column("placement_type", sa.Text(), nullable=False),
        sa.Column("looked_after", sa.Text(), nullable=False),
        sa.Column("child_in_need_plan", sa.Text(), nullable=False),
        sa.Column("child_protection_plan", sa.Text(), nullable=False),
        sa.Column("known_to_any_agency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_counted_notifications_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_counted_notifications_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_counted_notifications")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", name=op.f("uq_counted_notifications_organisation_id_case_id")
        ),
    )
    op.create_index(
        op.f("ix_counted_notifications_organisation_id_notified_on"),
        "counted_notifications",
        ["organisation_id", "notified_on"],
        unique=False,
    )
    op.add_column("partnerships", sa.Column("party", sa.Uuid(), nullable=True))
    op.add_column("partnerships", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("partnerships", sa.Column("valid_to", sa.Date(), nullable=True))
    op.alter_column(
        "partnerships",
        "link_id",
        existing_type=sa.UUID(),
        nullable=True,
        existing_comment="exchange_links.id",
    )
    op.create_unique_constraint(
        op.f("uq_partnerships_organisation_id_party"), "partnerships", ["organisation_id", "party"]
    )
    op.execute("UPDATE partnerships SET party = id")
    grant("partnerships", app="INSERT, UPDATE")
    op.drop_constraint(op.f("ck_cases_state_known"), "cases", type_="check")
    op.create_check_constraint(
        op.f("ck_cases_state_known"),
        "cases",
        "(state = ANY (ARRAY['awaiting_rapid_review'::text, 'awaiting_decision'::text, 'decided'::text, 'withdrawn'::text]))",
    )
    op.create_check_constraint(
        op.f("ck_partnerships_ends_after_it_begins"),
        "partnerships",
        "((valid_to IS NULL) OR (valid_to >= valid_from))",
    )
    op.create_check_constraint(
        op.f("ck_partnerships_linked_as_a_party"), "partnerships", "((link_id IS NULL) = (party IS NULL))"
    )
    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text, 'notification_withdrawn'::text, 'rapid_review_addendum'::text, 'learning'::text, 'local_review_reviewer'::text, 'publication_notice'::text, 'delay'::text, 'decision_reply'::text, 'national_review_proposal'::text, 'query_answer'::text, 'information'::text]))",
    )
    make_kit_tables()
    for table in ("partnership_members", "partnership_test_exchanges", "public_register_entries"):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    for table in ("counted_notifications", "partnership_successions", "statistics_editions"):
        protect(table, app="SELECT, INSERT", worker="SELECT, INSERT")


def downgrade() -> None:
    drop_kit_tables()
    op.drop_constraint(op.f("ck_cases_state_known"), "cases", type_="check")
    op.create_check_constraint(
        op.f("ck_cases_state_known"),
        "cases",
        "(state = ANY (ARRAY['awaiting_rapid_review'::text, 'awaiting_decision'::text, 'decided'::text]))",
    )
    op.drop_constraint(op.f("ck_partnerships_ends_after_it_begins"), "partnerships", type_="check")
    op.drop_constraint(op.f("ck_partnerships_linked_as_a_party"), "partnerships", type_="check")
    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text]))",
    )
    op.drop_constraint(op.f("uq_partnerships_organisation_id_party"), "partnerships", type_="unique")
    op.alter_column(
        "partnerships",
        "link_id",
        existing_type=sa.UUID(),
        nullable=False,
        existing_comment="exchange_links.id",
    )
    op.drop_column("partnerships", "valid_to")
    op.drop_column("partnerships", "valid_from")
    op.drop_column("partnerships", "party")
    op.drop_index(
        op.f("ix_counted_notifications_organisation_id_notified_on"), table_name="counted_notifications"
    )
    op.drop_table("counted_notifications")
    op.drop_index(
        op.f("ix_partnership_test_exchanges_organisation_id_partnership_id_id"),
        table_name="partnership_test_exchanges",
    )
    op.drop_table("partnership_test_exchanges")
    op.drop_table("partnership_successions")
    op.drop_index(
        op.f("ix_partnership_members_organisation_id_partnership_id"), table_name="partnership_members"
    )
    op.drop_index(op.f("ix_partnership_members_organisation_id_kind_code"), table_name="partnership_members")
    op.drop_table("partnership_members")
    op.drop_table("statistics_editions")
    op.drop_index(
        op.f("ix_public_register_entries_organisation_id_kind_id"), table_name="public_register_entries"
    )
    op.drop_table("public_register_entries")
