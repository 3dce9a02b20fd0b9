from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from panel_service.cases.models import CaseState
from panel_service.cases.schemas import ReceivedFrom
from shared_schemas.base import Facts


class ReasonRead(BaseModel):
    """Why a case needs a person."""

    code: str
    weight: int = Field(description="Its place in the order; the same for every case.")
    title: str
    settled_by_seeing: bool = Field(description="Whether marking the case as seen settles it.")
    due_on: date | None = Field(default=None, description="For what is overdue: the day that has passed.")
    rule: str | None = None


class TriageItem(BaseModel):
    """A case in the queue; it names no child."""

    case_id: UUID
    version: int = Field(description="The case's version: what `seen` expects in If-Match.")
    state: CaseState
    partnership: ReceivedFrom
    received_at: datetime = Field(description="When the first notification was received.")
    lane: str = Field(description="`stuck`, `overdue` or `waiting`: the queue's parts, in this order.")
    reasons: list[ReasonRead] = Field(description="The heaviest first.")
    waiting_since: datetime | None
    assigned_to: UUID | None
    seen_at: datetime | None


class TriagePage(BaseModel):
    """A page of the queue, with its order in words."""

    order: str
    items: list[TriageItem]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last.")


class AssignmentCreate(Facts):
    """Whom a case is assigned to; null takes the assignment away."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"assigned_to": "01a05a43-fc00-7000-8000-0000000000c1"}]}
    )

    assigned_to: Annotated[
        UUID | None, Field(description="A person of the Panel's own organisation, by principal id.")
    ]


class AttentionRead(BaseModel):
    """Who looks after a case, and what of it still needs a person."""

    case_id: UUID
    version: int
    assigned_to: UUID | None
    seen_by: UUID | None
    seen_at: datetime | None
    reasons: list[ReasonRead]
