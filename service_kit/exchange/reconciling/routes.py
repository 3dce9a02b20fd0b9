"""The doors by which a counterpart compares: how we stand, what we sent and hold, and what is to be sent again."""

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from service_kit.exchange.questions import open_question
from service_kit.exchange.rates import Rates
from service_kit.exchange.reconciling.answering import answer_redeliveries, is_long, list_page, summarise_side
from service_kit.exchange.reconciling.state import keep_epoch, own_state
from service_kit.problems import ApiProblem
from shared_schemas.exchange.reconciling import (
    ListingsAnswer,
    ListingsQuestion,
    RedeliveriesAnswer,
    RedeliveriesQuestion,
    StateAnswer,
    StateQuestion,
    SummariesAnswer,
    SummariesQuestion,
)

router = APIRouter()

LinkPath = Annotated[str, Path(description="The link's id, the same on both sides.")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {
        "description": "The signature, its time or the link was not accepted, or the question was asked before."
    },
    429: {"description": "Come again after the seconds in Retry-After: two questions a second are answered."},
}


def _takes(shape: type[BaseModel]) -> dict[str, Any]:
    """Describe a body that is read only after its signature has been verified over the raw bytes."""
    schema = shape.model_json_schema(ref_template="#/$defs/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(schema)}}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.pop("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            rest = {name: value for name, value in part.items() if name != "$ref"}
            return resolve({**definitions[part["$ref"].rsplit("/", 1)[1]], **rest})
        return {name: resolve(value) for name, value in part.items()}

    resolved: dict[str, Any] = resolve(schema)
    return resolved


@router.post(
    "/links/{link_id}/state",
    summary="Say how this end of a link stands",
    responses=REFUSALS,
    openapi_extra=_takes(StateQuestion),
)
async def post_state(request: Request, link_id: LinkPath) -> StateAnswer:
    """Answer a signed question of the counterpart, which says since when its own history runs."""
    async with open_question(request, link_id, StateQuestion) as (question, asked):
        await keep_epoch(question.acting.session, question.opened.keys, asked.epoch)
        return await own_state(
            question.acting.session,
            question.opened.keys,
            question.opened.epoch,
            request.app.state.receiving.message_types.keys(),
        )


@router.post(
    "/links/{link_id}/summaries",
    summary="Sign for what was sent or received, day by day",
    responses=REFUSALS,
    openapi_extra=_takes(SummariesQuestion),
)
async def post_summaries(request: Request, link_id: LinkPath) -> SummariesAnswer:
    """Answer with a signed statement: for each day that has messages, how many, and the root over their hashes.

    A statement has at most 2,000 days; behind a full one, ask again from the day after its last.
    """
    async with open_question(request, link_id, SummariesQuestion) as (question, asked):
        if is_long(asked.first, question.opened.database_time):
            _check_long(request.app.state.long_question_rates, question.opened.keys.link_id)
        return SummariesAnswer(summary=await summarise_side(question, asked))


@router.post(
    "/links/{link_id}/listings",
    summary="List one day's messages without their content",
    responses=REFUSALS,
    openapi_extra=_takes(ListingsQuestion),
)
async def post_listings(request: Request, link_id: LinkPath) -> ListingsAnswer:
    """Answer with up to 1,000 messages by id, after the one that is named, and the signed summary of that day."""
    async with open_question(request, link_id, ListingsQuestion) as (question, asked):
        return await list_page(question, asked)


@router.post(
    "/links/{link_id}/redeliveries",
    summary="Send messages again",
    responses=REFUSALS,
    openapi_extra=_takes(RedeliveriesQuestion),
)
async def post_redeliveries(request: Request, link_id: LinkPath) -> RedeliveriesAnswer:
    """Queue messages the counterpart lacks, or holds without our having its receipt; their bytes are the same."""
    async with open_question(request, link_id, RedeliveriesQuestion) as (question, asked):
        return await answer_redeliveries(question, asked, request.app.state.receiving.public_url)


def _check_long(rates: Rates, link_id: UUID) -> None:
    """Bound the questions about years, each of which may read very many rows."""
    seconds = rates.take(link_id, time.monotonic())
    if seconds:
        raise ApiProblem("rate-limited", headers={"Retry-After": str(max(1, round(seconds)))})
