"""Claiming what is to be sent: a lease with a token, committed before the call."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.schedule import FIRST_WAIT_SECONDS

# Over all workers. One that has a link to itself may lease more, and sends so many at a time.
IN_FLIGHT_A_LINK = 8

# One claim at a time: the next one sees in a snapshot of its own what this one has leased, so that the bound of a link
# and the one probe hold under any number of workers.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('exchange claim', 0))")

# Of each link that may be sent on: the heads of its streams that are due, oldest first, as many as there is room for.
# A head is the lowest undelivered number; a dead one is undelivered too, so what is behind it waits. While a link's
# breaker is open, nothing but one probe goes, when its time has come and nothing else is on its way there: the oldest
# head; where that has failed, from then on the oldest that is due by its own schedule, if one is, so that one message
# which fails alone does not stand for its link for ever. SKIP LOCKED passes over what another transaction changes now.
# A parked stream is asked for by a value, not by NOT EXISTS: that became a join which read all streams there ever were.
CLAIM = text("""
    WITH sendable AS (
        SELECT l.organisation_id, l.id, l.breaker_open_until, l.breaker_wait_seconds > :first_wait AS probed_before,
               busy.own + busy.others AS leased,
               CASE WHEN busy.others = 0 THEN coalesce(w.size, :in_flight) - busy.own
                    ELSE :in_flight - busy.own - busy.others END AS room
          FROM exchange_links l
          LEFT JOIN unnest(CAST(:links AS uuid[]), CAST(:windows AS int[])) AS w(link_id, size) ON w.link_id = l.id
         CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE f.leased_by = :worker) AS own,
                      count(*) FILTER (WHERE f.leased_by IS DISTINCT FROM :worker) AS others
                 FROM outbound_messages f
                WHERE f.organisation_id = l.organisation_id AND f.link_id = l.id
                  AND f.state = 'leased' AND f.leased_until > now()) busy
         WHERE l.state = 'active' AND l.delivery_mode = 'push' AND l.sending_held_at IS NULL
           AND (l.paused_until IS NULL OR l.paused_until <= now())
           AND (l.breaker_open_until IS NULL OR l.breaker_open_until <= now())
    ), due AS (
        SELECT head.organisation_id, head.id
          FROM sendable l
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
                  AND (SELECT s.parked_at FROM outbound_streams s
                        WHERE s.organisation_id = m.organisation_id AND s.id = m.stream_id) IS NULL
                ORDER BY m.next_attempt_at, m.id
                LIMIT greatest(0, l.room)
                  FOR UPDATE OF m SKIP LOCKED) head
         WHERE l.breaker_open_until IS NULL
         ORDER BY head.next_attempt_at, head.id
         LIMIT :room
    ), probe AS (
        SELECT head.organisation_id, head.id
          FROM sendable l
         CROSS JOIN LATERAL (
               SELECT m.organisation_id, m.id
                 FROM outbound_messages m
                WHERE m.organisation_id = l.organisation_id AND m.link_id = l.id
                  AND m.state IN ('pending', 'leased')
                  AND (m.state = 'pending' OR m.leased_until <= now())
                  AND NOT EXISTS (
                      SELECT FROM outbound_messages lower
                       WHERE lower.organisation_id = m.organisation_id AND lower.stream_id = m.stream_id
                         AND lower.number < m.number AND lower.state IN ('pending', 'leased', 'dead'))
                  AND (SELECT s.parked_at FROM outbound_streams s
                        WHERE s.organisation_id = m.organisation_id AND s.id = m.stream_id) IS NULL
                ORDER BY l.probed_before AND m.next_attempt_at > now(), m.id
                LIMIT 1
                  FOR UPDATE OF m SKIP LOCKED) head
         WHERE l.breaker_open_until IS NOT NULL AND l.leased = 0
    )
    UPDATE outbound_messages m
       SET state = 'leased', lease_token = gen_random_uuid(), leased_by = :worker,
           leased_until = now() + make_interval(secs => :lease_seconds)
      FROM (SELECT * FROM due UNION ALL SELECT * FROM probe) chosen
     WHERE m.organisation_id = chosen.organisation_id AND m.id = chosen.id
    RETURNING m.organisation_id, m.id, m.link_id, m.type, m.number, m.body, m.hash, m.correlation_id, m.traceparent,
              m.lease_token, now() AS claimed_at
""").bindparams(
    bindparam("worker", type_=Uuid),
    bindparam("links", type_=ARRAY(Uuid)),
    bindparam("windows", type_=ARRAY(Integer)),
)

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
    # A steady clock's seconds just before the claim: how old it is, whatever the clock of the host does meanwhile.
    claimed: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Give the time by the database's clock: read at the claim, and counted on by a steady clock."""
        return self.claimed_at + timedelta(seconds=time.monotonic() - self.claimed)


async def claim_due(
    session: AsyncSession,
    *,
    worker: UUID,
    room: int,
    lease_seconds: float,
    windows: Mapping[UUID, int] | None = None,
) -> list[Claimed]:
    """Lease at most ``room`` messages that may be sent now; they are ours once the transaction is committed.

    ``windows`` says of links how many this worker may have leased where no other worker has any; eight where it does
    not say. It sends at most eight of them at a time.
    """
    await session.execute(ONE_AT_A_TIME)
    windows = windows or {}
    values = {
        "worker": worker,
        "first_wait": FIRST_WAIT_SECONDS,
        "in_flight": IN_FLIGHT_A_LINK,
        "room": room,
        "lease_seconds": lease_seconds,
        "links": list(windows),
        "windows": list(windows.values()),
    }
    started = time.monotonic()
    rows = (await session.execute(CLAIM, values)).mappings()
    return [Claimed(**row, claimed=started) for row in rows]


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
