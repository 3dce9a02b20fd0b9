"""The queries behind what operators see. A message's bytes are never loaded."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from service_kit.exchange.message_views import AttemptRead, MessageDetail, MessageRead, RefusedMember
from service_kit.exchange.models import (
    DeliveryAttempt,
    InboundMessage,
    InboundState,
    Link,
    OutboundMessage,
    OutboundState,
)
from service_kit.exchange.status import MessageState, show_received, show_sent
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem

UNDELIVERED = (OutboundState.PENDING, OutboundState.LEASED, OutboundState.DEAD)
ATTEMPTS_SHOWN = 100


def links() -> Select[Any]:
    """Every link with how many of its messages wait and how many are dead."""
    return select(
        *Link.__table__.columns,
        _count(OutboundState.PENDING, OutboundState.LEASED).label("waiting"),
        _count(OutboundState.DEAD).label("dead"),
    ).order_by(Link.id)


async def sent_messages(
    session: AsyncSession,
    page: PageRequest,
    *,
    state: MessageState | None = None,
    subject: str | None = None,
    where: ColumnElement[bool] | None = None,
) -> Page[MessageRead]:
    """Give a page of messages sent, newest first."""
    statement = _sent()
    if state is not None:
        statement = statement.where(shown_state() == state.value)
    if subject is not None:
        statement = statement.where(OutboundMessage.subject == subject)
    if where is not None:
        statement = statement.where(where)
    rows = (await session.execute(newest_first(statement, OutboundMessage.id, page))).all()
    return make_page(rows, page, lambda row: _read_sent(row[0], parked=row.parked), lambda row: row[0].id)


async def received_messages(
    session: AsyncSession,
    page: PageRequest,
    *,
    state: MessageState | None = None,
    subject: str | None = None,
    where: ColumnElement[bool] | None = None,
) -> Page[MessageRead]:
    """Give a page of messages received, newest first."""
    statement = _received()
    if state is not None:
        held = InboundMessage.state == InboundState.HELD
        statement = statement.where(
            case((held, MessageState.WAITING), else_=InboundMessage.state) == state.value
        )
    if subject is not None:
        statement = statement.where(InboundMessage.subject == subject)
    if where is not None:
        statement = statement.where(where)
    rows = (await session.execute(newest_first(statement, InboundMessage.id, page))).scalars().all()
    return make_page(rows, page, _read_received, lambda row: row.id)


async def show(session: AsyncSession, message_id: UUID) -> MessageRead:
    """Give one message that was sent and is there."""
    row = (await session.execute(_sent().where(OutboundMessage.id == message_id))).one()
    return _read_sent(row[0], parked=row.parked)


async def find_message(session: AsyncSession, message_id: UUID) -> MessageDetail:
    """Give one message with its history. Raises 404 where there is none."""
    sent = (await session.execute(_sent().where(OutboundMessage.id == message_id))).one_or_none()
    if sent is not None:
        message: OutboundMessage = sent[0]
        return MessageDetail(
            **_read_sent(message, parked=sent.parked).model_dump(),
            attempt_history=await _attempts(session, message_id),
            refused_members=[RefusedMember(**error) for error in (message.problem or {}).get("errors", [])],
            receipt=message.receipt,
        )
    received = (
        await session.execute(_received().where(InboundMessage.id == message_id))
    ).scalar_one_or_none()
    if received is None:
        raise ApiProblem("not-found")
    shown = _read_received(received).model_dump()
    return MessageDetail(**shown, attempt_history=[], refused_members=[], receipt=None)


def shown_state() -> ColumnElement[str]:
    """Where a message that was sent stands, as people are shown it."""
    waiting = OutboundMessage.state.in_(UNDELIVERED)
    return case(
        (_parked(), MessageState.PARKED.value),
        (waiting, MessageState.WAITING.value),
        else_=OutboundMessage.state,
    )


def _sent() -> Select[OutboundMessage, bool]:
    statement = select(OutboundMessage, _parked().label("parked"))
    # The row may have been read before a change in the same transaction.
    statement = statement.execution_options(populate_existing=True)
    return statement.options(defer(OutboundMessage.body, raiseload=True))


def _received() -> Select[InboundMessage]:
    return select(InboundMessage).options(defer(InboundMessage.body, raiseload=True))


def _parked() -> ColumnElement[bool]:
    """Whether a message waits for a person: it is dead, or a dead one stands before it in its stream."""
    before = aliased(OutboundMessage)
    dead = select(before.id).where(
        before.organisation_id == OutboundMessage.organisation_id,
        before.stream_id == OutboundMessage.stream_id,
        before.number <= OutboundMessage.number,
        before.state == OutboundState.DEAD,
    )
    return OutboundMessage.state.in_(UNDELIVERED) & dead.exists()


def _read_sent(row: OutboundMessage, *, parked: bool) -> MessageRead:
    status = show_sent(row, parked=parked)
    return MessageRead(
        **status.model_dump(),
        link_id=row.link_id,
        subject=row.subject,
        hash=row.hash,
        attempts=row.attempts,
        last_outcome=row.last_outcome,
        next_attempt_at=row.next_attempt_at if status.state is MessageState.WAITING else None,
    )


def _read_received(row: InboundMessage) -> MessageRead:
    status = show_received(row)
    waits = status.state is MessageState.WAITING
    return MessageRead(
        **status.model_dump(),
        link_id=row.link_id,
        subject=row.subject,
        hash=row.hash,
        attempts=row.apply_attempts,
        last_outcome=row.problem if waits else None,
        next_attempt_at=row.next_apply_at if waits else None,
    )


def _count(*states: OutboundState) -> Any:
    return (
        select(func.count())
        .select_from(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == Link.organisation_id,
            OutboundMessage.link_id == Link.id,
            OutboundMessage.state.in_(states),
        )
        .correlate(Link)
        .scalar_subquery()
    )


async def _attempts(session: AsyncSession, message_id: UUID) -> list[AttemptRead]:
    statement = (
        select(DeliveryAttempt)
        .where(DeliveryAttempt.message_id == message_id)
        .order_by(DeliveryAttempt.id.desc())
        .limit(ATTEMPTS_SHOWN)
    )
    return [AttemptRead.model_validate(row) for row in (await session.execute(statement)).scalars()]
