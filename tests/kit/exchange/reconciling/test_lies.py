"""What a counterpart says is believed only under its signature, and where it fits what it signed."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service_kit.exchange.asking import QuestionRefused
from service_kit.exchange.links import load_link
from shared_schemas.exchange.keys import new_signing_key
from shared_schemas.exchange.summaries import Summary, SummaryDirection, summarise_day, write_summary
from tests.kit.exchange.reconciling.comparing import alerts, compare, delivered, found, unhurried
from tests.kit.exchange.sides import Pair, respond

Change = Callable[[dict[str, Any]], dict[str, Any]]


def lie(pair: Pair, door: str, change: Change) -> None:
    """Let `b` answer one kind of question of `a` otherwise than it would."""

    async def answer(request: httpx.Request) -> httpx.Response:
        told = await pair.a.wire.deliver(request)
        if not request.url.path.endswith(f"/{door}"):
            return told
        content = change(json.loads(await told.aread()))
        return respond(200, json.dumps(content).encode(), {"content-type": "application/json"})

    pair.a.wire.instead = answer


async def signed(pair: Pair, **changed: Any) -> str:
    b = pair.b
    async with b.acting() as acting:
        keys = await load_link(acting.session, b.party, b.link, b.settings.key_bytes())
    [state] = await b.rows("SELECT date_trunc('second', epoch) AS epoch FROM service_state")
    values: dict[str, Any] = {
        "link": b.link,
        "party": b.party,
        "epoch": state.epoch,
        "direction": SummaryDirection.RECEIVED,
        "time": datetime.now(UTC),
        "days": (),
    }
    key = changed.pop("key", keys.own_key)
    return write_summary(Summary(**{**values, **changed}), key)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": None}, "signature"),
        ({"link": uuid4()}, "signature"),
        ({"party": uuid4()}, "signature"),
        ({"direction": SummaryDirection.SENT}, "signature"),
        ({"time": datetime.now(UTC) - timedelta(hours=1)}, "statement_is_old"),
        ({"epoch": datetime(2020, 1, 1, tzinfo=UTC)}, "epoch"),
        (
            {"days": (summarise_day(date(1999, 1, 1), [(uuid4(), "0" * 64)]),)},
            "days_not_asked_for",
        ),
    ],
)
async def test_a_summary_that_is_not_theirs_for_now_is_refused(
    exchange_pair: Pair, changed: dict[str, Any], code: str
) -> None:
    a = exchange_pair.a
    await delivered(a)
    if "key" in changed:
        changed = {"key": new_signing_key()}
    note = await signed(exchange_pair, **changed)
    lie(exchange_pair, "summaries", lambda told: told | {"summary": note})
    outcome = await compare(a)
    assert (outcome.findings[0].kind, outcome.findings[0].code) == ("statement_refused", code)
    assert not outcome.sent_equal
    assert await alerts(a) == ["statement_refused"]
    a.wire.instead = None
    assert (await compare(a)).equal
    assert await alerts(a) == []


def without_one(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"messages": told["messages"][1:]}


def one_more(told: dict[str, Any]) -> dict[str, Any]:
    row = ["ffffffff-ffff-7fff-bfff-ffffffffffff", "0" * 64, "link", 9, "test.note.v1", None]
    return told | {"messages": [*told["messages"], row]}


def backwards(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"messages": told["messages"][::-1]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_one, "listing_is_not_as_signed"),
        (one_more, "listing_is_not_as_signed"),
        (backwards, "listing_does_not_ascend"),
    ],
)
async def test_a_listing_that_does_not_give_the_signed_root_is_refused(
    exchange_pair: Pair, change: Change, code: str
) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    ids = await delivered(a, 3)
    await b.change("UPDATE inbound_messages SET hash = :h WHERE id = :id", h="0" * 64, id=ids[2])
    lie(exchange_pair, "listings", change)
    outcome = await compare(a)
    assert [(f.kind, f.code) for f in outcome.findings] == [("statement_refused", code)]
    assert await alerts(a) == ["statement_refused"]
    # Nothing is done on its word.
    assert await a.rows("SELECT 1 FROM outbound_messages WHERE state <> 'delivered'") == []
    a.wire.instead = None
    assert found(await compare(a)) == [("hashes_differ", "sent", ids[2])]


@pytest.mark.parametrize(
    "body", [b"[]", b"<html>", b"{}", b'{"summary": 5}', b'{"summary": "x", "summary": "y"}']
)
async def test_an_unreadable_answer_compares_nothing(exchange_pair: Pair, body: bytes) -> None:
    a = exchange_pair.a
    for door in ("state", "summaries"):

        async def answer(request: httpx.Request, door: str = door) -> httpx.Response:
            if request.url.path.endswith(door):
                return respond(200, body, {"content-type": "application/json"})
            return await a.wire.deliver(request)

        a.wire.instead = answer
        with pytest.raises(QuestionRefused):
            await compare(a)
    assert await a.rows("SELECT 1 FROM reconciliations") == []
