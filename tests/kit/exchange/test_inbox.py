"""Receiving: what is stored, what is answered, and in which order it takes effect."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.exchange.rates import Rates
from service_kit.ids import new_id
from shared_schemas.exchange.envelope import message_hash
from shared_schemas.exchange.keys import read_public_key
from shared_schemas.exchange.receipts import ReceiptLine, open_receipt
from tests.kit.exchange.sides import Pair

STRANGER = UUID("01a05a43-fc00-7000-8000-00000000000f")


def line_of(pair: Pair, note: str) -> ReceiptLine:
    keys = [read_public_key(pair.b.public_key)]
    [line] = open_receipt(note, link=pair.b.link, receiver=pair.b.party, public_keys=keys).lines
    return line


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def hand_over_numbers(pair: Pair, subject: UUID, *numbers: int) -> None:
    for number in numbers:
        data = {"words": str(number)}
        answer = await pair.hand_over(*pair.message(subject=subject, streamsequence=number, data=data))
        assert answer.status_code == 201


async def test_a_duplicate_gets_the_same_line_and_does_nothing(exchange_pair: Pair) -> None:
    message_id, body = exchange_pair.message()
    first = await exchange_pair.hand_over(message_id, body)
    again = await exchange_pair.hand_over(message_id, body)
    assert (first.status_code, again.status_code) == (201, 200)
    line = line_of(exchange_pair, first.json()["receipt"])
    assert line == line_of(exchange_pair, again.json()["receipt"])
    assert (line.id, line.hash) == (message_id, message_hash(body))
    assert exchange_pair.b.words == ["said"]
    assert await exchange_pair.b.actions() == ["exchange.received", "exchange.applied"]


async def test_duplicates_at_the_same_moment_are_one_row_and_one_line(exchange_pair: Pair) -> None:
    message_id, body = exchange_pair.message()
    answers = await asyncio.gather(*(exchange_pair.hand_over(message_id, body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({line_of(exchange_pair, answer.json()["receipt"]) for answer in answers}) == 1
    assert len(await exchange_pair.b.rows("SELECT 1 FROM inbound_messages")) == 1
    assert exchange_pair.b.words == ["said"]


async def test_other_bytes_under_a_held_id_are_refused_and_audited(exchange_pair: Pair) -> None:
    message_id, body = exchange_pair.message()
    await exchange_pair.hand_over(message_id, body)
    _, changed = exchange_pair.message(message_id=message_id, data={"words": "other"})
    answer = await exchange_pair.hand_over(message_id, changed)
    assert problem_of(answer) == (409, "changed-message")
    assert answer.json()["message_id"] == str(message_id)
    assert (await exchange_pair.b.actions())[-1] == "exchange.refused"
    [row] = await exchange_pair.b.rows("SELECT body FROM inbound_messages")
    assert row.body == body


async def test_a_second_message_on_a_number_gets_the_receipt_of_the_one_held(exchange_pair: Pair) -> None:
    subject = uuid4()
    held, body = exchange_pair.message(subject=subject)
    await exchange_pair.hand_over(held, body)
    answer = await exchange_pair.hand_over(*exchange_pair.message(subject=subject))
    assert problem_of(answer) == (409, "conflict")
    assert line_of(exchange_pair, answer.json()["receipt"]).id == held


async def test_a_second_message_of_a_chain_gets_the_receipt_of_the_one_held(exchange_pair: Pair) -> None:
    subject, chain = uuid4(), new_id()
    held, body = exchange_pair.message(subject=subject, replaces=chain)
    await exchange_pair.hand_over(held, body)
    other = exchange_pair.message(message_id=chain, subject=subject, streamsequence=2)
    answer = await exchange_pair.hand_over(*other)
    assert problem_of(answer) == (409, "conflict")
    assert line_of(exchange_pair, answer.json()["receipt"]).id == held


async def test_rivals_for_a_number_at_the_same_moment_leave_one(exchange_pair: Pair) -> None:
    subject = uuid4()
    rivals = [exchange_pair.message(subject=subject) for _ in range(6)]
    answers = await asyncio.gather(*(exchange_pair.hand_over(*rival) for rival in rivals))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    [row] = await exchange_pair.b.rows("SELECT id FROM inbound_messages")
    receipts = {line_of(exchange_pair, answer.json()["receipt"]).id for answer in answers}
    assert receipts == {row.id}


async def test_a_gap_waits_and_then_all_take_effect_in_order(exchange_pair: Pair) -> None:
    subject = uuid4()
    await hand_over_numbers(exchange_pair, subject, 3, 4, 2)
    assert exchange_pair.b.words == []
    await hand_over_numbers(exchange_pair, subject, 1)
    assert exchange_pair.b.words == ["1", "2", "3", "4"]
    [stream] = await exchange_pair.b.rows("SELECT last_applied FROM inbound_streams")
    assert stream.last_applied == 4


async def test_a_long_wait_that_ends_is_worked_off_by_the_worker(exchange_pair: Pair) -> None:
    subject = uuid4()
    await hand_over_numbers(exchange_pair, subject, *range(2, 28), 1)
    assert len(exchange_pair.b.words) == 20
    while await exchange_pair.b.applier().apply_due():
        pass
    assert exchange_pair.b.words == [str(number) for number in range(1, 28)]


async def test_a_number_too_far_ahead_is_asked_to_wait(exchange_pair: Pair) -> None:
    near = await exchange_pair.hand_over(*exchange_pair.message(streamsequence=1000))
    far = await exchange_pair.hand_over(*exchange_pair.message(streamsequence=1001))
    assert near.status_code == 201
    assert problem_of(far) == (429, "too-far-ahead")
    assert int(far.headers["retry-after"]) >= 1


async def refuse(acting: Acting, message: ReceivedMessage) -> None:
    await acting.audit("test.written_before_the_refusal", "note", message.id)
    raise SetAside("contradicts-record")


async def test_what_a_rule_refuses_is_set_aside_told_and_the_stream_goes_on(exchange_pair: Pair) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    b.handle = refuse
    refused = await a.send(subject, "refused")
    await a.drain()
    b.handle = None
    await a.send(subject, "next")
    await a.drain()
    assert b.words == ["next"]
    rows = await b.rows("SELECT state, problem FROM inbound_messages ORDER BY number")
    assert [tuple(row) for row in rows] == [("set_aside", "contradicts-record"), ("applied", None)]
    assert "test.written_before_the_refusal" not in await b.actions()
    await b.drain()
    [told] = await a.rows("SELECT set_aside_problem FROM outbound_messages WHERE id = :id", id=refused)
    assert told.set_aside_problem == "contradicts-record"
    [message] = await a.rows("SELECT type, subject, state FROM inbound_messages")
    assert tuple(message) == ("exchange.set_aside.v1", "link", "applied")


async def fail(acting: Acting, message: ReceivedMessage) -> None:
    await acting.audit("test.written_before_the_fault", "note", message.id)
    raise KeyError("secret words")


async def test_a_fault_of_ours_is_undone_kept_and_tried_again_and_nothing_is_skipped(
    exchange_pair: Pair,
) -> None:
    b, subject = exchange_pair.b, uuid4()
    b.handle = fail
    await hand_over_numbers(exchange_pair, subject, 1, 2)
    [first, second] = await b.rows(
        "SELECT state, apply_attempts, problem, next_apply_at - now() AS wait FROM inbound_messages ORDER BY number"
    )
    assert (first.state, first.apply_attempts, first.problem) == ("held", 1, "KeyError")
    assert timedelta(seconds=2) < first.wait <= timedelta(seconds=6)
    assert (second.state, second.apply_attempts) == ("held", 0)
    b.handle = None
    assert await b.applier().apply_due() == 0
    await b.make_due()
    assert await b.applier().apply_due() == 2
    assert b.words == ["1", "2"]
    assert "test.written_before_the_fault" not in await b.actions()


async def test_a_broken_stream_leaves_the_others_alone(exchange_pair: Pair) -> None:
    async def fail_one(_acting: Acting, message: ReceivedMessage) -> None:
        if message.subject == str(broken):
            raise RuntimeError

    broken, sound = uuid4(), uuid4()
    exchange_pair.b.handle = fail_one
    await hand_over_numbers(exchange_pair, broken, 1)
    await hand_over_numbers(exchange_pair, sound, 1)
    assert [message.subject for message in exchange_pair.b.handled] == [str(sound)]


async def test_members_not_known_are_ignored_and_kept(exchange_pair: Pair) -> None:
    message_id, body = exchange_pair.message(
        data={"words": "said", "newer": {"than": "us"}, "on": "2026-11-03"}
    )
    assert (await exchange_pair.hand_over(message_id, body)).status_code == 201
    [row] = await exchange_pair.b.rows("SELECT body FROM inbound_messages")
    assert row.body == body


@pytest.mark.parametrize(
    ("changes", "expected", "pointers"),
    [
        ({"data": {"words": 7}}, (422, "invalid-message"), ["/data/words"]),
        ({"data": {"words": "x", "on": "2026-02-30"}}, (422, "invalid-message"), ["/data/on"]),
        ({"data": {}}, (422, "invalid-message"), ["/data/words"]),
        ({"subject": "link"}, (422, "invalid-message"), ["/subject"]),
        ({"message_type": "test.other.v1"}, (422, "unsupported-type"), []),
        ({"source": STRANGER}, (403, "wrong-party"), []),
        ({"destination": STRANGER}, (403, "wrong-party"), []),
    ],
)
async def test_what_a_message_alone_gets_wrong_is_told_and_nothing_is_stored(
    exchange_pair: Pair, changes: dict[str, Any], expected: tuple[int, str], pointers: list[str]
) -> None:
    message_id, body = exchange_pair.message(**changes)
    answer = await exchange_pair.hand_over(message_id, body)
    assert problem_of(answer) == expected
    assert answer.json()["message_id"] == str(message_id)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers
    assert not await exchange_pair.b.rows("SELECT 1 FROM inbound_messages")
    assert await exchange_pair.b.actions() == ["exchange.refused"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "malformed-message")),
        (b'{"a":1,"a":2}', (400, "malformed-message")),
        (b'{"secret":\n1}', (400, "malformed-message")),
        (b"\xff", (400, "malformed-message")),
        (b"[]", (422, "invalid-message")),
        (b'{"id":"secret"}', (422, "invalid-message")),
        (b"[" * 100_000, (400, "malformed-message")),
    ],
)
async def test_broken_bytes_are_refused_without_a_word_of_them(
    exchange_pair: Pair, body: bytes, expected: tuple[int, str]
) -> None:
    answer = await exchange_pair.hand_over(new_id(), body)
    assert problem_of(answer) == expected
    assert "secret" not in answer.text


async def test_the_message_must_be_the_one_its_header_names(exchange_pair: Pair) -> None:
    _, body = exchange_pair.message()
    answer = await exchange_pair.hand_over(new_id(), body)
    assert problem_of(answer) == (422, "invalid-message")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/id"]


async def test_a_closed_link_says_so_and_still_gives_old_receipts(exchange_pair: Pair) -> None:
    message_id, body = exchange_pair.message()
    await exchange_pair.hand_over(message_id, body)
    await exchange_pair.b.change("UPDATE exchange_links SET state = 'closed'")
    assert (await exchange_pair.hand_over(message_id, body)).status_code == 200
    assert problem_of(await exchange_pair.hand_over(*exchange_pair.message())) == (410, "link-closed")


async def test_more_than_the_links_rate_is_asked_to_come_again(exchange_pair: Pair) -> None:
    exchange_pair.b.app.state.rates = Rates(per_second=0.001, burst=1)
    message_id, body = exchange_pair.message()
    assert (await exchange_pair.hand_over(message_id, body)).status_code == 201
    answer = await exchange_pair.hand_over(*exchange_pair.message())
    assert problem_of(answer) == (429, "rate-limited")
    assert int(answer.headers["retry-after"]) > 1
