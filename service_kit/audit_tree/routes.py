"""Checkpoints over HTTP: the counterpart's question, what operators see and confirm, and what is published."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update

from service_kit.acting import Acting, Requires
from service_kit.audit_tree.models import WitnessedCheckpoint
from service_kit.audit_tree.refusals import clear_refused
from service_kit.audit_tree.views import (
    CheckpointsRead,
    WitnessedRead,
    published_checkpoint,
    read_witnessed,
    show_checkpoints,
)
from service_kit.audit_tree.witnessing import Refused, last_cosigned, witness
from service_kit.exchange.questions import open_question
from service_kit.idempotency import OnceDep
from service_kit.problems import ApiProblem
from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.witnessing import EXAMPLE, CheckpointAnswer, CheckpointQuestion

router = APIRouter()
published = APIRouter(prefix="/v1/public/checkpoints", tags=["exchange"])


class OriginConfirmation(BaseModel):
    """Which tree of the counterpart is to be cosigned from now on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"origin": "local.example/audit/01a05a43-fc00-7000-8000-00000000000a/2026-11-20T08:00:00Z"}
            ]
        },
    )

    origin: str = Field(
        max_length=400, description="As it is shown, once people have asked the counterpart why."
    )


@router.post(
    "/links/{link_id}/checkpoints",
    summary="Take a counterpart's checkpoint, and cosign it",
    responses={
        401: {"description": "The signature, its time or the link was not accepted; which is not told."},
        409: {"description": "Another size was cosigned last; `size` says which."},
        422: {"description": "The proof does not show that the tree only grew."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": CheckpointQuestion.model_json_schema(),
                    "example": EXAMPLE,
                }
            },
        }
    },
)
async def post_checkpoint(
    request: Request,
    link_id: Annotated[str, Path(description="The link's id, the same on both sides.")],
) -> CheckpointAnswer:
    """Check that the audit tree grew from what was cosigned last, keep the checkpoint in its place, and cosign it.

    A refusal alerts people on both sides and stops no message.
    """
    key_bytes = request.app.state.receiving.key_bytes
    async with open_question(request, link_id, CheckpointQuestion) as (question, asked):
        opened = question.opened
        if not opened.keys.is_open:
            raise ApiProblem("link-closed")
        verdict = await witness(question.acting, opened.keys, asked, key_bytes, opened.database_time)
    # After the commit: what people must hear of a refusal stays.
    if isinstance(verdict, Refused):
        raise verdict.raised()
    return verdict


@router.get("/checkpoints", summary="Show where the audit trees stand")
async def get_checkpoints(acting: Annotated[Acting, Requires("exchange:read")]) -> CheckpointsRead:
    """Show the newest checkpoint of your audit trail with its cosignatures, and each counterpart's as cosigned here."""
    return await show_checkpoints(acting.session, acting.organisation_id)


@router.post(
    "/checkpoints/{link_id}/confirmation",
    summary="Confirm a counterpart's new audit tree",
    response_model=WitnessedRead,
)
async def confirm_origin(
    link_id: UUID,
    body: OriginConfirmation,
    acting: Annotated[Acting, Requires("exchange:operate")],
    once: OnceDep,
) -> Response:
    """Cosign a counterpart's tree of another origin from now on: it was restored, and a person there told why.

    Where the old tree ended is written into the audit trail. Only a person can confirm it.
    """
    if not acting.caller.is_person:
        raise ApiProblem("forbidden", "Only a person can confirm that a counterpart was restored.")
    session, organisation_id = acting.session, acting.organisation_id
    before = await last_cosigned(session, organisation_id, link_id)
    detail = {"origin": body.origin}
    if before is not None and before.root is not None:
        detail |= {
            "before": before.origin, "before_size": str(before.size), "before_root": write_base64(before.root)
        }  # fmt: skip
    row = await _confirm(acting, link_id, body.origin)
    await clear_refused(session, organisation_id, link_id)
    await acting.audit("exchange.audit_origin_confirmed", "exchange_link", link_id, detail)
    return await once.answer(read_witnessed(row), status=200)


async def _confirm(acting: Acting, link_id: UUID, origin: str) -> WitnessedCheckpoint:
    of_link = (
        WitnessedCheckpoint.organisation_id == acting.organisation_id,
        WitnessedCheckpoint.link_id == link_id,
    )
    waiting = select(WitnessedCheckpoint).where(
        *of_link, WitnessedCheckpoint.origin == origin, WitnessedCheckpoint.confirmed_at.is_(None)
    )
    row = (await acting.session.execute(waiting.with_for_update())).scalar_one_or_none()
    if row is None:
        raise ApiProblem("not-found")
    row.confirmed_at = (await acting.session.execute(select(func.now()))).scalar_one()
    row.confirmed_by = acting.caller.principal_id
    await acting.session.flush()
    await acting.session.execute(
        update(WitnessedCheckpoint)
        .where(*of_link)
        .values(refused=None)
        .execution_options(synchronize_session=False)
    )
    await acting.session.refresh(row)
    return row


@published.get("/{party}", summary="Read an organisation's checkpoint", response_class=Response)
async def get_published(
    request: Request,
    party: Annotated[UUID, Path(description="The organisation's party, without `urn:uuid:`.")],
) -> Response:
    """Give the newest cosigned checkpoint of the audit trail: a signed note (C2SP), for anybody to keep and compare."""
    async with request.app.state.database.transaction(party) as session:
        note = await published_checkpoint(session, party)
    if note is None:
        raise ApiProblem("not-found")
    return Response(note, media_type="text/plain; charset=utf-8")
