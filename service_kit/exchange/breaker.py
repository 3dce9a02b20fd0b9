"""The breaker of a link: after five faults of the destination in a row one probe at a time, until it is heard again."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import Uuid, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert
from service_kit.exchange.models import Link
from service_kit.exchange.schedule import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, SPREAD

log = structlog.get_logger(__name__)

FAULTS_TO_OPEN = 5
CLOCK_SKEW_ALERT_SECONDS = 60.0

# What comes back late of what went out before the breaker opened counts as a fault, but lengthens no wait: only the
# answer to a probe, which goes out when the wait is over, does. An answer that is neither the counterpart's own nor a
# fault (a proxy says that nobody is there) ends no row and begins none, yet as the answer to a probe it says "not yet".
UNHEARD = text("""
    UPDATE exchange_links l
       SET faults_in_a_row = l.faults_in_a_row + :faults,
           breaker_wait_seconds = coalesce(next.seconds, l.breaker_wait_seconds),
           breaker_open_until = coalesce(
               clock_timestamp() + make_interval(secs => next.seconds * :spread), l.breaker_open_until)
      FROM (SELECT organisation_id, id,
                   CASE WHEN breaker_open_until IS NULL AND faults_in_a_row + :faults >= :to_open THEN :first
                        WHEN breaker_open_until <= clock_timestamp()
                        THEN least(2 * coalesce(breaker_wait_seconds, :first), :longest)
                   END AS seconds
              FROM exchange_links
             WHERE organisation_id = :organisation_id AND id = :link_id
               AND (:faults > 0 OR breaker_open_until IS NOT NULL)
               FOR NO KEY UPDATE) next
     WHERE l.organisation_id = next.organisation_id AND l.id = next.id
    RETURNING next.seconds, l.faults_in_a_row
""")

CLOSE = text("""
    UPDATE exchange_links
       SET faults_in_a_row = 0, breaker_open_until = NULL, breaker_wait_seconds = NULL
     WHERE organisation_id = :organisation_id AND id = :link_id
       AND (faults_in_a_row > 0 OR breaker_open_until IS NOT NULL)
    RETURNING id
""")

TROUBLED = text("""
    SELECT id FROM exchange_links
     WHERE organisation_id = :organisation_id AND id = ANY(:link_ids)
       AND (faults_in_a_row > 0 OR breaker_open_until IS NOT NULL)
""").bindparams(bindparam("link_ids", type_=ARRAY(Uuid)))

# In the order in which they were written: what was tried already does not go behind what was not.
MAKE_DUE = text("""
    UPDATE outbound_messages SET next_attempt_at = created_at
     WHERE organisation_id = :organisation_id AND link_id = :link_id AND state = 'pending' AND next_attempt_at > now()
""")


@dataclass(frozen=True)
class Heard:
    """What one request told of its destination: the counterpart's own words, a fault, or neither."""

    authentic: bool
    fault: bool
    http_status: int | None = None
    clock_skew_seconds: float | None = None


async def record_all_heard(
    session: AsyncSession, organisation_id: UUID, by_link: Mapping[UUID, Sequence[Heard]]
) -> None:
    """Do as ``record_heard`` for each link, in one order everywhere: each link's row stays locked until the end."""
    links = {"organisation_id": organisation_id, "link_ids": list(by_link)}
    troubled = set((await session.execute(TROUBLED, links)).scalars())
    for link_id in sorted(by_link):
        # The usual case, which changes nothing: one look for all of them.
        if link_id in troubled or not by_link[link_id][-1].authentic:
            await record_heard(session, organisation_id, link_id, by_link[link_id])


async def record_heard(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, heard: Sequence[Heard]
) -> None:
    """Open, keep or close a link's breaker by what its latest requests told, in their order; raise and end alerts."""
    last_authentic = max((at for at, one in enumerate(heard) if one.authentic), default=-1)
    if last_authentic >= 0:
        await _close(session, organisation_id, link_id)
    after = heard[last_authentic + 1 :]
    if after:
        await _unheard(session, organisation_id, link_id, sum(one.fault for one in after))
    for one in after:
        await _alert(session, organisation_id, link_id, one)


async def _close(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> None:
    key = {"organisation_id": organisation_id, "link_id": link_id}
    if (await session.execute(CLOSE, key)).one_or_none() is None:
        return
    await session.execute(MAKE_DUE, key)
    kinds = (AlertKind.DESTINATION_ANSWERS_WRONGLY, AlertKind.CLOCK_SKEW)
    await clear_alerts(session, organisation_id, *kinds, link_id=link_id)


async def _unheard(session: AsyncSession, organisation_id: UUID, link_id: UUID, faults: int) -> None:
    values = {
        "organisation_id": organisation_id,
        "link_id": link_id,
        "faults": faults,
        "to_open": FAULTS_TO_OPEN,
        "first": FIRST_WAIT_SECONDS,
        "longest": LONGEST_WAIT_SECONDS,
        # Only spreads load: nothing rests on its being unguessable.
        "spread": random.uniform(1 - SPREAD, 1 + SPREAD),  # noqa: S311
    }
    row = (await session.execute(UNHEARD, values)).one_or_none()
    if row is not None and row.seconds is not None:
        log.warning(
            "exchange_breaker_open", link_id=str(link_id), seconds=row.seconds, count=row.faults_in_a_row
        )


async def _alert(session: AsyncSession, organisation_id: UUID, link_id: UUID, heard: Heard) -> None:
    if heard.fault and heard.http_status is not None:
        kind, detail = AlertKind.DESTINATION_ANSWERS_WRONGLY, {"http_status": heard.http_status}
        await raise_alert(session, organisation_id, kind, link_id=link_id, detail=detail)
    skew = heard.clock_skew_seconds
    if skew is None:
        return
    await session.execute(
        update(Link)
        .where(Link.organisation_id == organisation_id, Link.id == link_id)
        .values(clock_skew_seconds=skew)
        .execution_options(synchronize_session=False)
    )
    if abs(skew) > CLOCK_SKEW_ALERT_SECONDS:
        seconds = {"seconds": round(skew)}
        await raise_alert(session, organisation_id, AlertKind.CLOCK_SKEW, link_id=link_id, detail=seconds)
