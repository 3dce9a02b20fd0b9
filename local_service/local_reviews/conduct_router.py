from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from local_service.deps import SettingsDep
from local_service.local_reviews import conduct_service as service
from local_service.local_reviews.conduct_schemas import (
    AnswerCreate,
    CheckpointCreate,
    DelayCreate,
    HoldCreate,
    LiftingCreate,
    ProgressCreate,
    RequestCreate,
    TermsCreate,
)
from local_service.local_reviews.course_reads import CourseRead
from local_service.local_reviews.opening import lock_review
from local_service.local_reviews.publication_router import Decides, Writes, answer_course
from service_kit.etags import IfMatchDep
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)
Number = Annotated[int, Path(ge=1, le=10_000)]


@router.post(
    "/terms-of-reference", status_code=201, summary="Set terms of reference", response_model=CourseRead
)
async def post_terms(case_id: UUID, body: TermsCreate, acting: Writes, once: OnceDep) -> Response:
    """Add a version of the terms of reference; the last one stands, every other stays on record."""
    opened = await lock_review(acting, case_id)
    await service.set_terms(acting, opened, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/supervision/checkpoints", status_code=201, summary="Record a checkpoint", response_model=CourseRead
)
async def post_checkpoint(case_id: UUID, body: CheckpointCreate, acting: Writes, once: OnceDep) -> Response:
    """Record how timeliness and quality stood, and when they are looked at next (SI 2018/789 reg 14(1))."""
    opened = await lock_review(acting, case_id)
    await service.add_checkpoint(acting, opened, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/supervision/requests",
    status_code=201,
    summary="Record a written request to the reviewer",
    response_model=CourseRead,
)
async def post_request(case_id: UUID, body: RequestCreate, acting: Writes, once: OnceDep) -> Response:
    """Record a request for information or a draft; the request itself is in writing (SI 2018/789 reg 14(3))."""
    opened = await lock_review(acting, case_id)
    await service.add_request(acting, opened, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/supervision/requests/{number}/answer",
    status_code=201,
    summary="Record the answer to a request",
    response_model=CourseRead,
)
async def post_answer(
    case_id: UUID, number: Number, body: AnswerCreate, acting: Writes, once: OnceDep
) -> Response:
    """Record when a request to the reviewer was answered."""
    opened = await lock_review(acting, case_id)
    await service.answer_request(acting, opened, number, body)
    return await answer_course(acting, once, opened)


@router.post("/holds", status_code=201, summary="Hold publication up", response_model=CourseRead)
async def post_hold(case_id: UUID, body: HoldCreate, acting: Writes, once: OnceDep) -> Response:
    """Hold publication up for a parallel process; while a hold stands, nothing can be published."""
    opened = await lock_review(acting, case_id)
    await service.place_hold(acting, opened, body)
    return await answer_course(acting, once, opened)


@router.post("/holds/{number}/lifting", status_code=201, summary="Lift a hold", response_model=CourseRead)
async def post_lifting(
    case_id: UUID,
    number: Number,
    body: LiftingCreate,
    acting: Decides,
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Lift a hold with a reason; a person does, never a system."""
    opened = await lock_review(acting, case_id)
    await service.lift_hold(acting, opened, expected, number, body)
    return await answer_course(acting, once, opened)


@router.post("/delays", status_code=201, summary="Tell the Panel of a delay", response_model=CourseRead)
async def post_delay(
    case_id: UUID, body: DelayCreate, acting: Writes, once: OnceDep, settings: SettingsDep
) -> Response:
    """Tell why the review or its publication is late and when it is expected now."""
    opened = await lock_review(acting, case_id)
    await service.tell_of_delay(acting, settings, opened, body)
    return await answer_course(acting, once, opened)


@router.post(
    "/recommendations/{number}/progress",
    status_code=201,
    summary="Follow a recommendation up",
    response_model=CourseRead,
)
async def post_progress(
    case_id: UUID, number: Number, body: ProgressCreate, acting: Writes, once: OnceDep
) -> Response:
    """Record what became of a recommendation of the completed report, by its number in the last version."""
    opened = await lock_review(acting, case_id)
    await service.follow_up(acting, opened, number, body)
    return await answer_course(acting, once, opened)
