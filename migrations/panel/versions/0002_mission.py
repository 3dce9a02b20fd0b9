"""Make what every sentence of the mission needs: the tables of its resources."""

from alembic import op

from migrations.kit_0002 import drop_kit_tables, make_kit_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text, 'notification_withdrawn'::text, 'rapid_review_addendum'::text, 'learning'::text, 'local_review_reviewer'::text, 'publication_notice'::text, 'delay'::text, 'decision_reply'::text, 'national_review_proposal'::text, 'query_answer'::text, 'information'::text]))",
    )
    make_kit_tables()


def downgrade() -> None:
    drop_kit_tables()
    op.drop_constraint(op.f("ck_received_documents_kind_known"), "received_documents", type_="check")
    op.create_check_constraint(
        op.f("ck_received_documents_kind_known"),
        "received_documents",
        "(kind = ANY (ARRAY['notification'::text, 'rapid_review'::text, 'local_review_decision'::text, 'local_review'::text]))",
    )
