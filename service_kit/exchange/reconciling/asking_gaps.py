"""Asking for what a gap lacks: after a quarter of an hour, and again every quarter of an hour until it has come."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.alerts import Alert, AlertKind, raise_alert
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkKeys, load_link
from service_kit.exchange.reconciling.gaps import OpenGap, find_gaps
from service_kit.exchange.reconciling.theirs import ask_patiently
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.reconciling import RedeliveriesAnswer

log = structlog.get_logger(__name__)

ASKED_AFTER = timedelta(minutes=15)

# A link has its turn once a quarter of an hour, whichever worker takes it; only links with something waiting do.
_CLAIM = text("""
    UPDATE reconciliation_plans p SET gaps_asked_at = now()
     WHERE (p.gaps_asked_at IS NULL OR p.gaps_asked_at <= now() - CAST(:every AS interval))
       AND EXISTS (SELECT FROM exchange_links l
                    WHERE l.organisation_id = p.organisation_id AND l.id = p.link_id
                      AND l.state = 'active' AND l.delivery_mode = 'push')
       AND EXISTS (SELECT FROM inbound_messages m
                     JOIN inbound_streams s ON s.organisation_id = m.organisation_id AND s.id = m.stream_id
                    WHERE m.organisation_id = p.organisation_id AND m.link_id = p.link_id AND m.state = 'held'
                      AND m.stored_at <= now() - CAST(:every AS interval) AND m.number > s.last_applied + 1
                      AND NOT EXISTS (SELECT FROM inbound_messages n
                                       WHERE n.organisation_id = s.organisation_id AND n.stream_id = s.id
                                         AND n.number = s.last_applied + 1))
    RETURNING p.organisation_id, p.link_id
""")


@dataclass(frozen=True)
class GapWatch:
    """Looks for gaps on every link. ``database`` is in the worker's role."""

    database: Database
    settings: ServiceSettings
    client: ExchangeClient

    async def ask_for_missing(self) -> int:
        """Ask each counterpart for what is missing behind gaps open for a quarter of an hour; give how many gaps."""
        async with self.database.transaction() as session:
            found = (await session.execute(_CLAIM, {"every": ASKED_AFTER})).all()
        asked = 0
        for organisation_id, link_id in found:
            try:
                asked += await self._ask_link(organisation_id, link_id)
            except QuestionRefused as refusal:
                log.warning("exchange_gap_not_asked", link_id=str(link_id), problem=refusal.kind)
            except Exception as error:  # noqa: BLE001 -- one link's fault must not keep the others waiting
                log.error("exchange_gap_not_asked", link_id=str(link_id), error=type(error).__name__)
        return asked

    async def clear_closed(self) -> int:
        """End the alerts of gaps that have closed; give how many."""
        async with self.database.transaction() as session:
            rows = await session.execute(_OPEN_ALERTS)
            alerts = [(row.organisation_id, row.link_id, row.message_id) for row in rows]
        closed = 0
        for organisation_id, link_id in sorted({(alert[0], alert[1]) for alert in alerts}):
            ids = {alert[2] for alert in alerts if alert[:2] == (organisation_id, link_id)}
            async with self.database.transaction(organisation_id) as session:
                still = {
                    gap.waiting for gap in await find_gaps(session, organisation_id, link_id, at_most=1000)
                }
                closed += await _clear(session, organisation_id, link_id, ids - still)
        return closed

    async def _ask_link(self, organisation_id: UUID, link_id: UUID) -> int:
        async with self.database.transaction(organisation_id) as session:
            keys = await load_link(session, organisation_id, link_id, self.settings.key_bytes())
            now = (await session.execute(select(func.now()))).scalar_one()
            gaps = await find_gaps(session, organisation_id, link_id)
            old = [gap for gap in gaps if gap.since <= now - ASKED_AFTER]
            for gap in old:
                await _alert(session, keys, gap)
        if old:
            content = {"gaps": [gap.gap.model_dump() for gap in old]}
            asker = Asker.at(self.client, keys, now)
            answer = await ask_patiently(asker, "/redeliveries", content, RedeliveriesAnswer)
            log.info("exchange_gap_asked", link_id=str(link_id), count=len(answer.queued))
        return len(old)


async def _alert(session: AsyncSession, keys: LinkKeys, gap: OpenGap) -> None:
    await raise_alert(
        session,
        keys.organisation_id,
        AlertKind.GAP,
        link_id=keys.link_id,
        message_id=gap.waiting,
        subject=gap.gap.subject,
        detail={"first": gap.gap.first, "last": gap.gap.last, "since": gap.since.isoformat()},
    )


_OPEN_ALERTS = select(Alert.organisation_id, Alert.link_id, Alert.message_id).where(
    Alert.kind == AlertKind.GAP, Alert.cleared_at.is_(None)
)


async def _clear(session: AsyncSession, organisation_id: UUID, link_id: UUID, ids: set[UUID]) -> int:
    if not ids:
        return 0
    cleared = await session.execute(
        update(Alert)
        .where(
            Alert.organisation_id == organisation_id,
            Alert.link_id == link_id,
            Alert.kind == AlertKind.GAP,
            Alert.message_id.in_(ids),
            Alert.cleared_at.is_(None),
        )
        .values(cleared_at=func.now())
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return len(cleared.all())
