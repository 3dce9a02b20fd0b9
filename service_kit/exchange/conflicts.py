"""When the counterpart holds another message in a message's place: what it holds decides."""

from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.sent_states import mark_delivered, set_state

log = structlog.get_logger(__name__)


async def settle_conflict(
    session: AsyncSession, keys: LinkKeys, message: OutboundMessage, verdict: Verdict
) -> bool:
    """Act on the receipt of the message that is held.

    It is delivered. Where it is of the same chain, this one is void; where it is another of ours, this one is
    written again under the next free number. Unknown here, or with other bytes: ``False``, the message waits and the fact is flagged: this
    database may be older than what the counterpart holds, which no machine heals alone.
    """
    if verdict.receipt is None or verdict.note is None:
        return False
    held = await _find(session, message, verdict.receipt.id)
    if held is None or held.hash != verdict.receipt.hash:
        log.error(
            "exchange_held_unknown",
            message_id=str(message.id),
            link_id=str(message.link_id),
            number=message.number,
        )
        return False
    # This one gives its number up before the other takes effect: one number has one live message.
    if held.id != message.id and held.chain_id == message.chain_id:
        await _give_up(session, keys, message, OutboundState.VOID, held.id)
    elif held.id != message.id:
        successor = await send_again_under_next_number(session, message)
        await _give_up(session, keys, message, OutboundState.REPLACED, successor)
    if held.state != OutboundState.DELIVERED:
        await mark_delivered(session, keys, held, verdict.receipt, verdict.note)
    return True


async def _find(session: AsyncSession, message: OutboundMessage, message_id: UUID) -> OutboundMessage | None:
    statement = (
        select(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == message.organisation_id,
            OutboundMessage.link_id == message.link_id,
            OutboundMessage.id == message_id,
        )
        .with_for_update()
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def _give_up(
    session: AsyncSession, keys: LinkKeys, message: OutboundMessage, state: OutboundState, for_id: UUID
) -> None:
    await set_state(
        session, message, state, attempts=message.attempts + 1, last_outcome=Outcome.CONFLICT.value
    )
    await record_audit(
        session,
        keys.caller(),
        f"exchange.{state.value}",
        "exchange_message",
        message.id,
        {"for": str(for_id)},
    )
