"""What operators are shown of comparisons."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class FindingRead(BaseModel):
    kind: str = Field(
        description="receiver_lacks, receipt_missing, given_up_but_held, unknown_to_sender, hashes_differ or "
        "statement_refused."
    )
    direction: str = Field(description="Of what was sent, or of what was received.")
    day: date | None = Field(description="The UTC date of the message.")
    message_id: UUID | None
    code: str | None = Field(description="Of a refused statement: why.")


class ReconciliationRead(BaseModel):
    """One comparison with a counterpart, in both directions."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    link_id: UUID
    reason: str = Field(description="daily, asked, epoch, counterpart or restore.")
    started_at: datetime
    at: datetime = Field(description="When it was done.")
    first_day: date | None = Field(description="The first day compared; null: every day there is.")
    days: int = Field(description="Days with messages, both directions together.")
    sent_equal: bool = Field(description="The counterpart holds what we have its receipts for, and no more.")
    received_equal: bool = Field(
        description="We hold what the counterpart has our receipts for, and no more."
    )
    finding_count: int
    findings: list[FindingRead] = Field(description="The first thousand.")
    received_summaries: list[str] = Field(
        description="The counterpart's signed statements of what it received of us."
    )
    sent_summaries: list[str] = Field(description="Its signed statements of what it sent us.")


class PlanRead(BaseModel):
    """When a link is compared next."""

    model_config = ConfigDict(from_attributes=True)

    link_id: UUID
    due_at: datetime
    reason: str
    all_days: bool = Field(description="Every day there is, not the last 30 alone.")
    problem: str | None = Field(description="Why the last try compared nothing.")


class ReconciliationRequest(BaseModel):
    """Ask for a comparison."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"all_days": False}]})

    all_days: bool = Field(default=False, description="Every day there is, not the last 30 alone.")
