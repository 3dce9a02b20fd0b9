from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.delivery_alerts.models import ManualRoute, WhyUndelivered
from shared_schemas.base import Facts, Instant
from shared_schemas.text import PersonName, ShortText


class ManualNotificationCreate(Facts):
    """That the Panel was told by hand."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "route": "form",
                    "told_at": "2026-11-03T15:20:00Z",
                    "told_by": "A. Notifier",
                    "reference": "SI-4711",
                }
            ]
        }
    )

    route: ManualRoute
    told_at: Annotated[Instant, Field(description="When the Panel was told.")]
    told_by: PersonName
    reference: Annotated[ShortText | None, Field(description="What the form or the Panel calls it.")] = None


class ManualNotificationRead(BaseModel):
    """A telling by hand, as it was recorded."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    notification_version: int
    route: ManualRoute
    told_at: datetime
    told_by: str
    reference: str | None
    recorded_by: UUID
    recorded_at: datetime


class RouteRead(BaseModel):
    """A way to tell the Panel without the exchange."""

    model_config = ConfigDict(from_attributes=True)

    route: ManualRoute
    title: str
    what_to_do: str
    address: str | None = Field(description="Null where this deployment's settings give none.")
    source: str
    verified: bool = Field(description="Whether the source was checked, or is told as practice only.")


class UndeliveredRead(BaseModel):
    """A notification that has not reached the Panel, and what to do about it today. It names no child."""

    case_id: UUID
    exchange_reference: UUID
    notification_version: int
    why: WhyUndelivered
    problem: str | None = Field(
        description="Why the Panel's service refused it: a name of the problem catalogue."
    )
    undelivered_since: datetime = Field(description="When it was sent.")
    alerted_at: datetime
    told_by_hand_at: datetime | None = Field(
        description="When the Panel was last told by hand. The alert stays until the notification itself arrives."
    )
    duty_note: str
    manual_routes: list[RouteRead]
