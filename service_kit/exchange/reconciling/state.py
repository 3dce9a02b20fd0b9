"""How an end of a link stands: what this side answers, and what it keeps of the counterpart's answer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.audit_tree.witnessing import last_cosigned
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import Link
from service_kit.exchange.own_types import OWN_TYPES
from service_kit.exchange.reconciling.equality import last_equal
from service_kit.exchange.reconciling.gaps import find_gaps
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.plans import want_comparison
from service_kit.exchange.reconciling.sets import count_received
from shared_schemas.exchange.limits import (
    BATCH_MAX_MESSAGES,
    BODY_MAX_BYTES,
    DOCUMENT_MAX_BYTES,
    SEQUENCE_AHEAD_MAX,
)
from shared_schemas.exchange.reconciling import LISTING_PAGE, REDELIVERIES_MAX, Limits, StateAnswer
from shared_schemas.exchange.times import format_epoch, parse_epoch

log = structlog.get_logger(__name__)

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


async def keep_epoch(session: AsyncSession, keys: LinkKeys, told: str) -> bool:
    """Keep the counterpart's epoch; tell whether its history began anew since it last said so.

    Then everything is compared at once. An epoch earlier than the one known is of an older copy that still runs:
    it changes nothing here, and people hear of it.
    """
    epoch = parse_epoch(told)
    of_link = Link.organisation_id == keys.organisation_id, Link.id == keys.link_id
    known = (await session.execute(select(Link.counterpart_epoch).where(*of_link))).scalar_one()
    if known == epoch:
        return False
    if known is not None and epoch < known:
        detail = {"known": format_epoch(known), "told": told, "reason": "older_epoch"}
        await raise_alert(
            session, keys.organisation_id, AlertKind.STATEMENT_REFUSED, link_id=keys.link_id, detail=detail
        )
        log.error("exchange_epoch_older", link_id=str(keys.link_id))
        return False
    await session.execute(
        update(Link)
        .where(*of_link)
        .values(counterpart_epoch=epoch)
        .execution_options(synchronize_session=False)
    )
    if known is None:
        return False
    detail = {"known": format_epoch(known), "told": told}
    await record_audit(session, keys.caller(), "exchange.new_epoch", "exchange_link", keys.link_id, detail)
    await want_comparison(session, keys.organisation_id, keys.link_id, RunReason.EPOCH, all_days=True)
    return True


async def keep_state(session: AsyncSession, keys: LinkKeys, told: StateAnswer) -> bool:
    """Keep what the counterpart says of itself; tell whether its epoch is a new one."""
    await session.execute(
        update(Link)
        .where(Link.organisation_id == keys.organisation_id, Link.id == keys.link_id)
        .values(counterpart_batch_max=told.batch_max, counterpart_types=told.types)
        .execution_options(synchronize_session=False)
    )
    return await keep_epoch(session, keys, told.epoch)
