"""Entering again what the counterpart holds of ours, stream by stream, each in one transaction that may be done twice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState, OutboundStream
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.restoring.filling import fill_lost
from service_kit.exchange.restoring.findings import OfRestore, add_finding
from service_kit.exchange.restoring.models import FindingKind
from service_kit.exchange.restoring.planning import Held, Own, Plan, plan_stream
from service_kit.exchange.sent_states import set_state
from service_kit.ids import new_id

PARKED_FOR_RESTORE = "recovered_messages"
_PROTOCOL_TYPES = "exchange."


@dataclass(frozen=True)
class Recovery:
    """What the steps need to know: whose restore, and the counterpart's signed summary of each day."""

    restore_id: UUID
    keys: LinkKeys
    statements: Mapping[date, str]
    public_url: str

    @property
    def of(self) -> OfRestore:
        """Name whose losses are found."""
        return OfRestore(self.keys.organisation_id, self.keys.link_id, self.restore_id)


async def recover_stream(
    session: AsyncSession, recovery: Recovery, subject: str, held: Collection[Held]
) -> Plan:
    """Make one stream agree with what the counterpart holds of it, and say what was done; done twice it is done once.

    ``held`` is at least what the counterpart holds of this stream and we do not know.
    """
    keys = recovery.keys
    messages = await _lock_messages(session, keys, subject)
    stream = await _lock_stream(session, keys, subject)
    # Written since the lock was asked for; nobody sends them, for the link is held.
    messages |= await _lock_messages(session, keys, subject)
    own = [Own(one.id, one.hash, one.number, one.chain_id, one.state) for one in messages.values()]
    plan = plan_stream(own, held, stream.last_number)
    if plan.changes:
        await _carry_out(session, recovery, stream, messages, plan)
    return plan


async def _carry_out(
    session: AsyncSession,
    recovery: Recovery,
    stream: OutboundStream,
    messages: Mapping[UUID, OutboundMessage],
    plan: Plan,
) -> None:
    """Take the steps in the plan's order: whatever gives its number up does so before another takes it."""
    await _raise_counter(session, stream, plan.last_number)
    for message_id in plan.void:
        await set_state(session, messages[message_id], OutboundState.VOID)
        await _audit(session, recovery, "exchange.void", message_id)
    for message_id in plan.replace:
        await _replace(session, recovery, messages[message_id])
    for one in plan.recover:
        await _enter_recovered(session, recovery, stream, one)
    for one in plan.deliver:
        await _deliver(session, recovery, messages[one.id], one.day)
    for number in plan.fill:
        filling = await fill_lost(session, recovery.keys, stream, number, recovery.public_url)
        await add_finding(
            session,
            recovery.of,
            FindingKind.FILLED,
            subject=stream.subject,
            number=number,
            successor_id=filling,
        )
    if any(not one.type.startswith(_PROTOCOL_TYPES) for one in plan.recover):
        await _park(session, recovery, stream)


async def _lock_messages(session: AsyncSession, keys: LinkKeys, subject: str) -> dict[UUID, OutboundMessage]:
    statement = (
        select(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == keys.organisation_id,
            OutboundMessage.link_id == keys.link_id,
            OutboundMessage.subject == subject,
        )
        .order_by(OutboundMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {message.id: message for message in (await session.execute(statement)).scalars()}


async def _lock_stream(session: AsyncSession, keys: LinkKeys, subject: str) -> OutboundStream:
    key = {"organisation_id": keys.organisation_id, "link_id": keys.link_id, "subject": subject}
    # Its first message may be among those that were lost: then the stream was as well.
    await session.execute(insert(OutboundStream).values(id=new_id(), **key).on_conflict_do_nothing())
    statement = select(OutboundStream).filter_by(**key).with_for_update()
    return (await session.execute(statement.execution_options(populate_existing=True))).scalar_one()


async def _raise_counter(session: AsyncSession, stream: OutboundStream, last_number: int) -> None:
    await session.execute(
        update(OutboundStream)
        .where(OutboundStream.organisation_id == stream.organisation_id, OutboundStream.id == stream.id)
        .values(last_number=func.greatest(OutboundStream.last_number, last_number))
        .execution_options(synchronize_session=False)
    )


async def _replace(session: AsyncSession, recovery: Recovery, message: OutboundMessage) -> None:
    """Write it again under the next free number. What came back without its content cannot be: it is named as void."""
    finding = {"subject": message.subject, "number": message.number, "type": message.type}
    if message.body is None:
        await set_state(session, message, OutboundState.VOID)
        await _audit(session, recovery, "exchange.void", message.id)
        await add_finding(session, recovery.of, FindingKind.REPLACED, message_id=message.id, **finding)
        return
    successor = await send_again_under_next_number(session, message)
    await set_state(session, message, OutboundState.REPLACED)
    await _audit(session, recovery, "exchange.replaced", message.id, {"for": str(successor)})
    await add_finding(
        session, recovery.of, FindingKind.REPLACED, message_id=message.id, successor_id=successor, **finding
    )


async def _enter_recovered(
    session: AsyncSession, recovery: Recovery, stream: OutboundStream, one: Held
) -> None:
    entered = await session.execute(
        insert(OutboundMessage)
        .values(
            organisation_id=stream.organisation_id,
            id=one.id,
            link_id=stream.link_id,
            stream_id=stream.id,
            subject=stream.subject,
            number=one.number,
            chain_id=one.chain_id,
            type=one.type,
            body=None,
            hash=one.hash,
            created_at=written_at(one.id, one.day),
            written_on=one.day,
            recovered_at=func.now(),
            recovered_by=recovery.statements[one.day],
            state=OutboundState.DELIVERED.value,
            delivered_at=func.now(),
        )
        # An id of ours on another link is no message of this one, whatever is claimed.
        .on_conflict_do_nothing(index_elements=["organisation_id", "id"])
        .returning(OutboundMessage.id)
    )
    if entered.one_or_none() is None:
        return
    detail = {"hash": one.hash, "number": one.number, "type": one.type}
    await _audit(session, recovery, "exchange.recovered", one.id, detail)
    await add_finding(
        session,
        recovery.of,
        FindingKind.RECOVERED,
        message_id=one.id,
        subject=one.subject,
        number=one.number,
        type=one.type,
    )


async def _deliver(session: AsyncSession, recovery: Recovery, message: OutboundMessage, day: date) -> None:
    """Take back what had been given up: the counterpart's statement says that it holds it."""
    await set_state(
        session,
        message,
        OutboundState.DELIVERED,
        delivered_at=func.now(),
        recovered_at=func.now(),
        recovered_by=recovery.statements[day],
        problem=None,
    )
    await _audit(session, recovery, "exchange.recovered", message.id, {"hash": message.hash})


async def _park(session: AsyncSession, recovery: Recovery, stream: OutboundStream) -> None:
    await session.execute(
        update(OutboundStream)
        .where(
            OutboundStream.organisation_id == stream.organisation_id,
            OutboundStream.id == stream.id,
            OutboundStream.parked_at.is_(None),
        )
        .values(parked_at=func.now(), parked_reason=PARKED_FOR_RESTORE)
        .execution_options(synchronize_session=False)
    )
    await record_audit(
        session,
        recovery.keys.caller(),
        "exchange.stream_parked",
        "exchange_stream",
        stream.id,
        {"reason": PARKED_FOR_RESTORE},
    )


def written_at(message_id: UUID, day: date) -> datetime:
    """Place a message whose content is unknown on the day it is listed under: its id tells the hour, if it fits.

    RFC 9562 section 5.7: the first 48 bits are milliseconds since 1970. Any other time of the same UTC date gives
    the same summaries.
    """
    told = message_id.int >> 80
    begin = datetime.combine(day, time(), UTC)
    since = told / 1000 - begin.timestamp()
    return datetime.fromtimestamp(told / 1000, UTC) if 0 <= since < 86_400 else begin


async def _audit(
    session: AsyncSession,
    recovery: Recovery,
    action: str,
    message_id: UUID,
    detail: Mapping[str, Any] | None = None,
) -> None:
    caller = recovery.keys.caller()
    await record_audit(session, caller, action, "exchange_message", message_id, detail)
