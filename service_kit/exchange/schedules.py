"""What a worker does for the exchange, as schedules it runs side by side."""

import asyncio
from collections.abc import Mapping, Sequence

from service_kit.db import Database, make_engine
from service_kit.exchange.applier import Applier
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.collecting.collector import Collector
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.exchange.key_rotation import KeyKeeper
from service_kit.exchange.message_types import MessageType, receiving_setup
from service_kit.server import Schedule
from service_kit.settings import ServiceSettings
from service_kit.wake_up import Channel, listen


def exchange_schedules(
    database: Database, settings: ServiceSettings, message_types: Mapping[str, MessageType]
) -> Sequence[Schedule]:
    """Make the sending and the applying half; ``database`` is the worker role's."""
    applier = Applier(database, receiving_setup(settings, message_types), poll_seconds=settings.poll_seconds)

    async def send(stop: asyncio.Event) -> None:
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        dispatcher = Dispatcher(database, settings, client)
        # A connection of its own beside the pool: it waits for hints as long as the worker lives.
        engine = make_engine(
            settings.worker_database_url.get_secret_value(),
            pool_size=1,
            statement_timeout_ms=settings.statement_timeout_ms,
            lock_timeout_ms=settings.lock_timeout_ms,
        )
        listening = asyncio.create_task(listen(engine, {Channel.OUTBOX: dispatcher.wake}))
        try:
            await dispatcher.run(stop)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await engine.dispose()
            await client.close()

    async def collect(stop: asyncio.Event) -> None:
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        try:
            await Collector(database, settings, client, receiving_setup(settings, message_types)).run(stop)
        finally:
            await client.close()

    return (send, applier.run, KeyKeeper(database).run, collect)
