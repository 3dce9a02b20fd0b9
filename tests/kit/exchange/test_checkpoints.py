"""Checkpoints between two organisations: growth is cosigned, all else is refused on both sides and stops no message."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from service_kit.administration import issue_key, owner_session
from service_kit.app import framed
from service_kit.audit_tree.checkpointing import Asked, Checkpointer
from service_kit.audit_tree.keys import own_audit_key, pin_audit_key
from service_kit.audit_tree.sealing import AuditSealer
from service_kit.audit_tree.verifying import TreeBroken, verify_trees
from service_kit.audit_tree.witnessing import last_cosigned
from service_kit.exchange.asking import Asker
from service_kit.exchange.links import load_link
from service_kit.identity import PrincipalKind
from shared_schemas.exchange.checkpoints import open_checkpoint, open_cosignature, write_checkpoint
from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.merkle import leaf_hash, root_of
from tests.kit.exchange.sides import ROLES, Pair, Side
from tests.kit.exchange.test_operating import get


@dataclass
class Witnesses:
    """Two sides that have pinned each other's audit key; ``a`` is mostly the one whose tree it is about."""

    pair: Pair
    keys: dict[str, Any]

    @property
    def a(self) -> Side:
        return self.pair.a

    @property
    def b(self) -> Side:
        return self.pair.b


@pytest.fixture
async def witnesses(exchange_pair: Pair) -> Witnesses:
    keys = {}
    for own, other in ((exchange_pair.a, exchange_pair.b), (exchange_pair.b, exchange_pair.a)):
        async with owner_session(own.settings) as session:
            keys[own.name] = await own_audit_key(session, own.party, own.settings.key_bytes())
        async with owner_session(other.settings) as session:
            await pin_audit_key(
                session, organisation_id=other.party, party=own.party, public_key=keys[own.name].public_key()
            )
    return Witnesses(exchange_pair, keys)


async def grow(side: Side, count: int = 3) -> None:
    for _ in range(count):
        async with side.acting() as acting:
            await acting.audit("thing.done", "thing", uuid4(), {"n": 1})
    sealer = AuditSealer(side.worker, side.settings.public_url)
    while await sealer.seal():
        pass


async def checkpoint(side: Side) -> Asked:
    return await Checkpointer(side.worker, side.settings, side.client).go_round(at_once=True)


async def alerts(side: Side) -> list[Any]:
    statement = "SELECT kind, detail FROM exchange_alerts WHERE cleared_at IS NULL ORDER BY kind"
    return [(row.kind, row.detail) for row in await side.rows(statement)]


async def own_tree(side: Side) -> Any:
    [tree] = await side.rows("SELECT * FROM audit_trees ORDER BY epoch DESC LIMIT 1")
    return tree


async def post(side: Side, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Post a checkpoint as ``side``, whatever it says."""
    async with side.worker.transaction(side.party) as session:
        keys = await load_link(session, side.party, side.link, side.settings.key_bytes())
        now = (await session.execute(text("SELECT now()"))).scalar_one()
    answer = await Asker.at(side.client, keys, now).post("/checkpoints", json.dumps(content).encode())
    return answer.status, json.loads(answer.body)


async def test_growth_is_cosigned_by_both_sides_and_shown(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    sizes = []
    for count in (3, 1, 300):
        await grow(a, count)
        await grow(b, 1)
        assert await checkpoint(a) == Asked(1, 1)
        assert await checkpoint(b) == Asked(1, 1)
        sizes.append((await own_tree(a)).size)
    assert sizes == sorted(set(sizes))
    assert await alerts(a) == await alerts(b) == []
    shown = await get(a, "/checkpoints")
    own = shown["own"]
    assert (own["size"], own["checkpoint_size"]) == ((await own_tree(a)).size, sizes[-1])
    assert own["cosigned_by"] == [str(a.link)]
    # What is shown verifies with the two public keys alone.
    public = {name: key.public_key() for name, key in witnesses.keys.items()}
    opened = open_checkpoint(own["checkpoint"], party=a.party, public_keys=[public["a"]])
    line = own["checkpoint"].splitlines(keepends=True)[-1]
    open_cosignature(line, opened.text, witness=b.party, public_keys=[public["b"]])
    [link] = (await get(b, "/checkpoints"))["links"]
    assert (link["audit_key_pinned"], link["theirs"][0]["size"]) == (True, sizes[-1])
    assert link["theirs"][0]["checkpoint"] == own["checkpoint"]
    async with owner_session(a.settings) as session:
        assert await verify_trees(session, a.party, lambda _: None) == (await own_tree(a)).size
    async with b.acting() as acting:
        last = await last_cosigned(acting.session, b.party, b.link)
        assert last is not None
        assert (last.origin, last.size) == (opened.origin, opened.size)


async def test_hourly_and_not_more_often(witnesses: Witnesses) -> None:
    a = witnesses.a
    await grow(a)
    checkpointer = Checkpointer(a.worker, a.settings, a.client)
    assert await checkpointer.go_round() == Asked(1, 1)
    await grow(a)
    assert await checkpointer.go_round() == Asked(0, 0)
    assert len(await a.rows("SELECT id FROM audit_checkpoints")) == 1
    cosigned = await a.rows("SELECT id FROM audit_cosignatures")
    assert len(cosigned) == 1


async def test_two_workers_make_one_checkpoint_and_ask_once(witnesses: Witnesses) -> None:
    a = witnesses.a
    await grow(a)
    rounds = [Checkpointer(a.worker, a.settings, a.client).go_round() for _ in range(4)]
    done = await asyncio.gather(*rounds)
    assert (sum(each.asked for each in done), sum(each.cosigned for each in done)) == (1, 1)
    assert len(await a.rows("SELECT id FROM audit_checkpoints")) == 1


async def test_a_counterpart_away_is_asked_again_and_nobody_is_alerted(witnesses: Witnesses) -> None:
    a = witnesses.a

    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    await grow(a)
    a.wire.instead = away
    assert await checkpoint(a) == Asked(1, 0)
    [row] = await a.rows("SELECT problem FROM audit_witnesses")
    assert row.problem == "no_connection"
    assert await alerts(a) == []
    a.wire.instead = None
    # Not at once, though the worker looks often; then again.
    checkpointer = Checkpointer(a.worker, a.settings, a.client)
    assert await checkpointer.go_round() == Asked(0, 0)
    await a.change("UPDATE audit_witnesses SET asked_at = now() - interval '6 minutes'")
    assert await checkpointer.go_round() == Asked(1, 1)


async def test_a_lost_answer_is_healed_in_the_same_round(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a)
    assert await checkpoint(a) == Asked(1, 1)
    await grow(a)

    async def lose(request: httpx.Request) -> httpx.Response:
        await a.wire.deliver(request)
        raise httpx.ReadError("lost", request=request)

    a.wire.instead = lose
    assert await checkpoint(a) == Asked(1, 0)
    a.wire.instead = None
    await grow(a)
    assert await checkpoint(a) == Asked(1, 1)
    assert await alerts(a) == await alerts(b) == []


async def test_a_witness_that_forgot_cosigns_from_what_it_knows(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a)
    await checkpoint(a)
    [before] = await b.rows("SELECT size, root, note, cosignature FROM witnessed_checkpoints")
    await grow(a)
    await checkpoint(a)
    await b.change(
        "UPDATE witnessed_checkpoints SET size = :size, root = :root, note = :note, cosignature = :cosignature",
        **before._mapping,
    )
    await grow(a)
    assert await checkpoint(a) == Asked(1, 1)
    assert await alerts(a) == await alerts(b) == []


async def test_a_fork_is_refused_on_both_sides_and_stops_no_message(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a, 5)
    await checkpoint(a)
    # As superuser, the last entry and its leaf are made others, well chained; then the tree grows on.
    await a.change(
        "UPDATE audit_leaves SET hash = sha256('other') WHERE position = (SELECT max(position) FROM audit_leaves)"
    )
    await grow(a, 3)
    for _ in range(2):
        assert await checkpoint(a) == Asked(1, 0)
    [(kind, detail)] = await alerts(a)
    assert (kind, detail["problem"], detail["by"]) == (
        "checkpoint_refused", "checkpoint-inconsistent", "counterpart",
    )  # fmt: skip
    [(kind, detail)] = await alerts(b)
    assert (kind, detail["reason"], detail["by"]) == ("checkpoint_refused", "not-grown-from-the-last", "us")
    assert "exchange.checkpoint_refused" in await a.actions()
    assert (await b.actions()).count("exchange.checkpoint_refused") == 1
    subject = str(uuid4())
    sent = await a.send(subject)
    await a.drain()
    assert await a.state_of(sent) == "delivered"
    async with owner_session(a.settings) as session:
        with pytest.raises(TreeBroken):
            await verify_trees(session, a.party, lambda _: None)


async def test_a_tree_that_lost_its_end_suspects_a_restore(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a, 2)
    kept = await own_tree(a)
    await grow(a, 2)
    await checkpoint(a)
    # An older copy of a's database: of the tree, the checkpoints and what is known of the witness.
    for statement in (
        "DELETE FROM audit_cosignatures",
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_witnesses",
        "DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_leaves WHERE position > :size)",
        "DELETE FROM audit_leaves WHERE position > :size",
    ):
        await a.change(statement, **({"size": kept.size} if ":size" in statement else {}))
    await a.change(
        "UPDATE audit_trees SET size = :size, last_hash = :hash", size=kept.size, hash=kept.last_hash
    )
    assert await checkpoint(a) == Asked(1, 0)
    assert [kind for kind, _ in await alerts(a)] == ["checkpoint_refused", "restore_suspected"]
    [(_, detail)] = await alerts(b)
    assert detail["reason"] == "smaller-than-cosigned"
    # What the witness told is known here again, and the next tree's first leaf will say it.
    [told] = await a.rows("SELECT size, root FROM audit_witnesses")
    assert told.size > kept.size
    assert told.root is not None
    await a.change("UPDATE service_state SET epoch = epoch + interval '1 minute'")
    await grow(a, 1)
    new = await own_tree(a)
    [first] = await a.rows("SELECT leaf FROM audit_leaves WHERE tree_id = :id AND position = 1", id=new.id)
    begun = json.loads(first.leaf)["detail"]
    assert begun["before"]["size"] >= kept.size
    assert begun["cosigned"] == [
        {
            "link_id": str(a.link),
            "origin": kept.origin,
            "size": told.size,
            "root": write_base64(told.root),
        }
    ]


async def test_a_new_origin_waits_for_a_person_at_the_witness(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a)
    await checkpoint(a)
    old = await own_tree(a)
    await a.change("UPDATE service_state SET epoch = epoch + interval '1 minute'")
    await grow(a)
    assert await checkpoint(a) == Asked(1, 0)
    new = await own_tree(a)
    [(_, detail)] = await alerts(a)
    assert detail["reason"] == "origin-awaits-confirmation"
    [link] = (await get(b, "/checkpoints"))["links"]
    waiting, before = link["theirs"]
    assert (waiting["origin"], waiting["confirmed_at"], waiting["size"]) == (new.origin, None, 0)
    assert before["origin"] == old.origin
    path = f"/checkpoints/{b.link}/confirmation"
    assert (await ask_with(b, path, {"origin": old.origin})).status_code == 404
    by_machine = await ask_with(b, path, {"origin": new.origin}, kind=PrincipalKind.SYSTEM)
    assert by_machine.status_code == 403
    answer = await ask_with(b, path, {"origin": new.origin})
    assert answer.status_code == 200
    assert answer.json()["confirmed_at"]
    assert await alerts(b) == []
    [entry] = await b.rows(
        "SELECT detail FROM audit_entries WHERE action = 'exchange.audit_origin_confirmed'"
    )
    assert entry.detail["before"] == old.origin
    assert entry.detail["before_size"] == str(before["size"])
    assert await checkpoint(a) == Asked(1, 1)
    assert await alerts(a) == []
    # A surviving copy of the old service goes on with the old tree: no more.
    note = write_checkpoint(old.origin, 900, root_of([leaf_hash(b"x")]), witnesses.keys["a"])
    status, problem = await post(a, {"old_size": before["size"], "proof": [], "checkpoint": note})
    assert (status, problem["reason"]) == (409, "origin-has-a-successor")


async def ask_with(
    side: Side, path: str, body: dict[str, Any], *, kind: PrincipalKind = PrincipalKind.PERSON, key: str = ""
) -> httpx.Response:
    async with owner_session(side.settings) as session:
        made = await issue_key(
            session,
            organisation_code=side.name,
            principal_name="Operator",
            kind=kind,
            roles=["operator"],
            known_roles=list(ROLES),
            purpose="test",
        )
    transport = httpx.ASGITransport(app=framed(side.app))
    headers = {"Authorization": f"Bearer {made.key}", "Idempotency-Key": key or str(uuid4())}
    async with httpx.AsyncClient(transport=transport, base_url="https://side.example") as client:
        return await client.post(f"/v1/exchange{path}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"checkpoint": "another's"}, 422, "not-signed"),
        ({"checkpoint": "unsigned"}, 422, "not-signed"),
        ({"old_size": 0}, 409, "other-old-size"),
        ({"old_size": 10_000}, 409, "other-old-size"),
        ({"proof": []}, 422, "not-grown-from-the-last"),
        ({"proof": ["AAAA"]}, 422, "proof-unreadable"),
        ({"proof": ["not base64"]}, 422, "proof-unreadable"),
        ({"checkpoint": "smaller"}, 409, "smaller-than-cosigned"),
    ],
)
async def test_what_is_altered_is_refused(
    witnesses: Witnesses, change: dict[str, Any], status: int, reason: str
) -> None:
    a, b = witnesses.a, witnesses.b
    await grow(a, 4)
    await checkpoint(a)
    [held] = await b.rows("SELECT size FROM witnessed_checkpoints")
    origin = (await own_tree(a)).origin
    root = root_of([leaf_hash(bytes([number])) for number in range(20)])
    content = {
        "old_size": held.size,
        "proof": [write_base64(bytes(32))],
        "checkpoint": write_checkpoint(origin, 20, root, witnesses.keys["a"]),
    } | change
    content["checkpoint"] = {
        "another's": write_checkpoint(origin, 20, root, witnesses.keys["b"]),
        "unsigned": f"{origin}\n20\n{write_base64(root)}\n\n",
        "smaller": write_checkpoint(origin, held.size - 1, root, witnesses.keys["a"]),
    }.get(content["checkpoint"], content["checkpoint"])
    found, problem = await post(a, content)
    assert (found, problem["reason"]) == (status, reason)
    assert (await b.rows("SELECT size FROM witnessed_checkpoints"))[0].size == held.size


async def test_a_question_counts_once(witnesses: Witnesses) -> None:
    a, b = witnesses.a, witnesses.b
    seen: list[httpx.Request] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await a.wire.deliver(request)

    await grow(a)
    a.wire.instead = keep
    assert await checkpoint(a) == Asked(1, 1)
    transport = httpx.ASGITransport(app=framed(b.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://b.example") as client:
        again = await client.post(seen[0].url.path, content=a.wire.bodies[-1], headers=dict(seen[0].headers))
    assert again.status_code == 401


async def test_without_a_pinned_key_nobody_is_asked_and_nothing_is_cosigned(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await grow(a)
    assert await checkpoint(a) == Asked(0, 0)
    shown = await get(a, "/checkpoints")
    assert shown["links"][0]["audit_key_pinned"] is False
    assert shown["own"]["checkpoint_size"] == shown["own"]["size"]
    tree = await own_tree(a)
    async with owner_session(a.settings) as session:
        key = await own_audit_key(session, a.party, a.settings.key_bytes())
    note = write_checkpoint(tree.origin, 1, root_of([bytes(32)]), key)
    status, problem = await post(a, {"old_size": 0, "proof": [], "checkpoint": note})
    assert (status, problem["reason"]) == (422, "no-audit-key-pinned")


async def test_an_invalid_cosignature_is_a_refusal(witnesses: Witnesses) -> None:
    a = witnesses.a
    await grow(a)

    async def forge(request: httpx.Request) -> httpx.Response:
        answer = await a.wire.deliver(request)
        line = json.loads(await answer.aread())["cosignature"]
        forged = line[:60] + ("A" if line[60] != "A" else "B") + line[61:]
        body = json.dumps({"cosignature": forged}).encode()
        return httpx.Response(200, stream=httpx.ByteStream(body))

    a.wire.instead = forge
    assert await checkpoint(a) == Asked(1, 0)
    [(kind, detail)] = await alerts(a)
    assert (kind, detail["problem"]) == ("checkpoint_refused", "cosignature-invalid")
    assert await a.rows("SELECT id FROM audit_cosignatures") == []
