"""H: how long a claim of 200 takes among few and among very many messages, and while a snapshot stays open."""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.leases import claim_due
from service_kit.ids import new_id
from tests.bench.bed import Bed
from tests.bench.outbox import LINKS, Outbox, make_outbox
from tests.bench.sending import open_database

ROOM = 200
CLAIMS_A_TURN = 10
PENDING_SMALL, PENDING_LARGE, DELIVERED = 120_000, 1_000_000, 1_000_000
# Of the pending ones, delivered while a snapshot stays open.
DRAINED = 100_000
FEW, MANY, AFTER = "few pending", "many pending", "few pending beside many delivered"
FILL = """
    SET session_replication_role = replica; SET synchronous_commit = off;
    CREATE TEMP TABLE filling ON COMMIT DROP AS
        SELECT n, gen_random_uuid() AS stream, gen_random_uuid() AS message, l.id AS link, l.organisation_id AS owner
          FROM generate_series(1, {count}) n
          JOIN (SELECT id, organisation_id, row_number() OVER (ORDER BY id) - 1 AS place
                  FROM exchange_links WHERE organisation_id = '{owner}') l ON l.place = n % {links};
    INSERT INTO outbound_streams (organisation_id, id, link_id, subject, last_number)
        SELECT owner, stream, link, stream::text, 1 FROM filling;
    INSERT INTO outbound_messages (organisation_id, id, link_id, stream_id, subject, number, chain_id, type, body, hash,
                                   created_at, next_attempt_at, state, delivered_at, receipt, receipt_stored_at)
        SELECT owner, message, link, stream, stream::text, 1, message, 'bench.note.v1', '\\x7b7d', repeat('0', 64),
               now() - n * interval '1 ms', now() - n * interval '1 ms', '{state}',
               {delivered}, {receipt}, {delivered}
          FROM filling
"""
DRAIN = """
    UPDATE outbound_messages SET state = 'delivered', delivered_at = now(), receipt = 'x'
     WHERE id IN (SELECT id FROM outbound_messages WHERE state = 'pending' ORDER BY next_attempt_at LIMIT {count})
"""


def bench_claims(bed: Bed, console: Console, *, rounds: int, share: float) -> None:
    """Fill a database for each amount, claim in turns, and print. ``share``: of the amounts, all."""
    sizes = {
        FEW: (int(PENDING_SMALL * share), 0),
        MANY: (int(PENDING_LARGE * share), 0),
        AFTER: (int(PENDING_SMALL * share), int(DELIVERED * share)),
    }
    outboxes = {}
    for place, (name, (pending, delivered)) in enumerate(sizes.items()):
        started = time.monotonic()
        outboxes[name] = _filled(bed, f"claims_{place}", pending, delivered)
        console.print(f"{name}: {pending:,} and {delivered:,}, filled in {time.monotonic() - started:.0f} s")
    times = asyncio.run(_in_turns(outboxes, rounds))
    drained = int(DRAINED * share)
    held = asyncio.run(_under_snapshot(outboxes[FEW], drained))
    console.print(_table(times, sizes, held, drained))


def _filled(bed: Bed, database: str, pending: int, delivered: int) -> Outbox:
    outbox = make_outbox(bed, database, 0)
    for state, count in (("delivered", delivered), ("pending", pending)):
        if count:
            done = state == "delivered"
            script = FILL.format(
                count=count,
                owner=outbox.organisation,
                links=LINKS,
                state=state,
                delivered="now()" if done else "NULL",
                receipt="repeat('r', 400)" if done else "NULL",
            )
            bed.execute(script, database=database, seconds=600)
    for table in ("outbound_messages", "outbound_streams"):
        bed.query(f"VACUUM ANALYZE {table}", database=database)
    return outbox


async def _in_turns(outboxes: Mapping[str, Outbox], rounds: int) -> dict[str, list[float]]:
    databases = {name: open_database(outbox.settings) for name, outbox in outboxes.items()}
    times: dict[str, list[float]] = {name: [] for name in outboxes}
    try:
        for number in range(rounds + 1):
            for name in list(outboxes)[:: 1 if number % 2 == 0 else -1]:
                seconds = await _claims(databases[name], outboxes[name])
                # The first turn reads what the others find in memory.
                if number:
                    times[name] += seconds
    finally:
        for database in databases.values():
            await database.close()
    return times


async def _claims(database: Database, outbox: Outbox) -> list[float]:
    """Claim and give back, some times; give how long each claim took, in seconds."""
    seconds = []
    windows = dict.fromkeys(outbox.links, ROOM)
    for _ in range(CLAIMS_A_TURN):
        async with AsyncSession(database.engine) as session:
            started = time.perf_counter()
            claimed = await claim_due(session, worker=new_id(), room=ROOM, lease_seconds=60, windows=windows)
            seconds.append(time.perf_counter() - started)
            assert len(claimed) == ROOM
            await session.rollback()
    return seconds


async def _under_snapshot(outbox: Outbox, drained: int) -> tuple[float, float]:
    """Claim before and after many were delivered, while a snapshot from before keeps their old rows."""
    url = outbox.bed.cluster.superuser_url(outbox.database).replace("postgresql+asyncpg", "postgresql", 1)
    database = open_database(outbox.settings)
    reader, writer = await asyncpg.connect(url, ssl=False), await asyncpg.connect(url, ssl=False)
    try:
        async with reader.transaction(isolation="repeatable_read"):
            await reader.fetch("SELECT count(*) FROM exchange_links")
            before = await _claims(database, outbox)
            await writer.execute(DRAIN.format(count=drained), timeout=300)
            return statistics.median(before), statistics.median(await _claims(database, outbox))
    finally:
        await reader.close()
        await writer.close()
        await database.close()


def _table(
    times: Mapping[str, Sequence[float]],
    sizes: Mapping[str, tuple[int, int]],
    held: tuple[float, float],
    drained: int,
) -> Table:
    table = Table(title=f"H. A claim of {ROOM} over {LINKS} links, as the worker's role")
    for heading in ("", "pending", "delivered", "p50 ms", "÷ first"):
        table.add_column(heading, justify="right" if heading else "left")
    first = statistics.median(times[FEW])
    for name, seconds in times.items():
        p50 = statistics.median(seconds)
        table.add_row(name, *(f"{size:,}" for size in sizes[name]), f"{p50 * 1000:.1f}", f"{p50 / first:.2f}")
    before, after = held
    pending = sizes[FEW][0]
    table.add_row(
        "a snapshot open, nothing delivered since", f"{pending:,}", "0", f"{before * 1000:.1f}", "1.00"
    )
    table.add_row(
        "the same snapshot, many delivered since",
        f"{pending - drained:,}",
        f"{drained:,}",
        f"{after * 1000:.1f}",
        f"{after / before:.2f}",
    )
    return table
