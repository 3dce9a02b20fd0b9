"""Strangers at the door: every fault of link and signature is one answer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_schemas.exchange.signatures import signed_headers
from tests.kit.exchange.sides import Pair

LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80)


async def seen(pair: Pair, answer: httpx.Response) -> tuple[int, dict[str, Any], set[str]]:
    document = answer.json()
    assert UUID(document.pop("request_id")) == UUID(answer.headers["x-request-id"])
    assert not await pair.b.rows("SELECT 1 FROM inbound_messages")
    headers = {name for name in answer.headers if name != "content-length"}
    return answer.status_code, document, headers


async def the_refusal(pair: Pair) -> tuple[int, dict[str, Any], set[str]]:
    """What an unknown link is answered; all else must look the same."""
    answer = await seen(pair, await pair.hand_over(*pair.message(), link=uuid4()))
    assert answer[0] == 401
    return answer


@pytest.mark.parametrize("link", ["not-a-uuid", "%00", "1" * 300, "EFBDF1BB-6692-4718-A0BB-0BB914C7BE94"])
async def test_whatever_stands_for_a_link_is_answered_like_an_unknown_one(
    exchange_pair: Pair, link: str
) -> None:
    answer = await exchange_pair.hand_over(*exchange_pair.message(), link=link)
    assert await seen(exchange_pair, answer) == await the_refusal(exchange_pair)


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_a_time_too_far_off_is_the_same_refusal(exchange_pair: Pair, seconds: int) -> None:
    message_id, body = exchange_pair.message()
    headers = signed_headers(
        body,
        message_id=str(message_id),
        now=datetime.now(UTC) + timedelta(seconds=seconds),
        private_keys=[exchange_pair.a_key],
    )
    answer = await exchange_pair.hand_over(message_id, body, **headers)
    assert await seen(exchange_pair, answer) == await the_refusal(exchange_pair)


async def test_another_key_or_a_scheme_the_link_does_not_take_is_the_same_refusal(
    exchange_pair: Pair,
) -> None:
    message_id, body = exchange_pair.message()
    common: dict[str, Any] = {"message_id": str(message_id), "now": datetime.now(UTC)}
    stranger = signed_headers(body, private_keys=[Ed25519PrivateKey.generate()], **common)
    shared = signed_headers(body, secrets=[b"x" * 32], **common)
    for headers in (stranger, shared):
        answer = await exchange_pair.hand_over(message_id, body, **headers)
        assert await seen(exchange_pair, answer) == await the_refusal(exchange_pair)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_a_missing_or_repeated_header_is_the_same_refusal(exchange_pair: Pair, name: str) -> None:
    message_id, body = exchange_pair.message()
    good = exchange_pair.headers(message_id, body)
    transport = httpx.ASGITransport(app=exchange_pair.b.app)
    for pairs in (
        [pair for pair in good.items() if pair[0] != name],
        [*good.items(), (name, good[name])],
    ):
        async with httpx.AsyncClient(transport=transport, base_url="https://b.example") as client:
            path = f"/v1/exchange/links/{exchange_pair.b.link}/messages"
            answer = await client.post(path, content=body, headers=pairs)
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message_id=LATIN, timestamp=LATIN | st.integers().map(str), signature=LATIN | LATIN.map("v1a,{}".format)
)
async def test_garbage_is_always_the_same_refusal(
    exchange_pair: Pair, message_id: str, timestamp: str, signature: str
) -> None:
    garbage = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    good_id, body = exchange_pair.message()
    path = f"https://b.example/v1/exchange/links/{exchange_pair.b.link}/messages"
    headers = {**exchange_pair.headers(good_id, body), **garbage}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    exchange_pair.a.wire.app = exchange_pair.b.app
    request = httpx.Request("POST", path, headers=encoded, content=body)
    answer = await exchange_pair.a.wire.deliver(request)
    await answer.aread()
    assert await seen(exchange_pair, answer) == await the_refusal(exchange_pair)


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "application/json"}, {"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}],
)
async def test_another_media_type_is_told_alike_for_known_and_unknown_links(
    exchange_pair: Pair, headers: dict[str, str]
) -> None:
    message_id, body = exchange_pair.message()
    answers = [
        await seen(exchange_pair, await exchange_pair.hand_over(message_id, body, link=link, **headers))
        for link in (exchange_pair.b.link, uuid4())
    ]
    assert answers[0] == answers[1]
    assert answers[0][1]["code"] == "unsupported-media-type"


async def test_a_body_over_the_limit_is_told_alike_for_known_and_unknown_links(exchange_pair: Pair) -> None:
    message_id, _ = exchange_pair.message()
    body = b"x" * (1024 * 1024 + 1)
    answers = [
        await seen(exchange_pair, await exchange_pair.hand_over(message_id, body, link=link))
        for link in (exchange_pair.b.link, uuid4())
    ]
    assert answers[0] == answers[1]
    assert answers[0][1]["code"] == "body-too-large"
