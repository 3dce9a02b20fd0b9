"""Several messages in one request, against a counterpart that a test plays."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.exchange.batch_delivery import TOGETHER_MAX, take_together
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import load_link
from service_kit.ids import new_id
from shared_schemas.exchange.batches import read_batch
from shared_schemas.exchange.envelope import message_hash
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE, MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.exchange.receipts import Receipt, ReceiptLine, write_receipt
from tests.kit.exchange.sides import Pair, Side, respond

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
Answer = Callable[[list[bytes]], Awaitable[httpx.Response]]


async def batches(pair: Pair, answer: Answer, batch_max: int = 100) -> list[list[bytes]]:
    """Let `b` say that it takes batches, and answer them as told; a single message it receives itself."""
    seen: list[list[bytes]] = []
    a = pair.a

    async def take(request: httpx.Request) -> httpx.Response:
        if request.headers["content-type"] == MESSAGE_MEDIA_TYPE:
            return await a.wire.deliver(request)
        assert request.headers["content-type"] == BATCH_MEDIA_TYPE
        seen.append(read_batch(a.wire.bodies[-1]))
        return await answer(seen[-1])

    a.wire.instead = take
    await a.change("UPDATE exchange_links SET counterpart_batch_max = :most", most=batch_max)
    return seen


async def receipt_for(pair: Pair, bodies: list[bytes], problems: Any = (), **changed: Any) -> httpx.Response:
    b = pair.b
    async with b.acting() as acting:
        keys = await load_link(acting.session, b.party, b.link, b.settings.key_bytes())
    lines = tuple(
        ReceiptLine(UUID(json.loads(body)["id"]), message_hash(body), str(uuid4()), NOW) for body in bodies
    )
    facts = {"link": b.link, "receiver": b.party, "epoch": NOW, "lines": lines, **changed}
    note = write_receipt(Receipt(**facts), keys.own_key)
    return respond(200, json.dumps({"receipt": note, "problems": list(problems)}).encode())


async def states(side: Side) -> list[tuple[str, int, str]]:
    rows = await side.rows("SELECT state, attempts, last_outcome FROM outbound_messages ORDER BY id")
    return [(row.state, row.attempts, row.last_outcome) for row in rows]


async def test_due_heads_go_together_with_their_own_bytes_and_each_attempt_is_recorded(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    seen = await batches(exchange_pair, lambda bodies: receipt_for(exchange_pair, bodies))
    subject = str(uuid4())
    ids = [await a.send(subject), await a.send(str(uuid4())), await a.send(str(uuid4()))]
    behind = await a.send(subject)
    await a.drain()
    rows = {row.id: row for row in await a.rows("SELECT id, body, state, receipt FROM outbound_messages")}
    assert seen == [[rows[message_id].body for message_id in ids]]
    assert {row.state for row in rows.values()} == {"delivered"}
    # The second of its stream went by itself: nothing else was due.
    assert a.wire.bodies[-1] == rows[behind].body
    attempts = await a.rows("SELECT message_id, outcome, http_status, answer FROM delivery_attempts")
    assert {attempt.message_id for attempt in attempts} == set(rows)
    assert {(attempt.outcome, attempt.answer) for attempt in attempts} == {("delivered", None)}
    assert (await a.actions()).count("exchange.delivered") == 4


async def test_every_attempt_has_an_id_of_its_own_and_the_same_bytes(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    ids: list[str] = []

    async def lose(request: httpx.Request) -> httpx.Response:
        ids.append(request.headers["webhook-id"])
        raise httpx.ReadError("cut")

    await a.change("UPDATE exchange_links SET counterpart_batch_max = 100")
    a.wire.instead = lose
    for _ in range(3):
        await a.send(str(uuid4()))
    for _ in range(2):
        await a.drain()
        await a.make_due()
    assert len(set(ids)) == 2
    assert a.wire.bodies[0] == a.wire.bodies[1]
    assert await states(a) == [("pending", 2, "connection_broken")] * 3
    # One request is one fault, however many messages it held.
    [link] = await a.rows("SELECT faults_in_a_row FROM exchange_links")
    assert link.faults_in_a_row == 2


async def test_each_message_follows_its_own_line_or_problem(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def mixed(bodies: list[bytes]) -> httpx.Response:
        ids = [json.loads(body)["id"] for body in bodies]
        problems = [
            {"type": "/problems/unsupported-type", "title": "t", "status": 422, "message_id": ids[1]},
            {"type": "/problems/unavailable", "title": "t", "status": 503, "message_id": ids[2]},
            {"type": "/problems/made-up", "title": "t", "status": 422, "message_id": ids[3]},
            {"type": "/problems/unsupported-type", "title": "t", "status": 200, "message_id": ids[4]},
            "nonsense",
        ]
        return await receipt_for(exchange_pair, bodies[:1], problems)

    await batches(exchange_pair, mixed)
    for _ in range(6):
        await a.send(str(uuid4()))
    await a.drain()
    assert [(state, outcome) for state, _, outcome in await states(a)] == [
        ("delivered", "delivered"),
        ("dead", "dead"),
        ("pending", "destination_waits"),
        ("pending", "destination_fault"),
        ("pending", "destination_fault"),
        ("pending", "destination_fault"),
    ]


async def test_a_receipt_of_other_bytes_or_of_another_delivers_nothing(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def wrong(bodies: list[bytes]) -> httpx.Response:
        line = ReceiptLine(UUID(json.loads(bodies[0])["id"]), "0" * 64, str(uuid4()), NOW)
        return await receipt_for(exchange_pair, bodies, lines=(line,))

    await batches(exchange_pair, wrong)
    for _ in range(2):
        await a.send(str(uuid4()))
    await a.drain()
    assert await states(a) == [("pending", 1, "destination_fault")] * 2

    async def other_receiver(bodies: list[bytes]) -> httpx.Response:
        return await receipt_for(exchange_pair, bodies, receiver=uuid4())

    await batches(exchange_pair, other_receiver)
    await a.make_due()
    await a.drain()
    assert await states(a) == [("pending", 2, "destination_fault")] * 2


@pytest.mark.parametrize("status", [400, 413])
async def test_after_a_refusal_of_the_whole_they_go_singly(exchange_pair: Pair, status: int) -> None:
    a, b = exchange_pair.a, exchange_pair.b

    async def refuse(_bodies: list[bytes]) -> httpx.Response:
        return respond(status, b"<html>too much</html>")

    seen = await batches(exchange_pair, refuse)
    for number in range(3):
        await a.send(str(uuid4()), f"{number}")
    await a.drain()
    await a.change("UPDATE outbound_messages SET next_attempt_at = now()")
    await a.drain()
    assert len(seen) == 1
    assert await states(a) == [("delivered", 2, "delivered")] * 3
    assert sorted(b.words) == ["0", "1", "2"]
    [link] = await a.rows("SELECT counterpart_batch_max, faults_in_a_row FROM exchange_links")
    assert (link.counterpart_batch_max, link.faults_in_a_row) == (1, 0)
    outcomes = await a.rows("SELECT outcome, answer FROM delivery_attempts ORDER BY id LIMIT 3")
    assert {(row.outcome, row.answer) for row in outcomes} == {("batch_refused", "<html>too much</html>")}


async def test_a_waiting_or_wrong_destination_means_all_of_them(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def busy(_bodies: list[bytes]) -> httpx.Response:
        return respond(503, headers={"Retry-After": "60"})

    await batches(exchange_pair, busy)
    for _ in range(2):
        await a.send(str(uuid4()))
    await a.drain()
    assert await states(a) == [("pending", 1, "destination_waits")] * 2

    async def forbid(_bodies: list[bytes]) -> httpx.Response:
        return respond(403, b"no")

    await batches(exchange_pair, forbid)
    await a.make_due()
    await a.drain()
    assert await states(a) == [("pending", 2, "destination_fault")] * 2


async def test_batches_grow_while_the_counterpart_answers_quickly(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    seen = await batches(exchange_pair, lambda bodies: receipt_for(exchange_pair, bodies))
    for _ in range(60):
        await a.send(str(uuid4()))
    dispatcher = a.dispatcher()
    while await dispatcher.drain_once():
        pass
    sizes = [len(bodies) for bodies in seen]
    assert sizes[:3] == [8, 16, 32]
    assert sum(sizes) == 60


async def test_no_more_go_together_than_the_counterpart_takes(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    seen = await batches(exchange_pair, lambda bodies: receipt_for(exchange_pair, bodies), batch_max=3)
    for _ in range(7):
        await a.send(str(uuid4()))
    await a.drain()
    assert [len(bodies) for bodies in seen] == [3, 3]
    assert await states(a) == [("delivered", 1, "delivered")] * 7


def claimed(size: int) -> Claimed:
    return Claimed(
        new_id(), new_id(), new_id(), "t", 1, b"x" * size, "", None, None, new_id(), datetime.now(UTC)
    )


def test_a_batch_is_bounded_by_number_and_by_the_whole_bodys_size() -> None:
    small = [claimed(10) for _ in range(200)]
    assert take_together(small, 100) == TOGETHER_MAX
    assert take_together(small, 7) == 7
    assert take_together([claimed(BODY_MAX_BYTES)] * 2, 100) == 1
    assert take_together([claimed(BODY_MAX_BYTES // 4)] * 9, 100) == 3
    assert take_together([claimed(10)], 100) == 1
