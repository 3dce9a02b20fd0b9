from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class LocalReviewState(StrEnum):
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    PRE_PUBLICATION = "pre_publication"
    PUBLISHED = "published"
    IMPROVEMENTS_ONLY = "improvements_only"
    WITHHELD = "withheld"
    NO_LONGER_AVAILABLE = "no_longer_available"


class LocalReviewDecisionRow(OwnedRow, LocalBase):
    """The partners' decision to commission a local review or not; a later one stands beside the earlier."""

    __tablename__ = "local_review_decisions"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "case_id", "version"))

    case_id: Mapped[UUID]
    version: Mapped[int]
    commissioned: Mapped[bool]
    reasons: Mapped[str]
    decided_on: Mapped[date]
    criteria: Mapped[list[Any]] = mapped_column(
        server_default=text("'[]'")
    )  # of SI 2018/789 reg 11, without (d)
    circumstances: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # codes
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    message_id: Mapped[UUID]


class LocalReview(OwnedRow, LocalBase):
    """A commissioned local review and its report so far."""

    __tablename__ = "local_reviews"
    __table_args__ = (
        of_case(),
        one_of("state", LocalReviewState),
        CheckConstraint(
            "(state <> 'in_progress') = "
            "(completed_at IS NOT NULL AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name="complete_is_sent",
        ),
        UniqueConstraint("organisation_id", "case_id"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str]
    report: Mapped[dict[str, Any]]  # the parts there are, each as it was validated; once complete, version 1
    commissioned_at: Mapped[datetime]
    completed_by: Mapped[UUID | None]
    completed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
