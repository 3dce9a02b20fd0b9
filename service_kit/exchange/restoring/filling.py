"""Numbers that no live message has: the counterpart would wait for them for ever, so that it is told nothing will come."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState, OutboundStream
from service_kit.exchange.outbox import fill_number, schema_uri
from service_kit.exchange.sent_states import set_state
from shared_schemas.exchange.envelope import parse_envelope
from shared_schemas.messages.exchange import DISCARDED

VOID = "void"
LOST = "lost"
NOT_LIVE = (OutboundState.REPLACED, OutboundState.VOID)


async def fill_void(session: AsyncSession, keys: LinkKeys, message: OutboundMessage) -> UUID | None:
    """Fill the number of a message that is void now, unless another live one has it; give the filling's id."""
    if await _is_taken(session, message):
        return None
    stream = await _stream_of(session, message.organisation_id, message.stream_id)
    data = {"id": str(message.id), "hash": message.hash, "reason": VOID}
    dataschema = _beside(message)
    filling = await fill_number(session, stream, message.number, data, dataschema)
    await _audit(session, keys, filling, message.number, VOID)
    return filling


async def fill_lost(
    session: AsyncSession, keys: LinkKeys, stream: OutboundStream, number: int, public_url: str
) -> UUID:
    """Fill a number whose message neither side has; give the filling's id."""
    filling = await fill_number(session, stream, number, {"reason": LOST}, schema_uri(public_url, DISCARDED))
    await _audit(session, keys, filling, number, LOST)
    return filling


async def fill_bodiless(session: AsyncSession, keys: LinkKeys, message: OutboundMessage) -> UUID:
    """Fill the number of a message whose content nobody has: the counterpart lacks it, and it cannot be sent again.

    It replaces that message's chain, so that a counterpart which holds it after all says so with its receipt.
    The caller has locked the message.
    """
    stream = await _stream_of(session, message.organisation_id, message.stream_id)
    await set_state(session, message, OutboundState.VOID)
    data = {"id": str(message.id), "hash": message.hash, "reason": LOST}
    filling = await fill_number(
        session, stream, message.number, data, _beside(message), replaces=message.chain_id
    )
    await _audit(session, keys, filling, message.number, LOST)
    return filling


async def _stream_of(session: AsyncSession, organisation_id: UUID, stream_id: UUID) -> OutboundStream:
    statement = select(OutboundStream).filter_by(organisation_id=organisation_id, id=stream_id)
    return (await session.execute(statement.with_for_update())).scalar_one()


async def _is_taken(session: AsyncSession, message: OutboundMessage) -> bool:
    live = select(OutboundMessage.id).where(
        OutboundMessage.organisation_id == message.organisation_id,
        OutboundMessage.stream_id == message.stream_id,
        OutboundMessage.number == message.number,
        OutboundMessage.state.not_in(NOT_LIVE),
    )
    return (await session.execute(live)).first() is not None


def _beside(message: OutboundMessage) -> str:
    """Name the filling's schema as the message's own is named: it was written by the same service."""
    if message.body is None:
        return schema_uri("urn:exchange", DISCARDED)
    return f"{parse_envelope(message.body).dataschema.rpartition('/')[0]}/{DISCARDED}.json"


async def _audit(session: AsyncSession, keys: LinkKeys, filling: UUID, number: int, reason: str) -> None:
    detail = {"number": number, "reason": reason}
    await record_audit(session, keys.caller(), "exchange.number_filled", "exchange_message", filling, detail)
