"""What a counterpart says of the messages it collected: the same as its answer to a push would have been."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import is_retryable
from service_kit.exchange.answers import Answer, Sent, classify_answer
from service_kit.exchange.collecting.giving import COLLECTED
from service_kit.exchange.leases import Claimed
from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.opening import OpenLink
from service_kit.exchange.results import Attempt, Finished, record_results
from service_kit.logs import where_raised
from service_kit.problems import ApiProblem
from shared_schemas.exchange.headers import PROBLEM_MEDIA_TYPE
from shared_schemas.exchange.receipts import Receipt, ReceiptRejected, open_receipt

log = structlog.get_logger(__name__)

# A lease of this transaction's own, so that what was said is recorded as the answer to a push is, and a push that is
# still under way (the link was another kind of link a moment ago) finds its token changed. A receipt counts for any
# message that is not delivered yet; a problem only for what was given.
TAKE = text("""
    UPDATE outbound_messages
       SET state = 'leased', lease_token = gen_random_uuid(), leased_until = now()
     WHERE organisation_id = :organisation_id AND link_id = :link_id AND id = :id AND body IS NOT NULL
       AND ((:held AND state IN ('pending', 'leased', 'dead'))
            OR (state = 'pending' AND last_outcome = :collected))
    RETURNING organisation_id, id, link_id, type, number, body, hash, correlation_id, traceparent, lease_token,
              now() AS claimed_at
""")


@dataclass(frozen=True)
class _Told:
    """One message's answer; ``held`` where it is a receipt."""

    message_id: UUID
    answer: Answer
    held: bool


async def record_told(
    session: AsyncSession, opened: OpenLink, note: str, problems: Sequence[Mapping[str, Any]]
) -> int:
    """Record what became of collected messages; give of how many.

    What is known already changes nothing. Raises 422 for a receipt that is not this counterpart's for this link.
    """
    receipt = _open(opened, note)
    recorded = 0
    for told in sorted(_read(receipt, note, problems), key=lambda one: one.message_id):
        recorded += await _record_or_log(session, opened, told)
    return recorded


def _open(opened: OpenLink, note: str) -> Receipt:
    keys = opened.keys
    try:
        return open_receipt(
            note, link=keys.link_id, receiver=keys.counterpart_party, public_keys=keys.counterpart_keys
        )
    except ReceiptRejected:
        raise ApiProblem("invalid-message", "The receipt does not verify.") from None


def _read(receipt: Receipt, note: str, problems: Sequence[Mapping[str, Any]]) -> list[_Told]:
    """Give each message's part of what was told, as if it had been the answer to it alone."""
    content = json.dumps({"receipt": note}).encode()
    told = [_Told(line.id, Answer(200, {}, content), held=True) for line in receipt.lines]
    for problem in problems:
        named, status = problem.get("message_id"), problem.get("status")
        message_id = read_message_id(named if isinstance(named, str) else None)
        # A status below 400 is no problem's: it could only pass for a receipt.
        if message_id is None or not isinstance(status, int) or status < 400:
            continue
        answer = Answer(status, {"content-type": PROBLEM_MEDIA_TYPE}, json.dumps(problem).encode())
        told.append(_Told(message_id, answer, held=False))
    return told


async def _record_or_log(session: AsyncSession, opened: OpenLink, told: _Told) -> bool:
    try:
        async with session.begin_nested():
            return await _record(session, opened, told)
    except Exception as error:
        if is_retryable(error):
            raise
        # It stays due and is collected again; the others' receipts must not be lost with it.
        log.error(
            "exchange_attempt_lost",
            message_id=str(told.message_id),
            link_id=str(opened.keys.link_id),
            error=type(error).__name__,
            where=where_raised(error),
        )
        return False


async def _record(session: AsyncSession, opened: OpenLink, told: _Told) -> bool:
    keys = opened.keys
    values = {
        "organisation_id": keys.organisation_id,
        "link_id": keys.link_id,
        "id": told.message_id,
        "held": told.held,
        "collected": COLLECTED,
    }
    row = (await session.execute(TAKE, values)).one_or_none()
    if row is None:
        return False
    claimed = Claimed(*row)
    sent = Sent(claimed.id, claimed.hash, claimed.link_id, keys.counterpart_party, keys.counterpart_keys)
    verdict = classify_answer(told.answer, sent, claimed.claimed_at)
    attempt = Attempt(
        started_at=claimed.claimed_at,
        duration_ms=0,
        verdict=verdict,
        outcome=verdict.outcome.value,
        http_status=told.answer.status,
    )
    ours = await record_results(session, [Finished(keys, ((claimed, attempt),))])
    return claimed.lease_token in ours
