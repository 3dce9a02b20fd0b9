from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from panel_service.members.models import EndReason, Member, Office
from panel_service.members.rules import Appointment, check_appointment, check_end, in_office, why_no_end
from panel_service.members.schemas import EndCreate, MemberCreate, MemberRead
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.identity import Principal, PrincipalKind
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem, field_problem


async def appoint_member(acting: Acting, given: MemberCreate) -> Member:
    """Record an appointment by the Secretary of State (CA2004 s16A). Raises 422 where it overlaps another."""
    # Appointments of one Panel are recorded one after another: each is compared with all before it.
    await acting.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(str(acting.organisation_id), 16)))
    )
    await _check_person(acting, given.principal_id)
    appointment = Appointment(given.principal_id, given.office, given.appointed_from, given.appointed_to)
    check_appointment(appointment, [appointment_of(member) for member in await list_members(acting)])
    member = Member(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        **given.model_dump(),
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(member)
    await acting.session.flush()
    await acting.event("member.appointed", "member", member.id, {"office": member.office})
    return member


async def end_appointment(acting: Acting, member_id: UUID, expected_version: int, given: EndCreate) -> Member:
    """Record the end of an appointment (s16A). Raises 404, 409 where it ended, 412, 422 for its day."""
    member = await find_member(acting, member_id, lock=True)
    refuse(why_no_end(member.appointed_to, member.end_reason))
    check_version(member.version, expected_version)
    check_end(
        given.ended_on,
        appointed_from=member.appointed_from,
        appointed_to=member.appointed_to,
        today=london_date(acting.now),
    )
    member.appointed_to, member.end_reason = given.ended_on, given.reason
    member.version += 1
    await acting.session.flush()
    await acting.event("member.ended", "member", member.id, {"reason": given.reason})
    return member


async def list_members(acting: Acting) -> Sequence[Member]:
    """Give every appointment there was, by its first day."""
    statement = (
        select(Member)
        .where(Member.organisation_id == acting.organisation_id)
        .order_by(Member.appointed_from, Member.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def members_on(acting: Acting, day: date) -> list[Member]:
    """Give who is of the Panel on a day."""
    return [member for member in await list_members(acting) if in_office([appointment_of(member)], day)]


async def find_member(acting: Acting, member_id: UUID, *, lock: bool = False) -> Member:
    """Find one appointment. Raises 404."""
    statement = select(Member).where(Member.organisation_id == acting.organisation_id, Member.id == member_id)
    found = await acting.session.execute(statement.with_for_update() if lock else statement)
    member = found.scalars().one_or_none()
    if member is None:
        raise ApiProblem("not-found")
    return member


def appointment_of(member: Member) -> Appointment:
    """Give what the rules ask of an appointment."""
    return Appointment(member.principal_id, member.office, member.appointed_from, member.appointed_to)


def show_member(member: Member, today: date) -> MemberRead:
    """Show an appointment with what may be done with it."""
    return MemberRead(
        id=member.id,
        version=member.version,
        principal_id=member.principal_id,
        name=member.name,
        office=Office(member.office),
        appointed_from=member.appointed_from,
        appointed_to=member.appointed_to,
        end_reason=EndReason(member.end_reason) if member.end_reason else None,
        in_office=bool(in_office([appointment_of(member)], today)),
        recorded_by=member.recorded_by,
        recorded_at=member.recorded_at,
        allowed_moves=[] if why_no_end(member.appointed_to, member.end_reason) else ["end_appointment"],
    )


async def _check_person(acting: Acting, principal: UUID) -> None:
    statement = select(Principal.id).where(
        Principal.id == principal,
        Principal.organisation_id == acting.organisation_id,
        Principal.kind == PrincipalKind.PERSON,
    )
    if (await acting.session.execute(statement)).one_or_none() is None:
        raise field_problem("/principal_id", "not_found", "Must be a person of this organisation.")
