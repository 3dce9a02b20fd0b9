from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from panel_service.public_register.models import PublicationForm, ReviewKind
from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.text import Narrative, ShortText

WebAddress = Annotated[
    str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$", max_length=500)
]


class EntryCreate(Facts):
    """A published review to enter: what is entered here, anybody reads."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "local",
                    "form": "report",
                    "source_id": "01a19d01-e880-7d4e-8f60-718293a4b5c7",
                    "title": "Child X",
                    "publisher": "Eastshire Safeguarding Children Partnership",
                    "address": "https://partnership.example/reviews/child-x",
                    "published_on": "2026-05-18",
                }
            ]
        }
    )

    kind: ReviewKind
    form: PublicationForm
    source_id: Annotated[
        UUID, Field(description="The national review, or the case of the local review; not shown.")
    ]
    title: ShortText
    publisher: ShortText
    address: Annotated[WebAddress, Classified(Classification.NONE)]
    published_on: Day


class TakingDown(Facts):
    """Why an entry is taken down."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The year has passed.", "by_order_of_a_court": False}]}
    )

    reasons: Narrative
    by_order_of_a_court: StrictBool


class PublicReview(BaseModel):
    """A published review as anybody may find it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: ReviewKind
    form: PublicationForm
    title: str
    publisher: str
    address: str
    published_on: date
    available_until_at_least: date = Field(
        description="SI 2018/789 reg 10 (three years) or reg 17 (one year)."
    )


class EntryRead(PublicReview):
    """An entry as staff see it."""

    source_id: UUID
    taken_down_on: date | None
