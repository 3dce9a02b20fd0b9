from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import CaseFile, read_file
from local_service.deps import SettingsDep
from local_service.local_reviews import conduct_service as service
from local_service.local_reviews.conduct_schemas import AccessCreate, RemovalCreate, ReviewerCreate
from local_service.local_reviews.course import read_course
from local_service.local_reviews.course_reads import CourseRead
from local_service.local_reviews.opening import lock_review
from local_service.local_reviews.publication_router import Writes, answer_course
from local_service.local_reviews.reviewer_rules import has_access
from local_service.rapid_reviews.schemas import RapidReviewRead
from local_service.rapid_reviews.service import show_review
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.post("/reviewers", status_code=201, summary="Appoint a reviewer", response_model=CourseRead)
async def post_reviewer(
    case_id: UUID, body: ReviewerCreate, acting: Writes, once: OnceDep, settings: SettingsDep
) -> Response:
    """Appoint a reviewer (SI 2018/789 reg 12) and tell the Panel; independence and conflicts are on record."""
    opened = await lock_review(acting, case_id)
    await service.appoint_reviewer(acting, settings, opened, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/reviewers/{reviewer_id}/removal",
    status_code=201,
    summary="Remove a reviewer",
    response_model=CourseRead,
)
async def post_removal(
    case_id: UUID,
    reviewer_id: UUID,
    body: RemovalCreate,
    acting: Writes,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Remove a reviewer at any time prior to publication (SI 2018/789 reg 13), and tell the Panel."""
    opened = await lock_review(acting, case_id)
    await service.remove_reviewer(acting, settings, opened, reviewer_id, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/reviewers/{reviewer_id}/access",
    status_code=201,
    summary="Give a reviewer access for a limited time",
    response_model=CourseRead,
)
async def post_access(
    case_id: UUID, reviewer_id: UUID, body: AccessCreate, acting: Writes, once: OnceDep
) -> Response:
    """Let a reviewer's credential read this one case's local review and rapid review within the time given."""
    opened = await lock_review(acting, case_id)
    await service.give_access(acting, opened, reviewer_id, body)
    return await answer_course(acting, once, opened)


@router.get("/rapid-review", summary="Read the rapid review a local review follows from")
async def read_rapid_review_for_review(
    case_id: UUID, acting: Annotated[Acting, Requires("local-reviews:read")]
) -> RapidReviewRead:
    """Read the rapid review, also as a reviewer within the time given."""
    file = await file_for_reader(acting, case_id)
    await acting.audit("rapid_review.read", "case", file.case.id)
    if file.rapid_review is None:
        raise ApiProblem("not-found")
    return await show_review(acting, file, file.rapid_review)


async def file_for_reader(acting: Acting, case_id: UUID) -> CaseFile:
    """Read a case for whoever reads cases, or for a reviewer of its local review within the time given; else 404."""
    file = await read_file(acting, case_id)
    if "cases:read" in acting.scopes:
        return file
    review = file.local_review
    if review is None:
        raise ApiProblem("not-found")
    course = await read_course(acting, file, review)
    if not has_access(course, acting.caller.principal_id, acting.now):
        raise ApiProblem("not-found")
    return file
