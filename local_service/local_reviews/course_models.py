from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, one_of


class EntryKind(StrEnum):
    TERMS_OF_REFERENCE = "terms_of_reference"
    REVIEWER_APPOINTED = "reviewer_appointed"
    REVIEWER_REMOVED = "reviewer_removed"
    REVIEWER_ACCESS = "reviewer_access"
    CHECKPOINT = "checkpoint"
    SUPERVISION_REQUEST = "supervision_request"
    SUPERVISION_ANSWER = "supervision_answer"
    REPORT_VERSION = "report_version"
    COPY = "copy"
    PLAN = "plan"
    PUBLICATION = "publication"
    UNPUBLICATION = "unpublication"
    HOLD = "hold"
    HOLD_LIFTED = "hold_lifted"
    DELAY = "delay"
    PANEL_COMMENT = "panel_comment"
    REPLY_TO_PANEL = "reply_to_panel"
    RECOMMENDATION_PROGRESS = "recommendation_progress"


class CourseEntry(AddedOnlyRow, LocalBase):
    """One step in the course of a local review. Steps are added and never changed: what came of one is another."""

    __tablename__ = "local_review_entries"
    __table_args__ = (
        of_case(),
        one_of("kind", EntryKind),
        UniqueConstraint("organisation_id", "case_id", "kind", "number"),
    )

    case_id: Mapped[UUID]
    kind: Mapped[str]
    number: Mapped[int]  # 1, 2, 3 … within its kind
    facts: Mapped[dict[str, Any]]  # the body as it was validated, and what it refers to
    recorded_by: Mapped[UUID | None]  # null for what the Panel said
    recorded_at: Mapped[datetime]
    message_id: Mapped[UUID | None]  # by which the Panel was told, or told us
