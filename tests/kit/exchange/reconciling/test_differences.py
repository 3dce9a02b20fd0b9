"""Each difference that is planted is found by name, by either side, and healed as the protocol says."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from service_kit.exchange.links import load_link
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import send_again_under_next_number
from service_kit.exchange.reconciling.redelivering import redeliver
from tests.kit.exchange.reconciling.comparing import (
    alerts,
    compare,
    delivered,
    forget_received,
    found,
    unhurried,
)
from tests.kit.exchange.sides import Pair, Side, respond

either = pytest.mark.parametrize("finder", ["sender", "receiver"])


def parts(pair: Pair, finder: str) -> tuple[Side, str]:
    """`a` sends and `b` receives; give who compares, and the direction as that one sees it."""
    unhurried(pair)
    return (pair.a, "sent") if finder == "sender" else (pair.b, "received")


async def healed(pair: Pair, rounds: int = 3) -> None:
    """Send what is due until both find the other equal."""
    for _ in range(rounds):
        await pair.a.make_due()
        await pair.a.drain()
    assert (await compare(pair.a)).equal
    assert (await compare(pair.b)).equal


@either
async def test_what_the_receiver_lost_is_sent_again_and_both_receipts_stay(
    exchange_pair: Pair, finder: str
) -> None:
    side, direction = parts(exchange_pair, finder)
    a, b = exchange_pair.a, exchange_pair.b
    lost, _ = await delivered(a, 2)
    [before] = await a.rows("SELECT * FROM outbound_messages WHERE id = :id", id=lost)
    await forget_received(b, lost)
    await b.change("UPDATE inbound_streams SET last_applied = 0 WHERE subject = :s", s=before.subject)
    outcome = await compare(side)
    assert found(outcome) == [("receiver_lacks", direction, lost)]
    assert outcome.unequal_since is not None
    await healed(exchange_pair)
    [after] = await a.rows("SELECT * FROM outbound_messages WHERE id = :id", id=lost)
    assert (after.body, after.receipt, after.delivered_at) == (
        before.body,
        before.receipt,
        before.delivered_at,
    )
    [further] = await a.rows("SELECT * FROM further_receipts WHERE message_id = :id", id=lost)
    assert further.receipt_reference != before.receipt_reference
    [held] = await b.rows("SELECT * FROM inbound_messages WHERE id = :id", id=lost)
    assert (held.reference, held.stored_at) == (further.receipt_reference, further.receipt_stored_at)


async def lose_answers(side: Side, status: int = 500) -> None:
    """Deliver, but let no receipt come back."""

    async def lossy(request: httpx.Request) -> httpx.Response:
        answer = await side.wire.deliver(request)
        return respond(status) if request.url.path.endswith("/messages") else answer

    side.wire.instead = lossy
    await side.dispatcher().drain_once()
    side.wire.instead = None


@either
async def test_what_is_held_but_pending_gets_its_receipt(exchange_pair: Pair, finder: str) -> None:
    side, direction = parts(exchange_pair, finder)
    a, b = exchange_pair.a, exchange_pair.b
    message_id = await a.send(str(uuid4()))
    await lose_answers(a)
    assert await a.state_of(message_id) == "pending"
    assert found(await compare(side)) == [("receipt_missing", direction, message_id)]
    # It is due at once, whatever its schedule said.
    await a.drain()
    assert await a.state_of(message_id) == "delivered"
    assert len(b.handled) == 1
    await healed(exchange_pair)


@either
async def test_what_is_held_but_dead_gets_its_receipt(exchange_pair: Pair, finder: str) -> None:
    side, direction = parts(exchange_pair, finder)
    a = exchange_pair.a
    message_id = await a.send(str(uuid4()))
    await lose_answers(a)
    await a.change("UPDATE outbound_messages SET state = 'dead', problem = '{}'")
    assert found(await compare(side)) == [("receipt_missing", direction, message_id)]
    await a.drain()
    assert await a.state_of(message_id) == "delivered"
    await healed(exchange_pair)


async def replace(side: Side, message_id: UUID) -> UUID:
    """Give a message up for another of its chain under the next number, as a person would."""
    async with side.acting() as acting:
        statement = select(OutboundMessage).filter_by(organisation_id=side.party, id=message_id)
        message = (await acting.session.execute(statement)).scalar_one()
        successor = await send_again_under_next_number(acting.session, message)
    await side.change("UPDATE outbound_messages SET state = 'replaced' WHERE id = :id", id=message_id)
    return successor


@either
async def test_what_was_given_up_but_is_held_is_delivered_and_its_chain_void(
    exchange_pair: Pair, finder: str
) -> None:
    side, direction = parts(exchange_pair, finder)
    a, b = exchange_pair.a, exchange_pair.b
    subject = str(uuid4())
    given_up = await a.send(subject)
    await lose_answers(a)
    successor = await replace(a, given_up)
    assert found(await compare(side)) == [("given_up_but_held", direction, given_up)]
    if finder == "receiver":
        # The sender was asked, and compares by itself: it believes only what is signed.
        plans = await a.rows("SELECT reason FROM reconciliation_plans WHERE due_at <= now()")
        assert [plan.reason for plan in plans] == ["counterpart"]
        assert found(await compare(a)) == [("given_up_but_held", "sent", given_up)]
    assert (await a.state_of(given_up), await a.state_of(successor)) == ("delivered", "void")
    # The void one's number is filled, so that the receiver need not wait for it.
    await healed(exchange_pair)
    rows = await b.rows(
        "SELECT number, type FROM inbound_messages WHERE subject = :s ORDER BY number", s=subject
    )
    assert [(row.number, row.type) for row in rows] == [(1, "test.note.v1"), (2, "exchange.discarded.v1")]


@either
async def test_what_its_sender_does_not_know_is_told_to_both_and_stops_the_sending(
    exchange_pair: Pair, finder: str
) -> None:
    side, direction = parts(exchange_pair, finder)
    a = exchange_pair.a
    kept, forgotten = await delivered(a, 2)
    await a.change("DELETE FROM delivery_attempts WHERE message_id = :id", id=forgotten)
    await a.change("DELETE FROM outbound_messages WHERE id = :id", id=forgotten)
    assert found(await compare(side)) == [("unknown_to_sender", direction, forgotten)]
    assert "held_unknown" in await alerts(side)
    # The sender takes itself to be restored from an older copy, whoever found it.
    assert "restore_suspected" in await alerts(a)
    [link] = await a.rows("SELECT sending_held_at FROM exchange_links")
    assert link.sending_held_at is not None
    assert await a.state_of(kept) == "delivered"


@either
async def test_other_bytes_on_the_two_sides_are_told_and_not_healed(exchange_pair: Pair, finder: str) -> None:
    side, direction = parts(exchange_pair, finder)
    a, b = exchange_pair.a, exchange_pair.b
    [message_id] = await delivered(a)
    await b.change("UPDATE inbound_messages SET hash = :hash", hash="0" * 64)
    assert found(await compare(side)) == [("hashes_differ", direction, message_id)]
    assert await alerts(side) == ["hashes_differ"]
    await a.drain()
    assert await a.state_of(message_id) == "delivered"
    # The other side counts by itself.
    other = b if side is a else a
    await compare(other)
    assert await alerts(other) == ["hashes_differ"]


async def test_a_day_that_differed_is_compared_until_it_is_equal(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    assert (await compare(a)).first_day is None  # the first time: everything
    [message_id] = await delivered(a)
    for side, table in ((a, "outbound_messages"), (b, "inbound_messages")):
        await side.change(f"UPDATE {table} SET written_on = written_on - 100")  # noqa: S608
    await b.change("UPDATE inbound_messages SET hash = :hash", hash="0" * 64)
    first = await compare(a)
    assert first.first_day is not None
    assert first.equal  # older than thirty days
    assert found(await compare(a, all_days=True)) == [("hashes_differ", "sent", message_id)]
    again = await compare(a)
    assert found(again) == [("hashes_differ", "sent", message_id)]
    assert again.first_day == first.first_day - timedelta(days=70)
    await b.change("UPDATE inbound_messages SET hash = :hash", hash=await hash_of(a, message_id))
    assert (await compare(a)).equal
    assert await alerts(a) == []


async def hash_of(side: Side, message_id: UUID) -> Any:
    [row] = await side.rows("SELECT hash FROM outbound_messages WHERE id = :id", id=message_id)
    return row.hash


async def test_more_held_than_was_ever_written_makes_us_suspect_ourselves(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a = exchange_pair.a
    await delivered(a, 2)
    await a.change("DELETE FROM delivery_attempts")
    await a.change("DELETE FROM outbound_messages")
    await compare(a)
    [restore] = await a.rows("SELECT reason FROM exchange_restores")
    assert restore.reason == "received_count"


async def test_what_waits_for_a_lease_that_ended_is_named(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a = exchange_pair.a
    message_id = await a.send(str(uuid4()))
    await lose_answers(a)
    await a.change(
        "UPDATE outbound_messages SET state = :state, lease_token = gen_random_uuid(), "
        "leased_until = now() - interval '1 minute'",
        state=OutboundState.LEASED.value,
    )
    assert found(await compare(a)) == [("receipt_missing", "sent", message_id)]
    await healed(exchange_pair)


async def test_a_receipt_under_a_new_epoch_has_everything_compared(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await delivered(a)
    assert await a.rows("SELECT 1 FROM reconciliation_plans WHERE all_days") == []
    await b.change("UPDATE service_state SET epoch = date_trunc('second', now()) + interval '1 hour'")
    await delivered(a)
    [plan] = await a.rows("SELECT reason, all_days, due_at <= now() AS due FROM reconciliation_plans")
    assert (plan.reason, plan.all_days, plan.due) == ("epoch", True, True)


async def test_another_link_of_the_same_organisation_is_left_alone(exchange_pair: Pair) -> None:
    """What one counterpart asks for never touches what was sent to another."""
    a, b = exchange_pair.a, exchange_pair.b
    [message_id] = await delivered(b)
    other = uuid4()
    await b.change(
        "INSERT INTO exchange_links (organisation_id, id, counterpart_party, counterpart_name, counterpart_url, schemes) "
        "SELECT organisation_id, :o, gen_random_uuid(), 'x', 'https://x.example', '{v1a}' FROM exchange_links",
        o=other,
    )
    await b.change("UPDATE outbound_messages SET link_id = :o", o=other)
    await a.change("DELETE FROM inbound_messages")
    assert (await compare(a)).equal
    async with b.acting() as acting:
        keys = await load_link(acting.session, b.party, b.link, b.settings.key_bytes())
        answer = await redeliver(acting.session, keys, [message_id], held=False, by="test")
    assert (answer.queued, answer.unknown) == ([], [message_id])
    assert await b.state_of(message_id) == "delivered"
