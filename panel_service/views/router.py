from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.cases.service import find_case
from panel_service.views.schemas import ViewCreate, ViewRead
from panel_service.views.service import record_view, views_of
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/views", tags=["views and letters"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Record a view of the Panel", response_model=ViewRead)
async def post_view(
    case_id: UUID,
    body: ViewCreate,
    acting: Annotated[Acting, Requires("views:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record what the Panel thinks of a case, such as that it is not a serious child safeguarding case.

    It is told to the partnership in a letter and lifts no duty: only the authority withdraws its notification. If-Match
    is the case's ETag.
    """
    view = await record_view(acting, case_id, expected, body)
    read = ViewRead.model_validate(view, from_attributes=True)
    return await once.answer(read, status=201, headers={"Location": f"/v1/cases/{case_id}/views"})


@router.get("", summary="List the Panel's views on a case")
async def list_views(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> list[ViewRead]:
    """List every view there was, the first one first."""
    case = await find_case(acting, case_id)
    await acting.audit("view.listed", "case", case.id)
    return [ViewRead.model_validate(view, from_attributes=True) for view in await views_of(acting, case.id)]
