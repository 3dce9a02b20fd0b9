"""The door by which a restored counterpart gets back what it had sent itself, while a person here holds it open."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from service_kit.exchange.questions import open_question
from service_kit.exchange.restoring.returning import give_back
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE
from shared_schemas.exchange.returns import ReturnsQuestion

router = APIRouter()

_DOCUMENTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ReturnsQuestion.model_json_schema()}},
    }
}


@router.post(
    "/links/{link_id}/returns",
    summary="Give the counterpart back what it sent itself",
    openapi_extra=_DOCUMENTED,
    response_class=Response,
    responses={
        200: {
            "description": "A batch of messages, each the exact bytes as they came; `[]` where none is held.",
            "content": {BATCH_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        401: {"description": "The signature, its time or the link was not accepted; which is not told."},
        403: {"description": "`returns-closed`: no person here has opened it, or its time is over."},
    },
)
async def post_returns(
    request: Request,
    link_id: Annotated[str, Path(description="The link's id, the same on both sides.")],
) -> Response:
    """Give back at most 20 messages of the asker's own, and at most 1 MiB unless one alone is larger with its frame.

    What did not fit, or is not held of this link, is left out: ask again for what is still missing. Each is audited as a read.
    """
    async with open_question(request, link_id, ReturnsQuestion) as (question, asked):
        body = await give_back(question, asked.ids)
    return Response(body, media_type=BATCH_MEDIA_TYPE)
