from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from panel_service.deps import SettingsDep
from panel_service.partnerships.models import Partnership
from panel_service.partnerships.registry import add_member, end_membership, register, show_whole, succeed
from panel_service.partnerships.schemas import (
    MemberGiven,
    MemberRead,
    MembershipEnd,
    PartnershipCreate,
    PartnershipRead,
    PartnershipWhole,
    SuccessionCreate,
    SuccessionRead,
    TestExchangeRead,
)
from panel_service.partnerships.service import find_partnership
from panel_service.partnerships.testing import show_test, start_test, tests_of
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep, make_page, newest_first
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/partnerships", tags=["partnerships"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("partnerships:read")]
WritingDep = Annotated[Acting, Requires("partnerships:write")]


@router.get("", summary="List the partnerships the Panel knows")
async def list_partnerships(acting: ReadingDep, page: PageDep) -> Page[PartnershipRead]:
    """List every partnership, connected or not, newest first."""
    statement = select(Partnership).where(Partnership.organisation_id == acting.organisation_id)
    rows = (await acting.session.execute(newest_first(statement, Partnership.id, page))).scalars().all()
    return make_page(rows, page, PartnershipRead.model_validate, lambda row: row.id)


@router.post("", status_code=201, summary="Register a partnership", response_model=PartnershipWhole)
async def post_partnership(body: PartnershipCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Register a partnership that has no link yet; it may never have one and write by form, e-mail or post."""
    partnership = await register(acting, body)
    headers = {"Location": f"/v1/partnerships/{partnership.id}"}
    return await once.answer(await show_whole(acting, partnership), status=201, headers=headers)


@router.get("/{partnership_id}", summary="Read a partnership")
async def read_partnership(
    partnership_id: UUID,
    acting: ReadingDep,
    on: Annotated[date | None, Query(description="Only its members on this day.")] = None,
) -> PartnershipWhole:
    """Give one partnership with its members, past and present, and what came before and after it."""
    return await show_whole(acting, await find_partnership(acting, partnership_id), on)


@router.post("/{partnership_id}/members", status_code=201, summary="Add a member", response_model=MemberRead)
async def post_member(partnership_id: UUID, body: MemberGiven, acting: WritingDep, once: OnceDep) -> Response:
    """Add a safeguarding partner or relevant agency with the days of its membership (Children Act 2004 s16E, s16J)."""
    member = await add_member(acting, partnership_id, body)
    return await once.answer(MemberRead.model_validate(member), status=201)


@router.post(
    "/{partnership_id}/members/{member_id}/end", summary="End a membership", response_model=MemberRead
)
async def post_membership_end(
    partnership_id: UUID, member_id: UUID, body: MembershipEnd, acting: WritingDep, once: OnceDep
) -> Response:
    """Say which day is a membership's last; it stays on record."""
    member = await end_membership(acting, partnership_id, member_id, body.valid_to)
    return await once.answer(MemberRead.model_validate(member), status=200)


@router.post(
    "/{partnership_id}/successions",
    status_code=201,
    summary="Record a merger or reorganisation",
    response_model=SuccessionRead,
)
async def post_succession(
    partnership_id: UUID, body: SuccessionCreate, acting: WritingDep, once: OnceDep
) -> Response:
    """Record which partnership comes after this one. Its history stays; its open cases go on under its own link."""
    succession = await succeed(acting, partnership_id, body)
    return await once.answer(SuccessionRead.model_validate(succession), status=201)


@router.post(
    "/{partnership_id}/test-exchanges",
    status_code=201,
    summary="Test the exchange with a partnership",
    response_model=TestExchangeRead,
)
async def post_test_exchange(
    partnership_id: UUID, acting: WritingDep, once: OnceDep, settings: SettingsDep
) -> Response:
    """Send a test message, which the partnership's service answers by itself: see whether it came back."""
    test = await start_test(acting, settings, partnership_id)
    return await once.answer(await show_test(acting, test), status=201)


@router.get("/{partnership_id}/test-exchanges", summary="List a partnership's test exchanges")
async def list_test_exchanges(partnership_id: UUID, acting: ReadingDep) -> list[TestExchangeRead]:
    """List the last 50 tests, the latest first, each with whether it was receipted and answered."""
    return [await show_test(acting, test) for test in await tests_of(acting, partnership_id)]
