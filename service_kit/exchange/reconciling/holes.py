"""Numbers asked for that no live message has: each is filled, so that the counterpart need not wait for ever."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundStream
from service_kit.exchange.reconciling.sets import NOT_LIVE
from service_kit.exchange.restoring.filling import fill_lost, fill_void
from shared_schemas.exchange.reconciling import Gap


async def fill_holes(
    session: AsyncSession, keys: LinkKeys, gaps: Sequence[Gap], public_url: str, at_most: int
) -> bool:
    """Fill the asked numbers that no live message has; ``False`` where one is beyond what was ever given.

    The counterpart holds a later number of that stream: then this database is older than what it holds.
    """
    known = True
    for gap in gaps:
        stream = (
            await session.execute(
                select(OutboundStream)
                .filter_by(organisation_id=keys.organisation_id, link_id=keys.link_id, subject=gap.subject)
                .with_for_update()
            )
        ).scalar_one_or_none()
        if stream is None or gap.last >= stream.last_number:
            known = False
            continue
        taken = await _numbers(session, stream, gap)
        holes = [number for number in range(gap.first, gap.last + 1) if number not in taken]
        for number in holes[:at_most]:
            await _fill(session, keys, stream, number, public_url)
    return known


async def _numbers(session: AsyncSession, stream: OutboundStream, gap: Gap) -> set[int]:
    """Give the numbers of a gap that a live message has."""
    statement = select(OutboundMessage.number).where(
        OutboundMessage.organisation_id == stream.organisation_id,
        OutboundMessage.stream_id == stream.id,
        OutboundMessage.number.between(gap.first, gap.last),
        OutboundMessage.state.not_in(NOT_LIVE),
    )
    return set((await session.execute(statement)).scalars())


async def _fill(
    session: AsyncSession, keys: LinkKeys, stream: OutboundStream, number: int, public_url: str
) -> None:
    given_up = (
        select(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == stream.organisation_id,
            OutboundMessage.stream_id == stream.id,
            OutboundMessage.number == number,
        )
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
    message = (await session.execute(given_up)).scalar_one_or_none()
    if message is None:
        await fill_lost(session, keys, stream, number, public_url)
    else:
        await fill_void(session, keys, message)
