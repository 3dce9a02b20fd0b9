"""Giving each entry of the feed its place: 1, 2, 3 … for each organisation, without gaps, after the commit.

Only what is committed is seen, so only that gets a number; what commits late gets a later one. A reader that has
seen a position has therefore seen everything up to it.
"""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import text

from service_kit.db import Database
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised

log = structlog.get_logger(__name__)

AT_ONCE = 1000
POLL_SECONDS = 0.5

_WAITING = text("SELECT DISTINCT organisation_id FROM feed_entries WHERE position IS NULL")
# Held to the end of the transaction: one worker places an organisation's entries, another passes it by.
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('feed ' || :organisation_id, 0))")
# A statement after the lock, so that it sees what the holder before has placed.
_PLACE = text("""
    WITH last AS (
        SELECT coalesce(max(position), 0) AS position FROM feed_entries WHERE organisation_id = :organisation_id
    ), next AS (
        SELECT id, row_number() OVER (ORDER BY id) AS number
          FROM (SELECT id FROM feed_entries
                 WHERE organisation_id = :organisation_id AND position IS NULL ORDER BY id LIMIT :at_once) waiting
    )
    UPDATE feed_entries f
       SET position = last.position + next.number
      FROM last, next
     WHERE f.organisation_id = :organisation_id AND f.id = next.id
    RETURNING f.id
""")


class FeedPlacer:
    """Runs under the worker's role, which sees every organisation's entries. Two at once are safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, stop: asyncio.Event) -> None:
        """Place what waits, until asked to stop."""
        while not stop.is_set():
            if not await self.place():
                await wait_for(stop, POLL_SECONDS)

    async def place(self) -> int:
        """Go once through the organisations whose entries wait; give how many entries got their place."""
        async with self._database.transaction() as session:
            organisations = (await session.execute(_WAITING)).scalars().all()
        return sum([await self._place_or_log(organisation) for organisation in organisations])

    async def _place_or_log(self, organisation_id: UUID) -> int:
        try:
            return await self._place_of(organisation_id)
        except Exception as error:  # noqa: BLE001 -- one organisation's fault must not keep the others waiting
            log.error(
                "feed_not_placed",
                organisation_id=str(organisation_id),
                error=type(error).__name__,
                where=where_raised(error),
            )
            return 0

    async def _place_of(self, organisation_id: UUID) -> int:
        async with self._database.transaction() as session:
            if not (await session.execute(_LOCK, {"organisation_id": str(organisation_id)})).scalar_one():
                return 0
            values = {"organisation_id": organisation_id, "at_once": AT_ONCE}
            return len((await session.execute(_PLACE, values)).all())
