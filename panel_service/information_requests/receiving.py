"""Information given to the Panel, as it comes."""

from uuid import UUID

from panel_service.information_requests.rules import why_no_move
from panel_service.information_requests.service import given_to, keep_answer, lock_request
from panel_service.intake.keeping import CONTRADICTION, on_our_clock, read_body
from panel_service.partnerships.service import partnership_of_party
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from service_kit.problems import ApiProblem
from shared_schemas.information_requests import InformationAnswer
from shared_schemas.messages.information import INFORMATION, InformationBody


async def apply_information(acting: Acting, message: ReceivedMessage) -> None:
    """Keep what the recipient gives to what it was asked; anything else is set aside for a person."""
    body = read_body(message, InformationBody)
    try:
        request = await lock_request(acting, body.request_id)
    except ApiProblem:
        raise SetAside(CONTRADICTION) from None
    partnership = await partnership_of_party(acting, message.counterpart_party)
    asked = (
        partnership is not None
        and request.partnership_id == partnership.id
        and request.subject == UUID(message.subject)
    )
    step = f"record_{body.outcome}"
    refusal = why_no_move(request.state, step, due_on=request.due_on, now=acting.now)
    if not asked or refusal is not None or body.version != len(await given_to(acting, request.id)) + 1:
        raise SetAside(CONTRADICTION)
    answer = InformationAnswer.model_validate(body.model_dump(include=set(InformationAnswer.model_fields)))
    received_on = london_date(await on_our_clock(acting, message.stored_at))
    await keep_answer(acting, request, body.version, answer, received_on=received_on, message_id=message.id)


RECEIVES: tuple[MessageType, ...] = (MessageType(INFORMATION, InformationBody, apply_information),)
