"""Bodies of what follows a rapid review: addenda to it, and learning shared with the Panel."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints

from shared_schemas.base import Day, Facts, Instant
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.messages.examples import CASE_ID
from shared_schemas.rapid_reviews import RapidReviewAddendum
from shared_schemas.text import Narrative, PersonName, ShortText

RAPID_REVIEW_ADDENDUM = "local.rapid_review_addendum.v1"
LEARNING = "local.learning.v1"

MOST_SHARES = 200
# Codes of the partnership's own: kept as they came, on no list of the exchange.
Theme = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]


class RapidReviewAddendumBody(RapidReviewAddendum):
    """An addendum to a rapid review that was sent: 1, 2, 3 … beside the review as it was."""

    case_id: UUID
    rule_set: ShortText
    version: Annotated[StrictInt, Field(ge=1)]
    added_at: Instant


class LearningShared(Facts):
    """With whom learning was shared, when, by whom and how; or by when it is to be."""

    audience: ShortText
    due_on: Day | None = None
    shared_on: Day | None = None
    shared_by: PersonName | None = None
    how: ShortText | None = None


class LearningBody(Facts):
    """Learning from a case that a partnership shares onward; it names no child of it."""

    case_id: UUID
    learning_id: UUID
    learning: Narrative
    themes: Annotated[list[Theme], Field(max_length=20)] = []
    audience: ShortText
    shares: Annotated[list[LearningShared], Field(max_length=MOST_SHARES)] = []
    recorded_at: Instant


ADDENDUM_EXAMPLE: dict[str, Any] = {
    "what_is_new": "The hospital found that the injuries were older than was thought.",
    "reasons": "It moves the time in which agencies could have acted.",
    "in_principle_view": {"view": "appropriate", "reasons": "More agencies were involved than was known."},
}
LEARNING_EXAMPLE: dict[str, Any] = {
    "learning": "Bruising in a baby who is not mobile needs a same-day paediatric view.",
    "themes": ["bruising_in_non_mobile_babies"],
    "audience": "Health visitors, midwives and GP practices",
}
FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        RAPID_REVIEW_ADDENDUM,
        "Something is added to a rapid review",
        "What became known or changed after it was sent. The rapid review itself stays as it was.",
        RapidReviewAddendumBody,
        ADDENDUM_EXAMPLE
        | {
            "case_id": CASE_ID,
            "rule_set": "consultation-2017",
            "version": 1,
            "added_at": "2026-11-12T10:00:00Z",
        },
    ),
    CataloguedMessage(
        LEARNING,
        "Learning is shared onward",
        "Learning that a partnership shares with the Panel, with whom it was shared before. It names no child.",
        LearningBody,
        LEARNING_EXAMPLE
        | {
            "case_id": CASE_ID,
            "learning_id": "01a19d01-e880-7d4e-8f60-718293a4b5d1",
            "shares": [
                {
                    "audience": "GP practices",
                    "shared_on": "2026-11-05",
                    "shared_by": "A. Sharer",
                    "how": "Bulletin",
                }
            ],
            "recorded_at": "2026-11-04T10:00:00Z",
        },
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
