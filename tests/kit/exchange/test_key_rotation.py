"""A party changes its signing key while traffic flows: nothing is refused, nothing lost, and no thief can do it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.administration import (
    AdministrationRefused,
    Peer,
    owner_session,
    register_organisation,
    register_peer,
)
from service_kit.exchange.key_administration import rotate_own_key, withdraw_public_key
from service_kit.exchange.key_rotation import NewSigningKey, retire_keys
from service_kit.exchange.links import load_link
from shared_schemas.exchange.key_statements import write_key_statement
from shared_schemas.exchange.keys import new_signing_key, public_key_hash, read_public_key, write_public_key
from shared_schemas.exchange.receipts import open_receipt
from shared_schemas.messages.exchange import KEY
from tests.kit.exchange.sides import Pair, Side, respond
from tests.kit.exchange.test_operating import ask


async def rotate(side: Side) -> NewSigningKey:
    async with owner_session(side.settings) as session:
        return await rotate_own_key(session, side.settings, side.name)


async def signing_with(side: Side) -> list[str]:
    async with side.acting() as acting:
        keys = await load_link(acting.session, side.party, side.link, side.settings.key_bytes())
    return [write_public_key(key.public_key()) for key in keys.signing_keys]


async def pinned_by(side: Side, other: Side) -> list[str]:
    async with side.acting() as acting:
        keys = await load_link(acting.session, side.party, side.link, side.settings.key_bytes())
    return [write_public_key(key) for key in keys.counterpart_keys]


async def move_time(side: Side, hours: int) -> None:
    """Let hours pass for what the change of keys looks at."""
    passed = {"hours": hours}
    await side.change(
        "UPDATE outbound_messages SET delivered_at = delivered_at - make_interval(hours => :hours)", **passed
    )
    await side.change(
        "UPDATE exchange_keys SET valid_from = valid_from - make_interval(hours => :hours),"
        " valid_until = valid_until - make_interval(hours => :hours)", **passed
    )  # fmt: skip


async def alerts(side: Side) -> list[str]:
    return [row.kind for row in await side.rows("SELECT kind FROM exchange_alerts WHERE cleared_at IS NULL")]


async def test_both_keys_sign_until_the_change_has_arrived_and_a_day_longer(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    first = a.public_key
    new = await rotate(a)
    assert await signing_with(a) == [new.public_key, first]
    assert await pinned_by(b, a) == [first]
    await a.drain()
    assert await pinned_by(b, a) == [new.public_key, first]
    [old] = await b.rows(
        "SELECT valid_until - now() AS left FROM exchange_keys WHERE valid_until IS NOT NULL"
    )
    assert 23 * 3600 < old.left.total_seconds() <= 24 * 3600
    assert await signing_with(a) == [new.public_key, first]
    await move_time(a, 25)
    await move_time(b, 25)
    assert await signing_with(a) == [new.public_key]
    assert await pinned_by(b, a) == [new.public_key]
    message = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(message) == "delivered"
    assert a.wire.signatures[-1].count("v1a,") == 1


async def test_a_key_no_link_needs_is_ended_and_its_seed_destroyed(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await rotate(a)
    await move_time(a, 25)
    async with a.worker.transaction() as session:
        assert await retire_keys(session) == 0  # its change has not arrived
    await a.drain()
    await move_time(a, 25)
    async with a.worker.transaction() as session:
        assert await retire_keys(session) == 1
        assert await retire_keys(session) == 0
    old, new = await a.rows(
        "SELECT * FROM exchange_keys WHERE party = :party AND kind = 'signing' ORDER BY valid_from",
        party=a.party,
    )
    assert (old.wrapped_seed, old.valid_until is None) == (None, False)
    assert (new.wrapped_seed is None, new.valid_until) == (False, None)


async def test_two_changes_with_a_lost_answer_each_are_taken_one_after_the_other(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b

    async def lose(request: httpx.Request) -> httpx.Response:
        await a.wire.deliver(request)
        raise httpx.ReadError("cut")

    a.wire.instead = lose
    await rotate(a)
    second = await rotate(a)
    assert len(await signing_with(a)) == 3
    for _ in range(2):
        await a.drain()
        await a.make_due()
    a.wire.instead = None
    await a.drain()
    assert (await pinned_by(b, a))[0] == second.public_key
    assert await alerts(b) == []
    states = await a.rows("SELECT state FROM outbound_messages")
    assert [row.state for row in states] == ["delivered", "delivered"]


async def test_a_dead_letter_goes_under_the_key_of_today(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead = await a.send(str(uuid4()), message_type="test.unknown.v1")
    await a.drain()
    assert await a.state_of(dead) == "dead"
    for _ in range(2):
        await rotate(a)
        await a.drain()
        await move_time(a, 25)
        await move_time(b, 25)
    b.app.state.receiving.message_types["test.unknown.v1"] = b.app.state.receiving.message_types[
        "test.note.v1"
    ]
    answer = await ask(a, "POST", f"/dead-letters/{dead}/redrive", **{"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 200, answer.text
    await a.drain()
    assert await a.state_of(dead) == "delivered"
    assert a.wire.bodies[0] == a.wire.bodies[-1]


async def test_nothing_is_refused_while_both_sides_change_their_keys_twice_under_load(
    exchange_pair: Pair,
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    refused: list[int] = []
    lost = iter(range(10_000))

    def watched(side: Side) -> Any:
        async def carry(request: httpx.Request) -> httpx.Response:
            answer = await side.wire.deliver(request)
            if answer.status_code >= 300:
                refused.append(answer.status_code)
            if next(lost) % 7 == 3:
                raise httpx.ReadError("cut")  # the answer is lost, what was done stays
            return answer

        return carry

    a.wire.instead, b.wire.instead = watched(a), watched(b)
    stop = asyncio.Event()
    running = [asyncio.create_task(side.dispatcher().run(stop)) for side in (a, a, b, b)]
    sent: dict[str, list[UUID]] = {a.name: [], b.name: []}
    subjects = [str(uuid4()) for _ in range(4)]

    async def traffic(side: Side) -> None:
        for number in range(40):
            sent[side.name].append(await side.send(subjects[number % 4], f"{side.name} {number}"))
            await asyncio.sleep(0.01)

    async def changes() -> None:
        for side in (a, b, a, b):
            await asyncio.sleep(0.1)
            await rotate(side)

    await asyncio.gather(traffic(a), traffic(b), changes())
    async with asyncio.timeout(60):
        while await a.rows("SELECT 1 FROM outbound_messages WHERE state <> 'delivered'") or await b.rows(
            "SELECT 1 FROM outbound_messages WHERE state <> 'delivered'"
        ):
            await a.make_due()
            await b.make_due()
            await asyncio.sleep(0.1)
    stop.set()
    await asyncio.gather(*running)
    assert refused == []
    assert len(await a.rows("SELECT 1 FROM exchange_keys WHERE party = :party", party=b.party)) == 3
    assert (await pinned_by(a, b))[0] == (await signing_with(b))[0]
    assert (await pinned_by(b, a))[0] == (await signing_with(a))[0]
    assert sorted(b.words) == sorted(f"a {number}" for number in range(40))
    assert sorted(a.words) == sorted(f"b {number}" for number in range(40))
    faults = await a.rows("SELECT outcome FROM delivery_attempts WHERE outcome = 'destination_fault'")
    assert faults == []


async def test_a_receipt_made_while_keys_change_verifies_under_either_key(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    new = await rotate(b)
    message = await a.send(str(uuid4()))
    await a.drain()  # `a` knows the old key alone
    assert await a.state_of(message) == "delivered"
    [row] = await a.rows("SELECT receipt FROM outbound_messages")
    for key in (new.public_key, b.public_key):
        open_receipt(row.receipt, link=a.link, receiver=b.party, public_keys=[read_public_key(key)])


async def forge(pair: Pair, statement: str, key: Any) -> httpx.Response:
    """Send a change of `a`'s key, signed by whoever holds this key."""
    message_id, body = pair.message(
        message_type=KEY, subject="link", data={"statement": statement}, streamsequence=1
    )
    forging = Pair(pair.a, pair.b, key)
    return await forging.hand_over(message_id, body)


async def test_a_stolen_key_cannot_be_changed_by_its_thief(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    theirs = new_signing_key()
    after = public_key_hash(new_signing_key().public_key())
    statement = write_key_statement(a.party, after, old=exchange_pair.a_key, new=theirs)
    assert (await forge(exchange_pair, statement, exchange_pair.a_key)).status_code == 201
    assert await pinned_by(b, a) == [a.public_key]
    assert await alerts(b) == ["key_change_refused"]
    [row] = await b.rows("SELECT state FROM inbound_messages")
    assert row.state == "applied"  # kept, and what comes after it is not held up


async def test_the_new_key_alone_changes_nothing(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    new, stranger = new_signing_key(), new_signing_key()
    await b.change(
        "UPDATE exchange_keys SET successor_hash = :hash WHERE party = :party",
        hash=public_key_hash(new.public_key()), party=a.party,
    )  # fmt: skip
    after = public_key_hash(stranger.public_key())
    forged = write_key_statement(a.party, after, old=stranger, new=new)
    assert (await forge(exchange_pair, forged, exchange_pair.a_key)).status_code == 201
    assert await pinned_by(b, a) == [a.public_key]
    assert await alerts(b) == ["key_change_refused"]


async def test_without_a_pinned_successor_people_must_pin_the_new_key(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await b.change("UPDATE exchange_keys SET successor_hash = NULL WHERE party = :party", party=a.party)
    new = await rotate(a)
    await a.drain()
    assert await alerts(b) == ["key_change_refused"]
    message = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(message) == "delivered"  # the old key still signs beside it
    peer = Peer(
        organisation_code=b.name, party=f"urn:uuid:{a.party}", code=a.name, name=a.name, link=b.link,
        address="https://a.example", public_key=new.public_key, successor=new.successor,
    )  # fmt: skip
    async with owner_session(b.settings) as session:
        await register_peer(session, b.settings, peer)
    assert await alerts(b) == []
    third = await rotate(a)
    await a.drain()
    assert third.public_key in await pinned_by(b, a)
    assert await alerts(b) == []


async def test_a_withdrawn_key_counts_at_once_and_the_only_one_stays(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    new = await rotate(a)
    await a.drain()
    async with owner_session(b.settings) as session:
        await withdraw_public_key(session, b.name, a.public_key)
    assert await pinned_by(b, a) == [new.public_key]
    async with owner_session(a.settings) as session:
        await withdraw_public_key(session, a.name, a.public_key)
    assert await signing_with(a) == [new.public_key]
    with pytest.raises(AdministrationRefused, match="no signing key"):
        async with owner_session(a.settings) as session:
            await withdraw_public_key(session, a.name, new.public_key)
    assert await signing_with(a) == [new.public_key]


async def test_only_so_many_changes_are_on_their_way_at_once(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def away(_request: httpx.Request) -> httpx.Response:
        return respond(503)

    a.wire.instead = away
    for _ in range(3):
        await rotate(a)
    with pytest.raises(AdministrationRefused, match="on their way"):
        await rotate(a)
    assert len(await signing_with(a)) == 4
    a.wire.instead = None
    await a.make_due()
    await a.drain()
    assert (await pinned_by(exchange_pair.b, a))[0] == (await signing_with(a))[0]


async def test_of_two_changes_at_once_one_is_made(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    results = await asyncio.gather(rotate(a), rotate(a), return_exceptions=True)
    made = [result for result in results if isinstance(result, NewSigningKey)]
    refused = [result for result in results if isinstance(result, AdministrationRefused)]
    # They may also have come one after the other; never are there two successors of one key.
    assert len(made) + len(refused) == 2
    rows = await a.rows("SELECT old_key_id FROM exchange_key_announcements")
    assert len({row.old_key_id for row in rows}) == len(made)


async def test_an_administrator_changes_the_key_by_the_api_and_nobody_else_does(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    key = str(uuid4())
    assert (await ask(a, "POST", "/keys", role="nobody", **{"Idempotency-Key": key})).status_code == 403
    answer = await ask(a, "POST", "/keys", **{"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    assert answer.json()["public_key"] == (await signing_with(a))[0]
    assert answer.json()["links"] == 1
    keys = (await ask(a, "GET", "/keys")).json()["items"]
    assert {key["public_key"] for key in keys} >= {a.public_key, answer.json()["public_key"]}
    async with owner_session(a.settings) as session:
        card = await register_organisation(session, a.settings, code=a.name, name=a.name)
    assert (card.public_key, card.successor) == (answer.json()["public_key"], answer.json()["successor"])
