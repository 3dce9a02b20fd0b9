"""What people see of a restore and say to it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service_kit.exchange.restoring.models import FindingKind, SuspicionReason

RETURNS_HOURS_MAX = 24
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description="Why, in words that name nobody; kept."),
]


class SuspicionGiven(BaseModel):
    """A person takes this database to be older than what its counterparts hold."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "The database was recovered to 03:00 this morning."}]},
    )

    reason: Words
    link_id: UUID | None = Field(default=None, description="One link alone; without it, all open links.")


class ConfirmationGiven(BaseModel):
    """A person has confirmed the counterpart's pinned keys, and that this side's own key is in no other hands."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Fingerprints compared by telephone with their office."}]},
    )

    reason: Words


class ReturnsOpened(BaseModel):
    """For so long the counterpart may read back what it sent itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"hours": 4, "reason": "They restored from last night's copy."}]},
    )

    hours: int = Field(ge=1, le=RETURNS_HOURS_MAX, description="It closes by itself after so many hours.")
    reason: Words


class ReturnsState(BaseModel):
    link_id: UUID
    open_until: datetime | None = Field(description="Null: closed.")


class ResumptionGiven(BaseModel):
    """A person has brought what the stream is about up to date."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Entered again what was sent on 3 November."}]},
    )

    reason: Words


class StreamRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    link_id: UUID
    subject: str = Field(description="The exchange reference, or `link` for the protocol's own messages.")
    last_number: int
    parked_at: datetime | None
    parked_reason: str | None
    recovered: int = Field(description="Messages known again from the counterpart.")
    without_content: int = Field(description="Those of them whose content has not come back.")
    waiting: int = Field(description="Messages that wait to be sent.")


class RestoreRead(BaseModel):
    """One suspicion on one link: while it is not settled, nothing is sent there."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    link_id: UUID
    counterpart_name: str
    reason: SuspicionReason
    suspected_at: datetime
    tried_at: datetime | None = Field(description="When the counterpart was last asked.")
    problem: str | None = Field(description="Why the last asking brought no comparison.")
    compared_at: datetime | None
    difference: dict[str, int] | None = Field(
        description="Losses by kind; empty: none. Where any message of ours is unknown here, a person must confirm."
    )
    epoch: datetime | None = Field(description="The epoch that began with the difference.")
    confirmed_at: datetime | None
    settled_at: datetime | None


class FindingRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: FindingKind
    message_id: UUID | None = Field(description="Null for a number whose message nobody has.")
    successor_id: UUID | None = Field(description="What was written in its place.")
    subject: str | None = Field(description="Null for what is to come again, until it has come.")
    number: int | None
    type: str | None
    at: datetime
