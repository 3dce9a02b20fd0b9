"""The worker's receiving half: what could not take effect at the door is tried again until it does."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import and_, func, select

from service_kit.acting import Acting
from service_kit.db import Database, set_tenant
from service_kit.exchange.apply import apply_ready
from service_kit.exchange.links import load_link
from service_kit.exchange.message_types import ReceivingSetup
from service_kit.exchange.models import InboundMessage, InboundState, InboundStream
from service_kit.exchange.storing import lock_stream
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised

log = structlog.get_logger(__name__)

STREAMS_AT_ONCE = 50


class Applier:
    """Runs under the worker's role: it sees which streams of all organisations wait, and works for one at a time."""

    def __init__(self, database: Database, setup: ReceivingSetup, *, poll_seconds: float) -> None:
        self._database = database
        self._setup = setup
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Apply what is due, until asked to stop."""
        while not stop.is_set():
            if not await self.apply_due():
                await wait_for(stop, self._poll_seconds)

    async def apply_due(self) -> int:
        """Go once through the streams whose next message is here and due; give how many messages took effect."""
        async with self._database.transaction() as session:
            found = (await session.execute(_WAITING)).all()
        applied = 0
        for organisation_id, link_id, subject in found:
            try:
                applied += await self._apply_stream(organisation_id, link_id, subject)
            except Exception as error:  # noqa: BLE001 -- one stream's fault must not keep the others waiting
                log.error(
                    "exchange_stream_failed",
                    link_id=str(link_id),
                    error=type(error).__name__,
                    where=where_raised(error),
                )
        return applied

    async def _apply_stream(self, organisation_id: UUID, link_id: UUID, subject: str) -> int:
        async with self._database.transaction() as session:
            now = await set_tenant(session, organisation_id)
            keys = await load_link(session, organisation_id, link_id, self._setup.key_bytes)
            stream = await lock_stream(session, organisation_id, link_id, subject)
            return await apply_ready(Acting(session, keys.caller(), now), keys, stream.id, self._setup)


_WAITING = (
    select(InboundStream.organisation_id, InboundStream.link_id, InboundStream.subject)
    .join(
        InboundMessage,
        and_(
            InboundMessage.organisation_id == InboundStream.organisation_id,
            InboundMessage.stream_id == InboundStream.id,
            InboundMessage.number == InboundStream.last_applied + 1,
        ),
    )
    .where(InboundMessage.state == InboundState.HELD, InboundMessage.next_apply_at <= func.now())
    .order_by(InboundMessage.next_apply_at)
    .limit(STREAMS_AT_ONCE)
)
