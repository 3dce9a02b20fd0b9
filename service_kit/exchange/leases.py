"""Claiming what is to be sent: a lease with a token, committed before the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

# Counted over all workers, but not under a lock: two that claim in the same moment may pass it together.
IN_FLIGHT_A_LINK = 8

# Of each open link that is not paused: the heads of its streams that are due, oldest first, as many as may still be
# on their way there at once. A head is the lowest undelivered number; a dead one is undelivered too, so what is
# behind it waits. SKIP LOCKED lets two workers claim side by side; where the other was quicker, the row no longer
# fits the conditions, which PostgreSQL checks again under the lock.
CLAIM = text("""
    WITH due AS (
        SELECT head.organisation_id, head.id
          FROM exchange_links l
         CROSS JOIN LATERAL (
               SELECT m.organisation_id, m.id, m.next_attempt_at
                 FROM outbound_messages m
                WHERE m.organisation_id = l.organisation_id AND m.link_id = l.id
                  AND m.state IN ('pending', 'leased') AND m.next_attempt_at <= now()
                  AND (m.state = 'pending' OR m.leased_until <= now())
                  AND NOT EXISTS (
                      SELECT FROM outbound_messages lower
                       WHERE lower.organisation_id = m.organisation_id AND lower.stream_id = m.stream_id
                         AND lower.number < m.number AND lower.state IN ('pending', 'leased', 'dead'))
                  AND NOT EXISTS (
                      SELECT FROM outbound_streams s
                       WHERE s.organisation_id = m.organisation_id AND s.id = m.stream_id AND s.parked_at IS NOT NULL)
                ORDER BY m.next_attempt_at, m.id
                LIMIT greatest(0, :in_flight - (
                      SELECT count(*) FROM outbound_messages f
                       WHERE f.organisation_id = l.organisation_id AND f.link_id = l.id
                         AND f.state = 'leased' AND f.leased_until > now()))
                  FOR UPDATE OF m SKIP LOCKED) head
         WHERE l.state = 'active' AND l.delivery_mode = 'push' AND l.sending_held_at IS NULL
           AND (l.paused_until IS NULL OR l.paused_until <= now())
         ORDER BY head.next_attempt_at, head.id
         LIMIT :room
    )
    UPDATE outbound_messages m
       SET state = 'leased', lease_token = gen_random_uuid(),
           leased_until = now() + make_interval(secs => :lease_seconds)
      FROM due
     WHERE m.organisation_id = due.organisation_id AND m.id = due.id
    RETURNING m.organisation_id, m.id, m.link_id, m.type, m.number, m.body, m.hash, m.correlation_id, m.traceparent,
              m.lease_token, now() AS claimed_at
""")

RENEW = text("""
    UPDATE outbound_messages SET leased_until = now() + make_interval(secs => :lease_seconds)
     WHERE organisation_id = :organisation_id AND id = :id AND lease_token = :token AND state = 'leased'
    RETURNING now()
""")

RELEASE = text("""
    UPDATE outbound_messages SET state = 'pending', lease_token = NULL, leased_until = NULL
     WHERE lease_token = ANY(:tokens) AND state = 'leased'
""").bindparams(bindparam("tokens", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class Claimed:
    """A message leased to this worker: what its result is recorded under is ``lease_token`` alone."""

    organisation_id: UUID
    id: UUID
    link_id: UUID
    type: str
    number: int
    body: bytes
    hash: str
    correlation_id: str | None
    traceparent: str | None
    lease_token: UUID
    claimed_at: datetime


async def claim_due(session: AsyncSession, *, room: int, lease_seconds: float) -> list[Claimed]:
    """Lease at most ``room`` messages that may be sent now; they are ours once the transaction is committed."""
    values = {"in_flight": IN_FLIGHT_A_LINK, "room": room, "lease_seconds": lease_seconds}
    return [Claimed(*row) for row in await session.execute(CLAIM, values)]


async def renew(session: AsyncSession, message: Claimed, *, lease_seconds: float) -> datetime | None:
    """Keep a message that is still ours for another lease; give the database's time, or ``None`` if it is not ours."""
    values = {
        "organisation_id": message.organisation_id,
        "id": message.id,
        "token": message.lease_token,
        "lease_seconds": lease_seconds,
    }
    renewed: datetime | None = (await session.execute(RENEW, values)).scalar_one_or_none()
    return renewed


async def release(session: AsyncSession, tokens: Sequence[UUID]) -> None:
    """Give leases back, so that another worker need not wait for their end."""
    await session.execute(RELEASE, {"tokens": list(tokens)})
