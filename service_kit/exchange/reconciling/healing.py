"""Healing what a comparison found of what we sent: it adds, and never changes what the counterpart holds."""

from collections.abc import Collection, Iterable
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.reconciling.comparing import Finding
from service_kit.exchange.reconciling.models import FindingKind
from service_kit.exchange.reconciling.redelivering import BY_COMPARISON, redeliver
from service_kit.exchange.reconciling.sets import NOT_LIVE
from service_kit.exchange.restoring.filling import fill_void
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.exchange.sent_states import mark_delivered, set_state
from shared_schemas.exchange.receipts import ReceiptLine

log = structlog.get_logger(__name__)

UNKNOWN_NAMED = 20


async def heal_sent(session: AsyncSession, keys: LinkKeys, findings: Collection[Finding]) -> None:
    """Send again what is missing or has no receipt, and raise what no machine heals.

    What was given up here but is held there needs the counterpart's receipt first: see ``take_as_held``.
    """
    lacking = _ids(findings, FindingKind.RECEIVER_LACKS)
    await redeliver(session, keys, lacking, held=False, by=BY_COMPARISON)
    unproved = _ids(findings, FindingKind.RECEIPT_MISSING)
    await redeliver(session, keys, unproved, held=True, by=BY_COMPARISON)
    await raise_unhealable(session, keys, findings)
    unknown = _ids(findings, FindingKind.UNKNOWN_TO_SENDER)
    if unknown:
        detail = {"count": len(unknown), "held": [str(message_id) for message_id in unknown[:UNKNOWN_NAMED]]}
        await suspect(session, keys.organisation_id, keys.link_id, SuspicionReason.HELD_UNKNOWN, detail)


async def raise_unhealable(session: AsyncSession, keys: LinkKeys, findings: Iterable[Finding]) -> None:
    """Raise an alert for each message that has other bytes on both sides, or is unknown to its sender."""
    kinds = {
        FindingKind.HASHES_DIFFER: AlertKind.HASHES_DIFFER,
        FindingKind.UNKNOWN_TO_SENDER: AlertKind.HELD_UNKNOWN,
    }
    for finding in findings:
        kind = kinds.get(finding.kind)
        if kind is None:
            continue
        detail = {"direction": finding.direction.value}
        await raise_alert(
            session,
            keys.organisation_id,
            kind,
            link_id=keys.link_id,
            message_id=finding.message_id,
            detail=detail,
        )
        log.error(
            "exchange_unhealable",
            problem=kind.value,
            link_id=str(keys.link_id),
            message_id=str(finding.message_id),
        )


async def take_as_held(
    session: AsyncSession, keys: LinkKeys, message_id: UUID, receipt: ReceiptLine, note: str
) -> bool:
    """Make a message that was given up here, and is held by the counterpart, the delivered one of its chain.

    The others of its chain are void. What else has its number goes on under the next free one. ``False`` where it
    is not given up any more.
    """
    held = await _lock(session, keys, OutboundMessage.id == message_id)
    if not held or held[0].state not in NOT_LIVE or held[0].hash != receipt.hash:
        return False
    message = held[0]
    others = await _lock(
        session,
        keys,
        OutboundMessage.state.not_in(NOT_LIVE),
        or_(
            OutboundMessage.chain_id == message.chain_id,
            (OutboundMessage.stream_id == message.stream_id) & (OutboundMessage.number == message.number),
        ),
    )
    voided = [other for other in others if other.chain_id == message.chain_id]
    for other in others:
        if other in voided:
            await _give_up(session, keys, other, OutboundState.VOID, message.id)
        else:
            successor = await send_again_under_next_number(session, other)
            await _give_up(session, keys, other, OutboundState.REPLACED, successor)
    await mark_delivered(session, keys, message, receipt, note)
    for other in voided:
        await fill_void(session, keys, other)
    return True


async def _lock(session: AsyncSession, keys: LinkKeys, *conditions: object) -> list[OutboundMessage]:
    statement = (
        select(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == keys.organisation_id,
            OutboundMessage.link_id == keys.link_id,
            *conditions,  # type: ignore[arg-type]
        )
        .order_by(OutboundMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(statement)).scalars())


async def _give_up(
    session: AsyncSession, keys: LinkKeys, message: OutboundMessage, state: OutboundState, for_id: UUID
) -> None:
    await set_state(session, message, state)
    detail = {"for": str(for_id), "by": BY_COMPARISON}
    await record_audit(
        session, keys.caller(), f"exchange.{state.value}", "exchange_message", message.id, detail
    )


def _ids(findings: Iterable[Finding], kind: FindingKind) -> list[UUID]:
    return [f.message_id for f in findings if f.kind == kind and f.message_id is not None]
