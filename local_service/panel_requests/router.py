from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.deps import SettingsDep
from local_service.panel_requests import service
from local_service.panel_requests.schemas import InformationCreate, PanelRequestListed, PanelRequestRead
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/panel-requests", tags=["panel requests"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("panel-requests:read")]


@router.get("", summary="List the Panel's requests for information, newest first")
async def list_requests(acting: ReadingDep, page: PageDep) -> Page[PanelRequestListed]:
    """List what the Panel requests (s16D), with what is due when and whether it is overdue now."""
    return await service.list_requests(acting, page)


@router.get("/{request_id}", summary="Read a request of the Panel")
async def read_request(request_id: UUID, acting: ReadingDep, response: Response) -> PanelRequestRead:
    """Give what the Panel requests and what was answered."""
    request = await service.find_request(acting, request_id)
    await acting.audit("panel_request.read", "panel_request", request.id)
    response.headers["ETag"] = etag(request.version)
    return await service.show_request(acting, request)


@router.post(
    "/{request_id}/information",
    status_code=201,
    summary="Give the Panel information",
    response_model=PanelRequestRead,
)
async def post_information(
    request_id: UUID,
    body: InformationCreate,
    acting: Annotated[Acting, Requires("panel-requests:answer")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Give what was requested, in whole or in part, or say why not: the recipient must comply (s16D)."""
    request = await service.give_information(acting, settings, request_id, expected, body)
    shown = await service.show_request(acting, request)
    return await once.answer(shown, status=201, headers={"ETag": etag(request.version)})
