"""Responses of partnerships to improvements, as they come."""

from uuid import UUID

from panel_service.improvements.addressees import addressees_of
from panel_service.improvements.responses import keep_response, responses_of
from panel_service.improvements.rules import why_no_move
from panel_service.improvements.service import lock_improvement
from panel_service.intake.keeping import CONTRADICTION, on_our_clock, read_body
from panel_service.partnerships.service import partnership_of_party
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from service_kit.problems import ApiProblem
from shared_schemas.messages.improvements import IMPROVEMENT_RESPONSE, ImprovementResponseBody


async def apply_response(acting: Acting, message: ReceivedMessage) -> None:
    """Keep what a partnership answers to what it was told; anything else is set aside for a person."""
    body = read_body(message, ImprovementResponseBody)
    try:
        improvement = await lock_improvement(acting, body.improvement_id)
    except ApiProblem:
        raise SetAside(CONTRADICTION) from None
    partnership = await partnership_of_party(acting, message.counterpart_party)
    told = [
        entry
        for entry in await addressees_of(acting, improvement.id)
        if partnership is not None
        and entry.partnership_id == partnership.id
        and entry.subject == UUID(message.subject)
    ]
    if not told or why_no_move(improvement.state, "record_response") is not None:
        raise SetAside(CONTRADICTION)
    addressee = told[0]
    before = [
        entry for entry in await responses_of(acting, improvement.id) if entry.addressee_id == addressee.id
    ]
    if body.version != len(before) + 1:
        raise SetAside(CONTRADICTION)
    await keep_response(
        acting,
        improvement,
        addressee,
        body.version,
        body.response,
        body.progress,
        responded_on=london_date(await on_our_clock(acting, message.time)),
        message_id=message.id,
    )


RECEIVES: tuple[MessageType, ...] = (
    MessageType(IMPROVEMENT_RESPONSE, ImprovementResponseBody, apply_response),
)
