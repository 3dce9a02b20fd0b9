"""A request for information as it is read; what was given in answer is read apart."""

from panel_service.improvements.schemas import NextMove
from panel_service.information_requests.models import InformationRequest, RequestState
from panel_service.information_requests.rules import MOVE_NAMES, is_overdue, why_no_move
from panel_service.information_requests.schemas import RequestListed, RequestMoveRead, RequestRead
from panel_service.information_requests.service import given_to, history_of
from service_kit.acting import Acting
from shared_schemas.information_requests import SuppliedTo


def show_listed(acting: Acting, request: InformationRequest) -> RequestListed:
    """Show a request in a list."""
    names = RequestListed.model_fields.keys() - {"overdue"}
    facts = {name: getattr(request, name) for name in names}
    overdue = is_overdue(request.state, request.due_on, acting.now)
    return RequestListed.model_validate(facts | {"overdue": overdue})


async def show_request(acting: Acting, request: InformationRequest) -> RequestRead:
    """Show a request with its history and what may be done next."""
    served = "by_message" if request.message_id else "by_hand" if request.served_on else "not_yet"
    return RequestRead(
        **show_listed(acting, request).model_dump(),
        requested=request.requested,
        supplied_to=SuppliedTo(request.supplied_to),
        supplied_to_name=request.supplied_to_name,
        served=served,
        message_id=request.message_id,
        drafted_by=request.drafted_by,
        drafted_at=request.drafted_at,
        updated_at=request.updated_at,
        answers=len(await given_to(acting, request.id)),
        history=[RequestMoveRead.model_validate(entry) for entry in await history_of(acting, request.id)],
        next_moves=_next_moves(acting, request),
    )


def _next_moves(acting: Acting, request: InformationRequest) -> list[NextMove]:
    shown = []
    for name in MOVE_NAMES:
        refusal = why_no_move(RequestState(request.state), name, due_on=request.due_on, now=acting.now)
        why, rule = (refusal.detail, refusal.rule) if refusal else (None, None)
        shown.append(NextMove(move=name, allowed=refusal is None, why_not=why, rule=rule))
    return shown
