"""Bodies of improvements that the Panel identifies and tells the partnerships concerned."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt

from shared_schemas.base import Facts
from shared_schemas.improvements import ImprovementTold, ProgressFacts, ResponseFacts
from shared_schemas.messages.entries import CataloguedMessage

IMPROVEMENT_IDENTIFIED = "panel.improvement.identified.v1"
IMPROVEMENT_RESPONSE = "local.improvement_response.v1"
IMPROVEMENT_ID = "01a1f300-4c00-7a10-9c21-0f1e2d3c4b5a"


class ImprovementIdentifiedBody(ImprovementTold):
    """An improvement that should be made (Children Act 2004 s16B(2)). It names no child."""


class ImprovementResponseBody(Facts):
    """What the partnership says now: its response, and how far it has come. A later version stands in its place."""

    improvement_id: UUID
    version: Annotated[StrictInt, Field(ge=1)]
    response: ResponseFacts
    progress: ProgressFacts | None = None


TOLD_EXAMPLE: dict[str, Any] = {
    "improvement_id": IMPROVEMENT_ID,
    "scope": "local",
    "what": "Make one multi-agency pathway for bruising in babies who are not mobile.",
    "why": "Bruising was seen and recorded by one agency and discussed with no other.",
    "themes": ["non_accidental_injury_under_one", "information_sharing"],
    "identified_on": "2026-11-20",
    "response_asked": True,
    "case_references": ["01a19d03-1000-7d4e-8f60-718293a4b5d1"],
}
RESPONSE_EXAMPLE: dict[str, Any] = {
    "improvement_id": IMPROVEMENT_ID,
    "version": 2,
    "response": {
        "response": "accepted_in_part",
        "reasons": "The pathway for community midwives follows with their new contract.",
        "by_when": "2027-06-30",
        "owner": "Designated nurse",
    },
    "progress": {"progress": "in_progress", "on": "2027-02-01"},
}
FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        IMPROVEMENT_RESPONSE,
        "A partnership responds to an improvement",
        "Accepted, accepted in part or rejected with reasons, by when, and how far it has come.",
        ImprovementResponseBody,
        RESPONSE_EXAMPLE,
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        IMPROVEMENT_IDENTIFIED,
        "The Panel identified an improvement",
        "Children Act 2004 s16B(2): an improvement that should be made, told to each partnership concerned.",
        ImprovementIdentifiedBody,
        TOLD_EXAMPLE,
    ),
)
