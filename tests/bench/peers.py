"""Other ways to send the same messages, in a process of their own: a plain loop with httpx, and queues with a task.

Each signs, posts, opens the receipt, and has it recorded that the message is done before it counts. It reads one
``Work`` as JSON from standard input and writes one ``Done``. The queues are not among the project's packages: they
are measured where they are installed (docs/performance.md says how).
"""

import asyncio
import base64
import dataclasses
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.receipts import open_receipt
from shared_schemas.exchange.signatures import signed_headers
from tests.bench.sending import Done

AT_ONCE = 64
LONGEST_SECONDS = 280.0
READ = """
    SELECT m.id, m.link_id, m.body, m.hash, l.counterpart_url, l.counterpart_party
      FROM outbound_messages m JOIN exchange_links l ON l.id = m.link_id
"""
RECORD = """
    UPDATE outbound_messages SET state = 'delivered', delivered_at = now(), receipt = $2 WHERE id = $1
"""


@dataclass(frozen=True)
class Work:
    """``name`` is one of ``PEERS``. The outbox's database is read; a queue has one of its own."""

    name: str
    outbox_url: str
    queue_url: str
    seed: str
    receiver_key: str
    count: int


class Sender:
    """Signs a message and opens what comes back."""

    def __init__(self, work: Work) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(work.seed))
        self._receiver = Ed25519PublicKey.from_public_bytes(bytes.fromhex(work.receiver_key))

    def headers(self, message: dict[str, str], body: bytes) -> dict[str, str]:
        """Sign afresh."""
        signed = signed_headers(
            body, message_id=message["id"], now=datetime.now(UTC), private_keys=[self._key]
        )
        return signed | {"Content-Type": MESSAGE_MEDIA_TYPE}

    def receipt(self, message: dict[str, str], status: int, answer: bytes) -> str:
        """Give the receipt. Raises ``AssertionError`` and ``ReceiptRejected``."""
        assert status == 201
        note: str = json.loads(answer)["receipt"]
        link, receiver = UUID(message["link"]), UUID(message["party"])
        receipt = open_receipt(note, link=link, receiver=receiver, public_keys=[self._receiver])
        line = receipt.line_for(UUID(message["id"]))
        assert line is not None
        assert line.hash == message["hash"]
        return note


async def plain_loop(work: Work) -> Done:
    """One message after the other: read, sign, post, mark delivered."""
    sender = Sender(work)
    connection = await asyncpg.connect(work.outbox_url, ssl=False)
    started, cpu = time.perf_counter(), time.process_time()
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(work.count):
            row = await connection.fetchrow(f"{READ} WHERE m.state = 'pending' ORDER BY m.id LIMIT 1")
            message, body = _message(row), row["body"]
            answer = await client.post(message["url"], content=body, headers=sender.headers(message, body))
            note = sender.receipt(message, answer.status_code, answer.content)
            await connection.execute(RECORD, row["id"], note)
    done = Done(work.count, time.perf_counter() - started, time.process_time() - cpu)
    await connection.close()
    return done


async def pgqueuer(work: Work) -> Done:
    """pgqueuer, aiohttp, many at once."""
    package, drivers, types = (_package(f"pgqueuer{part}") for part in ("", ".db", ".types"))
    pool = await asyncpg.create_pool(work.queue_url, ssl=False, min_size=10, max_size=10)
    driver = drivers.AsyncpgPoolDriver(pool)
    queries = package.Queries(driver)
    await queries.install()
    jobs = [json.dumps(job).encode() for job in await _jobs(work)]
    for start in range(0, len(jobs), 1000):
        some = jobs[start : start + 1000]
        await queries.enqueue(["send"] * len(some), list(some), [0] * len(some))
    queue = package.PgQueuer(driver)
    async with _posting(work) as post:

        async def send(job: Any) -> None:
            await post(json.loads(job.payload))

        queue.entrypoint("send")(send)
        started, cpu = time.perf_counter(), time.process_time()
        await queue.qm.run(batch_size=AT_ONCE, mode=types.QueueExecutionMode.drain)
        done = Done(work.count, time.perf_counter() - started, time.process_time() - cpu)
    await pool.close()
    return done


async def procrastinate(work: Work) -> Done:
    """procrastinate, aiohttp, many at once."""
    package = _package("procrastinate")
    app = package.App(connector=package.PsycopgConnector(conninfo=work.queue_url, max_size=10))
    async with app.open_async(), _posting(work) as post:
        await app.schema_manager.apply_schema_async()

        async def post_job(**job: str) -> None:
            await post(job)

        send = app.task(post_job, name="send")
        jobs = await _jobs(work)
        for start in range(0, len(jobs), 1000):
            await send.batch_defer_async(*jobs[start : start + 1000])
        started, cpu = time.perf_counter(), time.process_time()
        await app.run_worker_async(
            wait=False, concurrency=AT_ONCE, install_signal_handlers=False, listen_notify=False
        )
        return Done(work.count, time.perf_counter() - started, time.process_time() - cpu)


PEERS: dict[str, Callable[[Work], Awaitable[Done]]] = {
    "plain httpx loop": plain_loop,
    "pgqueuer": pgqueuer,
    "procrastinate": procrastinate,
}
NEEDED = {
    "plain httpx loop": ("httpx",),
    "pgqueuer": ("pgqueuer", "aiohttp"),
    "procrastinate": ("procrastinate", "aiohttp"),
}


def is_there(name: str) -> bool:
    """Whether the packages it needs are installed."""
    return all(find_spec(package) is not None for package in NEEDED[name])


def _package(name: str) -> Any:
    """Import what the project itself does not need."""
    return import_module(name)


class _posting:  # noqa: N801 -- used as a context manager
    """Posts a job's message by aiohttp, in one client for all destinations."""

    def __init__(self, work: Work) -> None:
        self._sender = Sender(work)

    async def __aenter__(self) -> Callable[[dict[str, str]], Awaitable[None]]:
        aiohttp = _package("aiohttp")
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))
        return self._post

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def _post(self, job: dict[str, str]) -> None:
        body = base64.b64decode(job["body"])
        async with self._session.post(
            job["url"], data=body, headers=self._sender.headers(job, body)
        ) as answer:
            self._sender.receipt(job, answer.status, await answer.read())


async def _jobs(work: Work) -> list[dict[str, str]]:
    connection = await asyncpg.connect(work.outbox_url, ssl=False)
    rows = await connection.fetch(f"{READ} ORDER BY m.id LIMIT {work.count:d}")
    await connection.close()
    return [_message(row) | {"body": base64.b64encode(row["body"]).decode()} for row in rows]


def _message(row: Any) -> dict[str, str]:
    return {
        "id": str(row["id"]),
        "link": str(row["link_id"]),
        "party": str(row["counterpart_party"]),
        "hash": row["hash"],
        "url": f"{row['counterpart_url']}/messages",
    }


def main() -> None:
    """Send as standard input says."""
    import uvloop

    work = Work(**json.loads(sys.stdin.readline()))
    done = uvloop.run(asyncio.wait_for(PEERS[work.name](work), LONGEST_SECONDS))
    json.dump(dataclasses.asdict(done), sys.stdout)


if __name__ == "__main__":
    main()
