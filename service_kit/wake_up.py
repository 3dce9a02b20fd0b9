"""Waking a worker when there is something for it: a hint after the commit. Its poll is the guarantee.

NOTIFY takes a lock over the whole cluster's queue at commit, so a transaction with facts never does it. Another one
does, after the commit, without waiting for the disk; while it is under way, whatever else is committed here shares
the next, so that a busy process notifies some hundred times a second at most, and an idle one at once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

log = structlog.get_logger(__name__)

GAP_SECONDS = 0.005
LISTEN_AGAIN_SECONDS = 5.0
CLOSING_SECONDS = 1.0
_CHANNELS = "wake_up"
_NOTIFY = text("SELECT set_config('synchronous_commit', 'off', true), pg_notify(:channel, '')")


class Channel(StrEnum):
    OUTBOX = "exchange_outbox"  # a message to a counterpart may be due


def wake_after_commit(session: AsyncSession, channel: Channel) -> None:
    """Have whoever listens woken once this session's transaction is committed; not at all if it is not."""
    session.info.setdefault(_CHANNELS, set()).add(channel)


class WakeUp:
    """Gives one process's hints."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._wanted: set[Channel] = set()
        self._task: asyncio.Task[None] | None = None

    def after_commit(self, session: AsyncSession) -> None:
        """Give the hints that the committed transaction asked for, without waiting for them."""
        wanted = session.info.pop(_CHANNELS, None)
        if not wanted:
            return
        self._wanted |= wanted
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._notify())

    async def close(self) -> None:
        """Give the last hint, if that is quickly done."""
        if self._task is not None:
            _, late = await asyncio.wait([self._task], timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()

    async def _notify(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, set()
            try:
                async with self._engine.connect() as connection:
                    plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
                    for channel in wanted:
                        await plain.execute(_NOTIFY, {"channel": channel.value})
            except (SQLAlchemyError, OSError) as error:
                log.info("wake_up_failed", error=type(error).__name__)
            await asyncio.sleep(GAP_SECONDS)


async def listen(engine: AsyncEngine, wakes: Mapping[Channel, Callable[[], None]]) -> None:
    """Call what is to be woken at each hint, until cancelled; where listening fails, begin again after a while."""
    while True:
        try:
            await _listen_once(engine, wakes)
        except (SQLAlchemyError, OSError) as error:
            log.info("wake_up_failed", error=type(error).__name__)
        await asyncio.sleep(LISTEN_AGAIN_SECONDS)


async def _listen_once(engine: AsyncEngine, wakes: Mapping[Channel, Callable[[], None]]) -> None:
    ended = asyncio.Event()
    async with engine.connect() as connection:
        # What only the driver has. The connection is this listener's alone, and goes with it.
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda _: ended.set())
        try:
            for channel, wake in wakes.items():
                await driver.add_listener(channel.value, _calling(wake))
                # What was hinted while nobody listened.
                wake()
            await ended.wait()
        finally:
            with contextlib.suppress(Exception):
                await connection.invalidate()


def _calling(wake: Callable[[], None]) -> Callable[..., None]:
    return lambda *_: wake()
