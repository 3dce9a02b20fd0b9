"""An organisation with an integrator and an administrator, and the worker's three steps as a test takes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from service_kit.administration import owner_session
from service_kit.audit import record_event
from service_kit.exchange.client import ExchangeClient
from service_kit.identity import Caller as Known
from service_kit.placing import FeedPlacer
from service_kit.webhooks.making import DeliveryMaker
from service_kit.webhooks.sending import WebhookSender
from tests.kit.webhooks.receiving import Endpoint
from tests.support.services import Caller, Service

PATH = "/v1/webhook-subscriptions"
LOOPBACK = ["127.0.0.0/8"]


@dataclass
class Desk:
    """``administrator`` may register endpoints of this machine; ``integrator`` public ones alone."""

    service: Service
    organisation: UUID
    code: str
    administrator: Caller
    integrator: Caller
    client: ExchangeClient

    async def subscribe(self, endpoint: Endpoint, **facts: Any) -> dict[str, Any]:
        body = {"url": endpoint.url, "description": "Records", "allowed_networks": LOOPBACK, **facts}
        made = await self.administrator.post(PATH, body)
        assert made.status_code == 201, made.text
        shown: dict[str, Any] = made.json()
        return shown

    async def read(self, subscription: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.integrator.get(f"{PATH}/{subscription['id']}")).json()
        return shown

    async def patch(self, subscription: dict[str, Any], **facts: Any) -> dict[str, Any]:
        version = (await self.read(subscription))["version"]
        changed = await self.administrator.patch(f"{PATH}/{subscription['id']}", facts, f'"v{version}"')
        assert changed.status_code == 200, changed.text
        shown: dict[str, Any] = changed.json()
        return shown

    async def post(self, subscription: dict[str, Any], part: str, body: Any = None) -> dict[str, Any]:
        done = await self.integrator.post(f"{PATH}/{subscription['id']}/{part}", body)
        assert done.status_code in {200, 201}, done.text
        shown: dict[str, Any] = done.json()
        return shown

    async def deliveries(self, subscription: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        page = await self.integrator.get(f"{PATH}/{subscription['id']}/deliveries", params=query)
        items: list[dict[str, Any]] = page.json()["items"]
        return items

    async def delivery(self, subscription: dict[str, Any], delivery_id: str) -> dict[str, Any]:
        found = await self.integrator.get(f"{PATH}/{subscription['id']}/deliveries/{delivery_id}")
        shown: dict[str, Any] = found.json()
        return shown

    async def happen(self, *types: str) -> None:
        """Let events happen, and have their places in the feed."""
        await tell(self.service, self.organisation, *types)
        await FeedPlacer(self.service.worker).place()

    def maker(self) -> DeliveryMaker:
        return DeliveryMaker(self.service.worker, self.service.settings)

    def sender(self) -> WebhookSender:
        return WebhookSender(self.service.worker, self.service.settings, self.client)

    async def make(self) -> None:
        while await self.maker().make():
            pass

    async def send(self) -> int:
        """Make what the feed has and send what is due, once."""
        await self.make()
        return await self.sender().drain_once()

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with owner_session(self.service.settings) as session:
            return list((await session.execute(text(statement), values)).all())

    async def change(self, statement: str, **values: Any) -> None:
        async with owner_session(self.service.settings) as session:
            await session.execute(text(statement), values)

    async def make_due(self) -> None:
        await self.change("UPDATE webhook_deliveries SET next_attempt_at = now()")
        await self.change("UPDATE webhook_subscriptions SET quiet_until = NULL")
        await self.change(
            "UPDATE webhook_subscriptions SET breaker_open_until = now() WHERE breaker_open_until IS NOT NULL"
        )

    async def actions(self) -> list[str]:
        statement = (
            "SELECT action FROM audit_entries WHERE action LIKE 'webhook.%' AND organisation_id = :of "
            "ORDER BY at, id"
        )
        return [row.action for row in await self.rows(statement, of=self.organisation)]


async def tell(service: Service, organisation: UUID, *types: str) -> None:
    known = Known(organisation, "", "", None, "test", is_person=False, roles=frozenset(), purpose="test")
    for name in types:
        async with service.app.state.database.transaction(organisation) as session:
            now = (await session.execute(text("SELECT now()"))).scalar_one()
            await record_event(session, known, now, name, "case", uuid4(), {"version": 1})


@asynccontextmanager
async def opened(service: Service, seconds: float = 5) -> AsyncIterator[Desk]:
    """Open a new organisation's desk; what tests before left to be sent is cleared away."""
    async with owner_session(service.settings) as session:
        await session.execute(
            text("TRUNCATE webhook_attempts, webhook_deliveries, webhook_keys, webhook_subscriptions")
        )
        await session.execute(text("DELETE FROM exchange_alerts WHERE kind = 'subscription_paused'"))
    code, client = f"desk-{uuid4()}", ExchangeClient(attempt_seconds=seconds)
    yield Desk(
        service,
        await service.organisation(code),
        code,
        await service.caller("administrator", organisation=code),
        await service.caller("integrator", organisation=code),
        client,
    )
    await client.close()
