"""Tables of information requests."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class RequestState(StrEnum):
    MADE = "made"
    SERVED = "served"
    ANSWERED = "answered"
    REFUSED = "refused"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


def of_request() -> ForeignKeyConstraint:
    """Tie a row to its request, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "request_id"],
        ["information_requests.organisation_id", "information_requests.id"],
        ondelete="RESTRICT",
    )


class InformationRequest(OwnedRow, LocalBase):
    """A safeguarding partner's request for information (Children Act 2004 s16H)."""

    __tablename__ = "information_requests"
    __table_args__ = (
        of_case(),
        one_of("state", RequestState),
        CheckConstraint("purpose = 's16F'", name="purpose_is_reviewing_locally"),
        CheckConstraint("state IN ('made', 'withdrawn') OR served_on IS NOT NULL", name="served_has_day"),
        Index(None, "organisation_id", "case_id", "id"),
        Index(None, "organisation_id", "state", "due_on"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str]
    purpose: Mapped[str]
    recipient: Mapped[dict[str, Any]]  # schemas' Recipient
    answered_by: Mapped[
        UUID | None
    ]  # the person who answers for the agency, where that person has a credential
    what: Mapped[str]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    due_on: Mapped[date]
    due_explained: Mapped[dict[str, Any]]  # schemas' DueExplanation
    served_on: Mapped[date | None]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class InformationRequestMove(AddedOnlyRow, LocalBase):
    """What was done with a request, step by step."""

    __tablename__ = "information_request_moves"
    __table_args__ = (
        of_request(),
        one_of("state", RequestState),
        UniqueConstraint("organisation_id", "request_id", "version"),
    )

    request_id: Mapped[UUID]
    version: Mapped[int]  # of the request, from this move on
    move: Mapped[str]
    state: Mapped[str]  # the state it led to
    detail: Mapped[
        dict[str, Any]
    ]  # what the move says: how it was served, why it was refused, to whom it went
    moved_by: Mapped[UUID | None]
    moved_at: Mapped[datetime]


class InformationAnswer(AddedOnlyRow, LocalBase):
    """What was answered: locked to the purpose it was asked for (s16H(4))."""

    __tablename__ = "information_answers"
    __table_args__ = (
        of_case(),
        of_request(),
        CheckConstraint("purpose = 's16F'", name="purpose_is_reviewing_locally"),
        UniqueConstraint("organisation_id", "request_id", "version"),
    )

    case_id: Mapped[UUID]
    request_id: Mapped[UUID]
    version: Mapped[int]
    purpose: Mapped[str]
    narrative: Mapped[str]
    entries: Mapped[list[Any]]  # chronology's entries
    documents: Mapped[list[Any]]  # SHA-256 of documents, in hexadecimal
    recorded_by: Mapped[UUID | None]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime]
