from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from panel_service.letters.models import LetterState
from shared_schemas.base import Facts
from shared_schemas.messages.queries import LetterText
from shared_schemas.text import Narrative


class LetterCreate(Facts):
    """What a letter is about: one released decision, or one view."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision_version": 1, "remarks": "The chronology of the rapid review was of great use."}
            ]
        }
    )

    decision_version: Annotated[int | None, Field(ge=1, le=10_000)] = None
    view_id: UUID | None = None
    remarks: Annotated[
        Narrative | None,
        Field(description="Put into the draft: on the review's quality and learning, for example."),
    ] = None

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if (self.decision_version is None) == (self.view_id is None):
            raise PydanticCustomError(
                "letter_about_one_thing", "names either a decision_version or a view_id"
            )
        return self


class LetterPatch(Facts):
    """The draft's text, in the place of the text there was."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"text": "The Panel has considered what you sent about this case."}]}
    )

    text: LetterText


class LetterRead(BaseModel):
    """A letter, drafted or issued."""

    id: UUID
    case_id: UUID
    version: int
    number: int
    state: LetterState
    decision_version: int | None
    view_id: UUID | None
    text: LetterText
    written_by: UUID | None = Field(description="Who drafted it or changed the draft last.")
    drafted_at: datetime
    signed_by: UUID | None
    issued_at: datetime | None
    message_id: UUID | None
    allowed_moves: list[str]
