"""Whether the messages about a subject arrive, in one view for the page of the thing it is: what is stuck, and what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import OutboundMessage, OutboundState, OutboundStream
from service_kit.exchange.status import Direction, MessageState, MessageStatus

REFUSED = (
    "The counterpart refused a message for good, and those behind it wait. Put the cause right and have it sent again, "
    "or have it replaced or discarded by two people: /v1/exchange/dead-letters."
)
HELD = (
    "Nothing more is sent about this until a person has brought it up to date after a restore: see the exchange's "
    "alerts."
)
SET_ASIDE_HERE = (
    "A message received contradicts what is recorded here: a person decides (/v1/exchange/set-aside)."
)
SET_ASIDE_THERE = "The counterpart holds a message of ours but set it aside for a person there: ask what contradicts its record."
WAITS = "Nothing: it is sent by itself as soon as the counterpart answers."


class ExchangeStanding(BaseModel):
    """What is under way about a subject, and whether a person must act."""

    attention: bool = Field(description="A person must act: something about this is stuck.")
    parked: bool = Field(description="Nothing more is sent about this until a person acts.")
    since: datetime | None = Field(description="When the oldest message was written that has not arrived.")
    undelivered: int = Field(description="Messages of ours that have not arrived.")
    set_aside: int = Field(description="Messages received that were set aside for a person here.")
    message_id: UUID | None = Field(description="The message that is in the way.")
    type: str | None
    problem: str | None = Field(description="Why: a name of the problem catalogue.")
    what_to_do: str | None


async def standing_of(
    session: AsyncSession, subject: str, messages: Sequence[MessageStatus], *, link_id: UUID | None = None
) -> ExchangeStanding:
    """Tell from a subject's messages, as ``messages_of`` gives them, how it stands."""
    held = await _held_since(session, subject, link_id)
    undelivered = [
        one for one in messages if one.state in (MessageState.WAITING, MessageState.PARKED) and _is_sent(one)
    ]
    set_aside = [one for one in messages if one.state is MessageState.SET_ASIDE]
    # Set aside there: the sender was told which of its messages it is.
    told = [one for one in messages if _is_sent(one) and one.problem and one.state is MessageState.DELIVERED]
    dead = next((one for one in undelivered if one.state is MessageState.PARKED), None)
    blocking = dead or next(iter((*set_aside, *told, *undelivered)), None)
    return ExchangeStanding(
        attention=bool(dead or held or set_aside or told),
        parked=bool(dead or held),
        since=undelivered[0].written_at if undelivered else None,
        undelivered=len(undelivered),
        set_aside=len(set_aside),
        message_id=blocking.message_id if blocking else None,
        type=blocking.type if blocking else None,
        problem=blocking.problem if blocking else None,
        what_to_do=_what_to_do(
            dead=dead is not None, held=held, here=set_aside, there=told, waits=undelivered
        ),
    )


def is_parked(subject: ColumnElement[str], *, link_id: Any = None) -> ColumnElement[bool]:
    """Whether nothing more is sent about a subject until a person acts; a reference is text here.

    ``link_id``, where one is given, is the column with the subject's link: two counterparts may have chosen the same.
    """
    dead = select(OutboundMessage.link_id, OutboundMessage.subject).where(
        OutboundMessage.state == OutboundState.DEAD
    )
    held = select(OutboundStream.link_id, OutboundStream.subject).where(OutboundStream.parked_at.is_not(None))
    if link_id is not None:
        return or_(*(tuple_(link_id, subject).in_(stuck) for stuck in (dead, held)))
    return or_(
        *(subject.in_(stuck.with_only_columns(stuck.selected_columns.subject)) for stuck in (dead, held))
    )


def _what_to_do(
    *, dead: bool, held: bool, here: Sequence[object], there: Sequence[object], waits: Sequence[object]
) -> str | None:
    for applies, words in (
        (dead, REFUSED),
        (held, HELD),
        (here, SET_ASIDE_HERE),
        (there, SET_ASIDE_THERE),
        (waits, WAITS),
    ):
        if applies:
            return words
    return None


def _is_sent(message: MessageStatus) -> bool:
    return message.direction is Direction.SENT


async def _held_since(session: AsyncSession, subject: str, link_id: UUID | None) -> bool:
    statement = select(OutboundStream.id).where(
        OutboundStream.subject == subject, OutboundStream.parked_at.is_not(None)
    )
    if link_id is not None:
        statement = statement.where(OutboundStream.link_id == link_id)
    return (await session.execute(statement.limit(1))).one_or_none() is not None
