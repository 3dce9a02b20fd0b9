from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from local_service.chronology.entries import ENTRIES, ChronologyEntries, ChronologyEntry
from local_service.information_requests.models import RequestState
from local_service.next_moves import NextMove
from service_kit.clock.duties import DayNotCounted
from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import AgencyType
from shared_schemas.incidents import PoliceForce
from shared_schemas.text import Narrative, PersonName, ShortText

Telling = Annotated[ShortText, Classified(Classification.THIRD_PARTY)]
DocumentHash = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="The SHA-256 of a document, in hexadecimal."),
]


class Contact(Facts):
    """Whom to write to at the agency."""

    name: PersonName
    role: ShortText | None = None
    email: Telling | None = None
    telephone: Telling | None = None


class Agency(Facts):
    """A person or body that information is asked of."""

    agency_type: AgencyType
    name: ShortText
    ods_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,10}$")] | None = None
    police_force: PoliceForce | None = None
    contact: Contact | None = None


AGENCY: dict[str, Any] = {
    "agency_type": "nhs_trust",
    "name": "Eastshire Community Health",
    "contact": {"name": "A. Named Nurse", "email": "named.nurse@health.example"},
}


class RequestCreate(Facts):
    """A request for information: of whom, what, for which period, by when."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "recipient": AGENCY,
                    "what": "A chronology and summary of your agency's contact with the child and the family.",
                    "period_from": "2026-06-01",
                    "period_to": "2026-11-02",
                    "working_days_before_rapid_review": 3,
                }
            ]
        }
    )

    recipient: Agency
    answered_by: Annotated[
        UUID | None, Field(description="The id of the person who answers for the agency with a credential.")
    ] = None
    what: Narrative
    period_from: Day | None = None
    period_to: Day | None = None
    due_on: Annotated[
        Day | None, Field(description="By when; worked out from the rapid review's due date where left out.")
    ] = None
    working_days_before_rapid_review: Annotated[StrictInt, Field(ge=0, le=60)] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_when(self) -> Self:
        if self.due_on is not None and self.working_days_before_rapid_review is not None:
            raise PydanticCustomError(
                "due_twice", "give due_on or working_days_before_rapid_review, not both"
            )
        return self


class ServiceMethod(StrEnum):
    """How a request was put to the recipient in writing."""

    EMAIL = "email"
    POST = "post"
    BY_HAND = "by_hand"
    PORTAL = "portal"


class Serving(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"served_on": "2026-11-03", "how": "email"}]}
    )

    served_on: Day
    how: ServiceMethod


class Answer(Facts):
    """What the agency answered."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "narrative": "The child was seen twice at home and once in clinic.",
                    "entries": ENTRIES,
                    "documents": ["eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e"],
                }
            ]
        }
    )

    narrative: Narrative
    entries: ChronologyEntries = []
    documents: Annotated[list[DocumentHash], Field(max_length=50)] = []


class Reasons(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The record is held by another agency."}]}
    )

    reasons: Narrative


class EscalatedTo(StrEnum):
    """Where a request goes that is not complied with; the court enforces it by injunction (s16H(3))."""

    SENIOR_MANAGER = "senior_manager"
    LEGAL = "legal"
    INJUNCTION = "injunction"
    OTHER = "other"


class Escalation(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"to": "legal", "note": "No answer after two reminders."}]}
    )

    to: EscalatedTo
    note: Narrative


class DueExplanation(BaseModel):
    """Why an answer is due then."""

    sentence: str
    given: bool = Field(description="Whether whoever asks gave the day itself.")
    rapid_review_due_on: date | None = None
    working_days_before: int | None = None
    not_counted: list[DayNotCounted] = []


class MoveRead(BaseModel):
    move: str
    state: RequestState
    detail: dict[str, Any] = Field(description="What it says: how served, why refused, to whom escalated.")
    moved_by: UUID | None
    moved_at: datetime


class RequestItem(BaseModel):
    """A request in a list."""

    id: UUID
    case_id: UUID
    version: int = Field(description="Its ETag.")
    state: RequestState
    purpose: str = Field(description="What the answer may be used for (Children Act 2004 s16H(4)).")
    recipient: Agency
    answered_by: UUID | None
    due_on: date
    overdue: bool = Field(description="Reckoned now: served, not complied with, and the day has passed.")
    served_on: date | None
    made_at: datetime


class RequestRead(RequestItem):
    """A request in full, without what was answered."""

    what: str
    period_from: date | None
    period_to: date | None
    due_explained: DueExplanation
    made_by: UUID | None
    answers: int = Field(description="How many answers there are; reading them needs the purpose.")
    moves: list[MoveRead]
    allowed_actions: list[NextMove]


class AnswerRead(BaseModel):
    """An answer: locked to the purpose it was asked for."""

    version: int
    purpose: str
    narrative: str
    entries: list[ChronologyEntry]
    documents: list[str]
    recorded_by: UUID | None
    recorded_at: datetime
