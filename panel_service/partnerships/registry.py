"""The register of partnerships: members from day to day, and what became of a partnership. Nothing is ever lost."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, text

from panel_service.partnerships.models import (
    MemberKind,
    Partnership,
    PartnershipMember,
    PartnershipSuccession,
)
from panel_service.partnerships.rules import (
    COMBINED,
    Period,
    last_day_before,
    makes_a_circle,
    why_no_membership,
)
from panel_service.partnerships.schemas import (
    MemberGiven,
    MemberRead,
    PartnershipCreate,
    PartnershipRead,
    PartnershipWhole,
    SuccessionCreate,
    SuccessionRead,
)
from panel_service.partnerships.service import find_partnership
from service_kit.acting import Acting
from service_kit.ids import new_id
from service_kit.problems import ApiProblem, field_problem


async def register(acting: Acting, given: PartnershipCreate) -> Partnership:
    """Register a partnership that has no link yet. Raises 409 for a code that is taken."""
    await _lock_register(acting)
    taken = select(Partnership.id).where(
        Partnership.organisation_id == acting.organisation_id, Partnership.code == given.code
    )
    if (await acting.session.execute(taken)).first() is not None:
        raise ApiProblem("conflict", "A partnership with this code is registered already.")
    partnership = Partnership(
        organisation_id=acting.organisation_id,
        id=new_id(),
        code=given.code,
        name=given.name,
        valid_from=given.valid_from,
        created_at=acting.now,
    )
    acting.session.add(partnership)
    await acting.session.flush()
    await acting.event("partnership.registered", "partnership", partnership.id)
    for position, member in enumerate(given.members):
        await _add(acting, partnership, member, f"/members/{position}")
    return partnership


async def add_member(acting: Acting, partnership_id: UUID, given: MemberGiven) -> PartnershipMember:
    """Add a member. Raises 404, 409 where an authority is a member elsewhere at that time."""
    await _lock_register(acting)
    return await _add(acting, await find_partnership(acting, partnership_id), given, "")


async def end_membership(
    acting: Acting, partnership_id: UUID, member_id: UUID, last_day: date
) -> PartnershipMember:
    """Say which day is a membership's last. Raises 404, 409 for one that has ended, 422 for a day before its first."""
    await _lock_register(acting)
    await find_partnership(acting, partnership_id)
    member = await acting.session.get(
        PartnershipMember, (acting.organisation_id, member_id), with_for_update=True
    )
    if member is None or member.partnership_id != partnership_id:
        raise ApiProblem("not-found")
    if member.valid_to is not None:
        raise ApiProblem("move-not-allowed", "The membership has its last day already.", allowed=[])
    if last_day < member.valid_from:
        raise field_problem("/valid_to", "ends_before_it_begins", "Must not lie before valid_from.")
    member.valid_to = last_day
    await acting.session.flush()
    await acting.event("partnership.member_ended", "partnership", partnership_id, {"member": str(member_id)})
    return member


async def succeed(acting: Acting, partnership_id: UUID, given: SuccessionCreate) -> PartnershipSuccession:
    """Record which partnership comes after this one; its cases, link and party stay its own until they close.

    Raises 404, 409 for a circle or a second time, 422 for an unknown successor.
    """
    await _lock_register(acting)
    partnership = await find_partnership(acting, partnership_id)
    successor = await acting.session.get(Partnership, (acting.organisation_id, given.successor_id))
    if successor is None or successor.id == partnership.id:
        raise field_problem("/successor_id", "partnership_unknown", "Must be the id of another partnership.")
    successions = await _all_successions(acting)
    known = defaultdict[str, set[str]](set)
    for one in successions:
        known[str(one.predecessor_id)].add(str(one.successor_id))
    if str(successor.id) in known[str(partnership.id)]:
        raise ApiProblem("conflict", "This succession is recorded already.", rule=COMBINED)
    if makes_a_circle(str(successor.id), str(partnership.id), known):
        raise ApiProblem("conflict", "A partnership cannot come after one that came after it.", rule=COMBINED)
    last_day = last_day_before(given.on_day)
    if partnership.valid_from is not None and last_day < partnership.valid_from:
        raise field_problem("/on_day", "ends_before_it_begins", "Must lie after the partnership's first day.")
    succession = PartnershipSuccession(
        organisation_id=acting.organisation_id,
        id=new_id(),
        predecessor_id=partnership.id,
        successor_id=successor.id,
        kind=given.kind,
        on_day=given.on_day,
        reasons=given.reasons,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(succession)
    partnership.valid_to = last_day
    for member in await _members(acting, partnership.id):
        if member.valid_to is None or member.valid_to > last_day:
            member.valid_to = max(last_day, member.valid_from)
    await acting.session.flush()
    detail = {"successor": str(successor.id), "kind": given.kind}
    await acting.event("partnership.succeeded", "partnership", partnership.id, detail)
    return succession


async def show_whole(acting: Acting, partnership: Partnership, on: date | None = None) -> PartnershipWhole:
    """Show a partnership with its members, all that ever were or those of a day."""
    members = [
        MemberRead.model_validate(member)
        for member in await _members(acting, partnership.id)
        if on is None or Period(member.valid_from, member.valid_to).covers(on)
    ]
    mine = or_(
        PartnershipSuccession.predecessor_id == partnership.id,
        PartnershipSuccession.successor_id == partnership.id,
    )
    statement = select(PartnershipSuccession).where(
        PartnershipSuccession.organisation_id == acting.organisation_id, mine
    )
    found = (await acting.session.execute(statement.order_by(PartnershipSuccession.on_day))).scalars()
    return PartnershipWhole(
        **PartnershipRead.model_validate(partnership).model_dump(),
        members=members,
        successions=[SuccessionRead.model_validate(one) for one in found],
    )


async def _add(acting: Acting, partnership: Partnership, given: MemberGiven, at: str) -> PartnershipMember:
    period = Period(given.valid_from, given.valid_to)
    if given.kind is MemberKind.LOCAL_AUTHORITY:
        refusal = why_no_membership(period, await _periods_of(acting, given))
        if refusal is not None:
            raise ApiProblem("conflict", refusal, rule=COMBINED)
    if given.acts_for is not None and not await _is_member(acting, partnership.id, given):
        raise field_problem(
            f"{at}/acts_for", "member_unknown", "Must be the code of a member of the same kind."
        )
    member = PartnershipMember(
        organisation_id=acting.organisation_id,
        id=new_id(),
        partnership_id=partnership.id,
        **given.model_dump(),
    )
    acting.session.add(member)
    await acting.session.flush()
    detail = {"member": str(member.id), "kind": given.kind}
    await acting.event("partnership.member_added", "partnership", partnership.id, detail)
    return member


async def _periods_of(acting: Acting, given: MemberGiven) -> list[Period]:
    statement = select(PartnershipMember.valid_from, PartnershipMember.valid_to).where(
        PartnershipMember.organisation_id == acting.organisation_id,
        PartnershipMember.kind == given.kind,
        PartnershipMember.code == given.code,
    )
    return [Period(row.valid_from, row.valid_to) for row in await acting.session.execute(statement)]


async def _is_member(acting: Acting, partnership_id: UUID, given: MemberGiven) -> bool:
    members = await _members(acting, partnership_id)
    return any(member.kind == given.kind and member.code == given.acts_for for member in members)


async def _members(acting: Acting, partnership_id: UUID) -> list[PartnershipMember]:
    statement = (
        select(PartnershipMember)
        .where(
            PartnershipMember.organisation_id == acting.organisation_id,
            PartnershipMember.partnership_id == partnership_id,
        )
        .order_by(PartnershipMember.kind, PartnershipMember.code, PartnershipMember.valid_from)
    )
    return list((await acting.session.execute(statement)).scalars())


async def _all_successions(acting: Acting) -> list[PartnershipSuccession]:
    statement = select(PartnershipSuccession).where(
        PartnershipSuccession.organisation_id == acting.organisation_id
    )
    return list((await acting.session.execute(statement)).scalars())


async def _lock_register(acting: Acting) -> None:
    # The register changes a few times a year: one writer at a time keeps members and successions consistent.
    await acting.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"partnerships-{acting.organisation_id}"},
    )
