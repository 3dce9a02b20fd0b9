"""A restored side gets back what it had sent itself: only while a person of the other side holds it open."""

from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.links import load_link
from service_kit.exchange.restoring.returning import GotBack, get_back
from service_kit.identity import PrincipalKind
from tests.kit.exchange.restoring.operators import operate
from tests.kit.exchange.sides import Pair, Side, respond


async def lose_bodies(side: Side) -> None:
    """As entered again from the counterpart's listing: delivered, recovered, without content."""
    await side.change(
        "UPDATE outbound_messages SET body = NULL, receipt = NULL, recovered_at = now(), recovered_by = 'note'"
    )


async def fetch(side: Side) -> GotBack:
    return await get_back(side.worker, side.client, side.party, side.link, side.settings.key_bytes())


async def open_returns(side: Side, hours: int = 2) -> None:
    answer = await operate(
        side, "POST", f"/links/{side.link}/returns/opening", {"hours": hours, "reason": "They restored."}
    )
    assert answer.status_code == 201, answer.text


async def asker_of(side: Side) -> Asker:
    async with side.acting() as acting:
        keys = await load_link(acting.session, side.party, side.link, side.settings.key_bytes())
        return Asker.at(side.client, keys, acting.now)


async def bodies(side: Side) -> dict[UUID, bytes]:
    return {row.id: row.body for row in await side.rows("SELECT id, body FROM outbound_messages")}


async def test_a_key_alone_reads_nothing(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await a.send(str(uuid4()), "secret")
    await a.drain()
    await lose_bodies(a)
    assert await fetch(a) == GotBack(0, 1, "returns-closed")
    assert list((await bodies(a)).values()) == [None]


async def test_what_was_sent_comes_back_as_the_same_bytes_and_is_audited_under_who_opened_it(
    exchange_pair: Pair,
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    for number in range(23):
        await a.send(str(uuid4()), f"words {number}")
    await a.drain()
    before = await bodies(a)
    await lose_bodies(a)
    await open_returns(b)
    assert await fetch(a) == GotBack(23, 0)
    assert await bodies(a) == before
    told = await b.rows("SELECT detail FROM audit_entries WHERE action = 'exchange.given_back'")
    [opening] = await b.rows("SELECT opened_by, reason FROM exchange_returns_openings")
    assert {row.detail["opened_by"] for row in told} == {str(opening.opened_by)}
    assert len(told) == 23
    assert (await a.actions()).count("exchange.got_back") == 23


async def test_large_messages_come_back_in_several_answers(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    for _ in range(3):
        await a.send(str(uuid4()), "x" * 600_000)
    await a.drain()
    before = await bodies(a)
    await lose_bodies(a)
    await open_returns(b)
    assert await fetch(a) == GotBack(3, 0)
    assert await bodies(a) == before


async def test_its_time_over_or_closed_it_gives_nothing(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await a.send(str(uuid4()))
    await a.drain()
    await lose_bodies(a)
    await open_returns(b)
    await b.change("UPDATE exchange_links SET returns_open_until = now() - interval '1 second'")
    assert (await fetch(a)).problem == "returns-closed"
    await open_returns(b)
    assert (await operate(b, "POST", f"/links/{b.link}/returns/closing")).json()["open_until"] is None
    assert (await fetch(a)).problem == "returns-closed"


async def test_only_the_askers_own_of_this_link_comes_back(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await b.send(str(uuid4()), "b's own")
    await b.drain()
    await open_returns(b)
    [own_of_b] = await bodies(b)
    asker = await asker_of(a)
    answer = await asker.post("/returns", f'{{"ids":["{own_of_b}","{uuid4()}"]}}'.encode())
    assert (answer.status, answer.body) == (200, b"[]")


@pytest.mark.parametrize("ids", [[], [str(uuid4()) for _ in range(21)], ["no id"]])
async def test_a_question_out_of_shape_is_refused(exchange_pair: Pair, ids: list[str]) -> None:
    a = exchange_pair.a
    await open_returns(exchange_pair.b)
    asker = await asker_of(a)
    with pytest.raises(QuestionRefused, match="invalid-message"):
        await asker.ask("/returns", {"ids": ids})


async def test_other_bytes_than_the_hash_says_are_not_stored(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await a.send(str(uuid4()), "true")
    await a.drain()
    [(message_id, body)] = (await bodies(a)).items()
    await lose_bodies(a)
    forged = body.replace(b'"true"', b'"fake"')

    async def lie(_request: httpx.Request) -> httpx.Response:
        return respond(200, b"[\n" + forged + b"\n]")

    a.wire.instead = lie
    assert await fetch(a) == GotBack(0, 1)
    assert await bodies(a) == {message_id: None}


@pytest.mark.parametrize("hours", [0, 25])
async def test_it_opens_for_at_most_a_day(exchange_pair: Pair, hours: int) -> None:
    b = exchange_pair.b
    answer = await operate(b, "POST", f"/links/{b.link}/returns/opening", {"hours": hours, "reason": "why"})
    assert answer.status_code == 422


async def test_a_system_opens_nothing_and_an_unknown_link_is_not_found(exchange_pair: Pair) -> None:
    b, given = exchange_pair.b, {"hours": 1, "reason": "why"}
    by_system = await operate(b, "POST", f"/links/{b.link}/returns/opening", given, PrincipalKind.SYSTEM)
    assert by_system.status_code == 403
    assert (await operate(b, "POST", f"/links/{uuid4()}/returns/opening", given)).status_code == 404
    assert (await operate(b, "POST", f"/links/{uuid4()}/returns/closing")).status_code == 404
