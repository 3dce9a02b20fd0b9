"""The course of a local review: who reviews, what is published and when, as both services know it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared_schemas.base import Day, Facts
from shared_schemas.code_lists import CodeOf
from shared_schemas.text import Narrative, PersonName, ShortText

CopiedItem = Annotated[str, CodeOf("copied_item")]
CopyRecipient = Annotated[str, CodeOf("copy_recipient")]
DelayReason = Annotated[str, CodeOf("delay_reason")]
PublicationForm = Annotated[str, CodeOf("publication_form")]
PublicationStage = Annotated[str, CodeOf("publication_stage")]
RecommendationStatus = Annotated[str, CodeOf("recommendation_status")]
ReplyToPanel = Annotated[str, CodeOf("reply_to_panel")]
ReviewerChange = Annotated[str, CodeOf("reviewer_change")]
SupervisionRating = Annotated[str, CodeOf("supervision_rating")]
SupervisionRequest = Annotated[str, CodeOf("supervision_request")]
UnavailabilityReason = Annotated[str, CodeOf("unavailability_reason")]

ReportHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, in lower-case hex, of a report's canonical JSON."""


class ReviewerFacts(Facts):
    """Who is appointed (SI 2018/789 reg 12). Independence and conflicts of interest are guidance, not regulation."""

    name: PersonName
    organisation: ShortText
    independence: Annotated[
        Narrative, Field(description="How the reviewer is independent of the agencies reviewed.")
    ]
    conflicts_of_interest: Annotated[
        Narrative, Field(description="The reviewer's declaration, also where there are none.")
    ]
    appointed_on: Day


class Delay(Facts):
    """Why the review or its publication is late, and when it is expected now; told to the Panel."""

    reason: DelayReason
    narrative: Narrative
    expected_on: Day
    secretary_of_state_told_on: Day | None = None


class Reply(Facts):
    """The partners' reply to a decision of the Panel: the decision on a local review stays theirs (s16F(1)(b))."""

    reply: ReplyToPanel
    reasons: Narrative
