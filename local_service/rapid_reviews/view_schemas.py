from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.incidents import SafeguardingPartnerKind
from shared_schemas.text import Narrative, ShortText


class Stance(StrEnum):
    AGREE = "agree"
    DISSENT = "dissent"


class ViewCreate(Facts):
    """A partner's view, signed off by the person who gives it."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "partner": "police",
                    "organisation": "Sussex Police",
                    "view": "dissent",
                    "reasons": "A local review would repeat one that was published last year.",
                    "on": "2026-11-06",
                }
            ]
        }
    )

    partner: SafeguardingPartnerKind
    organisation: ShortText
    view: Stance
    reasons: Narrative | None = None
    on: Day

    @model_validator(mode="after")
    def _dissent_has_reasons(self) -> Self:
        if self.view is Stance.DISSENT and self.reasons is None:
            raise PydanticCustomError("dissent_without_reasons", "a dissent needs reasons")
        return self


class OutstandingCreate(Facts):
    """That a partner's sign-off is outstanding, and why."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "partner": "integrated_care_board",
                    "organisation": "NHS Sussex",
                    "reason": "The delegated director is on leave until Monday.",
                }
            ]
        }
    )

    partner: SafeguardingPartnerKind
    organisation: ShortText
    reason: Narrative


class ViewRead(BaseModel):
    """A view as it was given; a later one of the same partner stands in its place."""

    number: int
    stands: bool
    partner: SafeguardingPartnerKind
    organisation: str
    view: Stance | None = Field(description="Null where the sign-off is outstanding.")
    reasons: str | None
    signed_off: bool
    signed_off_on: date | None
    outstanding_reason: str | None
    recorded_by: UUID | None
    recorded_by_name: str
    recorded_at: datetime
