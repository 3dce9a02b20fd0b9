"""What a person must hear of: raised once, brought up to date, and over when it is over."""

import asyncio
from typing import Any
from uuid import uuid4

from service_kit.acting import Acting
from service_kit.exchange.alerting import Alerter
from service_kit.exchange.message_types import ReceivedMessage
from service_kit.exchange.standing import standing_of
from service_kit.exchange.status import messages_of
from tests.kit.exchange.people import person
from tests.kit.exchange.sides import NOTE, Pair, Side
from tests.kit.exchange.test_letters import dead_letter


async def alerts(side: Side, query: str = "") -> list[Any]:
    answer = await (await person(side, "operator", "Looks")).get(f"/alerts{query}")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def kinds(side: Side) -> list[str]:
    return sorted(alert["kind"] for alert in await alerts(side))


async def age(side: Side, minutes: int) -> None:
    await side.change(
        "UPDATE outbound_messages SET created_at = now() - make_interval(mins => :minutes)", minutes=minutes
    )


async def test_what_waits_for_a_quarter_of_an_hour_is_one_alert_of_its_link(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    alerter = Alerter(a.worker, ())
    for _ in range(3):
        await a.send(str(uuid4()))
    assert await alerter.look() == 0
    await age(a, 16)
    assert await alerter.look() == 1
    [alert] = await alerts(a)
    assert (alert["kind"], alert["severity"], alert["link_id"]) == ("undelivered", "warn", str(a.link))
    assert alert["detail"]["count"] == 3
    assert "fifteen minutes" in alert["meaning"]
    # Again: the same alert, with how many there are now.
    await a.send(str(uuid4()))
    await age(a, 17)
    assert await alerter.look() == 0
    [again] = await alerts(a)
    assert (again["id"], again["detail"]["count"]) == (alert["id"], 4)
    [link] = (await (await person(a, "operator")).get("/links")).json()["items"]
    assert link["open_alerts"] == 1
    assert link["oldest_undelivered_at"] is not None
    await a.drain()
    await alerter.look()
    assert await alerts(a) == []
    [over] = await alerts(a, "?state=all")
    assert over["cleared_at"] is not None


async def test_an_urgent_type_pages_after_an_hour_whatever_keeps_it(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    await age(a, 59)
    await Alerter(a.worker, {NOTE}).look()
    assert await kinds(a) == ["message_dead"]
    await age(a, 61)
    await Alerter(a.worker, {"test.other.v1"}).look()
    assert await kinds(a) == ["message_dead"]
    await Alerter(a.worker, {NOTE}).look()
    assert await kinds(a) == ["message_dead", "urgent_undelivered"]
    [alert] = await alerts(a, "?kind=urgent_undelivered")
    assert (alert["severity"], alert["detail"]["count"]) == ("page", 2)
    await (await person(a, "operator")).post(f"/dead-letters/{dead}/redrive")
    await a.drain()
    await Alerter(a.worker, {NOTE}).look()
    assert await kinds(a) == []


async def test_a_dead_one_is_found_also_where_nobody_told_and_two_workers_tell_once(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    await a.change("DELETE FROM exchange_alerts")
    await age(a, 61)
    workers = [Alerter(a.worker, {NOTE}) for _ in range(4)]
    await asyncio.gather(*(worker.look() for worker in workers))
    assert await kinds(a) == ["message_dead", "urgent_undelivered"]
    await a.change("UPDATE outbound_messages SET state = 'pending' WHERE id = :id", id=dead)
    await workers[0].look()
    assert "message_dead" not in await kinds(a)


async def test_what_cannot_take_effect_is_told_of_until_it_has(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b

    async def fail(_acting: Acting, _message: ReceivedMessage) -> None:
        raise RuntimeError("said")

    b.handle = fail
    sent = await a.send(str(uuid4()))
    await a.drain()
    await Alerter(b.worker, ()).look()
    [alert] = await alerts(b)
    assert (alert["kind"], alert["message_id"]) == ("apply_failed", str(sent))
    assert alert["detail"] == {"type": NOTE, "problem": "RuntimeError"}
    b.handle = None
    await b.make_due()
    await b.applier().apply_due()
    await Alerter(b.worker, ()).look()
    assert await alerts(b) == []


async def test_a_subject_says_whether_a_person_must_act(exchange_pair: Pair) -> None:
    a, subject = exchange_pair.a, str(uuid4())

    async def standing() -> Any:
        async with a.acting() as acting:
            return await standing_of(acting.session, subject, await messages_of(acting.session, subject))

    assert (await standing()).model_dump() == {
        "attention": False,
        "parked": False,
        "since": None,
        "undelivered": 0,
        "set_aside": 0,
        "message_id": None,
        "type": None,
        "problem": None,
        "what_to_do": None,
    }
    dead, _ = await dead_letter(exchange_pair, subject)
    shown = await standing()
    assert (shown.attention, shown.parked, shown.undelivered) == (True, True, 2)
    assert (shown.message_id, shown.problem, shown.type) == (dead, "invalid-message", NOTE)
    assert "dead-letters" in shown.what_to_do
    await (await person(a, "operator")).post(f"/dead-letters/{dead}/redrive")
    waiting = await standing()
    assert (waiting.attention, waiting.parked, waiting.undelivered) == (False, False, 2)
    await a.drain()
    assert (await standing()).what_to_do is None
    await a.change("UPDATE outbound_streams SET parked_at = now(), parked_reason = 'restored'")
    held = await standing()
    assert (held.attention, held.parked) == (True, True)
    assert "restore" in held.what_to_do
