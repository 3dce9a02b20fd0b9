"""One attempt: sign afresh, post, judge what comes back. It touches no database."""

import time
from datetime import timedelta

from service_kit.exchange.answers import Answer, Outcome, Sent, Verdict, classify_answer, read_http_date
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.results import Attempt
from shared_schemas.exchange.headers import CORRELATION_ID, MESSAGE_MEDIA_TYPE, TRACEPARENT
from shared_schemas.exchange.signatures import Scheme, signed_headers


async def attempt_delivery(client: ExchangeClient, message: Claimed, keys: LinkKeys) -> Attempt:
    """Post a claimed message's bytes and judge the answer; no answer is an outcome too, not an error."""
    started = time.monotonic()
    answer: Answer | None = None
    try:
        answer = await client.post(
            keys.counterpart_url,
            "/messages",
            message.body,
            _headers(message, keys),
            allowed_networks=keys.allowed_networks,
        )
        verdict = classify_answer(answer, _sent(message, keys), message.claimed_at)
        outcome = verdict.outcome.value
    except NoAnswer as fault:
        verdict, outcome = Verdict(Outcome.DESTINATION_FAULT), fault.kind
    seconds = time.monotonic() - started
    return Attempt(
        started_at=message.claimed_at,
        duration_ms=round(seconds * 1000),
        verdict=verdict,
        outcome=outcome,
        http_status=answer.status if answer else None,
        clock_skew_seconds=_clock_skew(message, answer, seconds) if answer else None,
    )


def _headers(message: Claimed, keys: LinkKeys) -> dict[str, str]:
    # The time of the claim is this database's, a moment ago: the host's own clock decides nothing.
    headers = signed_headers(
        message.body,
        message_id=str(message.id),
        now=message.claimed_at,
        private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
        secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
    )
    headers["Content-Type"] = MESSAGE_MEDIA_TYPE
    if message.correlation_id:
        headers[CORRELATION_ID] = message.correlation_id
    if message.traceparent:
        headers[TRACEPARENT] = message.traceparent
    return headers


def _sent(message: Claimed, keys: LinkKeys) -> Sent:
    return Sent(message.id, message.hash, message.link_id, keys.counterpart_party, keys.counterpart_keys)


def _clock_skew(message: Claimed, answer: Answer, seconds: float) -> float | None:
    """How far a refusing counterpart's clock is from ours: shown to people, never corrected by."""
    if answer.status != 401:
        return None
    theirs = read_http_date(answer.headers.get("date", ""))
    ours = message.claimed_at + timedelta(seconds=seconds)
    return (theirs - ours).total_seconds() if theirs else None
