from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class WithdrawalState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"


class Withdrawal(OwnedRow, LocalBase):
    """The authority's withdrawal of a case's notification: a draft, then for ever what was sent."""

    __tablename__ = "withdrawals"
    __table_args__ = (
        of_case(),
        one_of("state", WithdrawalState),
        CheckConstraint(
            "(state = 'sent') = (authorised_by IS NOT NULL AND sent_at IS NOT NULL AND message_id IS NOT NULL)",
            name="sent_is_whole",
        ),
        UniqueConstraint("organisation_id", "case_id"),
    )

    case_id: Mapped[UUID]
    revision: Mapped[int]  # how often it was drafted
    state: Mapped[str]
    reason: Mapped[str]
    reasons: Mapped[str]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    authorised_by: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
