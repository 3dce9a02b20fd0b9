from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from panel_service.improvements.schemas import NextMove
from panel_service.information_requests.models import Court, RequestState
from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.information_requests import AnswerOutcome, InformationAnswer, SuppliedTo
from shared_schemas.messages.information import ANSWER_EXAMPLE
from shared_schemas.text import Narrative, ShortText

PersonOrOffice = Annotated[ShortText, Classified(Classification.THIRD_PARTY)]
REQUEST_EXAMPLE: dict[str, Any] = {
    "partnership_id": "01a05a43-fc00-7000-8000-0000000000e1",
    "requested": "The minutes of the strategy discussions held in the six months before the incident.",
    "supplied_to": "panel",
    "case_id": "01a19d02-0000-7d4e-8f60-718293a4b5c9",
    "due_on": "2027-12-11",
}


class RequestCreate(Facts):
    """A request to draft: to one recipient, about a case or a national review."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [REQUEST_EXAMPLE]})

    partnership_id: UUID | None = None
    recipient_name: Annotated[PersonOrOffice | None, Field(description="A person or another body.")] = None
    requested: Narrative
    supplied_to: SuppliedTo
    supplied_to_name: PersonOrOffice | None = None
    case_id: UUID | None = None
    national_review_reference: ShortText | None = None
    due_on: Day

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.partnership_id is None) == (self.recipient_name is None):
            raise PydanticCustomError("one_recipient", "gives either partnership_id or recipient_name")
        if self.case_id is None and self.national_review_reference is None:
            raise PydanticCustomError("about_something", "names a case or a national review")
        if (self.supplied_to == SuppliedTo.PANEL) == (self.supplied_to_name is not None):
            raise PydanticCustomError(
                "supplied_to_named", "gives supplied_to_name exactly where it is not supplied to the Panel"
            )
        return self


class RequestServe(Facts):
    """The day on which it is served by hand; a partnership with an open link is served by message, today."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{}]})

    served_on: Day | None = None


class AnswerCreate(InformationAnswer):
    """An answer that came by another way than the exchange."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [ANSWER_EXAMPLE | {"received_on": "2026-11-20"}]}
    )

    received_on: Day


class EscalationCreate(Facts):
    """An application for an injunction."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"court": "high_court", "remark": "Counsel is instructed."}]}
    )

    court: Court
    remark: Narrative


class WithdrawalCreate(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The information came with the rapid review."}]}
    )

    reasons: Narrative


class RequestMoveRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    move: str
    from_state: RequestState
    to_state: RequestState
    facts: dict[str, Any]
    moved_by: UUID | None
    moved_at: datetime


class RequestListed(BaseModel):
    """A request in a list."""

    id: UUID
    version: int
    state: RequestState
    partnership_id: UUID | None
    recipient_name: str | None
    case_id: UUID | None
    national_review_reference: str | None
    served_on: date | None
    due_on: date
    overdue: bool = Field(description="Computed when it is read.")


class RequestRead(RequestListed):
    """A request. What was given in answer is read apart, for the purposes of s16B only."""

    requested: str
    supplied_to: SuppliedTo
    supplied_to_name: str | None
    served: Literal["not_yet", "by_message", "by_hand"]
    message_id: UUID | None
    drafted_by: UUID | None
    drafted_at: datetime
    updated_at: datetime
    answers: int
    history: list[RequestMoveRead]
    next_moves: list[NextMove]


class InformationRead(BaseModel):
    """What was given in answer (s16D): it may be used for the Panel's functions under s16B only."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    outcome: AnswerOutcome
    facts: dict[str, Any] = Field(description="The answer as it was given.")
    received_on: date
    message_id: UUID | None
    recorded_at: datetime
