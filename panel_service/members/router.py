from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.members.schemas import EndCreate, MemberCreate, MemberRead
from panel_service.members.service import (
    appoint_member,
    end_appointment,
    find_member,
    list_members,
    show_member,
)
from service_kit.acting import Acting, Requires
from service_kit.clock.working_days import london_date
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("members:read")]
WritingDep = Annotated[Acting, Requires("members:write")]


@router.post("", status_code=201, summary="Record an appointment", response_model=MemberRead)
async def post_member(body: MemberCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Record whom the Secretary of State appointed as the chair or a member (Children Act 2004 s16A).

    Nobody is appointed twice at a time, and there is one chair at a time.
    """
    member = await appoint_member(acting, body)
    headers = {"Location": f"/v1/members/{member.id}", "ETag": etag(member.version)}
    return await once.answer(show_member(member, london_date(acting.now)), status=201, headers=headers)


@router.get("", summary="List the Panel's appointments")
async def get_members(acting: ReadingDep) -> list[MemberRead]:
    """List every appointment there was, by its first day."""
    await acting.audit("member.listed", "member", None)
    today = london_date(acting.now)
    return [show_member(member, today) for member in await list_members(acting)]


@router.get("/{member_id}", summary="Read one appointment")
async def get_member(member_id: UUID, acting: ReadingDep, response: Response) -> MemberRead:
    """Read one appointment."""
    member = await find_member(acting, member_id)
    await acting.audit("member.read", "member", member.id)
    response.headers["ETag"] = etag(member.version)
    return show_member(member, london_date(acting.now))


@router.post("/{member_id}/end", summary="End an appointment", response_model=MemberRead)
async def post_end(
    member_id: UUID, body: EndCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record that a term ended, a member resigned, or the Secretary of State removed them (s16A)."""
    member = await end_appointment(acting, member_id, expected, body)
    headers = {"ETag": etag(member.version)}
    return await once.answer(show_member(member, london_date(acting.now)), status=200, headers=headers)
