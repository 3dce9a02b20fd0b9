from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.information_requests.models import InformationRequest, RequestState
from local_service.information_requests.rules import RequestMove
from local_service.information_requests.schemas import (
    Answer,
    AnswerRead,
    Escalation,
    Reasons,
    RequestCreate,
    RequestItem,
    RequestRead,
    Serving,
)
from local_service.information_requests.service import (
    answer_request,
    find_request,
    list_requests,
    make_request,
    move_request,
    read_answers,
    requests_of,
    serve_request,
)
from local_service.information_requests.showing import show_answer, show_item, show_request
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.pagination import Page, PageDep, make_page
from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/information-requests", tags=["information requests"], route_class=StrictRoute
)
organisation_router = APIRouter(prefix="/v1/information-requests", tags=["information requests"])

ReadingDep = Annotated[Acting, Requires("information-requests:read")]
WritingDep = Annotated[Acting, Requires("information-requests:write")]
AnsweringDep = Annotated[Acting, Requires("information-requests:answer")]


@router.post("", status_code=201, summary="Make a request for information", response_model=RequestRead)
async def post_request(
    case_id: UUID, body: RequestCreate, acting: WritingDep, once: OnceDep, settings: SettingsDep
) -> Response:
    """Make a request under Children Act 2004 s16H: of whom, what, for which period, for the purpose of s16F.

    Where no day is given, it is due some working days before the rapid review is; the answer explains which.
    """
    file = await read_file(acting, case_id)
    request = await make_request(acting, settings, file, body)
    return await _answered(acting, once, request, status=201)


@router.get("", summary="List a case's requests for information")
async def get_requests(case_id: UUID, acting: ReadingDep) -> list[RequestItem]:
    """List the requests, the first one first. An agency sees those that it answers, once they are served."""
    requests = await requests_of(acting, case_id)
    await acting.audit("information_requests.read", "case", case_id)
    return [show_item(acting, request) for request in requests]


@router.get("/{request_id}", summary="Read a request for information")
async def get_request(case_id: UUID, request_id: UUID, acting: ReadingDep, response: Response) -> RequestRead:
    """Read a request, every move of it and which come next; what was answered is read apart."""
    request = await find_request(acting, case_id, request_id)
    await acting.audit("information_request.read", "case", case_id, {"request": str(request_id)})
    response.headers["ETag"] = etag(request.version)
    return await show_request(acting, request)


@router.post("/{request_id}/service", summary="Serve a request", response_model=RequestRead)
async def post_service(
    case_id: UUID, request_id: UUID, body: Serving, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record that it was put to the recipient in writing, who must comply from then on (s16H(2))."""
    file = await lock_file(acting, case_id)
    request = await find_request(acting, case_id, request_id, lock=True)
    await serve_request(acting, file, request, expected, body.served_on, body.how)
    return await _answered(acting, once, request)


@router.post("/{request_id}/answer", summary="Record what was answered", response_model=RequestRead)
async def post_answer(
    case_id: UUID, request_id: UUID, body: Answer, acting: AnsweringDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record an answer: by the office, or by the agency's own person whom the request names.

    It may be used for functions under s16F only (s16H(4)); a further answer stands beside the first.
    """
    request = await find_request(acting, case_id, request_id, lock=True)
    await answer_request(acting, request, expected, body)
    return await _answered(acting, once, request)


@router.get("/{request_id}/answer", summary="Read what was answered")
async def get_answer(case_id: UUID, request_id: UUID, acting: ReadingDep) -> list[AnswerRead]:
    """Read every answer, for the purpose of s16F: any other `Access-Purpose` is refused and audited (s16H(4))."""
    request = await find_request(acting, case_id, request_id)
    answers = await read_answers(acting, request)
    await acting.audit("information_answer.read", "case", case_id, {"request": str(request_id)})
    return [show_answer(answer) for answer in answers]


@router.post("/{request_id}/refusal", summary="Record a refusal", response_model=RequestRead)
async def post_refusal(
    case_id: UUID, request_id: UUID, body: Reasons, acting: AnsweringDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record that the recipient refused, and why. The duty to comply remains (s16H(2)): it is still owed."""
    request = await find_request(acting, case_id, request_id, lock=True)
    detail = {"reasons": body.reasons}
    await move_request(acting, request, expected, RequestMove.REFUSE, detail)
    return await _answered(acting, once, request)


@router.post("/{request_id}/escalation", summary="Escalate a request", response_model=RequestRead)
async def post_escalation(
    case_id: UUID, request_id: UUID, body: Escalation, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record where a request went that is not complied with; the court enforces it by injunction (s16H(3))."""
    request = await find_request(acting, case_id, request_id, lock=True)
    detail = {"to": body.to, "note": body.note}
    await move_request(acting, request, expected, RequestMove.ESCALATE, detail)
    return await _answered(acting, once, request)


@router.post("/{request_id}/closure", summary="Close a request", response_model=RequestRead)
async def post_closure(
    case_id: UUID, request_id: UUID, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Close an answered request: nothing more is asked for."""
    request = await find_request(acting, case_id, request_id, lock=True)
    await move_request(acting, request, expected, RequestMove.CLOSE)
    return await _answered(acting, once, request)


@router.post("/{request_id}/withdrawal", summary="Withdraw a request", response_model=RequestRead)
async def post_withdrawal(
    case_id: UUID, request_id: UUID, body: Reasons, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Withdraw a request that was not answered, with reasons: nothing is owed any more."""
    request = await find_request(acting, case_id, request_id, lock=True)
    detail = {"reasons": body.reasons}
    await move_request(acting, request, expected, RequestMove.WITHDRAW, detail)
    return await _answered(acting, once, request)


@organisation_router.get("", summary="List requests for information across cases")
async def get_organisations_requests(
    acting: ReadingDep,
    page: PageDep,
    state: Annotated[RequestState | None, Query(description="Only requests in this state.")] = None,
    overdue: Annotated[bool | None, Query(description="Only those that are overdue, or are not.")] = None,
) -> Page[RequestItem]:
    """List an organisation's requests, newest first; an agency's person sees those that the person answers."""
    rows = await list_requests(acting, page, state=state, overdue=overdue)
    await acting.audit(
        "information_requests.listed", "information_request", None, {"count": min(len(rows), page.limit)}
    )
    return make_page(rows, page, lambda row: show_item(acting, row), lambda row: row.id)


async def _answered(
    acting: Acting, once: Once, request: InformationRequest, *, status: int = 200
) -> Response:
    headers = {"ETag": etag(request.version)}
    if status == 201:
        headers["Location"] = f"/v1/cases/{request.case_id}/information-requests/{request.id}"
    return await once.answer(await show_request(acting, request), status=status, headers=headers)
