"""Where each message of a subject stands: what people see on the thing it is about."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from service_kit.exchange.models import InboundMessage, InboundState, OutboundMessage, OutboundState

# Their number is another message's.
GIVEN_UP = (OutboundState.REPLACED, OutboundState.VOID)


class Direction(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


class MessageState(StrEnum):
    """Sent: waiting, delivered, parked, replaced or void. Received: applied, waiting, or set aside for a person."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"
    REPLACED = "replaced"
    VOID = "void"
    APPLIED = "applied"
    SET_ASIDE = "set_aside"


class MessageStatus(BaseModel):
    """A message with what proves that it crossed."""

    message_id: UUID
    direction: Direction
    type: str
    number: int = Field(description="Its number in the stream of its direction.")
    state: MessageState = Field(
        description="`parked`: refused by the counterpart, or behind such a one; a person must act."
    )
    written_at: datetime | None = Field(
        description="When it was put into the outbox; null for what was received."
    )
    delivered_at: datetime | None = Field(description="When its receipt was stored here.")
    receipt_reference: str | None = Field(
        description="The receiver's own reference, from its signed receipt."
    )
    receipt_stored_at: datetime | None = Field(description="When the receiver first stored it.")
    problem: str | None = Field(
        description="Why it is parked or was set aside: a name of the problem catalogue."
    )
    replaced_by: UUID | None = Field(
        default=None,
        description="Of one replaced or void: the message of its chain that stands in its place.",
    )


_SENT_STATES = {
    OutboundState.PENDING: MessageState.WAITING,
    OutboundState.LEASED: MessageState.WAITING,
    OutboundState.DELIVERED: MessageState.DELIVERED,
    OutboundState.DEAD: MessageState.PARKED,
    OutboundState.REPLACED: MessageState.REPLACED,
    OutboundState.VOID: MessageState.VOID,
}
_RECEIVED_STATES = {
    InboundState.HELD: MessageState.WAITING,
    InboundState.APPLIED: MessageState.APPLIED,
    InboundState.SET_ASIDE: MessageState.SET_ASIDE,
}


async def messages_of(
    session: AsyncSession, subject: str, *, link_id: UUID | None = None
) -> list[MessageStatus]:
    """Give the messages about a subject, those sent first, each direction in its order.

    ``link_id`` narrows them to one link: two counterparts may have chosen the same subject.
    """
    sent = select(OutboundMessage).where(OutboundMessage.subject == subject)
    sent = sent.options(defer(OutboundMessage.body, raiseload=True))
    received = select(InboundMessage).where(InboundMessage.subject == subject)
    received = received.options(defer(InboundMessage.body, raiseload=True))
    if link_id is not None:
        sent = sent.where(OutboundMessage.link_id == link_id)
        received = received.where(InboundMessage.link_id == link_id)
    sent_rows = (
        (await session.execute(sent.order_by(OutboundMessage.number, OutboundMessage.id))).scalars().all()
    )
    received_rows = (await session.execute(received.order_by(InboundMessage.number))).scalars().all()
    dead = min((row.number for row in sent_rows if row.state == OutboundState.DEAD), default=None)
    live = {row.chain_id: row.id for row in sent_rows if row.state not in GIVEN_UP}
    return [
        *(
            show_sent(row, parked=dead is not None and row.number > dead, replaced_by=live.get(row.chain_id))
            for row in sent_rows
        ),
        *(show_received(row) for row in received_rows),
    ]


def show_sent(
    row: OutboundMessage, *, parked: bool = False, replaced_by: UUID | None = None
) -> MessageStatus:
    """Show a message sent; ``parked`` where one before it in its stream is dead.

    ``replaced_by`` is the live message of its chain, which counts where this one has given its number up.
    """
    state = _SENT_STATES[OutboundState(row.state)]
    if parked and state is MessageState.WAITING:
        state = MessageState.PARKED
    return MessageStatus(
        message_id=row.id,
        direction=Direction.SENT,
        type=row.type,
        number=row.number,
        state=state,
        written_at=row.created_at,
        delivered_at=row.delivered_at,
        receipt_reference=row.receipt_reference,
        receipt_stored_at=row.receipt_stored_at,
        # What was refused once and is held after all is refused no more.
        problem=row.set_aside_problem
        or (None if state is MessageState.DELIVERED else (row.problem or {}).get("name")),
        replaced_by=replaced_by if row.state in GIVEN_UP else None,
    )


async def is_receipted(session: AsyncSession, organisation_id: UUID, message_id: UUID) -> bool:
    """Whether the counterpart's signed receipt of a message sent, or of its correction, is stored here.

    A correction is of the same chain and type; one that tells that the message was discarded tells nothing of it.
    Its bytes are not read for it.
    """
    other = aliased(OutboundMessage)
    statement = (
        select(other.id)
        .join(
            OutboundMessage,
            and_(
                other.organisation_id == OutboundMessage.organisation_id,
                other.subject == OutboundMessage.subject,
                other.chain_id == OutboundMessage.chain_id,
                other.type == OutboundMessage.type,
            ),
        )
        .where(
            OutboundMessage.organisation_id == organisation_id,
            OutboundMessage.id == message_id,
            other.state == OutboundState.DELIVERED,
        )
        .limit(1)
    )
    return (await session.execute(statement)).one_or_none() is not None


def show_received(row: InboundMessage) -> MessageStatus:
    """Show a message received, with the reference of the receipt we gave."""
    state = _RECEIVED_STATES[InboundState(row.state)]
    return MessageStatus(
        message_id=row.id,
        direction=Direction.RECEIVED,
        type=row.type,
        number=row.number,
        state=state,
        written_at=None,
        delivered_at=None,
        receipt_reference=row.reference,
        receipt_stored_at=row.stored_at,
        problem=row.problem if state is MessageState.SET_ASIDE else None,
    )
