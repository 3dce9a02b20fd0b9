"""Tables of screenings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class ScreeningState(StrEnum):
    RECEIVED = "received"
    RECORDED_AS_CASE = "recorded_as_case"
    NOT_NOTIFIED = "not_notified"


class Screening(OwnedRow, LocalBase):
    """Information that came in, before anybody has decided what to make of it."""

    __tablename__ = "screenings"
    __table_args__ = (
        of_case(),
        one_of("state", ScreeningState),
        CheckConstraint("(state = 'recorded_as_case') = (case_id IS NOT NULL)", name="case_where_recorded"),
        CheckConstraint("(source_system IS NULL) = (source_reference IS NULL)", name="source_is_whole"),
        UniqueConstraint("organisation_id", "source_system", "source_reference"),
        UniqueConstraint("organisation_id", "case_id"),
        Index(None, "organisation_id", "state", "id"),
    )

    version: Mapped[int]
    state: Mapped[str]
    case_id: Mapped[UUID | None]
    source_system: Mapped[str | None]
    source_reference: Mapped[str | None]
    information_received_at: Mapped[datetime]  # the earliest at which any one of the partners received it
    facts: Mapped[dict[str, Any]]  # as they were validated
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ScreeningOutcome(AddedOnlyRow, LocalBase):
    """What was made of it, or the new information that opened it again; each stays on record."""

    __tablename__ = "screening_outcomes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "screening_id"], ["screenings.organisation_id", "screenings.id"]
        ),
        one_of("state", ScreeningState),
        UniqueConstraint("organisation_id", "screening_id", "number"),
    )

    screening_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str]  # what the screening became
    reason: Mapped[str | None]
    reasons: Mapped[str | None]
    views: Mapped[list[Any]]
    information: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # on reopening
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]
