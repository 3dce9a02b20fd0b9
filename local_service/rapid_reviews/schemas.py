from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.base import Facts
from shared_schemas.messages.examples import SECTIONS
from shared_schemas.messages.exercise import ADDENDUM_EXAMPLE
from shared_schemas.rapid_reviews import RapidReviewAddendum, RapidReviewSections


class RapidReviewStage(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"
    SENT = "sent"
    RECEIPTED = "receipted"


class RapidReviewPatch(Facts):
    """Sections to save; each replaces the one there was, null takes it away, the others stay."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"sections": SECTIONS}]})

    sections: RapidReviewSections


class RapidReviewRead(BaseModel):
    """A rapid review: completed, sent and receipted are separate facts."""

    case_id: UUID
    version: int = Field(description="Its ETag.")
    state: RapidReviewStage
    rule_set: str = Field(description="The rule set that says what must be in it.")
    sections: RapidReviewSections
    missing: list[str] = Field(description="The sections that completion still asks for.")
    started_at: datetime
    completed_at: datetime | None
    sent_at: datetime | None = Field(
        description="Null while it waits for the notification: it goes to the Panel only after that."
    )
    message_id: UUID | None


class AddendumCreate(RapidReviewAddendum):
    """What became known or changed after the rapid review was sent."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [ADDENDUM_EXAMPLE]})


class AddendumRead(BaseModel):
    """An addendum; the rapid review itself stays as it was sent."""

    version: int
    content: RapidReviewAddendum
    added_by: UUID | None
    added_at: datetime
    message_id: UUID = Field(description="The message by which the Panel is told.")
