"""When each link is compared next: once a day, at once when it is wanted, sooner again after a difference."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.reconciling.models import Reconciliation, ReconciliationPlan, RunReason
from service_kit.ids import new_id

EVERY = timedelta(days=1)
WHOLE_EVERY = timedelta(days=30)
LEASE_SECONDS = 300
AGAIN_FIRST = timedelta(minutes=2)
AGAIN_LONGEST = timedelta(hours=1)
DAYS_COMPARED = 30

# Every open link that can be asked has a plan. Where the counterpart's network lets nothing in, it alone can ask.
_ENSURE = text("""
    INSERT INTO reconciliation_plans (organisation_id, id, link_id)
    SELECT l.organisation_id, gen_random_uuid(), l.id FROM exchange_links l
     WHERE l.state = 'active' AND l.delivery_mode = 'push'
       AND NOT EXISTS (SELECT FROM reconciliation_plans p
                        WHERE p.organisation_id = l.organisation_id AND p.link_id = l.id)
    ON CONFLICT DO NOTHING
""")
_CLAIM = text("""
    UPDATE reconciliation_plans p SET leased_until = now() + make_interval(secs => :lease_seconds)
      FROM (SELECT p.organisation_id, p.id
              FROM reconciliation_plans p
              JOIN exchange_links l ON l.organisation_id = p.organisation_id AND l.id = p.link_id
             WHERE p.due_at <= now() AND (p.leased_until IS NULL OR p.leased_until <= now())
               AND l.state = 'active' AND l.delivery_mode = 'push'
             ORDER BY p.due_at LIMIT :room FOR UPDATE OF p SKIP LOCKED) due
     WHERE p.organisation_id = due.organisation_id AND p.id = due.id
    RETURNING p.organisation_id, p.link_id, p.reason, p.all_days, p.tries, now() AS claimed_at
""")
_RENEW = text("""
    UPDATE reconciliation_plans SET leased_until = now() + make_interval(secs => :lease_seconds)
     WHERE organisation_id = :organisation_id AND link_id = :link_id AND leased_until IS NOT NULL
""")
# What was wanted after the run began is still wanted.
_FINISH = text("""
    UPDATE reconciliation_plans
       SET leased_until = NULL, tries = :tries, problem = :problem,
           due_at = CASE WHEN asked_at > :claimed_at THEN due_at ELSE now() + :wait END,
           reason = CASE WHEN asked_at > :claimed_at OR :failed THEN reason ELSE 'daily' END,
           all_days = (asked_at > :claimed_at OR :failed) IS TRUE AND all_days
     WHERE organisation_id = :organisation_id AND link_id = :link_id
""")


@dataclass(frozen=True)
class Due:
    """A link whose comparison is this worker's now."""

    organisation_id: UUID
    link_id: UUID
    reason: str
    all_days: bool
    tries: int
    claimed_at: datetime


async def ensure_plans(session: AsyncSession) -> None:
    """Give each link that has none a plan, due at once."""
    await session.execute(_ENSURE)


async def claim_due_links(session: AsyncSession, *, room: int) -> list[Due]:
    """Lease links whose comparison is due; two workers never have the same."""
    return [
        Due(*row) for row in await session.execute(_CLAIM, {"room": room, "lease_seconds": LEASE_SECONDS})
    ]


async def keep_lease(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> None:
    """Go on having a link, while its comparison takes long."""
    values = {"organisation_id": organisation_id, "link_id": link_id, "lease_seconds": LEASE_SECONDS}
    await session.execute(_RENEW, values)


async def finish(session: AsyncSession, due: Due, *, equal: bool, problem: str | None = None) -> None:
    """Give a link back: until tomorrow when it was equal, else for two minutes, doubling to an hour."""
    tries = 0 if equal else due.tries + 1
    values = {
        "organisation_id": due.organisation_id,
        "link_id": due.link_id,
        "claimed_at": due.claimed_at,
        "tries": tries,
        "problem": problem,
        "failed": problem is not None,
        "wait": EVERY if equal else min(AGAIN_FIRST * 2 ** min(tries - 1, 10), AGAIN_LONGEST),
    }
    await session.execute(_FINISH, values)


async def want_comparison(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, reason: RunReason, *, all_days: bool = False
) -> None:
    """Make a link's comparison due now; the worker does it."""
    wanted = {"due_at": func.now(), "asked_at": func.clock_timestamp(), "reason": reason.value, "tries": 0}
    statement = insert(ReconciliationPlan).values(
        organisation_id=organisation_id, id=new_id(), link_id=link_id, all_days=all_days, **wanted
    )
    either = ReconciliationPlan.all_days.op("OR")(statement.excluded.all_days)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "link_id"], set_={**wanted, "all_days": either}
        )
    )


async def first_day_to_compare(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, today: date, *, all_days: bool
) -> date | None:
    """Give the first day to compare: 30 days back, or the earliest that differed last time; ``None``: all there are.

    All are compared once a month, the first time included.
    """
    if all_days or not await _whole_lately(session, organisation_id, link_id):
        return None
    last = (
        select(Reconciliation.unequal_since)
        .where(Reconciliation.organisation_id == organisation_id, Reconciliation.link_id == link_id)
        .order_by(Reconciliation.id.desc())
        .limit(1)
    )
    unequal: date | None = (await session.execute(last)).scalar_one_or_none()
    usual = today - timedelta(days=DAYS_COMPARED)
    return min(usual, unequal) if unequal else usual


async def _whole_lately(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> bool:
    whole = select(Reconciliation.id).where(
        Reconciliation.organisation_id == organisation_id,
        Reconciliation.link_id == link_id,
        Reconciliation.first_day.is_(None),
        Reconciliation.sent_equal,
        Reconciliation.received_equal,
        Reconciliation.at > func.now() - WHOLE_EVERY,
    )
    return (await session.execute(whole.limit(1))).first() is not None
