"""Order 3: a dead message is redriven, replaced or discarded; each by people, and the stream goes on."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.exchange.alerting import Alerter
from service_kit.exchange.answers import Outcome, Verdict
from service_kit.exchange.leases import Claimed
from service_kit.exchange.letters.rules import Disposed
from service_kit.exchange.links import load_link
from service_kit.exchange.results import Attempt, record_result
from service_kit.exchange.status import MessageState, messages_of
from service_kit.identity import PrincipalKind
from shared_schemas.messages.exchange import DISCARDED
from shared_schemas.problems import CATALOGUE
from tests.kit.exchange.people import Person, person, set_rules
from tests.kit.exchange.sides import NOTE, Pair, respond

DISCARD = {"kind": "discard", "reason": "sent_in_error", "words": "A secret between colleagues."}


def replacement(words: str = "put right") -> dict[str, Any]:
    return {"kind": "replace", "reason": "wrong_content", "data": {"words": words, "on": None}}


async def refuse(request: httpx.Request) -> httpx.Response:
    """Answer as the counterpart that refuses one member."""
    problem = CATALOGUE["invalid-message"]
    body = {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "code": problem.name,
        "message_id": request.headers["webhook-id"],
        "errors": [{"pointer": "/data/words", "code": "too_short", "detail": "Breaks a rule."}],
    }
    headers = {"Content-Type": "application/problem+json"}
    return respond(problem.status, json.dumps(body).encode(), headers)


async def dead_letter(pair: Pair, subject: str | None = None, words: str = "said") -> tuple[UUID, UUID]:
    """A dead note and one behind it that waits."""
    a, subject = pair.a, subject or str(uuid4())
    set_rules(a)
    dead = await a.send(subject, words)
    a.wire.instead = refuse
    await a.drain()
    a.wire.instead = None
    behind = await a.send(subject, "behind")
    await a.drain()
    assert [await a.state_of(dead), await a.state_of(behind)] == ["dead", "pending"]
    return dead, behind


async def proposed(by: Person, dead: UUID, body: Any) -> tuple[str, dict[str, str]]:
    answer = await by.post(f"/dead-letters/{dead}/disposals", body)
    assert answer.status_code == 201, answer.text
    return f"/dead-letters/{dead}/disposals/{answer.json()['id']}", {"If-Match": answer.headers["ETag"]}


async def disposed(pair: Pair, dead: UUID, body: Any) -> UUID:
    """Propose by one, confirm by another; give what stands in its place."""
    path, seen = await proposed(await person(pair.a, "keeper"), dead, body)
    answer = await (await person(pair.a, "keeper")).post(f"{path}/confirmation", **seen)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "confirmed"
    return UUID(answer.json()["successor_id"])


async def test_a_dead_letter_is_listed_with_why_since_when_and_what_waits(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    operator = await person(a, "operator")
    dead, _ = await dead_letter(exchange_pair)
    other, _ = await dead_letter(exchange_pair)
    items = (await operator.get("/dead-letters")).json()["items"]
    assert [item["message_id"] for item in items] == [str(other), str(dead)]
    [item] = (await operator.get(f"/dead-letters?subject={items[1]['subject']}")).json()["items"]
    assert (item["problem"], item["parked_behind"], item["proposal"]) == ("invalid-message", 1, None)
    assert item["refused_members"] == [{"pointer": "/data/words", "code": "too_short"}]
    assert item["dead_since"] >= item["written_at"]
    assert 0 <= item["age_seconds"] < 600
    for query, found in (
        (f"link_id={a.link}", 2),
        (f"link_id={uuid4()}", 0),
        ("reason=invalid-message", 2),
        ("reason=unsupported-type", 0),
        (f"type={NOTE}", 2),
        ("older_than_hours=1", 0),
    ):
        assert len((await operator.get(f"/dead-letters?{query}")).json()["items"]) == found, query


async def test_the_content_is_read_under_a_scope_of_its_own_and_audited(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead, behind = await dead_letter(exchange_pair)
    for role in ("operator", "nobody"):
        assert (await (await person(a, role)).get(f"/messages/{dead}/content")).status_code == 403
    assert "exchange.content_read" not in await a.actions()
    keeper = await person(a, "keeper")
    read = (await keeper.get(f"/messages/{dead}/content")).json()
    assert (read["data"], read["direction"]) == ({"words": "said"}, "sent")
    assert read["text"].encode() == a.wire.bodies[0]
    assert "exchange.content_read" in await a.actions()
    assert (await keeper.get(f"/messages/{uuid4()}/content")).status_code == 404
    # A list, a history and an alert never show it.
    for path in ("/dead-letters", f"/messages/{dead}", "/alerts", "/messages"):
        assert "said" not in (await keeper.get(path)).text
    await disposed(exchange_pair, dead, DISCARD)
    await a.drain()
    at_b = await person(b, "keeper")
    assert (await at_b.get(f"/messages/{behind}/content")).json()["direction"] == "received"


async def test_discarded_by_two_its_number_is_filled_and_the_stream_goes_on(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    told: list[Disposed] = []

    async def hear(_acting: Any, what: Disposed) -> None:
        told.append(what)

    dead, behind = await dead_letter(exchange_pair)
    set_rules(a, disposed=hear)
    successor = await disposed(exchange_pair, dead, DISCARD)
    await a.drain()
    assert [await a.state_of(one) for one in (dead, successor, behind)] == [
        "replaced",
        "delivered",
        "delivered",
    ]
    assert b.words == ["behind"]
    [row] = await b.rows(
        "SELECT type, number, chain_id, body FROM inbound_messages WHERE id = :id", id=successor
    )
    assert (row.type, row.number, row.chain_id) == (DISCARDED, 1, dead)
    [old] = await a.rows("SELECT hash FROM outbound_messages WHERE id = :id", id=dead)
    body = json.loads(row.body)
    assert body["data"] == {"id": str(dead), "hash": old.hash, "reason": "sent_in_error"}
    assert body["replaces"] == str(dead)
    # The words are for the people here.
    assert b"colleagues" not in row.body
    assert "exchange.discarded_told" in await b.actions()
    assert [(one.message_id, one.successor_id, one.kind) for one in told] == [(dead, successor, "discard")]
    async with a.acting() as acting:
        shown = await messages_of(acting.session, told[0].subject)
    assert [(one.message_id, one.state, one.replaced_by) for one in shown] == [
        (dead, MessageState.REPLACED, successor),
        (successor, MessageState.DELIVERED, None),
        (behind, MessageState.DELIVERED, None),
    ]


async def test_replaced_by_two_the_corrected_one_has_its_number_and_chain(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead, behind = await dead_letter(exchange_pair)
    successor = await disposed(exchange_pair, dead, replacement())
    await a.drain()
    assert [await a.state_of(one) for one in (dead, successor, behind)] == [
        "replaced",
        "delivered",
        "delivered",
    ]
    assert b.words == ["put right", "behind"]
    assert [message.number for message in b.handled] == [1, 2]
    [row] = await a.rows("SELECT type, number, chain_id FROM outbound_messages WHERE id = :id", id=successor)
    assert (row.type, row.number, row.chain_id) == (NOTE, 1, dead)
    # The corrected data is nowhere but in the message.
    [proposal] = await a.rows("SELECT data, settled_by, proposed_by FROM exchange_disposals")
    assert proposal.data is None
    assert proposal.settled_by != proposal.proposed_by
    operator = await person(a, "operator")
    assert (await operator.get(f"/messages/{dead}")).json()["replaced_by"] == str(successor)


async def test_a_correction_that_dies_too_is_replaced_in_the_same_chain(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead, _ = await dead_letter(exchange_pair)
    second = await disposed(exchange_pair, dead, replacement("still wrong"))
    a.wire.instead = refuse
    await a.drain()
    a.wire.instead = None
    assert await a.state_of(second) == "dead"
    third = await disposed(exchange_pair, second, replacement("right at last"))
    await a.drain()
    assert b.words == ["right at last", "behind"]
    [row] = await b.rows("SELECT chain_id, number FROM inbound_messages WHERE id = :id", id=third)
    assert (row.chain_id, row.number) == (dead, 1)


async def test_what_the_counterpart_holds_after_all_counts_and_the_new_one_is_void(
    exchange_pair: Pair,
) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    set_rules(a)

    async def hold_and_refuse(request: httpx.Request) -> httpx.Response:
        await a.wire.deliver(request)
        return await refuse(request)

    subject = str(uuid4())
    dead = await a.send(subject, "held")
    a.wire.instead = hold_and_refuse
    await a.drain()
    a.wire.instead = None
    assert await a.state_of(dead) == "dead"
    for body in (replacement(), DISCARD):
        successor = await disposed(exchange_pair, dead, body)
        await a.drain()
        assert [await a.state_of(dead), await a.state_of(successor)] == ["delivered", "void"]
        await a.change("UPDATE outbound_messages SET state = 'dead', receipt = NULL WHERE id = :id", id=dead)
    assert b.words == ["held"]
    await a.change("UPDATE outbound_messages SET state = 'delivered' WHERE id = :id", id=dead)
    await a.send(subject, "next")
    await a.drain()
    assert b.words == ["held", "next"]


async def test_only_another_person_who_may_confirms(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    set_rules(a, confirming_scopes={NOTE: "notes:sign"})
    first, signer = await person(a, "keeper"), await person(a, "signer")
    machine = await person(a, "signer", kind=PrincipalKind.SYSTEM)
    answer = await machine.post(f"/dead-letters/{dead}/disposals", DISCARD)
    assert (answer.status_code, answer.json()["code"]) == (403, "second-person-required")
    path, seen = await proposed(first, dead, DISCARD)
    for who, code in (
        (first, "second-person-required"),
        (machine, "second-person-required"),
        (await person(a, "operator"), "forbidden"),
        (await person(a, "keeper"), "forbidden"),
    ):
        answer = await who.post(f"{path}/confirmation", **seen)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert await a.state_of(dead) == "dead"
    shown = (await first.get(path)).json()
    assert (shown["may_confirm"], shown["why_not"]) == (False, "Whoever proposed this cannot confirm it.")
    assert (await signer.get(path)).json()["may_confirm"]
    assert (await signer.post(f"{path}/confirmation")).status_code == 428
    assert (await signer.post(f"{path}/confirmation", **seen)).status_code == 200
    assert await a.state_of(dead) == "replaced"


async def test_nobody_confirms_what_has_changed_since_it_was_read(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    first, second, third = [await person(a, "keeper") for _ in range(3)]
    path, seen = await proposed(first, dead, DISCARD)
    again, renewed = await proposed(second, dead, replacement())
    assert again == path
    answer = await third.post(f"{path}/confirmation", **seen)
    assert (answer.status_code, answer.headers["ETag"]) == (412, renewed["If-Match"])
    # Whoever renewed it is the one who proposes; the first may confirm what the other wrote.
    assert (await second.post(f"{path}/confirmation", **renewed)).status_code == 403
    shown = (await first.get(path)).json()
    assert (shown["kind"], shown["changed"], shown["data"]["words"]) == ("replace", ["/words"], "put right")
    assert (await first.post(f"{path}/confirmation", **renewed)).status_code == 200
    # Twice is once: it is not open any more.
    answer = await third.post(f"{path}/confirmation", **renewed)
    assert (answer.status_code, answer.json()["code"]) == (409, "move-not-allowed")
    assert len(await a.rows("SELECT id FROM outbound_messages WHERE chain_id = :id", id=dead)) == 2


async def test_what_is_not_dead_is_not_disposed_of(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, behind = await dead_letter(exchange_pair)
    keeper, operator = await person(a, "keeper"), await person(a, "operator")
    answer = await keeper.post(f"/dead-letters/{behind}/disposals", DISCARD)
    assert (answer.status_code, answer.json()["code"]) == (409, "move-not-allowed")
    assert (await keeper.post(f"/dead-letters/{uuid4()}/disposals", DISCARD)).status_code == 404
    assert (await operator.post(f"/dead-letters/{dead}/disposals", DISCARD)).status_code == 403
    path, seen = await proposed(keeper, dead, replacement())
    # Sent again, the proposal ends and its data is gone.
    assert (await operator.post(f"/dead-letters/{dead}/redrive")).status_code == 200
    answer = await (await person(a, "keeper")).post(f"{path}/confirmation", **seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "move-not-allowed")
    [row] = await a.rows("SELECT state, data FROM exchange_disposals")
    assert (row.state, row.data) == ("ended", None)
    await a.drain()
    assert exchange_pair.b.words == ["said", "behind"]


async def test_a_proposal_is_withdrawn_and_another_may_be_made(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    keeper, other = await person(a, "keeper"), await person(a, "keeper")
    path, seen = await proposed(keeper, dead, replacement())
    [item] = (await other.get("/dead-letters")).json()["items"]
    assert item["proposal"]["proposed_by"] == str(keeper.principal)
    assert (await other.post(f"{path}/withdrawal")).json()["state"] == "withdrawn"
    assert (await other.post(f"{path}/withdrawal")).status_code == 409
    assert (await other.post(f"{path}/confirmation", **seen)).status_code == 409
    assert (await proposed(keeper, dead, DISCARD))[0] != path
    history = (await other.get(f"/dead-letters/{dead}/disposals")).json()
    assert [one["state"] for one in history] == ["proposed", "withdrawn"]
    assert "data" not in history[0]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "replace", "reason": "wrong_content", "data": {"words": 3}}, "/data/words"),
        ({"kind": "replace", "reason": "wrong_content", "data": {"words": "a", "more": 1}}, "/data"),
        (
            {"kind": "replace", "reason": "wrong_content", "data": {"words": "a", "on": "2026-01-01"}},
            "/data/on",
        ),
        ({"kind": "replace", "reason": "wrong_content"}, ""),
        ({**DISCARD, "data": {"words": "a"}}, ""),
        ({**DISCARD, "reason": "because"}, "/reason"),
    ],
)
async def test_a_correction_that_breaks_its_schema_or_changes_the_matter_is_refused(
    exchange_pair: Pair, body: Any, pointer: str
) -> None:
    dead, _ = await dead_letter(exchange_pair)
    set_rules(exchange_pair.a, kept_members=frozenset({"on"}))
    answer = await (await person(exchange_pair.a, "keeper")).post(f"/dead-letters/{dead}/disposals", body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert await exchange_pair.a.rows("SELECT id FROM exchange_disposals") == []


async def test_a_type_without_a_schema_here_is_discarded_but_not_corrected(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    set_rules(a)
    dead = await a.send(str(uuid4()), message_type="test.unknown.v1")
    await a.drain()
    answer = await (await person(a, "keeper")).post(f"/dead-letters/{dead}/disposals", replacement())
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["redrive", "discard"])
    await disposed(exchange_pair, dead, DISCARD)
    await a.drain()
    assert await a.state_of(dead) == "replaced"


async def test_a_late_result_of_an_old_lease_changes_nothing(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    successor = await disposed(exchange_pair, dead, replacement())
    async with a.worker.transaction(a.party) as session:
        keys = await load_link(session, a.party, a.link, a.settings.key_bytes())
        [row] = await a.rows("SELECT * FROM outbound_messages WHERE id = :id", id=dead)
        [now] = await a.rows("SELECT now() AS at")
        late = Claimed(a.party, dead, a.link, NOTE, 1, bytes(row.body), row.hash, None, None, uuid4(), now.at)
        attempt = Attempt(now.at, 1, Verdict(Outcome.DEAD, problem="invalid-message"), "dead")
        assert not await record_result(session, keys, late, attempt)
    assert [await a.state_of(dead), await a.state_of(successor)] == ["replaced", "pending"]


async def test_many_are_redriven_each_with_a_result_of_its_own(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    dead = [(await dead_letter(exchange_pair))[0] for _ in range(3)]
    waiting = await a.send(str(uuid4()))
    operator, unknown = await person(a, "operator"), uuid4()
    body = {"ids": [str(dead[0]), str(waiting), str(unknown), str(dead[0])]}
    answer = (await operator.post("/dead-letters/redrives", body)).json()
    assert [(one["id"], one["outcome"]) for one in answer["results"]] == [
        (str(dead[0]), "redriven"),
        (str(waiting), "not_dead"),
        (str(unknown), "not_found"),
    ]
    assert (await operator.post("/dead-letters/redrives", {"link_id": str(uuid4())})).status_code == 404
    answer = (await operator.post("/dead-letters/redrives", {"link_id": str(a.link)})).json()
    assert (answer["redriven"], answer["more"]) == (2, False)
    assert (await a.actions()).count("exchange.redriven") == 3
    await a.drain()
    assert sorted(b.words) == ["behind"] * 3 + ["said"] * 4
    wrong: Any
    for wrong in ({}, {"ids": []}, {"ids": [str(unknown)], "link_id": str(a.link)}):
        assert (await operator.post("/dead-letters/redrives", wrong)).status_code == 422
    keeper = await person(a, "keeper")
    assert (await keeper.post("/dead-letters/redrives", {"ids": [str(unknown)]})).status_code == 403


async def test_another_organisation_sees_and_moves_nothing(exchange_pair: Pair) -> None:
    from service_kit.administration import owner_session, register_organisation

    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    path, seen = await proposed(await person(a, "keeper"), dead, DISCARD)
    async with owner_session(a.settings) as session:
        await register_organisation(session, a.settings, code="other", name="other")
    stranger = await person(a, "signer", organisation="other")
    operator = await person(a, "operator", organisation="other")
    assert (await stranger.get("/dead-letters")).json()["items"] == []
    assert (await stranger.get("/alerts")).json()["items"] == []
    for at in (f"/messages/{dead}/content", path, f"/dead-letters/{dead}/disposals"):
        assert (await stranger.get(at)).status_code == 404
    assert (await stranger.post(f"{path}/confirmation", **seen)).status_code == 404
    assert (await stranger.post(f"{path}/withdrawal")).status_code == 404
    assert (await operator.post(f"/dead-letters/{dead}/redrive")).status_code == 404
    assert await a.state_of(dead) == "dead"


async def test_a_message_that_dies_is_told_of_at_once_until_it_is_dead_no_more(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    operator = await person(a, "operator")
    dead, _ = await dead_letter(exchange_pair)
    [alert] = (await operator.get("/alerts")).json()["items"]
    assert (alert["kind"], alert["message_id"], alert["severity"]) == ("message_dead", str(dead), "warn")
    assert alert["detail"] == {"type": NOTE, "problem": "invalid-message"}
    assert (await operator.get(f"/alerts?kind=message_dead&link_id={uuid4()}")).json()["items"] == []
    await operator.post(f"/dead-letters/{dead}/redrive")
    assert (await operator.get("/alerts")).json()["items"] == []
    [over] = (await operator.get("/alerts?state=cleared")).json()["items"]
    assert over["cleared_at"] is not None


async def test_confirmed_and_redriven_at_once_one_of_them_happens(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    operator, proposer = await person(a, "operator"), await person(a, "keeper")
    others = [await person(a, "keeper") for _ in range(3)]
    for _ in range(4):
        dead, _ = await dead_letter(exchange_pair)
        path, seen = await proposed(proposer, dead, DISCARD)
        answers = await asyncio.gather(
            *(other.post(f"{path}/confirmation", **seen) for other in others),
            operator.post(f"/dead-letters/{dead}/redrive"),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        chain = await a.rows("SELECT state FROM outbound_messages WHERE chain_id = :id", id=dead)
        assert sorted(row.state for row in chain) in (["pending"], ["pending", "replaced"])
        await a.drain()
        [held] = await b.rows("SELECT id FROM inbound_messages WHERE chain_id = :id", id=dead)
        assert await a.state_of(held.id) == "delivered"


async def test_a_proposal_ends_when_its_message_turns_out_to_be_held(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    dead, _ = await dead_letter(exchange_pair)
    await proposed(await person(a, "keeper"), dead, replacement())
    await Alerter(a.worker, ()).look()
    [row] = await a.rows("SELECT state FROM exchange_disposals")
    assert row.state == "proposed"
    await a.change("UPDATE outbound_messages SET state = 'pending' WHERE id = :id", id=dead)
    await Alerter(a.worker, ()).look()
    [row] = await a.rows("SELECT state, data FROM exchange_disposals")
    assert (row.state, row.data) == ("ended", None)
