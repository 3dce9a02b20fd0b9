from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from panel_service.cases.service import decisions_of, find_case, releases_of
from panel_service.decisions.releasing import release_decision, withdraw_decision
from panel_service.decisions.schemas import DecisionCreate, DecisionRead, WithdrawalCreate
from panel_service.decisions.service import find_decision, record_decision
from panel_service.decisions.showing import show_decision
from panel_service.deps import SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/decisions", tags=["decisions"], route_class=StrictRoute)
VersionPath = Annotated[int, Path(ge=1, le=10_000)]


@router.post("", status_code=201, summary="Record a decision of the Panel", response_model=DecisionRead)
async def post_decision(
    case_id: UUID,
    body: DecisionCreate,
    acting: Annotated[Acting, Requires("decisions:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record what the Panel decided on a national review, and its opinion on the local review.

    If-Match is the case's ETag, so that a decision never rests on less than what has come. It stays at the Panel until
    another person releases it, and may be withdrawn until then; a later one supersedes it.
    """
    decision, case = await record_decision(acting, case_id, expected, body)
    location = f"/v1/cases/{case.id}/decisions/{decision.decision_version}"
    return await once.answer(
        show_decision(decision), status=201, headers={"Location": location, "ETag": etag(case.version)}
    )


@router.post(
    "/{decision_version}/release",
    summary="Release a decision to the partnership",
    response_model=DecisionRead,
)
async def post_release(
    case_id: UUID,
    decision_version: VersionPath,
    acting: Annotated[Acting, Requires("decisions:release")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Release a recorded decision, as another person than recorded it: it goes to the partnership by signed webhook.

    If-Match is the case's ETag. Refused with 412 where documents have come since it was recorded: withdraw it and
    record it anew.
    """
    found, release = await release_decision(acting, settings, case_id, decision_version, expected)
    headers = {"ETag": etag(found.case.version)}
    return await once.answer(show_decision(found.decision, release), status=200, headers=headers)


@router.post(
    "/{decision_version}/withdrawal",
    summary="Withdraw a recorded decision before its release",
    response_model=DecisionRead,
)
async def post_withdrawal(
    case_id: UUID,
    decision_version: VersionPath,
    body: WithdrawalCreate,
    acting: Annotated[Acting, Requires("decisions:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Withdraw a decision that has not been released. It stays on record, marked, and never reaches the partnership."""
    found, release = await withdraw_decision(acting, case_id, decision_version, expected, body.reasons)
    headers = {"ETag": etag(found.case.version)}
    return await once.answer(show_decision(found.decision, release), status=200, headers=headers)


@router.get("", summary="List the decisions on a case")
async def list_decisions(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[DecisionRead]:
    """List every decision there was, the first one first; the last one stands."""
    case = await find_case(acting, case_id)
    await acting.audit("decision.listed", "case", case.id)
    releases = await releases_of(acting, case.id)
    decisions = await decisions_of(acting, case.id)
    return [show_decision(decision, releases.get(decision.id)) for decision in decisions]


@router.get("/{decision_version}", summary="Read one decision")
async def read_decision(
    case_id: UUID,
    decision_version: VersionPath,
    acting: Annotated[Acting, Requires("cases:read")],
) -> DecisionRead:
    """Read a decision as it was recorded, whether or not a later one supersedes it."""
    case = await find_case(acting, case_id)
    decision = await find_decision(acting, case.id, decision_version)
    await acting.audit("decision.read", "case", case.id, {"version": decision_version})
    return show_decision(decision, (await releases_of(acting, case.id)).get(decision.id))
