"""How a local review is supervised (SI 2018/789 reg 14), held up, and followed up."""

from datetime import date

from local_service.local_reviews.course_reads import (
    Course,
    HoldRead,
    ProgressRead,
    RecommendationRead,
    RequestRead,
)
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_rules import PARALLEL
from local_service.local_reviews.reviewer_rules import AFTER_PUBLICATION
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.local_reviews import Recommendation

SUPERVISES = "SI 2018/789 reg 14"
IMPROVES = "Children Act 2004 s16F(2)"


def why_no_conduct(state: LocalReviewState) -> Refusal | None:
    """Why terms, checkpoints, requests, holds and delays cannot be added, if so: the review is published (reg 14)."""
    if state in AFTER_PUBLICATION:
        return Refusal("The review is published.", SUPERVISES)
    return None


def why_no_progress(course: Course, recommendation: int) -> Refusal | None:
    """Why a recommendation cannot be followed up, if so: the report is not complete (s16F(2)). Raises 404."""
    if not course.versions:
        return Refusal("The local review is not complete.", IMPROVES, ("complete_local_review",))
    if recommendation > len(course.versions[-1].report.recommendations or []):
        raise ApiProblem("not-found")
    return None


def follow_recommendations(course: Course) -> list[RecommendationRead]:
    """Give each recommendation of the last version with its history under that version's numbering (s16F(2)).

    A revised report may number them anew: what was recorded under an earlier version stays with that version.
    """
    last = course.versions[-1] if course.versions else None
    given = last.report.recommendations or [] if last else []
    return [
        _follow(number, one, _history(course, number, last.version if last else 0))
        for number, one in enumerate(given, start=1)
    ]


def _history(course: Course, number: int, version: int) -> list[ProgressRead]:
    return [
        one
        for one in course.recommendations_progress
        if (one.recommendation, one.report_version) == (number, version)
    ]


def _follow(number: int, given: Recommendation, history: list[ProgressRead]) -> RecommendationRead:
    status = history[-1].status if history else "open"
    return RecommendationRead(**given.model_dump(), number=number, status=status, history=history)


def find_hold(course: Course, number: int) -> HoldRead:
    """Find a hold. Raises 404."""
    for one in course.holds:
        if one.number == number:
            return one
    raise ApiProblem("not-found")


def why_not_lifted(hold: HoldRead) -> Refusal | None:
    """Why a hold cannot be lifted, if so: it is lifted already (guidance on parallel processes)."""
    return None if hold.lifting is None else Refusal("The hold is lifted already.", PARALLEL)


def find_request(course: Course, number: int) -> RequestRead:
    """Find a request to the reviewer. Raises 404."""
    for one in course.requests:
        if one.number == number:
            return one
    raise ApiProblem("not-found")


def why_no_answer(request: RequestRead) -> Refusal | None:
    """Why no answer can be recorded, if so: there is one (SI 2018/789 reg 14)."""
    return None if request.answer is None else Refusal("The request is answered already.", SUPERVISES)


def check_answered_on(on: date, request: RequestRead) -> None:
    """Refuse an answer before its request (SI 2018/789 reg 14)."""
    if on < request.requested_on:
        raise field_problem("/answered_on", "too_early", "Must not lie before the request.", rule=SUPERVISES)
