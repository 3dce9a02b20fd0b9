from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from panel_service.cases.models import CaseState
from panel_service.decisions.schemas import DecisionRead
from service_kit.clock.duties import ComputedDuty
from service_kit.exchange.standing import ExchangeStanding
from service_kit.exchange.status import MessageStatus
from shared_schemas.messages.identification import NotificationWithdrawnBody
from shared_schemas.messages.local import (
    LocalReviewBody,
    LocalReviewDecisionBody,
    NotificationBody,
    RapidReviewBody,
)

Body = TypeVar("Body")


class ReceivedFrom(BaseModel):
    """The partnership a case came from."""

    id: UUID
    code: str
    name: str


class CaseListed(BaseModel):
    """A case in a list; it names no child."""

    id: UUID
    version: int
    state: CaseState
    partnership: ReceivedFrom
    channel: str | None = Field(
        default=None, description="How it came by hand; null where it came on a link."
    )
    exchange_reference: UUID = Field(
        description="What both services know the case by: its messages' subject."
    )
    partnership_case_id: UUID = Field(description="The id under which the partnership's own service has it.")
    rule_set: str = Field(description="The rule set the partnership works by.")
    nature: str = Field(description="Nature of notification, a code.")
    occurred_on: date
    received_at: datetime = Field(description="When the first notification was received.")
    updated_at: datetime


class PseudonymisedListed(BaseModel):
    """A case in an analyst's list: neither whose it is nor which partnership's."""

    id: UUID
    state: CaseState
    nature: str = Field(description="Nature of notification, a code.")
    month: str = Field(description="The month of the incident.", examples=["2026-11"])


class RecordedByHand(BaseModel):
    """How something came that is on no link, and who recorded it."""

    channel: str
    recorded_by: UUID
    original_name: str | None
    original_sha256: str | None


class DocumentRead(BaseModel, Generic[Body]):
    """Something the partnership sent, with its times: written there, stored here."""

    version: int
    message_id: UUID | None
    receipt_reference: str | None = Field(
        description="The reference our receipt gave the partnership; by hand: what the sender calls it."
    )
    by_hand: RecordedByHand | None = Field(default=None, description="Where it came by form, e-mail or post.")
    sent_at: datetime
    received_at: datetime
    unknown_codes: list[str] = Field(
        description="JSON pointers into the body to codes that no list of this release has."
    )
    body: Body


class Timeliness(BaseModel):
    """The partnership's duties as the rule set of its own messages counts them."""

    rule_set: str
    rule_set_known: bool = Field(
        description="False where this release has no such rule set: nothing is judged then."
    )
    duties: list[ComputedDuty]


class AllowedAction(BaseModel):
    """A step, whether it may be taken now, and what to mind."""

    action: str
    allowed: bool
    remark: str | None = None
    rule: str | None = None


class CaseRead(CaseListed):
    """A case with everything the partnership sent, what the Panel decided, and what was due when."""

    notifications: list[DocumentRead[NotificationBody]] = Field(
        description="Every version; the last one stands."
    )
    rapid_review: DocumentRead[RapidReviewBody] | None
    local_review_decisions: list[DocumentRead[LocalReviewDecisionBody]]
    local_review: DocumentRead[LocalReviewBody] | None
    withdrawal: DocumentRead[NotificationWithdrawnBody] | None = Field(
        description="The local authority's withdrawal of its notification: it lifts the duties that were not met."
    )
    decisions: list[DecisionRead] = Field(description="Every decision of the Panel; the last one stands.")
    timeliness: Timeliness
    messages: list[MessageStatus] = Field(
        description="Every message both ways, with its state and its receipt."
    )
    exchange: ExchangeStanding | None = Field(
        description="Whether our messages about the case arrive, what is stuck, and what to do; null where it came by hand."
    )
    allowed_actions: list[AllowedAction]
