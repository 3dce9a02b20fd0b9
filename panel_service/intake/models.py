from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class DocumentKind(StrEnum):
    NOTIFICATION = "notification"
    RAPID_REVIEW = "rapid_review"
    LOCAL_REVIEW_DECISION = "local_review_decision"
    LOCAL_REVIEW = "local_review"
    NOTIFICATION_WITHDRAWN = "notification_withdrawn"
    RAPID_REVIEW_ADDENDUM = "rapid_review_addendum"
    LEARNING = "learning"
    LOCAL_REVIEW_REVIEWER = "local_review_reviewer"
    PUBLICATION_NOTICE = "publication_notice"
    DELAY = "delay"
    DECISION_REPLY = "decision_reply"
    NATIONAL_REVIEW_PROPOSAL = "national_review_proposal"
    QUERY_ANSWER = "query_answer"
    INFORMATION = "information"


class ReceivedDocument(OwnedRow, PanelBase):
    """What a partnership sent about a case, version by version; the first stays beside every later one."""

    __tablename__ = "received_documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        of_case(),
        UniqueConstraint("organisation_id", "case_id", "kind", "version"),
        CheckConstraint(
            "(channel IS NULL) = (message_id IS NOT NULL AND reference IS NOT NULL) "
            "AND (channel IS NULL) = (recorded_by IS NULL)",
            name="by_message_or_by_hand",
        ),
    )

    case_id: Mapped[UUID]
    kind: Mapped[str]
    version: Mapped[int]
    message_id: Mapped[UUID | None]  # none where it was recorded by hand
    reference: Mapped[str | None]  # what our receipt gave the sender; by hand: what the sender calls it
    sent_at: Mapped[datetime]  # when the sender wrote it
    received_at: Mapped[datetime]  # when it was stored here, which may be before its turn came
    body: Mapped[dict[str, Any]]
    unknown_codes: Mapped[list[Any]]  # JSON pointers to codes that this release's lists do not have
    channel: Mapped[str | None]  # form, e-mail or post, where it was recorded by hand
    recorded_by: Mapped[UUID | None]
    original: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True)
    )  # its file's name and hash
