"""Receiving a message: prove who sent it, drop what is held, judge it, store it, let it take effect, sign for it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any
from uuid import UUID

import structlog

from service_kit.acting import Acting
from service_kit.audit import AuditOutcome, record_audit
from service_kit.db import Database
from service_kit.exchange.apply import apply_ready
from service_kit.exchange.documents_held import check_documents
from service_kit.exchange.judging import judge_message
from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.message_types import ReceivingSetup
from service_kit.exchange.opening import OpenLink, open_authentic, open_link
from service_kit.exchange.rates import Rates
from service_kit.exchange.storing import (
    Stream,
    check_room,
    find_held,
    find_in_its_place,
    lock_stream,
    sign_receipt,
    store,
)
from service_kit.identity import Caller
from service_kit.problems import ApiProblem
from shared_schemas.exchange.envelope import Envelope, message_hash
from shared_schemas.exchange.headers import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP
from shared_schemas.exchange.receipts import ReceiptLine

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Arrival:
    """What came in by the link: three signed headers, the raw bytes, and what follows the request through the logs.

    Of a message that came in a batch, ``declared_id`` is the id it gives itself and ``batch`` its place there: the
    headers are the whole batch's.
    """

    link_id: UUID
    headers: Mapping[str, str]
    body: bytes
    request_id: str | None = None
    correlation_id: str | None = None
    traceparent: str | None = None
    declared_id: str | None = None
    batch: Mapping[str, Any] | None = None

    @property
    def webhook_id(self) -> str:
        """The message the sender says this is."""
        return self.headers.get(WEBHOOK_ID, "") if self.declared_id is None else self.declared_id

    @property
    def message_id(self) -> UUID | None:
        """The same where it has the form of a message's id."""
        return read_message_id(self.webhook_id)

    @property
    def kept(self) -> dict[str, Any]:
        """What is stored with a message to prove its origin."""
        kept: dict[str, Any] = {
            name: self.headers[name] for name in (WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE)
        }
        return kept if self.batch is None else {**kept, "batch": dict(self.batch)}


@dataclass(frozen=True)
class ReceivedAnswer:
    """201 for a message that is new, 200 for one that is held, each with a receipt."""

    status: int
    receipt: str


@dataclass(frozen=True)
class Held:
    """A message that is held, and the link it came by: what a receipt is made of. ``status`` as in the answer."""

    status: int
    line: ReceiptLine
    opened: OpenLink


async def receive(
    database: Database, setup: ReceivingSetup, rates: Rates, arrival: Arrival
) -> ReceivedAnswer:
    """Take in one message; it is committed when this returns.

    Raises ``ApiProblem``: 401 for every fault of link and signature alike, then 400, 403, 409, 410, 422, 429. What is
    refused for good is audited in a transaction of its own.
    """
    caller: Caller | None = None
    try:
        async with database.transaction() as session:
            opened = await open_authentic(
                session, arrival.link_id, arrival.headers, arrival.body, setup.key_bytes
            )
            caller = _caller(opened, arrival)
            _check_rate(rates, arrival)
            held = await _take_in(Acting(session, caller, opened.acting_at), opened, setup, arrival)
            return ReceivedAnswer(held.status, sign_receipt(opened, held.line))
    except ApiProblem as problem:
        if caller is not None and problem.status_code != 429:
            await _audit_refusal(database, caller, arrival, problem)
        raise


async def take_in_proven(database: Database, setup: ReceivingSetup, arrival: Arrival) -> Held:
    """Take in one message whose sender a signature around it has proved; it is committed when this returns.

    Raises ``ApiProblem`` as ``receive`` does, but for the rate.
    """
    caller: Caller | None = None
    try:
        async with database.transaction() as session:
            opened = await open_link(session, arrival.link_id, setup.key_bytes)
            caller = _caller(opened, arrival)
            return await _take_in(Acting(session, caller, opened.acting_at), opened, setup, arrival)
    except ApiProblem as problem:
        if caller is not None and problem.status_code != 429:
            await _audit_refusal(database, caller, arrival, problem)
        raise


async def _take_in(acting: Acting, opened: OpenLink, setup: ReceivingSetup, arrival: Arrival) -> Held:
    held = await _find_held(acting, opened, arrival)
    if held is not None:
        return Held(200, held, opened)
    if not opened.keys.is_open:
        raise ApiProblem("link-closed", message_id=arrival.message_id)
    envelope = judge_message(arrival.body, arrival.webhook_id, opened.keys, setup.message_types)
    await check_documents(acting, opened.keys, envelope, setup.message_types)
    stream = await lock_stream(acting.session, acting.organisation_id, opened.keys.link_id, envelope.subject)
    await check_room(acting.session, opened.keys, stream, envelope)
    line = await store(
        acting.session,
        opened,
        stream,
        envelope,
        arrival.body,
        arrival.kept,
        correlation_id=arrival.correlation_id,
        traceparent=arrival.traceparent,
    )
    if line is None:
        return await _answer_taken(acting, opened, stream, envelope, arrival)
    await _audit_received(acting, envelope, line)
    await apply_ready(acting, opened.keys, stream.id, setup)
    return Held(201, line, opened)


async def _answer_taken(
    acting: Acting, opened: OpenLink, stream: Stream, envelope: Envelope, arrival: Arrival
) -> Held:
    """Its place is taken: by itself, stored by another request just now, or by another message (409)."""
    held = await _find_held(acting, opened, arrival)
    if held is not None:
        return Held(200, held, opened)
    other = await find_in_its_place(acting.session, opened.keys, stream, envelope)
    raise ApiProblem("conflict", message_id=envelope.id, members={"receipt": sign_receipt(opened, other)})


async def _find_held(acting: Acting, opened: OpenLink, arrival: Arrival) -> ReceiptLine | None:
    if arrival.message_id is None:
        return None
    return await find_held(acting.session, opened.keys, arrival.message_id, message_hash(arrival.body))


def _caller(opened: OpenLink, arrival: Arrival) -> Caller:
    return replace(
        opened.keys.caller(),
        request_id=arrival.request_id,
        correlation_id=arrival.correlation_id,
        traceparent=arrival.traceparent,
    )


def _check_rate(rates: Rates, arrival: Arrival) -> None:
    seconds = rates.take(arrival.link_id, time.monotonic())
    if seconds:
        raise ApiProblem(
            "rate-limited", message_id=arrival.message_id, headers={"Retry-After": str(ceil(seconds))}
        )


async def _audit_received(acting: Acting, envelope: Envelope, line: ReceiptLine) -> None:
    detail = {
        "type": envelope.type,
        "number": envelope.streamsequence,
        "hash": line.hash,
        "reference": line.reference,
    }
    await acting.audit("exchange.received", "exchange_message", envelope.id, detail)


async def _audit_refusal(database: Database, caller: Caller, arrival: Arrival, problem: ApiProblem) -> None:
    name = problem.problem_type.name
    async with database.transaction(caller.organisation_id) as session:
        await record_audit(
            session,
            caller,
            "exchange.refused",
            "exchange_message",
            arrival.message_id,
            {"problem": name, "link_id": str(arrival.link_id)},
            outcome=AuditOutcome.REFUSED,
        )
    log.warning("exchange_refused", link_id=str(arrival.link_id), problem=name, request_id=arrival.request_id)
