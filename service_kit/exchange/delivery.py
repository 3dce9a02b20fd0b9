"""One attempt: sign afresh, post, judge what comes back. It touches no database."""

import time
from datetime import datetime, timedelta

from service_kit.exchange.answers import Answer, Outcome, Sent, Verdict, classify_answer, read_http_date
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.kept_answers import kept_answer
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.results import Attempt
from shared_schemas.exchange.headers import CORRELATION_ID, MESSAGE_MEDIA_TYPE, TRACEPARENT
from shared_schemas.exchange.signatures import Scheme, signed_headers


async def attempt_delivery(client: ExchangeClient, message: Claimed, keys: LinkKeys) -> Attempt:
    """Post a claimed message's bytes and judge the answer; no answer is an outcome too, not an error."""
    started_at, started = message.now(), time.monotonic()
    answer: Answer | None = None
    try:
        answer = await client.post(
            keys.counterpart_url,
            "/messages",
            message.body,
            _headers(message, keys),
            allowed_networks=keys.allowed_networks,
        )
        verdict = classify_answer(answer, sent_for(message, keys), started_at)
        outcome = verdict.outcome.value
    except NoAnswer as fault:
        verdict, outcome = Verdict(Outcome.DESTINATION_FAULT), fault.kind
    seconds = time.monotonic() - started
    return Attempt(
        started_at=started_at,
        duration_ms=round(seconds * 1000),
        verdict=verdict,
        outcome=outcome,
        http_status=answer.status if answer else None,
        clock_skew_seconds=clock_skew(started_at, answer, seconds) if answer else None,
        answer=kept_answer(answer, [message.body])
        if answer and verdict.outcome != Outcome.DELIVERED
        else None,
    )


def _headers(message: Claimed, keys: LinkKeys) -> dict[str, str]:
    headers = signed_headers(
        message.body,
        message_id=str(message.id),
        now=message.now(),
        private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
        secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
    )
    headers["Content-Type"] = MESSAGE_MEDIA_TYPE
    if message.correlation_id:
        headers[CORRELATION_ID] = message.correlation_id
    if message.traceparent:
        headers[TRACEPARENT] = message.traceparent
    return headers


def sent_for(message: Claimed, keys: LinkKeys) -> Sent:
    """Say what an answer to a message must be about."""
    return Sent(message.id, message.hash, message.link_id, keys.counterpart_party, keys.counterpart_keys)


def clock_skew(started_at: datetime, answer: Answer, seconds: float) -> float | None:
    """How far a refusing counterpart's clock is from ours: shown to people, never corrected by."""
    if answer.status != 401:
        return None
    theirs = read_http_date(answer.headers.get("date", ""))
    ours = started_at + timedelta(seconds=seconds)
    return (theirs - ours).total_seconds() if theirs else None
