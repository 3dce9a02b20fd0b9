"""What came of an attempt at an endpoint: recorded only while its lease is still ours."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.answers import Outcome
from service_kit.exchange.schedule import DELAYS, retry_delay
from service_kit.ids import new_id
from service_kit.webhooks.leases import Claimed
from service_kit.webhooks.models import (
    DeliveryState,
    PauseReason,
    SubscriptionState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookSubscription,
)
from service_kit.webhooks.pausing import close_breaker, give_up

GIVEN_UP_AFTER = timedelta(days=14)
FAULTS_TO_OPEN = 5
BREAKER_SHORTEST, BREAKER_LONGEST = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True)
class Attempt:
    """One try. ``kind`` says what follows, ``outcome`` is the same or how there was no answer at all."""

    started_at: datetime
    duration_ms: int
    kind: Outcome
    outcome: str
    http_status: int | None = None
    wait: timedelta | None = None
    answer: str | None = None


async def record_result(session: AsyncSession, claimed: Claimed, attempt: Attempt) -> bool:
    """Record an attempt and what follows from it; ``False``, and nothing changed, if the lease is no longer ours.

    The subscription is locked before the delivery, as by everything that takes both.
    """
    subscription, now = (await session.execute(_subscription_of(claimed))).one()
    delivery = (await session.execute(_delivery_of(claimed))).scalar_one_or_none()
    if delivery is None:
        return False
    _add_attempt(session, delivery, attempt)
    delivery.attempts += 1
    delivery.last_outcome = attempt.outcome
    delivery.lease_token = delivery.leased_until = None
    if attempt.kind is Outcome.DELIVERED:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        await _has_answered(session, subscription)
        return True
    _wait_or_expire(delivery, attempt, now)
    await _has_failed(session, subscription, delivery, attempt, now)
    return True


def _wait_or_expire(delivery: WebhookDelivery, attempt: Attempt, now: datetime) -> None:
    # A ping is a question about this moment, so it is asked once.
    if delivery.position is None or now - delivery.due_since >= GIVEN_UP_AFTER:
        delivery.state = DeliveryState.EXPIRED
        return
    delivery.state = DeliveryState.PENDING
    # Only spreads load: nothing rests on its being unguessable.
    delivery.next_attempt_at = now + (attempt.wait or retry_delay(delivery.attempts, random.random()))  # noqa: S311


async def _has_answered(session: AsyncSession, subscription: WebhookSubscription) -> None:
    """An endpoint that takes one event is well: what waited for it goes now, the oldest first."""
    was_closed = subscription.breaker_open_until is not None
    subscription.failing_since = None
    close_breaker(subscription)
    if was_closed:
        await make_due(session, subscription)


async def make_due(session: AsyncSession, subscription: WebhookSubscription) -> None:
    """Let all that waits for its next try be tried now."""
    await session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organisation_id == subscription.organisation_id,
            WebhookDelivery.subscription_id == subscription.id,
            WebhookDelivery.state == DeliveryState.PENDING,
        )
        .values(next_attempt_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def _has_failed(
    session: AsyncSession,
    subscription: WebhookSubscription,
    delivery: WebhookDelivery,
    attempt: Attempt,
    now: datetime,
) -> None:
    if subscription.state != SubscriptionState.ACTIVE:
        return
    if attempt.kind is Outcome.DESTINATION_PAUSED:
        delivery.state = DeliveryState.EXPIRED
        await give_up(session, subscription, PauseReason.GONE, now)
        return
    if delivery.position is None:
        return
    subscription.failing_since = subscription.failing_since or now
    if now - subscription.failing_since >= GIVEN_UP_AFTER:
        delivery.state = DeliveryState.EXPIRED
        await give_up(session, subscription, PauseReason.FAILING, now)
    elif attempt.kind is Outcome.DESTINATION_WAITS:
        until = now + (attempt.wait or DELAYS[0])
        subscription.quiet_until = max(until, subscription.quiet_until or until)
    elif attempt.kind is Outcome.DESTINATION_FAULT:
        count_fault(subscription, now)


def count_fault(subscription: WebhookSubscription, now: datetime) -> None:
    """Count a fault of the endpoint. The fifth in a row opens the breaker; a failed probe doubles its wait.

    What was under way when it opened is no probe and lengthens nothing.
    """
    subscription.faults_in_a_row += 1
    opened = subscription.breaker_open_until
    if opened is not None and opened > now:
        return
    if opened is None and subscription.faults_in_a_row < FAULTS_TO_OPEN:
        return
    shortest, longest = BREAKER_SHORTEST.total_seconds(), BREAKER_LONGEST.total_seconds()
    wait = min(2 * (subscription.breaker_wait_seconds or shortest / 2), longest)
    subscription.breaker_wait_seconds = wait
    subscription.breaker_open_until = now + timedelta(seconds=wait)


def _subscription_of(claimed: Claimed) -> Select[WebhookSubscription, datetime]:
    return (
        select(WebhookSubscription, func.clock_timestamp())
        .where(
            WebhookSubscription.organisation_id == claimed.organisation_id,
            WebhookSubscription.id == claimed.subscription_id,
        )
        .with_for_update(of=WebhookSubscription)
    )


def _delivery_of(claimed: Claimed) -> Select[WebhookDelivery]:
    return (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.organisation_id == claimed.organisation_id,
            WebhookDelivery.id == claimed.id,
            WebhookDelivery.lease_token == claimed.lease_token,
            WebhookDelivery.state == DeliveryState.LEASED,
        )
        .with_for_update()
    )


def _add_attempt(session: AsyncSession, delivery: WebhookDelivery, attempt: Attempt) -> None:
    session.add(
        WebhookAttempt(
            organisation_id=delivery.organisation_id,
            id=new_id(),
            delivery_id=delivery.id,
            started_at=attempt.started_at,
            duration_ms=attempt.duration_ms,
            outcome=attempt.outcome,
            http_status=attempt.http_status,
            answer=attempt.answer,
        )
    )
