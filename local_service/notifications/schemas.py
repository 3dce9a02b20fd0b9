from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.base import Facts
from shared_schemas.messages.local import Notifier

NOTIFIER: dict[str, Any] = {
    "name": "A. Notifier",
    "role": "Head of safeguarding",
    "email": "notifier@eastshire.example",
}


class NotificationStage(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    RECEIPTED = "receipted"


class NotificationDraft(Facts):
    """A draft: whom the Panel can ask. The rest is the case as it stands."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"notifier": NOTIFIER}]})

    notifier: Notifier


class NotificationRead(BaseModel):
    """One version of a notification."""

    version: int
    state: NotificationStage = Field(
        description="`receipted` once the Panel's signed receipt is stored here."
    )
    case_version: int = Field(description="The case's version it was drafted from.")
    notifier: Notifier
    drafted_by: UUID | None
    drafted_at: datetime
    authorised_by: UUID | None
    authorised_at: datetime | None
    sent_at: datetime | None
    message_id: UUID | None
    reason_for_version: str | None = Field(
        description="Why there is a later version, `correction` or `outcome_change`; null for the first."
    )
    changed: list[str] = Field(
        description="JSON pointers to what differs from the version sent before, without values."
    )
    rapid_review_sent: bool = Field(
        description="Whether the completed rapid review has gone to the Panel after it."
    )
