"""What came of an attempt: recorded only while its lease is still ours, so that a late result changes nothing."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.db import table_of
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.breaker import Heard, record_all_heard
from service_kit.exchange.conflicts import settle_conflict
from service_kit.exchange.documents_named import forget_uploads
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import DeliveryAttempt, Link, OutboundMessage, OutboundState
from service_kit.exchange.reconciling.epochs import notice_epoch
from service_kit.exchange.schedule import DELAYS, retry_delay
from service_kit.exchange.sent_states import mark_delivered, set_state, tell_delivered
from service_kit.ids import new_id

# The outcome of each message of a batch whose counterpart takes none.
BATCH_REFUSED = "batch_refused"
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
    answer: str | None = None  # how it began, where it was no receipt


@dataclass(frozen=True)
class Finished:
    """What came of one request: of one message, or of several that went together."""

    keys: LinkKeys
    attempts: Sequence[tuple[Claimed, Attempt]]

    def heard(self) -> Heard:
        """Say what the request told of its destination."""
        attempts = [attempt for _, attempt in self.attempts]
        return Heard(
            authentic=any(attempt.verdict.authentic for attempt in attempts),
            fault=all(attempt.verdict.outcome == Outcome.DESTINATION_FAULT for attempt in attempts),
            http_status=attempts[0].http_status,
            clock_skew_seconds=attempts[0].clock_skew_seconds,
        )


# The usual case, many at once. A message whose lease is not this one's any more is not there to be changed; one that
# has a receipt already, and was sent again, keeps it: see mark_delivered.
DELIVER = text("""
    UPDATE outbound_messages m
       SET state = 'delivered', lease_token = NULL, leased_until = NULL, attempts = m.attempts + 1,
           last_outcome = 'delivered', delivered_at = now(), problem = NULL,
           receipt = r.note, receipt_reference = r.reference, receipt_stored_at = r.stored_at
      FROM unnest(CAST(:ids AS uuid[]), CAST(:tokens AS uuid[]), CAST(:notes AS text[]),
                  CAST(:refs AS text[]), CAST(:times AS timestamptz[])) AS r(id, token, note, reference, stored_at)
     WHERE m.organisation_id = :organisation_id AND m.id = r.id AND m.lease_token = r.token AND m.state = 'leased'
       AND m.receipt IS NULL
    RETURNING r.token
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("tokens", type_=ARRAY(Uuid)),
    bindparam("notes", type_=ARRAY(Text)),
    bindparam("refs", type_=ARRAY(Text)),
    bindparam("times", type_=ARRAY(DateTime(timezone=True))),
)
INSERT_ATTEMPT = insert(table_of(DeliveryAttempt))


async def record_results(session: AsyncSession, finished: Sequence[Finished]) -> set[UUID]:
    """Record what came of one organisation's requests; give the lease tokens that were still ours.

    For those that were not, nothing is changed: neither the message nor its link, and no attempt is recorded.
    """
    ours = await _record_delivered(session, finished)
    for request in finished:
        for claimed, attempt in request.attempts:
            if claimed.lease_token not in ours and await record_result(
                session, request.keys, claimed, attempt
            ):
                ours.add(claimed.lease_token)
    await _record_heard(session, finished, ours)
    return ours


async def _record_delivered(session: AsyncSession, finished: Sequence[Finished]) -> set[UUID]:
    delivered = [
        (request.keys, claimed, attempt)
        for request in finished
        for claimed, attempt in request.attempts
        if attempt.verdict.outcome == Outcome.DELIVERED
    ]
    if not delivered:
        return set()
    lines = [(attempt.verdict.receipt, attempt.verdict.note) for _, _, attempt in delivered]
    values = {
        "organisation_id": delivered[0][0].organisation_id,
        "ids": [claimed.id for _, claimed, _ in delivered],
        "tokens": [claimed.lease_token for _, claimed, _ in delivered],
        "notes": [note for _, note in lines],
        "refs": [line.reference for line, _ in lines if line],
        "times": [line.stored_at for line, _ in lines if line],
    }
    changed: set[UUID] = set((await session.execute(DELIVER, values)).scalars())
    ours = [one for one in delivered if one[1].lease_token in changed]
    if ours:
        await session.execute(
            INSERT_ATTEMPT, [_attempt_row(claimed, attempt) for _, claimed, attempt in ours]
        )
        receipts = [(keys, claimed.id, attempt.verdict.receipt) for keys, claimed, attempt in ours]
        await tell_delivered(session, [(keys, message, line) for keys, message, line in receipts if line])
        for keys, note in {
            keys.link_id: (keys, attempt.verdict.note) for keys, _, attempt in ours if attempt.verdict.note
        }.values():
            await notice_epoch(session, keys, note)
    return changed


async def _record_heard(session: AsyncSession, finished: Sequence[Finished], ours: set[UUID]) -> None:
    by_link: dict[UUID, list[Heard]] = defaultdict(list)
    for request in finished:
        if any(claimed.lease_token in ours for claimed, _ in request.attempts):
            by_link[request.keys.link_id].append(request.heard())
    if by_link:
        await record_all_heard(session, finished[0].keys.organisation_id, by_link)


async def record_result(session: AsyncSession, keys: LinkKeys, claimed: Claimed, attempt: Attempt) -> bool:
    """Record an attempt by itself; ``False``, and nothing changed, if the lease is no longer ours."""
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
    await session.execute(INSERT_ATTEMPT, _attempt_row(claimed, attempt))
    await _follow(session, keys, message, attempt)
    return True


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
    if attempt.outcome == BATCH_REFUSED:
        # Until it says anew, when asked for its state, that it takes several at once.
        await _send_singly(session, message)
    elif verdict.outcome == Outcome.DESTINATION_PAUSED:
        await _pause(session, message, UNTIL_A_PERSON_ACTS, "link-closed")
    elif verdict.outcome == Outcome.DESTINATION_WAITS:
        # Without a time of its own only the schedule's first step: one message's age must not silence the link.
        await _pause(session, message, verdict.wait or DELAYS[0], "destination_waits")


async def _send_singly(session: AsyncSession, message: OutboundMessage) -> None:
    await session.execute(
        update(Link)
        .where(
            Link.organisation_id == message.organisation_id,
            Link.id == message.link_id,
            Link.counterpart_batch_max > 1,
        )
        .values(counterpart_batch_max=1)
        .execution_options(synchronize_session=False)
    )


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


def _attempt_row(claimed: Claimed, attempt: Attempt) -> dict[str, Any]:
    return {
        "organisation_id": claimed.organisation_id,
        "id": new_id(),
        "message_id": claimed.id,
        "link_id": claimed.link_id,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "outcome": attempt.outcome,
        "http_status": attempt.http_status,
        "problem": attempt.verdict.problem,
        "answer": attempt.answer,
    }
