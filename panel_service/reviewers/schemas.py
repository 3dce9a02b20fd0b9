from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.codes import HarmType, refuse_duplicates
from shared_schemas.text import Narrative, PersonName

Themes = Annotated[list[HarmType], Field(max_length=50), AfterValidator(refuse_duplicates)]
EXAMPLE: dict[str, Any] = {
    "name": "A. Reviewer",
    "experience": "Led eleven serious case reviews; formerly a designated nurse.",
    "themes": ["24A"],
    "availability": {"available": True, "available_from": "2026-10-01", "available_to": "2027-09-30"},
    "joined_on": "2026-09-15",
}


class Availability(Facts):
    """Whether, and between which days, somebody can take on a review; an end not stated is open."""

    available: StrictBool
    available_from: Day | None = None
    available_to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.available_from and self.available_to and self.available_to < self.available_from:
            raise PydanticCustomError("days_out_of_order", "ends before it begins")
        if not self.available and (self.available_from or self.available_to):
            raise PydanticCustomError("days_of_nobody", "says not available and gives days")
        return self


class PoolMemberCreate(Facts):
    """Somebody to enter into the pool of potential reviewers."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    name: PersonName
    experience: Narrative
    themes: Themes = []
    availability: Availability
    joined_on: Day


class PoolMemberPatch(Facts):
    """What has changed; members not given, or null, stay."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"availability": {"available": False}}]}
    )

    name: PersonName | None = None
    experience: Narrative | None = None
    themes: Themes | None = None
    availability: Availability | None = None


class PoolRemoval(Facts):
    """A removal from the pool, which the Panel may make at any time (SI 2018/789 reg 5(1))."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"removed_on": "2026-11-20", "reasons": "Asked to leave the pool."}]}
    )

    removed_on: Day
    reasons: Narrative


class PoolMember(BaseModel):
    """What anybody may read of a member of the pool (SI 2018/789 reg 4(2))."""

    name: str
    experience: str
    themes: list[str]
    available_now: bool
    available_from: date | None
    available_to: date | None


class PoolAction(BaseModel):
    """One step on an entry of the pool, and whether this credential may take it now."""

    action: str
    allowed: bool
    why_not: str | None = None
    rule: str | None = None


class PoolMemberRead(BaseModel):
    """A member of the pool, present or former."""

    id: UUID
    version: int
    name: str
    experience: str
    themes: list[str]
    availability: Availability
    available_now: bool
    joined_on: date
    removed_on: date | None
    removed_reasons: str | None
    recorded_by: UUID | None
    recorded_at: datetime
    allowed_actions: list[PoolAction]
