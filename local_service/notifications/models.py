from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class NotificationState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"


class Notification(OwnedRow, LocalBase):
    """One version of a case's notification: a draft, then for ever the snapshot that was sent."""

    __tablename__ = "notifications"
    __table_args__ = (
        of_case(),
        one_of("state", NotificationState),
        CheckConstraint(
            "(state = 'sent') = (body IS NOT NULL AND authorised_by IS NOT NULL AND authorised_at IS NOT NULL "
            "AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name="sent_is_whole",
        ),
        UniqueConstraint("organisation_id", "case_id", "version"),
        Index(
            "uq_notifications_draft", "organisation_id", "case_id",
            unique=True, postgresql_where=text("state = 'draft'"),
        ),
    )  # fmt: skip

    case_id: Mapped[UUID]
    version: Mapped[int]
    revision: Mapped[int]  # how often this version was drafted: its ETag
    state: Mapped[str]
    case_version: Mapped[int]  # of the case, when it was drafted
    notifier: Mapped[dict[str, Any]]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    authorised_by: Mapped[UUID | None]
    authorised_at: Mapped[datetime | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # what was sent
    sent_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
