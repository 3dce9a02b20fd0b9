"""A: a case created over HTTP, against its own SQL by pgbench and against a raw ASGI application."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from standalone.incident import serious_incident
from tests.bench.bed import Bed
from tests.bench.load import Drawn, Load
from tests.bench.measuring import Cost, draw_apart, measure, median, run_rounds
from tests.bench.pgbench import find_pgbench, run_pgbench
from tests.bench.transaction import record_script

CONNECTIONS = 32
ONE, TWO, SQL, HELLO = (
    "create over HTTP, 1 process",
    "create over HTTP, 2 processes",
    "its SQL by pgbench",
    "raw ASGI hello",
)


def bench_creating(bed: Bed, console: Console, *, rounds: int, quick: bool) -> None:
    """Measure and print."""
    creates, hellos = (640, 4_000) if quick else (1_920, 16_000)
    incident = serious_incident(datetime.now(UTC))
    urls = bed.context.database_urls["local"]
    script = asyncio.run(record_script(urls, incident))
    program = find_pgbench(bed.tools)

    def create(number_of_processes: int) -> Callable[[], Drawn]:
        ports = [bed.ports["local-api"], bed.ports["local-api-2"]][:number_of_processes]
        return lambda: draw_apart(creating_load(bed, ports, incident, creates))

    with bed.running([bed.api(), bed.api("local-api-2"), bed.hello()]) as pids:
        both = [pids["local-api"], pids["local-api-2"]]
        greet = Load([bed.ports["hello"]], "GET", "/", hellos, CONNECTIONS, 200)
        for warm_up in (create(2), lambda: draw_apart(greet)):
            warm_up()
        costs = run_rounds(
            {
                ONE: lambda _number: measure(create(1), both[:1], bed.postmaster),
                TWO: lambda _number: measure(create(2), both, bed.postmaster),
                SQL: lambda number: measure(
                    lambda: run_pgbench(
                        program,
                        urls.app,
                        script,
                        clients=CONNECTIONS,
                        each=creates // CONNECTIONS * 2,
                        run=number,
                    ),
                    [],
                    bed.postmaster,
                ),
                HELLO: lambda _number: measure(lambda: draw_apart(greet), [pids["hello"]], bed.postmaster),
            },
            rounds,
        )
    console.print(_table(costs, script.statements))


def creating_load(bed: Bed, ports: list[int], incident: dict[str, object], count: int) -> Load:
    """The load of ``count`` new cases by the partnership's office."""
    return Load(
        ports=ports,
        method="POST",
        path="/v1/cases",
        count=count,
        connections=CONNECTIONS,
        status=201,
        headers={"Authorization": f"Bearer {bed.cast.office.key}", "Content-Type": "application/json"},
        body=json.dumps({"incident": incident}),
        key_prefix=f"{uuid4()}-",
    )


def _table(costs: dict[str, list[Cost]], statements: int) -> Table:
    table = Table(
        title=f"A. Create a case ({CONNECTIONS} connections; {statements} statements and a durable commit)",
        caption="medians of the rounds; CPU in microseconds an operation",
    )
    for heading in (
        "",
        "a second",
        "p50 ms",
        "p99 ms",
        "CPU Python",
        "CPU PostgreSQL",
        "rate ÷ pgbench",
        "CPU ÷ hello",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    sql_rate, hello_us = median(costs[SQL], _rate), median(costs[HELLO], _cpu_us)
    for name, rows in costs.items():
        table.add_row(
            name,
            f"{median(rows, _rate):,.0f}",
            f"{median(rows, lambda cost: cost.latency_ms(50)):.1f}",
            f"{median(rows, lambda cost: cost.latency_ms(99)):.1f}",
            "-" if name == SQL else f"{median(rows, lambda cost: cost.python_us):,.0f}",
            "-" if name == HELLO else f"{median(rows, lambda cost: cost.postgres_us):,.0f}",
            "-" if name == HELLO else f"{median(rows, _rate) / sql_rate:.2f}",
            f"{median(rows, _cpu_us) / hello_us:.1f}",
        )
    return table


def _rate(cost: Cost) -> float:
    return cost.rate


def _cpu_us(cost: Cost) -> float:
    return cost.python_us + cost.postgres_us
