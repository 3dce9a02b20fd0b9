from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from local_service.cases.file import lock_file, read_file
from local_service.delivery_alerts.schemas import (
    ManualNotificationCreate,
    ManualNotificationRead,
    UndeliveredRead,
)
from local_service.delivery_alerts.service import record_told_by_hand, told_by_hand
from local_service.delivery_alerts.showing import list_undelivered
from local_service.deps import SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(tags=["notifications"], route_class=StrictRoute)

ReadDep = Annotated[Acting, Requires("cases:read")]
TellDep = Annotated[Acting, Requires("notifications:tell-by-hand")]
BY_HAND = "/v1/cases/{case_id}/manual-notification"


@router.get("/v1/undelivered", summary="List notifications that have not reached the Panel")
async def get_undelivered(
    acting: ReadDep,
    page: PageDep,
    settings: SettingsDep,
    told_by_hand: Annotated[
        bool | None, Query(description="Only those of which the Panel was told by hand, or was not.")
    ] = None,
) -> Page[UndeliveredRead]:
    """List the cases whose notification could not be delivered: since when, why, and how to tell the Panel today.

    An entry stays until the Panel's receipt is stored, also where the Panel was told by hand. No item names a child.
    """
    found = await list_undelivered(acting, settings, page, told=told_by_hand)
    await acting.audit("notifications.undelivered_listed", "case", None, {"count": len(found.items)})
    return found


@router.post(
    BY_HAND,
    status_code=201,
    summary="Record that the Panel was told by hand",
    response_model=ManualNotificationRead,
)
async def post_manual_notification(
    case_id: UUID, body: ManualNotificationCreate, acting: TellDep, once: OnceDep
) -> Response:
    """Record when, by which route and by whom the Panel was told of an incident whose notification does not arrive.

    The alert stays until the notification itself is delivered, and shows from now on that the Panel was told.
    """
    file = await lock_file(acting, case_id)
    told = await record_told_by_hand(acting, file, body)
    headers = {"Location": f"/v1/cases/{case_id}/manual-notification"}
    return await once.answer(ManualNotificationRead.model_validate(told), status=201, headers=headers)


@router.get(BY_HAND, summary="Read when the Panel was told by hand")
async def get_manual_notifications(case_id: UUID, acting: ReadDep) -> list[ManualNotificationRead]:
    """Read each telling by hand: when, by which route, by whom, with what reference."""
    file = await read_file(acting, case_id)
    await acting.audit("manual_notifications.read", "case", file.case.id)
    return [ManualNotificationRead.model_validate(row) for row in await told_by_hand(acting, case_id)]
