"""Bodies of what follows a notification: that it is withdrawn."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt

from shared_schemas.base import Facts, Instant
from shared_schemas.codes import WithdrawalReason
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.text import Narrative, ShortText

NOTIFICATION_WITHDRAWN = "local.notification_withdrawn.v1"


class NotificationWithdrawnBody(Facts):
    """The local authority's withdrawal of its notification: it alone lifts the duty of Children Act 2004 s16C(1)."""

    case_id: UUID
    rule_set: ShortText
    notification_version: Annotated[
        StrictInt, Field(ge=1, description="The last version of the notification that was sent.")
    ]
    reason: WithdrawalReason
    reasons: Narrative
    drafted_at: Instant
    withdrawn_at: Instant


EXAMPLE: dict[str, Any] = {
    "case_id": "01a19d01-e880-7d4e-8f60-718293a4b5c7",
    "rule_set": "consultation-2017",
    "notification_version": 1,
    "reason": "criteria_not_met",
    "reasons": "The injuries were found to come from a medical condition; abuse is no longer suspected.",
    "drafted_at": "2026-11-10T09:00:00Z",
    "withdrawn_at": "2026-11-10T11:30:00Z",
}
FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        NOTIFICATION_WITHDRAWN,
        "A notification is withdrawn",
        "Children Act 2004 s16C(1): only the local authority's own withdrawal lifts its duty; nothing more is sent after it.",
        NotificationWithdrawnBody,
        EXAMPLE,
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
