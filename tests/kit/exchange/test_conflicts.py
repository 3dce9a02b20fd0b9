"""Order 4 at the sender: what the counterpart holds in a message's place decides."""

from uuid import UUID, uuid4

from sqlalchemy import select

from service_kit.exchange.models import OutboundMessage
from service_kit.exchange.outbox import send_again_under_next_number
from tests.kit.exchange.sides import Pair, Side


async def forget_the_number(side: Side) -> None:
    """As after a restore from a copy: the counter is back, while the counterpart holds what was sent since."""
    await side.change("UPDATE outbound_streams SET last_number = 0")


async def states(side: Side) -> dict[UUID, str]:
    return {row.id: row.state for row in await side.rows("SELECT id, state FROM outbound_messages")}


async def test_another_of_ours_on_the_number_sends_this_one_under_the_next(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    held = await a.send(subject, "held")
    await a.drain()
    await a.change("UPDATE outbound_messages SET state = 'void', receipt = NULL")
    await forget_the_number(a)
    second = await a.send(subject, "second")
    await a.drain()
    found = await states(a)
    [successor] = set(found) - {held, second}
    assert found == {held: "delivered", second: "replaced", successor: "delivered"}
    assert b.words == ["held", "second"]
    [row] = await a.rows("SELECT number, chain_id FROM outbound_messages WHERE id = :id", id=successor)
    assert (row.number, row.chain_id) == (2, second)
    assert "exchange.replaced" in await a.actions()


async def test_another_of_the_same_chain_is_delivered_and_this_one_void(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    held = await a.send(subject, "held")
    await a.drain()
    await a.change("UPDATE outbound_messages SET state = 'replaced', receipt = NULL")
    await forget_the_number(a)
    corrected = await a.send(subject, "corrected")
    await a.change("UPDATE outbound_messages SET chain_id = :chain WHERE id = :id", chain=held, id=corrected)
    await a.drain()
    assert await states(a) == {held: "delivered", corrected: "void"}
    assert b.words == ["held"]
    [row] = await a.rows("SELECT receipt_reference FROM outbound_messages WHERE id = :id", id=held)
    [at_b] = await b.rows("SELECT reference FROM inbound_messages")
    assert row.receipt_reference == at_b.reference


async def test_what_is_unknown_here_makes_the_message_wait_and_changes_nothing(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await a.send(subject, "held")
    await a.drain()
    await a.change("DELETE FROM delivery_attempts")
    await a.change("DELETE FROM outbound_messages")
    await forget_the_number(a)
    waiting = await a.send(subject, "waits")
    await a.drain()
    assert await states(a) == {waiting: "pending"}
    [row] = await a.rows("SELECT last_outcome, attempts FROM outbound_messages")
    assert (row.last_outcome, row.attempts) == ("conflict", 1)
    assert b.words == ["held"]


async def test_the_number_of_a_void_one_is_filled_where_its_chain_is_held_under_another(
    exchange_pair: Pair,
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    held = await a.send(subject, "held")
    await a.drain()
    await a.change("UPDATE outbound_messages SET state = 'replaced', receipt = NULL")
    async with a.acting() as acting:
        message = (await acting.session.execute(select(OutboundMessage))).scalar_one()
        again = await send_again_under_next_number(acting.session, message)
    behind = await a.send(subject, "behind")
    await a.drain()
    found = await states(a)
    [filling] = set(found) - {held, again, behind}
    assert found == {held: "delivered", again: "void", filling: "delivered", behind: "delivered"}
    assert b.words == ["held", "behind"]
    [told] = await b.rows(
        "SELECT number, chain_id FROM inbound_messages WHERE type = 'exchange.discarded.v1'"
    )
    assert (told.number, told.chain_id) == (2, filling)
    assert "exchange.number_filled" in await a.actions()
    assert "exchange.discarded_told" in await b.actions()


async def test_other_bytes_under_one_id_are_told_and_change_nothing(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    held = await a.send(subject, "held")
    await a.drain()
    await a.change("UPDATE outbound_messages SET state = 'void', receipt = NULL, hash = repeat('0', 64)")
    await forget_the_number(a)
    waiting = await a.send(subject, "waits")
    await a.drain()
    assert await states(a) == {held: "void", waiting: "pending"}
    [alert] = await a.rows("SELECT kind, message_id FROM exchange_alerts")
    assert (alert.kind, alert.message_id) == ("hashes_differ", held)
    assert await a.rows("SELECT 1 FROM exchange_restores") == []
    assert b.words == ["held"]
