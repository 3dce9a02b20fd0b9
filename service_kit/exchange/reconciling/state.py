"""How an end of a link stands: what this side answers, and what it keeps of the counterpart's answer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit_tree.witnessing import last_cosigned
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import Link
from service_kit.exchange.own_types import OWN_TYPES
from service_kit.exchange.reconciling.epochs import keep_epoch
from service_kit.exchange.reconciling.equality import last_equal
from service_kit.exchange.reconciling.gaps import find_gaps
from service_kit.exchange.reconciling.sets import count_received
from shared_schemas.exchange.limits import (
    BATCH_MAX_MESSAGES,
    BODY_MAX_BYTES,
    DOCUMENT_MAX_BYTES,
    SEQUENCE_AHEAD_MAX,
)
from shared_schemas.exchange.reconciling import LISTING_PAGE, REDELIVERIES_MAX, Limits, StateAnswer
from shared_schemas.exchange.times import format_epoch, parse_epoch

LIMITS = Limits(
    body_bytes=BODY_MAX_BYTES,
    document_bytes=DOCUMENT_MAX_BYTES,
    ahead=SEQUENCE_AHEAD_MAX,
    listing_page=LISTING_PAGE,
    redeliveries=REDELIVERIES_MAX,
)


async def own_state(
    session: AsyncSession, keys: LinkKeys, epoch: datetime, types: Collection[str]
) -> StateAnswer:
    """Say how this end of the link stands."""
    organisation_id, link_id = keys.organisation_id, keys.link_id
    equal = await last_equal(session, organisation_id, link_id)
    return StateAnswer(
        epoch=format_epoch(epoch),
        types=sorted({*types, *OWN_TYPES}),
        schemes=sorted(scheme.value for scheme in keys.schemes),
        limits=LIMITS,
        batch_max=BATCH_MAX_MESSAGES,
        received_count=await count_received(session, organisation_id, link_id),
        gaps=[found.gap for found in await find_gaps(session, organisation_id, link_id)],
        sent_equal_at=equal.sent,
        received_equal_at=equal.received,
        cosigned_at=await _last_cosigned(session, organisation_id, link_id),
    )


async def _last_cosigned(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> datetime | None:
    last = await last_cosigned(session, organisation_id, link_id)
    return last.cosigned_at if last else None


async def keep_state(session: AsyncSession, keys: LinkKeys, told: StateAnswer) -> bool:
    """Keep what the counterpart says of itself; tell whether its epoch is a new one."""
    await session.execute(
        update(Link)
        .where(Link.organisation_id == keys.organisation_id, Link.id == keys.link_id)
        .values(counterpart_batch_max=told.batch_max, counterpart_types=told.types)
        .execution_options(synchronize_session=False)
    )
    return await keep_epoch(session, keys, parse_epoch(told.epoch))
