"""Integrators' subscriptions: who is told of events, under which key."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute
from service_kit.settings import ServiceSettings
from service_kit.webhooks import delivery_router
from service_kit.webhooks.deliveries import show_delivery
from service_kit.webhooks.models import SubscriptionState
from service_kit.webhooks.pinging import ping
from service_kit.webhooks.schemas import (
    DeliveryRead,
    RotationRead,
    RotationRequest,
    SubscriptionCreated,
    SubscriptionPatch,
    SubscriptionRead,
    SubscriptionRequest,
)
from service_kit.webhooks.showing import find_subscription, list_subscriptions, show_subscription
from service_kit.webhooks.subscriptions import change, close, rotate, subscribe

PATH = "/v1/webhook-subscriptions"
ReadDep = Annotated[Acting, Requires("webhooks:read")]
WriteDep = Annotated[Acting, Requires("webhooks:write")]

router = APIRouter(prefix=PATH, tags=["webhooks"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Register an endpoint", response_model=SubscriptionCreated)
async def post_subscription(
    body: SubscriptionRequest, request: Request, acting: WriteDep, once: OnceDep
) -> Response:
    """Register an address that is posted every event of the chosen types from now on, signed with a key of its own.

    The secret is in this answer alone. Any 2xx is delivery; order is not promised, `feedposition` tells it.
    """
    settings: ServiceSettings = request.app.state.settings
    subscription, key = await subscribe(acting, body, request.app.state.events, settings.key_bytes())
    shown = await show_subscription(acting, subscription)
    made = SubscriptionCreated(**shown.model_dump(), secret=key.secret)
    headers = {"Location": f"{PATH}/{subscription.id}", "ETag": etag(subscription.version)}
    return await _answer_without_keeping_the_secret(once, made, headers)


@router.get("", summary="List subscriptions")
async def get_subscriptions(
    acting: ReadDep,
    page: PageDep,
    state: Annotated[SubscriptionState | None, Query(description="Only those that stand so.")] = None,
) -> Page[SubscriptionRead]:
    """Show your organisation's subscriptions, newest first, with how each endpoint does."""
    return await list_subscriptions(acting, page, state)


@router.get("/{subscription_id}", summary="Read a subscription")
async def get_subscription(subscription_id: UUID, acting: ReadDep, response: Response) -> SubscriptionRead:
    """Show one with its public keys and what waits for it. No secret is shown again."""
    shown = await find_subscription(acting, subscription_id)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.patch("/{subscription_id}", summary="Change, pause or resume a subscription")
async def patch_subscription(
    subscription_id: UUID,
    body: SubscriptionPatch,
    request: Request,
    acting: WriteDep,
    expected: IfMatchDep,
    response: Response,
) -> SubscriptionRead:
    """Change what is named. A subscription that goes on is sent what came meanwhile, unless `from_position` leaves
    it out; what expired when it was paused by the service is replayed where it is wanted.
    """
    subscription = await change(acting, subscription_id, expected, body, request.app.state.events)
    response.headers["ETag"] = etag(subscription.version)
    return await show_subscription(acting, subscription)


@router.delete("/{subscription_id}", status_code=204, summary="Close a subscription")
async def delete_subscription(subscription_id: UUID, acting: WriteDep) -> None:
    """Close it for good: nothing is sent any more, its keys end. It and its deliveries can still be read."""
    await close(acting, subscription_id)


@router.post(
    "/{subscription_id}/secret-rotation",
    status_code=201,
    summary="Change a subscription's key",
    response_model=RotationRead,
)
async def post_rotation(
    subscription_id: UUID, body: RotationRequest, request: Request, acting: WriteDep, once: OnceDep
) -> Response:
    """Give it another secret or key. Both sign for 24 hours, so that your endpoint can change in its own time.

    Where the old one is known to others, `end_old_at_once` ends it now.
    """
    settings: ServiceSettings = request.app.state.settings
    key, until = await rotate(
        acting, subscription_id, settings.key_bytes(), end_old_at_once=body.end_old_at_once
    )
    made = RotationRead(secret=key.secret, public_key=key.public_key, old_valid_until=until)
    return await _answer_without_keeping_the_secret(once, made, {})


@router.post(
    "/{subscription_id}/pings", status_code=201, summary="Send a test event", response_model=DeliveryRead
)
async def post_ping(subscription_id: UUID, request: Request, acting: WriteDep, once: OnceDep) -> Response:
    """Send a `webhook.ping` at once, also while paused. It is tried once: what came of it stands on the delivery."""
    settings: ServiceSettings = request.app.state.settings
    delivery = await ping(acting, subscription_id, settings.public_url)
    headers = {"Location": f"{PATH}/{subscription_id}/deliveries/{delivery.id}"}
    return await once.answer(show_delivery(delivery), headers=headers)


async def _answer_without_keeping_the_secret(
    once: OnceDep, made: SubscriptionCreated | RotationRead, headers: dict[str, str]
) -> Response:
    # What is kept for a repetition lies unwrapped in the database for a month: the secret is in this answer alone.
    await once.answer(made.model_copy(update={"secret": None}), headers=headers)
    return Response(made.model_dump_json(), 201, headers, "application/json")


router.include_router(delivery_router.router)
