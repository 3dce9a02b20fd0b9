from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.withdrawals.models import WithdrawalState
from shared_schemas.base import Facts
from shared_schemas.codes import WithdrawalReason
from shared_schemas.messages.identification import EXAMPLE
from shared_schemas.text import Narrative


class WithdrawalDraft(Facts):
    """Why the authority withdraws its notification."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{name: EXAMPLE[name] for name in ("reason", "reasons")}]}
    )

    reason: WithdrawalReason
    reasons: Narrative


class WithdrawalRead(BaseModel):
    """A withdrawal: drafted by one person, authorised by another, then sent for good."""

    case_id: UUID
    revision: int
    state: WithdrawalState
    reason: str
    reasons: str
    drafted_by: UUID | None
    drafted_at: datetime
    authorised_by: UUID | None
    sent_at: datetime | None
    message_id: UUID | None
    may_authorise: bool = Field(description="Whether this credential may authorise it now.")
    why_not: str | None = None
    rule: str | None = Field(default=None, description="The provision that stands against it.")
