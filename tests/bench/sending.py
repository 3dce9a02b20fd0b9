"""The exchange's own sender in a process of its own: the worker's dispatcher with the worker's role.

It reads one ``Order`` as JSON from standard input and, once everything is recorded, writes one ``Done``.
"""

import asyncio
import cProfile
import dataclasses
import gc
import json
import sys
import time
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import text

from service_kit.db import Database, make_engine
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.logs import configure_logging
from service_kit.settings import ServiceSettings
from service_kit.wake_up import Channel, listen

LOOK_EVERY_SECONDS = 0.05
LONGEST_SECONDS = 280.0
LEFT = text("SELECT EXISTS (SELECT FROM outbound_messages WHERE state IN ('pending', 'leased'))")


@dataclass(frozen=True)
class Order:
    """``until_stopped``: send what comes until standard input ends, not only what is there."""

    database_url: str
    secret_key: str
    count: int = 0
    until_stopped: bool = False
    attempt_seconds: float = 15.0
    profile: str = ""  # a file for the profiler's figures, which slow it down by half


@dataclass(frozen=True)
class Done:
    """How many messages were sent and recorded, in what time, for how much CPU time of this process (seconds)."""

    operations: int
    seconds: float
    cpu: float


def settings_for(order: Order) -> ServiceSettings:
    """Give the settings of a worker that has nothing but this to do."""
    url = SecretStr(order.database_url)
    return ServiceSettings(
        database_url=url,
        worker_database_url=url,
        migration_database_url=url,
        public_url="http://127.0.0.1",
        secret_key=SecretStr(order.secret_key),
        attempt_seconds=order.attempt_seconds,
    )


def open_database(settings: ServiceSettings, url: SecretStr | None = None) -> Database:
    """Open the database as the worker does, or in the role of another URL."""
    return Database(
        make_engine(
            (url or settings.worker_database_url).get_secret_value(),
            pool_size=settings.pool_size,
            statement_timeout_ms=60_000,
            lock_timeout_ms=settings.lock_timeout_ms,
        )
    )


async def send_all(order: Order) -> Done:
    """Send what is there; or, if so ordered, what comes until standard input ends."""
    settings = settings_for(order)
    database, listener = open_database(settings), open_database(settings)
    client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
    dispatcher, stop = Dispatcher(database, settings, client), asyncio.Event()
    watching = asyncio.create_task(
        _until_input_ends(stop) if order.until_stopped else _until_empty(database, stop)
    )
    listening = asyncio.create_task(listen(listener.engine, {Channel.OUTBOX: dispatcher.wake}))
    started, cpu = time.perf_counter(), time.process_time()
    try:
        await dispatcher.run(stop, grace_seconds=1)
        return Done(order.count, time.perf_counter() - started, time.process_time() - cpu)
    finally:
        watching.cancel()
        listening.cancel()
        await asyncio.gather(watching, listening, return_exceptions=True)
        await client.close()
        await database.close()
        await listener.close()


async def _until_empty(database: Database, stop: asyncio.Event) -> None:
    ends = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        async with database.transaction() as session:
            if not (await session.execute(LEFT)).scalar_one():
                break
    stop.set()


async def _until_input_ends(stop: asyncio.Event) -> None:
    await asyncio.to_thread(sys.stdin.read)
    stop.set()


def main() -> None:
    """Send as standard input says."""
    import uvloop

    order = Order(**json.loads(sys.stdin.readline()))
    configure_logging("bench", "sender")
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # as the services have it
    profiler = cProfile.Profile()
    if order.profile:
        profiler.enable()
    done = uvloop.run(send_all(order))
    if order.profile:
        profiler.disable()
        profiler.dump_stats(order.profile)
    json.dump(dataclasses.asdict(done), sys.stdout)


if __name__ == "__main__":
    main()
