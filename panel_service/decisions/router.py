from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from panel_service.cases.service import decisions_of, find_case
from panel_service.decisions.schemas import DecisionCreate, DecisionRead
from panel_service.decisions.service import find_decision, record_decision
from panel_service.decisions.showing import show_decision
from panel_service.deps import SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/decisions", tags=["decisions"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Record a decision of the Panel", response_model=DecisionRead)
async def post_decision(
    case_id: UUID,
    body: DecisionCreate,
    acting: Annotated[Acting, Requires("decisions:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record what the Panel decided on a national review, and its opinion on the local review.

    If-Match is the case's ETag, so that a decision never rests on less than what has come. The decision goes to the
    partnership by signed webhook; a later one supersedes it.
    """
    decision, case = await record_decision(acting, settings, case_id, expected, body)
    location = f"/v1/cases/{case.id}/decisions/{decision.decision_version}"
    return await once.answer(
        show_decision(decision), status=201, headers={"Location": location, "ETag": etag(case.version)}
    )


@router.get("", summary="List the decisions on a case")
async def list_decisions(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[DecisionRead]:
    """List every decision there was, the first one first; the last one stands."""
    case = await find_case(acting, case_id)
    await acting.audit("decision.listed", "case", case.id)
    return [show_decision(decision) for decision in await decisions_of(acting, case.id)]


@router.get("/{decision_version}", summary="Read one decision")
async def read_decision(
    case_id: UUID,
    decision_version: Annotated[int, Path(ge=1, le=10_000)],
    acting: Annotated[Acting, Requires("cases:read")],
) -> DecisionRead:
    """Read a decision as it was recorded, whether or not a later one supersedes it."""
    case = await find_case(acting, case_id)
    decision = await find_decision(acting, case.id, decision_version)
    await acting.audit("decision.read", "case", case.id, {"version": decision_version})
    return show_decision(decision)
