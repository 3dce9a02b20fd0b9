"""Requests and answers as they are read."""

from sqlalchemy import func, select

from local_service.information_requests.models import (
    InformationAnswer,
    InformationRequest,
    InformationRequestMove,
    RequestState,
)
from local_service.information_requests.rules import MOVES, REQUESTS, RequestMove, is_overdue
from local_service.information_requests.schemas import (
    Agency,
    AnswerRead,
    DueExplanation,
    MoveRead,
    RequestItem,
    RequestRead,
)
from local_service.next_moves import next_moves
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date


def show_item(acting: Acting, request: InformationRequest) -> RequestItem:
    """Show a request in a list."""
    state = RequestState(request.state)
    return RequestItem(
        id=request.id,
        case_id=request.case_id,
        version=request.version,
        state=state,
        purpose=request.purpose,
        recipient=Agency.model_validate(request.recipient),
        answered_by=request.answered_by,
        due_on=request.due_on,
        overdue=is_overdue(state, request.due_on, london_date(acting.now)),
        served_on=request.served_on,
        made_at=request.made_at,
    )


async def show_request(acting: Acting, request: InformationRequest) -> RequestRead:
    """Show a request with its moves; what was answered is read apart, for its purpose."""
    own = (InformationRequestMove.organisation_id == acting.organisation_id,)
    moves = (
        select(InformationRequestMove)
        .where(*own, InformationRequestMove.request_id == request.id)
        .order_by(InformationRequestMove.version)
    )
    answers = select(func.count()).where(
        InformationAnswer.organisation_id == acting.organisation_id,
        InformationAnswer.request_id == request.id,
    )
    return RequestRead(
        **show_item(acting, request).model_dump(),
        what=request.what,
        period_from=request.period_from,
        period_to=request.period_to,
        due_explained=DueExplanation.model_validate(request.due_explained),
        made_by=request.made_by,
        answers=(await acting.session.execute(answers)).scalar_one(),
        moves=[_show_move(acting, move) for move in (await acting.session.execute(moves)).scalars()],
        allowed_actions=next_moves(MOVES, RequestState(request.state), list(RequestMove), REQUESTS),
    )


def show_answer(answer: InformationAnswer) -> AnswerRead:
    """Show one answer."""
    return AnswerRead.model_validate(answer, from_attributes=True)


def _show_move(acting: Acting, move: InformationRequestMove) -> MoveRead:
    # What the partners consider against an agency, such as an application to the court, is not the agency's to read.
    hidden = move.move == RequestMove.ESCALATE and "cases:read" not in acting.scopes
    return MoveRead(
        move=move.move,
        state=RequestState(move.state),
        detail={} if hidden else move.detail,
        moved_by=move.moved_by,
        moved_at=move.moved_at,
    )
