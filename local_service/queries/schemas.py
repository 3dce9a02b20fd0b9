from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from local_service.queries.models import QueryState, Side
from shared_schemas.base import Facts
from shared_schemas.messages.queries import LetterText
from shared_schemas.text import Narrative


class AnswerCreate(Facts):
    """An answer to a query of the Panel."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "Health visiting and the housing service; the facts are corrected.",
                    "corrected_by_notification_version": 2,
                }
            ]
        }
    )

    text: Narrative
    corrected_by_notification_version: Annotated[
        StrictInt | None,
        Field(ge=1, le=10_000, description="The version of the notification that corrects the facts."),
    ] = None


class QueryEntryRead(BaseModel):
    """What one side said."""

    id: UUID
    number: int
    side: Side
    text: Narrative
    corrected_by_notification_version: int | None
    said_by: UUID | None = Field(description="This organisation's person; null where the Panel said it.")
    said_at: datetime
    message_id: UUID


class QueryRead(BaseModel):
    """A query of the Panel with everything said in it."""

    id: UUID = Field(description="The Panel's own id of it.")
    case_id: UUID
    version: int
    number: int
    state: QueryState
    subject: str
    due_on: date | None
    overdue: bool
    raised_at: datetime
    closed_at: datetime | None
    entries: list[QueryEntryRead]
    allowed_moves: list[str]


class LetterRead(BaseModel):
    """A letter of the Panel as it came."""

    id: UUID = Field(description="The Panel's own id of it.")
    case_id: UUID
    number: int
    decision_version: int | None = Field(description="The decision it is about.")
    view: str | None = Field(description="The view it tells: it has no effect on the duty to notify.")
    text: LetterText
    issued_at: datetime
    received_at: datetime
    message_id: UUID
