"""Comparing a link with its counterpart, both directions, and healing what differs. No transaction is held over a call."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.asking import Asker
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import load_link
from service_kit.exchange.reconciling.comparing import Finding, days_that_differ
from service_kit.exchange.reconciling.models import FindingKind, RunReason
from service_kit.exchange.reconciling.outcomes import Outcome, record_outcome
from service_kit.exchange.reconciling.plans import first_day_to_compare
from service_kit.exchange.reconciling.sets import Side, count_written, summarise
from service_kit.exchange.reconciling.state import keep_state
from service_kit.exchange.reconciling.theirs import StatementRefused, TheirDays, ask_patiently, their_days
from service_kit.exchange.reconciling.walking import Walker
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.identity import ServiceState
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.reconciling import StateAnswer
from shared_schemas.exchange.summaries import DaySummary, SummaryDirection
from shared_schemas.exchange.times import format_epoch, parse_epoch

log = structlog.get_logger(__name__)

# Called with the direction, how many differing days were walked, and how many there are.
Progress = Callable[[SummaryDirection, int, int], Awaitable[None]]


@dataclass
class _Direction:
    equal: bool = False
    days: int = 0
    notes: list[str] = field(default_factory=list)


async def reconcile_link(
    database: Database,
    settings: ServiceSettings,
    client: ExchangeClient,
    organisation_id: UUID,
    link_id: UUID,
    *,
    reason: RunReason = RunReason.DAILY,
    all_days: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Compare one link in both directions, heal, record what was found, and give it.

    ``database`` is in the worker's role. Raises ``LinkUnusable``, and ``QuestionRefused`` where the counterpart gives
    no usable answer: then nothing was compared. A statement that does not verify or fit is a finding.
    """
    async with database.transaction(organisation_id) as session:
        keys = await load_link(session, organisation_id, link_id, settings.key_bytes())
        now, own_epoch = await _read_times(session)
    asker = Asker.at(client, keys, now)
    told = await ask_patiently(asker, "/state", {"epoch": format_epoch(own_epoch)}, StateAnswer)
    async with database.transaction(organisation_id) as session:
        new_epoch = await keep_state(session, keys, told)
        await _check_count(session, organisation_id, link_id, told.received_count)
        first = await first_day_to_compare(
            session, organisation_id, link_id, now.date(), all_days=all_days or new_epoch
        )
    walker = Walker(database, asker, parse_epoch(told.epoch))
    findings: list[Finding] = []
    sent, received = _Direction(), _Direction()
    for direction, result in ((SummaryDirection.SENT, sent), (SummaryDirection.RECEIVED, received)):
        findings += await _compare(database, walker, direction, first, result, progress)
    outcome = Outcome(
        organisation_id=organisation_id,
        link_id=link_id,
        reason=reason,
        started_at=now,
        first_day=first,
        days=sent.days + received.days,
        sent_equal=sent.equal,
        received_equal=received.equal,
        findings=tuple(findings),
        counterpart_epoch=walker.epoch,
        received_summaries=tuple(sent.notes),
        sent_summaries=tuple(received.notes),
    )
    async with database.transaction(organisation_id) as session:
        await record_outcome(session, keys, outcome)
    log.info(
        "exchange_reconciled",
        link_id=str(link_id),
        result="equal" if outcome.equal else "not_equal",
        count=len(findings),
    )
    return outcome


async def _read_times(session: AsyncSession) -> tuple[datetime, datetime]:
    """The database's own time, never moved, and since when its history runs."""
    row = (await session.execute(select(func.now(), func.date_trunc("second", ServiceState.epoch)))).one()
    return row[0], row[1]


async def _check_count(session: AsyncSession, organisation_id: UUID, link_id: UUID, received: int) -> None:
    """Suspect this database where the counterpart holds more than was ever written here.

    Its count was read before ours, so that what is written meanwhile is on the safe side.
    """
    written = await count_written(session, organisation_id, link_id)
    if received > written:
        detail = {"received_count": received, "written": written}
        await suspect(session, organisation_id, link_id, SuspicionReason.RECEIVED_COUNT, detail)


async def _compare(
    database: Database,
    walker: Walker,
    direction: SummaryDirection,
    first: date | None,
    result: _Direction,
    progress: Progress | None,
) -> list[Finding]:
    """Compare one direction day by day and walk those that differ; the sender's set is read before the receiver's."""
    findings: list[Finding] = []
    try:
        ours, theirs = await _read_both(database, walker, direction, first)
        result.notes += theirs.notes
        result.days = len({day.day for day in ours} | theirs.days.keys())
        differing = days_that_differ(ours, theirs.days.values())
        for done, day in enumerate(differing):
            if progress is not None:
                await progress(direction, done, len(differing))
            found, note = await walker.walk(direction, day)
            findings += found
            result.notes.append(note)
    except StatementRefused as refusal:
        findings.append(Finding(FindingKind.STATEMENT_REFUSED, direction, refusal.day, code=refusal.code))
    result.equal = not findings
    return findings


async def _read_both(
    database: Database, walker: Walker, direction: SummaryDirection, first: date | None
) -> tuple[Sequence[DaySummary], TheirDays]:
    keys = walker.asker.keys
    side = Side(keys.organisation_id, keys.link_id, direction)

    async def ours() -> Sequence[DaySummary]:
        async with database.transaction(keys.organisation_id) as session:
            return await summarise(session, side, first, at_most=None)

    if direction is SummaryDirection.SENT:
        own = await ours()
        return own, await their_days(walker.asker, direction.opposite, first, walker.epoch)
    theirs = await their_days(walker.asker, direction.opposite, first, walker.epoch)
    return await ours(), theirs
