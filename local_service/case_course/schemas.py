from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.cases.models import CaseStatus
from local_service.partner_views import EXAMPLE, PartnerViewGiven, PartnerViews
from shared_schemas.base import Facts
from shared_schemas.codes import NotNotifiedReason
from shared_schemas.text import Narrative


class NotNotifiable(Facts):
    """Why an incident is not notified, and what each of the three partners thinks of that."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason": "criteria_not_met",
                    "reasons": "The injury was an accident that a bystander saw; nobody suspects abuse or neglect.",
                    "views": EXAMPLE,
                }
            ]
        }
    )

    reason: NotNotifiedReason
    reasons: Narrative
    views: PartnerViews


class Reasons(Facts):
    """Why a step is taken."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The Panel agrees, and what was learnt is shared."}]}
    )

    reasons: Narrative


class CaseMoveRead(BaseModel):
    """A step that ended a case or began it again."""

    number: int
    status: CaseStatus = Field(description="What the case became.")
    reason: str | None
    reasons: str
    views: list[PartnerViewGiven]
    moved_by: UUID | None
    moved_at: datetime


class NextMove(BaseModel):
    """One step and why it may not be taken now, if so."""

    move: str
    allowed: bool
    why_not: str | None = None
    rule: Annotated[str | None, Field(description="The provision that stands against it.")] = None


class CaseCourse(BaseModel):
    """Where a case stands, the steps that led there, and which may be taken next."""

    case_id: UUID
    version: int = Field(description="The case's ETag.")
    status: CaseStatus
    duties_lifted_at: datetime | None
    moves: list[CaseMoveRead]
    next_moves: list[NextMove]
