from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow, one_of


class CaseState(StrEnum):
    """What the Panel waits for, or that it has decided."""

    AWAITING_RAPID_REVIEW = "awaiting_rapid_review"
    AWAITING_DECISION = "awaiting_decision"
    AWAITING_INFORMATION = "awaiting_information"
    AWAITING_RELEASE = "awaiting_release"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"  # by the local authority, which alone can


def of_case() -> ForeignKeyConstraint:
    """Tie a row to its case, within the same organisation."""
    return ForeignKeyConstraint(["organisation_id", "case_id"], ["cases.organisation_id", "cases.id"])


class Case(OwnedRow, PanelBase):
    """A case as the Panel has it: what a partnership sent about one incident, and what the Panel decided."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("state", CaseState),
        UniqueConstraint("organisation_id", "link_id", "exchange_reference"),
        CheckConstraint("(channel IS NULL) = (link_id IS NOT NULL)", name="by_message_or_by_hand"),
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["partnerships.organisation_id", "partnerships.id"]
        ),
        Index(None, "organisation_id", "state", "id"),
        Index(None, "organisation_id", "partnership_id", "id"),
        Index(None, "organisation_id", "exchange_reference"),
        # The triage queue: each lane is read in its own order, however many cases there are.
        Index(
            "ix_cases_due",
            "organisation_id",
            "next_due_on",
            "id",
            postgresql_where=text("next_due_on IS NOT NULL"),
        ),
        Index(
            "ix_cases_attention",
            "organisation_id",
            text("attention_weight DESC"),
            "attention_since",
            "id",
            postgresql_where=text("attention_weight > 0"),
        ),
    )

    version: Mapped[int]
    state: Mapped[str]
    partnership_id: Mapped[UUID]
    link_id: Mapped[UUID | None]  # none where it came by hand
    channel: Mapped[str | None]  # how it came by hand
    # The subject of its messages, made by the partnership's service; where it came by hand, our own.
    exchange_reference: Mapped[UUID]
    partnership_case_id: Mapped[UUID]  # where it came by hand, our own id again
    rule_set: Mapped[str]  # the one the partnership works by: timeliness is judged by it
    nature: Mapped[str]
    occurred_on: Mapped[date]
    received_at: Mapped[datetime]  # when the first notification was stored
    updated_at: Mapped[datetime]
    # Why it needs a person, kept up to date with every document and step; what is overdue is judged on reading.
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    attention_weight: Mapped[int] = mapped_column(default=0, server_default="0")
    attention_since: Mapped[datetime | None]
    rapid_review_due_on: Mapped[date | None]  # by the rule set of the first notification
    query_due_on: Mapped[date | None]  # the earliest of its unanswered queries'
    next_due_on: Mapped[date | None]  # the earlier of the two, while it is still to come in
    assigned_to: Mapped[UUID | None]
    seen_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]
