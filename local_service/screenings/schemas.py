from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.case_course.schemas import NextMove
from local_service.cases.schemas import Source
from local_service.partner_views import PartnerViewGiven
from local_service.screenings.models import ScreeningState
from shared_schemas.base import Facts
from shared_schemas.children import IdentifyingDate, LocalAuthorityCode
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import ReferralSource, Sex
from shared_schemas.incidents import InformationReceived
from shared_schemas.text import Narrative, PersonName, Reference


class ScreenedChild(Facts):
    """A child as far as is known yet."""

    first_name: PersonName | None = None
    surname: PersonName | None = None
    date_of_birth: IdentifyingDate | None = None
    sex: Sex | None = None
    la_child_id: Annotated[Reference | None, Classified(Classification.IDENTIFYING)] = None


class ScreeningCreate(Facts):
    """Information received about what may be a serious incident."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": {"source_system": "mosaic", "reference": "CONTACT-2026-0412"},
                    "referral_source": "6",
                    "information_received": [{"partner": "police", "received_at": "2026-11-02T14:30:00Z"}],
                    "local_authority": "845",
                    "circumstances": "Officers were called to a flat; an infant was taken to hospital.",
                    "children": [{"date_of_birth": "2026-06-20", "sex": "F"}],
                }
            ]
        }
    )

    source: Source | None = None
    referral_source: ReferralSource
    information_received: Annotated[list[InformationReceived], Field(min_length=1, max_length=20)]
    local_authority: LocalAuthorityCode
    circumstances: Narrative
    children: Annotated[list[ScreenedChild], Field(max_length=50)] = []


class NewInformation(Facts):
    """What has come since it was decided not to notify."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "information": "A skeletal survey found older fractures.",
                    "received": {"partner": "integrated_care_board", "received_at": "2026-11-09T10:00:00Z"},
                }
            ]
        }
    )

    information: Narrative
    received: InformationReceived


class ScreeningOutcomeRead(BaseModel):
    """What was made of it, or what opened it again."""

    number: int
    state: ScreeningState = Field(description="What the screening became.")
    reason: str | None
    reasons: str | None
    views: list[PartnerViewGiven]
    information: NewInformation | None = Field(description="On reopening: what had come.")
    decided_by: UUID | None
    decided_at: datetime


class ScreeningListItem(BaseModel):
    """A screening in a list: no child, no circumstances."""

    id: UUID
    version: int
    state: ScreeningState
    case_id: UUID | None
    source: Source | None
    information_received_at: datetime = Field(description="The earliest receipt by any partner.")
    recorded_by: UUID | None
    recorded_at: datetime
    updated_at: datetime


class ScreeningRead(ScreeningListItem):
    """A screening in full, with what was made of it and what may be done next."""

    referral_source: str
    information_received: list[InformationReceived]
    local_authority: str
    circumstances: str
    children: list[ScreenedChild]
    outcomes: list[ScreeningOutcomeRead]
    next_moves: list[NextMove]
