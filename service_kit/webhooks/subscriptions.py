"""Registering endpoints, changing and closing them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.feed import FeedEntry
from service_kit.ids import new_id
from service_kit.problems import ApiProblem, field_problem
from service_kit.webhooks.endpoints import EndpointRefused, check_endpoint, check_networks
from service_kit.webhooks.keys import GOOD_AT_ONCE, OVERLAP, NewKey, add_key, end_keys, good_keys
from service_kit.webhooks.models import (
    PauseReason,
    SubscriptionState,
    WebhookSubscription,
)
from service_kit.webhooks.pausing import close_breaker, expire_open, forget_faults, mark_changed
from service_kit.webhooks.results import make_due
from service_kit.webhooks.schemas import SubscriptionPatch, SubscriptionRequest

OPEN_SUBSCRIPTIONS_MAX = 100
KIND = "webhook_subscription"
# The scope that administrators alone hold: what an address may be is theirs to say.
ADMINISTRATORS_SCOPE = "exchange:operate"


async def subscribe(
    acting: Acting, wanted: SubscriptionRequest, events: Collection[str], wrapping_key: bytes
) -> tuple[WebhookSubscription, NewKey]:
    """Register an endpoint with a key of its own. 403 for networks by another than an administrator."""
    networks = _checked_networks(acting, wanted.allowed_networks)
    _check_url(wanted.url, networks)
    await _refuse_too_many(acting)
    now = await database_now(acting.session)
    subscription = WebhookSubscription(
        organisation_id=acting.organisation_id,
        id=new_id(),
        url=wanted.url,
        description=wanted.description,
        event_types=_checked_types(wanted.event_types, events),
        allowed_networks=networks,
        scheme=wanted.scheme.value,
        state=SubscriptionState.ACTIVE.value,
        version=1,
        cursor=await _first_cursor(acting, wanted.from_position),
        created_by=acting.caller.principal_id,
        created_at=now,
        changed_at=now,
        faults_in_a_row=0,
    )
    acting.session.add(subscription)
    await acting.session.flush()
    key = await add_key(acting.session, subscription, wrapping_key, now)
    await acting.audit("webhook.subscribed", KIND, subscription.id, {"scheme": subscription.scheme})
    return subscription, key


async def change(
    acting: Acting,
    subscription_id: UUID,
    expected: int,
    wanted: SubscriptionPatch,
    events: Collection[str],
) -> WebhookSubscription:
    """Change what is named, pause or go on. 412 on an older reading, 409 where it is closed."""
    subscription = await lock_open(acting, subscription_id)
    check_version(subscription.version, expected)
    named = wanted.model_fields_set
    now = await database_now(acting.session)
    if wanted.allowed_networks is not None:
        subscription.allowed_networks = _checked_networks(
            acting, wanted.allowed_networks, subscription.allowed_networks
        )
    if wanted.url is not None and wanted.url != subscription.url:
        _refuse_within_networks(acting, subscription)
        subscription.url = wanted.url
        subscription.failing_since = None
        close_breaker(subscription)
        await make_due(acting.session, subscription)
    if named & {"url", "allowed_networks"}:
        _check_url(subscription.url, subscription.allowed_networks)
    if wanted.description is not None:
        subscription.description = wanted.description
    if "event_types" in named:
        subscription.event_types = _checked_types(wanted.event_types, events)
    if wanted.from_position is not None:
        subscription.cursor = max(
            subscription.cursor, min(wanted.from_position, await _last_position(acting))
        )
    if wanted.state is not None:
        await _pause_or_go_on(acting, subscription, wanted.state)
    mark_changed(subscription, now)
    await acting.session.flush()
    await acting.audit("webhook.changed", KIND, subscription.id, {"fields": sorted(named)})
    return subscription


async def close(acting: Acting, subscription_id: UUID) -> None:
    """End a subscription for good; closed already, nothing changes. Its deliveries can still be looked at."""
    subscription = await lock(acting, subscription_id)
    if subscription.state == SubscriptionState.CLOSED:
        return
    subscription.state, subscription.pause_reason = SubscriptionState.CLOSED, None
    mark_changed(subscription, await database_now(acting.session))
    await forget_faults(acting.session, subscription)
    await expire_open(acting.session, subscription)
    await end_keys(acting.session, subscription, timedelta())
    await acting.audit("webhook.closed", KIND, subscription.id)


async def rotate(
    acting: Acting, subscription_id: UUID, wrapping_key: bytes, *, end_old_at_once: bool
) -> tuple[NewKey, datetime]:
    """Give a subscription another key; those before sign for 24 hours more, or no more. Give when they end."""
    subscription = await lock_open(acting, subscription_id)
    keys = await good_keys(acting.session, [acting.organisation_id], [subscription.id])
    if not end_old_at_once and len(keys.get(subscription.id, [])) >= GOOD_AT_ONCE:
        raise ApiProblem(
            "move-not-allowed",
            f"{GOOD_AT_ONCE} keys sign already: wait until the oldest ends, or end the old ones at once.",
            allowed=["end_old_at_once"],
        )
    after = timedelta() if end_old_at_once else OVERLAP
    now = await database_now(acting.session)
    await end_keys(acting.session, subscription, after)
    key = await add_key(acting.session, subscription, wrapping_key, now)
    mark_changed(subscription, now)
    await acting.session.flush()
    detail = {"end_old_at_once": end_old_at_once}
    await acting.audit("webhook.key_changed", KIND, subscription.id, detail)
    return key, now + after


async def lock(acting: Acting, subscription_id: UUID) -> WebhookSubscription:
    """Read a subscription of the caller's organisation to change it, or 404."""
    statement = (
        select(WebhookSubscription)
        .where(
            WebhookSubscription.organisation_id == acting.organisation_id,
            WebhookSubscription.id == subscription_id,
        )
        .with_for_update()
    )
    found = (await acting.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise ApiProblem("not-found")
    return found


async def lock_open(acting: Acting, subscription_id: UUID) -> WebhookSubscription:
    """As ``lock``; 409 where the subscription is closed."""
    subscription = await lock(acting, subscription_id)
    if subscription.state == SubscriptionState.CLOSED:
        raise ApiProblem("move-not-allowed", "The subscription is closed; register another.", allowed=[])
    return subscription


async def database_now(session: AsyncSession) -> datetime:
    """Give the transaction's time on the database's clock, without the offset that a demonstration may have."""
    return (await session.execute(select(func.now()))).scalar_one()


async def _pause_or_go_on(
    acting: Acting, subscription: WebhookSubscription, wanted: SubscriptionState
) -> None:
    if wanted is SubscriptionState.CLOSED:
        raise field_problem("/state", "state", "Must be active or paused; DELETE closes a subscription.")
    if wanted == subscription.state:
        return
    subscription.state = wanted.value
    if wanted is SubscriptionState.PAUSED:
        subscription.pause_reason = PauseReason.ASKED.value
        return
    subscription.pause_reason = None
    await forget_faults(acting.session, subscription)
    await make_due(acting.session, subscription)


def _checked_types(wanted: Sequence[str] | None, events: Collection[str]) -> list[str] | None:
    if wanted is None:
        return None
    if not set(wanted) <= set(events):
        allowed = ", ".join(sorted(events))
        raise field_problem("/event_types", "unknown_event_type", f"Must be of these: {allowed}.")
    return sorted(set(wanted))


def _checked_networks(acting: Acting, wanted: Sequence[str], held: Sequence[str] = ()) -> list[str]:
    try:
        networks = check_networks(wanted)
    except EndpointRefused as refused:
        raise field_problem("/allowed_networks", "network", str(refused)) from None
    if networks != list(held):
        _require_administrator(acting, "Only an administrator sets allowed_networks.")
    return networks


def _refuse_within_networks(acting: Acting, subscription: WebhookSubscription) -> None:
    # What an administrator allowed was meant for the address there was: another may not look around in that network.
    if subscription.allowed_networks:
        _require_administrator(
            acting, "The address may lie in allowed_networks: only an administrator changes it."
        )


def _require_administrator(acting: Acting, detail: str) -> None:
    if ADMINISTRATORS_SCOPE not in acting.scopes:
        raise ApiProblem("forbidden", detail)


def _check_url(url: str, networks: Sequence[str]) -> None:
    try:
        check_endpoint(url, networks)
    except EndpointRefused as refused:
        raise field_problem("/url", "endpoint", str(refused)) from None


async def _refuse_too_many(acting: Acting) -> None:
    statement = select(func.count()).where(
        WebhookSubscription.organisation_id == acting.organisation_id,
        WebhookSubscription.state != SubscriptionState.CLOSED,
    )
    if (await acting.session.execute(statement)).scalar_one() >= OPEN_SUBSCRIPTIONS_MAX:
        raise ApiProblem(
            "conflict", f"There are {OPEN_SUBSCRIPTIONS_MAX} open subscriptions already: close one first."
        )


async def _first_cursor(acting: Acting, from_position: int | None) -> int:
    last = await _last_position(acting)
    return last if from_position is None else min(from_position, last)


async def _last_position(acting: Acting) -> int:
    statement = select(func.max(FeedEntry.position)).where(
        FeedEntry.organisation_id == acting.organisation_id
    )
    return (await acting.session.execute(statement)).scalar_one() or 0
