"""From the feed to an endpoint: signed, tried until taken, given up where nobody is there."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import WebhookVerificationError

from service_kit.webhooks.leases import claim_due
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.signatures import Scheme, SignatureRejected, verify
from tests.kit.webhooks.desk import Desk, opened
from tests.kit.webhooks.receiving import Endpoint, Post, answer, listening
from tests.support.services import Service

EVENT = "case.recorded"


async def one_sent(desk: Desk, endpoint: Endpoint, **facts: Any) -> dict[str, Any]:
    subscription = await desk.subscribe(endpoint, **facts)
    await desk.happen(EVENT)
    assert await desk.send() == 1
    return subscription


async def test_the_official_library_reads_what_comes(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await one_sent(desk, endpoint)
    [post] = endpoint.posts
    event = post.verified(subscription["secret"])
    [change] = (await desk.integrator.get("/v1/changes")).json()["items"]
    [delivery] = await desk.deliveries(subscription)
    assert event == {
        "specversion": "1.0",
        "id": post.headers["webhook-id"],
        "source": f"urn:uuid:{desk.organisation}",
        "type": EVENT,
        "subject": change["subject_id"],
        "time": event["time"],
        "datacontenttype": "application/json",
        "dataschema": f"http://local.example/schemas/{EVENT}.json",
        "destination": f"urn:uuid:{subscription['id']}",
        "feedposition": 1,
        "data": change,
    }
    assert UUID(event["id"]).version == 7
    assert post.headers["content-type"] == "application/cloudevents+json"
    assert b"\n" not in post.body
    assert (delivery["id"], delivery["state"], delivery["attempts"]) == (event["id"], "delivered", 1)


async def test_what_was_changed_on_the_way_does_not_verify(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await one_sent(desk, endpoint)
    [post] = endpoint.posts
    changed = Post(post.path, post.headers, post.body.replace(b"recorded", b"replaced"))
    with pytest.raises(WebhookVerificationError):
        changed.verified(subscription["secret"])


async def test_an_endpoint_may_be_sent_ed25519_instead(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await one_sent(desk, endpoint, scheme="v1a")
    assert subscription["secret"] is None
    [key] = subscription["keys"]
    [post] = endpoint.posts
    verify_v1a(post, key["public_key"])
    with pytest.raises(SignatureRejected):
        verify_v1a(Post(post.path, post.headers, post.body + b" "), key["public_key"])


def verify_v1a(post: Post, public_key: str) -> None:
    verify(
        post.body,
        post.headers,
        accepted_schemes=[Scheme.V1A],
        public_keys=[read_public_key(public_key)],
        secrets=[],
        now=datetime.now(UTC),
    )


@pytest.mark.parametrize("scheme", ["v1", "v1a"])
async def test_both_keys_sign_for_a_day_and_then_the_new_one(
    desk: Desk, endpoint: Endpoint, scheme: str
) -> None:
    subscription = await desk.subscribe(endpoint, scheme=scheme)
    rotated = await desk.post(subscription, "secret-rotation", {})

    def check(post: Post, made: dict[str, Any]) -> None:
        if scheme == "v1":
            post.verified(made["secret"])
        else:
            verify_v1a(post, made.get("public_key") or made["keys"][0]["public_key"])

    await desk.happen(EVENT)
    await desk.send()
    check(endpoint.posts[-1], subscription)
    check(endpoint.posts[-1], rotated)
    assert [bool(key["valid_until"]) for key in (await desk.read(subscription))["keys"]] == [False, True]
    await desk.change("UPDATE webhook_keys SET valid_until = valid_until - interval '24 hours 1 second'")
    await desk.happen(EVENT)
    await desk.send()
    check(endpoint.posts[-1], rotated)
    with pytest.raises((WebhookVerificationError, SignatureRejected)):
        check(endpoint.posts[-1], subscription)
    assert len((await desk.read(subscription))["keys"]) == 1


async def test_a_key_that_others_know_ends_at_once(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    rotated = await desk.post(subscription, "secret-rotation", {"end_old_at_once": True})
    await desk.happen(EVENT)
    await desk.send()
    endpoint.posts[-1].verified(rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        endpoint.posts[-1].verified(subscription["secret"])


async def test_only_what_happens_after_and_only_what_is_asked_for(desk: Desk, endpoint: Endpoint) -> None:
    await desk.happen(EVENT, "case.closed")
    some = await desk.subscribe(endpoint, event_types=["case.closed"])
    async with listening() as other:
        every = await desk.subscribe(other, from_position=1)
        await desk.happen(EVENT, "case.closed", "duty.changed")
        await desk.send()
        assert sorted(other.types) == ["case.closed", "case.closed", EVENT, "duty.changed"]
    assert endpoint.types == ["case.closed"]
    assert [one["position"] for one in await desk.deliveries(some)] == [4]
    assert [one["position"] for one in await desk.deliveries(every)] == [5, 4, 3, 2]
    # Another organisation's events are not in this feed.
    assert (await desk.read(some))["position"] == 5


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_delivery(desk: Desk, endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    subscription = await one_sent(desk, endpoint)
    [delivery] = await desk.deliveries(subscription)
    assert (delivery["state"], delivery["next_attempt_at"]) == ("delivered", None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 408, 409, 422, 425, 500, 501])
async def test_all_else_comes_again_with_the_same_id_and_bytes(
    desk: Desk, endpoint: Endpoint, status: int
) -> None:
    async def respond(_post: Post) -> bytes:
        return answer(status, b"not \x00 \xff today" * 1000, Location=endpoint.url)

    endpoint.respond = respond
    subscription = await one_sent(desk, endpoint)
    [waiting] = await desk.deliveries(subscription, state="pending")
    assert waiting["next_attempt_at"] > waiting["created_at"]
    assert await desk.send() == 0
    endpoint.respond = None
    await desk.make_due()
    assert await desk.send() == 1
    first, second = endpoint.posts
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    second.verified(subscription["secret"])
    shown = await desk.delivery(subscription, waiting["id"])
    assert (shown["state"], shown["attempts"]) == ("delivered", 2)
    assert [one["http_status"] for one in shown["tries"]] == [204, status]
    assert shown["tries"][0]["answer"] is None
    assert 3500 < len(shown["tries"][1]["answer"].encode()) <= 4096
    assert shown["event"] == json.loads(first.body)


@pytest.mark.parametrize("status", [429, 503])
async def test_an_endpoint_that_asks_for_time_gets_it(desk: Desk, endpoint: Endpoint, status: int) -> None:
    async def respond(_post: Post) -> bytes:
        return answer(status, Retry_After="1200")

    endpoint.respond = respond
    subscription = await one_sent(desk, endpoint)
    await desk.happen(EVENT)
    # What came since waits with it.
    assert await desk.send() == 0
    [row] = await desk.rows("SELECT extract(epoch FROM quiet_until - now()) AS s FROM webhook_subscriptions")
    assert 1100 < row.s <= 1200
    assert (await desk.read(subscription))["next_attempt_after"] is not None
    [row] = await desk.rows(
        "SELECT extract(epoch FROM next_attempt_at - now()) AS s FROM webhook_deliveries WHERE attempts = 1"
    )
    assert 1100 < row.s <= 1200


async def test_a_retry_goes_by_the_exchanges_schedule(desk: Desk, endpoint: Endpoint) -> None:
    endpoint.status = 500
    await one_sent(desk, endpoint)
    for wait in (5, 30, 120, 600, 1800, 7200, 14_400, 14_400):
        [row] = await desk.rows(
            "SELECT extract(epoch FROM next_attempt_at - now()) AS s FROM webhook_deliveries"
        )
        assert 0.8 * wait - 2 < row.s <= 1.2 * wait
        await desk.make_due()
        assert await desk.send() == 1


async def test_gone_pauses_at_once(desk: Desk, endpoint: Endpoint) -> None:
    endpoint.status = 410
    subscription = await desk.subscribe(endpoint)
    await desk.happen(*[EVENT] * 6)
    await desk.send()
    shown = await desk.read(subscription)
    assert (shown["state"], shown["pause_reason"], shown["waiting"]) == ("paused", "gone", 0)
    assert {one["state"] for one in await desk.deliveries(subscription)} == {"expired"}
    [alert] = await desk.rows("SELECT * FROM exchange_alerts WHERE cleared_at IS NULL")
    assert (alert.kind, alert.message_id) == ("subscription_paused", UUID(subscription["id"]))
    assert (await desk.actions())[-1] == "webhook.paused"
    await desk.happen(EVENT)
    assert await desk.send() == 0
    # A person lets it go on: what came meanwhile is sent, what expired is asked for.
    endpoint.status, before = 204, len(endpoint.posts)
    resumed = await desk.patch(subscription, state="active")
    assert (resumed["state"], resumed["pause_reason"]) == ("active", None)
    await desk.send()
    assert len(endpoint.posts) == before + 1
    assert await desk.rows("SELECT 1 FROM exchange_alerts WHERE cleared_at IS NULL") == []
    again = await desk.post(subscription, "replays", {"from_position": 0, "undelivered_only": True})
    assert again == {"count": 6, "last_position": 7, "more": False}
    while await desk.send():
        pass
    assert {one["state"] for one in await desk.deliveries(subscription)} == {"delivered"}


async def test_two_weeks_without_success_pause(desk: Desk, endpoint: Endpoint) -> None:
    endpoint.status = 500
    subscription = await one_sent(desk, endpoint)
    assert (await desk.read(subscription))["failing_since"] is not None
    move = "UPDATE webhook_subscriptions SET failing_since = now() - interval "
    await desk.change(f"{move} '13 days 23 hours'")
    await desk.make_due()
    await desk.send()
    assert (await desk.read(subscription))["state"] == "active"
    await desk.change(f"{move} '14 days'")
    await desk.make_due()
    await desk.send()
    shown = await desk.read(subscription)
    assert (shown["state"], shown["pause_reason"], shown["waiting"]) == ("paused", "failing", 0)
    [delivery] = await desk.deliveries(subscription)
    assert (delivery["state"], delivery["attempts"]) == ("expired", 3)
    assert len(await desk.rows("SELECT 1 FROM exchange_alerts WHERE kind = 'subscription_paused'")) == 1
    # The feed has it.
    assert len((await desk.integrator.get("/v1/changes")).json()["items"]) == 1


async def test_one_success_begins_the_two_weeks_anew(desk: Desk, endpoint: Endpoint) -> None:
    endpoint.status = 500
    subscription = await one_sent(desk, endpoint)
    endpoint.status = 200
    await desk.make_due()
    await desk.send()
    assert (await desk.read(subscription))["failing_since"] is None


async def test_an_event_that_is_never_taken_expires_alone(desk: Desk, endpoint: Endpoint) -> None:
    async def respond(post: Post) -> bytes:
        return answer(500 if b"case.closed" in post.body else 200)

    endpoint.respond = respond
    subscription = await desk.subscribe(endpoint)
    await desk.happen("case.closed")
    await desk.send()
    await desk.change("UPDATE webhook_deliveries SET due_since = now() - interval '14 days'")
    await desk.make_due()
    await desk.send()
    await desk.happen(EVENT)
    await desk.send()
    assert [one["state"] for one in await desk.deliveries(subscription)] == ["delivered", "expired"]
    assert (await desk.read(subscription))["state"] == "active"


async def test_five_faults_in_a_row_open_the_breaker_and_one_probe_closes_it(
    desk: Desk, endpoint: Endpoint
) -> None:
    endpoint.status = 404
    subscription = await desk.subscribe(endpoint)
    await desk.happen(*[EVENT] * 9)
    assert await desk.send() == 4  # no more at once
    assert await desk.send() == 4
    assert (await desk.read(subscription))["next_attempt_after"] is not None
    # What was under way when it opened does not lengthen its wait.
    [row] = await desk.rows("SELECT breaker_wait_seconds AS s FROM webhook_subscriptions")
    assert row.s == 30
    assert await desk.send() == 0
    await desk.change("UPDATE webhook_subscriptions SET breaker_open_until = now()")
    assert await desk.send() == 1
    [row] = await desk.rows("SELECT breaker_wait_seconds AS s FROM webhook_subscriptions")
    assert row.s == 60
    # The probe is each time another event: one that cannot be digested keeps none behind it.
    assert len(set(endpoint.ids)) == 9
    endpoint.status = 200
    await desk.change("UPDATE webhook_subscriptions SET breaker_open_until = now()")
    assert await desk.send() == 1
    while await desk.send():
        pass
    assert {one["state"] for one in await desk.deliveries(subscription)} == {"delivered"}
    assert (await desk.read(subscription))["next_attempt_after"] is None


async def test_a_slow_endpoint_delays_nobody_else(local: Service) -> None:
    async with opened(local, seconds=30) as desk, listening() as slow, listening() as quick:
        release = asyncio.Event()

        async def respond(_post: Post) -> bytes:
            await release.wait()
            return answer(200)

        slow.respond = respond
        await desk.subscribe(slow)
        await desk.subscribe(quick)
        await desk.happen(*[EVENT] * 20)
        await desk.make()
        stop = asyncio.Event()
        running = asyncio.create_task(desk.sender().run(stop))
        await quick.until(20)
        assert len(slow.posts) == 4  # never more at once
        release.set()
        await slow.until(20)
        stop.set()
        await running
        assert len(set(slow.ids)) == len(slow.ids) == 20


async def test_an_endpoint_that_never_ends_is_cut_off(local: Service, endpoint: Endpoint) -> None:
    async def respond(_post: Post) -> bytes:
        await asyncio.sleep(60)
        return b""

    endpoint.respond = respond
    async with opened(local, seconds=0.3) as desk:
        subscription = await one_sent(desk, endpoint)
        [delivery] = await desk.deliveries(subscription)
        assert (delivery["state"], delivery["last_outcome"]) == ("pending", "timeout")


async def test_killed_between_sending_and_recording_it_goes_again_with_its_id(
    desk: Desk, endpoint: Endpoint
) -> None:
    reached = asyncio.Event()

    async def respond(_post: Post) -> bytes:
        reached.set()
        await asyncio.sleep(60)
        return b""

    endpoint.respond = respond
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT)
    await desk.make()
    sender = desk.sender()
    waiting = asyncio.create_task(sender.drain_once())
    await reached.wait()
    for killed in list(sender._tasks):
        killed.cancel()
    await waiting
    # Its lease is another worker's only when it is over.
    assert await desk.send() == 0
    endpoint.respond = None
    await desk.change("UPDATE webhook_deliveries SET leased_until = now()")
    assert await desk.send() == 1
    assert endpoint.ids[0] == endpoint.ids[1]
    assert endpoint.posts[0].body == endpoint.posts[1].body
    [delivery] = await desk.deliveries(subscription)
    assert delivery["state"] == "delivered"


async def test_a_result_under_an_old_token_changes_nothing(desk: Desk, endpoint: Endpoint) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.happen(EVENT)
    await desk.make()

    async def respond(_post: Post) -> bytes:
        # Meanwhile the lease is over and another worker has it.
        await desk.change("UPDATE webhook_deliveries SET leased_until = now()")
        async with desk.service.worker.transaction() as session:
            assert len(await claim_due(session, room=1, lease_seconds=60)) == 1
        return answer(200)

    endpoint.respond = respond
    await desk.send()
    [delivery] = await desk.deliveries(subscription)
    assert (delivery["state"], delivery["attempts"]) == ("leased", 0)
    assert await desk.rows("SELECT 1 FROM webhook_attempts") == []


async def test_two_workers_send_each_event_once(desk: Desk, endpoint: Endpoint) -> None:
    await desk.subscribe(endpoint)
    stop = asyncio.Event()
    running = [
        asyncio.create_task(schedule(stop))
        for _ in range(2)
        for schedule in (desk.maker().run, desk.sender().run)
    ]
    for _ in range(10):
        await desk.happen(*[EVENT] * 3)
    await endpoint.until(30)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*running)
    assert sorted(json.loads(post.body)["feedposition"] for post in endpoint.posts) == list(range(1, 31))
    assert len(set(endpoint.ids)) == 30


async def test_an_endpoint_that_takes_nothing_gathers_no_more_than_its_share(
    desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service_kit.webhooks.making.OPEN_MAX", 3)
    subscription = await desk.subscribe(endpoint)
    await desk.happen(*[EVENT] * 5)
    await desk.make()
    assert (await desk.read(subscription))["waiting"] == 3
    while await desk.send():
        pass
    assert sorted(json.loads(post.body)["feedposition"] for post in endpoint.posts) == [1, 2, 3, 4, 5]


async def test_one_subscriptions_fault_keeps_no_other_waiting(desk: Desk, endpoint: Endpoint) -> None:
    async with listening() as other:
        broken = await desk.subscribe(other)
        await desk.subscribe(endpoint)
        await desk.change(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$"
        )
        await desk.change(
            "CREATE TRIGGER refuse BEFORE INSERT ON webhook_deliveries FOR EACH ROW "
            f"WHEN (NEW.subscription_id = '{broken['id']}') EXECUTE FUNCTION refuse()"
        )
        await desk.happen(EVENT)
        await desk.maker().make()
        await desk.sender().drain_once()
        assert (len(endpoint.posts), len(other.posts)) == (1, 0)
        await desk.change("DROP FUNCTION refuse CASCADE")
        await desk.send()
        assert len(other.posts) == 1
