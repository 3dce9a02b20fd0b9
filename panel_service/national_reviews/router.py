from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from panel_service.deps import SettingsDep
from panel_service.national_reviews.file import read_review
from panel_service.national_reviews.reading import (
    NationalReviewListed,
    NationalReviewRead,
    list_reviews,
    show_review,
)
from panel_service.national_reviews.schemas import CaseAdded, Closed, Proposal, ReviewDecision, Scope, Started
from panel_service.national_reviews.service import add_case, close, decide, propose, set_scope, start
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/national-reviews", tags=["national reviews"], route_class=StrictRoute)


@router.post(
    "/{review_id}/cases",
    status_code=201,
    summary="Take a case into a thematic review",
    response_model=NationalReviewRead,
)
async def post_case(
    review_id: UUID,
    body: CaseAdded,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Take a case into a thematic review, also while it is in progress; its partnership is told."""
    file = await add_case(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/decision", summary="Record the decision to review", response_model=NationalReviewRead
)
async def post_decision(
    review_id: UUID,
    body: ReviewDecision,
    acting: Annotated[Acting, Requires("national-reviews:decide")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the decision, and how the Secretary of State was told of it; every partnership whose case it is about is told (s16B(1))."""
    file = await decide(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/scope", summary="Set the scope", response_model=NationalReviewRead)
async def post_scope(
    review_id: UUID,
    body: Scope,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Set terms of reference, methodology and timescale, or set them anew; the partnerships are told."""
    file = await set_scope(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/start", summary="Start the work", response_model=NationalReviewRead)
async def post_start(
    review_id: UUID,
    body: Started,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Start the work, once the Secretary of State has confirmed a reviewer (SI 2018/789 reg 4(5))."""
    file = await start(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/closure", summary="Close a national review", response_model=NationalReviewRead)
async def post_closure(
    review_id: UUID,
    body: Closed,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Close it after publication; or before its report is final, where the Panel does not go on with it."""
    file = await close(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("", status_code=201, summary="Propose a national review", response_model=NationalReviewRead)
async def post_proposal(
    body: Proposal, acting: Annotated[Acting, Requires("national-reviews:write")], once: OnceDep
) -> Response:
    """Propose a review of one case that the Panel decided to review, or of a theme over cases decided on or held for one."""
    file = await propose(acting, body)
    headers = {"Location": f"/v1/national-reviews/{file.review.id}", "ETag": etag(file.review.version)}
    return await once.answer(show_review(acting, file), status=201, headers=headers)


@router.get("", summary="List national reviews, newest first")
async def get_reviews(
    acting: Annotated[Acting, Requires("national-reviews:read")],
    page: PageDep,
    case_id: Annotated[UUID | None, Query(description="Only those about this case.")] = None,
) -> Page[NationalReviewListed]:
    """List national reviews with their state, and whether a look at time and quality is overdue."""
    return await list_reviews(acting, page, case_id=case_id)


@router.get("/{review_id}", summary="Read a national review")
async def get_review(
    review_id: UUID, acting: Annotated[Acting, Requires("national-reviews:read")], response: Response
) -> NationalReviewRead:
    """Read what is recorded of it, what stands open, and what may be done next or why not."""
    file = await read_review(acting, review_id)
    await acting.audit("national_review.read", "national_review", file.review.id)
    response.headers["ETag"] = etag(file.review.version)
    return show_review(acting, file)
