from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from panel_service.reviewers.schemas import PoolMemberCreate, PoolMemberPatch, PoolMemberRead, PoolRemoval
from panel_service.reviewers.service import (
    change_member,
    enter_member,
    find_member,
    list_pool,
    remove_member,
    show_member,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/reviewers", tags=["reviewers"], route_class=StrictRoute)


@router.get("", summary="List the pool of potential reviewers, newest first")
async def get_pool(
    acting: Annotated[Acting, Requires("reviewers:read")],
    page: PageDep,
    removed: Annotated[bool, Query(description="With those who were removed.")] = False,
) -> Page[PoolMemberRead]:
    """List the pool (SI 2018/789 reg 4(1)); those removed from it (reg 5(1)) only where asked for."""
    return await list_pool(acting, page, removed=removed)


@router.post("", status_code=201, summary="Enter somebody into the pool", response_model=PoolMemberRead)
async def post_member(
    body: PoolMemberCreate, acting: Annotated[Acting, Requires("reviewers:write")], once: OnceDep
) -> Response:
    """Enter a potential reviewer: the public sees name, experience and availability (SI 2018/789 reg 4(1), (2))."""
    member = await enter_member(acting, body)
    headers = {"Location": f"/v1/reviewers/{member.id}", "ETag": etag(member.version)}
    return await once.answer(show_member(acting, member), status=201, headers=headers)


@router.get("/{reviewer_id}", summary="Read an entry of the pool")
async def get_member(
    reviewer_id: UUID, acting: Annotated[Acting, Requires("reviewers:read")], response: Response
) -> PoolMemberRead:
    """Read what the pool says of somebody, also after their removal."""
    member = await find_member(acting, reviewer_id)
    await acting.audit("reviewer.read", "reviewer", member.id)
    response.headers["ETag"] = etag(member.version)
    return show_member(acting, member)


@router.patch("/{reviewer_id}", summary="Change an entry of the pool")
async def patch_member(
    reviewer_id: UUID,
    body: PoolMemberPatch,
    acting: Annotated[Acting, Requires("reviewers:write")],
    expected: IfMatchDep,
    response: Response,
) -> PoolMemberRead:
    """Change name, experience, themes or availability; what is not given stays."""
    member = await change_member(acting, reviewer_id, expected, body)
    response.headers["ETag"] = etag(member.version)
    return show_member(acting, member)


@router.post("/{reviewer_id}/removal", summary="Remove somebody from the pool", response_model=PoolMemberRead)
async def post_removal(
    reviewer_id: UUID,
    body: PoolRemoval,
    acting: Annotated[Acting, Requires("reviewers:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Remove a person from the pool, at any time (SI 2018/789 reg 5(1)). An appointment to a review is another matter."""
    member = await remove_member(acting, reviewer_id, expected, body)
    return await once.answer(show_member(acting, member), status=200, headers={"ETag": etag(member.version)})
