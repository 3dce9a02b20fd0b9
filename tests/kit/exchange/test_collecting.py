"""A counterpart whose network lets nothing in asks for what is due: the same messages, the same receipts."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.acting import Acting
from service_kit.administration import Peer, owner_session, register_peer
from service_kit.app import framed
from service_kit.exchange.asking import Asker
from service_kit.exchange.collecting.collector import Collector, back_off
from service_kit.exchange.links import load_link
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.models import DeliveryMode
from shared_schemas.exchange.batches import read_batch
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE
from shared_schemas.exchange.keys import new_signing_key, read_public_key
from shared_schemas.exchange.receipts import open_receipt
from shared_schemas.exchange.signatures import signed_headers
from tests.kit.exchange.sides import NOTE, Note, Pair, Side, respond
from tests.kit.exchange.test_key_rotation import pinned_by, rotate, signing_with
from tests.kit.exchange.test_operating import ask as operate


async def register(own: Side, other: Side, **changes: Any) -> None:
    peer = Peer(
        organisation_code=own.name, party=f"urn:uuid:{other.party}", code=other.name, name=other.name,
        link=own.link, address=f"https://{other.name}.example", public_key=other.public_key,
        successor=other.successor, **changes,
    )  # fmt: skip
    async with owner_session(own.settings) as session:
        await register_peer(session, own.settings, peer)


@pytest.fixture
async def collecting_pair(exchange_pair: Pair) -> Pair:
    """``b`` collects from ``a``."""
    await register(exchange_pair.a, exchange_pair.b, delivery_mode=DeliveryMode.COLLECT)
    await register(exchange_pair.b, exchange_pair.a, collects=True)
    return exchange_pair


async def collect(side: Side) -> int:
    await side.change("UPDATE exchange_collections SET next_at = now()")
    return await Collector(side.worker, side.settings, side.client, side.app.state.receiving).collect_due()


async def fault(side: Side) -> str | None:
    [row] = await side.rows("SELECT last_fault FROM exchange_collections")
    found: str | None = row.last_fault
    return found


async def outcomes(side: Side) -> list[str]:
    return [row.outcome for row in await side.rows("SELECT outcome FROM delivery_attempts ORDER BY id")]


def answering(
    side: Side, path: str, act: Callable[[httpx.Request], Awaitable[httpx.Response]]
) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
    """Let a test answer what a side asks on one path; all else is carried."""

    async def carry(request: httpx.Request) -> httpx.Response:
        return await (act if request.url.path.endswith(path) else side.wire.deliver)(request)

    return carry


async def test_what_is_due_is_collected_in_order_and_delivered_by_its_receipts(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    subjects = [str(uuid4()) for _ in range(3)]
    sent = [await a.send(subject, f"{subject} {number}") for number in range(3) for subject in subjects]
    assert await a.dispatcher().drain_once() == 0  # nothing is pushed
    assert await collect(b) == 9
    for subject in subjects:
        assert [words for words in b.words if words.startswith(subject)] == [
            f"{subject} {number}" for number in range(3)
        ]
    rows = await a.rows("SELECT * FROM outbound_messages")
    assert {row.id for row in rows} == set(sent)
    for row in rows:
        receipt = open_receipt(
            row.receipt, link=a.link, receiver=b.party, public_keys=[read_public_key(b.public_key)]
        )
        line = receipt.line_for(row.id)
        assert line is not None
        assert (row.state, line.hash, line.reference) == ("delivered", row.hash, row.receipt_reference)
    assert sorted(await outcomes(a)) == ["collected"] * 9 + ["delivered"] * 9
    assert await a.actions() == ["exchange.delivered"] * 9
    [held] = await b.rows("SELECT headers FROM inbound_messages LIMIT 1")
    assert held.headers["batch"]["count"] == 3
    assert await collect(b) == 0


async def test_pushing_the_other_way_works_as_before(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    subject = str(uuid4())
    there, back = await a.send(subject, "there"), await b.send(subject, "back")
    await b.drain()
    assert await b.state_of(back) == "delivered"
    assert await collect(b) == 1
    assert await a.state_of(there) == "delivered"
    assert (a.words, b.words) == (["back"], ["there"])


async def test_a_lost_answer_leads_to_the_same_batch_again(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    seen: list[bytes] = []

    async def lose(request: httpx.Request) -> httpx.Response:
        seen.append(await (await b.wire.deliver(request)).aread())
        raise httpx.ReadError("cut")

    messages = [await a.send(str(uuid4())) for _ in range(3)]
    b.wire.instead = answering(b, "/collections", lose)
    assert await collect(b) == 0
    assert (await fault(b), b.words) == ("connection_broken", [])
    assert await collect(b) == 0
    assert seen[0] == seen[1]
    assert len(read_batch(seen[0])) == 3
    assert {await a.state_of(message) for message in messages} == {"pending"}
    b.wire.instead = None
    assert await collect(b) == 3
    assert (await fault(b), len(b.words)) == (None, 3)


async def test_lost_receipts_are_sent_again_and_nothing_takes_effect_twice(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    message = await a.send(str(uuid4()))

    async def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    async def lose(request: httpx.Request) -> httpx.Response:
        await b.wire.deliver(request)
        raise httpx.ReadError("cut")

    b.wire.instead = answering(b, "/receipts", refuse)
    await collect(b)
    assert (await a.state_of(message), b.words) == ("pending", ["said"])
    b.wire.instead = answering(b, "/receipts", lose)
    await collect(b)
    assert (await a.state_of(message), b.words) == ("delivered", ["said"])
    b.wire.instead = None
    assert await collect(b) == 0
    assert await fault(b) is None


async def test_a_message_that_is_refused_is_dead_and_harms_no_other(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    subject = str(uuid4())
    bad, behind = await a.send(subject, message_type="test.unknown.v1"), await a.send(subject)
    good = await a.send(str(uuid4()))
    await collect(b)
    states = [await a.state_of(message) for message in (bad, behind, good)]
    assert states == ["dead", "pending", "delivered"]
    [row] = await a.rows("SELECT problem FROM outbound_messages WHERE state = 'dead'")
    assert row.problem["name"] == "unsupported-type"
    assert await collect(b) == 0  # what is behind it waits
    # Redriven after the other side learnt the type, it is collected like any other.
    b.app.state.receiving.message_types["test.unknown.v1"] = MessageType(
        "test.unknown.v1", Note, b.app.state.receiving.message_types[NOTE].apply
    )
    await a.change("UPDATE outbound_messages SET state = 'pending', problem = NULL WHERE state = 'dead'")
    assert await collect(b) == 2
    assert [await a.state_of(message) for message in (bad, behind)] == ["delivered", "delivered"]


async def test_what_cannot_be_stored_now_is_given_again_later(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    message = await a.send(str(uuid4()))
    await b.change("ALTER TABLE inbound_messages ADD CONSTRAINT none CHECK (false) NOT VALID")
    await collect(b)
    assert await a.state_of(message) == "pending"
    assert (await outcomes(a))[-1] == "message_waits"
    await b.change("ALTER TABLE inbound_messages DROP CONSTRAINT none")
    assert await collect(b) == 0  # not due yet
    await a.make_due()
    assert await collect(b) == 1
    assert await a.state_of(message) == "delivered"


async def test_an_error_while_it_takes_effect_keeps_it_received(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b

    async def fail(_acting: Acting, _message: ReceivedMessage) -> None:
        raise RuntimeError("broken")

    b.handle = fail
    message = await a.send(str(uuid4()))
    await collect(b)
    assert await a.state_of(message) == "delivered"
    b.handle = None
    await b.make_due()
    await b.applier().apply_due()
    assert b.words == ["said"]


async def ask(pair: Pair, path: str, body: bytes, **headers: str) -> httpx.Response:
    """Ask ``a`` as its counterpart would; headers given here replace those made."""
    async with pair.b.acting() as acting:
        keys = await load_link(acting.session, pair.b.party, pair.b.link, pair.b.settings.key_bytes())
        signed = signed_headers(body, message_id=str(uuid4()), now=acting.now, private_keys=keys.signing_keys)
    transport = httpx.ASGITransport(app=framed(pair.a.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as client:
        return await client.post(
            f"/v1/exchange/links/{pair.a.link}{path}",
            content=body,
            headers={"Content-Type": "application/json", **signed, **headers},
        )


async def test_a_question_is_answered_once_and_only_the_counterpart(collecting_pair: Pair) -> None:
    a = collecting_pair.a
    message = await a.send(str(uuid4()))
    first = await ask(collecting_pair, "/collections", b"{}")
    assert (first.status_code, first.headers["content-type"]) == (200, BATCH_MEDIA_TYPE)
    sent = {name: first.request.headers[name] for name in
            ("webhook-id", "webhook-timestamp", "webhook-signature")}  # fmt: skip
    assert (await ask(collecting_pair, "/collections", b"{}", **sent)).status_code == 401
    stranger = signed_headers(
        b"{}", message_id=str(uuid4()), now=await now(a), private_keys=[new_signing_key()]
    )
    own = signed_headers(
        b"{}", message_id=str(uuid4()), now=await now(a), private_keys=[collecting_pair.a_key]
    )
    old = signed_headers(
        b"{}",
        message_id=str(uuid4()),
        now=await now(a) - timedelta(minutes=6),
        private_keys=[new_signing_key()],
    )
    for headers in (stranger, own, old):
        for path in ("/collections", "/receipts"):
            assert (await ask(collecting_pair, path, b"{}", **headers)).status_code == 401
    assert await a.state_of(message) == "pending"


async def now(side: Side) -> Any:
    [row] = await side.rows("SELECT now() AS now")
    return row.now


async def test_where_it_is_not_agreed_nothing_is_given(exchange_pair: Pair) -> None:
    message = await exchange_pair.a.send(str(uuid4()))
    for path, body in (("/collections", b"{}"), ("/receipts", b'{"receipt":"x"}')):
        assert (await ask(exchange_pair, path, body)).status_code == 404
    assert await exchange_pair.a.state_of(message) == "pending"
    await exchange_pair.a.drain()
    assert await exchange_pair.a.state_of(message) == "delivered"


async def test_nothing_is_given_while_sending_is_held_or_the_link_closed(collecting_pair: Pair) -> None:
    a = collecting_pair.a
    assert (await ask(collecting_pair, "/collections", b"{}")).status_code == 204
    await a.send(str(uuid4()))
    await a.change("UPDATE exchange_links SET sending_held_at = now()")
    assert (await ask(collecting_pair, "/collections", b"{}")).status_code == 204
    await a.change("UPDATE exchange_links SET sending_held_at = NULL")
    assert (await ask(collecting_pair, "/collections", b"{}")).status_code == 200
    await a.change("UPDATE exchange_links SET state = 'closed'")
    assert (await ask(collecting_pair, "/collections", b"{}")).status_code == 410


async def test_no_receipt_of_another_delivers_and_no_problem_kills_what_was_not_given(
    collecting_pair: Pair,
) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    message = await a.send(str(uuid4()))
    async with b.acting() as acting:
        keys = await load_link(acting.session, b.party, b.link, b.settings.key_bytes())
        asker = Asker.at(b.client, keys, acting.now)
    forged = await asker.post("/receipts", b'{"receipt":"exchange-receipt/v1\\n\\n","problems":[]}')
    assert forged.status == 422
    note = await empty_receipt(collecting_pair)
    problem = {"type": "/problems/invalid-message", "status": 422, "code": "invalid-message",
               "message_id": str(message)}  # fmt: skip
    assert await asker.ask("/receipts", {"receipt": note, "problems": [problem]}) == {"recorded": 0}
    assert await a.state_of(message) == "pending"
    await ask(collecting_pair, "/collections", b"{}")
    others = [problem | {"message_id": str(uuid4())}, problem | {"status": 200}, problem | {"message_id": 5}]
    assert await asker.ask("/receipts", {"receipt": note, "problems": others}) == {"recorded": 0}
    assert await a.state_of(message) == "pending"
    assert await asker.ask("/receipts", {"receipt": note, "problems": [problem]}) == {"recorded": 1}
    assert await a.state_of(message) == "dead"


async def empty_receipt(pair: Pair) -> str:
    """A receipt of ``b`` that names no message."""
    answer = await pair.hand_over("batch-1", b'[\n{"id":"nothing"}\n]', **{"Content-Type": BATCH_MEDIA_TYPE})
    note: str = answer.json()["receipt"]
    return note


async def test_an_answer_that_is_not_the_counterparts_is_not_taken(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    message = await a.send(str(uuid4()))

    async def forge(request: httpx.Request) -> httpx.Response:
        answer = await b.wire.deliver(request)
        headers = dict(answer.headers) | {"webhook-id": "another"}
        return respond(200, await answer.aread(), headers)

    async def page(_request: httpx.Request) -> httpx.Response:
        return respond(200, b"<html>", {"content-type": "text/html"})

    for act, told in ((forge, "signature_rejected"), (page, "unreadable_answer")):
        b.wire.instead = answering(b, "/collections", act)
        assert await collect(b) == 0
        assert await fault(b) == told
    [alert] = await b.rows("SELECT kind FROM exchange_alerts WHERE cleared_at IS NULL")
    assert alert.kind == "destination_answers_wrongly"
    assert (await a.state_of(message), b.words) == ("pending", [])
    b.wire.instead = None
    assert await collect(b) == 1
    assert await b.rows("SELECT kind FROM exchange_alerts WHERE cleared_at IS NULL") == []


async def test_after_a_fault_the_counterpart_is_left_alone_and_two_workers_do_not_ask_twice(
    collecting_pair: Pair,
) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    await a.send(str(uuid4()))
    collectors = [Collector(b.worker, b.settings, b.client, b.app.state.receiving) for _ in range(2)]
    first, second = await collectors[0].collect_due(), await collectors[1].collect_due()
    assert (first, second) == (1, 0)
    assert len(b.wire.bodies) == 3  # the batch, its receipts, and that there is no more

    async def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    b.wire.instead = away
    for faults in (1, 2):
        await collect(b)
        [row] = await b.rows("SELECT faults_in_a_row, next_at - now() AS wait FROM exchange_collections")
        assert row.faults_in_a_row == faults
        assert row.wait.total_seconds() <= 5 * 2 ** (faults - 1) * 1.2
    asked = len(b.wire.bodies)
    assert await collectors[0].collect_due() == 0
    assert len(b.wire.bodies) == asked


@given(faults=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_the_wait_grows_from_seconds_to_a_quarter_of_an_hour(faults: int, jitter: float) -> None:
    wait = back_off(faults, jitter).total_seconds()
    assert 4 <= wait <= 900 * 1.2
    if faults > 10:
        assert wait >= 900 * 0.8


async def test_large_messages_come_in_several_batches_within_a_mebibyte(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    sizes: list[int] = []

    async def measure(request: httpx.Request) -> httpx.Response:
        answer = await b.wire.deliver(request)
        body = await answer.aread()
        sizes.append(len(body))
        return respond(answer.status_code, body, answer.headers)

    b.wire.instead = answering(b, "/collections", measure)
    for _ in range(5):
        await a.send(str(uuid4()), "x" * 400_000)
    assert await collect(b) == 5
    assert sizes[-1] == 0
    assert len(sizes) == 4
    assert max(sizes) <= 1024 * 1024


async def test_keys_change_while_one_side_collects(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    message: UUID
    for _ in range(2):
        await rotate(a)
        await rotate(b)
        message = await a.send(str(uuid4()))
        assert await collect(b) == 2
        await b.drain()
        assert await a.state_of(message) == "delivered"
    assert (await pinned_by(b, a))[0] == (await signing_with(a))[0]
    assert (await pinned_by(a, b))[0] == (await signing_with(b))[0]


async def test_operators_see_who_collects_and_how_it_goes(collecting_pair: Pair) -> None:
    a, b = collecting_pair.a, collecting_pair.b
    await collect(b)
    [link] = (await operate(a, "GET", "/links")).json()["items"]
    assert link["delivery_mode"] == "collect"
    [collection] = (await operate(b, "GET", "/collections")).json()["items"]
    assert (collection["link_id"], collection["last_fault"], collection["faults_in_a_row"]) == (
        str(b.link), None, 0,
    )  # fmt: skip
    assert collection["last_at"] is not None
    await register(b, a)
    assert (await operate(b, "GET", "/collections")).json()["items"] == []
