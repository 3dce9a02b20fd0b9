from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from panel_service.reviewers.models import PoolEntry
from panel_service.reviewers.rules import REMOVAL, is_available, is_in_pool, why_no_change
from panel_service.reviewers.schemas import (
    Availability,
    PoolAction,
    PoolMember,
    PoolMemberCreate,
    PoolMemberPatch,
    PoolMemberRead,
    PoolRemoval,
)
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem, field_problem


async def pool_now(session: AsyncSession, organisation_id: UUID, today: date) -> list[PoolMember]:
    """Give the pool as the public sees it: who is in it today, by name (SI 2018/789 reg 4(2))."""
    statement = (
        select(PoolEntry)
        .where(PoolEntry.organisation_id == organisation_id)
        .order_by(PoolEntry.name, PoolEntry.id)
    )
    rows = (await session.execute(statement)).scalars().all()
    return [
        PoolMember(
            name=row.name,
            experience=row.experience,
            themes=row.themes,
            available_now=_available(row, today),
            available_from=row.available_from,
            available_to=row.available_to,
        )
        for row in rows
        if is_in_pool(joined_on=row.joined_on, removed_on=row.removed_on, on=today)
    ]


async def list_pool(acting: Acting, page: PageRequest, *, removed: bool) -> Page[PoolMemberRead]:
    """Give a page of the pool's entries, the newest first; those removed only where asked for."""
    statement = select(PoolEntry).where(PoolEntry.organisation_id == acting.organisation_id)
    if not removed:
        statement = statement.where(PoolEntry.removed_on.is_(None))
    rows = (await acting.session.execute(newest_first(statement, PoolEntry.id, page))).scalars().all()
    await acting.audit("reviewer.listed", "reviewer", None, {"count": len(rows[: page.limit])})
    return make_page(rows, page, lambda row: show_member(acting, row), lambda row: row.id)


async def find_member(acting: Acting, member_id: UUID) -> PoolEntry:
    """Find an entry of the pool. Raises 404."""
    return await _one(acting, _by_id(acting, member_id))


async def lock_member(acting: Acting, member_id: UUID) -> PoolEntry:
    """Find an entry of the pool and keep others from changing it until the transaction ends. Raises 404."""
    return await _one(acting, _by_id(acting, member_id).with_for_update())


async def enter_member(acting: Acting, given: PoolMemberCreate) -> PoolEntry:
    """Enter a potential reviewer into the pool (SI 2018/789 reg 4(1))."""
    _check_past("/joined_on", given.joined_on, acting)
    member = PoolEntry(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        name=given.name,
        experience=given.experience,
        themes=given.themes,
        **given.availability.model_dump(),
        joined_on=given.joined_on,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(member)
    await acting.session.flush()
    await acting.event("reviewer.entered", "reviewer", member.id)
    return member


async def change_member(acting: Acting, member_id: UUID, expected: int, patch: PoolMemberPatch) -> PoolEntry:
    """Change what the pool says of a member. Raises 404, 409 after removal, 412."""
    member = await lock_member(acting, member_id)
    check_version(member.version, expected)
    refuse(why_no_change(removed_on=member.removed_on))
    given = patch.model_dump(exclude_unset=True, exclude_none=True, exclude={"availability"})
    # Availability is one statement: days of the former one do not go with the new.
    availability = patch.availability.model_dump() if patch.availability else {}
    for name, value in (given | availability).items():
        setattr(member, name, value)
    member.version += 1
    await acting.session.flush()
    await acting.event("reviewer.changed", "reviewer", member.id, {"fields": sorted(given | availability)})
    return member


async def remove_member(acting: Acting, member_id: UUID, expected: int, given: PoolRemoval) -> PoolEntry:
    """Remove a person from the pool, which the Panel may do at any time (SI 2018/789 reg 5(1)); appointments stay."""
    member = await lock_member(acting, member_id)
    check_version(member.version, expected)
    refuse(why_no_change(removed_on=member.removed_on))
    _check_past("/removed_on", given.removed_on, acting)
    if given.removed_on < member.joined_on:
        raise field_problem(
            "/removed_on", "before_joining", "Must not lie before the person joined the pool."
        )
    member.removed_on, member.removed_reasons = given.removed_on, given.reasons
    member.version += 1
    await acting.session.flush()
    await acting.event("reviewer.removed", "reviewer", member.id)
    return member


def show_member(acting: Acting, member: PoolEntry) -> PoolMemberRead:
    """Show an entry of the pool."""
    return PoolMemberRead(
        id=member.id,
        version=member.version,
        name=member.name,
        experience=member.experience,
        themes=member.themes,
        availability=Availability(
            available=member.available,
            available_from=member.available_from,
            available_to=member.available_to,
        ),
        available_now=_available(member, london_date(acting.now)),
        joined_on=member.joined_on,
        removed_on=member.removed_on,
        removed_reasons=member.removed_reasons,
        recorded_by=member.recorded_by,
        recorded_at=member.recorded_at,
        allowed_actions=[_action(acting, member, name) for name in ("change", "remove_from_pool")],
    )


def _action(acting: Acting, member: PoolEntry, name: str) -> PoolAction:
    if "reviewers:write" not in acting.scopes:
        return PoolAction(action=name, allowed=False, why_not="Your roles do not include reviewers:write.")
    refusal = why_no_change(removed_on=member.removed_on)
    if refusal is not None:
        return PoolAction(action=name, allowed=False, why_not=refusal.detail, rule=refusal.rule)
    return PoolAction(action=name, allowed=True, rule=REMOVAL if name == "remove_from_pool" else None)


def _available(member: PoolEntry, on: date) -> bool:
    return is_available(
        available=member.available, begins=member.available_from, ends=member.available_to, on=on
    )


def _check_past(pointer: str, day: date, acting: Acting) -> None:
    if day > london_date(acting.now):
        raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")


def _by_id(acting: Acting, member_id: UUID) -> Select[PoolEntry]:
    return select(PoolEntry).where(
        PoolEntry.organisation_id == acting.organisation_id, PoolEntry.id == member_id
    )


async def _one(acting: Acting, statement: Select[PoolEntry]) -> PoolEntry:
    member = (await acting.session.execute(statement)).scalar_one_or_none()
    if member is None:
        raise ApiProblem("not-found")
    return member
