"""When the counterpart holds another message in a message's place: what it holds decides."""

from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.restoring.filling import fill_void
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.exchange.sent_states import mark_delivered, set_state

log = structlog.get_logger(__name__)


async def settle_conflict(
    session: AsyncSession, keys: LinkKeys, message: OutboundMessage, verdict: Verdict
) -> bool:
    """Act on the receipt of the message that is held.

    It is delivered. Where it is of the same chain, this one is void, and its number filled where that was another;
    where it is another of ours, this one is written again under the next free number. Unknown here: ``False``, the
    message waits and nothing more is sent on the link, for this database may be older than what the counterpart
    holds. With other bytes: ``False`` and an alert, which no machine heals.
    """
    if verdict.receipt is None or verdict.note is None:
        return False
    held = await _find(session, message, verdict.receipt.id)
    if held is None:
        detail = {"message_id": str(message.id), "held": str(verdict.receipt.id)}
        await suspect(session, message.organisation_id, message.link_id, SuspicionReason.HELD_UNKNOWN, detail)
        return False
    if held.hash != verdict.receipt.hash:
        await _alert_different(session, held)
        return False
    # This one gives its number up before the other takes effect: one number has one live message.
    if held.id != message.id and held.chain_id == message.chain_id:
        await _give_up(session, keys, message, OutboundState.VOID, held.id)
    elif held.id != message.id:
        successor = await send_again_under_next_number(session, message)
        await _give_up(session, keys, message, OutboundState.REPLACED, successor)
    if held.state != OutboundState.DELIVERED:
        await mark_delivered(session, keys, held, verdict.receipt, verdict.note)
    if held.id != message.id and held.chain_id == message.chain_id:
        await fill_void(session, keys, message)
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


async def _alert_different(session: AsyncSession, held: OutboundMessage) -> None:
    log.error("exchange_hashes_differ", message_id=str(held.id), link_id=str(held.link_id))
    await raise_alert(
        session,
        held.organisation_id,
        AlertKind.HASHES_DIFFER,
        link_id=held.link_id,
        message_id=held.id,
        subject=held.subject,
    )


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
