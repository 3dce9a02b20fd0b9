"""Tables of learning."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class ShareState(StrEnum):
    PLANNED = "planned"
    SHARED = "shared"
    DROPPED = "dropped"


class Learning(OwnedRow, LocalBase):
    """Learning from a case, in words that go to wider audiences: they name no child of it."""

    __tablename__ = "learning_items"
    __table_args__ = (
        of_case(),
        CheckConstraint("(sent_at IS NULL) = (message_id IS NULL)", name="sent_has_message"),
        Index(None, "organisation_id", "case_id", "id"),
        UniqueConstraint("organisation_id", "case_id", "number"),
    )

    case_id: Mapped[UUID]
    number: Mapped[int]
    version: Mapped[int]
    learning: Mapped[str]
    themes: Mapped[list[Any]]
    audience: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]


class LearningShare(OwnedRow, LocalBase):
    """With whom learning is to be shared by when, or was, when, by whom and how."""

    __tablename__ = "learning_shares"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "learning_id"],
            ["learning_items.organisation_id", "learning_items.id"],
            ondelete="RESTRICT",
        ),
        one_of("state", ShareState),
        CheckConstraint("state <> 'planned' OR due_on IS NOT NULL", name="planned_has_day"),
        CheckConstraint(
            "(state = 'shared') = (shared_on IS NOT NULL AND shared_by IS NOT NULL AND how IS NOT NULL)",
            name="shared_has_record",
        ),
        Index(None, "organisation_id", "learning_id", "id"),
    )

    case_id: Mapped[UUID]
    learning_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str]
    audience: Mapped[str]
    due_on: Mapped[date | None]
    shared_on: Mapped[date | None]
    shared_by: Mapped[str | None]
    how: Mapped[str | None]
    dropped_reasons: Mapped[str | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
