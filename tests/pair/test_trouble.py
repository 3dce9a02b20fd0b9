import json
from typing import Any

import httpx

from shared_schemas.problems import CATALOGUE
from tests.pair.test_journey import decide, reviewed
from tests.pair.wires import Pair, answered


async def unavailable(_request: httpx.Request) -> httpx.Response:
    return answered(503, b"", httpx.Headers({"Retry-After": "30"}))


async def unsupported(request: httpx.Request) -> httpx.Response:
    """Answer as a counterpart that does not know the type yet."""
    problem = CATALOGUE["unsupported-type"]
    body = {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "code": problem.name,
        "detail": problem.title,
        "message_id": request.headers["webhook-id"],
    }
    headers = httpx.Headers({"Content-Type": "application/problem+json"})
    return answered(problem.status, json.dumps(body).encode(), headers)


async def states(pair: Pair, path: str) -> list[str]:
    return [message["state"] for message in (await pair.east.read(path))["messages"]]


async def listed(pair: Pair, path: str, name: str) -> list[dict[str, Any]]:
    administrator = await pair.local.service.caller("administrator", organisation="east")
    assert path.startswith("/v1/cases/")
    items: list[dict[str, Any]] = (await administrator.get(f"/v1/exchange/{name}")).json()["items"]
    return items


async def test_the_same_bytes_again_change_nothing(pair: Pair) -> None:
    path = await reviewed(pair)
    await decide(pair, await pair.at_panel(path))
    here, there = await pair.east.read(path), (await pair.secretariat.get(await pair.at_panel(path))).json()
    for side in (pair.local, pair.panel):
        given = list(side.wire.answers)
        for request, (_, first) in zip(list(side.wire.requests), given, strict=True):
            again = await side.wire.deliver(request)
            assert again.status_code == 200
            text = json.loads(await again.aread())["receipt"]
            # The receipt is signed anew; what it says, above the signatures, is the same.
            assert text.split("\n\n")[0] == json.loads(first)["receipt"].split("\n\n")[0]
    assert await pair.east.read(path) == here
    assert (await pair.secretariat.get(await pair.at_panel(path))).json() == there


async def test_a_panel_that_is_away_gets_everything_once_it_is_back(pair: Pair) -> None:
    pair.local.wire.instead = unavailable
    path = await reviewed(pair)
    assert await states(pair, path) == ["waiting", "waiting"]
    (link,) = await pair.local.rows("SELECT paused_until > now() AS paused FROM exchange_links")
    assert link.paused
    assert len(pair.local.wire.requests) == 1
    pair.local.wire.instead = None
    await pair.drain()
    assert await states(pair, path) == ["waiting", "waiting"]
    await pair.local.make_due()
    await pair.drain()
    assert await states(pair, path) == ["delivered", "delivered"]
    assert (await pair.secretariat.get(await pair.at_panel(path))).json()["rapid_review"]


async def test_a_lost_answer_is_asked_for_again_and_nothing_is_doubled(pair: Pair) -> None:
    async def lose(request: httpx.Request) -> httpx.Response:
        await pair.local.wire.deliver(request)
        raise httpx.ReadError("the line is cut after the receiver has committed")

    pair.local.wire.instead = lose
    path = await pair.east.notified()
    await pair.drain()
    assert await states(pair, path) == ["waiting"]
    pair.local.wire.instead = None
    await pair.local.make_due()
    await pair.drain()
    assert await states(pair, path) == ["delivered"]
    case = (await pair.secretariat.get(await pair.at_panel(path))).json()
    assert (case["version"], len(case["notifications"])) == (1, 1)
    assert [status for status, _ in pair.local.wire.answers] == [201, 200]


async def test_a_decision_that_contradicts_the_record_is_set_aside_and_told_back(pair: Pair) -> None:
    path = await reviewed(pair)
    # As after a restore of the partnership's database from a copy that had lost the first decision.
    at_panel = await pair.at_panel(path)
    await decide(pair, at_panel)
    await pair.local.change("DELETE FROM panel_decisions")
    await decide(pair, at_panel, outcome="thematic_candidate")
    assert (await pair.east.office.get(f"{path}/panel-decisions")).json() == []
    received = [one for one in (await pair.east.read(path))["messages"] if one["direction"] == "received"]
    assert [one["state"] for one in received] == ["applied", "set_aside"]
    assert received[1]["problem"] == "contradicts-record"
    assert [one["message_id"] for one in await listed(pair, path, "set-aside")] == [received[1]["message_id"]]
    (told,) = await pair.panel.rows(
        "SELECT id FROM outbound_messages WHERE set_aside_problem = 'contradicts-record'"
    )
    assert str(told.id) == received[1]["message_id"]
    # The stream is not blocked by it: the next one is judged in its turn.
    await decide(pair, at_panel)
    received = [one for one in (await pair.east.read(path))["messages"] if one["direction"] == "received"]
    assert [one["state"] for one in received] == ["applied", "set_aside", "set_aside"]


async def test_a_dead_message_parks_its_stream_alone_until_it_is_sent_again(pair: Pair) -> None:
    pair.local.wire.instead = unsupported
    parked = await pair.east.notified()
    await pair.drain()
    pair.local.wire.instead = None
    await pair.east.start_review(parked)
    await pair.east.complete_review(parked)
    other = await pair.east.notified()
    await pair.drain()
    assert await states(pair, parked) == ["parked", "parked"]
    assert await states(pair, other) == ["delivered"]
    (dead,) = await listed(pair, parked, "dead-letters")
    assert (dead["type"], dead["problem"]) == ("local.notification.v1", "unsupported-type")

    administrator = await pair.local.service.caller("administrator", organisation="east")
    redrive = f"/v1/exchange/dead-letters/{dead['message_id']}/redrive"
    assert (await pair.east.office.post(redrive)).status_code == 403
    assert (await administrator.post(redrive)).json()["state"] == "waiting"
    await pair.drain()
    assert await states(pair, parked) == ["delivered", "delivered"]
    assert await listed(pair, parked, "dead-letters") == []
    assert pair.local.wire.requests[0].content in [one.content for one in pair.local.wire.requests[1:]]
    assert (await administrator.post(redrive)).json()["code"] == "move-not-allowed"
