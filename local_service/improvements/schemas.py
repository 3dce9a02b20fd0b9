from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.improvements.rules import AnswerState
from shared_schemas.base import Facts
from shared_schemas.improvements import ProgressFacts, ResponseFacts
from shared_schemas.messages.improvements import RESPONSE_EXAMPLE


class ResponseCreate(ResponseFacts):
    """The partnership's response; a later one stands in its place."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [RESPONSE_EXAMPLE["response"]]}
    )


class ProgressCreate(ProgressFacts):
    """How far the partnership has come."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"progress": "implemented", "on": "2026-11-20", "evidence": "The pathway is in force."}
            ]
        }
    )


class AnswerRead(BaseModel):
    """What was answered, and the message by which the Panel was told."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    facts: dict[str, Any] = Field(description="The response and the progress as they were sent.")
    message_id: UUID
    recorded_by: UUID | None
    recorded_at: datetime


class NextStep(BaseModel):
    step: str
    allowed: bool
    why_not: str | None


class ImprovementRead(BaseModel):
    """An improvement the Panel identified that concerns this partnership, and what was answered."""

    id: UUID = Field(description="The Panel's own id of the improvement.")
    version: int
    state: AnswerState
    case_id: UUID | None
    improvement: dict[str, Any] = Field(description="What the Panel sent.")
    message_id: UUID
    received_at: datetime
    answers: list[AnswerRead]
    overdue: bool = Field(description="By the day the partnership set itself; computed when it is read.")
    next_steps: list[NextStep]
