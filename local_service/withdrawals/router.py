from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.withdrawals.schemas import WithdrawalDraft, WithdrawalRead
from local_service.withdrawals.service import (
    authorise_withdrawal,
    draft_withdrawal,
    find_withdrawal,
    show_withdrawal,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/withdrawal", tags=["withdrawals"], route_class=StrictRoute)


@router.post(
    "", status_code=201, summary="Draft the withdrawal of a notification", response_model=WithdrawalRead
)
async def post_withdrawal(
    case_id: UUID,
    body: WithdrawalDraft,
    acting: Annotated[Acting, Requires("notifications:draft")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Draft why the authority withdraws its notification; nothing is told before another person authorises it."""
    file = await lock_file(acting, case_id)
    withdrawal = await draft_withdrawal(acting, file, expected, body)
    headers = {"Location": f"/v1/cases/{case_id}/withdrawal", "ETag": etag(file.case.version)}
    shown = show_withdrawal(acting, settings, file, withdrawal)
    return await once.answer(shown, status=201, headers=headers)


@router.post("/authorisation", summary="Withdraw the notification", response_model=WithdrawalRead)
async def post_authorisation(
    case_id: UUID,
    acting: Annotated[Acting, Requires("notifications:authorise")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Authorise the withdrawal as a second person: the Panel is told, and the case's duties are lifted (s16C(1)).

    A duty that was met stays met. Nothing more is sent about the case; a new case may refer to it.
    """
    file = await lock_file(acting, case_id)
    withdrawal = await authorise_withdrawal(acting, settings, file, expected)
    shown = show_withdrawal(acting, settings, file, withdrawal)
    return await once.answer(shown, status=200, headers={"ETag": etag(file.case.version)})


@router.get("", summary="Read a case's withdrawal")
async def read_withdrawal(
    case_id: UUID,
    acting: Annotated[Acting, Requires("cases:read")],
    settings: SettingsDep,
    response: Response,
) -> WithdrawalRead:
    """Read who drafted and who authorised it, why, and when it was sent."""
    file = await read_file(acting, case_id)
    await acting.audit("withdrawal.read", "case", file.case.id)
    response.headers["ETag"] = etag(file.case.version)
    return show_withdrawal(acting, settings, file, await find_withdrawal(acting, file))
