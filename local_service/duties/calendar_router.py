from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from local_service.deps import SettingsDep
from local_service.duties.calendars import (
    list_addresses,
    make_address,
    open_address,
    revoke_address,
    write_feed,
)
from local_service.duties.schemas import CalendarAddressCreate, CalendarAddressMade, CalendarAddressRead
from service_kit.acting import Acting, Requires, SessionDep
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1", tags=["duties"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]

_ANSWERS: dict[int | str, dict[str, object]] = {200: {"description": "An iCalendar object (RFC 5545)."}}


class CalendarResponse(Response):
    """An iCalendar object; nobody between may keep it."""

    media_type = "text/calendar"  # the charset, UTF-8, is added


@router.get(
    "/duties.ics",
    summary="Read due dates as a calendar",
    response_class=CalendarResponse,
    responses=_ANSWERS,
)
async def read_calendar(acting: ReadingDep, settings: SettingsDep) -> Response:
    """Read what is still to be done by a date as all-day entries: a case's reference and a duty's title, no more."""
    content = await write_feed(acting, settings)
    await acting.audit("calendar.read", "case", None)
    return CalendarResponse(content)


@router.post(
    "/duties/calendar-address",
    status_code=201,
    summary="Make a secret calendar address",
    response_model=CalendarAddressMade,
)
async def post_address(
    body: CalendarAddressCreate, acting: ReadingDep, once: OnceDep, settings: SettingsDep
) -> Response:
    """Make an address for your calendar program, which can send no credential. Shown once; revoke it when it leaks."""
    made = await make_address(acting, settings, body.days)
    # What is kept for a repetition lacks the secret; only this answer has it.
    await once.answer(made.model_copy(update={"url": None}), status=201)
    return Response(made.model_dump_json(), 201, media_type="application/json")


@router.get("/duties/calendar-addresses", summary="List your calendar addresses")
async def read_addresses(acting: ReadingDep) -> list[CalendarAddressRead]:
    """List the addresses you made; their secrets are not kept."""
    return await list_addresses(acting)


@router.post(
    "/duties/calendar-addresses/{address_id}/revocation",
    summary="Revoke a calendar address",
    response_model=CalendarAddressRead,
)
async def post_revocation(address_id: UUID, acting: ReadingDep, once: OnceDep) -> Response:
    """Revoke one of your addresses at once."""
    return await once.answer(await revoke_address(acting, address_id), status=200)


# The whole file name is one parameter, so that request logs, which leave values out, leave the secret out.
@router.get(
    "/calendars/{file_name}",
    summary="Read a calendar at its secret address",
    response_class=CalendarResponse,
    responses=_ANSWERS,
)
async def read_secret_calendar(
    file_name: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{64}\.ics$")],
    session: SessionDep,
    request: Request,
    settings: SettingsDep,
) -> Response:
    """Read the calendar of the person whose address it is, while it is good and the person may still read cases."""
    acting = await open_address(session, file_name.removesuffix(".ics"), request.app.state.role_scopes)
    return CalendarResponse(await write_feed(acting, settings))
