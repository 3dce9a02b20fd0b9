from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.deps import SettingsDep
from local_service.improvements import service
from local_service.improvements.schemas import ImprovementRead, ProgressCreate, ResponseCreate
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/improvements", tags=["improvements"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("improvements:read")]
RespondingDep = Annotated[Acting, Requires("improvements:respond")]


@router.get("", summary="List improvements that concern this partnership, newest first")
async def list_improvements(acting: ReadingDep, page: PageDep) -> Page[ImprovementRead]:
    """List what the Panel identified and told this partnership, each with what was answered."""
    return await service.list_improvements(acting, page)


@router.get("/{improvement_id}", summary="Read an improvement")
async def read_improvement(improvement_id: UUID, acting: ReadingDep, response: Response) -> ImprovementRead:
    """Give what the Panel sent, every answer of the partnership, and what may be done next."""
    improvement = await service.find_improvement(acting, improvement_id)
    await acting.audit("improvement.read", "improvement", improvement.id)
    response.headers["ETag"] = etag(improvement.version)
    return await service.show_improvement(acting, improvement)


@router.post(
    "/{improvement_id}/response",
    status_code=201,
    summary="Respond to an improvement",
    response_model=ImprovementRead,
)
async def post_response(
    improvement_id: UUID,
    body: ResponseCreate,
    acting: RespondingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Accept it, in whole or in part, by when and by whom, or reject it with reasons; the Panel is told."""
    improvement = await service.respond(acting, settings, improvement_id, expected, body)
    shown = await service.show_improvement(acting, improvement)
    return await once.answer(shown, status=201, headers={"ETag": etag(improvement.version)})


@router.post(
    "/{improvement_id}/implementation",
    status_code=201,
    summary="Report how far it has come",
    response_model=ImprovementRead,
)
async def post_implementation(
    improvement_id: UUID,
    body: ProgressCreate,
    acting: RespondingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Report progress on what was accepted: evidence where it is implemented, reasons where it will not be."""
    improvement = await service.report_progress(acting, settings, improvement_id, expected, body)
    shown = await service.show_improvement(acting, improvement)
    return await once.answer(shown, status=201, headers={"ETag": etag(improvement.version)})
