"""Dead letters as people see them, and what they may ask for."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from service_kit.exchange.letters.models import DisposalKind, DisposalReason, DisposalState
from service_kit.exchange.letters.redriving import MOST_AT_ONCE
from service_kit.exchange.message_views import MessageRead, RefusedMember
from service_kit.exchange.status import Direction
from shared_schemas.base import Facts
from shared_schemas.text import Narrative

MESSAGE = "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01"
LINK = "0f9b6a5e-6d3c-4a55-9d0c-0a51c6a7a1b2"


class OpenProposal(BaseModel):
    """A proposal that waits for a second person."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: DisposalKind
    reason: DisposalReason
    proposed_by: UUID
    proposed_at: datetime


class DeadLetterRead(MessageRead):
    """A message that the counterpart refused for good; never its content."""

    dead_since: datetime | None = Field(description="When the counterpart refused it.")
    age_seconds: int = Field(description="Since it was written.")
    refused_members: list[RefusedMember] = Field(description="What the counterpart refused, and the rule.")
    parked_behind: int = Field(description="Messages of the same stream that wait behind it.")
    proposal: OpenProposal | None


class RedriveMany(Facts):
    """Which dead messages to send again: some by their ids, or all of a link."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"ids": [MESSAGE]}, {"link_id": LINK}]}
    )

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    link_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.link_id is None):
            raise PydanticCustomError("ids_or_link", "give either ids or link_id")
        return self


class RedriveOutcome(StrEnum):
    REDRIVEN = "redriven"
    NOT_DEAD = "not_dead"
    NOT_FOUND = "not_found"


class RedriveResult(BaseModel):
    id: UUID
    outcome: RedriveOutcome


class RedriveResults(BaseModel):
    """What came of each; one that failed keeps none of the others."""

    results: list[RedriveResult]
    redriven: int
    more: bool = Field(description=f"Of a link at most {MOST_AT_ONCE} at once: ask again for the rest.")


class DisposalCreate(Facts):
    """A proposal: a second person must confirm it."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "discard",
                    "reason": "sent_in_error",
                    "words": "Recorded twice; the other one stands.",
                }
            ]
        }
    )

    kind: DisposalKind
    reason: DisposalReason
    words: Narrative | None = Field(default=None, description="Why, for the people here; it never crosses.")
    data: dict[str, Any] | None = Field(
        default=None, description="To replace it: the whole corrected `data` of the message's type."
    )

    @model_validator(mode="after")
    def _data_fits_kind(self) -> Self:
        if (self.kind is DisposalKind.REPLACE) != (self.data is not None):
            raise PydanticCustomError("data_to_replace", "data is given to replace a message, and only then")
        return self


class DisposalRead(BaseModel):
    """A proposal and what became of it; never the data."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    message_id: UUID
    version: int
    kind: DisposalKind
    state: DisposalState
    reason: DisposalReason
    proposed_by: UUID
    proposed_at: datetime
    settled_by: UUID | None
    settled_at: datetime | None
    successor_id: UUID | None = Field(description="The message that stands under the number now.")


class DisposalDetail(DisposalRead):
    """A proposal as whoever is to confirm it reads it."""

    words: str | None
    data: dict[str, Any] | None = Field(description="The corrected data, while it is proposed.")
    changed: list[str] = Field(description="JSON pointers to what the correction changes.")
    may_confirm: bool
    why_not: str | None


class MessageContent(BaseModel):
    """A message's bytes, exactly as they were written."""

    message_id: UUID
    direction: Direction
    type: str
    subject: str
    hash: str = Field(description="SHA-256 of the text in UTF-8, lower-case hex.")
    text: str = Field(description="The message whole, character for character.")
    data: dict[str, Any] = Field(description="Its data, read.")
