"""Gaps: numbers of a counterpart's stream that have not come though later ones are held."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared_schemas.exchange.reconciling import GAPS_MAX, Gap

# Only what waits is looked at: few messages at any time, by the partial index of what has not taken effect.
_FIND = text("""
    SELECT s.subject, s.last_applied + 1 AS first, min(m.number) - 1 AS last, min(m.stored_at) AS since,
           (array_agg(m.id ORDER BY m.number))[1] AS waiting
      FROM inbound_messages m
      JOIN inbound_streams s ON s.organisation_id = m.organisation_id AND s.id = m.stream_id
     WHERE m.organisation_id = :organisation_id AND m.link_id = :link_id AND m.state = 'held'
       AND m.number > s.last_applied
     GROUP BY s.id, s.subject, s.last_applied
    HAVING min(m.number) > s.last_applied + 1
     ORDER BY since, s.subject
     LIMIT :at_most
""")


@dataclass(frozen=True)
class OpenGap:
    """The first gap of a stream: ``waiting`` is the lowest message behind it, held ``since``."""

    gap: Gap
    since: datetime
    waiting: UUID


async def find_gaps(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, *, at_most: int = GAPS_MAX
) -> list[OpenGap]:
    """Give the first gap of each stream that has one, the oldest first."""
    values = {"organisation_id": organisation_id, "link_id": link_id, "at_most": at_most}
    return [
        OpenGap(Gap(subject=row.subject, first=row.first, last=row.last), row.since, row.waiting)
        for row in await session.execute(_FIND, values)
    ]
