from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Facts
from shared_schemas.messages.examples import DECISION
from shared_schemas.panel_decisions import DecisionFacts, DecisionMade
from shared_schemas.text import Narrative, PersonName, ShortText

GIVEN = DecisionFacts.model_fields.keys() & DECISION.keys()
EXAMPLE: dict[str, Any] = {name: DECISION[name] for name in DECISION if name in GIVEN} | {
    "decided_by": ["The chair, for the Panel"],
    "meeting": "Case meeting of 18 November 2026",
}


class MadeBy(Facts):
    """Who decided, where, and who stood aside."""

    decided_by: Annotated[list[PersonName], Field(min_length=1, max_length=30)]
    meeting: ShortText | None = None
    recused: Annotated[
        list[PersonName], Field(max_length=30, description="Members who took no part because of an interest.")
    ] = []
    decided_without_rapid_review_reasons: Narrative | None = None

    @model_validator(mode="after")
    def _recused_took_no_part(self) -> Self:
        if set(self.decided_by) & set(self.recused):
            raise PydanticCustomError("recused_but_decided", "names somebody as recused and as deciding")
        return self


class DecisionCreate(DecisionFacts, MadeBy):
    """A decision to record. A later one supersedes the one before; none is ever changed."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class DecisionRead(DecisionMade, MadeBy):
    """A recorded decision."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE
                | {
                    "id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d",
                    "case_id": "01a19d01-e880-7d4e-8f60-718293a4b5c7",
                    "decision_version": 1,
                    "supersedes_version": None,
                    "decided_on_notification_version": 1,
                    "decided_on_rapid_review": True,
                    "recorded_by": "01a05a43-fc00-7000-8000-0000000000c1",
                    "recorded_at": "2026-11-18T14:03:10.000500Z",
                    "message_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8e",
                }
            ]
        }
    )

    id: UUID
    case_id: UUID
    recorded_by: UUID = Field(description="The principal whose credential recorded it.")
    recorded_at: datetime
    message_id: UUID | None = Field(
        description="The message by which the partnership is told; null where it is told by hand."
    )
