from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.panel_requests.rules import PanelRequestState
from shared_schemas.base import Facts
from shared_schemas.information_requests import InformationAnswer
from shared_schemas.messages.information import ANSWER_EXAMPLE


class InformationCreate(InformationAnswer):
    """What the partnership gives the Panel, or why it does not."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})


class AnswerRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    facts: dict[str, Any] = Field(description="The answer as it was sent.")
    message_id: UUID
    recorded_by: UUID | None
    recorded_at: datetime


class PanelRequestListed(BaseModel):
    """A request of the Panel in a list."""

    id: UUID = Field(description="The Panel's own id of the request.")
    version: int
    state: PanelRequestState
    case_id: UUID | None
    request: dict[str, Any] = Field(description="What the Panel sent.")
    due_on: date
    overdue: bool = Field(description="Computed when it is read.")
    message_id: UUID
    received_at: datetime


class PanelRequestRead(PanelRequestListed):
    """A request with what was answered."""

    answers: list[AnswerRead]
    next_steps: list[str]
