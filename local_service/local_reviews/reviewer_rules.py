"""Who reviews: appointed by the partners (SI 2018/789 reg 12), removed at any time prior to publication (reg 13)."""

from datetime import date, datetime
from uuid import UUID

from local_service.local_reviews.course_reads import Course, ReviewerRead
from local_service.local_reviews.models import LocalReviewState
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.local_reviews import LocalReviewReport
from shared_schemas.problems import ProblemError

APPOINTS = "SI 2018/789 reg 12"
REMOVES = "SI 2018/789 reg 13"
# Where a report or improvements information has been published.
AFTER_PUBLICATION = frozenset(
    {
        LocalReviewState.PUBLISHED,
        LocalReviewState.IMPROVEMENTS_ONLY,
        LocalReviewState.NO_LONGER_AVAILABLE,
    }
)


def why_no_appointment(state: LocalReviewState) -> Refusal | None:
    """Why nobody can be appointed, if so: the review is published (SI 2018/789 reg 12)."""
    if state in AFTER_PUBLICATION:
        return Refusal("The review is published.", APPOINTS)
    return None


def why_no_removal(course: Course, reviewer: ReviewerRead) -> Refusal | None:
    """Why a reviewer cannot be removed, if so: removal is prior to publication, and once (SI 2018/789 reg 13)."""
    if course.state in AFTER_PUBLICATION:
        return Refusal("A reviewer may be removed prior to publication only.", REMOVES)
    if reviewer.removal is not None:
        return Refusal("The reviewer is removed already.", REMOVES, ("appoint_reviewer",))
    return None


def find_reviewer(course: Course, reviewer_id: UUID) -> ReviewerRead:
    """Find a reviewer of this review, removed or not. Raises 404."""
    for one in course.reviewers:
        if one.id == reviewer_id:
            return one
    raise ApiProblem("not-found")


def check_removed_on(on: date, reviewer: ReviewerRead) -> None:
    """Refuse a removal before the appointment (SI 2018/789 reg 13)."""
    if on < reviewer.appointed_on:
        raise field_problem("/on", "too_early", "Must not lie before the appointment.", rule=REMOVES)


def with_reviewers(course: Course, report: LocalReviewReport) -> LocalReviewReport:
    """Give the report with its reviewers: those it names, or else those appointed and not removed.

    SI 2018/789 reg 12: the partners must appoint a reviewer. Whoever the report names was appointed, and one who was
    not removed still stands, or the check of the report refuses. Raises 409 ``incomplete`` for a name never appointed.
    """
    if not course.current_reviewers:
        return report.model_copy(update={"reviewers": None})
    if report.reviewers is None:
        return report.model_copy(update={"reviewers": [one.name for one in course.current_reviewers]})
    appointed = {one.name for one in course.reviewers}
    errors = [
        ProblemError(
            pointer=f"/report/reviewers/{number}",
            code="not_appointed",
            detail=f"Was never appointed as a reviewer of this review: {APPOINTS}.",
        )
        for number, name in enumerate(report.reviewers)
        if name not in appointed
    ]
    if errors:
        raise ApiProblem(
            "incomplete", "The report names who was not appointed.", rule=APPOINTS, errors=errors
        )
    return report


def has_access(course: Course, principal_id: UUID | None, now: datetime) -> bool:
    """Whether a credential is a standing reviewer's of this review, within the time it was given."""
    return any(
        access.principal_id == principal_id and access.starts_at <= now < access.ends_at
        for reviewer in course.current_reviewers
        for access in reviewer.accesses
    )
