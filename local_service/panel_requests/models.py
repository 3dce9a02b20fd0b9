"""Tables of information the Panel requests (Children Act 2004 s16D)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of
from shared_schemas.information_requests import AnswerOutcome


class PanelRequest(OwnedRow, LocalBase):
    """A request for information that the partnership must comply with; its id is the Panel's."""

    __tablename__ = "panel_requests"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "message_id"))

    version: Mapped[int]  # counts what was answered
    case_id: Mapped[UUID | None]
    link_id: Mapped[UUID]
    subject: Mapped[UUID]
    due_on: Mapped[date]
    facts: Mapped[dict[str, Any]]  # InformationRequestedBody
    message_id: Mapped[UUID]
    received_at: Mapped[datetime]


class PanelRequestAnswer(AddedOnlyRow, LocalBase):
    """What was given to the Panel in answer."""

    __tablename__ = "panel_request_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "request_id"], ["panel_requests.organisation_id", "panel_requests.id"]
        ),
        one_of("outcome", AnswerOutcome),
        UniqueConstraint("organisation_id", "request_id", "version"),
    )

    request_id: Mapped[UUID]
    version: Mapped[int]
    outcome: Mapped[str]
    facts: Mapped[dict[str, Any]]  # InformationBody
    message_id: Mapped[UUID]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
