"""Reading agendas and interests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from panel_service.meetings.models import AgendaItem, Interest, Meeting
from panel_service.meetings.rules import RECUSAL
from service_kit.acting import Acting
from service_kit.problems import ApiProblem


async def agenda_of(acting: Acting, meeting: Meeting) -> Sequence[AgendaItem]:
    """Give the agenda that stands, in its order."""
    mine = (AgendaItem.organisation_id == acting.organisation_id, AgendaItem.meeting_id == meeting.id)
    last = select(func.max(AgendaItem.agenda_version)).where(*mine).scalar_subquery()
    statement = (
        select(AgendaItem).where(*mine, AgendaItem.agenda_version == last).order_by(AgendaItem.position)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def interests_in(acting: Acting, *cases: UUID) -> Sequence[Interest]:
    """Give the interests that members declared in these cases."""
    statement = (
        select(Interest)
        .where(Interest.organisation_id == acting.organisation_id, Interest.case_id.in_(cases))
        .order_by(Interest.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def refuse_if_recused(acting: Acting, *cases: UUID) -> None:
    """Refuse a caller who has declared an interest in one of these cases (403)."""
    people = {interest.principal_id for interest in await interests_in(acting, *cases)}
    if acting.caller.principal_id in people:
        raise ApiProblem("recused", rule=RECUSAL)


def recused_from(
    acting: Acting,
    case_id: ColumnElement[UUID] | InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
) -> Exists:
    """Whether the caller has declared an interest in a case: a condition for a statement that reads it."""
    return exists().where(
        Interest.organisation_id == acting.organisation_id,
        Interest.principal_id == acting.caller.principal_id,
        Interest.case_id == case_id,
    )
