"""E: what is read every day, among 10,000 and among 100,000 cases."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rich.console import Console
from rich.table import Table

from panel_service.triage.paging import Place, write_cursor
from service_kit.clock.working_days import london_date
from shared_schemas.messages.exercise import LEARNING_EXAMPLE
from standalone.callers import Person
from standalone.supervisor import ChildSpec
from tests.bench.bed import GROWTH, Bed
from tests.bench.crossing import complete_one
from tests.bench.load import Load
from tests.bench.measuring import Cost, draw_apart, measure, median, run_rounds
from tests.bench.populating import COMMON, RARE, copy_of, populate

LIMIT = 50
AT_LEAST, AT_MOST = 5, 100
TURN_SECONDS = 0.5
PLACED_WITHIN_SECONDS = 10.0
UNPLACED = "SELECT count(*) FROM feed_entries WHERE position IS NULL"
HALF_OF_FEED = "SELECT max(position) / 2 FROM feed_entries"
HALF_OF_QUEUE = """
    SELECT id, attention_weight AS weight, attention_since AS since FROM cases WHERE attention_weight > 0
     ORDER BY attention_weight DESC, attention_since, id
    OFFSET (SELECT count(*) / 2 FROM cases WHERE attention_weight > 0) LIMIT 1
"""


class NotPlaced(Exception):
    """The worker did not give the feed's entries their places in time."""


@dataclass(frozen=True)
class Reading:
    """A request: at which service, whose, and for what."""

    service: str
    person: Person
    path: str


def bench_growth(bed: Bed, console: Console, *, rounds: int, quick: bool) -> None:
    """Fill, measure and print."""
    with bed.running(*bed.pair()):
        case = _record_one(bed)
    started = time.monotonic()
    share = 10 if quick else 1
    for (service, size), database in GROWTH.items():
        populate(bed, service, database, size // share)
    console.print(f"Filled in {time.monotonic() - started:.0f} s")
    with bed.running(_apis(bed)) as pids:
        contenders: dict[tuple[str, int], Callable[[int], Cost]] = {}
        per_size = {size: _readings(bed, case, size) for size in sorted({size for _, size in GROWTH})}
        for name in next(iter(per_size.values())):
            for size, readings in per_size.items():
                database = GROWTH[readings[name].service, size]
                load = _load(bed, readings[name], database)
                contenders[name, size] = _contender(bed, load, pids[database])
        costs = run_rounds(contenders, rounds)
    console.print(_table(costs, list(per_size), share))


def _apis(bed: Bed) -> list[ChildSpec]:
    return [bed.api(name, database=name, service=service) for (service, _), name in GROWTH.items()]


def _record_one(bed: Bed) -> UUID:
    """Record the case that is copied: with its rapid review at the Panel, and learning."""
    case = complete_one(bed.cast)
    bed.cast.office.post(f"/v1/cases/{case}/learning", LEARNING_EXAMPLE)
    until = time.monotonic() + PLACED_WITHIN_SECONDS
    while any(bed.query(UNPLACED, database=service)[0][0] for service in ("local", "panel")):
        if time.monotonic() > until:
            raise NotPlaced
        time.sleep(0.1)
    return case


def _readings(bed: Bed, case: UUID, size: int) -> Mapping[str, Reading]:
    local, panel = GROWTH["local", size], GROWTH["panel", size]
    (half,) = bed.query(HALF_OF_FEED, database=local)[0]
    ((count,),) = bed.query("SELECT count(*) FROM cases", database=local)
    row = bed.query(HALF_OF_QUEUE, database=panel)[0]
    deep = write_cursor(Place(lane="waiting", id=row["id"], weight=row["weight"], since=row["since"]))
    year = london_date(_now(bed)).year
    office, secretariat = bed.cast.office, bed.cast.secretariat
    paths = {
        "triage queue, first page": f"/v1/triage?limit={LIMIT}",
        "triage queue, half depth": f"/v1/triage?limit={LIMIT}&cursor={deep}",
        "statistics of a year": f"/v1/statistics/notifications/{year}",
    }
    local_paths = {
        "a case's timeline": f"/v1/cases/{copy_of(count // 2, case)}/timeline",
        "overdue duties, first page": f"/v1/duties?status=overdue&limit={LIMIT}",
        "open cases, first page": f"/v1/cases?status=open&limit={LIMIT}",
        "learning with a common word": f"/v1/learning?q={COMMON}&limit={LIMIT}",
        "learning with a rare word": f"/v1/learning?q={RARE}&limit={LIMIT}",
        "200 changes, half depth": f"/v1/changes?after={half}&limit=200",
    }
    return {
        **{name: Reading("panel", secretariat, path) for name, path in paths.items()},
        **{name: Reading("local", office, path) for name, path in local_paths.items()},
    }


def _now(bed: Bed) -> datetime:
    now: datetime = bed.query("SELECT now()")[0][0]
    return now


def _load(bed: Bed, reading: Reading, database: str) -> Load:
    """As many requests as fill a turn: what is slow is asked less often."""

    def of(count: int) -> Load:
        headers = {"Authorization": f"Bearer {reading.person.key}"}
        return Load([bed.ports[database]], "GET", reading.path, count, 1, 200, headers)

    draw_apart(of(AT_LEAST))
    once = statistics.median(draw_apart(of(AT_LEAST)).latencies)
    return of(max(AT_LEAST, min(AT_MOST, round(TURN_SECONDS / once))))


def _contender(bed: Bed, load: Load, pid: int) -> Callable[[int], Cost]:
    return lambda _number: measure(lambda: draw_apart(load), [pid], bed.postmaster)


def _table(costs: Mapping[tuple[str, int], list[Cost]], sizes: Sequence[int], share: int) -> Table:
    small, large = (size // share for size in sizes)
    table = Table(
        title="E. What is read every day, by the number of cases (1 connection; authenticated and audited)",
        caption="medians of the rounds; p50 in milliseconds, CPU of PostgreSQL in microseconds a request",
    )
    table.add_column("")
    for heading in (f"{small:,} cases", f"{large:,} cases", "÷", "PostgreSQL", "PostgreSQL", "÷"):
        table.add_column(heading, justify="right")
    for name in dict.fromkeys(name for name, _ in costs):
        times = [median(costs[name, size], lambda cost: cost.latency_ms(50)) for size in sizes]
        cpu = [median(costs[name, size], lambda cost: cost.postgres_us) for size in sizes]
        table.add_row(
            name,
            *(f"{value:.2f}" for value in times),
            f"{times[1] / times[0]:.2f}",
            *(f"{value:,.0f}" for value in cpu),
            f"{cpu[1] / max(cpu[0], 1):.2f}",
        )
    return table
