"""One dead, one dripping and one hanging destination beside a good one: real sockets, one dispatcher."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.administration import Peer, owner_session, register_peer
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.ids import new_id
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from tests.kit.exchange.sides import Pair, Side, put

ATTEMPT_SECONDS = 3.0
GOOD_MESSAGES = 40
BAD_MESSAGES = 30


@asynccontextmanager
async def badly_serving(words: bytes, *, drips: bool) -> AsyncIterator[str]:
    """A destination that begins to answer and never ends, or that takes everything and says nothing."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(words)
            while True:
                if drips:
                    writer.write(b"x")
                    await writer.drain()
                await asyncio.sleep(0.05)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def link_to(side: Side, address: str) -> UUID:
    """Register one more counterpart, at an address of this machine."""
    link = uuid4()
    peer = Peer(
        organisation_code=side.name,
        party=party_urn(new_id()),
        code=str(link)[:8],
        name="Elsewhere",
        link=link,
        address=address,
        public_key=write_public_key(new_signing_key().public_key()),
    )
    async with owner_session(side.settings) as session:
        await register_peer(session, side.settings, peer)
    return link


@pytest.fixture
async def beside_bad_ones(exchange_pair: Pair) -> AsyncIterator[dict[str, UUID]]:
    """Links to a dead, a dripping and a silent destination, each with as much waiting as can be."""
    a = exchange_pair.a
    async with AsyncExitStack() as stack:
        drip = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
        async with badly_serving(b"", drips=False) as nobody:
            pass
        addresses = {
            "dead": nobody,
            "dripping": await stack.enter_async_context(badly_serving(drip, drips=True)),
            "silent": await stack.enter_async_context(badly_serving(b"", drips=False)),
        }
        links = {name: await link_to(a, address) for name, address in addresses.items()}
        async with a.acting() as acting:
            for link in links.values():
                for _ in range(BAD_MESSAGES):
                    await put(acting, link, str(uuid4()))
        yield links


def real_client(pair: Pair) -> ExchangeClient:
    """Sockets for every destination but `b`, which the wire carries to."""
    client = ExchangeClient(attempt_seconds=ATTEMPT_SECONDS)
    good = httpx.AsyncClient(transport=pair.a.wire)
    own = client._client

    def chosen(base_url: str, networks: tuple[str, ...]) -> httpx.AsyncClient:
        return good if base_url.startswith("https://b.example") else own(base_url, networks)

    client._client = chosen  # type: ignore[method-assign]
    return client


async def test_dead_and_dripping_destinations_delay_nobody_elses_messages(
    exchange_pair: Pair, beside_bad_ones: dict[str, UUID]
) -> None:
    a = exchange_pair.a
    client = real_client(exchange_pair)
    dispatcher = Dispatcher(
        a.worker, a.settings.model_copy(update={"attempt_seconds": ATTEMPT_SECONDS}), client
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop, grace_seconds=1))
    # Until the slow ones hold all they may.
    async with asyncio.timeout(60):
        while len(await a.rows("SELECT 1 FROM outbound_messages WHERE state = 'leased'")) < 16:  # noqa: ASYNC110 -- what is waited for happens in the database
            await asyncio.sleep(0.05)
    for _ in range(GOOD_MESSAGES):
        await a.send(str(uuid4()))
    async with asyncio.timeout(60):
        undelivered = "SELECT 1 FROM outbound_messages WHERE link_id = :link AND state <> 'delivered'"
        while await a.rows(undelivered, link=a.link):  # noqa: ASYNC110 -- what is waited for happens in the database
            await asyncio.sleep(0.05)
    stop.set()
    await running
    await client.close()
    attempts = await a.rows("SELECT link_id, count(*) AS count FROM delivery_attempts GROUP BY link_id")
    counted = {row.link_id: row.count for row in attempts}
    assert counted[a.link] == GOOD_MESSAGES
    # None of the bad ones got more than its own share of attempts, and each attempt ended in time.
    longest = await a.rows(
        "SELECT max(duration_ms) AS ms FROM delivery_attempts WHERE link_id <> :link", link=a.link
    )
    assert longest[0].ms is None or longest[0].ms < (ATTEMPT_SECONDS + 10) * 1000
    leased = await a.rows("SELECT 1 FROM outbound_messages WHERE state = 'leased'")
    assert leased == []


@pytest.mark.parametrize("workers", [1, 2])
async def test_no_more_than_eight_requests_are_on_their_way_to_one_link(
    exchange_pair: Pair, workers: int
) -> None:
    a = exchange_pair.a
    now = most = 0

    async def count(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        response = await a.wire.deliver(request)
        now -= 1
        return response

    a.wire.instead = count
    for _ in range(60):
        await a.send(str(uuid4()))
    dispatchers = [a.dispatcher() for _ in range(workers)]

    async def drain(dispatcher: Dispatcher) -> None:
        async with asyncio.timeout(60):
            while await a.rows("SELECT 1 FROM outbound_messages WHERE state <> 'delivered'"):
                await dispatcher.drain_once()
                await asyncio.sleep(0.01)

    await asyncio.gather(*(drain(dispatcher) for dispatcher in dispatchers))
    assert 1 < most <= 8
    attempts = await a.rows("SELECT attempts FROM outbound_messages")
    assert [row.attempts for row in attempts] == [1] * 60
