"""What people see of dead letters, and the exact content of a message, which is read for a reason and audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from service_kit.acting import Acting
from service_kit.exchange.letters.models import Disposal, DisposalState
from service_kit.exchange.letters.schemas import DeadLetterRead, MessageContent, OpenProposal
from service_kit.exchange.message_lists import read_sent, sent_rows
from service_kit.exchange.message_views import RefusedMember
from service_kit.exchange.models import DeliveryAttempt, InboundMessage, OutboundMessage, OutboundState
from service_kit.exchange.status import Direction
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem
from shared_schemas.exchange.envelope import parse_envelope


@dataclass(frozen=True)
class LetterFilter:
    """What is asked for: each part narrows the list."""

    link_id: UUID | None = None
    subject: str | None = None
    reason: str | None = None
    type: str | None = None
    older_than_hours: int | None = None


async def dead_letters(acting: Acting, page: PageRequest, asked: LetterFilter) -> Page[DeadLetterRead]:
    """Give a page of dead messages, newest first, with what stands around each."""
    dead_since, behind, age = _dead_since(), _behind(), func.now() - OutboundMessage.created_at
    statement = sent_rows().add_columns(
        dead_since.label("dead_since"), behind.label("behind"), func.extract("epoch", age).label("age")
    )
    statement = statement.where(*_asked(acting.organisation_id, asked))
    rows = (await acting.session.execute(newest_first(statement, OutboundMessage.id, page))).all()
    proposals = await _proposals(acting.session, [row[0].id for row in rows])
    return make_page(rows, page, lambda row: _show(row, proposals), lambda row: row[0].id)


async def read_content(acting: Acting, message_id: UUID) -> MessageContent:
    """Read a message whole, sent or received. Audited; raises 404, also where the bytes are not held."""
    found: tuple[Direction, Any] | None = None
    for direction, model in ((Direction.SENT, OutboundMessage), (Direction.RECEIVED, InboundMessage)):
        statement = select(model).where(
            model.organisation_id == acting.organisation_id, model.id == message_id
        )
        row = (await acting.session.execute(statement.options(undefer(model.body)))).scalar_one_or_none()
        found = found or ((direction, row) if row is not None else None)
    if found is None or found[1].body is None:
        raise ApiProblem("not-found")
    direction, row = found
    detail = {"direction": direction.value, "type": row.type, "hash": row.hash}
    await acting.audit("exchange.content_read", "exchange_message", message_id, detail)
    body: bytes = row.body
    return MessageContent(
        message_id=message_id,
        direction=direction,
        type=row.type,
        subject=row.subject,
        hash=row.hash,
        text=body.decode(),
        data=parse_envelope(body).data,
    )


def _asked(organisation_id: UUID, asked: LetterFilter) -> list[ColumnElement[bool]]:
    conditions = [
        OutboundMessage.organisation_id == organisation_id,
        OutboundMessage.state == OutboundState.DEAD,
    ]
    if asked.link_id is not None:
        conditions.append(OutboundMessage.link_id == asked.link_id)
    if asked.subject is not None:
        conditions.append(OutboundMessage.subject == asked.subject)
    if asked.reason is not None:
        conditions.append(OutboundMessage.problem["name"].astext == asked.reason)
    if asked.type is not None:
        conditions.append(OutboundMessage.type == asked.type)
    if asked.older_than_hours is not None:
        written_before = func.now() - timedelta(hours=asked.older_than_hours)
        conditions.append(OutboundMessage.created_at < written_before)
    return conditions


def _dead_since() -> ColumnElement[datetime]:
    """The last attempt is the one that killed it: a dead message is not sent."""
    return (
        select(func.max(DeliveryAttempt.started_at))
        .where(
            DeliveryAttempt.organisation_id == OutboundMessage.organisation_id,
            DeliveryAttempt.message_id == OutboundMessage.id,
        )
        .correlate(OutboundMessage)
        .scalar_subquery()
    )


def _behind() -> ColumnElement[int]:
    later = aliased(OutboundMessage)
    return (
        select(func.count())
        .select_from(later)
        .where(
            later.organisation_id == OutboundMessage.organisation_id,
            later.stream_id == OutboundMessage.stream_id,
            later.number > OutboundMessage.number,
            later.state.in_((OutboundState.PENDING, OutboundState.LEASED)),
        )
        .correlate(OutboundMessage)
        .scalar_subquery()
    )


async def _proposals(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, OpenProposal]:
    statement = select(Disposal).where(Disposal.message_id.in_(ids), Disposal.state == DisposalState.PROPOSED)
    rows = (await session.execute(statement)).scalars() if ids else ()
    return {row.message_id: OpenProposal.model_validate(row) for row in rows}


def _show(row: Any, proposals: Mapping[UUID, OpenProposal]) -> DeadLetterRead:
    message: OutboundMessage = row[0]
    shown = read_sent(message, parked=row.parked, replaced_by=row.replaced_by)
    return DeadLetterRead(
        **shown.model_dump(),
        dead_since=row.dead_since,
        age_seconds=max(0, int(row.age)),
        refused_members=[RefusedMember(**error) for error in (message.problem or {}).get("errors", [])],
        parked_behind=row.behind,
        proposal=proposals.get(message.id),
    )
