from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.notifications.schemas import NotificationDraft, NotificationRead
from local_service.notifications.service import (
    authorise_notification,
    draft_notification,
    show_notification,
    show_notifications,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/notification", tags=["notifications"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Draft the notification", response_model=NotificationRead)
async def post_notification(
    case_id: UUID,
    body: NotificationDraft,
    acting: Annotated[Acting, Requires("notifications:draft")],
    once: OnceDep,
) -> Response:
    """Draft the notification of the case as it stands; nothing leaves before another person authorises it.

    After one was sent, changed facts are drafted as its next version: a correction, or an outcome change. What was
    sent stays as it was.
    """
    file = await lock_file(acting, case_id)
    draft = await draft_notification(acting, file, body)
    # The case's ETag, which the authorisation asks for.
    headers = {"Location": f"/v1/cases/{case_id}/notification", "ETag": etag(file.case.version)}
    return await once.answer(await show_notification(acting, file, draft), status=201, headers=headers)


@router.post(
    "/authorisation", summary="Authorise the notification and send it", response_model=NotificationRead
)
async def post_authorisation(
    case_id: UUID,
    acting: Annotated[Acting, Requires("notifications:authorise")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Authorise the draft as a second person: an immutable snapshot goes to the Panel (Children Act 2004 s16C(1)).

    If-Match is the case's ETag, so that nobody authorises facts they have not read.
    """
    file = await lock_file(acting, case_id)
    notification = await authorise_notification(acting, settings, file, expected)
    return await once.answer(await show_notification(acting, file, notification), status=200)


@router.get("", summary="Read a case's notification")
async def read_notification(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[NotificationRead]:
    """Read each version of the notification: who drafted and who authorised it, when it was sent and receipted."""
    file = await read_file(acting, case_id)
    await acting.audit("notification.read", "case", file.case.id)
    return await show_notifications(acting, file)
