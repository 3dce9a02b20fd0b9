"""The course of a local review: who reviews, what is published and when, as both services know it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared_schemas.base import Day, Facts
from shared_schemas.codes import DelayReason, ReplyToPanel
from shared_schemas.text import Narrative, PersonName, ShortText

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
