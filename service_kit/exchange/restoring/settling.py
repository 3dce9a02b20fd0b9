"""Settling a suspicion, link by link: compare, begin an epoch where there is a difference, recover, send again.

Every step is committed by itself and may be done twice: what is killed in between goes on where it was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.db import Database
from service_kit.exchange.alerts import AlertKind, clear_alerts
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkKeys, load_link
from service_kit.exchange.models import DeliveryMode, Link
from service_kit.exchange.reconciling.models import Reconciliation, RunReason
from service_kit.exchange.reconciling.plans import want_comparison
from service_kit.exchange.reconciling.reconcile import reconcile_link
from service_kit.exchange.reconciling.theirs import StatementRefused, ask_patiently, their_day
from service_kit.exchange.restoring.findings import OfRestore, add_finding
from service_kit.exchange.restoring.losses import Losses, losses_of
from service_kit.exchange.restoring.models import FindingKind, Restore, RestoreFinding, SuspicionReason
from service_kit.exchange.restoring.planning import Held, ImplausibleNumbers
from service_kit.exchange.restoring.recovering import Recovery, recover_stream
from service_kit.exchange.restoring.suspecting import HELD_FOR_RESTORE
from service_kit.identity import ServiceState
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.reconciling import StateAnswer
from shared_schemas.exchange.summaries import SummaryDirection
from shared_schemas.exchange.times import format_epoch, parse_epoch

log = structlog.get_logger(__name__)

# Noticed here, or said by a person of this side: no counterpart can bring it about.
BY_ITSELF = (SuspicionReason.SYSTEM_IDENTIFIER, SuspicionReason.TIMELINE, SuspicionReason.PERSON)
EPOCHS_APART = timedelta(days=1)
ROUNDS = 3  # what is recovered, and what came in between, is compared again so often at most


class Standing(StrEnum):
    """How a suspicion stands after a try."""

    NONE = "none"  # nothing was suspected
    UNANSWERED = "unanswered"  # the counterpart gave no comparison
    WAITS_FOR_PERSON = "waits_for_person"  # messages of ours are unknown here: keys must be confirmed
    SETTLED = "settled"


@dataclass(frozen=True)
class Settling:
    """What is worked with. ``database`` is in the worker's role."""

    database: Database
    settings: ServiceSettings
    client: ExchangeClient
    organisation_id: UUID
    link_id: UUID


async def settle_link(work: Settling) -> Standing:
    """Take a link's open suspicion as far as it goes without a person.

    No difference, or only what the counterpart sends again by itself, lets sending go on. Where it holds what is
    unknown here, a person must have confirmed the keys: a stolen key would look the same.
    """
    restore = await _open_restore(work)
    if restore is None:
        return Standing.NONE
    if await _cannot_be_asked(work):
        return await _settle_unasked(work, restore)
    for _ in range(ROUNDS):
        standing = await _compare_and_recover(work, restore)
        if standing is not None:
            return standing
    await _note_problem(work, restore, "still_unknown")
    return Standing.UNANSWERED


async def _compare_and_recover(work: Settling, restore: Restore) -> Standing | None:
    """Compare once and enter what is unknown; ``None`` where it was entered, and is to be compared again."""
    losses = await _compare(work, restore)
    if losses is None:
        return Standing.UNANSWERED
    # What is missing of the audit tree no message tells; its name begins anew with the epoch.
    if losses.counts or restore.reason == SuspicionReason.COSIGNED_SIZE:
        if not await _may_begin_epoch(work, restore):
            await _note_problem(work, restore, "differs_again_today")
            return Standing.WAITS_FOR_PERSON
        await _begin_epoch(work, restore, losses)
    if not losses.unknown:
        await _settle(work, restore)
        return Standing.SETTLED
    if restore.confirmed_at is None:
        return Standing.WAITS_FOR_PERSON
    return None if await _recover(work, restore, losses) else Standing.UNANSWERED


async def _open_restore(work: Settling) -> Restore | None:
    async with work.database.transaction(work.organisation_id) as session:
        statement = (
            select(Restore)
            .filter_by(organisation_id=work.organisation_id, link_id=work.link_id)
            .where(Restore.settled_at.is_(None))
        )
        restore = (await session.execute(statement)).scalar_one_or_none()
        if restore is not None:
            await _change(session, restore, tried_at=func.now())
        return restore


async def _cannot_be_asked(work: Settling) -> bool:
    async with work.database.transaction(work.organisation_id) as session:
        mode = select(Link.delivery_mode).filter_by(organisation_id=work.organisation_id, id=work.link_id)
        return (await session.execute(mode)).scalar_one() != DeliveryMode.PUSH


async def _settle_unasked(work: Settling, restore: Restore) -> Standing:
    """A counterpart whose network lets nothing in compares by itself, and hands its word over where all is equal.

    Without that word only a person can let sending go on.
    """
    if restore.confirmed_at is None and not await _was_found_equal(work, restore):
        await _note_problem(work, restore, "counterpart_collects")
        return Standing.WAITS_FOR_PERSON
    await _settle(work, restore)
    return Standing.SETTLED


async def _was_found_equal(work: Settling, restore: Restore) -> bool:
    equal = select(Reconciliation.id).where(
        Reconciliation.organisation_id == work.organisation_id,
        Reconciliation.link_id == work.link_id,
        Reconciliation.started_at > restore.suspected_at,
        Reconciliation.sent_equal,
        Reconciliation.received_equal,
    )
    async with work.database.transaction(work.organisation_id) as session:
        return (await session.execute(equal.limit(1))).first() is not None


async def _compare(work: Settling, restore: Restore) -> Losses | None:
    """Compare every day in both directions; what heals by sending again is healed on the way."""
    try:
        outcome = await reconcile_link(
            work.database,
            work.settings,
            work.client,
            work.organisation_id,
            work.link_id,
            reason=RunReason.RESTORE,
            all_days=True,
        )
    except QuestionRefused as refusal:
        await _note_problem(work, restore, refusal.kind)
        return None
    losses = losses_of(outcome.findings)
    if losses.refused is not None:
        await _note_problem(work, restore, losses.refused)
        return None
    async with work.database.transaction(work.organisation_id) as session:
        told = losses.counts or (restore.difference or {})
        await _change(session, restore, compared_at=func.now(), problem=None, difference=told)
        restore.difference = told
        await _name_lacking(session, work, restore, losses)
    return losses


async def _name_lacking(session: AsyncSession, work: Settling, restore: Restore, losses: Losses) -> None:
    """Name what is to come again and what differs, each once: their numbers are known only when they come."""
    named = select(RestoreFinding.message_id).filter_by(
        organisation_id=work.organisation_id, restore_id=restore.id
    )
    known = set((await session.execute(named)).scalars())
    of = OfRestore(work.organisation_id, work.link_id, restore.id)
    for kind, found in (
        (FindingKind.TO_COME_AGAIN, losses.lacking),
        (FindingKind.DIFFERENT, losses.different),
    ):
        for message_id in sorted(found.keys() - known):
            await add_finding(session, of, kind, message_id=message_id)


async def _may_begin_epoch(work: Settling, restore: Restore) -> bool:
    """Tell whether a difference may begin an epoch, which makes every counterpart compare everything.

    What one counterpart says may do so once a day; more often a person must have confirmed it.
    """
    if restore.confirmed_at is not None or restore.epoch is not None or restore.reason in BY_ITSELF:
        return True
    async with work.database.transaction(work.organisation_id) as session:
        lately = select(ServiceState.epoch > func.now() - EPOCHS_APART)
        return not (await session.execute(lately)).scalar_one()


async def _begin_epoch(work: Settling, restore: Restore, losses: Losses) -> None:
    """Begin this database's history anew, once for what was suspected together, and say so to the counterpart.

    It then compares by itself at once; where it cannot be told now, it learns it with the next receipt or question.
    """
    async with work.database.transaction(work.organisation_id) as session:
        epoch = await _renew_epoch(session, restore.suspected_at)
        keys = await load_link(session, work.organisation_id, work.link_id, work.settings.key_bytes())
        now = (await session.execute(select(func.now()))).scalar_one()
        if restore.epoch is None:
            await _change(session, restore, epoch=epoch)
            restore.epoch = epoch
            detail = {"epoch": format_epoch(epoch), **losses.counts}
            await _audit(session, keys, "exchange.epoch_begun", detail)
    try:
        asker = Asker.at(work.client, keys, now)
        await ask_patiently(asker, "/state", {"epoch": format_epoch(epoch)}, StateAnswer)
    except QuestionRefused as refusal:
        log.warning("exchange_epoch_untold", link_id=str(work.link_id), problem=refusal.kind)


async def _renew_epoch(session: AsyncSession, suspected_at: datetime) -> datetime:
    """Give the epoch, which is now, to the second, and later than before, unless it began after the suspicion."""
    stored: datetime = (await session.execute(select(ServiceState.epoch).with_for_update())).scalar_one()
    if stored >= suspected_at:
        return stored.replace(microsecond=0)
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    before = stored.replace(microsecond=0)
    epoch = max(now.replace(microsecond=0), before + timedelta(seconds=1))
    await session.execute(update(ServiceState).values(epoch=epoch))
    return epoch


async def _recover(work: Settling, restore: Restore, losses: Losses) -> bool:
    """Enter what the counterpart holds of ours, day by day as it signs, stream by stream."""
    async with work.database.transaction(work.organisation_id) as session:
        keys = await load_link(session, work.organisation_id, work.link_id, work.settings.key_bytes())
        now = (await session.execute(select(func.now()))).scalar_one()
    asker = Asker.at(work.client, keys, now)
    try:
        told = await ask_patiently(asker, "/state", {"epoch": format_epoch(await _epoch(work))}, StateAnswer)
        held: dict[str, list[Held]] = {}
        statements = {}
        for day in losses.days:
            listed = await their_day(asker, SummaryDirection.RECEIVED, day, parse_epoch(told.epoch))
            statements[day] = listed.note
            for one in listed.messages.values():
                of_stream = held.setdefault(one.subject, [])
                of_stream.append(Held(one.id, one.hash, one.subject, one.number, one.type, one.chain_id, day))
    except QuestionRefused as refusal:
        await _note_problem(work, restore, refusal.kind)
        return False
    except StatementRefused as refusal:
        await _note_problem(work, restore, refusal.code)
        return False
    recovery = Recovery(restore.id, keys, statements, work.settings.public_url)
    for subject in sorted(held):
        if all(one.id not in losses.unknown for one in held[subject]):
            continue
        try:
            async with work.database.transaction(work.organisation_id) as session:
                await recover_stream(session, recovery, subject, held[subject])
        except ImplausibleNumbers:
            await _note_problem(work, restore, "numbers_too_far")
            return False
    return True


async def _epoch(work: Settling) -> datetime:
    async with work.database.transaction(work.organisation_id) as session:
        epoch: datetime = (await session.execute(select(ServiceState.epoch))).scalar_one()
        return epoch.replace(microsecond=0)


async def _settle(work: Settling, restore: Restore) -> None:
    """Let sending go on, on this link."""
    async with work.database.transaction(work.organisation_id) as session:
        keys = await load_link(session, work.organisation_id, work.link_id, work.settings.key_bytes())
        await _change(session, restore, settled_at=func.now())
        await session.execute(
            update(Link)
            .where(
                Link.organisation_id == work.organisation_id,
                Link.id == work.link_id,
                Link.sending_held_reason == HELD_FOR_RESTORE,
            )
            .values(sending_held_at=None, sending_held_reason=None)
            .execution_options(synchronize_session=False)
        )
        await clear_alerts(session, work.organisation_id, AlertKind.RESTORE_SUSPECTED, link_id=work.link_id)
        await want_comparison(session, work.organisation_id, work.link_id, RunReason.RESTORE, all_days=True)
        detail = {"restore": str(restore.id), "difference": bool(restore.epoch)}
        await _audit(session, keys, "exchange.restore_settled", detail)


async def _note_problem(work: Settling, restore: Restore, problem: str) -> None:
    async with work.database.transaction(work.organisation_id) as session:
        await _change(session, restore, problem=problem)


async def _change(session: AsyncSession, restore: Restore, **values: Any) -> None:
    await session.execute(
        update(Restore)
        .where(
            Restore.organisation_id == restore.organisation_id,
            Restore.id == restore.id,
            Restore.settled_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def _audit(session: AsyncSession, keys: LinkKeys, action: str, detail: dict[str, Any]) -> None:
    await record_audit(session, keys.caller(), action, "exchange_link", keys.link_id, detail)
