"""Signed questions between counterparts: opened once, by whoever the link's keys prove."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

import structlog
from fastapi import Request
from pydantic import BaseModel, ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.exchange.models import AskedQuestion
from service_kit.exchange.opening import OpenLink, open_authentic, unauthenticated
from service_kit.exchange.rates import Rates
from service_kit.exchange.receiving_route import read_body, read_link, signed_headers
from service_kit.ids import new_id
from service_kit.problems import ApiProblem, request_id_of, validation_errors
from shared_schemas.exchange.headers import WEBHOOK_ID
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson

log = structlog.get_logger(__name__)

Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True)
class Question:
    """An authentic question, in the transaction that answers it."""

    acting: Acting
    opened: OpenLink


@asynccontextmanager
async def open_question(
    request: Request, link_id: str, shape: type[Asked], *, media_type: str = "application/json"
) -> AsyncIterator[tuple[Question, Asked]]:
    """Prove who asks, let the question count once, and read it; the transaction is committed at the end.

    Raises the one 401 for every fault of link and signature and for a question asked before; then 415, 413, 429
    (two questions a second and link), 400, 422.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != media_type or "content-encoding" in request.headers:
        raise ApiProblem("unsupported-media-type")
    body = await read_body(request)
    app, state = request.app.state, request.scope.get("state", {})
    headers = signed_headers(request)
    try:
        async with app.database.transaction() as session:
            opened = await open_authentic(session, read_link(link_id), headers, body, app.receiving.key_bytes)
            keys = opened.keys
            await _admit(session, app.question_rates, opened, headers[WEBHOOK_ID])
            caller = keys.caller(
                request_id=request_id_of(request),
                correlation_id=state.get("correlation_id"),
                traceparent=state.get("traceparent"),
            )
            yield Question(Acting(session, caller, opened.acting_at), opened), read_question(shape, body)
    except ApiProblem as problem:
        if problem.status_code == 401:
            log.warning("exchange_unauthenticated", request_id=request_id_of(request))
        raise


async def _admit(session: AsyncSession, rates: Rates, opened: OpenLink, webhook_id: str) -> None:
    """Count the question: at most two a second of a link, and each once."""
    keys = opened.keys
    seconds = rates.take(keys.link_id, time.monotonic())
    if seconds:
        raise ApiProblem("rate-limited", headers={"Retry-After": str(ceil(seconds))})
    once = insert(AskedQuestion).values(
        organisation_id=keys.organisation_id, id=new_id(), link_id=keys.link_id, webhook_id=webhook_id
    )
    fresh = await session.execute(once.on_conflict_do_nothing().returning(AskedQuestion.id))
    if fresh.one_or_none() is None:
        raise unauthenticated()


def read_question(shape: type[Asked], body: bytes) -> Asked:
    """Read a question's content. Raises 400 ``malformed-message``, 422 ``invalid-message``; no value is repeated."""
    try:
        content: Any = load_ijson(body)
        return shape.model_validate_json(json.dumps(content), extra="ignore")
    except MalformedMessage as fault:
        raise ApiProblem("malformed-message", f"The question {fault.rule}.") from None
    except ValidationError as fault:
        found = fault.errors(include_input=False, include_url=False)[:100]
        errors = validation_errors({**error} for error in found)
        raise ApiProblem("invalid-message", "See errors.", errors=errors) from None
