from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from local_service.learning.models import ShareState
from local_service.next_moves import NextMove
from shared_schemas.base import Day, Facts
from shared_schemas.codes import refuse_duplicates
from shared_schemas.messages.exercise import LEARNING_EXAMPLE, Theme
from shared_schemas.text import Narrative, PersonName, ShortText

Themes = Annotated[list[Theme], Field(max_length=20), AfterValidator(refuse_duplicates)]


class LearningCreate(Facts):
    """Learning from a case. It goes to wider audiences: it names no child of the case."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [LEARNING_EXAMPLE]})

    learning: Narrative
    themes: Themes = []
    audience: ShortText


class Sharing(Facts):
    """That it was shared: when, by whom, how."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"shared_on": "2026-11-05", "shared_by": "A. Sharer", "how": "Seven-minute briefing"}
            ]
        }
    )

    shared_on: Day
    shared_by: PersonName
    how: ShortText


class ShareCreate(Facts):
    """With whom: planned, with the day by which, or shared already."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"audience": "GP practices", "due_on": "2026-11-20"}]}
    )

    audience: ShortText
    due_on: Annotated[Day | None, Field(description="By when it is to be shared, where it was not yet.")] = (
        None
    )
    sharing: Sharing | None = None

    @model_validator(mode="after")
    def _planned_or_shared(self) -> Self:
        if self.due_on is None and self.sharing is None:
            raise PydanticCustomError(
                "planned_or_shared", "give due_on for a plan, or sharing for what was shared"
            )
        return self


class Dropping(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The briefing reaches the same people."}]}
    )

    reasons: Narrative


class ShareRead(BaseModel):
    id: UUID
    version: int = Field(description="Its ETag.")
    state: ShareState
    audience: str
    due_on: date | None
    overdue: bool = Field(description="Reckoned now: planned, and the day has passed.")
    shared_on: date | None
    shared_by: str | None
    how: str | None
    dropped_reasons: str | None
    recorded_by: UUID | None
    recorded_at: datetime
    allowed_actions: list[NextMove]


class LearningRead(BaseModel):
    """Learning from a case, and with whom it was shared or is to be."""

    id: UUID
    case_id: UUID
    version: int = Field(description="Its ETag.")
    learning: str
    themes: list[str]
    audience: str
    recorded_by: UUID | None
    recorded_at: datetime
    shares: list[ShareRead]
    sent_to_panel_at: datetime | None
    message_id: UUID | None


class LibraryItem(BaseModel):
    """Learning across cases, without the case it comes from."""

    id: UUID
    learning: str
    themes: list[str]
    audience: str
    recorded_at: datetime
