"""The door of a link: where a counterpart's messages come in. Their signature is the credential."""

import asyncio
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Request, Response
from starlette.requests import ClientDisconnect

from service_kit.exchange.batch_inbox import receive_batch
from service_kit.exchange.inbox import Arrival, receive
from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.opening import unauthenticated
from service_kit.problems import ApiProblem, request_id_of, unavailable
from shared_schemas.exchange.headers import (
    BATCH_MEDIA_TYPE,
    MESSAGE_MEDIA_TYPE,
    WEBHOOK_ID,
    WEBHOOK_SIGNATURE,
    WEBHOOK_TIMESTAMP,
)
from shared_schemas.exchange.identifiers import read_uuid
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.exchange.receipts import ReceiptAnswer

log = structlog.get_logger(__name__)

BODY_SECONDS = 10

router = APIRouter()


@router.post(
    "/links/{link_id}/messages",
    status_code=201,
    summary="Take a signed message from the counterpart",
    response_model=ReceiptAnswer,
    responses={
        200: {"model": ReceiptAnswer, "description": "Held already: the same receipt, signed anew."},
        401: {"description": "The signature, its time or the link was not accepted; which is not told."},
        410: {"description": "The link is closed."},
        429: {"description": "Come again after the seconds in Retry-After."},
    },
)
async def post_message(
    request: Request,
    link_id: Annotated[str, Path(description="The link's id, the same on both sides.")],
) -> Response:
    """Store a message for good, let it take effect when its turn has come, and answer with a signed receipt.

    201 for a message that is new, 200 with the same receipt for one that is held. Every fault of the link, the
    signature or its time is the same 401. Of the message itself speak only problems that repeat its `message_id`.

    A batch (`application/cloudevents-batch+json`: `[`, LF, then a message on each line, `,` at the end of each but the
    last, LF, `]`; at most 100) is answered 200 with one receipt for all that are held and a problem for each other.
    Each message is taken by itself. 400 or 413 for the whole says that it could not be split: send them one by one.
    """
    # What is asked before the signature is asked of known and unknown links alike, so it tells nothing of them.
    media_type = _check_form(request)
    body = await read_body(request)
    arrival = _arrival(request, link_id, body)
    try:
        if media_type == BATCH_MEDIA_TYPE:
            return await _take_batch(request, arrival)
        state = request.app.state
        answer = await receive(state.database, state.receiving, state.rates, arrival)
    except ApiProblem as problem:
        if problem.status_code == 401:
            log.warning("exchange_unauthenticated", request_id=request_id_of(request))
        raise
    content = ReceiptAnswer(receipt=answer.receipt).model_dump_json()
    return Response(content, answer.status, media_type="application/json")


async def _take_batch(request: Request, arrival: Arrival) -> Response:
    state = request.app.state
    taken = await receive_batch(state.database, state.receiving, state.rates, arrival)
    answer = taken.answer(request_id_of(request))
    return Response(answer.model_dump_json(), 200, media_type="application/json")


def _check_form(request: Request) -> str:
    message_id = read_message_id(request.headers.get(WEBHOOK_ID))
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {MESSAGE_MEDIA_TYPE, BATCH_MEDIA_TYPE} or "content-encoding" in request.headers:
        raise ApiProblem("unsupported-media-type", message_id=message_id)
    return media_type


async def read_body(request: Request) -> bytes:
    """Read a bounded body within its time. Raises 413, 503."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_MAX_BYTES:
                    message_id = read_message_id(request.headers.get(WEBHOOK_ID))
                    raise ApiProblem("body-too-large", message_id=message_id)
    except (TimeoutError, ClientDisconnect):
        raise unavailable() from None
    return bytes(body)


def _arrival(request: Request, link_id: str, body: bytes) -> Arrival:
    state = request.scope.get("state", {})
    return Arrival(
        link_id=read_link(link_id),
        headers=signed_headers(request),
        body=body,
        request_id=request_id_of(request),
        correlation_id=state.get("correlation_id"),
        traceparent=state.get("traceparent"),
    )


def read_link(link_id: str) -> UUID:
    """Read a link's id; what is none is answered as an unknown link is."""
    try:
        return read_uuid(link_id)
    except ValueError:
        raise unauthenticated() from None


def signed_headers(request: Request) -> dict[str, str]:
    """Give the three headers that prove a sender."""
    # A header given twice can be read two ways, so it counts as not given.
    headers = {}
    for name in (WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE):
        values = request.headers.getlist(name)
        if len(values) == 1:
            headers[name] = values[0]
    return headers
