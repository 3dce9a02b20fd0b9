"""What came of an attempt: recorded only while its lease is still ours, so that a late result changes nothing."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.breaker import Heard, record_heard
from service_kit.exchange.conflicts import settle_conflict
from service_kit.exchange.documents_named import forget_uploads
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import DeliveryAttempt, Link, OutboundMessage, OutboundState
from service_kit.exchange.schedule import DELAYS, retry_delay
from service_kit.exchange.sent_states import mark_delivered, set_state
from service_kit.ids import new_id

UNTIL_A_PERSON_ACTS = timedelta(days=36_500)


@dataclass(frozen=True)
class Attempt:
    """One try: ``outcome`` is the verdict's, or how there was no answer at all."""

    started_at: datetime
    duration_ms: int
    verdict: Verdict
    outcome: str
    http_status: int | None = None
    clock_skew_seconds: float | None = None


async def record_result(session: AsyncSession, keys: LinkKeys, claimed: Claimed, attempt: Attempt) -> bool:
    """Record an attempt and what follows from it; ``False``, and nothing changed, if the lease is no longer ours."""
    statement = (
        select(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == claimed.organisation_id,
            OutboundMessage.id == claimed.id,
            OutboundMessage.lease_token == claimed.lease_token,
            OutboundMessage.state == OutboundState.LEASED,
        )
        .with_for_update()
    )
    message = (await session.execute(statement)).scalar_one_or_none()
    if message is None:
        return False
    await _add_attempt(session, message, attempt)
    await _follow(session, keys, message, attempt)
    await record_heard(session, message.organisation_id, message.link_id, [heard(attempt)])
    return True


def heard(attempt: Attempt) -> Heard:
    """Say what one request told of its destination."""
    return Heard(
        authentic=attempt.verdict.authentic,
        fault=attempt.verdict.outcome == Outcome.DESTINATION_FAULT,
        http_status=attempt.http_status,
        clock_skew_seconds=attempt.clock_skew_seconds,
    )


async def _follow(session: AsyncSession, keys: LinkKeys, message: OutboundMessage, attempt: Attempt) -> None:
    verdict = attempt.verdict
    if verdict.outcome == Outcome.DELIVERED and verdict.receipt and verdict.note:
        await mark_delivered(session, keys, message, verdict.receipt, verdict.note)
    elif verdict.outcome == Outcome.DEAD:
        await _bury(session, keys, message, verdict)
    elif verdict.outcome == Outcome.CONFLICT and await settle_conflict(session, keys, message, verdict):
        return
    else:
        if verdict.outcome == Outcome.DOCUMENT_MISSING:
            await forget_uploads(session, message.organisation_id, message.id)
        await _wait(session, message, attempt)


async def _bury(session: AsyncSession, keys: LinkKeys, message: OutboundMessage, verdict: Verdict) -> None:
    problem = {
        "name": verdict.problem,
        "errors": [{"pointer": pointer, "code": code} for pointer, code in verdict.problem_errors],
    }
    await set_state(session, message, OutboundState.DEAD, last_outcome=verdict.outcome.value, problem=problem)
    await record_audit(
        session, keys.caller(), "exchange.dead", "exchange_message", message.id, {"problem": verdict.problem}
    )


async def _wait(session: AsyncSession, message: OutboundMessage, attempt: Attempt) -> None:
    """Back to pending, for the moment the destination named or the schedule's; a waiting destination is left alone."""
    verdict = attempt.verdict
    attempts = message.attempts + 1
    # Only spreads load: nothing rests on its being unguessable.
    delay = verdict.wait or retry_delay(attempts, random.random())  # noqa: S311
    await set_state(
        session,
        message,
        OutboundState.PENDING,
        last_outcome=attempt.outcome,
        attempts=attempts,
        next_attempt_at=func.clock_timestamp() + delay,
    )
    if verdict.outcome == Outcome.DESTINATION_PAUSED:
        await _pause(session, message, UNTIL_A_PERSON_ACTS, "link-closed")
    elif verdict.outcome == Outcome.DESTINATION_WAITS:
        # Without a time of its own only the schedule's first step: one message's age must not silence the link.
        await _pause(session, message, verdict.wait or DELAYS[0], "destination_waits")


async def _pause(session: AsyncSession, message: OutboundMessage, delay: timedelta, reason: str) -> None:
    # Several answers of one destination may come at once: the longest wait counts.
    until = func.clock_timestamp() + delay
    longer = Link.paused_until.is_(None) | (Link.paused_until < until)
    await session.execute(
        update(Link)
        .where(Link.organisation_id == message.organisation_id, Link.id == message.link_id, longer)
        .values(paused_until=until, pause_reason=reason)
        .execution_options(synchronize_session=False)
    )


async def _add_attempt(session: AsyncSession, message: OutboundMessage, attempt: Attempt) -> None:
    await session.execute(
        insert(DeliveryAttempt).values(
            organisation_id=message.organisation_id,
            id=new_id(),
            message_id=message.id,
            link_id=message.link_id,
            started_at=attempt.started_at,
            duration_ms=attempt.duration_ms,
            outcome=attempt.outcome,
            http_status=attempt.http_status,
            problem=attempt.verdict.problem,
        )
    )
