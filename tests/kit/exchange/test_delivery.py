"""Sending, with both services running in this process and a wire that tests can cut, slow or answer for."""

import asyncio
from uuid import UUID, uuid4

import httpx
import structlog

from service_kit.administration import owner_session
from service_kit.exchange.links import add_link
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.receipts import open_receipt
from shared_schemas.exchange.signatures import Scheme
from tests.kit.exchange.sides import Pair, Side, respond


async def run_until_delivered(
    side: Side, count: int, *, dispatchers: int = 1, then: asyncio.Event | None = None
) -> None:
    """Let dispatchers run until so many messages are delivered, then ask them to stop and wait for their end."""
    stop = asyncio.Event()
    running = [asyncio.create_task(side.dispatcher().run(stop)) for _ in range(dispatchers)]
    async with asyncio.timeout(20):
        while len(await side.rows("SELECT 1 FROM outbound_messages WHERE state = 'delivered'")) < count:  # noqa: ASYNC110 -- what is waited for happens in the database
            await asyncio.sleep(0.02)
        stop.set()
        if then is not None:
            then.set()
        await asyncio.gather(*running)


async def test_delivered_means_a_stored_receipt_that_verifies(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    message_id = await a.send(str(uuid4()))
    await a.drain()
    [row] = await a.rows("SELECT * FROM outbound_messages")
    receipt = open_receipt(
        row.receipt, link=a.link, receiver=b.party, public_keys=[read_public_key(b.public_key)]
    )
    line = receipt.line_for(message_id)
    assert line is not None
    assert (row.state, line.hash, line.reference, line.stored_at) == (
        "delivered", row.hash, row.receipt_reference, row.receipt_stored_at,
    )  # fmt: skip
    assert "exchange.delivered" in await a.actions()
    assert await b.actions() == ["exchange.received", "exchange.applied"]


async def test_a_lost_answer_leads_to_the_same_bytes_the_same_receipt_and_no_second_effect(
    exchange_pair: Pair,
) -> None:
    a, b = exchange_pair.a, exchange_pair.b

    async def lose(request: httpx.Request) -> httpx.Response:
        await a.wire.deliver(request)
        raise httpx.ReadError("cut")

    a.wire.instead = lose
    message_id = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(message_id) == "pending"
    a.wire.instead = None
    await a.make_due()
    await a.drain()
    [sent] = await a.rows("SELECT * FROM outbound_messages")
    [held] = await b.rows("SELECT * FROM inbound_messages")
    assert (sent.state, sent.receipt_reference, sent.receipt_stored_at) == (
        "delivered",
        held.reference,
        held.stored_at,
    )
    assert b.words == ["said"]
    assert a.wire.bodies == [sent.body, sent.body]
    attempts = await a.rows("SELECT outcome FROM delivery_attempts ORDER BY id")
    assert [attempt.outcome for attempt in attempts] == ["connection_broken", "delivered"]


async def test_two_dispatchers_send_each_message_once_and_in_order(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    subjects = [str(uuid4()) for _ in range(12)]
    for number in range(3):
        for subject in subjects:
            await a.send(subject, f"{subject} {number}")
    await run_until_delivered(a, 36, dispatchers=2)
    assert len(a.wire.bodies) == 36
    for subject in subjects:
        assert [words for words in b.words if words.startswith(subject)] == [
            f"{subject} {number}" for number in range(3)
        ]


async def test_a_late_result_under_an_old_token_changes_nothing(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    going, go_on = asyncio.Event(), asyncio.Event()

    async def answer_late(_request: httpx.Request) -> httpx.Response:
        going.set()
        await go_on.wait()
        return respond(500)

    a.wire.instead = answer_late
    message_id = await a.send(str(uuid4()))
    late = asyncio.create_task(a.dispatcher().drain_once())
    await going.wait()
    await a.change("UPDATE outbound_messages SET leased_until = now() - interval '1 second'")
    a.wire.instead = None
    assert await a.dispatcher().drain_once() == 1
    assert await a.state_of(message_id) == "delivered"
    go_on.set()
    await late
    assert await a.state_of(message_id) == "delivered"
    attempts = await a.rows("SELECT outcome FROM delivery_attempts")
    assert [attempt.outcome for attempt in attempts] == ["delivered"]


async def test_a_live_lease_is_not_claimed_again(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    going, go_on = asyncio.Event(), asyncio.Event()

    async def hold(request: httpx.Request) -> httpx.Response:
        going.set()
        await go_on.wait()
        return await a.wire.deliver(request)

    a.wire.instead = hold
    subject = str(uuid4())
    await a.send(subject, "one")
    await a.send(subject, "two")
    first = asyncio.create_task(a.dispatcher().drain_once())
    await going.wait()
    assert await a.dispatcher().drain_once() == 0
    go_on.set()
    await first
    await a.drain()
    assert exchange_pair.b.words == ["one", "two"]


async def test_a_hanging_message_delays_only_its_own_stream(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    slow, quick = str(uuid4()), [str(uuid4()) for _ in range(20)]
    go_on = asyncio.Event()

    async def hold_one(request: httpx.Request) -> httpx.Response:
        if slow.encode() in request.content:
            await go_on.wait()
        return await a.wire.deliver(request)

    a.wire.instead = hold_one
    await a.send(slow, "slow")
    for subject in quick:
        await a.send(subject, "quick")
    await run_until_delivered(a, 20, then=go_on)
    # Asked to stop, it still finished what was under way.
    assert (b.words.count("quick"), b.words.count("slow")) == (20, 1)


async def test_at_most_eight_are_in_flight_on_a_link(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    now, most = 0, 0

    async def count(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        return await a.wire.deliver(request)

    a.wire.instead = count
    for _ in range(30):
        await a.send(str(uuid4()))
    await run_until_delivered(a, 30)
    assert most == 8


async def test_what_is_left_when_the_grace_ends_is_given_back(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    going = asyncio.Event()

    async def hang(_request: httpx.Request) -> httpx.Response:
        going.set()
        await asyncio.sleep(60)
        return respond(500)

    a.wire.instead = hang
    message_id = await a.send(str(uuid4()))
    dispatcher = a.dispatcher()
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop, grace_seconds=0.05))
    await going.wait()
    stop.set()
    await running
    assert await a.state_of(message_id) == "pending"


async def test_a_dead_message_parks_its_own_stream_alone(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    subject = str(uuid4())
    dead = await a.send(subject, message_type="test.unknown.v1")
    behind = await a.send(subject, "behind")
    elsewhere = await a.send(str(uuid4()), "elsewhere")
    await a.drain()
    states = [await a.state_of(message_id) for message_id in (dead, behind, elsewhere)]
    assert states == ["dead", "pending", "delivered"]
    assert b.words == ["elsewhere"]
    [row] = await a.rows("SELECT problem FROM outbound_messages WHERE state = 'dead'")
    assert row.problem["name"] == "unsupported-type"


async def attempt_with(side: Side, response: httpx.Response) -> UUID:
    async def answer(_request: httpx.Request) -> httpx.Response:
        return response

    side.wire.instead = answer
    message_id = await side.send(str(uuid4()))
    await side.drain()
    side.wire.instead = None
    return message_id


async def test_a_waiting_destination_is_left_alone_for_as_long_as_it_says(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await attempt_with(a, respond(503, headers={"Retry-After": "1200"}))
    await a.send(str(uuid4()))
    assert await a.dispatcher().drain_once() == 0
    [link] = await a.rows("SELECT extract(epoch FROM paused_until - now()) AS wait FROM exchange_links")
    assert 1100 < link.wait <= 1200


async def test_a_closed_link_waits_for_a_person(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await attempt_with(a, respond(410))
    await a.change("UPDATE outbound_messages SET next_attempt_at = now()")
    assert await a.dispatcher().drain_once() == 0
    [link] = await a.rows(
        "SELECT pause_reason, paused_until > now() + interval '1 year' AS long FROM exchange_links"
    )
    assert (link.pause_reason, link.long) == ("link-closed", True)


async def test_a_proxys_page_never_kills_and_a_refused_signature_shows_the_clocks_apart(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    page = respond(401, b"<html>no</html>", {"Date": "Wed, 01 Jan 2020 00:00:00 GMT"})
    message_id = await attempt_with(a, page)
    [row] = await a.rows("SELECT state, last_outcome, attempts FROM outbound_messages")
    assert (row.state, row.last_outcome, row.attempts) == ("pending", "destination_fault", 1)
    [link] = await a.rows("SELECT clock_skew_seconds FROM exchange_links")
    assert link.clock_skew_seconds < -86_400
    await a.make_due()
    await a.drain()
    assert await a.state_of(message_id) == "delivered"


async def test_each_attempt_is_one_log_line_without_content(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    with structlog.testing.capture_logs() as lines:
        await a.send(str(uuid4()), "secret words")
        await a.drain()
    [line] = [line for line in lines if line["event"] == "exchange_attempt"]
    assert (line["result"], line["http_status"], line["number"]) == ("delivered", 201, 1)
    assert "secret" not in str(lines)


async def use_shared_secrets(side: Side, other: Side, *, secret_out: bytes, secret_in: bytes) -> None:
    async with owner_session(side.settings) as session:
        await add_link(
            session,
            side.settings.key_bytes(),
            organisation_id=side.party,
            link_id=side.link,
            counterpart_party=other.party,
            counterpart_name=other.name,
            counterpart_url=f"https://{other.name}.example/v1/exchange/links/{side.link}",
            schemes=[Scheme.V1],
            secret_out=secret_out,
            secret_in=secret_in,
        )


async def test_a_link_may_use_shared_secrets_one_for_each_direction(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await use_shared_secrets(a, b, secret_out=b"a" * 32, secret_in=b"b" * 32)
    await use_shared_secrets(b, a, secret_out=b"b" * 32, secret_in=b"a" * 32)
    there, back = await a.send(str(uuid4()), "there"), await b.send(str(uuid4()), "back")
    await a.drain()
    await b.drain()
    assert (await a.state_of(there), await b.state_of(back)) == ("delivered", "delivered")
    assert [signature[:3] for signature in a.wire.signatures + b.wire.signatures] == ["v1,", "v1,"]
    rows = await a.rows("SELECT wrapped FROM exchange_link_secrets")
    assert len(rows) == 2
    assert not any(b"a" * 32 in row.wrapped or b"b" * 32 in row.wrapped for row in rows)
    await use_shared_secrets(b, a, secret_out=b"b" * 32, secret_in=b"b" * 32)
    refused = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(refused) == "pending"
