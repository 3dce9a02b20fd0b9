"""Registering an endpoint: by whom, at which addresses, for which events; changed, pinged, closed."""

from typing import Any
from uuid import uuid4

import pytest

from local_service.events import EVENTS
from tests.contract.refusals import CANARY, check_refused
from tests.kit.webhooks.desk import PATH, Desk
from tests.kit.webhooks.receiving import Endpoint, Post, answer
from tests.support.services import Caller, Service

PUBLIC = {"url": "https://records.example/events", "description": "Records system"}


async def registered(caller: Caller, **facts: Any) -> dict[str, Any]:
    made = await caller.post(PATH, {**PUBLIC, **facts})
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    return shown


async def test_the_secret_is_shown_once_and_kept_nowhere_in_the_clear(desk: Desk) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await desk.integrator.post(PATH, PUBLIC, headers=key)
    again = await desk.integrator.post(PATH, PUBLIC, headers=key)
    assert first.json()["secret"].startswith("whsec_")
    assert first.headers["Location"] == f"{PATH}/{first.json()['id']}"
    assert again.json() == {**first.json(), "secret": None}
    assert again.headers["Idempotency-Replayed"] == "true"
    rotation = f"{first.headers['Location']}/secret-rotation"
    rotated = await desk.integrator.post(rotation, {}, headers=key)
    again = await desk.integrator.post(rotation, {}, headers=key)
    assert again.json() == {**rotated.json(), "secret": None}
    read = await desk.integrator.get(first.headers["Location"])
    assert "whsec_" not in read.text
    for made in (first, rotated):
        secret = made.json()["secret"].removeprefix("whsec_")
        kept = await desk.rows(
            "SELECT 1 FROM idempotency_records WHERE position(convert_to(:secret, 'UTF8') IN body) > 0 "
            "UNION ALL SELECT 1 FROM webhook_keys WHERE position(decode(:secret, 'base64') IN wrapped) > 0",
            secret=secret,
        )
        assert kept == []


async def test_a_subscription_is_read_and_listed(desk: Desk) -> None:
    made = await registered(desk.integrator, event_types=["case.closed", "case.closed"], scheme="v1a")
    other = await registered(desk.integrator)
    read = await desk.integrator.get(f"{PATH}/{made['id']}")
    expected = {name: value for name, value in made.items() if name != "secret"}
    assert read.json() == expected
    assert read.headers["ETag"] == '"v1"'
    assert (made["event_types"], made["keys"][0]["public_key"][:5]) == (["case.closed"], "whpk_")
    page = (await desk.integrator.get(PATH, params={"limit": 1})).json()
    assert [item["id"] for item in page["items"]] == [other["id"]]
    rest = (await desk.integrator.get(PATH, params={"cursor": page["next_cursor"]})).json()
    assert rest == {"items": [expected], "next_cursor": None}
    assert (await desk.integrator.get(PATH, params={"state": "closed"})).json()["items"] == []


async def test_an_unknown_event_is_refused_with_those_there_are(desk: Desk) -> None:
    refused = await desk.integrator.post(PATH, {**PUBLIC, "event_types": ["case.recorded", CANARY]})
    check_refused(refused, 422, "invalid-request", "/event_types", "unknown_event_type")
    assert all(name in refused.json()["detail"] for name in EVENTS)
    made = await registered(desk.integrator)
    etag = {"If-Match": '"v1"'}
    refused = await desk.integrator.request(
        "PATCH", f"{PATH}/{made['id']}", json={"event_types": [CANARY]}, headers=etag
    )
    check_refused(refused, 422, "invalid-request", "/event_types", "unknown_event_type")


@pytest.mark.parametrize(
    "url",
    [
        "http://records.example/events",
        "http://93.184.216.34/",
        "ftp://records.example/",
        "https:///events",
        "https://user@records.example/",
        "https://user:word@records.example/",
        "https://records.example/#part",
        "https://records.example:0/",
        "https://records.example:99999/",
        "https://records.example\\@evil.example/",
        "https://records example/",
        "https://récords.example/",
        "https://records.example/\n",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://127.0.0.1/",
        "http://127.0.0.1:8000/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://224.0.0.1/",
        "https://[ff02::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "https://255.255.255.255/",
        "https://[::/",
        f"https://records.example/{'x' * 2000}",
    ],
)
async def test_a_hostile_address_is_not_registered(local: Service, url: str) -> None:
    caller = await local.caller("integrator")
    refused = await caller.post(PATH, {**PUBLIC, "url": url})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/url"
    assert url not in refused.text


@pytest.mark.parametrize(
    "url",
    [
        "https://93.184.216.34/",
        "https://records.example:8443/events?of=us&to=%20",
        "https://records.example",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    ],
)
async def test_a_public_address_is_registered(local: Service, url: str) -> None:
    caller = await local.caller("integrator")
    assert (await caller.post(PATH, {**PUBLIC, "url": url})).status_code == 201


async def test_networks_are_for_an_administrator_to_allow(desk: Desk) -> None:
    inside = {"url": "https://10.20.1.2/events", "allowed_networks": ["10.20.0.0/16"]}
    refused = await desk.integrator.post(PATH, {**PUBLIC, **inside})
    check_refused(refused, 403, "forbidden")
    made = await registered(desk.administrator, **inside)
    path = f"{PATH}/{made['id']}"
    etag = {"If-Match": '"v1"'}
    changes: list[dict[str, Any]] = [
        {"url": "https://10.20.1.3/"},
        {"allowed_networks": ["10.0.0.0/8"]},
        {"allowed_networks": []},
    ]
    for change in changes:
        refused = await desk.integrator.request("PATCH", path, json=change, headers=etag)
        check_refused(refused, 403, "forbidden")
    # What another may change is not hindered by it.
    await desk.integrator.patch(path, {"description": "Other", "allowed_networks": ["10.20.0.0/16"]}, '"v1"')
    # Without its network the address is none that could have been registered.
    refused = await desk.administrator.patch(path, {"allowed_networks": []}, '"v2"')
    check_refused(refused, 422, "invalid-request", "/url", "endpoint")
    refused = await desk.administrator.post(PATH, {**PUBLIC, "allowed_networks": ["10.20.0.1/16"]})
    check_refused(refused, 422, "invalid-request", "/allowed_networks", "network")


@pytest.mark.parametrize("name", ["local", "panel"])
async def test_the_roles_that_may(local: Service, panel: Service, name: str) -> None:
    service = {"local": local, "panel": panel}[name]
    integrator = await service.caller("integrator")
    made = await registered(integrator)
    reader = await service.caller("auditor")
    for method, part in (("GET", ""), ("GET", f"/{made['id']}"), ("GET", f"/{made['id']}/deliveries")):
        check_refused(await reader.request(method, PATH + part), 403, "forbidden")
    for part in ("", "/pings", "/secret-rotation", "/replays"):
        body = PUBLIC if not part else {"from_position": 0} if part == "/replays" else {}
        path = PATH + (f"/{made['id']}{part}" if part else "")
        check_refused(await reader.post(path, body), 403, "forbidden")
    check_refused(await reader.patch(f"{PATH}/{made['id']}", {}, '"v1"'), 403, "forbidden")
    check_refused(await reader.request("DELETE", f"{PATH}/{made['id']}"), 403, "forbidden")
    assert (await service.caller("administrator")).key
    assert (await (await service.caller("administrator")).get(PATH)).status_code == 200


async def test_another_organisations_is_not_found(local: Service) -> None:
    made = await registered(await local.caller("integrator"))
    stranger = await local.caller("integrator", "administrator", organisation=f"other-{uuid4()}")
    path = f"{PATH}/{made['id']}"
    check_refused(await stranger.get(path), 404, "not-found")
    check_refused(await stranger.get(f"{path}/deliveries"), 404, "not-found")
    check_refused(await stranger.get(f"{path}/deliveries/{uuid4()}"), 404, "not-found")
    check_refused(await stranger.post(f"{path}/deliveries/{uuid4()}/replay"), 404, "not-found")
    check_refused(await stranger.post(f"{path}/replays", {"from_position": 0}), 404, "not-found")
    check_refused(await stranger.post(f"{path}/pings"), 404, "not-found")
    check_refused(await stranger.post(f"{path}/secret-rotation", {}), 404, "not-found")
    check_refused(await stranger.patch(path, {"state": "paused"}, '"v1"'), 404, "not-found")
    check_refused(await stranger.request("DELETE", path), 404, "not-found")
    assert (await stranger.get(PATH)).json()["items"] == []


async def test_a_change_needs_the_latest_reading(desk: Desk) -> None:
    made = await registered(desk.integrator)
    path = f"{PATH}/{made['id']}"
    check_refused(await desk.integrator.request("PATCH", path, json={}), 428, "precondition-required")
    changed = await desk.integrator.patch(
        path, {"description": "Other", "event_types": ["case.closed"]}, '"v1"'
    )
    assert (changed.json()["description"], changed.headers["ETag"]) == ("Other", '"v2"')
    check_refused(await desk.integrator.patch(path, {}, '"v1"'), 412, "precondition-failed")
    every = await desk.integrator.patch(path, {"event_types": None}, '"v2"')
    assert (every.json()["event_types"], every.json()["description"]) == (None, "Other")
    check_refused(
        await desk.integrator.patch(path, {"state": "closed"}, '"v3"'),
        422,
        "invalid-request",
        "/state",
        "state",
    )


async def test_what_is_closed_stays_so(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint)
    path = f"{PATH}/{made['id']}"
    await desk.happen("case.recorded")
    await desk.make()
    for _ in range(2):
        assert (await desk.integrator.request("DELETE", path)).status_code == 204
    shown = await desk.read(made)
    assert (shown["state"], shown["keys"], shown["waiting"]) == ("closed", [], 0)
    check_refused(await desk.integrator.patch(path, {"state": "active"}, '"v2"'), 409, "move-not-allowed")
    check_refused(await desk.integrator.post(f"{path}/pings"), 409, "move-not-allowed")
    check_refused(await desk.integrator.post(f"{path}/secret-rotation", {}), 409, "move-not-allowed")
    check_refused(
        await desk.integrator.post(f"{path}/replays", {"from_position": 0}), 409, "move-not-allowed"
    )
    await desk.happen("case.recorded")
    assert await desk.send() == 0
    assert endpoint.posts == []
    assert [one["state"] for one in await desk.deliveries(made)] == ["expired"]


async def test_a_ping_comes_at_once_and_shows_what_came_of_it(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint, event_types=["case.closed"])
    asked = await desk.post(made, "pings")
    assert (asked["type"], asked["state"], asked["position"]) == ("webhook.ping", "pending", None)
    await desk.send()
    event = endpoint.posts[0].verified(made["secret"])
    assert (event["type"], event["id"], event["data"]) == ("webhook.ping", asked["id"], {})
    assert "feedposition" not in event
    assert (await desk.delivery(made, asked["id"]))["state"] == "delivered"


async def test_a_ping_is_tried_once_also_while_paused_and_proves_nothing_against_it(
    desk: Desk, endpoint: Endpoint
) -> None:
    async def respond(_post: Post) -> bytes:
        return answer(500, b"out of order")

    endpoint.respond = respond
    made = await desk.subscribe(endpoint)
    paused = await desk.patch(made, state="paused")
    assert (paused["state"], paused["pause_reason"]) == ("paused", "asked")
    await desk.happen("case.recorded")
    asked = await desk.post(made, "pings")
    assert await desk.send() == 1
    shown = await desk.delivery(made, asked["id"])
    assert (shown["state"], shown["next_attempt_at"]) == ("expired", None)
    assert (shown["tries"][0]["http_status"], shown["tries"][0]["answer"]) == (500, "out of order")
    assert (await desk.read(made))["failing_since"] is None
    # What happened while it was paused by a person comes when it goes on.
    endpoint.respond = None
    await desk.patch(made, state="active")
    await desk.send()
    assert endpoint.types == ["webhook.ping", "case.recorded"]


async def test_a_ping_goes_before_all_that_waits(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint)
    await desk.happen(*["case.recorded"] * 5)
    await desk.make()
    asked = await desk.post(made, "pings")
    await desk.send()
    assert len(endpoint.posts) == 4
    assert asked["id"] in endpoint.ids


async def test_ten_pings_wait_at_most(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint)
    for _ in range(10):
        await desk.post(made, "pings")
    refused = await desk.integrator.post(f"{PATH}/{made['id']}/pings")
    check_refused(refused, 429, "rate-limited")
    assert refused.headers["Retry-After"] == "5"


async def test_what_came_meanwhile_may_be_left_out(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint)
    await desk.patch(made, state="paused")
    await desk.happen(*["case.recorded"] * 3)
    resumed = await desk.patch(made, state="active", from_position=2)
    assert resumed["position"] == 2
    await desk.send()
    assert [one["position"] for one in await desk.deliveries(made)] == [3]


async def test_four_keys_sign_at_most(desk: Desk) -> None:
    made = await registered(desk.integrator)
    for _ in range(3):
        await desk.post(made, "secret-rotation", {})
    path = f"{PATH}/{made['id']}/secret-rotation"
    check_refused(await desk.integrator.post(path, {}), 409, "move-not-allowed")
    await desk.post(made, "secret-rotation", {"end_old_at_once": True})
    assert len((await desk.read(made))["keys"]) == 1


async def test_a_hundred_are_enough(desk: Desk) -> None:
    made = await registered(desk.integrator)
    await desk.change(
        "INSERT INTO webhook_subscriptions (organisation_id, id, url, description, scheme, cursor) "
        "SELECT organisation_id, gen_random_uuid(), url, description, scheme, cursor FROM webhook_subscriptions, "
        "generate_series(1, 99) WHERE id = :id",
        id=made["id"],
    )
    check_refused(await desk.integrator.post(PATH, PUBLIC), 409, "conflict")


async def test_each_step_is_audited_without_an_address(desk: Desk, endpoint: Endpoint) -> None:
    made = await desk.subscribe(endpoint)
    await desk.post(made, "pings")
    await desk.post(made, "secret-rotation", {})
    await desk.patch(made, state="paused")
    await desk.integrator.request("DELETE", f"{PATH}/{made['id']}")
    assert await desk.actions() == [
        "webhook.subscribed",
        "webhook.pinged",
        "webhook.key_changed",
        "webhook.changed",
        "webhook.closed",
    ]
    details = await desk.rows("SELECT detail::text AS d FROM audit_entries WHERE action LIKE 'webhook.%'")
    assert all("127.0.0.1" not in row.d and "whsec" not in row.d for row in details)
