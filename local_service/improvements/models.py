"""Tables of improvements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of
from shared_schemas.improvements import ResponseAnswer


class ReceivedImprovement(OwnedRow, LocalBase):
    """An improvement the Panel identified that concerns this partnership; its id is the Panel's."""

    __tablename__ = "received_improvements"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "message_id"))

    version: Mapped[int]  # counts what was answered
    case_id: Mapped[UUID | None]  # the first of ours that is evidence
    link_id: Mapped[UUID]
    subject: Mapped[UUID]
    facts: Mapped[dict[str, Any]]  # shared_schemas' ImprovementTold
    message_id: Mapped[UUID]
    received_at: Mapped[datetime]


class ImprovementAnswer(AddedOnlyRow, LocalBase):
    """What the partnership answered: its response and how far it has come; the highest version stands."""

    __tablename__ = "improvement_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "improvement_id"],
            ["received_improvements.organisation_id", "received_improvements.id"],
        ),
        one_of("response", ResponseAnswer),
        UniqueConstraint("organisation_id", "improvement_id", "version"),
        Index(None, "organisation_id", "improvement_id", "id"),
    )

    improvement_id: Mapped[UUID]
    version: Mapped[int]
    response: Mapped[str]
    facts: Mapped[dict[str, Any]]  # ImprovementResponseBody
    message_id: Mapped[UUID]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
