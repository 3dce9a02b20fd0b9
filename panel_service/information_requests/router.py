from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from panel_service.deps import SettingsDep
from panel_service.information_requests import service
from panel_service.information_requests.models import InformationRequest, RequestState
from panel_service.information_requests.reading import show_listed, show_request
from panel_service.information_requests.rules import PURPOSE_RULE
from panel_service.information_requests.schemas import (
    AnswerCreate,
    EscalationCreate,
    InformationRead,
    RequestCreate,
    RequestListed,
    RequestRead,
    RequestServe,
    WithdrawalCreate,
)
from panel_service.information_requests.serving import serve
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.pagination import Page, PageDep, make_page
from service_kit.purposes import require_purpose
from service_kit.routes import StrictRoute
from shared_schemas.information_requests import PURPOSE_OF_PANEL

router = APIRouter(prefix="/v1/information-requests", tags=["information requests"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("information-requests:read")]
WritingDep = Annotated[Acting, Requires("information-requests:write")]


async def answer(acting: Acting, once: Once, request: InformationRequest, status: int = 200) -> Response:
    """Show the request as it is now, once."""
    headers = {"ETag": etag(request.version)}
    if status == 201:
        headers["Location"] = f"{router.prefix}/{request.id}"
    return await once.answer(await show_request(acting, request), status=status, headers=headers)


@router.post("", status_code=201, summary="Draft a request for information", response_model=RequestRead)
async def post_request(body: RequestCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Draft a request to a partnership, or to another person or body, about a case or a national review (s16D)."""
    return await answer(acting, once, await service.draft(acting, body), 201)


@router.get("", summary="List requests for information, newest first")
async def list_requests(
    acting: ReadingDep,
    page: PageDep,
    state: Annotated[RequestState | None, Query(description="Only those in this state.")] = None,
    case_id: Annotated[UUID | None, Query(description="Only those about this case.")] = None,
) -> Page[RequestListed]:
    """List the requests with what is due when, and whether it is overdue now."""
    rows = await service.list_requests(acting, page, state=state, case_id=case_id)
    return make_page(rows, page, lambda row: show_listed(acting, row), lambda row: row.id)


@router.get("/{request_id}", summary="Read a request for information")
async def read_request(request_id: UUID, acting: ReadingDep, response: Response) -> RequestRead:
    """Give the request, its history and what may be done next; the information given is read apart."""
    request = await service.find_request(acting, request_id)
    await acting.audit("information_request.read", "information_request", request.id)
    response.headers["ETag"] = etag(request.version)
    return await show_request(acting, request)


@router.get("/{request_id}/information", summary="Read what was given in answer")
async def read_information(request_id: UUID, acting: ReadingDep) -> list[InformationRead]:
    """Give each answer, the first first. Access-Purpose must be `s16B`: the information is for nothing else (s16D).

    A reading for another purpose is refused with 403 `purpose-not-allowed`, and the refusal is audited.
    """
    require_purpose(acting.caller, PURPOSE_OF_PANEL, PURPOSE_RULE)
    request = await service.find_request(acting, request_id)
    await acting.audit("information.read", "information_request", request.id)
    return [InformationRead.model_validate(row) for row in await service.given_to(acting, request.id)]


@router.post("/{request_id}/service", summary="Serve the request", response_model=RequestRead)
async def post_service(
    request_id: UUID,
    body: RequestServe,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Serve it: by signed webhook on a partnership's link, otherwise by hand on the day given."""
    return await answer(acting, once, await serve(acting, settings, request_id, expected, body))


@router.post(
    "/{request_id}/information", status_code=201, summary="Record an answer", response_model=RequestRead
)
async def post_information(
    request_id: UUID, body: AnswerCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record what came in answer by hand: complied with, in part, or refused."""
    return await answer(acting, once, await service.record_answer(acting, request_id, expected, body), 201)


@router.post("/{request_id}/escalation", summary="Escalate to a court", response_model=RequestRead)
async def post_escalation(
    request_id: UUID, body: EscalationCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record an application for an injunction: after a refusal, part compliance, or once it is overdue."""
    return await answer(acting, once, await service.escalate(acting, request_id, expected, body))


@router.post("/{request_id}/withdrawal", summary="Withdraw the request", response_model=RequestRead)
async def post_withdrawal(
    request_id: UUID, body: WithdrawalCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Withdraw it, with the reasons."""
    return await answer(acting, once, await service.withdraw(acting, request_id, expected, body))
