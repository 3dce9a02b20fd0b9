"""Since when a link has not been found equal: counted by each side for itself, and heard of after 26 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert
from service_kit.exchange.reconciling.models import Reconciliation

ALERT_AFTER = timedelta(hours=26)

# The older of the two directions counts; a link never found equal counts from its beginning.
_NOT_EQUAL = text("""
    SELECT l.organisation_id, l.id AS link_id, l.created_at,
           least(max(r.at) FILTER (WHERE r.sent_equal), max(r.at) FILTER (WHERE r.received_equal)) AS last,
           bool_or(r.sent_equal) IS TRUE AND bool_or(r.received_equal) IS TRUE AS ever
      FROM exchange_links l
      LEFT JOIN reconciliations r ON r.organisation_id = l.organisation_id AND r.link_id = l.id
           AND r.at > now() - 2 * CAST(:after AS interval)
     WHERE l.state = 'active' AND l.created_at <= now() - CAST(:after AS interval)
     GROUP BY l.organisation_id, l.id, l.created_at
""")


@dataclass(frozen=True)
class LastEqual:
    """When each direction was last found equal."""

    sent: datetime | None
    received: datetime | None


async def last_equal(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> LastEqual:
    """Read when a link was last found equal here."""
    latest = select(
        func.max(Reconciliation.at).filter(Reconciliation.sent_equal),
        func.max(Reconciliation.at).filter(Reconciliation.received_equal),
    ).where(Reconciliation.organisation_id == organisation_id, Reconciliation.link_id == link_id)
    sent, received = (await session.execute(latest)).one()
    return LastEqual(sent, received)


async def alert_unequal(session: AsyncSession) -> int:
    """Raise an alert for each open link not found equal for 26 hours; give how many are new."""
    new = 0
    now = (await session.execute(select(func.now()))).scalar_one()
    for row in await session.execute(_NOT_EQUAL, {"after": ALERT_AFTER}):
        last = row.last if row.ever else None
        if last is not None and last > now - ALERT_AFTER:
            continue
        detail = {"last_equal": last.isoformat() if last else None}
        new += await raise_alert(
            session, row.organisation_id, AlertKind.NOT_EQUAL, link_id=row.link_id, detail=detail
        )
    return new


async def found_equal(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> None:
    """End what was raised while the link was not equal."""
    kinds = (
        AlertKind.NOT_EQUAL,
        AlertKind.STATEMENT_REFUSED,
        AlertKind.HASHES_DIFFER,
        AlertKind.HELD_UNKNOWN,
    )
    await clear_alerts(session, organisation_id, *kinds, link_id=link_id)
