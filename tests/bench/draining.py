"""F: signed messages out of the outbox to a bare receiver, each proved there and its receipt recorded here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.keys import public_key_bytes
from shared_schemas.exchange.signatures import signed_headers
from tests.bench.bed import Bed
from tests.bench.load import Load
from tests.bench.measuring import Cost, draw_apart, measure, measure_apart, median, run_rounds
from tests.bench.outbox import LINKS, Outbox, make_outbox
from tests.bench.peers import PEERS, Work, is_there
from tests.bench.receiver import BARE
from tests.bench.sending import Order

BATCH_MAX = 100
CONNECTIONS = 64
SINGLE, BATCHED = "dispatcher, single deliveries", "dispatcher, batched"
MAXIMUM, PROVING = "receiver's maximum, a fixed answer", "receiver's maximum, proving and signing"
PLAIN = "plain httpx loop"
# The loop and the slower queue have a share of the messages, or a round would be theirs alone.
SHARES = {PLAIN: 10, "procrastinate": 4}


def bench_draining(bed: Bed, console: Console, *, rounds: int, messages: int, profile: str = "") -> None:
    """Fill the outbox anew for each contender, let it send, check that all arrived, and print."""
    outbox = make_outbox(bed, "draining", messages)
    # A worker's connection as a worker has it.
    order = Order(
        database_url=outbox.settings.worker_database_url.get_secret_value(),
        secret_key=outbox.settings.secret_key.get_secret_value(),
        count=messages,
        profile=profile,
    )
    contenders: dict[str, Callable[[int], Cost]] = {
        SINGLE: lambda _: _send(outbox, order, 1),
    }
    missing = [name for name in PEERS if not is_there(name)]
    with outbox.receiving() as receiver:
        if not profile:
            contenders[BATCHED] = lambda _: _send(outbox, order, BATCH_MAX)
            contenders[MAXIMUM] = lambda _: _most(outbox, receiver, messages, proving=False)
            contenders[PROVING] = lambda _: _most(outbox, receiver, messages, proving=True)
            for name in PEERS:
                if name not in missing:
                    contenders[name] = _peer(outbox, name, max(100, messages // SHARES.get(name, 1)))
        costs = run_rounds(contenders, rounds)
    console.print(_table(costs, missing, messages))


def _send(outbox: Outbox, order: Order, batch_max: int) -> Cost:
    outbox.refill(order.count, batch_max=batch_max)
    cost = measure_apart("tests.bench.sending", order, outbox.bed.postmaster)
    outbox.check_received(order.count)
    return cost


def _peer(outbox: Outbox, name: str, count: int) -> Callable[[int], Cost]:
    bed = outbox.bed

    def url(database: str) -> str:
        return bed.cluster.superuser_url(database).replace("postgresql+asyncpg", "postgresql", 1)

    def send(number: int) -> Cost:
        outbox.refill(count)
        queue = f"queue_{number}_{uuid4().hex[:8]}"
        bed.query(f"CREATE DATABASE {queue}", database="postgres")
        receiver = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(outbox.receiver_seed))
        work = Work(
            name=name,
            outbox_url=url(outbox.database),
            queue_url=url(queue),
            seed=outbox.seed,
            receiver_key=public_key_bytes(receiver.public_key()).hex(),
            count=count,
        )
        cost = measure_apart("tests.bench.peers", work, bed.postmaster)
        rows = bed.query("SELECT id FROM outbound_messages", database=outbox.database)
        outbox.check_ids([str(row["id"]) for row in rows])
        return cost

    return send


def _most(outbox: Outbox, receiver: int, count: int, *, proving: bool) -> Cost:
    """Draw a load of one message, signed once, from a client that does nothing else."""
    outbox.refill(1)
    (row,) = outbox.bed.query("SELECT id, link_id, body FROM outbound_messages", database=outbox.database)
    own = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(outbox.seed))
    signed = signed_headers(row["body"], message_id=str(row["id"]), now=datetime.now(UTC), private_keys=[own])
    load = Load(
        ports=[outbox.port],
        method="POST",
        path=f"/v1/exchange/links/{row['link_id']}/messages" if proving else BARE,
        count=count,
        connections=CONNECTIONS,
        status=201,
        headers=signed | {"Content-Type": MESSAGE_MEDIA_TYPE},
        body=row["body"].decode(),
    )
    return measure(lambda: draw_apart(load), [receiver], outbox.bed.postmaster)


def _table(costs: Mapping[str, Sequence[Cost]], missing: Sequence[str], messages: int) -> Table:
    table = Table(
        title=f"F. {messages:,} signed messages over {LINKS} links, each proved at the receiver and recorded",
        caption="CPU of the sending process (of the receiver where that is measured) and of PostgreSQL",
    )
    table.add_column("")
    headings = (
        "a second",
        "CPU µs Python",
        "CPU µs PostgreSQL",
        "÷ maximum, fixed",
        "÷ maximum, proving",
        "÷ httpx loop",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    rates = {name: median(rounds, lambda cost: cost.rate) for name, rounds in costs.items()}
    for name, rounds in costs.items():
        ratios = [
            f"{rates[name] / rates[one]:.2f}" if one in rates else "-" for one in (MAXIMUM, PROVING, PLAIN)
        ]
        figures = [median(rounds, lambda cost: cost.python_us), median(rounds, lambda cost: cost.postgres_us)]
        table.add_row(name, f"{rates[name]:,.0f}", *(f"{figure:,.0f}" for figure in figures), *ratios)
    for name in missing:
        table.add_row(name, "not installed: docs/performance.md says how")
    return table
