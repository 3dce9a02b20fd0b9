from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow, one_of


class CaseState(StrEnum):
    """What the Panel waits for, or that it has decided."""

    AWAITING_RAPID_REVIEW = "awaiting_rapid_review"
    AWAITING_DECISION = "awaiting_decision"
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
