"""What a worker does for integrators' subscriptions, as schedules it runs side by side."""

import asyncio
from collections.abc import Sequence

from service_kit.db import Database
from service_kit.exchange.client import ExchangeClient
from service_kit.server import Schedule
from service_kit.settings import ServiceSettings
from service_kit.webhooks.making import DeliveryMaker
from service_kit.webhooks.sending import WebhookSender


def webhook_schedules(database: Database, settings: ServiceSettings) -> Sequence[Schedule]:
    """Make the making and the sending half; ``database`` is the worker role's."""

    async def send_webhooks(stop: asyncio.Event) -> None:
        # A client of its own: an endpoint of a stranger shares no connection with a counterpart.
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        try:
            await WebhookSender(database, settings, client).run(stop)
        finally:
            await client.close()

    return (DeliveryMaker(database, settings).run, send_webhooks)
