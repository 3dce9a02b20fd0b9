"""Whether this database is the one that was running: PostgreSQL's system identifier and timeline, as stored and as they are."""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database, set_tenant, sqlstate
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.exchange.waiting import wait_for
from service_kit.identity import ServiceState
from service_kit.logs import where_raised
from service_kit.tables import Organisation

log = structlog.get_logger(__name__)

WATCH_SECONDS = 15.0
AWAY_SECONDS = 1.0
INSUFFICIENT_PRIVILEGE = "42501"

# The timeline is read from the place where the log is written now: pg_control_checkpoint() tells that of the last
# checkpoint, which after a promotion comes some time later.
_NOW = text("""
    SELECT s.system_identifier::text,
           ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline
      FROM pg_control_system() s
""")


@dataclass(frozen=True)
class History:
    """Which cluster this is, and on which timeline."""

    system_identifier: str
    timeline: int


async def check_history(database: Database) -> SuspicionReason | None:
    """Compare what is stored with what is; where it is not the same, hold every link of every organisation.

    The first time it is only stored. What is new is stored in the transaction that holds the links, so that a
    promotion is told once. ``database`` is the worker role's: it sees all organisations.
    """
    async with database.transaction() as session:
        now = await _read_now(session)
        if now is None:
            return None
        if await _read_stored(session) == now:
            return None
        stored = await _read_stored(session, lock=True)  # another worker may have been quicker
        reason = compare_histories(stored, now)
        await session.execute(
            update(ServiceState).values(system_identifier=now.system_identifier, timeline=now.timeline)
        )
        if reason is not None:
            await _suspect_all(session, reason, stored, now)
        return reason


def compare_histories(stored: History | None, now: History) -> SuspicionReason | None:
    """Tell what makes this another history than the stored one; nothing does where none was stored."""
    if stored is None or stored == now:
        return None
    if stored.system_identifier != now.system_identifier:
        return SuspicionReason.SYSTEM_IDENTIFIER
    return SuspicionReason.TIMELINE


async def watch_history(database: Database, stop: asyncio.Event) -> None:
    """Compare again and again, until asked to stop: a standby may be promoted under a running service."""
    while not stop.is_set():
        await _check_or_log(database)
        await wait_for(stop, WATCH_SECONDS)


async def check_history_first(database: Database, stop: asyncio.Event) -> None:
    """Compare once before anything is sent, however long the database is away, or until asked to stop."""
    while not stop.is_set() and not await _check_or_log(database):
        await wait_for(stop, AWAY_SECONDS)


async def _check_or_log(database: Database) -> bool:
    try:
        await check_history(database)
    except Exception as error:  # noqa: BLE001 -- the database may be away for a while: that is when it changes
        log.error("exchange_history_unread", error=type(error).__name__, where=where_raised(error))
        return False
    return True


async def _read_now(session: AsyncSession) -> History | None:
    try:
        async with session.begin_nested():
            row = (await session.execute(_NOW)).one()
    except DBAPIError as error:
        if sqlstate(error) != INSUFFICIENT_PRIVILEGE:
            raise
        # A managed service may keep it to itself: then the counterparts' words and people are left to notice.
        log.warning("exchange_history_refused", sqlstate=INSUFFICIENT_PRIVILEGE)
        return None
    return History(row.system_identifier, row.timeline)


async def _read_stored(session: AsyncSession, *, lock: bool = False) -> History | None:
    statement = select(ServiceState.system_identifier, ServiceState.timeline)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one()
    if row.system_identifier is None or row.timeline is None:
        return None
    return History(row.system_identifier, row.timeline)


async def _suspect_all(
    session: AsyncSession, reason: SuspicionReason, stored: History | None, now: History
) -> None:
    detail = {"timeline": now.timeline, "stored_timeline": stored.timeline if stored else None}
    found = await session.execute(select(Organisation.id).order_by(Organisation.id))
    for organisation_id in found.scalars().all():
        await set_tenant(session, organisation_id)
        await suspect(session, organisation_id, None, reason, detail)
