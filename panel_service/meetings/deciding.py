"""Who may decide on a case: never a recused member, and at a meeting only who was there."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.models import Case
from panel_service.decisions.models import Decision
from panel_service.decisions.schemas import DecisionCreate
from panel_service.meetings.agenda import agenda_of, interests_in
from panel_service.meetings.models import Meeting, MeetingState
from panel_service.meetings.rules import (
    PROCEEDINGS,
    check_deciders_at,
    check_names_of_deciders,
    why_decided_by_recused,
)
from panel_service.members.models import Member
from service_kit.acting import Acting
from service_kit.moves import refuse
from service_kit.problems import field_problem


async def check_deciders(acting: Acting, case: Case, given: DecisionCreate) -> list[str]:
    """Refuse a decision by who is recused, or, where it names a meeting, by who was not there (s16A, s16B(1)).

    Gives the names of the members recused from the case.

    Raises 422.
    """
    recused, names = await _recused(acting, case.id)
    check_names_of_deciders(given.decided_by, names)
    present: Sequence[UUID] = ()
    if given.meeting_id is not None:
        present = await _present_at(acting, case, given.meeting_id, given.decided_on)
        if not given.decided_by_members:
            raise field_problem(
                "/decided_by_members", "missing", "Name who decided, of those present.", rule=PROCEEDINGS
            )
    elif given.decided_by_members:
        raise field_problem("/meeting_id", "missing", "Name the meeting at which they decided.")
    check_deciders_at(given.decided_by_members, present=present, recused=recused)
    return names


async def refuse_if_recused_since(acting: Acting, decision: Decision) -> None:
    """Refuse the release of a decision by somebody who declared an interest after it was recorded. Raises 409."""
    recused, names = await _recused(acting, decision.case_id)
    refuse(
        why_decided_by_recused(
            [UUID(member) for member in decision.facts.get("decided_by_members", [])],
            decision.facts["decided_by"],
            recused=recused,
            recused_names=names,
        )
    )


async def _present_at(acting: Acting, case: Case, meeting_id: UUID, decided_on: date) -> list[UUID]:
    meeting = await acting.session.get(Meeting, (acting.organisation_id, meeting_id))
    if meeting is None:
        raise field_problem("/meeting_id", "not_found", "There is no such meeting.")
    if meeting.state == MeetingState.PLANNED:
        raise field_problem("/meeting_id", "not_held", "The meeting has not been held.", rule=PROCEEDINGS)
    if case.id not in {item.case_id for item in await agenda_of(acting, meeting)}:
        raise field_problem("/meeting_id", "not_on_agenda", "The case was not on its agenda.")
    if decided_on < meeting.held_on:
        raise field_problem(
            "/decided_on", "before_meeting", "Must not lie before the meeting.", rule=PROCEEDINGS
        )
    return [UUID(member) for member in meeting.present]


async def _recused(acting: Acting, case_id: UUID) -> tuple[set[UUID], list[str]]:
    """Give every appointment of those with an interest, and their names: a new one does not end a recusal."""
    people = {interest.principal_id for interest in await interests_in(acting, case_id)}
    if not people:
        return set(), []
    statement = select(Member.id, Member.name).where(
        Member.organisation_id == acting.organisation_id, Member.principal_id.in_(people)
    )
    rows = (await acting.session.execute(statement)).all()
    return {row.id for row in rows}, sorted({row.name for row in rows})
