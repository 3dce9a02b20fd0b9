"""Bodies of the Panel's requests for information (Children Act 2004 s16D) and of what is given."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt

from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.information_requests import InformationAnswer, SuppliedTo
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.text import Narrative, ShortText

INFORMATION_REQUESTED = "panel.information.requested.v1"
INFORMATION = "local.information.v1"
REQUEST_ID = "01a1f300-4c00-7a10-9c21-0f1e2d3c4b5b"


class InformationRequestedBody(Facts):
    """A request for information that the partnership must comply with (s16D). It names no child."""

    request_id: UUID
    requested: Narrative
    supplied_to: SuppliedTo
    supplied_to_name: Annotated[ShortText | None, Classified(Classification.THIRD_PARTY)] = None
    national_review_reference: ShortText | None = None
    served_on: Day
    due_on: Day


class InformationBody(InformationAnswer):
    """What is given in answer; a later version adds to the one before. Used for the purposes of s16B only."""

    request_id: UUID
    version: Annotated[StrictInt, Field(ge=1)]


REQUESTED_EXAMPLE: dict[str, Any] = {
    "request_id": REQUEST_ID,
    "requested": "The minutes of the strategy discussions held in the six months before the incident.",
    "supplied_to": "panel",
    "served_on": "2026-11-20",
    "due_on": "2026-12-11",
}
ANSWER_EXAMPLE: dict[str, Any] = {
    "outcome": "complied",
    "information": "Three discussions were held; the minutes of each follow.",
    "given_by": "Eastshire partnership office",
}
FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        INFORMATION,
        "Information is given to the Panel",
        "Children Act 2004 s16D: what was requested, or why not; the Panel may use it for s16B only.",
        InformationBody,
        ANSWER_EXAMPLE | {"request_id": REQUEST_ID, "version": 1},
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        INFORMATION_REQUESTED,
        "The Panel requests information",
        "Children Act 2004 s16D: the recipient must comply.",
        InformationRequestedBody,
        REQUESTED_EXAMPLE,
    ),
)
