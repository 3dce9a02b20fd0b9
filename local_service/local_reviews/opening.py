"""Opening a commissioned local review: to change it or to read it, and to show its course."""

from dataclasses import dataclass
from uuid import UUID

from local_service.cases.file import CaseFile, lock_file, read_file
from local_service.local_reviews.conduct_rules import follow_recommendations
from local_service.local_reviews.course import read_course
from local_service.local_reviews.course_reads import Course, CourseRead, MoveRead
from local_service.local_reviews.models import LocalReview
from local_service.local_reviews.publication_rules import EVERY_MOVE, earliest_publication, why_no_move
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.problems import ApiProblem


@dataclass(frozen=True)
class OpenReview:
    """A commissioned local review with its case and its course so far."""

    file: CaseFile
    review: LocalReview
    course: Course


async def lock_review(acting: Acting, case_id: UUID) -> OpenReview:
    """Open a review to change it: its case stays locked. Raises 404 where none is commissioned."""
    return await open_review(acting, await lock_file(acting, case_id))


async def find_review(acting: Acting, case_id: UUID) -> OpenReview:
    """Open a review to read it. Raises 404 where none is commissioned."""
    return await open_review(acting, await read_file(acting, case_id))


async def open_review(acting: Acting, file: CaseFile) -> OpenReview:
    """Read the course of a case's review. Raises 404 where none is commissioned."""
    if file.local_review is None:
        raise ApiProblem("not-found")
    return OpenReview(file, file.local_review, await read_course(acting, file, file.local_review))


async def show_course(acting: Acting, opened: OpenReview) -> CourseRead:
    """Show the course as it is now, with what may be done next."""
    course = await read_course(acting, opened.file, opened.review)
    plan = course.plan
    planned = plan if plan is not None and plan.form != "withheld" else None
    return CourseRead(
        **{name: getattr(course, name) for name in Course.model_fields},
        case_id=opened.file.case.id,
        version=opened.review.version,
        earliest_publication=earliest_publication(course, planned, published_calendar()) if planned else None,
        next_checkpoint_on=course.checkpoints[-1].next_on if course.checkpoints else None,
        recommendations=follow_recommendations(course),
        moves=[_move(course, move) for move in EVERY_MOVE],
    )


def _move(course: Course, move: str) -> MoveRead:
    refusal = why_no_move(course.state, move)
    if refusal is None:
        return MoveRead(move=move, allowed=True)
    return MoveRead(move=move, allowed=False, why_not=refusal.detail, rule=refusal.rule)
