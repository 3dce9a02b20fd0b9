"""Integrators are told of what crosses, and the official library reads what either kind of sender signs."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import load_link
from service_kit.placing import FeedPlacer
from service_kit.webhooks.making import DeliveryMaker
from service_kit.webhooks.sending import WebhookSender
from shared_schemas.exchange.keys import write_secret
from tests.kit.webhooks.receiving import listening
from tests.pair.wires import Pair
from tests.support.services import Service

PATH = "/v1/webhook-subscriptions"


async def send_webhooks(service: Service) -> None:
    client = ExchangeClient(attempt_seconds=10)
    await FeedPlacer(service.worker).place()
    await DeliveryMaker(service.worker, service.settings).make()
    while await WebhookSender(service.worker, service.settings, client).drain_once():
        pass
    await client.close()


async def test_a_records_system_is_told_of_a_case_and_the_panels_of_what_came(pair: Pair) -> None:
    async with listening() as records, listening() as board:
        secrets = {}
        for side, code, endpoint in (
            (pair.local, pair.east.code, records),
            (pair.panel, "panel", board),
        ):
            administrator = await side.service.caller("administrator", organisation=code)
            body = {"url": endpoint.url, "description": "Records", "allowed_networks": ["127.0.0.0/8"]}
            made = await administrator.post(PATH, body)
            assert made.status_code == 201, made.text
            secrets[endpoint.url] = made.json()["secret"]
        path = await pair.east.notified()
        await pair.drain()
        await send_webhooks(pair.local.service)
        await send_webhooks(pair.panel.service)
        events = [post.verified(secrets[records.url]) for post in records.posts]
        assert {"case.recorded", "notification.authorised"} <= {event["type"] for event in events}
        [recorded] = [event for event in events if event["type"] == "case.recorded"]
        assert recorded["subject"] == path.rsplit("/", 1)[1]
        integrator = await pair.local.service.caller("integrator", organisation=pair.east.code)
        changes = (await integrator.get("/v1/changes")).json()["items"]
        assert sorted(event["feedposition"] for event in events) == [one["position"] for one in changes]
        at_panel = [post.verified(secrets[board.url]) for post in board.posts]
        assert "document.received" in {event["type"] for event in at_panel}
        # Nothing of the child, or of what happened, is in any of it.
        case = await pair.east.read(path)
        child = case["incident"]["children"][0]
        for post in records.posts + board.posts:
            for value in (
                child["la_child_id"],
                child["nhs_number"],
                case["incident"]["summary"],
                "2025-08-01",
            ):
                assert value.encode() not in post.body


async def test_the_official_library_reads_the_exchanges_own_push(pair: Pair) -> None:
    await pair.east.notified()
    await pair.drain()
    local = pair.local.service
    [link] = await pair.local.rows("SELECT organisation_id, id FROM exchange_links")
    async with local.app.state.database.transaction(link.organisation_id) as session:
        keys = await load_link(session, link.organisation_id, link.id, local.settings.key_bytes())
    [secret_out], [secret_in] = keys.secrets_out, keys.secrets_in
    pushes = [request for request in pair.local.wire.requests if request.url.path.endswith("/messages")]
    assert pushes
    for push in pushes:
        headers = dict(push.headers)
        event = Webhook(write_secret(secret_out)).verify(push.content, headers)
        assert event == json.loads(push.content)
        assert event["id"] == headers["webhook-id"]
        with pytest.raises(WebhookVerificationError):
            Webhook(write_secret(secret_in)).verify(push.content, headers)
    assert abs(int(pushes[0].headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300
