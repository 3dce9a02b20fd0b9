"""Several messages in one request: signed once, each judged and recorded by itself."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service_kit.exchange.answers import (
    Answer,
    Outcome,
    Verdict,
    classify_answer,
    classify_status,
    read_object,
    text_member,
)
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.delivery import clock_skew, sent_for
from service_kit.exchange.kept_answers import kept_answer
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.results import BATCH_REFUSED, Attempt
from service_kit.ids import new_id
from shared_schemas.exchange.batches import fits, write_batch
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE, PROBLEM_MEDIA_TYPE
from shared_schemas.exchange.receipts import ReceiptLine, ReceiptRejected, open_receipt
from shared_schemas.exchange.signatures import Scheme, signed_headers

# Each message keeps the note that proves its delivery, and a batch has one note with a line for each: the number of
# lines kept grows with the square, so fewer go together than the counterpart must take.
TOGETHER_MAX = 50
# The counterpart, or what stands before it, takes no batch of ours.
REFUSALS = frozenset({400, 413, 415})
AT_ONCE = timedelta(milliseconds=1)


def take_together(messages: Sequence[Claimed], batch_max: int) -> int:
    """Say how many of the first messages may go in one request: by their number, and 1 MiB for the whole of it."""
    size = 0
    for count, message in enumerate(messages):
        if count >= min(batch_max, TOGETHER_MAX) or not fits(size, count, len(message.body)):
            return max(count, 1)
        size += len(message.body)
    return len(messages)


async def attempt_batch(client: ExchangeClient, messages: Sequence[Claimed], keys: LinkKeys) -> list[Attempt]:
    """Post claimed messages together; give what came of each, in their order."""
    started_at, started = messages[0].now(), time.monotonic()
    body = write_batch([message.body for message in messages])
    answer: Answer | None = None
    try:
        answer = await client.post(
            keys.counterpart_url,
            "/messages",
            body,
            _headers(body, keys, started_at),
            allowed_networks=keys.allowed_networks,
        )
        judged = _judge(answer, messages, keys, started_at)
    except NoAnswer as fault:
        judged = [(Verdict(Outcome.DESTINATION_FAULT), fault.kind, None) for _ in messages]
    seconds = time.monotonic() - started
    skew = clock_skew(started_at, answer, seconds) if answer else None
    return [
        Attempt(
            started_at=started_at,
            duration_ms=round(seconds * 1000),
            verdict=verdict,
            outcome=outcome,
            http_status=answer.status if answer else None,
            clock_skew_seconds=skew,
            answer=kept,
        )
        for verdict, outcome, kept in judged
    ]


Judged = tuple[Verdict, str, str | None]


def _headers(body: bytes, keys: LinkKeys, now: datetime) -> dict[str, str]:
    headers = signed_headers(
        body,
        # Of the attempt: the messages have their own.
        message_id=str(new_id()),
        now=now,
        private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
        secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
    )
    return headers | {"Content-Type": BATCH_MEDIA_TYPE}


def _judge(answer: Answer, messages: Sequence[Claimed], keys: LinkKeys, now: datetime) -> list[Judged]:
    if 200 <= answer.status < 300:
        return _judge_each(answer, messages, keys)
    kept = kept_answer(answer, [message.body for message in messages])
    if answer.status in REFUSALS:
        # Of no message has anything been said: each goes by itself, at once.
        return [(Verdict(Outcome.MESSAGE_WAITS, wait=AT_ONCE), BATCH_REFUSED, kept) for _ in messages]
    waits = classify_status(answer, now)
    if waits is not None:
        # The counterpart's own words are told from a proxy's as with any message; these repeat no message's id.
        waits = classify_answer(answer, sent_for(messages[0], keys), now)
    verdict = waits or Verdict(Outcome.DESTINATION_FAULT)
    return [(verdict, verdict.outcome.value, kept) for _ in messages]


def _judge_each(answer: Answer, messages: Sequence[Claimed], keys: LinkKeys) -> list[Judged]:
    told = read_object(answer.body)
    listed = told.get("problems")
    problems: dict[str, Mapping[str, Any]] = {}
    for problem in listed if isinstance(listed, list) else []:
        if isinstance(problem, dict):
            problems.setdefault(text_member(problem, "message_id") or "", problem)
    note = text_member(told, "receipt") or ""
    held = _held(note, messages[0], keys)
    return [
        _judge_one(message, held.get(message.id), note, problems.get(str(message.id)), answer, keys)
        for message in messages
    ]


def _held(note: str, message: Claimed, keys: LinkKeys) -> Mapping[UUID, ReceiptLine]:
    """The lines of the one receipt, which is verified once."""
    try:
        receipt = open_receipt(
            note, link=message.link_id, receiver=keys.counterpart_party, public_keys=keys.counterpart_keys
        )
    except ReceiptRejected:
        return {}
    return {line.id: line for line in receipt.lines}


def _judge_one(
    message: Claimed,
    line: ReceiptLine | None,
    note: str,
    problem: Mapping[str, Any] | None,
    answer: Answer,
    keys: LinkKeys,
) -> Judged:
    if line is not None and line.hash == message.hash:
        verdict = Verdict(Outcome.DELIVERED, receipt=line, note=note, authentic=True)
        return verdict, verdict.outcome.value, None
    said = (_as_answered_alone(problem, answer) if problem else None) or answer
    verdict = Verdict(Outcome.DESTINATION_FAULT)
    if said is not answer:
        verdict = classify_answer(said, sent_for(message, keys), message.now())
    return verdict, verdict.outcome.value, kept_answer(said, [message.body])


def _as_answered_alone(problem: Mapping[str, Any], answer: Answer) -> Answer | None:
    """A problem of the list as the answer it would have been to its message alone, which is how it is judged."""
    status = problem.get("status")
    if not isinstance(status, int) or not 400 <= status < 600:
        return None
    headers = {name: value for name, value in answer.headers.items() if name in {"retry-after", "date"}}
    return Answer(
        status,
        headers | {"content-type": PROBLEM_MEDIA_TYPE},
        json.dumps(problem, ensure_ascii=False).encode(),
    )
