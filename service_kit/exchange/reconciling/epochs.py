"""The counterpart's epoch: since when its database's history runs, as its answers and receipts tell."""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import Link
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.plans import want_comparison
from shared_schemas.exchange.times import format_epoch, parse_epoch

log = structlog.get_logger(__name__)

_EPOCH_LINE = 3  # of a receipt: kind, link, receiver, epoch


async def notice_epoch(session: AsyncSession, keys: LinkKeys, receipt: str) -> None:
    """Keep the epoch of a receipt that was verified; one that is known already costs nothing."""
    epoch = parse_epoch(receipt.split("\n", _EPOCH_LINE + 1)[_EPOCH_LINE])
    if epoch != keys.counterpart_epoch:
        await keep_epoch(session, keys, epoch)


async def keep_epoch(session: AsyncSession, keys: LinkKeys, epoch: datetime) -> bool:
    """Keep the counterpart's epoch; tell whether its history began anew since it last said so.

    Then everything is compared at once. An epoch earlier than the one known is of an older copy that still runs:
    it changes nothing here, and people hear of it.
    """
    of_link = Link.organisation_id == keys.organisation_id, Link.id == keys.link_id
    known = (await session.execute(select(Link.counterpart_epoch).where(*of_link))).scalar_one()
    if known == epoch:
        return False
    if known is not None and epoch < known:
        detail = {"known": format_epoch(known), "told": format_epoch(epoch), "reason": "older_epoch"}
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
    detail = {"known": format_epoch(known), "told": format_epoch(epoch)}
    await record_audit(session, keys.caller(), "exchange.new_epoch", "exchange_link", keys.link_id, detail)
    await want_comparison(session, keys.organisation_id, keys.link_id, RunReason.EPOCH, all_days=True)
    return True
