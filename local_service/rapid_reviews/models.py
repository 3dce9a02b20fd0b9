from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class RapidReviewState(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"


class RapidReview(OwnedRow, LocalBase):
    """A case's rapid review. Started, completed and sent are separate facts with their own times."""

    __tablename__ = "rapid_reviews"
    __table_args__ = (
        of_case(),
        one_of("state", RapidReviewState),
        CheckConstraint("(state = 'complete') = (completed_at IS NOT NULL)", name="complete_has_time"),
        CheckConstraint("(sent_at IS NULL) = (message_id IS NULL)", name="sent_has_message"),
        CheckConstraint("sent_at IS NULL OR state = 'complete'", name="sent_is_complete"),
        UniqueConstraint("organisation_id", "case_id"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str]
    sections: Mapped[dict[str, Any]]  # those there are, each as it was validated
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime]
    completed_by: Mapped[UUID | None]
    completed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
