"""A test event: asked for by a person or program that looks at what comes of it."""

from uuid import UUID

from sqlalchemy import func, select

from service_kit.acting import Acting
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from service_kit.webhooks.events import PING, write_ping
from service_kit.webhooks.models import DeliveryState, WebhookDelivery, WebhookSubscription
from service_kit.webhooks.subscriptions import KIND, database_now, lock_open

WAITING_MAX = 10


async def ping(acting: Acting, subscription_id: UUID, public_url: str) -> WebhookDelivery:
    """Make a test event, due at once and tried once, also while the subscription is paused."""
    subscription = await lock_open(acting, subscription_id)
    await _refuse_many_pings(acting, subscription)
    now = await database_now(acting.session)
    delivery_id = new_id()
    delivery = WebhookDelivery(
        organisation_id=acting.organisation_id,
        id=delivery_id,
        subscription_id=subscription.id,
        type=PING,
        body=write_ping(
            delivery_id=delivery_id,
            organisation_id=acting.organisation_id,
            subscription_id=subscription.id,
            time=now,
            public_url=public_url,
        ),
        state=DeliveryState.PENDING.value,
        attempts=0,
        # Before all else that waits: nothing of a subscription is due from before it was made.
        next_attempt_at=subscription.created_at,
        due_since=now,
        created_at=now,
    )
    acting.session.add(delivery)
    await acting.session.flush()
    await acting.audit("webhook.pinged", KIND, subscription.id, {"delivery_id": str(delivery_id)})
    return delivery


async def _refuse_many_pings(acting: Acting, subscription: WebhookSubscription) -> None:
    statement = select(func.count()).where(
        WebhookDelivery.organisation_id == acting.organisation_id,
        WebhookDelivery.subscription_id == subscription.id,
        WebhookDelivery.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
        WebhookDelivery.position.is_(None),
    )
    if (await acting.session.execute(statement)).scalar_one() >= WAITING_MAX:
        raise ApiProblem("rate-limited", f"{WAITING_MAX} pings wait already.", headers={"Retry-After": "5"})
