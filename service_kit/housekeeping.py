"""What a worker clears away: only what has served its time and proves nothing."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import delete, func

from service_kit.db import Database
from service_kit.exchange.waiting import wait_for
from service_kit.idempotency import IdempotencyRecord

log = structlog.get_logger(__name__)

KEYS_KEPT = timedelta(days=30)
HOUR_SECONDS = 3600


class Housekeeper:
    """Runs under the worker's role. Two at once do no harm: a row is deleted once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, stop: asyncio.Event) -> None:
        """Clear away every hour, until asked to stop."""
        while not stop.is_set():
            await self.clear()
            await wait_for(stop, HOUR_SECONDS)

    async def clear(self) -> int:
        """Delete the idempotency records past their 30 days; give how many."""
        statement = (
            delete(IdempotencyRecord)
            .where(IdempotencyRecord.created_at < func.now() - KEYS_KEPT)
            .returning(IdempotencyRecord.key)
        )
        async with self._database.transaction() as session:
            cleared = len((await session.execute(statement)).all())
        if cleared:
            log.info("idempotency_records_cleared", count=cleared)
        return cleared
