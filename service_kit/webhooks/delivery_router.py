"""What was sent to an endpoint: seen, and sent again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute
from service_kit.settings import ServiceSettings
from service_kit.webhooks.deliveries import detail_of, list_of, replay_many, replay_one
from service_kit.webhooks.models import DeliveryState
from service_kit.webhooks.schemas import DeliveryDetail, DeliveryRead, ReplayRead, ReplayRequest

router = APIRouter(prefix="/{subscription_id}", route_class=StrictRoute)


@router.get("/deliveries", summary="List deliveries")
async def get_deliveries(
    subscription_id: UUID,
    acting: Annotated[Acting, Requires("webhooks:read")],
    page: PageDep,
    state: Annotated[DeliveryState | None, Query(description="Only those that stand so.")] = None,
    type: Annotated[  # noqa: A002 -- the attribute's name on the wire
        str | None, Query(max_length=100, pattern="^[a-z0-9_.]*$", description="Only events of this type.")
    ] = None,
) -> Page[DeliveryRead]:
    """Show what was or is being sent, newest first."""
    return await list_of(acting, subscription_id, page, state=state, event_type=type)


@router.get("/deliveries/{delivery_id}", summary="Read one delivery's history")
async def get_delivery(
    subscription_id: UUID, delivery_id: UUID, acting: Annotated[Acting, Requires("webhooks:read")]
) -> DeliveryDetail:
    """Show one with what is sent and what came of each try: time, duration, status, how the answer began."""
    return await detail_of(acting, subscription_id, delivery_id)


@router.post("/deliveries/{delivery_id}/replay", summary="Send a delivery again", response_model=DeliveryRead)
async def post_replay(
    subscription_id: UUID,
    delivery_id: UUID,
    acting: Annotated[Acting, Requires("webhooks:write")],
    once: OnceDep,
) -> Response:
    """Send it again at once: the same id, the same bytes, so that a receiver that has it already can tell."""
    return await once.answer(await replay_one(acting, subscription_id, delivery_id), status=200)


@router.post("/replays", summary="Send many again", response_model=ReplayRead)
async def post_replays(
    subscription_id: UUID,
    body: ReplayRequest,
    request: Request,
    acting: Annotated[Acting, Requires("webhooks:write")],
    once: OnceDep,
) -> Response:
    """Send again what came after a place in the feed, or since a time; a thousand places at once.

    What was sent before keeps its id and bytes. Where `more` is true, ask again with `last_position`.
    """
    settings: ServiceSettings = request.app.state.settings
    again = await replay_many(acting, subscription_id, body, settings.public_url)
    return await once.answer(again, status=200)
