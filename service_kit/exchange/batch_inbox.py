"""Receiving many messages under one signature: each by itself, in a transaction of its own."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from typing import Any
from uuid import UUID

import structlog

from service_kit.db import Database, is_retryable, is_transient
from service_kit.exchange.inbox import Arrival, take_in_proven
from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.message_types import ReceivingSetup
from service_kit.exchange.opening import OpenLink, open_authentic
from service_kit.exchange.rates import Rates
from service_kit.logs import where_raised
from service_kit.problems import ApiProblem, unavailable
from shared_schemas.exchange.batches import read_batch
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.receipts import Receipt, ReceiptAnswer, ReceiptLine, write_receipt

log = structlog.get_logger(__name__)

# A deadlock or a connection lost in the pool: the same message again may well be taken at once.
TRIES = 3
# Of the destination and not of a message: where nothing was taken, the batch as a whole is answered so.
OF_THE_DESTINATION = frozenset({410, 429, 503})
_NAMED_ID = re.compile(rb'"id":"([0-9a-f-]{36})"')


@dataclass
class Taken:
    """What came of a batch: a line for each message held, new or known, and a problem for each other."""

    opened: OpenLink
    lines: dict[UUID, ReceiptLine] = field(default_factory=dict)
    problems: list[ApiProblem] = field(default_factory=list)

    def answer(self, request_id: str | None) -> ReceiptAnswer:
        """Sign one receipt for all that is held."""
        keys = self.opened.keys
        receipt = Receipt(keys.link_id, keys.organisation_id, self.opened.epoch, tuple(self.lines.values()))
        return ReceiptAnswer(
            receipt=write_receipt(receipt, *keys.signing_keys),
            problems=[_document(problem, request_id) for problem in self.problems],
        )


async def receive_batch(database: Database, setup: ReceivingSetup, rates: Rates, arrival: Arrival) -> Taken:
    """Take in a batch that was pushed; what is held is committed when this returns.

    Raises ``ApiProblem`` for the whole: the one 401, 400 ``malformed-message`` where it cannot be split, and where
    nothing was taken 410, 429 or 503.
    """
    async with database.transaction() as session:
        opened = await open_authentic(
            session, arrival.link_id, arrival.headers, arrival.body, setup.key_bytes
        )
    taken = await take_batch(database, setup, arrival, opened, rates)
    if not taken.lines and all(problem.status_code in OF_THE_DESTINATION for problem in taken.problems):
        raise _of_the_whole(taken.problems[0])
    return taken


async def take_batch(
    database: Database,
    setup: ReceivingSetup,
    arrival: Arrival,
    opened: OpenLink,
    rates: Rates | None = None,
) -> Taken:
    """Take in the messages of an authentic batch one after another; one that is refused harms no other.

    Raises 400 ``malformed-message`` where it cannot be split.
    """
    try:
        messages = read_batch(arrival.body)
    except MalformedMessage as fault:
        raise ApiProblem("malformed-message", f"The batch {fault.rule}.") from None
    taken = Taken(opened)
    for single in _singles(arrival, messages):
        try:
            if rates is not None:
                _check_rate(rates, single)
            await _take(database, setup, single, taken)
        except ApiProblem as problem:
            taken.problems.append(problem)
    return taken


async def _take(database: Database, setup: ReceivingSetup, single: Arrival, taken: Taken) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            held = await take_in_proven(database, setup, single)
        except ApiProblem:
            raise
        except Exception as error:  # noqa: BLE001 -- one message's fault must not keep the others from being taken
            if is_retryable(error) and attempt < TRIES:
                continue
            raise _unexpected(single, error) from None
        taken.opened = held.opened
        taken.lines[held.line.id] = held.line
        return


def _singles(arrival: Arrival, messages: Sequence[bytes]) -> list[Arrival]:
    """Give each message as if it had come alone, with what places it within what was signed."""
    whole = sha256(arrival.body).hexdigest()
    return [
        Arrival(
            link_id=arrival.link_id,
            headers=arrival.headers,
            body=message,
            request_id=arrival.request_id,
            correlation_id=arrival.correlation_id,
            traceparent=arrival.traceparent,
            declared_id=_declared_id(message),
            batch={"position": position, "count": len(messages), "hash": whole},
        )
        for position, message in enumerate(messages)
    ]


def _declared_id(message: bytes) -> str:
    """Give the id a message gives itself, as nothing around it does; for one that cannot be read, a guess to name it."""
    try:
        content: Any = load_ijson(message)
    except MalformedMessage:
        found = _NAMED_ID.search(message)
        return found[1].decode() if found else ""
    named = content.get("id") if isinstance(content, Mapping) else None
    return named if isinstance(named, str) else ""


def _check_rate(rates: Rates, single: Arrival) -> None:
    seconds = rates.take(single.link_id, time.monotonic())
    if seconds:
        raise ApiProblem(
            "rate-limited", message_id=single.message_id, headers={"Retry-After": str(ceil(seconds))}
        )


def _unexpected(single: Arrival, error: Exception) -> ApiProblem:
    log.error(
        "exchange_batch_message_failed",
        message_id=single.declared_id if read_message_id(single.declared_id) else None,
        link_id=str(single.link_id),
        error=type(error).__name__,
        where=where_raised(error),
    )
    if is_transient(error):
        return ApiProblem("unavailable", message_id=single.message_id, headers=unavailable().headers)
    return ApiProblem("internal-error", message_id=single.message_id)


def _of_the_whole(problem: ApiProblem) -> ApiProblem:
    return ApiProblem(problem.problem_type.name, headers=problem.headers)


def _document(problem: ApiProblem, request_id: str | None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(problem.body(request_id))
    return document
