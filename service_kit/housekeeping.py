"""What a worker clears away: only what has served its time and proves nothing."""

import asyncio
import time
from datetime import timedelta

import structlog
from sqlalchemy import delete, func

from service_kit.db import Database
from service_kit.documents.store import DocumentStore
from service_kit.exchange.waiting import wait_for
from service_kit.idempotency import IdempotencyRecord

log = structlog.get_logger(__name__)

FILES_KEPT = timedelta(days=1)
KEYS_KEPT = timedelta(days=30)
HOUR_SECONDS = 3600


class Housekeeper:
    """Runs under the worker's role. Two at once do no harm: a row is deleted once."""

    def __init__(self, database: Database, documents: DocumentStore | None = None) -> None:
        self._database = database
        self._documents = documents

    async def run(self, stop: asyncio.Event) -> None:
        """Clear away every hour, until asked to stop."""
        while not stop.is_set():
            await self.clear()
            await self.clear_files()
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

    async def clear_files(self) -> int:
        """Delete what was left of uploads and of documents half received, a day after its last byte; give how many.

        A file's age is told by the machine that wrote it, so its clock is the one that is asked.
        """
        if self._documents is None:
            return 0
        cleared = await self._documents.incoming.clear_older_than(time.time() - FILES_KEPT.total_seconds())
        if cleared:
            log.info("incoming_files_cleared", count=cleared)
        return cleared
