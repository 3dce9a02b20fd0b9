"""What people say about a restore, and what becomes of it."""

from uuid import uuid4

from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.identity import PrincipalKind
from tests.kit.exchange.restoring.operators import operate
from tests.kit.exchange.sides import Pair, Side

WHY = {"reason": "Recovered to 03:00."}


async def test_a_person_says_so_and_nothing_is_sent(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    answer = await operate(a, "POST", "/restore", WHY)
    assert answer.status_code == 201, answer.text
    [restore] = answer.json()
    assert (restore["reason"], restore["link_id"], restore["settled_at"]) == ("person", str(a.link), None)
    waiting = await a.send(str(uuid4()))
    await a.drain()
    assert await a.state_of(waiting) == "pending"
    again = await operate(a, "POST", "/restore", {**WHY, "link_id": str(a.link)})
    assert [one["id"] for one in again.json()] == [restore["id"]]
    [row] = await a.rows("SELECT said, suspected_by FROM exchange_restores")
    assert row.said == "Recovered to 03:00."
    assert row.suspected_by is not None
    listed = (await operate(a, "GET", "/restore?open=true")).json()["items"]
    assert [one["id"] for one in listed] == [restore["id"]]
    assert (await operate(a, "GET", "/restore?open=false")).json()["items"] == []


async def test_an_unknown_link_is_not_found_and_a_closed_one_is_not_held(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    assert (await operate(a, "POST", "/restore", {**WHY, "link_id": str(uuid4())})).status_code == 404
    await a.change("UPDATE exchange_links SET state = 'closed'")
    assert (await operate(a, "POST", "/restore", {**WHY, "link_id": str(a.link)})).status_code == 409


async def test_only_a_person_confirms_and_only_what_is_open(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    async with a.worker.transaction(a.party) as session:
        await suspect(session, a.party, a.link, SuspicionReason.HELD_UNKNOWN)
    [row] = await a.rows("SELECT id FROM exchange_restores")
    path = f"/restore/{row.id}/confirmation"
    assert (await operate(a, "POST", path, WHY, PrincipalKind.SYSTEM)).status_code == 403
    confirmed = await operate(a, "POST", path, WHY)
    assert confirmed.status_code == 200
    assert confirmed.json()["confirmed_at"] is not None
    assert (await operate(a, "POST", f"/restore/{uuid4()}/confirmation", WHY)).status_code == 404
    await a.change("UPDATE exchange_restores SET settled_at = now()")
    assert (await operate(a, "POST", path, WHY)).status_code == 409


async def parked_stream(side: Side) -> str:
    await side.send(str(uuid4()), "behind")
    await side.change("UPDATE outbound_streams SET parked_at = now(), parked_reason = 'recovered_messages'")
    [row] = await side.rows("SELECT id FROM outbound_streams")
    return str(row.id)


async def test_a_parked_stream_waits_until_a_person_lets_it_go_on(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    stream = await parked_stream(a)
    await a.send(str(uuid4()), "elsewhere")
    await a.drain()
    assert b.words == ["elsewhere"]
    [shown] = (await operate(a, "GET", "/streams?parked=true")).json()["items"]
    assert (shown["id"], shown["parked_reason"], shown["waiting"]) == (stream, "recovered_messages", 1)
    path = f"/streams/{stream}/resumption"
    assert (await operate(a, "POST", path, WHY, PrincipalKind.SYSTEM)).status_code == 403
    assert (await operate(a, "POST", path, {"reason": " "})).status_code == 422
    answer = await operate(a, "POST", path, WHY)
    assert answer.status_code == 200, answer.text
    assert answer.json()["parked_at"] is None
    await a.drain()
    assert b.words == ["elsewhere", "behind"]
    assert (await operate(a, "POST", path, WHY)).status_code == 409
    assert (await operate(a, "POST", f"/streams/{uuid4()}/resumption", WHY)).status_code == 404
    [kept] = await a.rows("SELECT reason, parked_reason FROM exchange_stream_resumptions")
    assert (kept.reason, kept.parked_reason) == ("Recovered to 03:00.", "recovered_messages")
    assert "exchange.stream_resumed" in await a.actions()
