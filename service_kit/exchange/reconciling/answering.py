"""What is behind the doors of comparison."""

from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.opening import OpenLink
from service_kit.exchange.questions import Question
from service_kit.exchange.reconciling.holes import fill_holes
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.plans import want_comparison
from service_kit.exchange.reconciling.redelivering import (
    BY_COUNTERPART,
    Redelivery,
    ids_in_gaps,
    redeliver,
)
from service_kit.exchange.reconciling.sets import Side, list_day, summarise
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from shared_schemas.exchange.reconciling import (
    REDELIVERIES_MAX,
    ListingsAnswer,
    ListingsQuestion,
    RedeliveriesAnswer,
    RedeliveriesQuestion,
    SummariesQuestion,
)
from shared_schemas.exchange.summaries import DaySummary, Summary, SummaryDirection, write_summary

log = structlog.get_logger(__name__)

# Beyond this a summary reads so much that it is asked for seldom.
LONG = timedelta(days=62)
UNKNOWN_NAMED = 20  # in what is kept of a suspicion
HOLES_AT_ONCE = 1_000


def is_long(first: date, now: datetime) -> bool:
    """Tell whether a summary would go far back."""
    return first < (now - LONG).date()


async def summarise_side(question: Question, asked: SummariesQuestion) -> str:
    """Sign for what was sent or received from a day on."""
    days = await summarise(question.acting.session, _side(question, asked.direction), asked.first)
    return sign_summary(question.opened, asked.direction, days)


async def list_page(question: Question, asked: ListingsQuestion) -> ListingsAnswer:
    """Give a page of a day, with the whole day's summary of the same moment."""
    session, side = question.acting.session, _side(question, asked.direction)
    # One statement sees what the other saw, unless another transaction committed in between: the reader asks again.
    messages = await list_day(session, side, asked.day, asked.after)
    days = await summarise(session, side, asked.day, asked.day)
    return ListingsAnswer(messages=messages, summary=sign_summary(question.opened, asked.direction, days))


def sign_summary(opened: OpenLink, direction: SummaryDirection, days: tuple[DaySummary, ...]) -> str:
    """Sign, as everything else is signed on the link."""
    summary = Summary(
        link=opened.keys.link_id,
        party=opened.keys.organisation_id,
        epoch=opened.epoch,
        direction=direction,
        time=opened.database_time,
        days=days,
    )
    return write_summary(summary, *opened.keys.signing_keys)


async def answer_redeliveries(
    question: Question, asked: RedeliveriesQuestion, public_url: str
) -> RedeliveriesAnswer:
    """Queue what can go again; what was given up or never known here needs a comparison of our own."""
    session, keys = question.acting.session, question.opened.keys
    redelivery = await redeliver(session, keys, asked.ids, held=asked.held, by=BY_COUNTERPART)
    compare = bool(redelivery.settling)
    if asked.gaps:
        # Before what is there is queued: what fills a hole is queued by its being written.
        compare |= not await fill_holes(session, keys, asked.gaps, public_url, HOLES_AT_ONCE)
        inside = await ids_in_gaps(session, keys, asked.gaps, REDELIVERIES_MAX)
        _add(redelivery, await redeliver(session, keys, inside, held=False, by=BY_COUNTERPART))
    if redelivery.unknown and asked.held:
        compare = True
        await _suspect(session, question, redelivery.unknown)
    if compare:
        await want_comparison(session, keys.organisation_id, keys.link_id, RunReason.COUNTERPART)
    detail = {
        "queued": len(redelivery.queued),
        "settling": len(redelivery.settling),
        "unknown": len(redelivery.unknown),
        "held": asked.held,
    }
    await question.acting.audit("exchange.redelivery_asked", "exchange_link", keys.link_id, detail)
    return redelivery.answer()


async def _suspect(session: AsyncSession, question: Question, unknown: list[UUID]) -> None:
    """The counterpart says that it holds, under our signature, what is unknown here."""
    keys = question.opened.keys
    detail = {"count": len(unknown), "held": [str(message_id) for message_id in unknown[:UNKNOWN_NAMED]]}
    await suspect(session, keys.organisation_id, keys.link_id, SuspicionReason.HELD_UNKNOWN, detail)


def _add(to: Redelivery, more: Redelivery) -> None:
    to.queued += more.queued
    to.under_way += more.under_way
    to.settling += more.settling
    to.unknown += more.unknown


def _side(question: Question, direction: SummaryDirection) -> Side:
    keys = question.opened.keys
    return Side(keys.organisation_id, keys.link_id, direction)
