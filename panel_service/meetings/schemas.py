from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from panel_service.meetings.models import MeetingState
from shared_schemas.base import Day, Facts
from shared_schemas.messages.queries import LetterText
from shared_schemas.text import Narrative

CASE = "01a19d01-e880-7d4e-8f60-718293a4b5c7"
MEMBER = "01a05a43-fc00-7000-8000-0000000000c1"


def _no_twice(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise PydanticCustomError("given_twice", "names one of them more than once")
    return ids


Cases = Annotated[
    list[UUID], Field(min_length=1, max_length=200, description="In their order."), AfterValidator(_no_twice)
]


class MeetingCreate(Facts):
    """A meeting to plan."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"held_on": "2026-11-18", "agenda": [CASE]}]}
    )

    held_on: Annotated[Day, Field(description="The day on which it is, or was, held.")]
    agenda: Cases


class AgendaPut(Facts):
    """The cases on the agenda, in the place of those before."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"agenda": [CASE]}]})

    agenda: Cases


class HoldingCreate(Facts):
    """Who was present when the meeting was held."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"present": [MEMBER]}]})

    present: Annotated[
        list[UUID],
        Field(max_length=100, description="The members, by the ids of their appointments."),
        AfterValidator(_no_twice),
    ]


class InterestCreate(Facts):
    """A member's interest in a case on the agenda."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"member_id": MEMBER, "case_id": CASE, "nature": "Worked for one of the agencies involved."}
            ]
        }
    )

    member_id: UUID
    case_id: UUID
    nature: Narrative


class MinutesPut(Facts):
    """The minutes, in the place of what was written before."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"text": "The Panel considered one case and decided."}]}
    )

    text: LetterText


class AgendaItemRead(BaseModel):
    """A case on the agenda, with what was on the table."""

    position: int
    case_id: UUID
    documents: dict[str, int] = Field(description="The highest version by kind when the agenda was set.")
    recused: list[UUID] = Field(description="Members with an interest in it: they take no part.")


class InterestRead(BaseModel):
    """A declared interest."""

    id: UUID
    member_id: UUID
    case_id: UUID
    nature: Narrative
    declared_by: UUID | None
    declared_at: datetime


class MeetingListed(BaseModel):
    """A meeting in a list."""

    id: UUID
    version: int
    state: MeetingState
    held_on: date


class MeetingRead(MeetingListed):
    """A meeting with its agenda, presence, interests and minutes."""

    agenda: list[AgendaItemRead]
    interests: list[InterestRead]
    present: list[UUID]
    quorum: int | None = Field(description="How many members were asked for. No law states a quorum.")
    quorum_met: bool | None
    minutes: LetterText | None = Field(
        description="Withheld from a member who is recused from a case on the agenda."
    )
    minutes_withheld: bool
    minutes_by: UUID | None
    minutes_approved_by: UUID | None
    minutes_approved_at: datetime | None
    allowed_moves: list[str]
