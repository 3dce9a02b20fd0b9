import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from service_kit.exchange.links import LinkUnusable
from shared_schemas.exchange.envelope import message_hash, parse_envelope
from tests.kit.exchange.sides import Pair, Side, put


class RollBackError(Exception):
    pass


async def send_and_look(side: Side, subject: str, *, keep: bool) -> None:
    """While a number is taken, exactly the lower ones are committed: commit order is number order."""
    async with side.acting() as acting:
        message_id = await put(acting, side.link, subject)
        await asyncio.sleep(0.002)
        number = (
            await acting.session.execute(
                text("SELECT number FROM outbound_messages WHERE id = :id"), {"id": message_id}
            )
        ).scalar_one()
        [row] = await side.rows("SELECT count(*) AS n FROM outbound_messages WHERE subject = :s", s=subject)
        assert row.n == number - 1
        if not keep:
            raise RollBackError


async def test_numbers_are_one_to_n_in_commit_order_under_concurrency(exchange_pair: Pair) -> None:
    subject = str(uuid4())
    results = await asyncio.gather(
        *(send_and_look(exchange_pair.a, subject, keep=index % 3 != 0) for index in range(30)),
        return_exceptions=True,
    )
    assert [type(result) for result in results if result is not None] == [RollBackError] * 10
    rows = await exchange_pair.a.rows("SELECT number FROM outbound_messages ORDER BY number")
    assert [row.number for row in rows] == list(range(1, 21))


async def test_a_message_tells_what_its_row_tells(exchange_pair: Pair) -> None:
    subject = str(uuid4())
    message_id = await exchange_pair.a.send(subject)
    [row] = await exchange_pair.a.rows("SELECT * FROM outbound_messages")
    envelope = parse_envelope(row.body)
    assert (envelope.id, envelope.subject, envelope.streamsequence) == (message_id, subject, 1)
    assert (envelope.time, row.hash, row.chain_id) == (row.created_at, message_hash(row.body), message_id)


async def test_a_demonstrations_moved_clock_does_not_move_the_messages_time(exchange_pair: Pair) -> None:
    await exchange_pair.a.change("UPDATE service_state SET clock_offset = '40 days'")
    await exchange_pair.a.send(str(uuid4()))
    await exchange_pair.a.drain()
    [row] = await exchange_pair.a.rows("SELECT state, created_at, now() AS now, body FROM outbound_messages")
    assert row.state == "delivered"
    assert abs((parse_envelope(row.body).time - row.now).total_seconds()) < 60


async def test_a_message_says_what_was_seen_and_crossing_is_told(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await b.send(subject, "crosses")
    await a.send(subject, "first")
    await a.drain()
    await b.drain()
    await a.send(subject, "second")
    await a.drain()
    assert [(m.seen, m.crossed) for m in b.handled] == [(0, True), (1, False)]
    assert [(m.seen, m.crossed) for m in a.handled] == [(0, True)]


async def test_nothing_is_sent_on_a_link_that_is_not_ours(exchange_pair: Pair) -> None:
    with pytest.raises(LinkUnusable):
        async with exchange_pair.a.acting() as acting:
            await put(acting, uuid4(), str(uuid4()))
