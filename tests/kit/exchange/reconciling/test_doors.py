"""The doors of comparison, as a counterpart and as strangers find them."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.app import framed
from shared_schemas.exchange.keys import new_signing_key, read_public_key
from shared_schemas.exchange.reconciling import ListingsAnswer
from shared_schemas.exchange.signatures import signed_headers
from shared_schemas.exchange.summaries import SummaryDirection, open_summary, summarise_day
from tests.kit.exchange.reconciling.comparing import alerts, compare, delivered, unhurried
from tests.kit.exchange.sides import Pair

QUESTIONS: dict[str, dict[str, Any]] = {
    "state": {"epoch": "2026-09-01T00:00:00Z"},
    "summaries": {"direction": "received", "from": "2026-01-01"},
    "listings": {"direction": "received", "date": "2026-01-01"},
    "redeliveries": {"ids": []},
}
every = pytest.mark.parametrize("door", sorted(QUESTIONS))


async def ask(pair: Pair, door: str, content: Any = None, **changed: Any) -> httpx.Response:
    """Ask `b` under `a`'s signature; whatever is named stands in for what would be right."""
    body = json.dumps(QUESTIONS[door] if content is None else content).encode()
    signed = signed_headers(
        body,
        message_id=changed.get("webhook_id", str(uuid4())),
        now=changed.get("now", datetime.now(UTC)),
        private_keys=[changed.get("key", pair.a_key)],
    )
    transport = httpx.ASGITransport(app=framed(pair.b.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://b.example") as client:
        return await client.post(
            f"/v1/exchange/links/{changed.get('link', pair.b.link)}/{door}",
            content=body,
            headers={"Content-Type": "application/json", **signed, **changed.get("headers", {})},
        )


@every
async def test_a_question_counts_once(exchange_pair: Pair, door: str) -> None:
    webhook_id = str(uuid4())
    assert (await ask(exchange_pair, door, webhook_id=webhook_id)).status_code == 200
    again = await ask(exchange_pair, door, webhook_id=webhook_id)
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


@every
async def test_strangers_and_other_links_learn_nothing(exchange_pair: Pair, door: str) -> None:
    answers = [
        await ask(exchange_pair, door, key=new_signing_key()),
        await ask(exchange_pair, door, link=uuid4()),
        await ask(exchange_pair, door, link="no-link"),
        await ask(exchange_pair, door, now=datetime(2020, 1, 1, tzinfo=UTC)),
    ]
    assert {answer.status_code for answer in answers} == {401}
    words = [
        {k: v for k, v in answer.json().items() if k not in {"request_id", "instance"}} for answer in answers
    ]
    assert all(word == words[0] for word in words)


@every
async def test_a_question_of_another_shape_is_refused_without_its_words(
    exchange_pair: Pair, door: str
) -> None:
    answer = await ask(exchange_pair, door, {"epoch": "Smith", "direction": "Smith", "ids": ["Smith"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-message")
    assert "Smith" not in answer.text


async def test_the_state_tells_how_the_link_stands(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    await delivered(exchange_pair.a, 3)
    subject = str(uuid4())
    message_id, body = exchange_pair.message(subject=UUID(subject), streamsequence=4)
    assert (await exchange_pair.hand_over(message_id, body)).status_code == 201
    told = (await ask(exchange_pair, "state")).json()
    assert told["received_count"] == 4
    assert told["gaps"] == [{"subject": subject, "first": 1, "last": 3}]
    assert (told["batch_max"], told["schemes"], told["limits"]["listing_page"]) == (100, ["v1a"], 1000)
    assert told["sent_equal_at"] is told["cosigned_at"] is None
    await compare(exchange_pair.b)
    assert (await ask(exchange_pair, "state")).json()["sent_equal_at"] is not None


async def test_another_epoch_has_everything_compared_at_once(exchange_pair: Pair) -> None:
    b = exchange_pair.b
    for epoch, plans in (
        ("2026-09-01T00:00:00Z", 0),
        ("2026-09-01T00:00:00Z", 0),
        ("2026-09-02T00:00:00Z", 1),
    ):
        await ask(exchange_pair, "state", {"epoch": epoch})
        assert (
            len(await b.rows("SELECT 1 FROM reconciliation_plans WHERE all_days AND due_at <= now()"))
            == plans
        )
    assert "exchange.new_epoch" in await b.actions()
    # An earlier one is of an older copy that still runs.
    await ask(exchange_pair, "state", {"epoch": "2026-09-01T00:00:00Z"})
    assert await alerts(b) == ["statement_refused"]
    [link] = await b.rows("SELECT counterpart_epoch FROM exchange_links")
    assert link.counterpart_epoch == datetime(2026, 9, 2, tzinfo=UTC)


async def test_a_day_of_a_thousand_and_one_is_listed_in_two_pages(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    await delivered(a)
    for side, table in ((a, "outbound_messages"), (b, "inbound_messages")):
        columns = [
            row.column_name
            for row in await side.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = :t", t=table
            )
        ]
        changed = {
            "id": "overlay(m.id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid",
            "chain_id": "overlay(m.id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid",
            "number": "m.number + n",
            "hash": "encode(sha256(n::text::bytea), 'hex')",
        }
        chosen = ", ".join(changed.get(column, f"m.{column}") for column in columns)
        await side.change(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} m, generate_series(1, 1000) n"  # noqa: S608 -- names of columns alone
        )
    today = datetime.now(UTC).date().isoformat()
    pages, after = [], None
    for size in (1000, 1):
        question = {"direction": "received", "date": today, **({"after": after} if after else {})}
        answer = await ask(exchange_pair, "listings", question)
        assert len(answer.content) < 256 * 1024
        pages.append(ListingsAnswer.model_validate_json(answer.content))
        assert len(pages[-1].messages) == size
        after = str(pages[-1].messages[-1].id)
    summary = open_summary(
        pages[-1].summary,
        link=b.link,
        party=b.party,
        direction=SummaryDirection.RECEIVED,
        public_keys=[read_public_key(b.public_key)],
    )
    listed = [(m.id, m.hash) for page in pages for m in page.messages]
    assert summary.days == (summarise_day(date.fromisoformat(today), listed),)
    assert (await compare(a)).equal
    # One that differs among so many is found through both pages.
    await b.change("UPDATE inbound_messages SET hash = :h WHERE number = 1001", h="0" * 64)
    assert [f.kind.value for f in (await compare(a)).findings] == ["hashes_differ"]


async def test_no_question_answers_with_content(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    await delivered(exchange_pair.a, 2)
    today = datetime.now(UTC).date().isoformat()
    ids = [str(row.id) for row in await exchange_pair.b.rows("SELECT id FROM inbound_messages")]
    for door, content in (
        ("state", None),
        ("summaries", None),
        ("listings", {"direction": "received", "date": today}),
        ("redeliveries", {"ids": ids, "held": True}),
    ):
        answer = await ask(exchange_pair, door, content)
        assert answer.status_code == 200
        assert "said" not in answer.text


async def test_questions_about_years_are_answered_seldom(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    answers = [await ask(exchange_pair, "summaries") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    recent = {"direction": "sent", "from": datetime.now(UTC).date().isoformat()}
    assert (await ask(exchange_pair, "summaries", recent)).status_code == 200


async def test_a_dead_one_is_not_sent_again_because_it_is_lacking(exchange_pair: Pair) -> None:
    """A person must act on it; only one that is held needs nobody."""
    b = exchange_pair.b
    message_id = await b.send(str(uuid4()))
    await b.change("UPDATE outbound_messages SET state = 'dead'")
    answer = await ask(exchange_pair, "redeliveries", {"ids": [str(message_id)]})
    assert (answer.json()["queued"], await b.state_of(message_id)) == ([], "dead")
    answer = await ask(exchange_pair, "redeliveries", {"ids": [str(message_id)], "held": True})
    assert answer.json()["queued"] == [str(message_id)]
    assert await b.state_of(message_id) == "pending"


async def test_an_unknown_id_that_is_only_lacking_means_nothing(exchange_pair: Pair) -> None:
    unknown = str(uuid4())
    answer = await ask(exchange_pair, "redeliveries", {"ids": [unknown]})
    assert answer.json() == {"queued": [], "under_way": [], "settling": [], "unknown": [unknown]}
    assert await alerts(exchange_pair.b) == []
