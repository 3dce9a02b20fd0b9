"""Taking effect: the messages of a stream one after another, each once, in the order of their numbers."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.db import is_retryable
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.message_types import ReceivedMessage, ReceivingSetup, SetAside, read_data
from service_kit.exchange.models import InboundMessage, InboundState, InboundStream, OutboundStream
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.exchange.own_types import OWN_TYPES
from service_kit.exchange.schedule import retry_delay
from service_kit.logs import where_raised
from shared_schemas.exchange.envelope import LINK_SUBJECT, parse_envelope
from shared_schemas.messages.exchange import SET_ASIDE

log = structlog.get_logger(__name__)

# A closed gap may set hundreds free: so many take effect in one transaction, the worker goes on with the rest.
APPLIED_AT_ONCE = 20


async def apply_ready(
    acting: Acting, keys: LinkKeys, stream_id: UUID, setup: ReceivingSetup, *, at_most: int = APPLIED_AT_ONCE
) -> int:
    """Apply what is next in a stream, while it is held and due. The caller has locked the stream.

    Returns how many left the waiting room. What fails is undone by itself and tried again later; nothing behind
    it is touched.
    """
    for done in range(at_most):
        message = (
            await acting.session.execute(_next_in(acting.organisation_id, stream_id))
        ).scalar_one_or_none()
        if message is None or not await _take(acting, keys, message, setup):
            return done
    return at_most


def _next_in(organisation_id: UUID, stream_id: UUID) -> Select[InboundMessage]:
    """The message whose number is next, if it is here and due. ``now()`` is the database's time, never moved."""
    next_of_stream = and_(
        InboundStream.organisation_id == InboundMessage.organisation_id,
        InboundStream.id == InboundMessage.stream_id,
        InboundStream.last_applied + 1 == InboundMessage.number,
    )
    due = and_(InboundMessage.state == InboundState.HELD, InboundMessage.next_apply_at <= func.now())
    return (
        select(InboundMessage)
        .join(InboundStream, next_of_stream)
        .where(InboundMessage.organisation_id == organisation_id, InboundMessage.stream_id == stream_id, due)
        .execution_options(populate_existing=True)
    )


async def _take(acting: Acting, keys: LinkKeys, row: InboundMessage, setup: ReceivingSetup) -> bool:
    message_id, stream_id, message_type = row.id, row.stream_id, row.type
    facts = {"type": message_type, "number": row.number}
    try:
        async with acting.session.begin_nested():
            await _apply(acting, keys, row, setup)
            await acting.audit("exchange.applied", "exchange_message", message_id, facts)
    except SetAside as refusal:
        await _set_aside(acting, keys, message_id, refusal.problem, setup)
    except Exception as error:
        if is_retryable(error):
            raise  # a deadlock or a lost connection: the whole transaction is done again
        await _postpone(acting, keys, message_id, error)
        return False
    else:
        await _mark(acting, message_id, state=InboundState.APPLIED, applied_at=func.now(), problem=None)
    await _advance(acting, stream_id)
    return True


async def _apply(acting: Acting, keys: LinkKeys, row: InboundMessage, setup: ReceivingSetup) -> None:
    message_type = OWN_TYPES.get(row.type) or setup.message_types[row.type]
    envelope = parse_envelope(row.body)
    message = ReceivedMessage(
        id=row.id,
        link_id=row.link_id,
        counterpart_party=keys.counterpart_party,
        subject=row.subject,
        type=row.type,
        number=row.number,
        seen=row.seen,
        time=envelope.time,
        data=read_data(message_type.body, envelope.data),
        stored_at=row.stored_at,
        reference=row.reference,
        hash=row.hash,
        crossed=await _last_sent(acting.session, row) > row.seen,
    )
    await message_type.apply(acting, message)


async def _last_sent(session: AsyncSession, row: InboundMessage) -> int:
    opposite = select(OutboundStream.last_number).filter_by(
        organisation_id=row.organisation_id, link_id=row.link_id, subject=row.subject
    )
    return (await session.execute(opposite)).scalar_one_or_none() or 0


async def _set_aside(
    acting: Acting, keys: LinkKeys, message_id: UUID, problem: str, setup: ReceivingSetup
) -> None:
    await _mark(acting, message_id, state=InboundState.SET_ASIDE, problem=problem)
    await acting.audit("exchange.set_aside", "exchange_message", message_id, {"problem": problem})
    await send_message(
        acting,
        link=keys.link_id,
        subject=LINK_SUBJECT,
        type=SET_ASIDE,
        data={"id": str(message_id), "problem": problem},
        dataschema=schema_uri(setup.public_url, SET_ASIDE),
    )
    log.warning("exchange_set_aside", message_id=str(message_id), link_id=str(keys.link_id), problem=problem)


async def _postpone(acting: Acting, keys: LinkKeys, message_id: UUID, error: Exception) -> None:
    kind = type(error).__name__
    attempts = await _attempts(acting, message_id) + 1
    delay: timedelta = retry_delay(attempts, random.random())  # noqa: S311 -- spreads load, protects nothing
    await _mark(
        acting,
        message_id,
        apply_attempts=attempts,
        next_apply_at=func.clock_timestamp() + delay,
        problem=kind,
    )
    # The error's words may hold data about people: its class and place find it in the source.
    log.error(
        "exchange_apply_failed",
        message_id=str(message_id),
        link_id=str(keys.link_id),
        attempts=attempts,
        error=kind,
        where=where_raised(error),
    )


async def _attempts(acting: Acting, message_id: UUID) -> int:
    statement = select(InboundMessage.apply_attempts).filter_by(
        organisation_id=acting.organisation_id, id=message_id
    )
    return (await acting.session.execute(statement)).scalar_one()


async def _mark(acting: Acting, message_id: UUID, **values: Any) -> None:
    await acting.session.execute(
        update(InboundMessage)
        .where(InboundMessage.organisation_id == acting.organisation_id, InboundMessage.id == message_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def _advance(acting: Acting, stream_id: UUID) -> None:
    await acting.session.execute(
        update(InboundStream)
        .where(InboundStream.organisation_id == acting.organisation_id, InboundStream.id == stream_id)
        .values(last_applied=InboundStream.last_applied + 1)
        .execution_options(synchronize_session=False)
    )
