"""Tables of information requests (Children Act 2004 s16D)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of
from shared_schemas.information_requests import AnswerOutcome, SuppliedTo


class RequestState(StrEnum):
    DRAFTED = "drafted"
    SERVED = "served"
    COMPLIED = "complied"
    PARTLY_COMPLIED = "partly_complied"
    REFUSED = "refused"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"


class Court(StrEnum):
    """Where the duty to comply can be enforced by injunction (s16D)."""

    HIGH_COURT = "high_court"
    COUNTY_COURT = "county_court"


def of_request() -> ForeignKeyConstraint:
    """Tie a row to its request, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "request_id"], ["information_requests.organisation_id", "information_requests.id"]
    )


class InformationRequest(OwnedRow, PanelBase):
    """A request for information to a person or body; whether it is overdue is computed when it is read."""

    __tablename__ = "information_requests"
    __table_args__ = (
        one_of("state", RequestState),
        one_of("supplied_to", SuppliedTo),
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["partnerships.organisation_id", "partnerships.id"]
        ),
        CheckConstraint("(partnership_id IS NULL) = (recipient_name IS NOT NULL)", name="one_recipient"),
        CheckConstraint(
            "case_id IS NOT NULL OR national_review_reference IS NOT NULL", name="about_something"
        ),
        CheckConstraint("state IN ('drafted', 'withdrawn') OR served_on IS NOT NULL", name="served_on_a_day"),
        CheckConstraint("(message_id IS NULL) = (subject IS NULL)", name="message_has_a_subject"),
        Index(None, "organisation_id", "state", "id"),
        Index(None, "organisation_id", "case_id"),
    )

    version: Mapped[int]
    state: Mapped[str]
    partnership_id: Mapped[UUID | None]
    recipient_name: Mapped[str | None]
    requested: Mapped[str]
    supplied_to: Mapped[str]
    supplied_to_name: Mapped[str | None]
    case_id: Mapped[UUID | None]
    national_review_reference: Mapped[str | None]
    served_on: Mapped[date | None]
    due_on: Mapped[date]
    message_id: Mapped[UUID | None]  # null where it is served by hand
    subject: Mapped[UUID | None]  # of that message
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InformationRequestMove(AddedOnlyRow, PanelBase):
    """A step a request took: its history."""

    __tablename__ = "information_request_moves"
    __table_args__ = (of_request(), Index(None, "organisation_id", "request_id", "id"))

    request_id: Mapped[UUID]
    move: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    facts: Mapped[dict[str, Any]]  # never the information itself
    moved_by: Mapped[UUID | None]  # null where a message moved it
    moved_at: Mapped[datetime]


class InformationGiven(AddedOnlyRow, PanelBase):
    """What was given in answer: kept apart from the request, since it is read for one purpose only (s16D(4))."""

    __tablename__ = "information_given"
    __table_args__ = (
        of_request(),
        one_of("outcome", AnswerOutcome),
        UniqueConstraint("organisation_id", "request_id", "version"),
    )

    request_id: Mapped[UUID]
    version: Mapped[int]
    outcome: Mapped[str]
    facts: Mapped[dict[str, Any]]  # shared_schemas' InformationAnswer
    received_on: Mapped[date]
    message_id: Mapped[UUID | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
