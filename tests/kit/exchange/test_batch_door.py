"""Many messages under one signature: each is taken, refused and receipted as if it had come alone."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage
from service_kit.exchange.rates import Rates
from shared_schemas.exchange.batches import write_batch
from shared_schemas.exchange.envelope import message_hash
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.receipts import Receipt, open_receipt
from tests.kit.exchange.sides import Pair


async def post(pair: Pair, body: bytes, **headers: str) -> httpx.Response:
    return await pair.hand_over(f"batch-{uuid4()}", body, **{"Content-Type": BATCH_MEDIA_TYPE, **headers})


def receipt_of(pair: Pair, answer: httpx.Response) -> Receipt:
    assert answer.status_code == 200, answer.text
    return open_receipt(
        answer.json()["receipt"],
        link=pair.b.link,
        receiver=pair.b.party,
        public_keys=[read_public_key(pair.b.public_key)],
    )


def problems(answer: httpx.Response) -> list[tuple[str, str | None]]:
    return [(problem["code"], problem.get("message_id")) for problem in answer.json()["problems"]]


async def held(pair: Pair) -> set[UUID]:
    return {row.id for row in await pair.b.rows("SELECT id FROM inbound_messages")}


async def test_each_message_is_taken_and_one_receipt_names_them_all(exchange_pair: Pair) -> None:
    messages = [exchange_pair.message() for _ in range(5)]
    known = messages[0]
    await exchange_pair.hand_over(*known)
    answer = await post(exchange_pair, write_batch([body for _, body in messages]))
    receipt = receipt_of(exchange_pair, answer)
    assert [(line.id, line.hash) for line in receipt.lines] == [
        (message_id, message_hash(body)) for message_id, body in messages
    ]
    assert answer.json()["problems"] == []
    assert exchange_pair.b.words == ["said"] * 5
    again = receipt_of(exchange_pair, await post(exchange_pair, write_batch([body for _, body in messages])))
    assert again.lines == receipt.lines
    assert len(exchange_pair.b.words) == 5


async def test_one_bad_message_harms_no_other(exchange_pair: Pair) -> None:
    subject = uuid4()
    good, last = exchange_pair.message(), exchange_pair.message()
    bad_type = exchange_pair.message(message_type="test.unknown.v1")
    taken, rival = exchange_pair.message(subject=subject), exchange_pair.message(subject=subject)
    wrong = exchange_pair.message(destination=uuid4())
    far = exchange_pair.message(streamsequence=5000)
    changed = good[0], exchange_pair.message(message_id=good[0])[1]
    cut = uuid4()
    batch = [good, bad_type, taken, rival, wrong, far, changed, (cut, f'{{"id":"{cut}",'.encode()), last]
    answer = await post(exchange_pair, write_batch([body for _, body in batch]))
    assert [line.id for line in receipt_of(exchange_pair, answer).lines] == [good[0], taken[0], last[0]]
    assert problems(answer) == [
        ("unsupported-type", str(bad_type[0])),
        ("conflict", str(rival[0])),
        ("wrong-party", str(wrong[0])),
        ("too-far-ahead", str(far[0])),
        ("changed-message", str(good[0])),
        ("malformed-message", str(cut)),
    ]
    conflict = answer.json()["problems"][1]
    receipt = open_receipt(
        conflict["receipt"], link=exchange_pair.b.link, receiver=exchange_pair.b.party,
        public_keys=[read_public_key(exchange_pair.b.public_key)],
    )  # fmt: skip
    assert [line.id for line in receipt.lines] == [taken[0]]
    assert await held(exchange_pair) == {good[0], taken[0], last[0]}
    assert "said" not in answer.text


async def test_an_error_while_one_takes_effect_is_its_own(exchange_pair: Pair) -> None:
    first, second = exchange_pair.message(data={"words": "one"}), exchange_pair.message(data={"words": "two"})

    async def fail(_acting: Acting, message: ReceivedMessage) -> None:
        if message.id == first[0]:
            raise RuntimeError("broken")

    exchange_pair.b.handle = fail
    answer = await post(exchange_pair, write_batch([first[1], second[1]]))
    assert len(receipt_of(exchange_pair, answer).lines) == 2
    assert exchange_pair.b.words == ["two"]


async def test_the_signature_is_over_the_whole(exchange_pair: Pair) -> None:
    batch = write_batch([exchange_pair.message()[1], exchange_pair.message()[1]])
    other = write_batch([exchange_pair.message()[1]])
    signed = exchange_pair.headers("batch-1", other)
    assert (
        await post(exchange_pair, batch, **{"webhook-signature": signed["webhook-signature"]})
    ).status_code == 401
    assert await held(exchange_pair) == set()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[\n\n]", b"{}", b"[\n{}\n\n]", b"[\n" + b",\n".join([b"{}"] * 101) + b"\n]"]
)
async def test_what_cannot_be_split_is_refused_as_a_whole(exchange_pair: Pair, body: bytes) -> None:
    answer = await post(exchange_pair, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-message")
    assert "message_id" not in answer.json()


async def test_a_batch_beyond_a_mebibyte_is_too_large(exchange_pair: Pair) -> None:
    assert (await post(exchange_pair, b"[\n" + b" " * 1024 * 1024 + b"\n]")).status_code == 413


async def test_each_message_counts_for_the_rate(exchange_pair: Pair) -> None:
    exchange_pair.b.app.state.rates = Rates(per_second=0.001, burst=2)
    messages = [exchange_pair.message() for _ in range(3)]
    answer = await post(exchange_pair, write_batch([body for _, body in messages]))
    assert [line.id for line in receipt_of(exchange_pair, answer).lines] == [id_ for id_, _ in messages[:2]]
    assert problems(answer) == [("rate-limited", str(messages[2][0]))]
    whole = await post(exchange_pair, write_batch([messages[2][1]]))
    assert (whole.status_code, "Retry-After" in whole.headers) == (429, True)


async def test_on_a_closed_link_only_what_is_held_gets_its_receipt(exchange_pair: Pair) -> None:
    known, new = exchange_pair.message(), exchange_pair.message()
    await exchange_pair.hand_over(*known)
    await exchange_pair.b.change("UPDATE exchange_links SET state = 'closed'")
    answer = await post(exchange_pair, write_batch([known[1], new[1]]))
    assert [line.id for line in receipt_of(exchange_pair, answer).lines] == [known[0]]
    assert problems(answer) == [("link-closed", str(new[0]))]
    assert (await post(exchange_pair, write_batch([new[1]]))).status_code == 410


async def test_the_place_in_the_batch_is_kept_beside_what_was_signed(exchange_pair: Pair) -> None:
    messages = [exchange_pair.message() for _ in range(2)]
    batch = write_batch([body for _, body in messages])
    await post(exchange_pair, batch)
    rows: list[Any] = await exchange_pair.b.rows("SELECT id, body, headers FROM inbound_messages")
    for position, (message_id, body) in enumerate(messages):
        [row] = [row for row in rows if row.id == message_id]
        assert row.body == body
        assert row.headers["webhook-id"].startswith("batch-")
        assert row.headers["batch"] == {"position": position, "count": 2, "hash": message_hash(batch)}
