"""The door of a link for documents: signed parts, before the message that names them."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request

from service_kit.exchange.document_inbox import DocumentDoor, Part
from service_kit.exchange.inbox import Arrival
from service_kit.exchange.receiving_route import read_body, read_link, signed_headers
from service_kit.problems import ApiProblem, request_id_of
from shared_schemas.exchange.documents import PART_MEDIA_TYPE, SHA256_PATTERN, PartAnswer
from shared_schemas.exchange.limits import DOCUMENT_MAX_BYTES

log = structlog.get_logger(__name__)

# Beyond this nothing is read at all; what this service takes of it is its own setting, told only to a known link.
ANNOUNCED_MAX = 8 * DOCUMENT_MAX_BYTES

router = APIRouter()


@router.post(
    "/links/{link_id}/documents/{document_hash}",
    summary="Take a signed part of a document from the counterpart",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                PART_MEDIA_TYPE: {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "up to 1 MiB of the document",
                }
            },
        }
    },
    responses={
        401: {"description": "The signature, its time or the link was not accepted; which is not told."},
        410: {"description": "The link is closed."},
        429: {"description": "Come again after the seconds in Retry-After."},
    },
)
async def post_document_part(
    request: Request,
    link_id: Annotated[str, Path(description="The link's id, the same on both sides.")],
    document_hash: Annotated[
        str, Path(pattern=SHA256_PATTERN, description="SHA-256 of the whole document, lower-case hex.")
    ],
    offset: Annotated[int, Query(ge=0, le=ANNOUNCED_MAX, description="Where the part belongs.")],
    size: Annotated[int, Query(ge=1, le=ANNOUNCED_MAX, description="The whole document's size in bytes.")],
) -> PartAnswer:
    """Put a part, at most 1 MiB, behind what is held, and say how much that is then; an empty part only asks.

    409 `wrong-offset` says where to go on. With the last part the hash decides, and the content is looked at.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != PART_MEDIA_TYPE or "content-encoding" in request.headers:
        raise ApiProblem("unsupported-media-type")
    body = await read_body(request)
    app, state = request.app.state, request.scope.get("state", {})
    arrival = Arrival(
        link_id=read_link(link_id),
        headers=signed_headers(request),
        body=body,
        request_id=request_id_of(request),
        correlation_id=state.get("correlation_id"),
        traceparent=state.get("traceparent"),
    )
    door = DocumentDoor(app.database, app.receiving, app.rates, app.documents)
    try:
        return await door.receive(arrival, Part(document_hash, offset, size))
    except ApiProblem as problem:
        if problem.status_code == 401:
            log.warning("exchange_unauthenticated", request_id=request_id_of(request))
        raise
