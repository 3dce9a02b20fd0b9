"""Sending again: the same bytes, asked for by whoever found that they are missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, clear_alerts
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState, OutboundStream
from service_kit.exchange.reconciling.sets import NOT_LIVE, SentRow, find_sent
from service_kit.exchange.restoring.filling import fill_bodiless
from service_kit.wake_up import Channel, wake_after_commit
from shared_schemas.exchange.reconciling import Gap, RedeliveriesAnswer

BY_COUNTERPART = "counterpart"
BY_COMPARISON = "comparison"


@dataclass
class Redelivery:
    """What becomes of messages that are to go again."""

    queued: list[UUID] = field(default_factory=list)
    under_way: list[UUID] = field(default_factory=list)
    settling: list[UUID] = field(default_factory=list)
    unknown: list[UUID] = field(default_factory=list)

    def answer(self) -> RedeliveriesAnswer:
        """Say it to the counterpart."""
        return RedeliveriesAnswer(
            queued=self.queued, under_way=self.under_way, settling=self.settling, unknown=self.unknown
        )


async def redeliver(
    session: AsyncSession, keys: LinkKeys, ids: Collection[UUID], *, held: bool, by: str
) -> Redelivery:
    """Make messages pending again, whose bytes stay as they are; a receipt that is there stays too.

    ``held``: the counterpart holds them, so that only what has no receipt goes, dead ones included. Otherwise it
    lacks them: what it gave a receipt for goes, and a dead one stays dead, for a person must act on that.
    """
    found = await find_sent(session, keys.organisation_id, keys.link_id, ids, lock=True)
    redelivery = Redelivery()
    for message_id in dict.fromkeys(ids):
        message = found.get(message_id)
        if message is None:
            redelivery.unknown.append(message_id)
        elif message.state in NOT_LIVE:
            redelivery.settling.append(message_id)
        elif not message.has_body and not held and message.state == OutboundState.DELIVERED:
            await _fill_bodiless(session, keys, message_id)
            redelivery.queued.append(message_id)
        elif goes_again(message, held=held):
            await _send_again(session, keys, message, by)
            redelivery.queued.append(message_id)
        else:
            redelivery.under_way.append(message_id)
    return redelivery


def goes_again(message: SentRow, *, held: bool) -> bool:
    """Tell whether sending a live message again would bring what is missing.

    One without a body, recovered after a restore, cannot go; what is leased is on its way.
    """
    if not message.has_body or message.state == OutboundState.LEASED:
        return False
    if held:
        return message.state != OutboundState.DELIVERED
    return message.state != OutboundState.DEAD


async def _send_again(session: AsyncSession, keys: LinkKeys, message: SentRow, by: str) -> None:
    await session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.organisation_id == keys.organisation_id, OutboundMessage.id == message.id)
        .values(
            state=OutboundState.PENDING.value,
            attempts=0,
            next_attempt_at=func.now(),
            problem=None,
            lease_token=None,
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, Channel.OUTBOX)
    if message.state == OutboundState.DEAD:
        await clear_alerts(session, keys.organisation_id, AlertKind.MESSAGE_DEAD, message_id=message.id)
    detail = {"was": message.state, "by": by}
    await record_audit(session, keys.caller(), "exchange.sent_again", "exchange_message", message.id, detail)


async def _fill_bodiless(session: AsyncSession, keys: LinkKeys, message_id: UUID) -> None:
    statement = select(OutboundMessage).filter_by(organisation_id=keys.organisation_id, id=message_id)
    await fill_bodiless(session, keys, (await session.execute(statement)).scalar_one())


async def ids_in_gaps(session: AsyncSession, keys: LinkKeys, gaps: Sequence[Gap], at_most: int) -> list[UUID]:
    """Give the live messages under the numbers that a counterpart misses, the lowest first."""
    found: list[UUID] = []
    for gap in gaps:
        stream = select(OutboundStream.id).filter_by(
            organisation_id=keys.organisation_id, link_id=keys.link_id, subject=gap.subject
        )
        statement = (
            select(OutboundMessage.id)
            .where(
                OutboundMessage.organisation_id == keys.organisation_id,
                OutboundMessage.stream_id == stream.scalar_subquery(),
                OutboundMessage.number.between(gap.first, gap.last),
                OutboundMessage.state.not_in(NOT_LIVE),
            )
            .order_by(OutboundMessage.number)
            .limit(at_most - len(found))
        )
        found += (await session.execute(statement)).scalars().all()
        if len(found) >= at_most:
            break
    return found
