"""What a worker does for the exchange, as schedules it runs side by side."""

import asyncio
from collections.abc import Mapping, Sequence

from service_kit.audit_tree.checkpointing import Checkpointer
from service_kit.db import Database
from service_kit.exchange.applier import Applier
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.exchange.message_types import MessageType, receiving_setup
from service_kit.exchange.reconciling.worker import Reconciler
from service_kit.server import Schedule
from service_kit.settings import ServiceSettings


def exchange_schedules(
    database: Database, settings: ServiceSettings, message_types: Mapping[str, MessageType]
) -> Sequence[Schedule]:
    """Make the sending and the applying half; ``database`` is the worker role's."""
    applier = Applier(database, receiving_setup(settings, message_types), poll_seconds=settings.poll_seconds)

    async def send(stop: asyncio.Event) -> None:
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        try:
            await Dispatcher(database, settings, client).run(stop)
        finally:
            await client.close()

    async def witness(stop: asyncio.Event) -> None:
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        try:
            await Checkpointer(database, settings, client).run(stop)
        finally:
            await client.close()

    async def compare(stop: asyncio.Event) -> None:
        client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
        try:
            await Reconciler(database, settings, client).run(stop)
        finally:
            await client.close()

    return (send, applier.run, witness, compare)
