"""Recording what came of requests: together, under the lease's token, and through trouble."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from service_kit.exchange import recording
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.delivery import attempt_delivery
from service_kit.exchange.lanes import WINDOW_MAX, Lane, Waiting
from service_kit.exchange.leases import IN_FLIGHT_A_LINK, Claimed, claim_due
from service_kit.exchange.links import LinkKeys, load_link
from service_kit.exchange.results import Attempt, Finished, record_results
from service_kit.ids import new_id
from tests.kit.exchange.sides import Pair, Side


async def claim(side: Side) -> tuple[LinkKeys, list[Claimed]]:
    async with side.worker.transaction() as session:
        claimed = await claim_due(session, worker=new_id(), room=100, lease_seconds=60)
        keys = await load_link(session, side.party, side.link, side.settings.key_bytes())
    return keys, claimed


async def whole(side: Side) -> list[Any]:
    messages = await side.rows("SELECT * FROM outbound_messages ORDER BY id")
    links = await side.rows("SELECT * FROM exchange_links")
    attempts = await side.rows("SELECT * FROM delivery_attempts")
    return [messages, links, attempts, await side.actions(), await side.rows("SELECT * FROM exchange_alerts")]


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_late_result_under_an_old_token_changes_nothing(
    exchange_pair: Pair, *, delivered: bool
) -> None:
    a = exchange_pair.a
    for _ in range(2):
        await a.send(str(uuid4()))
    keys, claimed = await claim(a)
    attempts = []
    for message in claimed:
        attempt = await attempt_delivery(a.client, message, keys)
        if not delivered:
            attempt = Attempt(attempt.started_at, 1, Verdict(Outcome.DESTINATION_FAULT), "x", http_status=404)
        attempts.append((message, attempt))
    await a.change("UPDATE outbound_messages SET leased_until = now() - interval '1 second'")
    _, anew = await claim(a)
    assert {message.id for message in anew} == {message.id for message in claimed}
    before = await whole(a)
    async with a.worker.transaction(a.party) as session:
        assert await record_results(session, [Finished(keys, attempts)]) == set()
    assert await whole(a) == before
    # Of two results of one message, only that under the token of the day counts.
    both = [*attempts, (anew[0], next(attempt for message, attempt in attempts if message.id == anew[0].id))]
    async with a.worker.transaction(a.party) as session:
        assert await record_results(session, [Finished(keys, both)]) == {anew[0].lease_token}
    assert len(await a.rows("SELECT 1 FROM delivery_attempts")) == 1


async def test_trouble_of_the_database_loses_no_result(
    exchange_pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = exchange_pair.a
    real, failures = record_results, 2

    async def fail_twice(session: Any, finished: Sequence[Finished]) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OperationalError("x", {}, Exception("away"))
        return await real(session, finished)

    monkeypatch.setattr(recording, "record_results", fail_twice)
    monkeypatch.setattr(recording, "PAUSE_AFTER_ERROR_SECONDS", 0.01)
    message_id = await a.send(str(uuid4()))
    await a.dispatcher().drain_once()
    assert await a.state_of(message_id) == "delivered"
    assert len(a.wire.bodies) == 1


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(
    exchange_pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = exchange_pair.a
    real = record_results
    poison = await a.send(str(uuid4()))
    for _ in range(6):
        await a.send(str(uuid4()))

    async def fail_with_one(session: Any, finished: Sequence[Finished]) -> Any:
        if any(claimed.id == poison for one in finished for claimed, _ in one.attempts):
            raise RuntimeError("a defect")
        return await real(session, finished)

    monkeypatch.setattr(recording, "record_results", fail_with_one)
    await a.dispatcher().drain_once()
    states = [row.state for row in await a.rows("SELECT state FROM outbound_messages ORDER BY id")]
    # Its lease ends by itself.
    assert states == ["leased"] + ["delivered"] * 6


async def test_what_waited_here_past_its_lease_is_not_sent(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await a.send(str(uuid4()))
    keys, [message] = await claim(a)
    dispatcher = a.dispatcher()
    stopped = replace(message, claimed=time.monotonic() - a.settings.lease_seconds)
    lane = Lane(keys, requests=1, leased=1)
    dispatcher._lanes[a.party, a.link] = lane
    dispatcher._leased[message.lease_token] = stopped
    await dispatcher._send(lane, keys, [Waiting(stopped)])
    assert a.wire.bodies == []
    assert dispatcher._leased == {}
    [row] = await a.rows("SELECT lease_token, attempts FROM outbound_messages")
    assert (row.lease_token, row.attempts) == (message.lease_token, 0)


async def test_the_lease_of_a_link_is_shared_with_another_worker(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    for _ in range(40):
        await a.send(str(uuid4()))
    one, other = new_id(), new_id()

    async def claim_as(worker: Any, window: int) -> int:
        async with a.worker.transaction() as session:
            windows = {a.link: window}
            return len(await claim_due(session, worker=worker, room=100, lease_seconds=60, windows=windows))

    assert await claim_as(one, 3) == 3
    # The other gets what is left of eight; from then on neither gets more.
    assert await claim_as(other, 200) == 5
    assert await claim_as(one, 200) == 0
    await a.change("UPDATE outbound_messages SET state = 'pending' WHERE leased_by = :worker", worker=other)
    # Alone again, as many as its window says.
    assert await claim_as(one, 20) == 17
    assert await claim_as(other, 200) == 0


def test_the_window_grows_while_answers_are_quick_and_falls_at_once() -> None:
    lane = Lane(None)  # type: ignore[arg-type]
    for _ in range(500):
        lane.settle(answered_in_ms=20)
    assert lane.window == WINDOW_MAX
    lane.settle(answered_in_ms=None)
    assert lane.window == IN_FLIGHT_A_LINK
    lane.settle(answered_in_ms=20)
    lane.settle(answered_in_ms=5000)
    assert lane.window == IN_FLIGHT_A_LINK
