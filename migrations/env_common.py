"""How both services' migrations run: one transaction each, bounded waits, never under row-level security."""

import asyncio
from collections.abc import Sequence
from typing import Any

from alembic import context
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

# A migration must not queue behind a long transaction and make everybody else queue behind it.
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"


def run(metadata: Sequence[MetaData]) -> None:
    """Run what Alembic asked for: on a connection it was handed, or on one made of the URL it was handed."""
    connection: Connection | None = context.config.attributes.get("connection")
    if context.is_offline_mode():
        _configure(metadata, dialect_name="postgresql", literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
    elif connection is not None:
        _migrate(connection, metadata)
    else:
        asyncio.run(_connect_and_migrate(metadata))


async def _connect_and_migrate(metadata: Sequence[MetaData]) -> None:
    engine = create_async_engine(context.config.attributes["url"], hide_parameters=True)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate, metadata)
        await connection.commit()
    await engine.dispose()


def _migrate(connection: Connection, metadata: Sequence[MetaData]) -> None:
    _configure(metadata, connection=connection)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        # A backfill that a policy would filter must fail, not silently change nothing.
        connection.execute(text("SET LOCAL row_security = off"))
        context.run_migrations()


def _configure(metadata: Sequence[MetaData], **how: Any) -> None:
    context.configure(
        target_metadata=list(metadata), compare_type=True, transaction_per_migration=False, **how
    )
