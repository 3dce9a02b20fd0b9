from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file
from local_service.deps import SettingsDep
from local_service.local_reviews.conduct_router import router as conduct
from local_service.local_reviews.publication_router import router as publication
from local_service.local_reviews.reviewers_router import file_for_reader
from local_service.local_reviews.reviewers_router import router as reviewers
from local_service.local_reviews.schemas import (
    DecisionCreate,
    DecisionRead,
    LocalReviewPatch,
    LocalReviewRead,
)
from local_service.local_reviews.service import (
    complete,
    decide,
    show_decision,
    show_local_review,
    write_report,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/local-review", tags=["local reviews"], route_class=StrictRoute)


@router.post(
    "/decision",
    status_code=201,
    summary="Decide whether to commission a local review",
    response_model=DecisionRead,
)
async def post_decision(
    case_id: UUID,
    body: DecisionCreate,
    acting: Annotated[Acting, Requires("local-reviews:decide")],
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the partners' decision, with reasons, and tell the Panel. A decision not to may change; each stays on record."""
    file = await lock_file(acting, case_id)
    decision = await decide(acting, settings, file, body)
    location = f"/v1/cases/{case_id}/local-review"
    return await once.answer(show_decision(file, decision), status=201, headers={"Location": location})


@router.get("", summary="Read a case's local review")
async def read_local_review(
    case_id: UUID, acting: Annotated[Acting, Requires("local-reviews:read")], response: Response
) -> LocalReviewRead:
    """Read the decisions, the report so far, and what completion still asks for; a reviewer within the time given."""
    file = await file_for_reader(acting, case_id)
    await acting.audit("local_review.read", "case", file.case.id)
    if file.local_review is not None:
        response.headers["ETag"] = etag(file.local_review.version)
    return show_local_review(file)


@router.patch("", summary="Save parts of the report")
async def patch_local_review(
    case_id: UUID,
    body: LocalReviewPatch,
    acting: Annotated[Acting, Requires("local-reviews:write")],
    expected: IfMatchDep,
    response: Response,
) -> LocalReviewRead:
    """Save the parts given; a part replaces the one there was, the others stay."""
    file = await lock_file(acting, case_id)
    review = await write_report(acting, file, expected, body)
    response.headers["ETag"] = etag(review.version)
    return show_local_review(file, review)


@router.post("/completion", summary="Complete the local review", response_model=LocalReviewRead)
async def post_completion(
    case_id: UUID,
    acting: Annotated[Acting, Requires("local-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Complete it once both parts of SI 2018/789 reg 15 are there, and send the full report to the Panel."""
    file = await lock_file(acting, case_id)
    review = await complete(acting, settings, file, expected)
    return await once.answer(
        show_local_review(file, review), status=200, headers={"ETag": etag(review.version)}
    )


router.include_router(reviewers)
router.include_router(conduct)
router.include_router(publication)
