"""The door for documents, as a counterpart and as strangers find it."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service_kit.app import framed
from service_kit.exchange.document_inbox import PARTIALS_A_LINK
from shared_schemas.exchange.documents import PART_MEDIA_TYPE, is_id_of_part, new_part_id
from shared_schemas.exchange.signatures import signed_headers
from tests.kit.exchange.sides import Pair
from tests.support.documents import pdf

DOCUMENT = pdf(1000)
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()


async def send(pair: Pair, content: bytes, offset: int = 0, **changed: Any) -> httpx.Response:
    """Post a part to `b` under `a`'s signature; whatever is named stands in for what would be right."""
    sha256 = changed.get("sha256", SHA256)
    signed = signed_headers(
        content,
        message_id=changed.get("webhook_id") or new_part_id(sha256, offset),
        now=datetime.now(UTC),
        private_keys=[pair.a_key],
    )
    headers = {"Content-Type": PART_MEDIA_TYPE, **signed, **changed.get("headers", {})}
    transport = httpx.ASGITransport(app=framed(pair.b.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://b.example") as client:
        return await client.post(
            f"/v1/exchange/links/{changed.get('link', pair.b.link)}/documents/{sha256}",
            params={"offset": offset, "size": changed.get("size", len(DOCUMENT))},
            content=content,
            headers=headers,
        )


def told(answer: httpx.Response) -> tuple[int, Any]:
    document = answer.json()
    return answer.status_code, document.get("code") or (document["held"], document["complete"])


async def kept(pair: Pair) -> int:
    rows = await pair.b.rows("SELECT 1 FROM documents")
    assert len(rows) == len(await pair.b.rows("SELECT 1 FROM link_documents"))
    return len(rows)


async def test_parts_of_any_length_make_the_document(exchange_pair: Pair) -> None:
    assert told(await send(exchange_pair, b"")) == (200, (0, False))
    assert told(await send(exchange_pair, DOCUMENT[:300])) == (200, (300, False))
    assert await kept(exchange_pair) == 0
    assert told(await send(exchange_pair, DOCUMENT[300:], 300)) == (200, (1000, True))
    assert await kept(exchange_pair) == 1
    assert await exchange_pair.b.actions() == ["document.kept", "exchange.document_received"]
    # Asked again, in whatever words, nothing changes.
    assert told(await send(exchange_pair, b"")) == (200, (1000, True))
    assert told(await send(exchange_pair, DOCUMENT[300:], 300)) == (200, (1000, True))
    assert await kept(exchange_pair) == 1


@pytest.mark.parametrize("offset", [0, 299, 301, 900])
async def test_what_does_not_begin_where_it_ended_is_told_where_that_is(
    exchange_pair: Pair, offset: int
) -> None:
    await send(exchange_pair, DOCUMENT[:300])
    answer = await send(exchange_pair, DOCUMENT[offset : offset + 100], offset)
    assert told(answer) == (409, "wrong-offset")
    assert (answer.json()["held"], answer.json()["document"]) == (300, SHA256)
    assert told(await send(exchange_pair, DOCUMENT[300:], 300)) == (200, (1000, True))


async def refusals(pair: Pair) -> list[tuple[str, httpx.Response]]:
    other = new_part_id("0" * 64, 0)
    return [
        ("unknown link", await send(pair, DOCUMENT, link=uuid4())),
        ("no link", await send(pair, DOCUMENT, link="nothing")),
        ("changed bytes", await send(pair, DOCUMENT, headers={"webhook-timestamp": "1793697154"})),
        ("a message's id", await send(pair, DOCUMENT, webhook_id=str(uuid4()))),
        ("another document's id", await send(pair, DOCUMENT, webhook_id=other)),
        ("another place's id", await send(pair, DOCUMENT, webhook_id=new_part_id(SHA256, 10))),
        ("no signature", await send(pair, DOCUMENT, headers={"webhook-signature": ""})),
    ]


async def test_every_fault_of_link_and_signature_is_one_answer(exchange_pair: Pair) -> None:
    seen = set()
    for name, answer in await refusals(exchange_pair):
        document = answer.json()
        document.pop("request_id")
        assert answer.status_code == 401, name
        seen.add(repr(sorted(document.items())))
    assert len(seen) == 1
    assert await kept(exchange_pair) == 0
    assert told(await send(exchange_pair, b"")) == (200, (0, False))


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"headers": {"Content-Type": "application/pdf"}}, 415, "unsupported-media-type"),
        ({"headers": {"Content-Encoding": "gzip"}}, 415, "unsupported-media-type"),
        ({"size": 0}, 422, "invalid-request"),
        ({"size": 900 * 1024 * 1024}, 422, "invalid-request"),
        ({"size": 101 * 1024 * 1024}, 413, "body-too-large"),
        ({"size": 500}, 422, "document-mismatch"),
    ],
    ids=["media type", "encoding", "no size", "absurd size", "too large", "more than announced"],
)
async def test_what_it_does_not_take_it_does_not_hold(
    exchange_pair: Pair, changed: dict[str, Any], status: int, code: str
) -> None:
    assert told(await send(exchange_pair, DOCUMENT, **changed)) == (status, code)
    assert told(await send(exchange_pair, b"")) == (200, (0, False))


async def test_a_part_is_one_mebibyte_at_most(exchange_pair: Pair) -> None:
    large = {"size": 2 * 1024 * 1024}
    assert told(await send(exchange_pair, bytes(1024 * 1024 + 1), **large)) == (413, "body-too-large")
    assert told(await send(exchange_pair, bytes(1024 * 1024), **large)) == (200, (1024 * 1024, False))


async def test_bytes_of_another_hash_are_discarded_and_audited(exchange_pair: Pair) -> None:
    answer = await send(exchange_pair, DOCUMENT[:-8] + b"x%%EOF\n\n")
    assert told(answer) == (422, "document-mismatch")
    assert await exchange_pair.b.actions() == ["exchange.document_refused"]
    assert told(await send(exchange_pair, b"")) == (200, (0, False))


async def test_what_is_no_document_is_refused(exchange_pair: Pair) -> None:
    content = b"\x89PNG" + bytes(996)
    sha256 = hashlib.sha256(content).hexdigest()
    answer = await send(exchange_pair, content, sha256=sha256)
    assert told(answer) == (422, "document-refused")
    assert answer.json()["document"] == sha256
    assert await kept(exchange_pair) == 0


async def test_a_closed_link_takes_none(exchange_pair: Pair) -> None:
    await exchange_pair.b.change("UPDATE exchange_links SET state = 'closed'")
    assert told(await send(exchange_pair, DOCUMENT)) == (410, "link-closed")


async def test_a_link_has_only_so_many_under_way(exchange_pair: Pair) -> None:
    for number in range(PARTIALS_A_LINK):
        assert told(await send(exchange_pair, b"x", sha256=f"{number:064x}")) == (200, (1, False))
    answer = await send(exchange_pair, b"x", sha256="f" * 64)
    assert told(answer) == (429, "rate-limited")
    assert answer.headers["Retry-After"] == "60"
    # Those under way go on.
    assert told(await send(exchange_pair, b"y", 1, sha256=f"{0:064x}")) == (200, (2, False))


@pytest.mark.parametrize("sha256", ["0" * 63, "g" * 64, "A" * 64])
async def test_a_name_that_is_no_hash_is_refused_before_anything(exchange_pair: Pair, sha256: str) -> None:
    answer = await send(exchange_pair, DOCUMENT, sha256=sha256, webhook_id="x")
    assert told(answer) == (422, "invalid-request")


def test_a_parts_id_names_its_document_and_place() -> None:
    made = new_part_id(SHA256, 104_857_600)
    assert len(made) <= 64
    assert is_id_of_part(made, SHA256, 104_857_600)
    assert not is_id_of_part(made, SHA256, 10_485_760)
    assert not is_id_of_part(made, "0" * 64, 104_857_600)
    assert new_part_id(SHA256, 0) != new_part_id(SHA256, 0)
