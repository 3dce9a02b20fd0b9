"""What was sent to endpoints: seen, and sent again with the same id and the same bytes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update

from service_kit.acting import Acting
from service_kit.feed import FeedEntry
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem, field_problem
from service_kit.webhooks.making import enter_deliveries, is_asked_for
from service_kit.webhooks.models import (
    DeliveryState,
    SubscriptionState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookSubscription,
)
from service_kit.webhooks.schemas import (
    AttemptRead,
    DeliveryDetail,
    DeliveryRead,
    ReplayRead,
    ReplayRequest,
)
from service_kit.webhooks.subscriptions import KIND, lock_open
from shared_schemas.exchange.ijson import load_ijson

TRIES_SHOWN = 100
REPLAYED_AT_ONCE = 1000
# Hosts make ids by their own clocks; they are surely within an hour of the database's.
CLOCKS_APART = timedelta(hours=1)
_STARTS_ANEW = {
    "state": DeliveryState.PENDING.value,
    "attempts": 0,
    "next_attempt_at": func.now(),
    "due_since": func.now(),
    "delivered_at": None,
    "lease_token": None,
    "leased_until": None,
}


async def list_of(
    acting: Acting,
    subscription_id: UUID,
    page: PageRequest,
    *,
    state: DeliveryState | None,
    event_type: str | None,
) -> Page[DeliveryRead]:
    """Give a subscription's deliveries, newest first; 404 where it is not the caller's organisation's."""
    await refuse_unknown(acting, subscription_id)
    statement = select(WebhookDelivery).where(*_is_of(acting, subscription_id))
    if state is not None:
        statement = statement.where(WebhookDelivery.state == state)
    if event_type is not None:
        statement = statement.where(WebhookDelivery.type == event_type)
    statement = newest_first(statement, WebhookDelivery.id, page)
    rows = (await acting.session.execute(statement)).scalars().all()
    return make_page(rows, page, show_delivery, lambda delivery: delivery.id)


async def detail_of(acting: Acting, subscription_id: UUID, delivery_id: UUID) -> DeliveryDetail:
    """Give one with what is sent and its tries."""
    statement = select(WebhookDelivery).where(
        *_is_of(acting, subscription_id), WebhookDelivery.id == delivery_id
    )
    delivery = (await acting.session.execute(statement)).scalar_one_or_none()
    if delivery is None:
        raise ApiProblem("not-found")
    tries = (
        select(WebhookAttempt)
        .where(
            WebhookAttempt.organisation_id == acting.organisation_id,
            WebhookAttempt.delivery_id == delivery_id,
        )
        .order_by(WebhookAttempt.id.desc())
        .limit(TRIES_SHOWN)
    )
    rows = (await acting.session.execute(tries)).scalars()
    return DeliveryDetail(
        **show_delivery(delivery).model_dump(),
        event=load_ijson(delivery.body),
        tries=[AttemptRead.model_validate(row) for row in rows],
    )


async def replay_one(acting: Acting, subscription_id: UUID, delivery_id: UUID) -> DeliveryRead:
    """Make a delivery due: the same id, the same bytes. One that is under way already stays so.

    409 while the subscription is paused or closed.
    """
    await _lock_active(acting, subscription_id)
    statement = (
        select(WebhookDelivery)
        .where(*_is_of(acting, subscription_id), WebhookDelivery.id == delivery_id)
        .with_for_update()
    )
    delivery = (await acting.session.execute(statement)).scalar_one_or_none()
    if delivery is None:
        raise ApiProblem("not-found")
    if delivery.state != DeliveryState.LEASED:
        await acting.session.execute(
            update(WebhookDelivery)
            .where(*_is_of(acting, subscription_id), WebhookDelivery.id == delivery_id)
            .values(**_STARTS_ANEW)
            .execution_options(synchronize_session=False)
        )
        await acting.session.refresh(delivery)
    await acting.audit("webhook.replayed", KIND, subscription_id, {"delivery_id": str(delivery_id)})
    return show_delivery(delivery)


async def replay_many(
    acting: Acting, subscription_id: UUID, wanted: ReplayRequest, public_url: str
) -> ReplayRead:
    """Send again what came after a place or a time, at most a thousand entries of the feed at once.

    What the subscription was never sent of it (older than itself, or of types it asks for since) is sent now.
    What lies before the subscription's own place alone is looked at: the rest is on its way by itself.
    """
    subscription = await _lock_active(acting, subscription_id)
    after = await _start_of(acting, wanted)
    entries = (await acting.session.execute(_entries(subscription, after))).scalars().all()
    looked_at, more = entries[:REPLAYED_AT_ONCE], len(entries) > REPLAYED_AT_ONCE
    count = await _start_again(acting, subscription, looked_at, undelivered_only=wanted.undelivered_only)
    count += await enter_deliveries(acting.session, subscription, looked_at, public_url)
    last = looked_at[-1].position if looked_at else None
    detail = {"after": after, "count": count}
    await acting.audit("webhook.replayed", KIND, subscription_id, detail)
    return ReplayRead(count=count, last_position=last or after, more=more)


async def refuse_unknown(acting: Acting, subscription_id: UUID) -> None:
    """Answer 404 for a subscription that is not of the caller's organisation."""
    statement = select(WebhookSubscription.id).where(
        WebhookSubscription.organisation_id == acting.organisation_id,
        WebhookSubscription.id == subscription_id,
    )
    if (await acting.session.execute(statement)).one_or_none() is None:
        raise ApiProblem("not-found")


def show_delivery(delivery: WebhookDelivery) -> DeliveryRead:
    """Show a delivery without what it says."""
    shown = DeliveryRead.model_validate(delivery)
    follows = delivery.state in {DeliveryState.PENDING, DeliveryState.LEASED}
    return shown if follows else shown.model_copy(update={"next_attempt_at": None})


async def _lock_active(acting: Acting, subscription_id: UUID) -> WebhookSubscription:
    subscription = await lock_open(acting, subscription_id)
    if subscription.state == SubscriptionState.PAUSED:
        raise ApiProblem(
            "move-not-allowed", "The subscription is paused: let it go on first.", allowed=["active"]
        )
    return subscription


async def _start_again(
    acting: Acting,
    subscription: WebhookSubscription,
    entries: Sequence[FeedEntry],
    *,
    undelivered_only: bool,
) -> int:
    positions = [entry.position for entry in entries if is_asked_for(subscription, entry.type)]
    finished = (
        [DeliveryState.EXPIRED] if undelivered_only else [DeliveryState.EXPIRED, DeliveryState.DELIVERED]
    )
    statement = (
        update(WebhookDelivery)
        .where(
            *_is_of(acting, subscription.id),
            WebhookDelivery.position.in_(positions),
            WebhookDelivery.state.in_(finished),
        )
        .values(**_STARTS_ANEW)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return len((await acting.session.execute(statement)).all())


async def _start_of(acting: Acting, wanted: ReplayRequest) -> int:
    if (wanted.from_position is None) == (wanted.since is None):
        raise field_problem("", "one_of", "Must name one of from_position and since.")
    if wanted.since is None:
        return wanted.from_position or 0
    return await _place_before(acting, wanted.since)


async def _place_before(acting: Acting, since: datetime) -> int:
    """Give the last place before all that was recorded since then; the newest place where nothing was."""
    newest = select(func.max(FeedEntry.position)).where(FeedEntry.organisation_id == acting.organisation_id)
    first = select(func.min(FeedEntry.position)).where(
        FeedEntry.organisation_id == acting.organisation_id,
        FeedEntry.id >= _earliest_id(since - CLOCKS_APART),
        FeedEntry.recorded_at >= since,
    )
    found = (await acting.session.execute(first)).scalar_one()
    return found - 1 if found else (await acting.session.execute(newest)).scalar_one() or 0


def _earliest_id(moment: datetime) -> UUID:
    """Give the lowest UUIDv7 of a moment (RFC 9562 section 5.7): ids are an index by time that is there already."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def _entries(subscription: WebhookSubscription, after: int) -> Select[FeedEntry]:
    return (
        select(FeedEntry)
        .where(
            FeedEntry.organisation_id == subscription.organisation_id,
            FeedEntry.position > after,
            FeedEntry.position <= subscription.cursor,
        )
        .order_by(FeedEntry.position)
        .limit(REPLAYED_AT_ONCE + 1)
    )


def _is_of(acting: Acting, subscription_id: UUID) -> tuple[Any, ...]:
    return (
        WebhookDelivery.organisation_id == acting.organisation_id,
        WebhookDelivery.subscription_id == subscription_id,
    )
