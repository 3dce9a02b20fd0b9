"""Making deliveries from the feed, behind it and apart from it: no fact waits for an integrator's endpoint."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.waiting import wait_for
from service_kit.feed import FeedEntry
from service_kit.ids import new_id
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings
from service_kit.webhooks.events import write_event
from service_kit.webhooks.models import DeliveryState, SubscriptionState, WebhookDelivery, WebhookSubscription

log = structlog.get_logger(__name__)

AT_ONCE = 500
# More are not made before some are through: what an endpoint has not taken waits in the feed, which has it anyway.
OPEN_MAX = 1000
POLL_SECONDS = 0.5

_BEHIND = text("""
    SELECT s.organisation_id, s.id FROM webhook_subscriptions s
     WHERE s.state = 'active'
       AND s.cursor < (SELECT max(f.position) FROM feed_entries f WHERE f.organisation_id = s.organisation_id)
""")


class DeliveryMaker:
    """Runs under the worker's role. Two at once are safe: a subscription's row is locked, an entry is made once."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database = database
        self._public_url = settings.public_url

    async def run(self, stop: asyncio.Event) -> None:
        """Make what the feed has for each subscription, until asked to stop."""
        while not stop.is_set():
            if not await self.make():
                await wait_for(stop, POLL_SECONDS)

    async def make(self) -> int:
        """Go once through the subscriptions that are behind the feed; give how many entries were looked at."""
        async with self._database.transaction() as session:
            behind = [(row.organisation_id, row.id) for row in await session.execute(_BEHIND)]
        return sum([await self._make_or_log(*key) for key in behind])

    async def _make_or_log(self, organisation_id: UUID, subscription_id: UUID) -> int:
        try:
            async with self._database.transaction(organisation_id) as session:
                return await self._make_of(session, organisation_id, subscription_id)
        except Exception as error:  # noqa: BLE001 -- one subscription's fault must not keep the others waiting
            log.error(
                "webhook_deliveries_not_made",
                organisation_id=str(organisation_id),
                error=type(error).__name__,
                where=where_raised(error),
            )
            return 0

    async def _make_of(self, session: AsyncSession, organisation_id: UUID, subscription_id: UUID) -> int:
        subscription = await _lock(session, organisation_id, subscription_id)
        room = OPEN_MAX - await _open_count(session, subscription) if subscription else 0
        if subscription is None or room < 1:
            return 0
        statement = (
            select(FeedEntry)
            .where(FeedEntry.organisation_id == organisation_id, FeedEntry.position > subscription.cursor)
            .order_by(FeedEntry.position)
            .limit(min(AT_ONCE, room))
        )
        entries = (await session.execute(statement)).scalars().all()
        await enter_deliveries(session, subscription, entries, self._public_url)
        if entries:
            subscription.cursor = entries[-1].position or subscription.cursor
        return len(entries)


async def enter_deliveries(
    session: AsyncSession, subscription: WebhookSubscription, entries: Sequence[FeedEntry], public_url: str
) -> int:
    """Make a delivery of each entry that the subscription asks for and has none of; give how many."""
    rows = [
        _delivery(subscription, entry, public_url)
        for entry in entries
        if is_asked_for(subscription, entry.type)
    ]
    if not rows:
        return 0
    statement = insert(WebhookDelivery).values(rows).on_conflict_do_nothing().returning(WebhookDelivery.id)
    return len((await session.execute(statement)).all())


def is_asked_for(subscription: WebhookSubscription, event_type: str) -> bool:
    """Whether a subscription is told of events of a type."""
    return subscription.event_types is None or event_type in subscription.event_types


def _delivery(subscription: WebhookSubscription, entry: FeedEntry, public_url: str) -> dict[str, Any]:
    delivery_id = new_id()
    return {
        "organisation_id": subscription.organisation_id,
        "id": delivery_id,
        "subscription_id": subscription.id,
        "position": entry.position,
        "type": entry.type,
        "body": write_event(
            entry, delivery_id=delivery_id, subscription_id=subscription.id, public_url=public_url
        ),
    }


async def _lock(
    session: AsyncSession, organisation_id: UUID, subscription_id: UUID
) -> WebhookSubscription | None:
    # Another worker that makes deliveries of it now, or records what came of one, is passed by: the next pass does it.
    statement = (
        select(WebhookSubscription)
        .where(
            WebhookSubscription.organisation_id == organisation_id,
            WebhookSubscription.id == subscription_id,
            WebhookSubscription.state == SubscriptionState.ACTIVE,
        )
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def _open_count(session: AsyncSession, subscription: WebhookSubscription) -> int:
    statement = select(func.count()).where(
        WebhookDelivery.organisation_id == subscription.organisation_id,
        WebhookDelivery.subscription_id == subscription.id,
        WebhookDelivery.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
    )
    return (await session.execute(statement)).scalar_one()
