from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.agency_summaries.models import SummaryState
from local_service.chronology.entries import ENTRIES, ChronologyEntries
from local_service.information_requests.schemas import AGENCY, Agency
from local_service.next_moves import NextMove
from shared_schemas.base import Day, Facts
from shared_schemas.text import Narrative, ShortText


class PracticeEpisode(Facts):
    """A key practice episode: what the agency did or did not, and what it meant."""

    title: ShortText
    period_from: Day | None = None
    period_to: Day | None = None
    narrative: Narrative
    analysis: Narrative | None = None


class SummaryContent(Facts):
    """What the agency says; each part whole."""

    period_from: Day | None = None
    period_to: Day | None = None
    involvement: Narrative | None = None
    key_practice_episodes: Annotated[list[PracticeEpisode], Field(max_length=50)] | None = None
    good_practice: Narrative | None = None
    concerns: Narrative | None = None
    entries: ChronologyEntries | None = None


CONTENT: dict[str, Any] = {
    "period_from": "2026-06-01",
    "period_to": "2026-11-02",
    "involvement": "The family was known to health visiting from the birth on.",
    "key_practice_episodes": [
        {
            "title": "The eight-week check",
            "period_from": "2026-08-14",
            "narrative": "Bruising was seen and recorded.",
            "analysis": "No pathway told what to do with a bruise in a baby.",
        }
    ],
    "good_practice": "The visits were frequent.",
    "concerns": "What was seen was not shared.",
    "entries": ENTRIES,
}


class SummaryCreate(Facts):
    """Which agency is asked for its summary, and who writes it there."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"agency": AGENCY, "content": CONTENT}]}
    )

    agency: Annotated[
        Agency | None, Field(description="Left out where request_id is given: then the request's recipient.")
    ] = None
    request_id: Annotated[UUID | None, Field(description="The request for information it belongs to.")] = None
    answered_by: Annotated[
        UUID | None, Field(description="The person of the agency who writes it with a credential.")
    ] = None
    content: SummaryContent = SummaryContent()


class SummaryPatch(Facts):
    """Parts to save; each replaces the one there was, null takes it away, the others stay."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"content": CONTENT}]})

    content: SummaryContent


class Returning(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"reasons": "The months before the birth are missing."}]}
    )

    reasons: Narrative


class SummaryItem(BaseModel):
    """A summary in a list."""

    id: UUID
    case_id: UUID
    version: int = Field(description="Its ETag.")
    state: SummaryState
    agency: Agency
    request_id: UUID | None
    answered_by: UUID | None
    due_on: date | None = Field(description="The day its request is due, where it belongs to one.")
    invited_at: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None


class SummaryRead(SummaryItem):
    """A summary in full."""

    content: SummaryContent
    submissions: int = Field(description="How often it was submitted; each stays on record as it was.")
    returned_reasons: str | None
    invited_by: UUID | None
    accepted_by: UUID | None
    allowed_actions: list[NextMove]
