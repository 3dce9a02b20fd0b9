"""Engines, sessions and the tenant of a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from service_kit.clock.editions import adopt_edition
from service_kit.wake_up import WakeUp

# 40001 serialization failure, 40P01 deadlock: the same work done again may well succeed at once.
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})
# The server is going, full, out of connections, or cannot be reached: the caller should come again.
TRANSIENT_SQLSTATES = RETRYABLE_SQLSTATES | {
    "08000", "08001", "08003", "08006", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P02", "57P03",
}  # fmt: skip

SET_TENANT = text(
    "SELECT set_config('app.organisation_id', :organisation_id, true), now() + clock_offset, calendar_edition FROM service_state"
)


def make_engine(url: str, *, pool_size: int, statement_timeout_ms: int, lock_timeout_ms: int) -> AsyncEngine:
    """Make an engine whose errors never carry a statement's parameters: those are data about people."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={
            "server_settings": {
                "statement_timeout": str(statement_timeout_ms),
                "lock_timeout": str(lock_timeout_ms),
                "idle_in_transaction_session_timeout": "60000",
                "application_name": "practice-review-exchange",
            }
        },
    )


Settle = Callable[[AsyncSession], Awaitable[None]]


class Database:
    """One engine and its sessions. Nothing is committed but by leaving ``transaction`` without an error.

    ``settle`` is called at the end of each transaction, before its commit: for rows that follow from others.
    """

    def __init__(self, engine: AsyncEngine, settle: Settle | None = None) -> None:
        self.engine = engine
        self._settle = settle
        self._wake_up = WakeUp(engine)
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, organisation_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """Open one transaction, seeing one organisation's rows, or none where no organisation is given."""
        async with self._sessions() as session:
            async with session.begin():
                if organisation_id is not None:
                    await set_tenant(session, organisation_id)
                yield session
                if self._settle is not None:
                    await self._settle(session)
            self._wake_up.after_commit(session)

    async def close(self) -> None:
        """Close every connection."""
        await self._wake_up.close()
        await self.engine.dispose()


async def set_tenant(session: AsyncSession, organisation_id: UUID) -> datetime:
    """Let this transaction see one organisation's rows; give its ``now``.

    The setting lasts for the transaction alone, so that a pooled connection never hands one tenant's
    view to the next. ``now`` is the database's time plus the stored offset of a demonstration.
    """
    row = (await session.execute(SET_TENANT, {"organisation_id": str(organisation_id)})).one()
    now: datetime = row[1]
    await adopt_edition(session, row[2])
    return now


def table_of(model: type[DeclarativeBase]) -> Table:
    """Give the table of a model, for a statement that is written once and given its values when it runs.

    Such a statement is compiled once a process. One that is put together anew with its values, on the model
    itself, costs the request more than the database does (docs/performance.md).
    """
    return cast("Table", model.__table__)


def sqlstate(error: BaseException) -> str | None:
    """Read the five-character SQLSTATE of a driver's error, if it has one."""
    original = getattr(error, "orig", error)
    code = getattr(original, "sqlstate", None) or getattr(original.__cause__, "sqlstate", None)
    return code if isinstance(code, str) else None


def is_transient(error: BaseException) -> bool:
    """Tell whether the same request may succeed later without a change."""
    if isinstance(error, OSError | TimeoutError | PoolTimeout | OperationalError):
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or sqlstate(error) in TRANSIENT_SQLSTATES
    )


def is_retryable(error: BaseException) -> bool:
    """Tell whether the same request may succeed at once.

    A connection found dead (the database was restarted while it lay in the pool) is one such case: the
    whole pool is renewed with it. Where the loss hid a commit, the caller's idempotency key or ``If-Match``
    tells the second try so.
    """
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or sqlstate(error) in RETRYABLE_SQLSTATES
    )
