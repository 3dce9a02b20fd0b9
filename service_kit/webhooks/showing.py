"""Subscriptions as their readers see them: no secret, no bytes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from service_kit.acting import Acting
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem
from service_kit.webhooks.keys import good_keys, shown_public_key
from service_kit.webhooks.models import (
    DeliveryState,
    SubscriptionState,
    WebhookDelivery,
    WebhookKey,
    WebhookSubscription,
)
from service_kit.webhooks.schemas import KeyRead, SubscriptionRead


async def list_subscriptions(
    acting: Acting, page: PageRequest, state: SubscriptionState | None
) -> Page[SubscriptionRead]:
    """Give the organisation's subscriptions, newest first."""
    statement = select(WebhookSubscription).where(
        WebhookSubscription.organisation_id == acting.organisation_id
    )
    if state is not None:
        statement = statement.where(WebhookSubscription.state == state)
    statement = newest_first(statement, WebhookSubscription.id, page)
    rows = (await acting.session.execute(statement)).scalars().all()
    shown = {read.id: read for read in await _show_all(acting, rows[: page.limit])}
    return make_page(rows, page, lambda row: shown[row.id], lambda row: row.id)


async def find_subscription(acting: Acting, subscription_id: UUID) -> SubscriptionRead:
    """Give one of the organisation's, or 404."""
    statement = select(WebhookSubscription).where(
        WebhookSubscription.organisation_id == acting.organisation_id,
        WebhookSubscription.id == subscription_id,
    )
    found = (await acting.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise ApiProblem("not-found")
    return await show_subscription(acting, found)


async def show_subscription(acting: Acting, subscription: WebhookSubscription) -> SubscriptionRead:
    """Show one with its keys and what waits."""
    return (await _show_all(acting, [subscription]))[0]


async def _show_all(acting: Acting, rows: Sequence[WebhookSubscription]) -> list[SubscriptionRead]:
    ids = [row.id for row in rows]
    keys = await good_keys(acting.session, [acting.organisation_id], ids)
    waiting = await _waiting(acting, ids)
    return [_show(row, keys.get(row.id, []), waiting.get(row.id, 0)) for row in rows]


async def _waiting(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, int]:
    statement = (
        select(WebhookDelivery.subscription_id, func.count())
        .where(
            WebhookDelivery.organisation_id == acting.organisation_id,
            WebhookDelivery.subscription_id.in_(ids),
            WebhookDelivery.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
        )
        .group_by(WebhookDelivery.subscription_id)
    )
    return {row[0]: row[1] for row in await acting.session.execute(statement)}


def _show(row: WebhookSubscription, keys: Sequence[WebhookKey], waiting: int) -> SubscriptionRead:
    times = [moment for moment in (row.quiet_until, row.breaker_open_until) if moment is not None]
    return SubscriptionRead.model_validate(
        {
            **{name: getattr(row, name) for name in SubscriptionRead.model_fields if hasattr(row, name)},
            "keys": [
                KeyRead(
                    public_key=shown_public_key(key), valid_from=key.valid_from, valid_until=key.valid_until
                )
                for key in keys
            ],
            "position": row.cursor,
            "waiting": waiting,
            "next_attempt_after": max(times, default=None),
        }
    )
