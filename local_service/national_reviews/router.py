from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.national_reviews.schemas import NationalReviewsRead, ProposalCreate, ProposalRead
from local_service.national_reviews.service import propose, show_national_reviews, show_proposal
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/national-reviews", tags=["national reviews"], route_class=StrictRoute
)


@router.get("", summary="Read what the Panel told of national reviews")
async def read_national_reviews(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> NationalReviewsRead:
    """Read each national review of the case with every step the Panel told, and the partners' own proposals."""
    file = await read_file(acting, case_id)
    await acting.audit("national_reviews.read", "case", file.case.id)
    return await show_national_reviews(acting, file)


@router.post(
    "/proposal",
    status_code=201,
    summary="Propose a national review to the Panel",
    response_model=ProposalRead,
)
async def post_proposal(
    case_id: UUID,
    body: ProposalCreate,
    acting: Annotated[Acting, Requires("national-reviews:propose")],
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Propose, with the rapid review or after it, and say which criteria of SI 2018/789 reg 3 may be met; persons only."""
    file = await lock_file(acting, case_id)
    row = await propose(acting, settings, file, body)
    location = f"/v1/cases/{case_id}/national-reviews"
    return await once.answer(show_proposal(row), status=201, headers={"Location": location})
