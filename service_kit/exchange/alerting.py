"""What a worker looks for every minute: messages that do not arrive, or do not take effect, and a person must hear of."""

import asyncio
from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Text, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.alert_routes import severity_of
from service_kit.exchange.alerts import Alert, AlertKind, raise_alert
from service_kit.exchange.waiting import wait_for

log = structlog.get_logger(__name__)

MINUTE_SECONDS = 60
WARNS_AFTER_MINUTES = 15
PAGES_AFTER_MINUTES = 60
MOST_AT_ONCE = 1000

# One alert for a link, however many wait: it is the link that is in trouble. What waits behind a dead message is
# that message's trouble, of which its own alert tells.
_WAITING = text("""
    SELECT m.organisation_id, m.link_id, count(*) AS count, min(m.created_at) AS oldest
      FROM outbound_messages m
     WHERE m.state IN ('pending', 'leased')
       AND m.created_at < now() - make_interval(mins => :minutes)
       AND NOT EXISTS (
           SELECT FROM outbound_messages dead
            WHERE dead.organisation_id = m.organisation_id AND dead.stream_id = m.stream_id
              AND dead.number < m.number AND dead.state = 'dead')
     GROUP BY m.organisation_id, m.link_id
""")
# What must arrive the same day counts whatever keeps it, a dead one before it included.
_URGENT = text("""
    SELECT m.organisation_id, m.link_id, count(*) AS count, min(m.created_at) AS oldest
      FROM outbound_messages m
     WHERE m.state IN ('pending', 'leased', 'dead') AND m.type = ANY(:types)
       AND m.created_at < now() - make_interval(mins => :minutes)
     GROUP BY m.organisation_id, m.link_id
""").bindparams(bindparam("types", type_=ARRAY(Text)))
_DEAD = text("""
    SELECT m.organisation_id, m.link_id, m.id, m.subject, m.type, m.problem ->> 'name' AS problem
      FROM outbound_messages m
     WHERE m.state = 'dead'
       AND NOT EXISTS (
           SELECT FROM exchange_alerts a
            WHERE a.organisation_id = m.organisation_id AND a.message_id = m.id
              AND a.kind = 'message_dead' AND a.cleared_at IS NULL)
     ORDER BY m.id LIMIT :at_most
""")
_NOT_APPLIED = text("""
    SELECT m.organisation_id, m.link_id, m.id, m.subject, m.type, m.problem
      FROM inbound_messages m
     WHERE m.state = 'held' AND m.apply_attempts > 0
       AND NOT EXISTS (
           SELECT FROM exchange_alerts a
            WHERE a.organisation_id = m.organisation_id AND a.message_id = m.id
              AND a.kind = 'apply_failed' AND a.cleared_at IS NULL)
     ORDER BY m.id LIMIT :at_most
""")
_OVER_LINKS = text("""
    UPDATE exchange_alerts SET cleared_at = now()
     WHERE kind = :kind AND cleared_at IS NULL
       AND NOT (organisation_id::text || '/' || link_id::text = ANY(:in_trouble))
""").bindparams(bindparam("in_trouble", type_=ARRAY(Text)))
_OVER_DEAD = text("""
    UPDATE exchange_alerts a SET cleared_at = now()
     WHERE a.kind = 'message_dead' AND a.cleared_at IS NULL
       AND NOT EXISTS (
           SELECT FROM outbound_messages m
            WHERE m.organisation_id = a.organisation_id AND m.id = a.message_id AND m.state = 'dead')
""")
_OVER_NOT_APPLIED = text("""
    UPDATE exchange_alerts a SET cleared_at = now()
     WHERE a.kind = 'apply_failed' AND a.cleared_at IS NULL
       AND NOT EXISTS (
           SELECT FROM inbound_messages m
            WHERE m.organisation_id = a.organisation_id AND m.id = a.message_id AND m.state = 'held')
""")
# What was proposed for a message that turned out to be held, or was sent again by a machine.
_OVER_PROPOSALS = text("""
    UPDATE exchange_disposals d SET state = 'ended', settled_at = now(), data = NULL
     WHERE d.state = 'proposed'
       AND NOT EXISTS (
           SELECT FROM outbound_messages m
            WHERE m.organisation_id = d.organisation_id AND m.id = d.message_id AND m.state = 'dead')
""")


class Alerter:
    """Runs under the worker's role, for all organisations. Two at once are safe: an open alert is there once.

    ``urgent_types`` are those that must arrive the same day.
    """

    def __init__(self, database: Database, urgent_types: Collection[str]) -> None:
        self._database = database
        self._urgent_types = sorted(urgent_types)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every minute, until asked to stop."""
        while not stop.is_set():
            await self.look()
            await wait_for(stop, MINUTE_SECONDS)

    async def look(self) -> int:
        """Raise what is new and clear what is over; give how many were raised."""
        async with self._database.transaction() as session:
            waiting = (await session.execute(_WAITING, {"minutes": WARNS_AFTER_MINUTES})).all()
            raised = await self._links(session, AlertKind.UNDELIVERED, waiting)
        async with self._database.transaction() as session:
            values = {"minutes": PAGES_AFTER_MINUTES, "types": self._urgent_types}
            urgent = (await session.execute(_URGENT, values)).all()
            raised += await self._links(session, AlertKind.URGENT_UNDELIVERED, urgent)
        async with self._database.transaction() as session:
            raised += await self._messages(session, AlertKind.MESSAGE_DEAD, _DEAD)
            raised += await self._messages(session, AlertKind.APPLY_FAILED, _NOT_APPLIED)
            await session.execute(_OVER_DEAD)
            await session.execute(_OVER_NOT_APPLIED)
            await session.execute(_OVER_PROPOSALS)
        return raised

    async def _links(self, session: AsyncSession, kind: AlertKind, rows: Any) -> int:
        """Raise or bring up to date an alert of each of these links; clear those of the others."""
        raised = 0
        for row in rows:
            detail = {"count": row.count, "oldest": row.oldest.isoformat()}
            if await raise_alert(session, row.organisation_id, kind, link_id=row.link_id, detail=detail):
                raised += 1
                _log(kind, row.link_id, count=row.count)
                continue
            await session.execute(
                update(Alert)
                .where(
                    Alert.organisation_id == row.organisation_id,
                    Alert.kind == kind.value,
                    Alert.link_id == row.link_id,
                    Alert.cleared_at.is_(None),
                )
                .values(detail=detail)
                .execution_options(synchronize_session=False)
            )
        in_trouble = [f"{row.organisation_id}/{row.link_id}" for row in rows]
        await session.execute(_OVER_LINKS, {"kind": kind.value, "in_trouble": in_trouble})
        return raised

    async def _messages(self, session: AsyncSession, kind: AlertKind, statement: Any) -> int:
        raised = 0
        for row in (await session.execute(statement, {"at_most": MOST_AT_ONCE})).all():
            detail = {"type": row.type, "problem": row.problem}
            raised += await raise_alert(
                session,
                row.organisation_id,
                kind,
                link_id=row.link_id,
                message_id=row.id,
                subject=row.subject,
                detail=detail,
            )
            _log(kind, row.link_id, message_id=str(row.id))
        return raised


def _log(kind: AlertKind, link_id: UUID, **facts: Any) -> None:
    log.error(
        "exchange_alert", type=kind.value, result=severity_of(kind).value, link_id=str(link_id), **facts
    )
