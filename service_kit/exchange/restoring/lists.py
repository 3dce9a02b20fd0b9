"""The queries behind what people see of restores. No message's content is loaded."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import InboundMessage, Link, OutboundMessage, OutboundState, OutboundStream
from service_kit.exchange.restoring.models import Restore, RestoreFinding
from service_kit.exchange.restoring.views import FindingRead, RestoreRead, StreamRead
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem


async def restores(session: AsyncSession, page: PageRequest, *, is_open: bool | None) -> Page[RestoreRead]:
    """Give a page of suspicions, newest first."""
    statement = _restores()
    if is_open is not None:
        settled = Restore.settled_at.is_not(None)
        statement = statement.where(~settled if is_open else settled)
    rows = (await session.execute(newest_first(statement, Restore.id, page))).all()
    return make_page(rows, page, RestoreRead.model_validate, lambda row: row.id)


async def open_restores(session: AsyncSession, link_id: UUID | None) -> list[RestoreRead]:
    """Give the open suspicions of one link, or of all."""
    statement = _restores().where(Restore.settled_at.is_(None)).order_by(Restore.id)
    if link_id is not None:
        statement = statement.where(Restore.link_id == link_id)
    return [RestoreRead.model_validate(row) for row in await session.execute(statement)]


async def find_restore(session: AsyncSession, restore_id: UUID) -> RestoreRead:
    """Give one suspicion. Raises 404."""
    row = (await session.execute(_restores().where(Restore.id == restore_id))).one_or_none()
    if row is None:
        raise ApiProblem("not-found")
    return RestoreRead.model_validate(row)


async def findings(session: AsyncSession, restore_id: UUID, page: PageRequest) -> Page[FindingRead]:
    """Give a page of what one restore had lost. Raises 404."""
    await find_restore(session, restore_id)
    come = (InboundMessage.organisation_id == RestoreFinding.organisation_id) & (
        InboundMessage.id == RestoreFinding.message_id
    )
    # Of what was to come again the rest is known once it has come.
    statement = (
        select(
            RestoreFinding.id,
            RestoreFinding.kind,
            RestoreFinding.message_id,
            RestoreFinding.successor_id,
            func.coalesce(RestoreFinding.subject, InboundMessage.subject).label("subject"),
            func.coalesce(RestoreFinding.number, InboundMessage.number).label("number"),
            func.coalesce(RestoreFinding.type, InboundMessage.type).label("type"),
            RestoreFinding.at,
        )
        .outerjoin(InboundMessage, come)
        .where(RestoreFinding.restore_id == restore_id)
    )
    rows = (await session.execute(newest_first(statement, RestoreFinding.id, page))).all()
    return make_page(rows, page, FindingRead.model_validate, lambda row: row.id)


async def streams(session: AsyncSession, page: PageRequest, *, parked: bool | None) -> Page[StreamRead]:
    """Give a page of streams, newest first."""
    statement = _streams()
    if parked is not None:
        waits = OutboundStream.parked_at.is_not(None)
        statement = statement.where(waits if parked else ~waits)
    rows = (await session.execute(newest_first(statement, OutboundStream.id, page))).all()
    return make_page(rows, page, StreamRead.model_validate, lambda row: row.id)


async def find_stream(session: AsyncSession, stream_id: UUID) -> StreamRead:
    """Give one stream that is there."""
    return StreamRead.model_validate(
        (await session.execute(_streams().where(OutboundStream.id == stream_id))).one()
    )


def _restores() -> Select[Any]:
    of_its_link = (Link.organisation_id == Restore.organisation_id) & (Link.id == Restore.link_id)
    return select(*Restore.__table__.columns, Link.counterpart_name).join(Link, of_its_link)


def _streams() -> Select[Any]:
    recovered = OutboundMessage.recovered_at.is_not(None)
    undelivered = OutboundMessage.state.in_((OutboundState.PENDING, OutboundState.LEASED, OutboundState.DEAD))
    return select(
        *OutboundStream.__table__.columns,
        _count(recovered).label("recovered"),
        _count(recovered & OutboundMessage.body.is_(None)).label("without_content"),
        _count(undelivered).label("waiting"),
    )


def _count(condition: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .where(
            OutboundMessage.organisation_id == OutboundStream.organisation_id,
            OutboundMessage.stream_id == OutboundStream.id,
            condition,
        )
        .correlate(OutboundStream)
        .scalar_subquery()
    )
