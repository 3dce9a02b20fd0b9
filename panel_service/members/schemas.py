from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from panel_service.members.models import EndReason, Office
from shared_schemas.base import Day, Facts
from shared_schemas.text import PersonName


class MemberCreate(Facts):
    """An appointment to the Panel by the Secretary of State."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "principal_id": "01a05a43-fc00-7000-8000-0000000000c1",
                    "name": "A. Member",
                    "office": "member",
                    "appointed_from": "2026-01-01",
                    "appointed_to": "2028-12-31",
                }
            ]
        }
    )

    principal_id: Annotated[UUID, Field(description="The person's principal in this service.")]
    name: PersonName
    office: Office
    appointed_from: Day
    appointed_to: Annotated[Day | None, Field(description="The last day of the term, if it has one.")] = None


class EndCreate(Facts):
    """The end of an appointment. The Secretary of State may remove a member (s16A)."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"ended_on": "2026-06-30", "reason": "resigned"}]}
    )

    ended_on: Annotated[Day, Field(description="The last day.")]
    reason: EndReason


class MemberRead(BaseModel):
    """An appointment."""

    id: UUID
    version: int
    principal_id: UUID
    name: PersonName
    office: Office
    appointed_from: date
    appointed_to: date | None
    end_reason: EndReason | None
    in_office: bool = Field(description="Whether of the Panel today.")
    recorded_by: UUID | None
    recorded_at: datetime
    allowed_moves: list[str]
