"""One side, or both, goes back to an earlier copy, with messages both ways since: nothing held stays unknown."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from service_kit.exchange.reconciling.reconcile import reconcile_link
from service_kit.exchange.reconciling.worker import Reconciler
from service_kit.exchange.restoring import settling as settling_module
from service_kit.exchange.restoring.history import check_history
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.recovering import recover_stream
from service_kit.exchange.restoring.settling import Standing
from service_kit.exchange.restoring.suspecting import suspect
from tests.kit.exchange.restoring.copies import (
    Copy,
    confirm,
    copy_of,
    restorer,
    resume_all,
    settle,
    start_on,
    suspect_and_confirm,
)
from tests.kit.exchange.restoring.operators import operate
from tests.kit.exchange.sides import Pair, Side, close
from tests.support.databases import TestServer

LIVE = "SELECT id, subject, number, chain_id, hash, state, body FROM outbound_messages WHERE state NOT IN ('replaced', 'void')"
HELD = "SELECT id, subject, number, chain_id, hash, state FROM inbound_messages"


@pytest.fixture
async def opened() -> AsyncIterator[list[Side]]:
    """Sides that a test started itself."""
    sides: list[Side] = []
    yield sides
    for side in sides:
        await close(side)


async def drain(*sides: Side) -> None:
    for _ in range(3):
        for side in sides:
            await side.make_due()
            await side.drain()
            await side.applier().apply_due()


async def compare(side: Side) -> None:
    reconciler = Reconciler(side.worker, side.settings, side.client)
    await reconciler.compare_due()
    await side.change("UPDATE reconciliation_plans SET due_at = now()")
    await reconciler.compare_due()


async def check_whole(sender: Side, receiver: Side) -> None:
    """Invariants 5 to 7: each chain is held once, nothing held is unknown, all of 1…k has taken effect."""
    live = {row.id: row for row in await sender.rows(LIVE)}
    held = {row.id: row for row in await receiver.rows(HELD)}
    assert held.keys() == live.keys()
    for message_id, row in held.items():
        assert live[message_id].state == "delivered"
        assert (row.hash, row.number, row.chain_id) == (
            live[message_id].hash,
            live[message_id].number,
            live[message_id].chain_id,
        )
    chains = [row.chain_id for row in held.values()]
    assert len(set(chains)) == len(chains)
    for subject in {row.subject for row in held.values()}:
        numbers = sorted(row.number for row in held.values() if row.subject == subject)
        assert numbers == list(range(1, len(numbers) + 1))
    assert {row.state for row in held.values()} <= {"applied"}
    [counter] = await sender.rows(
        "SELECT coalesce(bool_and(last_number = (SELECT max(number) FROM outbound_messages m"
        " WHERE m.stream_id = s.id AND m.state NOT IN ('replaced', 'void'))), true) AS right FROM outbound_streams s"
    )
    assert counter.right


async def findings(side: Side) -> dict[str, set[UUID | None]]:
    named: dict[str, set[UUID | None]] = {}
    for row in await side.rows("SELECT kind, message_id FROM exchange_restore_findings"):
        named.setdefault(row.kind, set()).add(row.message_id)
    return named


async def epoch_of(side: Side) -> Any:
    [row] = await side.rows("SELECT epoch FROM service_state")
    return row.epoch


async def test_a_restored_sender_knows_again_what_it_had_sent(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    old, new = str(uuid4()), str(uuid4())
    await a.send(old, "one")
    await a.drain()
    copy = await copy_of(server, a)
    lost = {await a.send(old, "two"), await a.send(old, "three"), await a.send(new, "begun since")}
    await drain(a)
    bodies = {row.id: row.body for row in await a.rows(LIVE)}
    before = await epoch_of(a)

    restored = start_on(copy, a, b)
    opened.append(restored)
    assert (await operate(restored, "POST", "/restore", {"reason": "recovered"})).status_code == 201
    mine = {await restored.send(old, "written since"), await restored.send(str(uuid4()), "elsewhere")}
    assert await settle(restored) is Standing.WAITS_FOR_PERSON
    [restore] = await restored.rows("SELECT id, difference, epoch FROM exchange_restores")
    assert restore.difference == {"recovered": 3}
    assert restore.epoch == await epoch_of(restored)
    assert restore.epoch > before
    # It sends nothing and has entered nothing: a stolen key would look the same.
    await drain(restored)
    assert {row.state for row in await restored.rows(LIVE) if row.id in mine} == {"pending"}
    assert await findings(restored) == {}

    await confirm(restored, restore.id)
    assert await settle(restored) is Standing.SETTLED
    assert (await findings(restored))["recovered"] == lost
    replaced = (await findings(restored))["replaced"]
    assert len(replaced) == 1
    assert replaced < mine
    # What was recovered waits for a person; what is elsewhere goes on.
    await drain(restored)
    assert sorted(b.words) == ["begun since", "elsewhere", "one", "three", "two"]
    assert await resume_all(restored) == 2
    await drain(restored)
    assert b.words[-1] == "written since"
    await check_whole(restored, b)

    # The content comes back only when a person of the other side opens it.
    assert await restorer(restored).fetch_returns() == 0
    opening = {"hours": 1, "reason": "They restored."}
    assert (await operate(b, "POST", f"/links/{b.link}/returns/opening", opening)).status_code == 201
    assert await restorer(restored).fetch_returns() == 3
    after = {row.id: row.body for row in await restored.rows(LIVE)}
    assert all(after[message_id] == bodies[message_id] for message_id in lost)
    recovered = await restored.rows(
        "SELECT recovered_by FROM outbound_messages WHERE recovered_at IS NOT NULL"
    )
    assert all(row.recovered_by.startswith("exchange-summary/v1\n") for row in recovered)
    assert (
        await restored.rows(
            "SELECT 1 FROM exchange_alerts WHERE kind = 'restore_suspected' AND cleared_at IS NULL"
        )
        == []
    )


async def test_a_restored_receiver_gets_again_what_it_had_signed_for(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await b.send(subject, "one")
    await b.drain()
    copy = await copy_of(server, a)
    lost = {await b.send(subject, "two"), await b.send(subject, "three")}
    await b.drain()

    restored = start_on(copy, a, b)
    opened.append(restored)
    await restored.change("UPDATE service_state SET system_identifier = '1', timeline = 1")
    assert await check_history(restored.worker) == "system_identifier"
    # Nothing of ours is unknown there: no person is waited for.
    assert await settle(restored) is Standing.SETTLED
    assert await findings(restored) == {"to_come_again": lost}
    await drain(b)
    assert restored.words == ["two", "three"]
    await check_whole(b, restored)
    assert "exchange.new_epoch" in await b.actions()


async def test_both_sides_restored_end_equal(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await a.send(subject, "a1")
    await b.send(subject, "b1")
    await drain(a, b)
    copy_a = await copy_of(server, a)
    await a.send(subject, "a2")
    await b.send(subject, "b2")
    await drain(a, b)
    copy_b = await copy_of(server, b)
    await a.send(subject, "a3, lost by both")
    await b.send(subject, "b3, lost by both")
    await drain(a, b)

    new_a = start_on(copy_a, a, b)
    new_b = start_on(copy_b, b, new_a)
    new_a.wire.app = new_b.app
    opened += [new_a, new_b]
    for side in (new_a, new_b):
        await suspect_and_confirm(side)
    for side in (new_a, new_b, new_a, new_b):
        await settle(side)
        await drain(new_a, new_b)
    assert await resume_all(new_a) == 1
    await new_a.send(subject, "a3 anew")
    await new_b.send(subject, "b3 anew")
    await drain(new_a, new_b)
    await check_whole(new_a, new_b)
    await check_whole(new_b, new_a)
    assert await new_a.rows("SELECT 1 FROM exchange_restores WHERE settled_at IS NULL") == []
    assert new_a.words == ["b2", "b3 anew"]
    assert new_b.words == ["a3 anew"]


async def test_a_surviving_copy_that_goes_on_sending_is_caught_on_both(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await a.send(subject, "one")
    await a.drain()
    restored = start_on(await copy_of(server, a), a, b)
    opened.append(restored)
    # Nobody has noticed anything: both send.
    await a.send(subject, "two of the survivor")
    await a.drain()
    mine = await restored.send(subject, "two of the restored")
    await restored.drain()
    [caught] = await restored.rows("SELECT id, reason FROM exchange_restores")
    assert caught.reason == "held_unknown"
    assert await restored.state_of(mine) == "pending"
    await confirm(restored, caught.id)
    assert await settle(restored) is Standing.SETTLED
    await resume_all(restored)
    await drain(restored)
    assert b.words == ["one", "two of the survivor", "two of the restored"]
    await check_whole(restored, b)
    # Now the other holds what the survivor does not know, so that it is caught with its next message.
    await a.send(subject, "three of the survivor")
    await a.drain()
    [held] = await a.rows("SELECT reason FROM exchange_restores WHERE settled_at IS NULL")
    assert held.reason == "held_unknown"
    assert len(b.words) == 3


async def test_a_promotion_that_lost_nothing_goes_on_by_itself(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await a.send(str(uuid4()), "before")
    await b.send(str(uuid4()), "theirs")
    await drain(a, b)
    await check_history(a.worker)
    before = await epoch_of(a)
    await a.change("UPDATE service_state SET timeline = timeline - 1")
    assert await check_history(a.worker) == "timeline"
    waiting = await a.send(str(uuid4()), "after")
    await a.drain()
    assert await a.state_of(waiting) == "pending"
    assert await restorer(a).settle_due() == 1
    await a.drain()
    assert await a.state_of(waiting) == "delivered"
    assert await epoch_of(a) == before
    [restore] = await a.rows("SELECT settled_at, difference, confirmed_at FROM exchange_restores")
    assert restore.settled_at is not None
    assert (restore.difference, restore.confirmed_at) == ({}, None)
    assert await restorer(a).settle_due() == 0


async def test_a_counterpart_that_does_not_answer_keeps_its_link_held(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await operate(a, "POST", "/restore", {"reason": "recovered"})

    async def silent(request: Any) -> Any:
        raise ConnectionError

    a.wire.instead = silent
    assert await settle(a) is Standing.UNANSWERED
    [shown] = (await operate(a, "GET", "/restore")).json()["items"]
    assert shown["problem"] == "connection_broken"
    assert shown["settled_at"] is None
    a.wire.instead = None
    assert await settle(a) is Standing.SETTLED


async def test_what_neither_side_has_any_more_has_its_number_filled(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await a.send(subject, "one")
    await a.drain()
    copy_a, copy_b = await copy_of(server, a), await copy_of(server, b)
    lost = await a.send(subject, "two")
    await a.drain()
    new_a = start_on(copy_a, a, b)
    opened.append(new_a)
    await suspect_and_confirm(new_a)
    assert await settle(new_a) is Standing.SETTLED
    # Before its content came back, the other side goes back as well: the message is nowhere now.
    new_b = start_on(copy_b, b, new_a)
    new_a.wire.app = new_b.app
    opened.append(new_b)
    await operate(new_b, "POST", "/restore", {"reason": "recovered"})
    assert await settle(new_b) is Standing.SETTLED
    assert await findings(new_b) == {"to_come_again": {lost}}
    await new_a.send(subject, "three")
    await resume_all(new_a)
    await drain(new_a, new_b)
    assert new_b.words == ["three"]
    [filling] = await new_b.rows("SELECT chain_id FROM inbound_messages WHERE type = 'exchange.discarded.v1'")
    assert filling.chain_id == lost
    await check_whole(new_a, new_b)


async def test_a_number_that_was_lost_on_its_way_is_filled(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    copy = await copy_of(server, a)
    missing = await a.send(subject, "never arrived")
    await a.send(subject, "arrived")
    # As after a delivery out of turn: the second is held, waiting for the first.
    await a.change("UPDATE outbound_messages SET state = 'void' WHERE id = :id", id=missing)
    await a.drain()
    restored = start_on(copy, a, b)
    opened.append(restored)
    await suspect_and_confirm(restored)
    assert await settle(restored) is Standing.SETTLED
    assert (await findings(restored))["filled"] == {None}
    await resume_all(restored)
    await drain(restored, b)
    assert b.words == ["arrived"]
    await check_whole(restored, b)


async def test_it_goes_on_where_it_was_killed(
    exchange_pair: Pair, server: TestServer, opened: list[Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    copy = await copy_of(server, a)
    for number in range(3):
        await a.send(str(uuid4()), f"words {number}")
    await a.drain()
    restored = start_on(copy, a, b)
    opened.append(restored)
    await suspect_and_confirm(restored)
    real, calls = recover_stream, 0

    async def killed(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await real(*arguments)
        if calls == 2:
            raise KeyboardInterrupt  # the second stream's transaction is lost with it
        return done

    monkeypatch.setattr(settling_module, "recover_stream", killed)
    with pytest.raises(KeyboardInterrupt):
        await settle(restored)
    assert len(await restored.rows("SELECT 1 FROM outbound_messages")) == 1
    waiting = await restored.send(str(uuid4()))
    await restored.drain()
    assert await restored.state_of(waiting) == "pending"
    monkeypatch.setattr(settling_module, "recover_stream", real)
    assert await settle(restored) is Standing.SETTLED
    assert len((await findings(restored))["recovered"]) == 3
    assert len(await restored.rows("SELECT 1 FROM exchange_restore_findings")) == 3
    assert len([action for action in await restored.actions() if action == "exchange.epoch_begun"]) == 1
    await resume_all(restored)
    await drain(restored)
    await check_whole(restored, b)


async def test_two_workers_at_once_settle_it_once(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    copy = await copy_of(server, a)
    for number in range(3):
        await a.send(subject, f"words {number}")
    await a.drain()
    restored = start_on(copy, a, b)
    opened.append(restored)
    await suspect_and_confirm(restored)
    await restored.send(subject, "mine")
    await asyncio.gather(settle(restored), settle(restored))
    await settle(restored)
    assert len(await restored.rows("SELECT 1 FROM exchange_restore_findings")) == 4
    assert await restored.rows("SELECT 1 FROM exchange_restores WHERE settled_at IS NULL") == []
    await resume_all(restored)
    await drain(restored)
    await check_whole(restored, b)


async def test_what_a_counterpart_says_begins_an_epoch_once_a_day_without_a_person(
    exchange_pair: Pair, server: TestServer, opened: list[Side]
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    copy = await copy_of(server, a)
    await a.send(subject, "lost")
    await a.drain()
    restored = start_on(copy, a, b)
    opened.append(restored)
    await restored.send(subject, "mine")
    await restored.drain()
    [caught] = await restored.rows("SELECT id, reason FROM exchange_restores")
    assert caught.reason == "held_unknown"
    before = await epoch_of(restored)
    assert await settle(restored) is Standing.WAITS_FOR_PERSON
    assert await epoch_of(restored) == before
    await restored.change("UPDATE service_state SET epoch = now() - interval '25 hours'")
    assert await settle(restored) is Standing.WAITS_FOR_PERSON
    assert await epoch_of(restored) > before


async def test_what_is_missing_of_the_audit_tree_begins_an_epoch(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    async with a.worker.transaction(a.party) as session:
        await suspect(session, a.party, a.link, SuspicionReason.COSIGNED_SIZE, {"size": 9})
    assert await settle(a) is Standing.WAITS_FOR_PERSON
    [shown] = (await operate(a, "GET", "/restore?open=true")).json()["items"]
    assert shown["problem"] == "differs_again_today"
    await a.change("UPDATE service_state SET epoch = date_trunc('second', now() - interval '25 hours')")
    before = await epoch_of(a)
    assert await settle(a) is Standing.SETTLED
    assert await epoch_of(a) > before


async def test_a_counterpart_that_cannot_be_asked_hands_over_its_word(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await a.send(str(uuid4()))
    await drain(a, b)
    await a.change("UPDATE exchange_links SET delivery_mode = 'collect'")
    await operate(a, "POST", "/restore", {"reason": "Promoted the standby."})
    assert await settle(a) is Standing.WAITS_FOR_PERSON
    await reconcile_link(b.worker, b.settings, b.client, b.party, b.link)
    assert await settle(a) is Standing.SETTLED


async def live_a_while(
    server: TestServer, sides: dict[str, Side], subjects: list[str], chance: random.Random
) -> dict[str, Copy]:
    """Send both ways, not always to the end, with copies made in between; give the latest of each side."""
    copies: dict[str, Copy] = {}
    for turn in range(3):
        if turn:
            for name in chance.sample(["a", "b"], chance.choice([1, 2])):
                copies[name] = await copy_of(server, sides[name])
        for _ in range(chance.randint(2, 4)):
            side = sides[chance.choice(["a", "b"])]
            await side.send(chance.choice(subjects), f"{side.name} {turn}")
            if chance.random() < 0.7:
                await side.drain()
    return copies


@pytest.mark.parametrize("seed", range(3))
async def test_whichever_side_goes_back_and_whenever_nothing_held_stays_unknown(
    exchange_pair: Pair, server: TestServer, opened: list[Side], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a test that can be played again
    sides = {"a": exchange_pair.a, "b": exchange_pair.b}
    subjects = [str(uuid4()), str(uuid4())]
    copies = await live_a_while(server, sides, subjects, chance)
    for name in chance.sample(sorted(copies), chance.randint(1, len(copies))):
        other = "b" if name == "a" else "a"
        sides[name] = start_on(copies[name], sides[name], sides[other])
        opened.append(sides[name])
        await sides[name].send(subjects[0], "written since")
        await suspect_and_confirm(sides[name])
    a, b = sides["a"], sides["b"]
    a.wire.app, b.wire.app = b.app, a.app
    for _ in range(3):
        for side in (a, b):
            await settle(side)
        await drain(a, b)
        for side in (a, b):
            await resume_all(side)
            await compare(side)
        await drain(a, b)
    for side in (a, b):
        assert await side.rows("SELECT 1 FROM exchange_restores WHERE settled_at IS NULL") == []
    await check_whole(a, b)
    await check_whole(b, a)
