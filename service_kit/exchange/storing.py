"""What is held: one message per id, per stream and number, and per chain, byte for byte and for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import InboundMessage, InboundState, InboundStream
from service_kit.exchange.opening import OpenLink
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.exchange.envelope import Envelope, message_hash
from shared_schemas.exchange.limits import SEQUENCE_AHEAD_MAX
from shared_schemas.exchange.receipts import Receipt, ReceiptLine, write_receipt

WAITING_MAX_A_LINK = 100_000
TOO_FAR_AHEAD_SECONDS = 60


@dataclass(frozen=True)
class Stream:
    """An inbound stream, locked until the transaction ends."""

    id: UUID
    last_applied: int


def sign_receipt(opened: OpenLink, line: ReceiptLine) -> str:
    """Sign for one message held; the signature is made anew for each answer, what it says never changes."""
    receipt = Receipt(
        link=opened.keys.link_id, receiver=opened.keys.organisation_id, epoch=opened.epoch, lines=(line,)
    )
    return write_receipt(receipt, *opened.keys.signing_keys)


async def find_held(
    session: AsyncSession, keys: LinkKeys, message_id: UUID, body_hash: str
) -> ReceiptLine | None:
    """Find a message by its id. Raises 409 ``changed-message`` where it is held with other bytes.

    Held on another link of the organisation counts as other bytes: a message names its parties.
    """
    columns = select(
        InboundMessage.link_id, InboundMessage.hash, InboundMessage.reference, InboundMessage.stored_at
    )
    of_this_id = InboundMessage.organisation_id == keys.organisation_id, InboundMessage.id == message_id
    row = (await session.execute(columns.where(*of_this_id))).one_or_none()
    if row is None:
        return None
    if row.link_id != keys.link_id or row.hash != body_hash:
        raise ApiProblem("changed-message", message_id=message_id)
    return ReceiptLine(message_id, row.hash, row.reference, row.stored_at)


async def find_in_its_place(
    session: AsyncSession, keys: LinkKeys, stream: Stream, envelope: Envelope
) -> ReceiptLine:
    """Give what holds a message's chain or, failing that, its number."""
    chain = InboundMessage.chain_id == (envelope.replaces or envelope.id)
    number = (InboundMessage.stream_id == stream.id) & (InboundMessage.number == envelope.streamsequence)
    statement = (
        select(InboundMessage.id, InboundMessage.hash, InboundMessage.reference, InboundMessage.stored_at)
        .where(
            InboundMessage.organisation_id == keys.organisation_id,
            InboundMessage.link_id == keys.link_id,
            or_(chain, number),
        )
        .order_by(chain.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one()
    return ReceiptLine(row.id, row.hash, row.reference, row.stored_at)


async def lock_stream(session: AsyncSession, organisation_id: UUID, link_id: UUID, subject: str) -> Stream:
    """Lock the stream's row, making it with its first message."""
    key = {"organisation_id": organisation_id, "link_id": link_id, "subject": subject}
    find = select(InboundStream.id, InboundStream.last_applied).filter_by(**key).with_for_update()
    row = (await session.execute(find)).one_or_none()
    if row is None:
        await session.execute(insert(InboundStream).values(id=new_id(), **key).on_conflict_do_nothing())
        row = (await session.execute(find)).one()
    return Stream(row.id, row.last_applied)


async def check_room(session: AsyncSession, keys: LinkKeys, stream: Stream, envelope: Envelope) -> None:
    """Refuse (429) a message that could wait for its turn only beyond the bounds; the next one is always taken."""
    ahead = envelope.streamsequence - stream.last_applied
    if ahead <= 1:
        return
    if ahead <= SEQUENCE_AHEAD_MAX and await _count_waiting(session, keys) < WAITING_MAX_A_LINK:
        return
    raise ApiProblem(
        "too-far-ahead", message_id=envelope.id, headers={"Retry-After": str(TOO_FAR_AHEAD_SECONDS)}
    )


async def _count_waiting(session: AsyncSession, keys: LinkKeys) -> int:
    waiting = select(func.count()).where(
        InboundMessage.organisation_id == keys.organisation_id,
        InboundMessage.link_id == keys.link_id,
        InboundMessage.state == InboundState.HELD,
    )
    return (await session.execute(waiting)).scalar_one()


async def store(
    session: AsyncSession,
    opened: OpenLink,
    stream: Stream,
    envelope: Envelope,
    body: bytes,
    headers: Mapping[str, Any],
    *,
    correlation_id: str | None,
    traceparent: str | None,
) -> ReceiptLine | None:
    """Store a message; ``None`` where its id, number or chain is taken, also by a transaction that ended just now."""
    line = ReceiptLine(envelope.id, message_hash(body), _new_reference(), opened.database_time)
    statement = (
        insert(InboundMessage)
        .values(
            organisation_id=opened.keys.organisation_id,
            id=envelope.id,
            link_id=opened.keys.link_id,
            stream_id=stream.id,
            subject=envelope.subject,
            number=envelope.streamsequence,
            seen=envelope.seensequence,
            chain_id=envelope.replaces or envelope.id,
            type=envelope.type,
            body=body,
            hash=line.hash,
            headers=dict(headers),
            reference=line.reference,
            stored_at=line.stored_at,
            written_on=envelope.time.date(),
            correlation_id=correlation_id,
            traceparent=traceparent,
        )
        .on_conflict_do_nothing()
        .returning(InboundMessage.id)
    )
    stored = (await session.execute(statement)).one_or_none()
    return line if stored else None


def _new_reference() -> str:
    # Random, never from a counter: a database restored from a copy would give the same number twice.
    return str(uuid4())
