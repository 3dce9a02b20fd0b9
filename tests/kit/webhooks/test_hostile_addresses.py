"""What a name means is looked at when connecting: a name that was public at first may mean this machine later."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from service_kit.exchange.addresses import Address
from service_kit.exchange.client import ExchangeClient
from tests.kit.webhooks.desk import Desk
from tests.kit.webhooks.receiving import Endpoint


@pytest.mark.parametrize(
    "meant", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]]
)
async def test_a_name_that_means_an_inner_address_is_refused_when_connecting(
    desk: Desk, endpoint: Endpoint, meant: list[str]
) -> None:
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[Address]:
        asked.append(host)
        return [ip_address(text) for text in meant]

    desk.client = ExchangeClient(attempt_seconds=5, resolve=resolve)
    endpoint.url = "https://rebinding.example/events"
    subscription = await desk.subscribe(endpoint, allowed_networks=[])
    await desk.happen("case.recorded")
    await desk.send()
    await desk.client.close()
    [delivery] = await desk.deliveries(subscription)
    assert asked == ["rebinding.example"]
    assert (delivery["state"], delivery["last_outcome"]) == ("pending", "address_refused")
    assert endpoint.posts == []


async def test_an_address_whose_network_is_no_longer_allowed_is_refused_when_connecting(
    desk: Desk, endpoint: Endpoint
) -> None:
    subscription = await desk.subscribe(endpoint)
    await desk.change("UPDATE webhook_subscriptions SET allowed_networks = '{}'")
    await desk.happen("case.recorded")
    await desk.send()
    [delivery] = await desk.deliveries(subscription)
    assert (delivery["state"], delivery["last_outcome"]) == ("pending", "address_refused")
    assert endpoint.posts == []


async def test_a_redirect_is_not_followed(desk: Desk, endpoint: Endpoint) -> None:
    from tests.kit.webhooks.receiving import Post, answer, listening

    async with listening() as inner:

        async def respond(_post: Post) -> bytes:
            return answer(307, Location=inner.url)

        endpoint.respond = respond
        subscription = await desk.subscribe(endpoint)
        await desk.happen("case.recorded")
        await desk.send()
        [delivery] = await desk.deliveries(subscription)
        assert (delivery["state"], len(endpoint.posts), len(inner.posts)) == ("pending", 1, 0)
