from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from panel_service.queries.models import QueryState, Side
from shared_schemas.base import Day, Facts
from shared_schemas.messages.queries import QuerySubject
from shared_schemas.text import Narrative


class QueryCreate(Facts):
    """A question to the partnership about a case. It names no child."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "facts",
                    "text": "Which agencies knew the family before the move?",
                    "due_on": "2099-11-27",
                }
            ]
        }
    )

    subject: QuerySubject
    text: Narrative
    due_on: Annotated[Day | None, Field(description="By when an answer is asked for; no law states it.")] = (
        None
    )


class QueryEntryCreate(Facts):
    """What the Panel asks further in a query. It names no child."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"text": "And after the move?", "due_on": "2099-12-04"}]}
    )

    text: Narrative
    due_on: Annotated[Day | None, Field(description="A new day, in the place of the one before.")] = None


class QueryEntryRead(BaseModel):
    """What one side said."""

    id: UUID
    number: int
    side: Side
    text: Narrative
    corrected_by_notification_version: int | None = Field(
        description="Where an answer says so: the version of the notification that corrects the facts."
    )
    said_by: UUID | None = Field(description="The Panel's person; null where it came by a message.")
    said_at: datetime
    message_id: UUID


class QueryRead(BaseModel):
    """A query with everything said in it."""

    id: UUID
    case_id: UUID
    version: int
    number: int
    state: QueryState
    subject: str
    due_on: date | None
    overdue: bool
    raised_at: datetime
    closed_by: UUID | None
    closed_at: datetime | None
    entries: list[QueryEntryRead]
    allowed_moves: list[str]
