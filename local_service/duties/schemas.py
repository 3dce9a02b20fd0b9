from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.cases.stages import Stage
from service_kit.clock.duties import ComputedDuty, DutyStatus
from service_kit.clock.rule_sets import End, Kind
from shared_schemas.base import Facts
from shared_schemas.text import Narrative


class LatenessCreate(Facts):
    """Why a duty is late."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reason": "The post-mortem report came three days after the date."}]}
    )

    reason: Narrative


class LatenessRead(BaseModel):
    """Reasons that were given for lateness; each stays on record."""

    id: UUID
    due_on: date = Field(description="The due date that had passed.")
    reason: Narrative
    recorded_by: UUID | None
    recorded_at: datetime


class DutyRead(ComputedDuty):
    """A duty with its explanation and the reasons for its lateness."""

    lateness: list[LatenessRead] = []


class DutyListItem(BaseModel):
    """A duty of one case in a list; no child is named."""

    case_id: UUID
    exchange_reference: UUID
    stage: Stage = Field(description="Where the case stands.")
    code: str
    title: str
    kind: Kind
    responsible: str
    status: DutyStatus
    end: End = Field(description="`by`: to be done by due_on; `until`: not to end before it.")
    due_on: date | None
    days_left: int | None = Field(description="Calendar days to due_on; negative once it has passed.")
    met_on: date | None
    explanation: str = Field(description="Where the date is explained.")


class CalendarAddressCreate(Facts):
    """For how long the address is to be good."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"days": 180}]})

    days: Annotated[int, Field(ge=1, le=366)] = 180


class CalendarAddressRead(BaseModel):
    """A calendar address without its secret."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class CalendarAddressMade(CalendarAddressRead):
    """A calendar address just made. Its URL is shown this once; whoever has it reads the due dates."""

    url: str | None = Field(
        description="Null where the same request is answered again: the secret is kept nowhere."
    )
