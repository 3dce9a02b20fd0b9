from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.base import Facts
from shared_schemas.messages.national_reviews import PROPOSAL_EXAMPLE, NationalReviewProposal


class ProposalCreate(NationalReviewProposal):
    """Why the Panel might review this case nationally; the decision is the Panel's alone (s16B(1))."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [PROPOSAL_EXAMPLE]})


class ProposalRead(NationalReviewProposal):
    """A proposal as it was sent."""

    version: int
    proposed_by: UUID | None
    proposed_at: datetime
    message_id: UUID = Field(description="The message by which the Panel is told.")


class StepTold(BaseModel):
    """One step of a national review, as the Panel told it."""

    type: str = Field(description="The message's type.")
    step: str = Field(description="A code; one that this release does not know is shown as it came.")
    on: date
    told: dict[str, Any] = Field(description="The message's body.")
    message_id: UUID
    received_at: datetime


class NationalReviewThread(BaseModel):
    """What the Panel told of one national review, the first step first."""

    national_review_id: UUID
    form: str
    title: str
    theme: str | None
    latest_step: str
    published: bool
    closed: bool
    steps: list[StepTold]


class NationalReviewsRead(BaseModel):
    """A case's national reviews, and the partners' own proposals."""

    case_id: UUID
    national_reviews: list[NationalReviewThread]
    proposals: list[ProposalRead]
    may_propose: bool
    why_not: str | None = None
    rule: str | None = Field(default=None, description="The provision that stands against a proposal.")
