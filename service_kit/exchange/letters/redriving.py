"""Sending dead messages again: same id, same bytes. What made them dead must have been put right at the counterpart."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, clear_alerts
from service_kit.exchange.letters.models import Disposal, DisposalState
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.identity import Caller
from service_kit.wake_up import Channel, wake_after_commit

MOST_AT_ONCE = 500


async def redrive(session: AsyncSession, caller: Caller, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Make these of the caller's dead messages due; give those that were dead. A proposal to dispose of one ends."""
    owner = caller.organisation_id
    # Locked in one order, so that two who redrive the same messages wait for each other and no more.
    dead = (
        select(OutboundMessage.id)
        .where(
            OutboundMessage.organisation_id == owner,
            OutboundMessage.id.in_(ids),
            OutboundMessage.state == OutboundState.DEAD,
        )
        .order_by(OutboundMessage.id)
        .with_for_update()
    )
    found = (await session.execute(dead)).scalars().all()
    if not found:
        return frozenset()
    await session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.organisation_id == owner, OutboundMessage.id.in_(found))
        .values(state=OutboundState.PENDING.value, attempts=0, next_attempt_at=func.now(), problem=None)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, Channel.OUTBOX)
    await end_proposals(session, owner, found)
    for message_id in found:
        await clear_alerts(session, owner, AlertKind.MESSAGE_DEAD, message_id=message_id)
        await record_audit(session, caller, "exchange.redriven", "exchange_message", message_id)
    return frozenset(found)


async def end_proposals(session: AsyncSession, organisation_id: UUID, messages: Sequence[UUID]) -> None:
    """End what is proposed for messages that are dead no more; the corrected data goes with it."""
    await session.execute(
        update(Disposal)
        .where(
            Disposal.organisation_id == organisation_id,
            Disposal.message_id.in_(messages),
            Disposal.state == DisposalState.PROPOSED,
        )
        .values(state=DisposalState.ENDED.value, settled_at=func.now(), data=None)
        .execution_options(synchronize_session=False)
    )


def dead_of_link(organisation_id: UUID, link_id: UUID | None) -> Select[UUID]:
    """Select a link's dead messages, or those of all links, the oldest first, as many as are redriven at once."""
    statement = select(OutboundMessage.id).where(
        OutboundMessage.organisation_id == organisation_id, OutboundMessage.state == OutboundState.DEAD
    )
    if link_id is not None:
        statement = statement.where(OutboundMessage.link_id == link_id)
    return statement.order_by(OutboundMessage.id).limit(MOST_AT_ONCE)
