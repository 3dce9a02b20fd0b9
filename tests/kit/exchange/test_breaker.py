"""The breaker of a link: what opens it, what it lets through, what closes it, with one worker and with two."""

import asyncio
import random
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.exchange.breaker import FAULTS_TO_OPEN, Heard, record_all_heard
from tests.kit.exchange.sides import Pair, Side, respond

OPEN = "UPDATE exchange_links SET breaker_open_until = now() WHERE breaker_open_until IS NOT NULL"
DUE = "UPDATE outbound_messages SET next_attempt_at = now()"


async def breaker(side: Side) -> tuple[int, float | None, float | None]:
    """Faults in a row, seconds until a probe may go, and the wait these were made of."""
    [row] = await side.rows(
        "SELECT faults_in_a_row, extract(epoch FROM breaker_open_until - now())::float AS left_seconds,"
        " breaker_wait_seconds FROM exchange_links"
    )
    return row.faults_in_a_row, row.left_seconds, row.breaker_wait_seconds


async def attempts(side: Side) -> list[int]:
    return [row.attempts for row in await side.rows("SELECT attempts FROM outbound_messages ORDER BY id")]


async def alerts(side: Side) -> set[str]:
    return {row.kind for row in await side.rows("SELECT kind FROM exchange_alerts WHERE cleared_at IS NULL")}


def cut(side: Side) -> None:
    async def no_connection(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    side.wire.instead = no_connection


def answer_with(side: Side, status: int, body: bytes = b"", **headers: str) -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        return respond(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    side.wire.instead = answer


async def open_breaker(side: Side, count: int = FAULTS_TO_OPEN) -> list[UUID]:
    ids = [await side.send(str(uuid4())) for _ in range(count)]
    cut(side)
    await side.drain()
    return ids


async def test_five_faults_in_a_row_open_it_and_what_waits_is_not_tried(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await open_breaker(a, FAULTS_TO_OPEN - 1)
    assert await breaker(a) == (4, None, None)
    await open_breaker(a, 1)
    faults, left, wait = await breaker(a)
    assert (faults, wait) == (5, 30)
    assert left is not None
    assert 30 * 0.8 - 5 < left <= 30 * 1.2
    await a.send(str(uuid4()))
    await a.change(DUE)
    requests = len(a.wire.bodies)
    for _ in range(3):
        assert await a.dispatcher().drain_once() == 0
    assert await attempts(a) == [1, 1, 1, 1, 1, 0]
    assert len(a.wire.bodies) == requests


async def test_one_probe_goes_the_oldest_first_and_each_that_fails_doubles_the_wait(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    ids = await open_breaker(a)
    waits = []
    for _ in range(7):
        await a.change(OPEN)
        await a.change(DUE)
        assert await a.dispatcher().drain_once() == 1
        assert await a.dispatcher().drain_once() == 0
        waits.append((await breaker(a))[2])
    assert waits == [60, 120, 240, 480, 900, 900, 900]
    assert await attempts(a) == [8, 1, 1, 1, 1]
    assert str(ids[0]).encode() in a.wire.bodies[-1]


async def test_a_message_that_fails_alone_does_not_stand_for_its_link_for_ever(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    poison, *_ = await open_breaker(a)

    async def fail_one(request: httpx.Request) -> httpx.Response:
        if request.headers["webhook-id"] == str(poison):
            raise httpx.ReadError("it fell over")
        return await a.wire.deliver(request)

    a.wire.instead = fail_one
    for _ in range(2):
        await a.change(OPEN)
        await a.drain()
        await a.change(f"{DUE} WHERE id <> :id", id=poison)
    # The first probe failed and waits by its own schedule; the second was another message, and closed the breaker.
    states = [row.state for row in await a.rows("SELECT state FROM outbound_messages ORDER BY id")]
    assert states == ["pending"] + ["delivered"] * 4
    assert (await breaker(a))[1] is None


async def test_an_authentic_answer_closes_it_and_makes_everything_due_oldest_first(
    exchange_pair: Pair,
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    subjects = [str(uuid4()) for _ in range(FAULTS_TO_OPEN)]
    for number, subject in enumerate(subjects):
        await a.send(subject, f"{number}")
    cut(a)
    await a.drain()
    await a.send(str(uuid4()), "later")
    await a.change(
        "UPDATE outbound_messages SET next_attempt_at = now() + interval '4 hours' WHERE attempts > 0"
    )
    await a.change(OPEN)
    a.wire.instead = None
    await a.drain()
    assert await breaker(a) == (0, None, None)
    assert await attempts(a) == [2, 2, 2, 2, 2, 1]
    assert sorted(b.words) == ["0", "1", "2", "3", "4", "later"]
    assert b.words[0] == "0"
    assert await alerts(a) == set()


async def test_a_refusal_in_the_counterparts_own_words_closes_it_too(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await open_breaker(a)
    await a.change(OPEN)
    body = b'{"type":"/problems/unavailable","title":"t","status":503}'
    answer_with(a, 503, body, Content_Type="application/problem+json")
    await a.drain()
    assert await breaker(a) == (0, None, None)


@pytest.mark.parametrize(("status", "body"), [(503, b"<html>bad gateway</html>"), (500, b""), (504, b"{}")])
async def test_a_proxys_page_is_no_sign_of_the_counterpart(
    exchange_pair: Pair, status: int, body: bytes
) -> None:
    a = exchange_pair.a
    answer_with(a, status, body)
    for _ in range(FAULTS_TO_OPEN + 1):
        await a.send(str(uuid4()))
        await a.drain()
        await a.change("UPDATE exchange_links SET paused_until = NULL")
    assert await breaker(a) == (0, None, None)
    await open_breaker(a)
    await a.change(OPEN)
    answer_with(a, status, body)
    await a.drain()
    assert (await breaker(a))[2] == 60


async def test_something_that_answers_wrongly_alerts_until_the_counterpart_answers(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    await open_breaker(a, 1)
    assert await alerts(a) == set()
    answer_with(a, 401, b"<html>", Date="Wed, 01 Jan 2020 00:00:00 GMT")
    await a.make_due()
    await a.drain()
    await a.make_due()
    await a.drain()
    assert await alerts(a) == {"destination_answers_wrongly", "clock_skew"}
    assert len(await a.rows("SELECT id FROM exchange_alerts")) == 2
    a.wire.instead = None
    await a.make_due()
    await a.drain()
    assert await alerts(a) == set()


async def test_two_workers_send_one_probe(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await open_breaker(a)
    await a.change(OPEN)
    await a.change(DUE)
    released, requests = asyncio.Event(), 0

    async def hold(request: httpx.Request) -> httpx.Response:
        nonlocal requests
        requests += 1
        await released.wait()
        return await a.wire.deliver(request)

    a.wire.instead = hold
    workers = [a.dispatcher() for _ in range(4)]
    probing = [asyncio.create_task(worker.drain_once()) for worker in workers]
    async with asyncio.timeout(10):
        while requests == 0:  # noqa: ASYNC110 -- what is counted is counted by the wire
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    assert requests == 1
    released.set()
    assert sorted(await asyncio.gather(*probing)) == [0, 0, 0, 1]
    assert (await breaker(a))[1] is None


async def test_a_late_fault_of_before_lengthens_no_wait(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await open_breaker(a, FAULTS_TO_OPEN + 3)
    faults, _, wait = await breaker(a)
    assert (faults, wait) == (8, 30)


async def test_a_parked_stream_and_a_held_link_send_nothing(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    subject = str(uuid4())
    await a.send(subject)
    other = await a.send(str(uuid4()))
    await a.change("UPDATE outbound_streams SET parked_at = now() WHERE subject = :subject", subject=subject)
    await a.drain()
    assert await a.state_of(other) == "delivered"
    assert await attempts(a) == [0, 1]
    await a.change("UPDATE outbound_streams SET parked_at = NULL")
    await a.change("UPDATE exchange_links SET sending_held_at = now()")
    await a.drain()
    assert await attempts(a) == [0, 1]
    await a.change("UPDATE exchange_links SET sending_held_at = NULL")
    await a.drain()
    assert await attempts(a) == [1, 1]


HEARD = (
    Heard(authentic=True, fault=False, http_status=201),
    Heard(authentic=False, fault=True),
    Heard(authentic=False, fault=True, http_status=404),
    Heard(authentic=False, fault=False, http_status=503),
)


async def test_heard_together_is_as_heard_one_after_the_other(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    choice = random.Random(7)  # noqa: S311 -- the same rows at every run
    for _ in range(30):
        heard = choice.choices(HEARD, weights=(1, 4, 4, 2), k=choice.randint(1, 9))
        seen = []
        for parts in ([heard], [[one] for one in heard]):
            await a.change(
                "UPDATE exchange_links SET faults_in_a_row = 0, breaker_open_until = NULL, breaker_wait_seconds = NULL"
            )
            for part in parts:
                async with a.worker.transaction(a.party) as session:
                    await record_all_heard(session, a.party, {a.link: part})
            faults, left, wait = await breaker(a)
            seen.append((faults, left is None, wait))
        assert seen[0] == seen[1], heard
