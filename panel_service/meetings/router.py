from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from panel_service.deps import SettingsDep
from panel_service.meetings import service
from panel_service.meetings.models import Meeting
from panel_service.meetings.schemas import (
    AgendaPut,
    HoldingCreate,
    InterestCreate,
    MeetingCreate,
    MeetingListed,
    MeetingRead,
    MinutesPut,
)
from panel_service.meetings.showing import list_meeting, show_meeting
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep, make_page, newest_first
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("meetings:read")]
WritingDep = Annotated[Acting, Requires("meetings:write")]


@router.post("", status_code=201, summary="Plan a meeting", response_model=MeetingRead)
async def post_meeting(body: MeetingCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Plan a meeting with the cases on its agenda; the versions on the table are recorded with them."""
    meeting = await service.plan_meeting(acting, body)
    headers = {"Location": f"/v1/meetings/{meeting.id}", "ETag": etag(meeting.version)}
    return await once.answer(await show_meeting(acting, meeting), status=201, headers=headers)


@router.get("", summary="List meetings, newest first")
async def list_meetings(acting: ReadingDep, page: PageDep) -> Page[MeetingListed]:
    """List the meetings in the order in which they were recorded, the last one first."""
    statement = select(Meeting).where(Meeting.organisation_id == acting.organisation_id)
    rows = (await acting.session.execute(newest_first(statement, Meeting.id, page))).scalars().all()
    await acting.audit("meeting.listed", "meeting", None, {"count": min(len(rows), page.limit)})
    return make_page(rows, page, list_meeting, lambda meeting: meeting.id)


@router.get("/{meeting_id}", summary="Read a meeting")
async def read_meeting(meeting_id: UUID, acting: ReadingDep, response: Response) -> MeetingRead:
    """Read agenda, presence, interests and minutes; the minutes are withheld from a recused member."""
    meeting = await service.find_meeting(acting, meeting_id)
    await acting.audit("meeting.read", "meeting", meeting.id)
    response.headers["ETag"] = etag(meeting.version)
    return await show_meeting(acting, meeting)


@router.put("/{meeting_id}/agenda", summary="Set a planned meeting's agenda")
async def put_agenda(
    meeting_id: UUID, body: AgendaPut, acting: WritingDep, expected: IfMatchDep, response: Response
) -> MeetingRead:
    """Set the agenda anew, with the versions that are on the table now. The earlier agenda stays on record."""
    meeting = await service.set_agenda(acting, meeting_id, expected, body.agenda)
    response.headers["ETag"] = etag(meeting.version)
    return await show_meeting(acting, meeting)


@router.post(
    "/{meeting_id}/interests", status_code=201, summary="Declare an interest", response_model=MeetingRead
)
async def post_interest(
    meeting_id: UUID,
    body: InterestCreate,
    acting: Annotated[Acting, Requires("interests:declare")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Declare a member's interest in a case: from now on the member neither decides on it nor reads it.

    A member declares their own; the secretariat and the chair anybody's.
    """
    meeting = await service.declare_interest(acting, meeting_id, expected, body)
    headers = {"ETag": etag(meeting.version)}
    return await once.answer(await show_meeting(acting, meeting), status=201, headers=headers)


@router.post("/{meeting_id}/holding", summary="Record a meeting as held", response_model=MeetingRead)
async def post_holding(
    meeting_id: UUID,
    body: HoldingCreate,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record who was present. No law states a quorum: whether the Panel's own was met is recorded, not enforced."""
    meeting = await service.hold_meeting(acting, settings, meeting_id, expected, body)
    headers = {"ETag": etag(meeting.version)}
    return await once.answer(await show_meeting(acting, meeting), status=200, headers=headers)


@router.put("/{meeting_id}/minutes", summary="Write a held meeting's minutes")
async def put_minutes(
    meeting_id: UUID, body: MinutesPut, acting: WritingDep, expected: IfMatchDep, response: Response
) -> MeetingRead:
    """Write the minutes, in the place of what was written before."""
    meeting = await service.write_minutes(acting, meeting_id, expected, body.text)
    response.headers["ETag"] = etag(meeting.version)
    return await show_meeting(acting, meeting)


@router.post("/{meeting_id}/minutes-approval", summary="Approve the minutes", response_model=MeetingRead)
async def post_approval(
    meeting_id: UUID,
    acting: Annotated[Acting, Requires("minutes:approve")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Approve the minutes as another person than wrote them. They are never changed afterwards."""
    meeting = await service.approve_minutes(acting, settings, meeting_id, expected)
    headers = {"ETag": etag(meeting.version)}
    return await once.answer(await show_meeting(acting, meeting), status=200, headers=headers)
