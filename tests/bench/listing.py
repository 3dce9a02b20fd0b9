"""C: a page of the case list in a small and a large organisation, at the start and deep inside."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.table import Table

from standalone.incident import serious_incident
from tests.bench.bed import SIZES, Bed
from tests.bench.creating import creating_load
from tests.bench.load import Load
from tests.bench.measuring import Cost, draw_apart, measure, median, run_rounds

LIMIT = 50
# Copies of the one case that the service recorded: the same facts under ids as they would have come, one a second.
COPY_CASES = """
    INSERT INTO cases
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', made.id, 'exchange_reference', made.id))).*
      FROM cases one,
           (SELECT (left(moment, 8) || '-' || right(moment, 4) || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid
              FROM generate_series(1, $1::int) i, lpad(to_hex(1700000000000 + i * 1000::bigint), 12, '0') moment
           ) made(id)
"""
MIDDLE = "SELECT id FROM cases ORDER BY id OFFSET $1 LIMIT 1"


def bench_listing(bed: Bed, console: Console, *, rounds: int, quick: bool) -> None:
    """Measure and print."""
    pages = 100 if quick else 400
    with bed.running([bed.api(database, database=database) for database in SIZES]) as pids:
        contenders: dict[str, Callable[[int], Cost]] = {}
        for database, size in SIZES.items():
            cursor = _fill(bed, database, size)
            for place, query in (("first page", ""), ("page at half depth", f"&cursor={cursor}")):
                load = _listing_load(bed, database, query, pages)
                draw_apart(load)
                contenders[f"{size:,} cases, {place}"] = _contender(bed, load, pids[database])
        costs = run_rounds(contenders, rounds)
    console.print(_table(costs))


def _fill(bed: Bed, database: str, size: int) -> str:
    """Record a case over HTTP, copy it, and give the cursor of half depth."""
    draw_apart(creating_load(bed, [bed.ports[database]], serious_incident(datetime.now(UTC)), 1))
    bed.query(COPY_CASES, size - 1, database=database)
    bed.query("VACUUM ANALYZE cases", database=database)
    middle: UUID = bed.query(MIDDLE, size // 2, database=database)[0]["id"]
    return base64.urlsafe_b64encode(middle.bytes).decode().rstrip("=")


def _listing_load(bed: Bed, database: str, query: str, pages: int) -> Load:
    return Load(
        ports=[bed.ports[database]],
        method="GET",
        path=f"/v1/cases?limit={LIMIT}{query}",
        count=pages,
        connections=1,
        status=200,
        headers={"Authorization": f"Bearer {bed.cast.office.key}"},
    )


def _contender(bed: Bed, load: Load, pid: int) -> Callable[[int], Cost]:
    return lambda _number: measure(lambda: draw_apart(load), [pid], bed.postmaster)


def _table(costs: dict[str, list[Cost]]) -> Table:
    table = Table(
        title=f"C. A page of {LIMIT} of the case list (1 connection; authenticated and audited)",
        caption="medians of the rounds; CPU in microseconds a page",
    )
    for heading in ("", "p50 ms", "p99 ms", "CPU Python", "CPU PostgreSQL", "p50 ÷ first row"):
        table.add_column(heading, justify="right" if heading else "left")
    first = median(next(iter(costs.values())), _p50)
    for name, rows in costs.items():
        table.add_row(
            name,
            f"{median(rows, _p50):.2f}",
            f"{median(rows, lambda cost: cost.latency_ms(99)):.2f}",
            f"{median(rows, lambda cost: cost.python_us):,.0f}",
            f"{median(rows, lambda cost: cost.postgres_us):,.0f}",
            f"{median(rows, _p50) / first:.2f}",
        )
    return table


def _p50(cost: Cost) -> float:
    return cost.latency_ms(50)
