"""The two doors of a link on which the counterpart collects: it asks for what is due, and says what became of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting, Requires
from service_kit.exchange.collecting.giving import Collected, collect_heads
from service_kit.exchange.collecting.models import Collection
from service_kit.exchange.collecting.told import record_told
from service_kit.exchange.models import DeliveryMode, Link
from service_kit.exchange.opening import OpenLink
from service_kit.exchange.questions import open_question
from service_kit.problems import ApiProblem
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE
from shared_schemas.exchange.limits import BATCH_MAX_MESSAGES

router = APIRouter()

LinkPath = Annotated[str, Path(description="The link's id, the same on both sides.")]


class CollectionAsked(BaseModel):
    """Nothing is said yet: what is due is given, oldest first."""


class ReceiptsTold(BaseModel):
    """What the answer to a pushed batch would have been."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipt": "exchange-receipt/v1\n…", "problems": []}]}
    )

    receipt: str = Field(max_length=65_536, description="A C2SP signed note of the kind exchange-receipt/v1.")
    problems: list[dict[str, Any]] = Field(
        default_factory=list,
        max_length=BATCH_MAX_MESSAGES,
        description="RFC 9457 problems, each with the message_id it is about.",
    )


class ReceiptsRecorded(BaseModel):
    recorded: int = Field(description="How many messages this changed; what is known already counts as none.")


class CollectionRead(BaseModel):
    """How collecting on a link goes."""

    model_config = ConfigDict(from_attributes=True)

    link_id: UUID
    next_at: datetime = Field(description="When the counterpart is asked next.")
    last_at: datetime | None = Field(description="When it last answered as it should.")
    faults_in_a_row: int
    last_fault: str | None = Field(
        description="How there was no usable answer, or the name of a catalogued problem; null when all is well."
    )


class CollectionList(BaseModel):
    items: list[CollectionRead]


@router.get("/collections", summary="List the links we collect on")
async def list_collections(acting: Annotated[Acting, Requires("exchange:read")]) -> CollectionList:
    """Show each link on which we ask the counterpart, since it cannot reach us, and how that goes."""
    statement = select(Collection).where(Collection.organisation_id == acting.organisation_id)
    rows = (await acting.session.execute(statement.order_by(Collection.link_id))).scalars()
    return CollectionList(items=[CollectionRead.model_validate(row) for row in rows])


@router.post(
    "/links/{link_id}/collections",
    summary="Give the counterpart what is due to it",
    response_class=Response,
    responses={
        200: {
            "content": {BATCH_MEDIA_TYPE: {}},
            "description": "A batch of at most 100 messages; `webhook-id`, `webhook-timestamp` and "
            "`webhook-signature` are over its bytes.",
        },
        204: {"description": "Nothing is due."},
        401: {
            "description": "The signature, its time or the link was not accepted, or the question was asked before."
        },
        404: {"description": "This link is not collected on."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "object"}, "examples": {"ask": {"value": {}}}}
            },
        }
    },
)
async def post_collection(request: Request, link_id: LinkPath) -> Response:
    """Answer the lowest undelivered message of each stream that is due, as bytes that would have been pushed.

    They stay due until their receipts come to `receipts`: asked again, the same is given again.
    """
    given: Collected | None = None
    async with open_question(request, link_id, CollectionAsked) as (question, _):
        await _check_collected(question.acting.session, question.opened)
        given = await collect_heads(question.acting.session, question.opened)
    if given is None:
        return Response(status_code=204)
    return Response(given.body, 200, given.headers, BATCH_MEDIA_TYPE)


@router.post(
    "/links/{link_id}/receipts",
    summary="Take the receipts of what was collected",
    responses={
        401: {"description": "The signature, its time or the link was not accepted, or it was said before."},
        404: {"description": "This link is not collected on."},
        422: {"description": "The receipt does not verify."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ReceiptsTold.model_json_schema()}},
        }
    },
)
async def post_receipts(request: Request, link_id: LinkPath) -> ReceiptsRecorded:
    """Record each message as its receipt or its problem says, exactly as the answer to a push would have been."""
    async with open_question(request, link_id, ReceiptsTold) as (question, told):
        await _check_collected(question.acting.session, question.opened, closed=True)
        recorded = await record_told(question.acting.session, question.opened, told.receipt, told.problems)
    return ReceiptsRecorded(recorded=recorded)


async def _check_collected(session: AsyncSession, opened: OpenLink, *, closed: bool = False) -> None:
    """Refuse on a link that is pushed (404) or, unless it may be, closed (410)."""
    keys = opened.keys
    mode = select(Link.delivery_mode).where(
        Link.organisation_id == keys.organisation_id, Link.id == keys.link_id
    )
    if (await session.execute(mode)).scalar_one() != DeliveryMode.COLLECT:
        raise ApiProblem("not-found")
    if not keys.is_open and not closed:
        raise ApiProblem("link-closed")
