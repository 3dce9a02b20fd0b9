"""A subscription that pauses and goes on: what its endpoint's behaviour leaves, and what a person puts right."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert
from service_kit.identity import Caller
from service_kit.webhooks.models import (
    DeliveryState,
    PauseReason,
    SubscriptionState,
    WebhookDelivery,
    WebhookSubscription,
)


async def give_up(
    session: AsyncSession, subscription: WebhookSubscription, reason: PauseReason, now: datetime
) -> None:
    """Pause a subscription whose endpoint is gone or failing for good: its open deliveries expire, people are told.

    The feed has what they told. An alert has no place for a subscription's id but its message's.
    """
    subscription.state, subscription.pause_reason = SubscriptionState.PAUSED, reason
    mark_changed(subscription, now)
    await expire_open(session, subscription)
    detail = {"subscription_id": str(subscription.id), "reason": reason.value}
    await raise_alert(
        session,
        subscription.organisation_id,
        AlertKind.SUBSCRIPTION_PAUSED,
        message_id=subscription.id,
        detail=detail,
    )
    await record_audit(
        session, _machine(subscription), "webhook.paused", "webhook_subscription", subscription.id, detail
    )


async def forget_faults(session: AsyncSession, subscription: WebhookSubscription) -> None:
    """Begin anew with an endpoint that a person has put right; its alert ends."""
    subscription.failing_since = None
    close_breaker(subscription)
    await clear_alerts(
        session,
        subscription.organisation_id,
        AlertKind.SUBSCRIPTION_PAUSED,
        message_id=subscription.id,
    )


def close_breaker(subscription: WebhookSubscription) -> None:
    """Let deliveries go again at their own times."""
    subscription.faults_in_a_row = 0
    subscription.breaker_open_until = subscription.breaker_wait_seconds = subscription.quiet_until = None


def mark_changed(subscription: WebhookSubscription, now: datetime) -> None:
    """Count a change, so that whoever read the subscription before must read it again."""
    subscription.version += 1
    subscription.changed_at = now


async def expire_open(session: AsyncSession, subscription: WebhookSubscription) -> None:
    """Give up what is not delivered; a result that comes late finds no lease and changes nothing."""
    await session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organisation_id == subscription.organisation_id,
            WebhookDelivery.subscription_id == subscription.id,
            WebhookDelivery.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
        )
        .values(state=DeliveryState.EXPIRED.value, lease_token=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def _machine(subscription: WebhookSubscription) -> Caller:
    return Caller(
        organisation_id=subscription.organisation_id,
        organisation_code="",
        organisation_name="",
        principal_id=None,
        principal_name="webhooks",
        is_person=False,
        roles=frozenset(),
        purpose="webhooks",
    )
