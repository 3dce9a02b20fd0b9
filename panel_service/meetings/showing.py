"""A meeting as it is read; minutes are withheld from who takes no part in one of its cases."""

from uuid import UUID

from panel_service.meetings.agenda import agenda_of, interests_in
from panel_service.meetings.models import Interest, Meeting, MeetingState
from panel_service.meetings.rules import MOVES
from panel_service.meetings.schemas import AgendaItemRead, InterestRead, MeetingListed, MeetingRead
from panel_service.meetings.service import recused_at
from service_kit.acting import Acting


async def show_meeting(acting: Acting, meeting: Meeting) -> MeetingRead:
    """Show a meeting with its agenda, presence, interests and minutes."""
    items = await agenda_of(acting, meeting)
    interests = await interests_in(acting, *(item.case_id for item in items))
    withheld = meeting.minutes is not None and await recused_at(acting, meeting)
    return MeetingRead(
        **list_meeting(meeting).model_dump(),
        agenda=[
            AgendaItemRead(
                position=item.position,
                case_id=item.case_id,
                documents=item.documents,
                recused=[one.member_id for one in interests if one.case_id == item.case_id],
            )
            for item in items
        ],
        interests=[_interest(interest) for interest in interests],
        present=[UUID(member) for member in meeting.present],
        quorum=meeting.quorum,
        quorum_met=meeting.quorum_met,
        minutes=None if withheld else meeting.minutes,
        minutes_withheld=withheld,
        minutes_by=meeting.minutes_by,
        minutes_approved_by=meeting.minutes_approved_by,
        minutes_approved_at=meeting.minutes_approved_at,
        allowed_moves=list(MOVES[meeting.state]),
    )


def list_meeting(meeting: Meeting) -> MeetingListed:
    """Show a meeting in a list."""
    return MeetingListed(
        id=meeting.id,
        version=meeting.version,
        state=MeetingState(meeting.state),
        held_on=meeting.held_on,
    )


def _interest(interest: Interest) -> InterestRead:
    return InterestRead.model_validate(interest, from_attributes=True)
