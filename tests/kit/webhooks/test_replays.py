"""Sent again: the same id and the same bytes, one or many, from a place in the feed or since a time."""

from uuid import uuid4

import pytest

from tests.contract.refusals import check_refused
from tests.kit.webhooks.desk import PATH, Desk
from tests.kit.webhooks.receiving import Endpoint

EVENT = "case.recorded"


async def test_one_is_sent_again_with_its_id_and_bytes(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT)
    await desk.send()
    [delivery] = await desk.deliveries(subscription)
    again = await desk.post(subscription, f"deliveries/{delivery['id']}/replay")
    assert (again["id"], again["state"], again["delivered_at"]) == (delivery["id"], "pending", None)
    await desk.send()
    first, second = endpoint.posts
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    second.verified(subscription["secret"])
    shown = await desk.delivery(subscription, delivery["id"])
    assert (shown["state"], len(shown["tries"])) == ("delivered", 2)
    assert (await desk.actions())[-1] == "webhook.replayed"


async def test_many_are_sent_again_from_a_place(desk: Desk, endpoint: Endpoint) -> None:
    await desk.happen(EVENT)
    subscription = await desk.subscribe(endpoint, event_types=[EVENT])
    await desk.happen(EVENT, "case.closed", EVENT)
    await desk.send()
    assert [one["position"] for one in await desk.deliveries(subscription)] == [4, 2]
    sent = {post.headers["webhook-id"]: post.body for post in endpoint.posts}
    # What lies before the subscription, and was never sent, is sent now.
    again = await desk.post(subscription, "replays", {"from_position": 0})
    assert again == {"count": 3, "last_position": 4, "more": False}
    await desk.send()
    assert len(endpoint.posts) == 5
    assert all(
        sent.get(post.headers["webhook-id"], post.body) == post.body and post.verified(subscription["secret"])
        for post in endpoint.posts
    )
    assert sorted(one["position"] for one in await desk.deliveries(subscription)) == [1, 2, 4]
    again = await desk.post(subscription, "replays", {"from_position": 2})
    assert again == {"count": 1, "last_position": 4, "more": False}
    again = await desk.post(subscription, "replays", {"from_position": 4})
    assert again == {"count": 0, "last_position": 4, "more": False}


async def test_many_are_sent_again_since_a_time(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT, EVENT)
    [row] = await desk.rows("SELECT clock_timestamp() AS now")
    await desk.happen(EVENT, EVENT)
    await desk.send()
    again = await desk.post(subscription, "replays", {"since": row.now.isoformat()})
    assert again == {"count": 2, "last_position": 4, "more": False}
    again = await desk.post(subscription, "replays", {"since": "2099-01-01T00:00:00Z"})
    assert again == {"count": 0, "last_position": 4, "more": False}
    again = await desk.post(subscription, "replays", {"since": "1900-01-01T00:00:00Z"})
    assert again["count"] == 2  # the other two are on their way already


async def test_only_so_many_at_once(desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_kit.webhooks.deliveries.REPLAYED_AT_ONCE", 2)
    subscription = await desk.subscribe(endpoint)
    await desk.happen(*[EVENT] * 5)
    while await desk.send():
        pass
    after, counts = 0, []
    while True:
        again = await desk.post(subscription, "replays", {"from_position": after})
        counts.append(again["count"])
        after = again["last_position"]
        if not again["more"]:
            break
    assert (counts, after) == ([2, 2, 1], 5)


@pytest.mark.parametrize("body", [{}, {"from_position": 0, "since": "2026-01-01T00:00:00Z"}])
async def test_one_of_the_two_ways_is_named(desk: Desk, endpoint: Endpoint, body: dict[str, object]) -> None:
    subscription = await desk.subscribe(endpoint)
    refused = await desk.integrator.post(f"{PATH}/{subscription['id']}/replays", body)
    check_refused(refused, 422, "invalid-request", "", "one_of")


async def test_nothing_is_sent_again_while_paused(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT)
    await desk.send()
    [delivery] = await desk.deliveries(subscription)
    await desk.patch(subscription, state="paused")
    path = f"{PATH}/{subscription['id']}"
    for part in (f"deliveries/{delivery['id']}/replay", "replays"):
        body = {"from_position": 0} if part == "replays" else None
        check_refused(await desk.integrator.post(f"{path}/{part}", body), 409, "move-not-allowed")
    nowhere = await desk.integrator.get(f"{path}/deliveries/{uuid4()}")
    check_refused(nowhere, 404, "not-found")


async def test_deliveries_are_listed_by_state_and_type(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT, "case.closed", EVENT)
    await desk.make()
    await desk.change("UPDATE webhook_deliveries SET state = 'expired' WHERE position = 3")

    async def places(**query: object) -> list[int]:
        return [one["position"] for one in await desk.deliveries(subscription, **query)]

    assert await places() == [3, 2, 1]
    assert await places(state="expired") == [3]
    assert await places(type="case.closed") == [2]
    assert await places(type=EVENT, state="pending") == [1]
    path = f"{PATH}/{subscription['id']}/deliveries"
    page = (await desk.integrator.get(path, params={"limit": 2})).json()
    rest = (await desk.integrator.get(path, params={"cursor": page["next_cursor"]})).json()
    assert [one["position"] for one in page["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next_cursor"] is None
