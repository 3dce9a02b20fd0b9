"""G: from a message's commit to its receipt stored, under light and heavy load, and beside a dead destination."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from rich.console import Console
from rich.table import Table

from service_kit.settings import ServiceSettings
from standalone.seed import settings_of
from standalone.services import CHECKOUT
from tests.bench.bed import Bed
from tests.bench.measuring import percentile
from tests.bench.offering import offer
from tests.bench.outbox import LINKS, Outbox, make_outbox
from tests.bench.sending import Order

LIGHT, HEAVY = 5, 200  # messages a second
SECONDS_EACH = 5.0
LIGHT_COUNT = 50
ARRIVED_WITHIN_SECONDS = 60.0
SETTLED_SECONDS = 3.0
# Short, so that what a destination that never answers holds up would be seen within the time of the measurement.
ATTEMPT_SECONDS = 2.0
ALL_ALIVE, ONE_DEAD = "all twenty destinations answer", "the other nineteen, while one never answers"
# A stream's row is written once, with its first message; the message's last with the receipt.
SECONDS_TO_RECEIPT = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(message.xmin) - pg_xact_commit_timestamp(stream.xmin))::float8
      FROM outbound_messages message
      JOIN outbound_streams stream ON stream.id = message.stream_id
     WHERE message.subject = ANY($1) AND message.state = 'delivered'
"""


class NotArrived(Exception):
    """Not every message was receipted in time."""


def bench_latency(bed: Bed, console: Console, *, rounds: int, quick: bool) -> None:
    """Offer the loads in turn, and print."""
    share = 5 if quick else 1
    times: dict[str, list[float]] = {}
    with bed.running(*bed.pair()):
        (own,) = bed.query("SELECT organisation_id, id FROM exchange_links ORDER BY id LIMIT 1")
        settings = settings_of(bed.context, "local")
        _offer(bed, "local", settings, own["organisation_id"], [own["id"]], rate=LIGHT, count=10)
        for name, rate, count in (
            (f"the pair, {LIGHT} a second", LIGHT, LIGHT_COUNT // share),
            (f"the pair, {HEAVY} a second", HEAVY, int(HEAVY * SECONDS_EACH) // share),
        ):
            times[name] = _offer(
                bed, "local", settings, own["organisation_id"], [own["id"]], rate=rate, count=count
            )
    times |= _beside_a_dead_one(bed, rounds, int(HEAVY * SECONDS_EACH) // share)
    console.print(_table(times))


def _beside_a_dead_one(bed: Bed, rounds: int, count: int) -> Mapping[str, list[float]]:
    outbox = make_outbox(bed, "latency", 0)
    times: dict[str, list[float]] = {ALL_ALIVE: [], ONE_DEAD: []}
    dead, alive = outbox.links[0], outbox.links[1:]
    with outbox.receiving(), _sending(outbox):
        _offer_all(outbox, outbox.links, LINKS)
        for number in range(rounds):
            for name in list(times)[:: 1 if number % 2 == 0 else -1]:
                outbox.change_address(dead, dead=name == ONE_DEAD)
                # The dead one has its messages too, and they are waiting when the measurement begins.
                times[name] += _offer_all(outbox, outbox.links, count, waited_for=alive)
    return times


def _offer_all(
    outbox: Outbox, links: Sequence[UUID], count: int, waited_for: Sequence[UUID] | None = None
) -> list[float]:
    return _offer(
        outbox.bed,
        outbox.database,
        outbox.settings,
        outbox.organisation,
        links,
        rate=HEAVY,
        count=count,
        waited_for=waited_for,
    )


def _offer(
    bed: Bed,
    database: str,
    settings: ServiceSettings,
    organisation: UUID,
    links: Sequence[UUID],
    *,
    rate: float,
    count: int,
    waited_for: Sequence[UUID] | None = None,
) -> list[float]:
    """Offer messages and give how long each took, in seconds. Raises ``NotArrived``."""
    subjects = asyncio.run(offer(settings, organisation, links, rate=rate, count=count))
    wanted = [
        subject
        for number, subject in enumerate(subjects)
        if waited_for is None or links[number % len(links)] in waited_for
    ]
    ends = time.monotonic() + ARRIVED_WITHIN_SECONDS
    while len(rows := bed.query(SECONDS_TO_RECEIPT, wanted, database=database)) < len(wanted):
        if time.monotonic() > ends:
            raise NotArrived(f"{len(rows)} of {len(wanted)} were receipted")
        time.sleep(0.2)
    return [row[0] for row in rows]


@contextlib.contextmanager
def _sending(outbox: Outbox) -> Iterator[None]:
    """Run a sender until the end."""
    order = Order(
        database_url=outbox.settings.worker_database_url.get_secret_value(),
        secret_key=outbox.settings.secret_key.get_secret_value(),
        until_stopped=True,
        attempt_seconds=ATTEMPT_SECONDS,
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sending"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=CHECKOUT,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(order)) + "\n")
        process.stdin.flush()
        time.sleep(SETTLED_SECONDS)
        yield
    finally:
        process.kill()
        process.communicate()


def _table(times: Mapping[str, Sequence[float]]) -> Table:
    table = Table(
        title="G. From a message's commit to its receipt stored: the database's own commit times",
        caption=f"{HEAVY} a second where nothing else is said; the last two with one sender and a bare receiver",
    )
    for heading in ("", "messages", "p50 ms", "p99 ms", "p99 ÷ all alive"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, seconds in times.items():
        p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
        ratio = f"{p99 / percentile(times[ALL_ALIVE], 99):.2f}" if name == ONE_DEAD else "-"
        table.add_row(name, f"{len(seconds):,}", f"{p50 * 1000:.1f}", f"{p99 * 1000:.1f}", ratio)
    return table
