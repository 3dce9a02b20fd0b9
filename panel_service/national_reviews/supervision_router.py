from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.national_reviews.reading import NationalReviewRead, show_review
from panel_service.national_reviews.schemas import CheckpointMade, RequestAnswered, RequestMade
from panel_service.national_reviews.supervising import record_answer, record_checkpoint, request_in_writing
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/national-reviews", tags=["national reviews"], route_class=StrictRoute)


@router.post(
    "/{review_id}/checkpoints",
    status_code=201,
    summary="Record a look at time and quality",
    response_model=NationalReviewRead,
)
async def post_checkpoint(
    review_id: UUID,
    body: CheckpointMade,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record how the Panel finds the time being taken and the quality, and when it looks next (SI 2018/789 reg 7(1))."""
    file = await record_checkpoint(acting, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/requests",
    status_code=201,
    summary="Request information or a draft in writing",
    response_model=NationalReviewRead,
)
async def post_request(
    review_id: UUID,
    body: RequestMade,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record a request to the reviewer for specified information or a draft, by the letter it was made in (SI 2018/789 reg 7(2), (3))."""
    file = await request_in_writing(acting, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/requests/{request_id}/answer",
    summary="Record the answer to a request",
    response_model=NationalReviewRead,
)
async def post_answer(
    review_id: UUID,
    request_id: UUID,
    body: RequestAnswered,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record when the reviewer answered; late or after the review's end, an answer is a fact."""
    file = await record_answer(acting, review_id, request_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )
