"""A worker is woken by what is committed, and by nothing else; without a hint its poll finds the work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from service_kit.db import make_engine
from service_kit.exchange.schedules import exchange_schedules
from service_kit.wake_up import Channel, listen, wake_after_commit
from tests.kit.exchange.sides import Pair, Side


@asynccontextmanager
async def listening(side: Side) -> AsyncIterator[list[asyncio.Event]]:
    """Count hints from the first one on, which is the listener's own beginning."""
    heard: list[asyncio.Event] = [asyncio.Event()]

    def wake() -> None:
        heard[-1].set()
        heard.append(asyncio.Event())

    url = side.settings.worker_database_url.get_secret_value()
    engine = make_engine(url, pool_size=1, statement_timeout_ms=5000, lock_timeout_ms=5000)
    task = asyncio.create_task(listen(engine, {Channel.OUTBOX: wake}))
    async with asyncio.timeout(20):
        await heard[0].wait()
    yield heard
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await engine.dispose()


async def roll_back(side: Side) -> None:
    async with side.database.transaction(side.party) as session:
        wake_after_commit(session, Channel.OUTBOX)
        raise ZeroDivisionError


async def test_a_committed_message_is_hinted_and_a_rolled_back_one_is_not(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    async with listening(a) as heard:
        with pytest.raises(ZeroDivisionError):
            await roll_back(a)
        async with a.database.transaction(a.party) as session:
            await session.execute(text("SELECT 1"))
        await asyncio.sleep(0.2)
        assert len(heard) == 2
        await a.send(str(uuid4()))
        async with asyncio.timeout(20):
            await heard[1].wait()


async def test_many_commits_share_a_few_hints(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    async with listening(a) as heard:
        for _ in range(3):
            await asyncio.gather(*(a.send(str(uuid4())) for _ in range(8)))
        async with asyncio.timeout(20):
            await heard[1].wait()
        await asyncio.sleep(0.3)
        assert 2 < len(heard) < 2 + 24


async def test_a_worker_sends_at_once_however_seldom_it_looks(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    delivered = asyncio.Event()

    async def deliver(request: object) -> object:
        delivered.set()
        return await a.wire.deliver(request)  # type: ignore[arg-type]

    a.wire.instead = deliver  # type: ignore[assignment]
    dispatcher = a.dispatcher()
    dispatcher._settings = a.settings.model_copy(update={"poll_seconds": 60})
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    url = a.settings.worker_database_url.get_secret_value()
    engine = make_engine(url, pool_size=1, statement_timeout_ms=5000, lock_timeout_ms=5000)
    hints = asyncio.create_task(listen(engine, {Channel.OUTBOX: dispatcher.wake}))
    await asyncio.sleep(0.5)
    await a.send(str(uuid4()))
    async with asyncio.timeout(30):
        await delivered.wait()
    stop.set()
    await running
    hints.cancel()
    await asyncio.gather(hints, return_exceptions=True)
    await engine.dispose()


async def test_a_listener_that_lost_its_connection_leaves_the_work_to_the_poll(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    send = exchange_schedules(a.worker, a.settings, {})[0]
    stop = asyncio.Event()
    running = asyncio.create_task(send(stop))
    await asyncio.sleep(0.5)
    await a.change(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    message_id = await a.send(str(uuid4()))
    async with asyncio.timeout(30):
        # The real client is used here: nobody is at the counterpart's address, and that is an attempt.
        while not await a.rows("SELECT 1 FROM delivery_attempts WHERE message_id = :id", id=message_id):  # noqa: ASYNC110 -- what is waited for happens in the database
            await asyncio.sleep(0.05)
    stop.set()
    async with asyncio.timeout(30):
        await running
