"""Two sides that hold the same find each other equal, also while messages cross."""

import asyncio
from uuid import uuid4

import httpx

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.signed_note import open_note
from tests.kit.exchange.reconciling.comparing import alerts, compare, delivered, unhurried
from tests.kit.exchange.sides import Pair


async def test_nothing_on_either_side_is_equal(exchange_pair: Pair) -> None:
    outcome = await compare(exchange_pair.a)
    assert (outcome.equal, outcome.days, outcome.findings) == (True, 0, ())


async def test_the_others_signed_word_is_kept_when_equal(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await delivered(a, 2)
    await delivered(b, 1)
    outcome = await compare(a)
    assert (outcome.equal, outcome.days) == (True, 2)
    [row] = await a.rows("SELECT * FROM reconciliations")
    assert (row.sent_equal, row.received_equal, row.finding_count, row.days) == (True, True, 0, 2)
    key = [read_public_key(b.public_key)]
    texts = [
        open_note(note, party_urn(b.party), key) for note in (*row.received_summaries, *row.sent_summaries)
    ]
    assert [text.split("\n")[4] for text in texts] == ["received", "sent"]
    assert [text.split("\n")[6].split(" ")[1] for text in texts] == ["2", "1"]
    assert (await a.actions())[-1] == "exchange.reconciled"


async def test_what_the_counterpart_says_of_itself_is_kept(exchange_pair: Pair) -> None:
    await compare(exchange_pair.a)
    [link] = await exchange_pair.a.rows("SELECT * FROM exchange_links")
    [state] = await exchange_pair.b.rows("SELECT epoch FROM service_state")
    assert link.counterpart_batch_max == 100
    assert "exchange.discarded.v1" in link.counterpart_types
    assert "test.note.v1" in link.counterpart_types
    assert link.counterpart_epoch == state.epoch.replace(microsecond=0)
    [told] = await exchange_pair.b.rows("SELECT counterpart_epoch FROM exchange_links")
    assert told.counterpart_epoch is not None


async def test_messages_under_way_are_no_difference(exchange_pair: Pair) -> None:
    """Both sides send all the while; whatever the moment, neither comparison finds anything."""
    pair = unhurried(exchange_pair)
    stop = asyncio.Event()

    async def traffic(side: object) -> None:
        dispatcher = side.dispatcher()  # type: ignore[attr-defined]
        while not stop.is_set():
            for _ in range(3):
                await side.send(str(uuid4()))  # type: ignore[attr-defined]
            await dispatcher.drain_once()

    tasks = [asyncio.create_task(traffic(side)) for side in (pair.a, pair.b)]
    try:
        outcomes = []
        for _ in range(6):
            outcomes += [await compare(pair.a), await compare(pair.b)]
    finally:
        stop.set()
        await asyncio.gather(*tasks)
    assert [outcome.findings for outcome in outcomes] == [()] * len(outcomes)
    assert all(outcome.equal for outcome in outcomes)
    assert outcomes[-1].days == 2
    assert await alerts(pair.a) == await alerts(pair.b) == []


async def test_a_lost_answer_is_on_its_way_until_its_lease_ends(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    held = asyncio.Event()
    go_on = asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        answer = await a.wire.deliver(request)
        if request.url.path.endswith("/messages"):
            held.set()
            await go_on.wait()
        return answer

    await a.send(str(uuid4()))
    a.wire.instead = slow
    sending = asyncio.create_task(a.drain())
    await held.wait()
    assert (await compare(a)).equal
    assert (await compare(exchange_pair.b)).equal
    go_on.set()
    await sending
    assert (await compare(a)).equal
