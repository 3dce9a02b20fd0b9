"""What a worker does for the exchange, as schedules it runs side by side."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from service_kit.audit_tree.checkpointing import Checkpointer
from service_kit.db import Database, make_engine
from service_kit.exchange.applier import Applier
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.collecting.collector import Collector
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.exchange.key_rotation import KeyKeeper
from service_kit.exchange.message_types import MessageType, receiving_setup
from service_kit.exchange.reconciling.worker import Reconciler
from service_kit.exchange.restoring.history import check_history_first, watch_history
from service_kit.exchange.restoring.restorer import Restorer
from service_kit.server import Schedule
from service_kit.settings import ServiceSettings
from service_kit.wake_up import Channel, listen


class Runs(Protocol):
    """Something that works until it is asked to stop."""

    async def run(self, stop: asyncio.Event, /) -> None:
        """Work until asked to stop."""


# Each of these asks counterparts; which of them does so at a time is its own matter, so each has its own client.
ASKING: tuple[Callable[[Database, ServiceSettings, ExchangeClient], Runs], ...] = (
    Restorer,
    Reconciler,
    Checkpointer,
)


def exchange_schedules(
    database: Database, settings: ServiceSettings, message_types: Mapping[str, MessageType]
) -> Sequence[Schedule]:
    """Make the sending and the applying half, and what watches over both; ``database`` is the worker role's."""
    setup = receiving_setup(settings, message_types)
    applier = Applier(database, setup, poll_seconds=settings.poll_seconds)

    async def send(stop: asyncio.Event) -> None:
        # Nothing leaves before it is known whether this is the database that was running.
        await check_history_first(database, stop)
        async with _client(settings) as client:
            await _send_when_woken(Dispatcher(database, settings, client), settings, stop)

    async def watch(stop: asyncio.Event) -> None:
        await watch_history(database, stop)

    async def collect(stop: asyncio.Event) -> None:
        async with _client(settings) as client:
            await Collector(database, settings, client, setup).run(stop)

    asking = [_asking(made, database, settings) for made in ASKING]
    return (send, applier.run, watch, collect, KeyKeeper(database).run, *asking)


def _asking(
    made: Callable[[Database, ServiceSettings, ExchangeClient], Runs],
    database: Database,
    settings: ServiceSettings,
) -> Schedule:
    async def run(stop: asyncio.Event) -> None:
        async with _client(settings) as client:
            await made(database, settings, client).run(stop)

    run.__qualname__ = f"{made.__name__}.run"  # the name a failure is logged under
    return run


@asynccontextmanager
async def _client(settings: ServiceSettings) -> AsyncIterator[ExchangeClient]:
    client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
    try:
        yield client
    finally:
        await client.close()


async def _send_when_woken(dispatcher: Dispatcher, settings: ServiceSettings, stop: asyncio.Event) -> None:
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
