from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from panel_service.by_hand import service
from panel_service.by_hand.schemas import (
    ByHandStep,
    CaseByHand,
    LocalReviewByHand,
    LocalReviewDecisionByHand,
    NotificationByHand,
    RapidReviewByHand,
    RecordedNow,
    Told,
    ToldRead,
    WithdrawalByHand,
)
from panel_service.cases.service import find_case
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases", tags=["by hand"], route_class=StrictRoute)
WritingDep = Annotated[Acting, Requires("intake:write")]
VersionPath = Annotated[int, Path(ge=1, le=10_000)]
OF_CASE = "/{case_id}/by-hand"
TOLD = "/{case_id}/decisions/{decision_version}/told-by-hand"


@router.post("/by-hand", status_code=201, summary="Record a notification by hand", response_model=RecordedNow)
async def post_case(body: CaseByHand, acting: WritingDep, once: OnceDep) -> Response:
    """Record a notification that came by form, e-mail or post: it makes a case as one that came on a link does.

    The partnership is one of the register and need not be connected. What follows about the case is recorded by
    hand too, and the partnership is told of decisions by hand.
    """
    return await _answer(once, await service.open_case(acting, body))


@router.get(OF_CASE, summary="List what may be recorded by hand")
async def read_steps(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> list[ByHandStep]:
    """Say of each kind of document whether it may be recorded by hand on this case now, and why not."""
    case = await find_case(acting, case_id)
    await acting.audit("case.by_hand_read", "case", case.id)
    response.headers["ETag"] = etag(case.version)
    return await service.steps_of(acting, case)


@router.post(
    f"{OF_CASE}/notification",
    status_code=201,
    summary="Record a correction by hand",
    response_model=RecordedNow,
)
async def post_version(
    case_id: UUID, body: NotificationByHand, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record a later version of the notification that came by hand; the first stays beside it."""
    return await _answer(once, await service.record_version(acting, case_id, expected, body))


@router.post(
    f"{OF_CASE}/rapid-review",
    status_code=201,
    summary="Record a rapid review by hand",
    response_model=RecordedNow,
)
async def post_rapid_review(
    case_id: UUID, body: RapidReviewByHand, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record the findings and the in-principle view that came by hand; the case then waits for the decision."""
    return await _answer(once, await service.record_rapid_review(acting, case_id, expected, body))


@router.post(
    f"{OF_CASE}/local-review-decision",
    status_code=201,
    summary="Record the partners' decision by hand",
    response_model=RecordedNow,
)
async def post_local_review_decision(
    case_id: UUID, body: LocalReviewDecisionByHand, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record what the partners decided on a local review, where word of it came by hand; a later one stands beside it."""
    return await _answer(once, await service.record_local_review_decision(acting, case_id, expected, body))


@router.post(
    f"{OF_CASE}/local-review",
    status_code=201,
    summary="Record a local review by hand",
    response_model=RecordedNow,
)
async def post_local_review(
    case_id: UUID, body: LocalReviewByHand, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record a completed local review whose report came by hand."""
    return await _answer(once, await service.record_local_review(acting, case_id, expected, body))


@router.post(
    f"{OF_CASE}/withdrawal",
    status_code=201,
    summary="Record a withdrawal by hand",
    response_model=RecordedNow,
)
async def post_withdrawal(
    case_id: UUID, body: WithdrawalByHand, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record that the local authority withdrew its notification (Children Act 2004 s16C(1)); its duties are lifted."""
    return await _answer(once, await service.record_withdrawal(acting, case_id, expected, body))


@router.post(
    TOLD, status_code=201, summary="Record that a decision was told by hand", response_model=ToldRead
)
async def post_told(
    case_id: UUID, decision_version: VersionPath, body: Told, acting: WritingDep, once: OnceDep
) -> Response:
    """Record how, when and whom the office told of a decision on a case that came by hand: once for each decision."""
    told = await service.record_told(acting, case_id, decision_version, body)
    location = f"/v1/cases/{case_id}/decisions/{decision_version}/told-by-hand"
    return await once.answer(ToldRead.model_validate(told), status=201, headers={"Location": location})


@router.get(TOLD, summary="Read how a decision was told by hand")
async def read_told(
    case_id: UUID, decision_version: VersionPath, acting: Annotated[Acting, Requires("cases:read")]
) -> ToldRead:
    """Read how, when and whom the office told; 404 while nobody is recorded as told."""
    case = await find_case(acting, case_id)
    told = await service.find_told(acting, case.id, decision_version)
    if told is None:
        raise ApiProblem("not-found")
    await acting.audit("decision.told_read", "case", case.id, {"version": decision_version})
    return ToldRead.model_validate(told)


async def _answer(once: Once, recorded: RecordedNow) -> Response:
    headers = {"Location": f"/v1/cases/{recorded.case_id}", "ETag": etag(recorded.case_version)}
    return await once.answer(recorded, status=201, headers=headers)
