"""The delivery log as operators read it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.kit.exchange.sides import Pair, Side, respond
from tests.kit.exchange.test_delivery import attempt_with
from tests.kit.exchange.test_operating import ask, get, parked_pair


async def found(side: Side, **filters: Any) -> list[str]:
    query = "&".join(f"{name}={quote(str(value))}" for name, value in filters.items())
    return [item["message_id"] for item in (await get(side, f"/attempts?{query}"))["items"]]


async def test_every_attempt_is_listed_with_what_came_of_it(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    page = respond(404, b"<html>\x00nothing here</html>")
    message_id = await attempt_with(a, page)
    await a.make_due()
    await a.drain()
    second, first = (await get(a, "/attempts"))["items"]
    assert (first["outcome"], first["http_status"]) == ("destination_fault", 404)
    assert first["answer"] == "<html>\ufffdnothing here</html>"
    assert (second["outcome"], second["http_status"], second["answer"]) == ("delivered", 201, None)
    assert {first["message_id"], second["message_id"]} == {str(message_id)}
    assert (first["message_state"], first["number"], first["type"]) == ("delivered", 1, "test.note.v1")
    assert first["started_at"] < second["started_at"]
    assert first["duration_ms"] >= 0
    detail = await get(a, f"/messages/{message_id}")
    assert [attempt["answer"] for attempt in detail["attempt_history"]] == [None, first["answer"]]


async def test_who_echoes_a_message_puts_none_of_it_into_the_log(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def echo(_request: Any) -> Any:
        return respond(422, a.wire.bodies[-1])

    a.wire.instead = echo
    await a.send(str(uuid4()), "secret words")
    await a.drain()
    [entry] = (await get(a, "/attempts"))["items"]
    assert "secret" not in str(entry)
    assert entry["answer"].startswith("(not kept")


async def test_attempts_are_found_by_message_subject_link_outcome_state_and_time(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _behind, elsewhere = await parked_pair(exchange_pair)
    [subject] = [
        r.subject for r in await a.rows("SELECT subject FROM outbound_messages WHERE id = :id", id=dead)
    ]
    assert set(await found(a)) == {str(dead), str(elsewhere)}
    assert await found(a, message=dead) == [str(dead)]
    assert await found(a, message=uuid4()) == []
    assert await found(a, subject=subject) == [str(dead)]
    assert len(await found(a, link=a.link)) == 2
    assert await found(a, link=uuid4()) == []
    assert await found(a, outcome="dead") == [str(dead)]
    assert await found(a, state="parked") == [str(dead)]
    assert await found(a, state="delivered", outcome="delivered") == [str(elsewhere)]
    now = datetime.now(UTC)
    assert len(await found(a, since=now - timedelta(hours=1), until=now + timedelta(hours=1))) == 2
    assert await found(a, until=now - timedelta(hours=1)) == []
    assert await found(a, since=now + timedelta(hours=1)) == []


async def test_the_log_is_read_in_pages(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    for _ in range(5):
        await a.send(str(uuid4()))
    await a.drain()
    seen, cursor = [], ""
    while True:
        page = await get(a, f"/attempts?limit=2{cursor}")
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


async def test_the_log_needs_its_scope_and_refuses_what_it_cannot_read(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    assert (await ask(a, "GET", "/attempts", role="nobody")).status_code == 403
    for query in ("message=x", "subject=%27", "outcome=A", "since=2026-01-01", "state=gone", "limit=0"):
        assert (await ask(a, "GET", f"/attempts?{query}")).status_code == 422, query
