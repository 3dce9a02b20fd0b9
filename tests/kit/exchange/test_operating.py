"""What operators see and do."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from service_kit.administration import issue_key, owner_session, register_organisation
from service_kit.app import framed
from service_kit.exchange.status import MessageState, messages_of
from service_kit.identity import PrincipalKind
from tests.kit.exchange.sides import ROLES, Pair, Side


async def ask(side: Side, method: str, path: str, role: str = "operator", **headers: str) -> httpx.Response:
    async with owner_session(side.settings) as session:
        made = await issue_key(
            session,
            organisation_code=side.name,
            principal_name="Operator",
            kind=PrincipalKind.PERSON,
            roles=[role],
            known_roles=list(ROLES),
            purpose="test",
        )
    transport = httpx.ASGITransport(app=framed(side.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://side.example") as client:
        return await client.request(
            method, f"/v1/exchange{path}", headers={"Authorization": f"Bearer {made.key}", **headers}
        )


async def get(side: Side, path: str) -> Any:
    answer = await ask(side, "GET", path)
    assert answer.status_code == 200, answer.text
    assert "said" not in answer.text
    return answer.json()


async def parked_pair(pair: Pair) -> tuple[UUID, UUID, UUID]:
    """A dead message, one parked behind it, and one that went elsewhere."""
    subject = str(uuid4())
    dead = await pair.a.send(subject, message_type="test.unknown.v1")
    behind = await pair.a.send(subject)
    elsewhere = await pair.a.send(str(uuid4()))
    await pair.a.drain()
    return dead, behind, elsewhere


def ids(page: Any) -> list[str]:
    return [item["message_id"] for item in page["items"]]


async def test_messages_are_listed_by_state_subject_and_direction(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead, behind, elsewhere = await parked_pair(exchange_pair)
    assert ids(await get(a, "/messages")) == [str(elsewhere), str(behind), str(dead)]
    assert ids(await get(a, "/messages?state=parked")) == [str(behind), str(dead)]
    assert ids(await get(a, "/messages?state=delivered")) == [str(elsewhere)]
    assert ids(await get(a, "/messages?state=waiting")) == []
    assert ids(await get(a, "/dead-letters")) == [str(dead)]
    received = (await get(b, "/messages?direction=received&state=applied"))["items"]
    assert [item["message_id"] for item in received] == [str(elsewhere)]
    assert ids(await get(b, f"/messages?direction=received&subject={received[0]['subject']}")) == [
        str(elsewhere)
    ]


async def test_pages_go_on_where_the_last_ended(exchange_pair: Pair) -> None:
    sent = [str(await exchange_pair.a.send(str(uuid4()))) for _ in range(5)]
    page = await get(exchange_pair.a, "/messages?limit=2")
    found = ids(page)
    while page["next_cursor"] is not None:
        page = await get(exchange_pair.a, f"/messages?limit=2&cursor={page['next_cursor']}")
        found += ids(page)
    assert found == sent[::-1]


async def test_one_message_is_shown_with_its_attempts_and_receipt(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _, elsewhere = await parked_pair(exchange_pair)
    shown = await get(a, f"/messages/{elsewhere}")
    assert [attempt["outcome"] for attempt in shown["attempt_history"]] == ["delivered"]
    assert shown["receipt"].startswith("exchange-receipt/v1\n")
    refused = await get(a, f"/messages/{dead}")
    assert (refused["state"], refused["problem"]) == ("parked", "unsupported-type")
    received = await get(exchange_pair.b, f"/messages/{elsewhere}")
    assert (received["direction"], received["receipt_reference"]) == ("received", shown["receipt_reference"])
    assert (await ask(a, "GET", f"/messages/{uuid4()}")).status_code == 404


async def test_a_dead_message_is_redriven_once_with_the_same_bytes(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead, behind, _ = await parked_pair(exchange_pair)
    types = b.app.state.receiving.message_types
    types["test.unknown.v1"] = types["test.note.v1"]
    key = str(uuid4())
    first, again = [
        await ask(a, "POST", f"/dead-letters/{dead}/redrive", **{"Idempotency-Key": key}) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert first.json()["state"] == "waiting"
    await a.drain()
    assert [await a.state_of(dead), await a.state_of(behind)] == ["delivered", "delivered"]
    assert [message.number for message in b.handled[-2:]] == [1, 2]
    assert a.wire.bodies.count(a.wire.bodies[0]) == 2
    assert (await a.actions()).count("exchange.redriven") == 1


async def test_only_a_dead_message_can_be_redriven_and_only_by_who_may(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _, elsewhere = await parked_pair(exchange_pair)
    for message_id, role, status in (
        (elsewhere, "operator", 409),
        (uuid4(), "operator", 404),
        (dead, "nobody", 403),
    ):
        path = f"/dead-letters/{message_id}/redrive"
        answer = await ask(a, "POST", path, role, **{"Idempotency-Key": str(uuid4())})
        assert answer.status_code == status
    assert (await ask(a, "POST", f"/dead-letters/{dead}/redrive")).status_code == 400
    assert await a.state_of(dead) == "dead"


async def test_links_show_what_waits_and_a_pause_is_ended_by_a_person(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await parked_pair(exchange_pair)
    await a.change(
        "UPDATE exchange_links SET paused_until = now() + interval '9 years', pause_reason = 'link-closed'"
    )
    [link] = (await get(a, "/links"))["items"]
    assert (link["waiting"], link["dead"], link["pause_reason"]) == (1, 1, "link-closed")
    assert "secret" not in str(link)
    answer = await ask(a, "POST", f"/links/{a.link}/resumption", **{"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["paused_until"]) == (200, None)
    missing = await ask(a, "POST", f"/links/{uuid4()}/resumption", **{"Idempotency-Key": str(uuid4())})
    assert missing.status_code == 404
    assert "exchange.resumed" in await a.actions()


async def test_a_subject_shows_each_of_its_messages(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, behind, _ = await parked_pair(exchange_pair)
    [row] = await a.rows("SELECT subject FROM outbound_messages WHERE id = :id", id=dead)
    async with a.acting() as acting:
        shown = await messages_of(acting.session, row.subject)
    assert [(status.message_id, status.state) for status in shown] == [
        (dead, MessageState.PARKED),
        (behind, MessageState.PARKED),
    ]


async def test_another_organisations_messages_are_not_there(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    _, _, elsewhere = await parked_pair(exchange_pair)
    async with owner_session(a.settings) as session:
        await register_organisation(session, a.settings, code="other", name="other")
        made = await issue_key(
            session,
            organisation_code="other",
            principal_name="Stranger",
            kind=PrincipalKind.PERSON,
            roles=["operator"],
            known_roles=list(ROLES),
            purpose="test",
        )
    transport = httpx.ASGITransport(app=framed(a.app))
    headers = {"Authorization": f"Bearer {made.key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="https://side.example", headers=headers
    ) as client:
        assert (await client.get("/v1/exchange/messages")).json()["items"] == []
        assert (await client.get("/v1/exchange/links")).json()["items"] == []
        assert (await client.get(f"/v1/exchange/messages/{elsewhere}")).status_code == 404
