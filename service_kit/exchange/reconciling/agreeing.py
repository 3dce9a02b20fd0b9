"""Handing our own signed word over when all was equal, so that both sides keep the other's from one comparison."""

from datetime import UTC, date, datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.links import LinkKeys
from service_kit.exchange.opening import OpenLink
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.outcomes import Outcome, record_outcome
from service_kit.exchange.reconciling.sets import Side, summarise
from shared_schemas.exchange.limits import TIMESTAMP_TOLERANCE
from shared_schemas.exchange.reconciling import EqualWords
from shared_schemas.exchange.summaries import (
    SUMMARY_DAYS_MAX,
    Summary,
    SummaryDirection,
    SummaryRejected,
    open_summary,
    write_summary,
)

log = structlog.get_logger(__name__)


async def sign_side(
    session: AsyncSession, keys: LinkKeys, direction: SummaryDirection, first: date | None, epoch: datetime
) -> str:
    """Sign for what was sent or received from a day on, as it stands in this transaction."""
    days = await summarise(session, Side(keys.organisation_id, keys.link_id, direction), first)
    now = (await session.execute(select(func.now()))).scalar_one()
    summary = Summary(keys.link_id, keys.organisation_id, epoch, direction, now.astimezone(UTC), days)
    return write_summary(summary, *keys.signing_keys)


async def own_words(session: AsyncSession, keys: LinkKeys, first: date | None, epoch: datetime) -> EqualWords:
    """Say, for both directions, what we found equal."""
    return EqualWords(
        first=first,
        sent=await sign_side(session, keys, SummaryDirection.SENT, first, epoch),
        received=await sign_side(session, keys, SummaryDirection.RECEIVED, first, epoch),
    )


async def take_words(session: AsyncSession, opened: OpenLink, words: EqualWords) -> bool:
    """Keep the counterpart's word that all is equal, where it is so here too; else nothing: we compare ourselves.

    What it says is no more than a claim until its roots are those of what is here. Where messages cross in this
    very moment they may not be, and the next comparison is as good.
    """
    keys = opened.keys
    days = 0
    for direction, note in ((SummaryDirection.SENT, words.sent), (SummaryDirection.RECEIVED, words.received)):
        try:
            theirs = open_summary(
                note,
                link=keys.link_id,
                party=keys.counterpart_party,
                direction=direction,
                public_keys=keys.counterpart_keys,
            )
        except SummaryRejected:
            log.warning("exchange_words_refused", link_id=str(keys.link_id))
            return False
        side = Side(keys.organisation_id, keys.link_id, direction.opposite)
        ours = await summarise(session, side, words.first)
        old = abs(theirs.time - opened.database_time) > TIMESTAMP_TOLERANCE
        if len(ours) == SUMMARY_DAYS_MAX:  # the statement does not reach the last day
            return False
        if old or theirs.epoch != keys.counterpart_epoch or theirs.days != ours:
            return False
        days += len(ours)
    await record_outcome(session, keys, _outcome(opened, words, days))
    return True


def _outcome(opened: OpenLink, words: EqualWords, days: int) -> Outcome:
    keys = opened.keys
    return Outcome(
        organisation_id=keys.organisation_id,
        link_id=keys.link_id,
        reason=RunReason.COUNTERPART,
        started_at=opened.database_time,
        first_day=words.first,
        days=days,
        sent_equal=True,
        received_equal=True,
        findings=(),
        counterpart_epoch=keys.counterpart_epoch or opened.epoch,
        received_summaries=(words.received,),
        sent_summaries=(words.sent,),
    )
