"""The course of a meeting: planned, held, minuted, its minutes approved by another person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.service import find_case
from panel_service.decisions.rules import why_not_this_person
from panel_service.intake.models import ReceivedDocument
from panel_service.meetings.agenda import agenda_of, interests_in
from panel_service.meetings.models import AgendaItem, Interest, Meeting, MeetingState
from panel_service.meetings.rules import (
    MOVES,
    PROCEEDINGS,
    check_held_on,
    check_present,
    quorum_of,
    why_no_approval,
)
from panel_service.meetings.schemas import HoldingCreate, InterestCreate, MeetingCreate
from panel_service.members.models import Member
from panel_service.members.service import find_member, members_on
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse, why_no_move
from service_kit.problems import ApiProblem, field_problem


async def plan_meeting(acting: Acting, given: MeetingCreate) -> Meeting:
    """Plan a meeting with its agenda. Raises 422 for a case that is none."""
    meeting = Meeting(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        state=MeetingState.PLANNED,
        held_on=given.held_on,
        present=[],
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(meeting)
    await acting.session.flush()
    await _set_agenda(acting, meeting, given.agenda)
    await acting.event("meeting.planned", "meeting", meeting.id, {"cases": len(given.agenda)})
    return meeting


async def set_agenda(
    acting: Acting, meeting_id: UUID, expected_version: int, cases: Sequence[UUID]
) -> Meeting:
    """Set the agenda anew, with what is on the table now. Raises 404, 409 once it was held, 412, 422."""
    meeting = await _for_move(acting, meeting_id, "set_agenda", expected_version)
    await _set_agenda(acting, meeting, cases)
    await acting.event("meeting.agenda_set", "meeting", meeting.id, {"cases": len(cases)})
    return meeting


async def hold_meeting(
    acting: Acting, settings: PanelSettings, meeting_id: UUID, expected_version: int, given: HoldingCreate
) -> Meeting:
    """Record a meeting as held and who was present; whether the quorum was met is recorded with it.

    Raises 404, 409, 412; 422 before its day, or for somebody who was not of the Panel that day.
    """
    meeting = await _for_move(acting, meeting_id, "hold", expected_version)
    check_held_on(meeting.held_on, today=london_date(acting.now))
    members = {member.id for member in await members_on(acting, meeting.held_on)}
    check_present(given.present, members)
    meeting.state, meeting.present = MeetingState.HELD, [str(member) for member in given.present]
    meeting.quorum = quorum_of(settings.quorum, len(members))
    meeting.quorum_met = len(given.present) >= meeting.quorum
    await acting.session.flush()
    detail = {"present": len(given.present), "quorum": meeting.quorum, "quorum_met": meeting.quorum_met}
    await acting.event("meeting.held", "meeting", meeting.id, detail)
    return meeting


async def declare_interest(
    acting: Acting, meeting_id: UUID, expected_version: int, given: InterestCreate
) -> Meeting:
    """Declare a member's interest in a case on the agenda: from now on the member is recused from it.

    A member declares their own; the secretariat and the chair anybody's. Raises 403, 404, 409, 412, 422.
    """
    meeting = await _for_move(acting, meeting_id, "declare_interest", expected_version)
    member = await _member_named(acting, given.member_id)
    own = member.principal_id == acting.caller.principal_id
    if not own and "interests:declare-any" not in acting.scopes:
        raise ApiProblem("forbidden", "A member declares their own interests only.")
    if given.case_id not in {item.case_id for item in await agenda_of(acting, meeting)}:
        raise field_problem("/case_id", "not_on_agenda", "The case is not on the agenda.")
    if member.id in {interest.member_id for interest in await interests_in(acting, given.case_id)}:
        raise ApiProblem("conflict", "The interest is declared already.")
    interest = Interest(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=given.case_id,
        member_id=member.id,
        principal_id=member.principal_id,
        meeting_id=meeting.id,
        nature=given.nature,
        declared_by=acting.caller.principal_id,
        declared_at=acting.now,
    )
    acting.session.add(interest)
    await acting.session.flush()
    detail = {"member": str(member.id), "meeting": str(meeting.id)}
    await acting.event("interest.declared", "case", given.case_id, detail)
    return meeting


async def write_minutes(acting: Acting, meeting_id: UUID, expected_version: int, text: str) -> Meeting:
    """Write a held meeting's minutes. Raises 404, 409 before it was held or once they are approved, 412."""
    meeting = await _for_move(acting, meeting_id, "write_minutes", expected_version)
    await _check_not_recused(acting, meeting)
    meeting.minutes, meeting.minutes_by = text, acting.caller.principal_id
    await acting.session.flush()
    await acting.event("meeting.minutes_written", "meeting", meeting.id)
    return meeting


async def approve_minutes(
    acting: Acting, settings: PanelSettings, meeting_id: UUID, expected_version: int
) -> Meeting:
    """Approve the minutes, as another person than wrote them. Raises 403, 404, 409, 412."""
    meeting = await _for_move(acting, meeting_id, "approve_minutes", expected_version)
    await _check_not_recused(acting, meeting)
    refuse(why_no_approval(meeting.minutes))
    refuse(
        why_not_this_person(
            acting.caller,
            meeting.minutes_by,
            four_eyes=settings.four_eyes,
            what="wrote the minutes",
            act="approve them",
        )
    )
    meeting.state = MeetingState.MINUTES_APPROVED
    meeting.minutes_approved_by, meeting.minutes_approved_at = acting.caller.principal_id, acting.now
    await acting.session.flush()
    await acting.event("meeting.minutes_approved", "meeting", meeting.id)
    return meeting


async def find_meeting(acting: Acting, meeting_id: UUID, *, lock: bool = False) -> Meeting:
    """Find a meeting. Raises 404."""
    statement = select(Meeting).where(
        Meeting.organisation_id == acting.organisation_id, Meeting.id == meeting_id
    )
    found = await acting.session.execute(statement.with_for_update() if lock else statement)
    meeting = found.scalars().one_or_none()
    if meeting is None:
        raise ApiProblem("not-found")
    return meeting


async def recused_at(acting: Acting, meeting: Meeting) -> bool:
    """Whether the caller has an interest in a case on the agenda."""
    cases = [item.case_id for item in await agenda_of(acting, meeting)]
    interests = await interests_in(acting, *cases)
    return acting.caller.principal_id in {interest.principal_id for interest in interests}


async def _for_move(acting: Acting, meeting_id: UUID, move: str, expected_version: int) -> Meeting:
    meeting = await find_meeting(acting, meeting_id, lock=True)
    refuse(why_no_move(MOVES, meeting.state, move, of="The meeting", rule=PROCEEDINGS))
    check_version(meeting.version, expected_version)
    meeting.version += 1
    return meeting


async def _check_not_recused(acting: Acting, meeting: Meeting) -> None:
    if await recused_at(acting, meeting):
        raise ApiProblem("recused", rule=PROCEEDINGS)


async def _member_named(acting: Acting, member_id: UUID) -> Member:
    try:
        return await find_member(acting, member_id)
    except ApiProblem:
        raise field_problem("/member_id", "not_found", "There is no such member.") from None


async def _set_agenda(acting: Acting, meeting: Meeting, cases: Sequence[UUID]) -> None:
    on_the_table = await _documents_of(acting, cases)
    for position, case_id in enumerate(cases, start=1):
        try:
            await find_case(acting, case_id)
        except ApiProblem as problem:
            if problem.problem_type.name != "not-found":
                raise
            raise field_problem(f"/agenda/{position - 1}", "not_found", "There is no such case.") from None
        acting.session.add(
            AgendaItem(
                organisation_id=acting.organisation_id,
                id=new_id(),
                meeting_id=meeting.id,
                agenda_version=meeting.version,
                position=position,
                case_id=case_id,
                documents=on_the_table.get(case_id, {}),
            )
        )
    await acting.session.flush()


async def _documents_of(acting: Acting, cases: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Give the highest version of each kind of document that is held, by case."""
    statement = select(ReceivedDocument.case_id, ReceivedDocument.kind, ReceivedDocument.version).where(
        ReceivedDocument.organisation_id == acting.organisation_id, ReceivedDocument.case_id.in_(cases)
    )
    found: dict[UUID, dict[str, int]] = {}
    for case_id, kind, version in await acting.session.execute(statement):
        kinds = found.setdefault(case_id, {})
        kinds[kind] = max(version, kinds.get(kind, 0))
    return found
