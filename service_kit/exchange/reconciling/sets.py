"""What this side sent and what it holds on a link, day by day: read from indexes alone, never from bodies."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import InboundMessage, OutboundMessage, OutboundState
from shared_schemas.exchange.reconciling import LISTING_PAGE, Listed
from shared_schemas.exchange.summaries import (
    SUMMARY_DAYS_MAX,
    DaySummary,
    SummaryDirection,
    summarise_day,
)

NOT_LIVE = (OutboundState.REPLACED.value, OutboundState.VOID.value)
UNDELIVERED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state}'")
    for state in (OutboundState.PENDING, OutboundState.LEASED, OutboundState.DEAD)
)
# So many hashes take the processor long enough for other requests to notice.
HASHED_AT_ONCE = 1_000


@dataclass(frozen=True)
class Side:
    """One direction of one link, as this side sees it."""

    organisation_id: UUID
    link_id: UUID
    direction: SummaryDirection

    @property
    def table(self) -> type[OutboundMessage] | type[InboundMessage]:
        """Give where its messages are."""
        return OutboundMessage if self.direction is SummaryDirection.SENT else InboundMessage

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """Say which of them count: sent with a receipt, or recovered; received."""
        of_link = (
            self.table.organisation_id == self.organisation_id,
            self.table.link_id == self.link_id,
        )
        return (*of_link, *has_arrived()) if self.direction is SummaryDirection.SENT else of_link


@dataclass(frozen=True)
class SentRow:
    """How a message that was written here stands."""

    id: UUID
    hash: str
    state: str
    proved: bool  # with a receipt, or recovered
    lease_runs: bool
    has_body: bool  # one that was recovered may have none

    @property
    def arrived(self) -> bool:
        """Whether the counterpart has it, as far as is known here."""
        return self.proved and self.state not in NOT_LIVE

    @property
    def on_its_way(self) -> bool:
        """Whether its receipt may be coming in this moment."""
        return self.state == OutboundState.LEASED and self.lease_runs


def has_arrived() -> tuple[ColumnElement[bool], ...]:
    """Say of a sent message that the counterpart has it, as far as is known here.

    One that was given up for another of its chain keeps the receipt it once got, but is held no more. In the very
    words of the partial index, or it would not be used.
    """
    return (
        or_(OutboundMessage.receipt.is_not(None), OutboundMessage.recovered_at.is_not(None)),
        OutboundMessage.state.not_in([literal_column(f"'{state}'") for state in NOT_LIVE]),
    )


async def summarise(
    session: AsyncSession,
    side: Side,
    first: date | None = None,
    last: date | None = None,
    *,
    at_most: int | None = SUMMARY_DAYS_MAX,
) -> tuple[DaySummary, ...]:
    """Reckon each day that has messages, from the first to the last that are named."""
    table = side.table
    statement = select(table.written_on, table.id, table.hash).where(*side.rows)
    if first is not None:
        statement = statement.where(table.written_on >= first)
    if last is not None:
        statement = statement.where(table.written_on <= last)
    summaries: list[DaySummary] = []
    async for day, messages in _by_day(session, statement.order_by(table.written_on, table.id)):
        if len(messages) > HASHED_AT_ONCE:
            summaries.append(await asyncio.to_thread(summarise_day, day, messages))
        else:
            summaries.append(summarise_day(day, messages))
        if len(summaries) == at_most:
            break
    return tuple(summaries)


async def _by_day(
    session: AsyncSession, statement: Select[date, UUID, str]
) -> AsyncIterator[tuple[date, list[tuple[UUID, str]]]]:
    current: date | None = None
    messages: list[tuple[UUID, str]] = []
    result = await session.stream(statement)
    try:
        async for day, message_id, message_hash in result:
            if current is not None and day != current:
                yield current, messages
                messages = []
            current = day
            messages.append((message_id, message_hash))
    finally:
        await result.close()
    if current is not None:
        yield current, messages


async def list_day(session: AsyncSession, side: Side, day: date, after: UUID | None = None) -> list[Listed]:
    """Give a page of one day's messages by id."""
    statement = _listed(side).where(*side.rows, side.table.written_on == day)
    if after is not None:
        statement = statement.where(side.table.id > after)
    found = await session.execute(statement.order_by(side.table.id).limit(LISTING_PAGE))
    return [Listed(*row) for row in found]


async def list_whole_day(session: AsyncSession, side: Side, day: date) -> dict[UUID, Listed]:
    """Give all of one day's messages."""
    found = await session.execute(_listed(side).where(*side.rows, side.table.written_on == day))
    return {row.id: Listed(*row) for row in found}


def _listed(side: Side) -> Select[Any]:
    table = side.table
    chain = func.nullif(table.chain_id, table.id)
    return select(table.id, table.hash, table.subject, table.number, table.type, chain)


async def count_received(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> int:
    """Count what is held of the counterpart."""
    side = Side(organisation_id, link_id, SummaryDirection.RECEIVED)
    return (await session.execute(select(func.count()).where(*side.rows))).scalar_one()


async def count_written(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> int:
    """Count what the counterpart can hold of us at most: each chain once, whether or not it has gone."""
    arrived = select(func.count()).where(*Side(organisation_id, link_id, SummaryDirection.SENT).rows)
    waiting = select(func.count()).where(
        OutboundMessage.organisation_id == organisation_id,
        OutboundMessage.link_id == link_id,
        OutboundMessage.state.in_(UNDELIVERED),
        OutboundMessage.receipt.is_(None),
        OutboundMessage.recovered_at.is_(None),
    )
    # Two counts by two indexes: together they are all that is live.
    both = select(arrived.scalar_subquery(), waiting.scalar_subquery())
    counts = (await session.execute(both)).one()
    return sum(counts)


async def find_sent(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, SentRow]:
    """Give how those of the messages stand that were written here for this link; bodies are not read."""
    table = OutboundMessage
    statement = (
        select(
            table.id,
            table.hash,
            table.state,
            or_(table.receipt.is_not(None), table.recovered_at.is_not(None)),
            func.coalesce(table.leased_until > func.clock_timestamp(), literal_column("false")),
            table.body.is_not(None),
        )
        # As one array: a day may have more messages than a statement may have parameters.
        .where(
            table.organisation_id == organisation_id,
            table.link_id == link_id,
            table.id == any_(literal(list(ids), ARRAY(Uuid))),
        )
        .order_by(table.id)
    )
    found = await session.execute(statement.with_for_update() if lock else statement)
    return {row[0]: SentRow(*row) for row in found}
