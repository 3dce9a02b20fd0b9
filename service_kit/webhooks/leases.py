"""Claiming what is to be sent to endpoints: a lease with a token, committed before the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

# Counted over all workers, but not under a lock: two that claim in the same moment may pass it together.
IN_FLIGHT_A_SUBSCRIPTION = 4

# Of each subscription as many as may still be on their way there at once, the longest due first. Behind an open
# breaker one at a time goes when its wait is over, due or not; the one least lately tried goes, so that an event which
# the endpoint cannot digest does not keep it closed for all others. A ping is asked for by a person who looks at the
# result: it goes whatever the endpoint did before, paused or not.
CLAIM = text("""
    WITH due AS (
        SELECT next.organisation_id, next.id
          FROM webhook_subscriptions s
         CROSS JOIN LATERAL (
               SELECT w.organisation_id, w.id, w.next_attempt_at
                 FROM webhook_deliveries w
                WHERE w.organisation_id = s.organisation_id AND w.subscription_id = s.id
                  AND w.state IN ('pending', 'leased')
                  AND (w.state = 'pending' OR w.leased_until <= now())
                  AND (w.position IS NULL
                       OR s.state = 'active'
                          AND (s.quiet_until IS NULL OR s.quiet_until <= now())
                          AND (s.breaker_open_until <= now()
                               OR s.breaker_open_until IS NULL AND w.next_attempt_at <= now()))
                ORDER BY w.next_attempt_at, w.id
                LIMIT greatest(0, CASE WHEN s.breaker_open_until IS NULL THEN :in_flight ELSE 1 END - (
                      SELECT count(*) FROM webhook_deliveries f
                       WHERE f.organisation_id = s.organisation_id AND f.subscription_id = s.id
                         AND f.state = 'leased' AND f.leased_until > now()))
                  FOR UPDATE OF w SKIP LOCKED) next
         WHERE s.state <> 'closed'
         ORDER BY next.next_attempt_at, next.id
         LIMIT :room
    )
    UPDATE webhook_deliveries w
       SET state = 'leased', lease_token = gen_random_uuid(),
           leased_until = now() + make_interval(secs => :lease_seconds)
      FROM due
     WHERE w.organisation_id = due.organisation_id AND w.id = due.id
    RETURNING w.organisation_id, w.id, w.subscription_id, w.type, w.body, w.lease_token, now() AS claimed_at
""")

RELEASE = text("""
    UPDATE webhook_deliveries SET state = 'pending', lease_token = NULL, leased_until = NULL
     WHERE lease_token = ANY(:tokens) AND state = 'leased'
""").bindparams(bindparam("tokens", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class Claimed:
    """A delivery leased to this worker: what its result is recorded under is ``lease_token`` alone."""

    organisation_id: UUID
    id: UUID
    subscription_id: UUID
    type: str
    body: bytes
    lease_token: UUID
    claimed_at: datetime


async def claim_due(session: AsyncSession, *, room: int, lease_seconds: float) -> list[Claimed]:
    """Lease at most ``room`` deliveries that may be sent now; they are ours once the transaction is committed."""
    values = {"in_flight": IN_FLIGHT_A_SUBSCRIPTION, "room": room, "lease_seconds": lease_seconds}
    return [Claimed(*row) for row in await session.execute(CLAIM, values)]


async def release(session: AsyncSession, tokens: Sequence[UUID]) -> None:
    """Give leases back, so that another worker need not wait for their end."""
    await session.execute(RELEASE, {"tokens": list(tokens)})
