"""What a worker does about notifications that do not arrive: tells the office, within a minute of there being a reason."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import select

from local_service.delivery_alerts.service import clear_delivered, raise_undelivered
from local_service.duties.schedule import worker_of
from service_kit.acting import changed_subjects
from service_kit.db import Database, set_tenant
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised
from service_kit.tables import Organisation

log = structlog.get_logger(__name__)

MINUTE_SECONDS = 60


class DeliveryWatch:
    """Runs under the worker's role, one organisation at a time. Two at once are safe: an open alert is there once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, stop: asyncio.Event) -> None:
        """Look every minute, until asked to stop."""
        while not stop.is_set():
            await self.look()
            await wait_for(stop, MINUTE_SECONDS)

    async def look(self) -> int:
        """Go once through the organisations; give how many alerts were raised or ended."""
        async with self._database.transaction() as session:
            organisations = (await session.execute(select(Organisation.id))).scalars().all()
        done = 0
        for organisation_id in organisations:
            try:
                done += await self._look_at(organisation_id)
            except Exception as error:  # noqa: BLE001 -- one organisation's fault must not keep the others waiting
                log.error("deliveries_not_watched", error=type(error).__name__, where=where_raised(error))
        return done

    async def _look_at(self, organisation_id: UUID) -> int:
        async with self._database.transaction() as session:
            acting = worker_of(organisation_id, session, await set_tenant(session, organisation_id))
            raised = await raise_undelivered(acting)
            cleared = await clear_delivered(acting)
            # No duty follows from an alert.
            changed_subjects(session).clear()
        if raised:
            log.error("notification_undeliverable", organisation_id=str(organisation_id), count=raised)
        return raised + cleared
