"""The course of a local review as it is read: what was given, with what came of it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.local_reviews.conduct_schemas import (
    AccessCreate,
    AnswerCreate,
    CheckpointCreate,
    DelayCreate,
    HoldCreate,
    LiftingCreate,
    ProgressCreate,
    RemovalCreate,
    ReplyCreate,
    RequestCreate,
    ReviewerCreate,
    TermsCreate,
)
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_schemas import (
    CopyCreate,
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
)
from shared_schemas.local_reviews import LocalReviewReport, Recommendation
from shared_schemas.messages.review_course import PublicationCommentedBody


class Recorded(BaseModel):
    """Who recorded a step, and when."""

    # A body's own example lacks what is added here.
    model_config = ConfigDict(json_schema_extra={})

    id: UUID
    number: int = Field(description="1, 2, 3 … within its kind.")
    recorded_by: UUID | None
    recorded_at: datetime
    message_id: UUID | None = Field(description="The message by which the Panel was told, if it is told.")


class TermsRead(TermsCreate, Recorded):
    """A version of the terms of reference; the last one stands."""


class RemovalRead(RemovalCreate, Recorded):
    """A reviewer's removal (SI 2018/789 reg 13)."""

    reviewer_id: UUID


class AccessRead(AccessCreate, Recorded):
    """A time within which a reviewer's credential may read the review."""

    reviewer_id: UUID


class ReviewerRead(ReviewerCreate, Recorded):
    """A reviewer, and what came of the appointment."""

    removal: RemovalRead | None = None
    accesses: list[AccessRead] = []


class CheckpointRead(CheckpointCreate, Recorded):
    """A checkpoint of the supervision (SI 2018/789 reg 14)."""


class AnswerRead(AnswerCreate, Recorded):
    """When a request was answered."""

    request: int


class RequestRead(RequestCreate, Recorded):
    """A written request to the reviewer (SI 2018/789 reg 14(2), (3))."""

    answer: AnswerRead | None = None


class LiftingRead(LiftingCreate, Recorded):
    """Who lifted a hold, and why."""

    hold: int


class HoldRead(HoldCreate, Recorded):
    """A hold on publication; it stands until it is lifted."""

    lifting: LiftingRead | None = None


class DelayRead(DelayCreate, Recorded):
    """A delay the Panel was told of."""


class ProgressRead(ProgressCreate, Recorded):
    """What became of a recommendation."""

    recommendation: int
    report_version: int = Field(description="The report whose numbering it follows.")


class RecommendationRead(Recommendation):
    """A recommendation of the last version of the report, with what became of it."""

    number: int
    status: str = Field(description="The last one recorded; `open` until there is one.")
    history: list[ProgressRead]


class ReplyRead(ReplyCreate, Recorded):
    """The partners' reply to a decision of the Panel."""

    decision_version: int


class VersionRead(BaseModel):
    """A version of the final report; version 1 is the one completed."""

    version: int
    report_hash: str = Field(description="SHA-256 of the report's canonical JSON.")
    report: LocalReviewReport
    reasons: str | None = Field(description="Why it was revised; null for the one completed.")
    recorded_by: UUID | None
    recorded_at: datetime
    message_id: UUID
    received_by_panel_at: datetime | None = Field(
        description="When the Panel stored the message that carries this version, by its signed receipt."
    )


class CopyRead(CopyCreate, Recorded):
    """A copy that was given."""


class PlanRead(PlanCreate, Recorded):
    """A plan of publication; the last one stands."""

    received_by_panel_at: datetime | None = None


class PublicationRead(PublicationCreate, Recorded):
    """A publication."""

    form: str
    available_until_min: date = Field(description="It stays publicly available until then (reg 17).")


class UnpublicationRead(UnpublicationCreate, Recorded):
    """The end of a publication's availability."""


class CommentRead(PublicationCommentedBody, Recorded):
    """A comment of the Panel on a planned publication."""


class Course(BaseModel):
    """Every step in the course of a commissioned local review, each kind from the first to the last."""

    state: LocalReviewState
    completed_at: datetime | None
    terms_of_reference: list[TermsRead] = []
    reviewers: list[ReviewerRead] = []
    checkpoints: list[CheckpointRead] = []
    requests: list[RequestRead] = []
    holds: list[HoldRead] = []
    delays: list[DelayRead] = []
    versions: list[VersionRead] = []
    copies: list[CopyRead] = []
    plans: list[PlanRead] = []
    publications: list[PublicationRead] = []
    unpublications: list[UnpublicationRead] = []
    comments: list[CommentRead] = []
    recommendations_progress: list[ProgressRead] = []

    @property
    def plan(self) -> PlanRead | None:
        """The plan that stands: of a report revised since, none does (SI 2018/789 reg 16)."""
        stands = bool(self.plans) and self.state != LocalReviewState.COMPLETE
        return self.plans[-1] if stands else None

    @property
    def current_reviewers(self) -> list[ReviewerRead]:
        """Those appointed and not removed."""
        return [one for one in self.reviewers if one.removal is None]

    @property
    def standing_holds(self) -> list[HoldRead]:
        """Those not lifted."""
        return [one for one in self.holds if one.lifting is None]


class Earliest(BaseModel):
    """From when the planned version may be published, and what that waits for."""

    secretary_of_state_copied_on: date | None
    panel_received_on: date | None
    lawful_from: date | None = Field(description="SI 2018/789 reg 16: seven days after the later of both.")
    guidance_from: date | None = Field(description="Guidance: seven working days after the later of both.")
    missing: list[str] = Field(description="What has not been given yet.")


class MoveRead(BaseModel):
    """A move and whether the review's state allows it; the move itself may ask for more."""

    move: str
    allowed: bool
    why_not: str | None = None
    rule: str | None = None


class CourseRead(Course):
    """The course of a local review, with what may be done next."""

    case_id: UUID
    version: int = Field(description="Its ETag.")
    earliest_publication: Earliest | None = Field(description="Null without a plan to publish.")
    next_checkpoint_on: date | None
    recommendations: list[RecommendationRead]
    moves: list[MoveRead]
