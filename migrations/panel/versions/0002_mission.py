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
    make_kit_tables()
    op.create_table(
        "improvements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("identified_by", sa.Uuid(), nullable=False),
        sa.Column("identified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("addressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'superseded') = (superseded_by_id IS NOT NULL)",
            name=op.f("ck_improvements_superseded_by_one"),
        ),
        sa.CheckConstraint("scope IN ('local', 'national')", name=op.f("ck_improvements_scope_known")),
        sa.CheckConstraint(
            "state IN ('identified', 'agreed', 'addressed', 'responded', 'in_progress', 'implemented', 'not_implemented', 'superseded')",
            name=op.f("ck_improvements_state_known"),
        ),
        sa.CheckConstraint(
            "agreed_by IS NULL OR agreed_by <> identified_by", name=op.f("ck_improvements_agreed_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "superseded_by_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvements_organisation_id_superseded_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvements")),
    )
    op.create_index(
        op.f("ix_improvements_organisation_id_state_id"),
        "improvements",
        ["organisation_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "meetings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("quorum_met", sa.Boolean(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("minutes_by", sa.Uuid(), nullable=True),
        sa.Column("minutes_approved_by", sa.Uuid(), nullable=True),
        sa.Column("minutes_approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'minutes_approved') = (minutes_approved_at IS NOT NULL)",
            name=op.f("ck_meetings_approved_when"),
        ),
        sa.CheckConstraint(
            "state <> 'minutes_approved' OR minutes IS NOT NULL",
            name=op.f("ck_meetings_approved_are_written"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'held', 'minutes_approved')", name=op.f("ck_meetings_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_meetings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_meetings")),
    )
    op.create_index(
        op.f("ix_meetings_organisation_id_held_on"), "meetings", ["organisation_id", "held_on"], unique=False
    )
    op.create_table(
        "members",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("appointed_from", sa.Date(), nullable=False),
        sa.Column("appointed_to", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "end_reason IN ('term_ended', 'resigned', 'unfit', 'unable', 'incompatible_behaviour')",
            name=op.f("ck_members_end_reason_known"),
        ),
        sa.CheckConstraint("office IN ('chair', 'member')", name=op.f("ck_members_office_known")),
        sa.CheckConstraint("appointed_to >= appointed_from", name=op.f("ck_members_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_members_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint(
            "organisation_id",
            "principal_id",
            "appointed_from",
            name=op.f("uq_members_organisation_id_principal_id_appointed_from"),
        ),
    )
    op.create_index(
        op.f("ix_members_organisation_id_principal_id"),
        "members",
        ["organisation_id", "principal_id"],
        unique=False,
    )
    op.create_table(
        "national_reviews",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposal_reasons", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reasons", sa.Text(), nullable=True),
        sa.Column("secretary_of_state_told_on", sa.Date(), nullable=True),
        sa.Column("secretary_of_state_reference", sa.Text(), nullable=True),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("first_check_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_form", sa.Text(), nullable=True),
        sa.Column("publication", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("taken_down_on", sa.Date(), nullable=True),
        sa.Column("takedown", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_reasons", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(form = 'thematic') = (theme IS NOT NULL)", name=op.f("ck_national_reviews_thematic_has_theme")
        ),
        sa.CheckConstraint(
            "form IN ('single_case', 'thematic')", name=op.f("ck_national_reviews_form_known")
        ),
        sa.CheckConstraint(
            "published_form IN ('report', 'improvements_only')",
            name=op.f("ck_national_reviews_published_form_known"),
        ),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (closing_reasons IS NULL)",
            name=op.f("ck_national_reviews_closed_has_reasons"),
        ),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (secretary_of_state_told_on IS NULL) AND (decided_on IS NULL) = (secretary_of_state_reference IS NULL)",
            name=op.f("ck_national_reviews_decided_is_told"),
        ),
        sa.CheckConstraint(
            "(published_on IS NULL) = (published_form IS NULL) AND (published_on IS NULL) = (publication IS NULL)",
            name=op.f("ck_national_reviews_published_whole"),
        ),
        sa.CheckConstraint(
            "(taken_down_on IS NULL) = (takedown IS NULL)",
            name=op.f("ck_national_reviews_taken_down_has_reasons"),
        ),
        sa.CheckConstraint(
            "started_on IS NULL OR scope IS NOT NULL", name=op.f("ck_national_reviews_started_has_scope")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_national_reviews_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_reviews")),
    )
    op.create_index(
        op.f("ix_national_reviews_organisation_id_published_on"),
        "national_reviews",
        ["organisation_id", "published_on"],
        unique=False,
    )
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
        "recommended_texts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="0 is the summary, 1, 2 … the recommendations in order",
        ),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("themes_suggested", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "source_kind IN ('improvement', 'local_review', 'national_review')",
            name=op.f("ck_recommended_texts_source_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_recommended_texts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_recommended_texts")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_kind",
            "source_id",
            "position",
            name=op.f("uq_recommended_texts_organisation_id_source_kind_source_id_position"),
        ),
    )
    op.create_table(
        "reviewer_pool",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("experience", sa.Text(), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("available_to", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removed_reasons", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(removed_on IS NULL) = (removed_reasons IS NULL)",
            name=op.f("ck_reviewer_pool_removed_has_reasons"),
        ),
        sa.CheckConstraint(
            "available_to >= available_from", name=op.f("ck_reviewer_pool_available_in_order")
        ),
        sa.CheckConstraint("removed_on >= joined_on", name=op.f("ck_reviewer_pool_removed_after_joining")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reviewer_pool_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reviewer_pool")),
    )
    op.create_index(
        op.f("ix_reviewer_pool_organisation_id_removed_on_id"),
        "reviewer_pool",
        ["organisation_id", "removed_on", "id"],
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
        "improvement_addressees",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("partnership_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'partnership') = (partnership_id IS NOT NULL)",
            name=op.f("ck_improvement_addressees_partnership_by_id"),
        ),
        sa.CheckConstraint(
            "concern IN ('addressed', 'case_is_evidence', 'chosen')",
            name=op.f("ck_improvement_addressees_concern_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('government_department', 'national_body', 'profession', 'partnership', 'other')",
            name=op.f("ck_improvement_addressees_kind_known"),
        ),
        sa.CheckConstraint(
            "(message_id IS NULL) = (subject IS NULL)",
            name=op.f("ck_improvement_addressees_message_has_a_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvement_addressees_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "partnership_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_improvement_addressees_organisation_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_addressees_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_addressees")),
        sa.UniqueConstraint(
            "organisation_id",
            "improvement_id",
            "partnership_id",
            name=op.f("uq_improvement_addressees_organisation_id_improvement_id_partnership_id"),
        ),
    )
    op.create_index(
        op.f("ix_improvement_addressees_organisation_id_improvement_id_id"),
        "improvement_addressees",
        ["organisation_id", "improvement_id", "id"],
        unique=False,
    )
    op.create_table(
        "improvement_moves",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvement_moves_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_moves_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_moves")),
    )
    op.create_index(
        op.f("ix_improvement_moves_organisation_id_improvement_id_id"),
        "improvement_moves",
        ["organisation_id", "improvement_id", "id"],
        unique=False,
    )
    op.create_table(
        "improvement_recurrences",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvement_recurrences_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "text_id"],
            ["recommended_texts.organisation_id", "recommended_texts.id"],
            name=op.f("fk_improvement_recurrences_organisation_id_text_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_recurrences_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_recurrences")),
        sa.UniqueConstraint(
            "organisation_id",
            "improvement_id",
            "text_id",
            name=op.f("uq_improvement_recurrences_organisation_id_improvement_id_text_id"),
        ),
    )
    op.create_table(
        "national_review_checkpoints",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("timeliness", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("next_on > on_day", name=op.f("ck_national_review_checkpoints_next_is_later")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_checkpoints_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_national_review_checkpoints_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_checkpoints")),
    )
    op.create_table(
        "national_review_copies",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("report_sha256", sa.Text(), nullable=False),
        sa.Column("improvements_information", sa.Text(), nullable=True),
        sa.Column("information_sha256", sa.Text(), nullable=True),
        sa.Column("copied_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(improvements_information IS NULL) = (information_sha256 IS NULL)",
            name=op.f("ck_national_review_copies_information_has_hash"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_copies_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_national_review_copies_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_copies")),
    )
    op.create_table(
        "national_review_reports",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quality_assured_on", sa.Date(), nullable=True),
        sa.Column("quality_note", sa.Text(), nullable=True),
        sa.Column("finalised_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "finalised_on IS NULL OR quality_assured_on IS NOT NULL",
            name=op.f("ck_national_review_reports_final_after_quality"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_reports_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_national_review_reports_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_reports")),
        sa.UniqueConstraint(
            "organisation_id",
            "review_id",
            "report_version",
            name=op.f("uq_national_review_reports_organisation_id_review_id_report_version"),
        ),
    )
    op.create_table(
        "national_review_requests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("letter_reference", sa.Text(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "answered_on >= requested_on", name=op.f("ck_national_review_requests_answered_after_requested")
        ),
        sa.CheckConstraint(
            "due_on >= requested_on", name=op.f("ck_national_review_requests_due_after_requested")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_requests_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_national_review_requests_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_requests")),
    )
    op.create_table(
        "national_review_reviewers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("pool_member_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("off_pool_reason", sa.Text(), nullable=True),
        sa.Column("off_pool_reasons", sa.Text(), nullable=True),
        sa.Column("selected_on", sa.Date(), nullable=False),
        sa.Column("recommended_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmation_reference", sa.Text(), nullable=True),
        sa.Column("removal_determined_on", sa.Date(), nullable=True),
        sa.Column("removal_reasons", sa.Text(), nullable=True),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removal_reference", sa.Text(), nullable=True),
        sa.Column("removed_before_completion", sa.Boolean(), nullable=False),
        sa.Column("considered_another_on", sa.Date(), nullable=True),
        sa.Column("considered_another", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(off_pool_reason IS NULL) = (off_pool_reasons IS NULL)",
            name=op.f("ck_national_review_reviewers_off_pool_has_reasons"),
        ),
        sa.CheckConstraint(
            "(pool_member_id IS NULL) = (off_pool_reason IS NOT NULL)",
            name=op.f("ck_national_review_reviewers_pool_or_reason"),
        ),
        sa.CheckConstraint(
            "confirmed_on IS NULL OR recommended_on IS NOT NULL",
            name=op.f("ck_national_review_reviewers_confirmed_after_recommended"),
        ),
        sa.CheckConstraint(
            "considered_another_on IS NULL OR removed_on IS NOT NULL",
            name=op.f("ck_national_review_reviewers_considered_after_removal"),
        ),
        sa.CheckConstraint(
            "removed_on IS NULL OR (confirmed_on IS NOT NULL AND removal_determined_on IS NOT NULL)",
            name=op.f("ck_national_review_reviewers_removed_after_determined"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "pool_member_id"],
            ["reviewer_pool.organisation_id", "reviewer_pool.id"],
            name=op.f("fk_national_review_reviewers_organisation_id_pool_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_reviewers_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_national_review_reviewers_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_reviewers")),
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
        "recommended_bands",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "text_id"],
            ["recommended_texts.organisation_id", "recommended_texts.id"],
            name=op.f("fk_recommended_bands_organisation_id_text_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_recommended_bands_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_recommended_bands")),
    )
    op.create_index(
        op.f("ix_recommended_bands_organisation_id_signature_text_id"),
        "recommended_bands",
        ["organisation_id", "signature", "text_id"],
        unique=False,
    )
    op.create_table(
        "recommended_themes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "text_id"],
            ["recommended_texts.organisation_id", "recommended_texts.id"],
            name=op.f("fk_recommended_themes_organisation_id_text_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_recommended_themes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_recommended_themes")),
    )
    op.create_index(
        op.f("ix_recommended_themes_organisation_id_theme_said_on"),
        "recommended_themes",
        ["organisation_id", "theme", "said_on"],
        unique=False,
    )
    op.create_table(
        "agenda_items",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("agenda_version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_agenda_items_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "meeting_id"],
            ["meetings.organisation_id", "meetings.id"],
            name=op.f("fk_agenda_items_organisation_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_agenda_items_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_agenda_items")),
        sa.UniqueConstraint(
            "organisation_id",
            "meeting_id",
            "agenda_version",
            "case_id",
            name=op.f("uq_agenda_items_organisation_id_meeting_id_agenda_version_case_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "meeting_id",
            "agenda_version",
            "position",
            name=op.f("uq_agenda_items_organisation_id_meeting_id_agenda_version_position"),
        ),
    )
    op.create_index(
        op.f("ix_agenda_items_organisation_id_case_id"),
        "agenda_items",
        ["organisation_id", "case_id"],
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
    op.create_table(
        "improvement_evidence",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("document_version", sa.Integer(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("national_review_id", sa.Uuid(), nullable=True),
        sa.Column("citation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'national_review') = (reference IS NOT NULL)",
            name=op.f("ck_improvement_evidence_review_by_reference"),
        ),
        sa.CheckConstraint(
            "(kind = 'other') = (citation IS NOT NULL)", name=op.f("ck_improvement_evidence_other_is_cited")
        ),
        sa.CheckConstraint(
            "(kind IN ('notification', 'rapid_review', 'local_review')) = (case_id IS NOT NULL AND document_version IS NOT NULL)",
            name=op.f("ck_improvement_evidence_case_evidence_is_whole"),
        ),
        sa.CheckConstraint(
            "kind IN ('notification', 'rapid_review', 'local_review', 'national_review', 'other')",
            name=op.f("ck_improvement_evidence_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_improvement_evidence_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvement_evidence_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_evidence_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_evidence")),
    )
    op.create_index(
        op.f("ix_improvement_evidence_organisation_id_case_id"),
        "improvement_evidence",
        ["organisation_id", "case_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_improvement_evidence_organisation_id_improvement_id_id"),
        "improvement_evidence",
        ["organisation_id", "improvement_id", "id"],
        unique=False,
    )
    op.create_table(
        "improvement_responses",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("improvement_id", sa.Uuid(), nullable=False),
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("responded_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "progress IS NULL OR progress IN ('not_started', 'in_progress', 'implemented', 'not_implemented')",
            name=op.f("ck_improvement_responses_progress_known"),
        ),
        sa.CheckConstraint(
            "response IN ('accepted', 'accepted_in_part', 'rejected')",
            name=op.f("ck_improvement_responses_response_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "addressee_id"],
            ["improvement_addressees.organisation_id", "improvement_addressees.id"],
            name=op.f("fk_improvement_responses_organisation_id_addressee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["improvements.organisation_id", "improvements.id"],
            name=op.f("fk_improvement_responses_organisation_id_improvement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_improvement_responses_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_improvement_responses")),
        sa.UniqueConstraint(
            "organisation_id",
            "addressee_id",
            "version",
            name=op.f("uq_improvement_responses_organisation_id_addressee_id_version"),
        ),
    )
    op.create_index(
        op.f("ix_improvement_responses_organisation_id_improvement_id_id"),
        "improvement_responses",
        ["organisation_id", "improvement_id", "id"],
        unique=False,
    )
    op.create_table(
        "information_requests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("partnership_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=True),
        sa.Column("requested", sa.Text(), nullable=False),
        sa.Column("supplied_to", sa.Text(), nullable=False),
        sa.Column("supplied_to_name", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("national_review_reference", sa.Text(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('drafted', 'served', 'complied', 'partly_complied', 'refused', 'escalated', 'withdrawn')",
            name=op.f("ck_information_requests_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'withdrawn') OR served_on IS NOT NULL",
            name=op.f("ck_information_requests_served_on_a_day"),
        ),
        sa.CheckConstraint(
            "supplied_to IN ('panel', 'reviewer', 'other_specified_person')",
            name=op.f("ck_information_requests_supplied_to_known"),
        ),
        sa.CheckConstraint(
            "(message_id IS NULL) = (subject IS NULL)",
            name=op.f("ck_information_requests_message_has_a_subject"),
        ),
        sa.CheckConstraint(
            "(partnership_id IS NULL) = (recipient_name IS NOT NULL)",
            name=op.f("ck_information_requests_one_recipient"),
        ),
        sa.CheckConstraint(
            "case_id IS NOT NULL OR national_review_reference IS NOT NULL",
            name=op.f("ck_information_requests_about_something"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_information_requests_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "partnership_id"],
            ["partnerships.organisation_id", "partnerships.id"],
            name=op.f("fk_information_requests_organisation_id_partnership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_information_requests_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_requests")),
    )
    op.create_index(
        op.f("ix_information_requests_organisation_id_case_id"),
        "information_requests",
        ["organisation_id", "case_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_information_requests_organisation_id_state_id"),
        "information_requests",
        ["organisation_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "interests",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_interests_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "meeting_id"],
            ["meetings.organisation_id", "meetings.id"],
            name=op.f("fk_interests_organisation_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_interests_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_interests_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_interests")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "member_id",
            name=op.f("uq_interests_organisation_id_case_id_member_id"),
        ),
    )
    op.create_index(
        op.f("ix_interests_organisation_id_principal_id_case_id"),
        "interests",
        ["organisation_id", "principal_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "national_review_cases",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_national_review_cases_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "review_id"],
            ["national_reviews.organisation_id", "national_reviews.id"],
            name=op.f("fk_national_review_cases_organisation_id_review_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_national_review_cases_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_national_review_cases")),
        sa.UniqueConstraint(
            "organisation_id",
            "review_id",
            "case_id",
            name=op.f("uq_national_review_cases_organisation_id_review_id_case_id"),
        ),
    )
    op.create_index(
        op.f("ix_national_review_cases_organisation_id_case_id"),
        "national_review_cases",
        ["organisation_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "publication_comments",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_publication_comments_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_publication_comments_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_publication_comments")),
    )
    op.create_table(
        "queries",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_queries_closed_when")
        ),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f("ck_queries_state_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_queries_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_queries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_queries")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", "number", name=op.f("uq_queries_organisation_id_case_id_number")
        ),
    )
    op.create_index(
        op.f("ix_queries_organisation_id_case_id_state"),
        "queries",
        ["organisation_id", "case_id", "state"],
        unique=False,
    )
    op.create_table(
        "views",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('not_a_serious_case', 'comments')", name=op.f("ck_views_kind_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_views_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_views_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_views")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", "number", name=op.f("uq_views_organisation_id_case_id_number")
        ),
    )
    op.create_table(
        "decision_releases",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state <> 'recorded'", name=op.f("ck_decision_releases_released_or_withdrawn")),
        sa.CheckConstraint(
            "state = 'released' OR message_id IS NULL",
            name=op.f("ck_decision_releases_only_released_is_sent"),
        ),
        sa.CheckConstraint(
            "state IN ('recorded', 'released', 'withdrawn')", name=op.f("ck_decision_releases_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_decision_releases_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decision_id"],
            ["decisions.organisation_id", "decisions.id"],
            name=op.f("fk_decision_releases_organisation_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_decision_releases_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_decision_releases")),
        sa.UniqueConstraint(
            "organisation_id", "decision_id", name=op.f("uq_decision_releases_organisation_id_decision_id")
        ),
    )
    op.create_table(
        "decisions_told_by_hand",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_to", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id", "decision_version"],
            ["decisions.organisation_id", "decisions.case_id", "decisions.decision_version"],
            name="fk_decisions_told_by_hand_decision",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_decisions_told_by_hand_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_decisions_told_by_hand_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_decisions_told_by_hand")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "decision_version",
            name=op.f("uq_decisions_told_by_hand_organisation_id_case_id_decision_version"),
        ),
    )
    op.create_table(
        "information_given",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('complied', 'partly_complied', 'refused')",
            name=op.f("ck_information_given_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            name=op.f("fk_information_given_organisation_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_information_given_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_given")),
        sa.UniqueConstraint(
            "organisation_id",
            "request_id",
            "version",
            name=op.f("uq_information_given_organisation_id_request_id_version"),
        ),
    )
    op.create_table(
        "information_request_moves",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            name=op.f("fk_information_request_moves_organisation_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_information_request_moves_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_information_request_moves")),
    )
    op.create_index(
        op.f("ix_information_request_moves_organisation_id_request_id_id"),
        "information_request_moves",
        ["organisation_id", "request_id", "id"],
        unique=False,
    )
    op.create_table(
        "letters",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=True),
        sa.Column("view_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL AND message_id IS NOT NULL)",
            name=op.f("ck_letters_issued_is_sent"),
        ),
        sa.CheckConstraint("state IN ('draft', 'issued')", name=op.f("ck_letters_state_known")),
        sa.CheckConstraint(
            "(decision_version IS NULL) <> (view_id IS NULL)", name=op.f("ck_letters_about_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_letters_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "view_id"],
            ["views.organisation_id", "views.id"],
            name=op.f("fk_letters_organisation_id_view_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_letters_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_letters")),
        sa.UniqueConstraint(
            "organisation_id", "case_id", "number", name=op.f("uq_letters_organisation_id_case_id_number")
        ),
    )
    op.create_table(
        "query_entries",
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
        sa.CheckConstraint("side IN ('panel', 'partnership')", name=op.f("ck_query_entries_side_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["cases.organisation_id", "cases.id"],
            name=op.f("fk_query_entries_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "query_id"],
            ["queries.organisation_id", "queries.id"],
            name=op.f("fk_query_entries_organisation_id_query_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_query_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_query_entries")),
        sa.UniqueConstraint(
            "organisation_id",
            "query_id",
            "number",
            name=op.f("uq_query_entries_organisation_id_query_id_number"),
        ),
    )
    op.add_column("cases", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("needs", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("cases", sa.Column("attention_weight", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("attention_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("rapid_review_due_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("query_due_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("next_due_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("assigned_to", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("seen_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("cases", "link_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(
        "ix_cases_attention",
        "cases",
        ["organisation_id", sa.literal_column("attention_weight DESC"), "attention_since", "id"],
        unique=False,
        postgresql_where=sa.text("attention_weight > 0"),
    )
    op.create_index(
        "ix_cases_due",
        "cases",
        ["organisation_id", "next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("next_due_on IS NOT NULL"),
    )
    op.add_column("decisions", sa.Column("meeting_id", sa.Uuid(), nullable=True))
    op.add_column("decisions", sa.Column("documents_read", sa.Integer(), nullable=True))
    op.alter_column("decisions", "message_id", existing_type=sa.UUID(), nullable=True)
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
    op.add_column("received_documents", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("received_documents", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    op.add_column(
        "received_documents",
        sa.Column("original", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.alter_column("received_documents", "message_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column("received_documents", "reference", existing_type=sa.TEXT(), nullable=True)
    op.execute("UPDATE partnerships SET party = id")
    grant("partnerships", app="INSERT, UPDATE")
    # What waited for a decision before stands in the queue at once.
    op.execute(
        "UPDATE cases SET needs = '{rapid_review_undecided}', attention_weight = 60, attention_since = updated_at WHERE state = 'awaiting_decision'"
    )
    op.create_check_constraint(
        op.f("ck_cases_by_message_or_by_hand"), "cases", "((channel IS NULL) = (link_id IS NOT NULL))"
    )
    op.drop_constraint(op.f("ck_cases_state_known"), "cases", type_="check")
    op.create_check_constraint(
        op.f("ck_cases_state_known"),
        "cases",
        "(state = ANY (ARRAY['awaiting_rapid_review'::text, 'awaiting_decision'::text, 'awaiting_information'::text, 'awaiting_release'::text, 'decided'::text, 'withdrawn'::text]))",
    )
    op.drop_constraint(op.f("ck_decisions_supersedes_the_one_before"), "decisions", type_="check")
    op.create_check_constraint(
        op.f("ck_decisions_supersedes_the_one_before"),
        "decisions",
        "((supersedes_version IS NULL) OR (supersedes_version < decision_version))",
    )
    op.create_check_constraint(
        op.f("ck_partnerships_ends_after_it_begins"),
        "partnerships",
        "((valid_to IS NULL) OR (valid_to >= valid_from))",
    )
    op.create_check_constraint(
        op.f("ck_partnerships_linked_as_a_party"), "partnerships", "((link_id IS NULL) = (party IS NULL))"
    )
    op.create_check_constraint(
        op.f("ck_received_documents_by_message_or_by_hand"),
        "received_documents",
        "(((channel IS NULL) = ((message_id IS NOT NULL) AND (reference IS NOT NULL))) AND ((channel IS NULL) = (recorded_by IS NULL)))",
    )
    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text, 'notification_withdrawn'::text, 'rapid_review_addendum'::text, 'learning'::text, 'local_review_reviewer'::text, 'publication_notice'::text, 'delay'::text, 'decision_reply'::text, 'national_review_proposal'::text, 'query_answer'::text, 'information'::text]))",
    )
    for table in (
        "improvement_addressees",
        "improvements",
        "information_requests",
        "letters",
        "meetings",
        "members",
        "national_review_reports",
        "national_review_requests",
        "national_review_reviewers",
        "national_reviews",
        "partnership_members",
        "partnership_test_exchanges",
        "public_register_entries",
        "queries",
        "reviewer_pool",
    ):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE")
    for table in (
        "agenda_items",
        "counted_notifications",
        "decision_releases",
        "decisions_told_by_hand",
        "improvement_evidence",
        "improvement_moves",
        "improvement_recurrences",
        "improvement_responses",
        "information_given",
        "information_request_moves",
        "interests",
        "national_review_cases",
        "national_review_checkpoints",
        "national_review_copies",
        "partnership_successions",
        "publication_comments",
        "query_entries",
        "recommended_bands",
        "recommended_texts",
        "recommended_themes",
        "statistics_editions",
        "views",
    ):
        protect(table, app="SELECT, INSERT", worker="SELECT, INSERT")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cases_by_message_or_by_hand"), "cases", type_="check")
    op.drop_constraint(op.f("ck_cases_state_known"), "cases", type_="check")
    op.create_check_constraint(
        op.f("ck_cases_state_known"),
        "cases",
        "(state = ANY (ARRAY['awaiting_rapid_review'::text, 'awaiting_decision'::text, 'decided'::text]))",
    )
    op.drop_constraint(op.f("ck_decisions_supersedes_the_one_before"), "decisions", type_="check")
    op.create_check_constraint(
        op.f("ck_decisions_supersedes_the_one_before"),
        "decisions",
        "(((supersedes_version IS NULL) AND (decision_version = 1)) OR (supersedes_version = (decision_version - 1)))",
    )
    op.drop_constraint(op.f("ck_partnerships_ends_after_it_begins"), "partnerships", type_="check")
    op.drop_constraint(op.f("ck_partnerships_linked_as_a_party"), "partnerships", type_="check")
    op.drop_constraint(
        op.f("ck_received_documents_by_message_or_by_hand"), "received_documents", type_="check"
    )
    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text]))",
    )
    op.alter_column("received_documents", "reference", existing_type=sa.TEXT(), nullable=False)
    op.alter_column("received_documents", "message_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("received_documents", "original")
    op.drop_column("received_documents", "recorded_by")
    op.drop_column("received_documents", "channel")
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
    op.alter_column("decisions", "message_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("decisions", "documents_read")
    op.drop_column("decisions", "meeting_id")
    op.drop_index("ix_cases_due", table_name="cases", postgresql_where=sa.text("next_due_on IS NOT NULL"))
    op.drop_index("ix_cases_attention", table_name="cases", postgresql_where=sa.text("attention_weight > 0"))
    op.alter_column("cases", "link_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("cases", "seen_at")
    op.drop_column("cases", "seen_by")
    op.drop_column("cases", "assigned_to")
    op.drop_column("cases", "next_due_on")
    op.drop_column("cases", "query_due_on")
    op.drop_column("cases", "rapid_review_due_on")
    op.drop_column("cases", "attention_since")
    op.drop_column("cases", "attention_weight")
    op.drop_column("cases", "needs")
    op.drop_column("cases", "channel")
    op.drop_table("query_entries")
    op.drop_table("letters")
    op.drop_index(
        op.f("ix_information_request_moves_organisation_id_request_id_id"),
        table_name="information_request_moves",
    )
    op.drop_table("information_request_moves")
    op.drop_table("information_given")
    op.drop_table("decisions_told_by_hand")
    op.drop_table("decision_releases")
    op.drop_table("views")
    op.drop_index(op.f("ix_queries_organisation_id_case_id_state"), table_name="queries")
    op.drop_table("queries")
    op.drop_table("publication_comments")
    op.drop_index(
        op.f("ix_national_review_cases_organisation_id_case_id"), table_name="national_review_cases"
    )
    op.drop_table("national_review_cases")
    op.drop_index(op.f("ix_interests_organisation_id_principal_id_case_id"), table_name="interests")
    op.drop_table("interests")
    op.drop_index(op.f("ix_information_requests_organisation_id_state_id"), table_name="information_requests")
    op.drop_index(op.f("ix_information_requests_organisation_id_case_id"), table_name="information_requests")
    op.drop_table("information_requests")
    op.drop_index(
        op.f("ix_improvement_responses_organisation_id_improvement_id_id"), table_name="improvement_responses"
    )
    op.drop_table("improvement_responses")
    op.drop_index(
        op.f("ix_improvement_evidence_organisation_id_improvement_id_id"), table_name="improvement_evidence"
    )
    op.drop_index(op.f("ix_improvement_evidence_organisation_id_case_id"), table_name="improvement_evidence")
    op.drop_table("improvement_evidence")
    op.drop_index(
        op.f("ix_counted_notifications_organisation_id_notified_on"), table_name="counted_notifications"
    )
    op.drop_table("counted_notifications")
    op.drop_index(op.f("ix_agenda_items_organisation_id_case_id"), table_name="agenda_items")
    op.drop_table("agenda_items")
    op.drop_index(
        op.f("ix_recommended_themes_organisation_id_theme_said_on"), table_name="recommended_themes"
    )
    op.drop_table("recommended_themes")
    op.drop_index(
        op.f("ix_recommended_bands_organisation_id_signature_text_id"), table_name="recommended_bands"
    )
    op.drop_table("recommended_bands")
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
    op.drop_table("national_review_reviewers")
    op.drop_table("national_review_requests")
    op.drop_table("national_review_reports")
    op.drop_table("national_review_copies")
    op.drop_table("national_review_checkpoints")
    op.drop_table("improvement_recurrences")
    op.drop_index(
        op.f("ix_improvement_moves_organisation_id_improvement_id_id"), table_name="improvement_moves"
    )
    op.drop_table("improvement_moves")
    op.drop_index(
        op.f("ix_improvement_addressees_organisation_id_improvement_id_id"),
        table_name="improvement_addressees",
    )
    op.drop_table("improvement_addressees")
    op.drop_table("statistics_editions")
    op.drop_index(op.f("ix_reviewer_pool_organisation_id_removed_on_id"), table_name="reviewer_pool")
    op.drop_table("reviewer_pool")
    op.drop_table("recommended_texts")
    op.drop_index(
        op.f("ix_public_register_entries_organisation_id_kind_id"), table_name="public_register_entries"
    )
    op.drop_table("public_register_entries")
    op.drop_index(op.f("ix_national_reviews_organisation_id_published_on"), table_name="national_reviews")
    op.drop_table("national_reviews")
    op.drop_index(op.f("ix_members_organisation_id_principal_id"), table_name="members")
    op.drop_table("members")
    op.drop_index(op.f("ix_meetings_organisation_id_held_on"), table_name="meetings")
    op.drop_table("meetings")
    op.drop_index(op.f("ix_improvements_organisation_id_state_id"), table_name="improvements")
    op.drop_table("improvements")
    drop_kit_tables()
