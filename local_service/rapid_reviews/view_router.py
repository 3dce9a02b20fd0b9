from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.rapid_reviews.view_schemas import OutstandingCreate, ViewCreate, ViewRead
from local_service.rapid_reviews.view_service import (
    give_view,
    record_outstanding,
    show_view,
    show_views,
    views_of,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/rapid-review/views", tags=["rapid reviews"], route_class=StrictRoute
)


@router.post("", status_code=201, summary="Give a partner's view", response_model=ViewRead)
async def post_view(
    case_id: UUID,
    body: ViewCreate,
    acting: Annotated[Acting, Requires("rapid-reviews:sign")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Agree or dissent, with reasons, and sign off for one's own partner. A later view stands in its place.

    If-Match is the rapid review's ETag, so that nobody signs off what they have not read.
    Whoever has signed for another partner before, on whatever case, is refused.
    """
    view = await give_view(acting, await lock_file(acting, case_id), expected, body)
    headers = {"Location": f"/v1/cases/{case_id}/rapid-review/views"}
    return await once.answer(show_view(view), status=201, headers=headers)


@router.post(
    "/outstanding", status_code=201, summary="Record an outstanding sign-off", response_model=ViewRead
)
async def post_outstanding(
    case_id: UUID,
    body: OutstandingCreate,
    acting: Annotated[Acting, Requires("rapid-reviews:complete")],
    once: OnceDep,
) -> Response:
    """Say why a partner's sign-off is outstanding: the rapid review can be completed with that."""
    view = await record_outstanding(acting, await lock_file(acting, case_id), body)
    headers = {"Location": f"/v1/cases/{case_id}/rapid-review/views"}
    return await once.answer(show_view(view), status=201, headers=headers)


@router.get("", summary="List the partners' views")
async def get_views(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> list[ViewRead]:
    """List every view there was, the first one first; the latest of each partner stands."""
    file = await read_file(acting, case_id)
    await acting.audit("rapid_review_views.read", "case", file.case.id)
    return show_views(await views_of(acting, file.case.id))
