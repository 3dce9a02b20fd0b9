from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.deps import SettingsDep
from panel_service.national_reviews.appointing import (
    confirm_reviewer,
    consider_another,
    determine_removal,
    recommend_reviewer,
    record_removal,
    select_reviewer,
)
from panel_service.national_reviews.reading import NationalReviewRead, show_review
from panel_service.national_reviews.schemas import (
    AnotherConsidered,
    Confirmed,
    Recommended,
    RemovalDetermined,
    ReviewerSelected,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/national-reviews", tags=["national reviews"], route_class=StrictRoute)


@router.post(
    "/{review_id}/reviewers", status_code=201, summary="Select a reviewer", response_model=NationalReviewRead
)
async def post_reviewer(
    review_id: UUID,
    body: ReviewerSelected,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Select somebody from the pool; or outside it, for want of availability or suitable experience, with reasons (SI 2018/789 reg 4(3), (4))."""
    file = await select_reviewer(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/reviewers/{reviewer_id}/recommendation",
    summary="Recommend a reviewer to the Secretary of State",
    response_model=NationalReviewRead,
)
async def post_recommendation(
    review_id: UUID,
    reviewer_id: UUID,
    body: Recommended,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the recommendation of a selected reviewer (SI 2018/789 reg 4(5))."""
    file = await recommend_reviewer(acting, settings, review_id, reviewer_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/reviewers/{reviewer_id}/confirmation",
    summary="Record the Secretary of State's confirmation",
    response_model=NationalReviewRead,
)
async def post_confirmation(
    review_id: UUID,
    reviewer_id: UUID,
    body: Confirmed,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record that the Secretary of State confirmed the appointment (SI 2018/789 reg 4(5))."""
    file = await confirm_reviewer(acting, settings, review_id, reviewer_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/reviewers/{reviewer_id}/removal-determination",
    summary="Determine that a reviewer should be removed",
    response_model=NationalReviewRead,
)
async def post_removal_determination(
    review_id: UUID,
    reviewer_id: UUID,
    body: RemovalDetermined,
    acting: Annotated[Acting, Requires("national-reviews:decide")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record the Panel's determination, with reasons; only before anything is published (SI 2018/789 reg 5(2))."""
    file = await determine_removal(acting, review_id, reviewer_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/reviewers/{reviewer_id}/removal",
    summary="Record the Secretary of State's removal",
    response_model=NationalReviewRead,
)
async def post_removal(
    review_id: UUID,
    reviewer_id: UUID,
    body: Confirmed,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the removal; before completion the Panel must then consider appointing another (SI 2018/789 reg 5(2), (3))."""
    file = await record_removal(acting, settings, review_id, reviewer_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/reviewers/{reviewer_id}/replacement",
    summary="Answer the duty to consider another reviewer",
    response_model=NationalReviewRead,
)
async def post_replacement(
    review_id: UUID,
    reviewer_id: UUID,
    body: AnotherConsidered,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record who was selected instead of a removed reviewer, or why nobody (SI 2018/789 reg 5(3))."""
    file = await consider_another(acting, review_id, reviewer_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )
