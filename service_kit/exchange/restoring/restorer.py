"""The worker's part in a restore: watch for one, compare where it is suspected, fetch what may be given back."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import text

from service_kit.db import Database
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.restoring.returning import get_back
from service_kit.exchange.restoring.settling import Settling, settle_link
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
# How long after a try the next may begin: also how long another worker leaves it alone.
AGAIN_SECONDS = 60
LINKS_AT_ONCE = 20

# What a person confirmed is taken up at once.
_CLAIM = text("""
    UPDATE exchange_restores r SET tried_at = now()
      FROM (SELECT organisation_id, id FROM exchange_restores
             WHERE settled_at IS NULL
               AND (tried_at IS NULL OR tried_at < now() - make_interval(secs => :again) OR confirmed_at > tried_at)
             ORDER BY tried_at NULLS FIRST LIMIT :room FOR UPDATE SKIP LOCKED) due
     WHERE r.organisation_id = due.organisation_id AND r.id = due.id
    RETURNING r.organisation_id, r.link_id
""")
_BODILESS = text("""
    SELECT DISTINCT organisation_id, link_id FROM outbound_messages
     WHERE body IS NULL AND recovered_at IS NOT NULL AND state = 'delivered' LIMIT :room
""")


class Restorer:
    """Runs under the worker's role, which sees the links of all organisations."""

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._database = database
        self._settings = settings
        self._client = client

    async def run(self, stop: asyncio.Event) -> None:
        """Settle what is suspected and fetch what may be given back, until asked to stop."""
        rounds = 0
        while not stop.is_set():
            try:
                await self.settle_due()
                if rounds % round(AGAIN_SECONDS / LOOK_SECONDS) == 0:
                    await self.fetch_returns()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a while
                log.error("exchange_restoring_failed", error=type(error).__name__, where=where_raised(error))
            rounds += 1
            await wait_for(stop, LOOK_SECONDS)

    async def settle_due(self) -> int:
        """Go once through the suspicions that are due; give how many were tried."""
        async with self._database.transaction() as session:
            found = (await session.execute(_CLAIM, {"again": AGAIN_SECONDS, "room": LINKS_AT_ONCE})).all()
        # Side by side: a counterpart that does not answer must not keep the others' links held.
        await asyncio.gather(*(self._settle(organisation_id, link_id) for organisation_id, link_id in found))
        return len(found)

    async def fetch_returns(self) -> int:
        """Ask for the content of what was recovered; give how many messages got theirs back."""
        async with self._database.transaction() as session:
            found = (await session.execute(_BODILESS, {"room": LINKS_AT_ONCE})).all()
        stored = 0
        for organisation_id, link_id in found:
            stored += await self._fetch(organisation_id, link_id)
        return stored

    async def _settle(self, organisation_id: UUID, link_id: UUID) -> None:
        work = Settling(self._database, self._settings, self._client, organisation_id, link_id)
        try:
            standing = await settle_link(work)
            log.info("exchange_restore_tried", link_id=str(link_id), result=standing.value)
        except Exception as error:  # noqa: BLE001 -- one link's fault must not keep the others waiting
            log.error(
                "exchange_restore_failed",
                link_id=str(link_id),
                error=type(error).__name__,
                where=where_raised(error),
            )

    async def _fetch(self, organisation_id: UUID, link_id: UUID) -> int:
        try:
            got = await get_back(
                self._database, self._client, organisation_id, link_id, self._settings.key_bytes()
            )
        except Exception as error:  # noqa: BLE001 -- as above
            log.error(
                "exchange_returns_failed",
                link_id=str(link_id),
                error=type(error).__name__,
                where=where_raised(error),
            )
            return 0
        log.info("exchange_returns", link_id=str(link_id), count=got.stored, problem=got.problem)
        return got.stored
