"""Bodies of how a local review is conducted: terms of reference, reviewers, supervision, holds, delays, follow-up."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts, Instant
from shared_schemas.codes import (
    ParallelProcess,
    RecommendationStatus,
    SupervisionRating,
    SupervisionRequest,
)
from shared_schemas.local_review_course import (
    Delay,
    Reply,
    ReviewerFacts,
)
from shared_schemas.text import Narrative, PersonName, ShortText


def example(**facts: Any) -> ConfigDict:
    """Give a body's configuration with one example."""
    return Facts.model_config | ConfigDict(json_schema_extra={"examples": [facts]})


class KeyDate(Facts):
    """A date of the review's own plan."""

    on: Day
    what: ShortText


class TermsCreate(Facts):
    """Terms of reference; a later version stands beside the earlier."""

    model_config = example(
        scope="How agencies worked together around bruising in babies.",
        period_from="2025-06-01",
        period_to="2025-12-21",
        lines_of_enquiry=["How were transfers between areas handled?"],
        method="A learning event with practitioners; conversations with the family.",
        key_dates=[{"on": "2026-03-02", "what": "First draft"}],
    )

    scope: Narrative
    period_from: Day
    period_to: Day
    lines_of_enquiry: Annotated[list[Narrative], Field(min_length=1, max_length=30)]
    method: Narrative
    key_dates: Annotated[list[KeyDate], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _period_runs_forward(self) -> Self:
        if self.period_to < self.period_from:
            raise PydanticCustomError("period_runs_backward", "period_to lies before period_from")
        return self


class ReviewerCreate(ReviewerFacts):
    """A reviewer to appoint."""

    model_config = example(
        name="An independent reviewer",
        organisation="Independent practice",
        independence="Has worked for none of the agencies in the area.",
        conflicts_of_interest="None declared.",
        appointed_on="2026-01-12",
    )


class RemovalCreate(Facts):
    """Why and when a reviewer is removed."""

    model_config = example(reasons="The reviewer is no longer available.", on="2026-02-02")

    reasons: Narrative
    on: Day


class AccessCreate(Facts):
    """Whose credential may read the review, and within which time."""

    model_config = example(
        principal_id="01a05a43-fc00-7000-8000-0000000000c1",
        starts_at="2026-01-12T09:00:00Z",
        ends_at="2026-07-12T17:00:00Z",
    )

    principal_id: UUID
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise PydanticCustomError("ends_before_it_starts", "ends_at must lie after starts_at")
        return self


class CheckpointCreate(Facts):
    """How the review stood when it was monitored, and when it is looked at next."""

    model_config = example(
        on="2026-02-02",
        timeliness="satisfactory",
        quality="satisfactory",
        note="All agencies have answered.",
        next_on="2026-03-02",
    )

    on: Day
    timeliness: SupervisionRating
    quality: SupervisionRating
    note: Narrative
    next_on: Day

    @model_validator(mode="after")
    def _next_lies_ahead(self) -> Self:
        if self.next_on <= self.on:
            raise PydanticCustomError("next_not_ahead", "next_on must lie after on")
        return self


class RequestCreate(Facts):
    """What is requested of the reviewer; the request itself is in writing."""

    model_config = example(
        what="draft",
        narrative="The draft as far as it has come.",
        in_writing="Letter of 2 February 2026, ref. 17",
        requested_on="2026-02-02",
        due_on="2026-02-16",
    )

    what: SupervisionRequest
    narrative: Narrative
    in_writing: Annotated[ShortText, Field(description="The letter or document by which it was requested.")]
    requested_on: Day
    due_on: Day

    @model_validator(mode="after")
    def _due_after_request(self) -> Self:
        if self.due_on < self.requested_on:
            raise PydanticCustomError("due_before_requested", "due_on lies before requested_on")
        return self


class AnswerCreate(Facts):
    """When a request was answered."""

    model_config = example(answered_on="2026-02-13", note="The draft was received.")

    answered_on: Day
    note: Narrative | None = None


class HoldCreate(Facts):
    """What parallel process holds publication up, and who asked for it."""

    model_config = example(
        process="criminal_investigation",
        reference="Crime 1234/26",
        reason="Publication could prejudice the trial.",
        asked_by="Detective inspector, Eastshire Police",
    )

    process: ParallelProcess
    reference: ShortText | None = None
    reason: Narrative
    asked_by: PersonName


class LiftingCreate(Facts):
    """Why a hold is lifted."""

    model_config = example(reason="The trial has ended.")

    reason: Narrative


class DelayCreate(Delay):
    """Why the review or its publication is late."""

    model_config = example(
        reason="criminal_proceedings",
        narrative="The trial ends later than was expected.",
        expected_on="2027-09-30",
        secretary_of_state_told_on="2026-05-03",
    )


class ReplyCreate(Reply):
    """The partners' reply to a decision of the Panel."""

    model_config = example(reply="maintain", reasons="The rapid review found what there is to learn.")


class ProgressCreate(Facts):
    """What became of a recommendation."""

    model_config = example(status="implemented", on="2026-09-01", evidence="The pathway is in use.")

    status: RecommendationStatus
    on: Day
    evidence: Narrative | None = None
    reasons: Annotated[Narrative | None, Field(description="Needed where it is not accepted.")] = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.status == "not_accepted" and self.reasons is None:
            raise PydanticCustomError("not_accepted_without_reasons", "not accepting needs reasons")
        if self.status == "implemented" and self.evidence is None:
            raise PydanticCustomError("implemented_without_evidence", "implementation needs evidence")
        return self


RecommendationNumber = Annotated[StrictInt, Field(ge=1, le=100)]
