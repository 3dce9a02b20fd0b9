"""Sealing: every committed entry has one place, 1 … n, whoever writes and whoever seals; tampering is named."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service_kit.administration import owner_session
from service_kit.audit import record_audit
from service_kit.audit_tree import sealing
from service_kit.audit_tree.sealing import AuditSealer, oldest_unsealed_seconds
from service_kit.audit_tree.trees import find_tree, proof_of_growth, root_at
from service_kit.audit_tree.verifying import TreeBroken, verify_trees
from service_kit.identity import Caller as Known
from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.merkle import is_consistent, leaf_hash, merkle_root
from tests.support.services import Service


def known(organisation: UUID) -> Known:
    return Known(organisation, "", "", None, "test", is_person=False, roles=frozenset(), purpose="test")


async def write(service: Service, organisation: UUID, count: int, *, pause: float = 0.0) -> None:
    for number in range(count):
        async with service.app.state.database.transaction(organisation) as session:
            detail = {"n": number, "b": {"z": 1, "a": [None, "ü"]}}
            await record_audit(session, known(organisation), "thing.done", "thing", uuid4(), detail)
            # Some commit later than others that began after them.
            await asyncio.sleep(pause * (number % 3))


async def write_many(service: Service, organisation: UUID, count: int) -> None:
    async with service.app.state.database.transaction(organisation) as session:
        for number in range(count):
            await record_audit(session, known(organisation), "thing.done", "thing", uuid4(), {"n": number})


def sealer(service: Service) -> AuditSealer:
    return AuditSealer(service.worker, service.settings.public_url)


async def seal_all(service: Service) -> None:
    while await sealer(service).seal():
        pass


async def rows(service: Service, statement: str, **values: Any) -> list[Any]:
    async with owner_session(service.settings) as session:
        return list((await session.execute(text(statement), values)).all())


async def verify(service: Service, organisation: UUID) -> int:
    async with owner_session(service.settings) as session:
        return await verify_trees(session, organisation, lambda _: None)


async def test_concurrent_writers_and_two_workers_leave_no_gap(
    fresh_local: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 7)
    organisations = [await fresh_local.organisation(code) for code in ("east", "west")]
    stop = asyncio.Event()
    running = [asyncio.create_task(sealer(fresh_local).run(stop)) for _ in range(2)]
    writers = [write(fresh_local, organisations[number % 2], 20, pause=0.002) for number in range(6)]
    await asyncio.gather(*writers)
    stop.set()
    await asyncio.gather(*running)
    await seal_all(fresh_local)
    for organisation in organisations:
        # The one that adding the organisation left, and sixty more.
        assert await verify(fresh_local, organisation) == 61
    counted = await rows(
        fresh_local,
        "SELECT count(*), count(DISTINCT position), max(position) FROM audit_leaves GROUP BY organisation_id",
    )
    assert [tuple(row) for row in counted] == [(61, 61, 61)] * 2
    assert await rows(fresh_local, "SELECT id FROM audit_unsealed") == []


async def test_a_leaf_is_the_entry_in_one_fixed_form(fresh_local: Service) -> None:
    organisation = await fresh_local.organisation("east")
    await write(fresh_local, organisation, 1)
    await seal_all(fresh_local)
    first, second = await rows(fresh_local, "SELECT leaf, hash, id FROM audit_leaves ORDER BY position")
    content = json.loads(second.leaf)
    assert list(content) == [
        "position", "previous", "id", "organisation", "at", "action", "outcome", "principal", "asserted_user",
        "purpose", "subject_kind", "subject", "request", "detail",
    ]  # fmt: skip
    assert (content["position"], content["previous"]) == (2, first.hash.hex())
    assert second.leaf.endswith('"detail":{"b":{"a":[null,"ü"],"z":1},"n":0}}'.encode())
    assert second.hash == leaf_hash(second.leaf)
    [tree] = await rows(fresh_local, "SELECT origin, size, last_hash FROM audit_trees")
    assert (tree.size, tree.last_hash) == (2, second.hash)
    assert tree.origin.startswith(f"local.example/audit/{organisation}/20")


async def test_what_is_not_committed_has_no_place_and_gets_a_later_one(fresh_local: Service) -> None:
    organisation = await fresh_local.organisation("east")
    async with fresh_local.app.state.database.transaction(organisation) as slow:
        await record_audit(slow, known(organisation), "slow.done", "thing", uuid4())
        await write(fresh_local, organisation, 1)
        await seal_all(fresh_local)
    await seal_all(fresh_local)
    sealed = await rows(fresh_local, "SELECT leaf FROM audit_leaves ORDER BY position")
    actions = [json.loads(row.leaf)["action"] for row in sealed]
    assert actions == ["organisation.added", "thing.done", "slow.done"]
    assert await verify(fresh_local, organisation) == 3


async def test_a_pass_that_dies_changes_nothing(
    fresh_local: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = await fresh_local.organisation("east")
    await write_many(fresh_local, organisation, 300)
    await sealer(fresh_local).seal()

    async def die(*_: Any) -> None:
        raise ConnectionError

    await write_many(fresh_local, organisation, 300)
    with monkeypatch.context() as patched:
        # After the leaves were written and before the queue was emptied.
        patched.setattr(sealing, "_keep_nodes", die)
        with pytest.raises(ConnectionError):
            await sealer(fresh_local).seal()
    assert (await rows(fresh_local, "SELECT size FROM audit_trees"))[0].size == 301
    await seal_all(fresh_local)
    assert await verify(fresh_local, organisation) == 601


async def test_how_long_the_oldest_waits(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    async with fresh_local.worker.transaction() as session:
        assert 0 < await oldest_unsealed_seconds(session) < 60
    await seal_all(fresh_local)
    async with fresh_local.worker.transaction() as session:
        assert await oldest_unsealed_seconds(session) == 0


async def test_roots_and_proofs_at_any_size_come_from_the_kept_nodes(fresh_local: Service) -> None:
    organisation = await fresh_local.organisation("east")
    for count in (200, 400, 500):
        await write_many(fresh_local, organisation, count)
        await seal_all(fresh_local)
    leaves = [row.leaf for row in await rows(fresh_local, "SELECT leaf FROM audit_leaves ORDER BY position")]
    nodes = await rows(fresh_local, "SELECT level, number FROM audit_nodes ORDER BY number")
    assert [tuple(row) for row in nodes] == [(8, number) for number in range(4)]
    async with fresh_local.worker.transaction() as session:
        tree = await find_tree(session, organisation)
        assert tree is not None
        assert tree.size == len(leaves) == 1101
        roots = {}
        for size in (0, 1, 7, 255, 256, 257, 512, 700, 1023, 1024, 1101):
            roots[size] = await root_at(session, tree, size)
            assert roots[size] == merkle_root(leaves[:size])
        for old, old_root in roots.items():
            for new, new_root in roots.items():
                if old <= new:
                    proof = await proof_of_growth(session, tree, old, new)
                    assert is_consistent(old, new, old_root, new_root, proof), (old, new)


async def test_nobody_may_change_what_is_sealed(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    await seal_all(fresh_local)
    for table in ("audit_leaves", "audit_nodes", "audit_checkpoints", "audit_cosignatures"):
        for database in (fresh_local.worker, fresh_local.app.state.database):
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):  # noqa: S608
                with pytest.raises(DBAPIError, match="permission denied"):
                    async with database.transaction() as session:
                        await session.execute(text(statement))


TAMPERINGS = {
    "an entry changed": ("UPDATE audit_entries SET purpose = 'other' WHERE id = :third", 3, "not what was sealed"),
    "its detail changed": ("UPDATE audit_entries SET detail = '{}' WHERE id = :third", 3, "not what was sealed"),
    "an entry deleted": ("DELETE FROM audit_entries WHERE id = :third", 3, "is gone"),
    "a leaf changed": ("UPDATE audit_leaves SET leaf = leaf || 'x' WHERE id = :third", 3, "not what was sealed"),
    "a hash changed": ("UPDATE audit_leaves SET hash = hash || 'x' WHERE id = :third", 3, "not its leaf"),
    "a leaf deleted": ("DELETE FROM audit_leaves WHERE id = :third", 3, "leaf is gone"),
    "the last leaf deleted": ("DELETE FROM audit_leaves WHERE position = 301", 301, "are gone"),
    "the end cut off": (
        "WITH cut AS (DELETE FROM audit_leaves WHERE position > 299) UPDATE audit_trees SET size = 299, "
        "last_hash = (SELECT hash FROM audit_leaves WHERE position = 299)",
        None,
        "never sealed",
    ),
    "two entries swapped": (
        "UPDATE audit_leaves SET position = CASE position WHEN 3 THEN 1004 WHEN 4 THEN 3 ELSE position END; "
        "UPDATE audit_leaves SET position = 4 WHERE position = 1004",
        3,
        "not what was sealed",
    ),
    "a node changed": ("UPDATE audit_nodes SET hash = hash || 'x'", 256, "node"),
    "an entry slipped in": (
        "INSERT INTO audit_entries (organisation_id, id, at, action, outcome, purpose, subject_kind, detail) "
        "SELECT organisation_id, gen_random_uuid(), at, 'x', 'done', 'x', 'x', '{}' FROM audit_entries WHERE id = :third",
        None,
        "never sealed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_as_superuser_is_named(fresh_local: Service, name: str) -> None:
    statement, position, reason = TAMPERINGS[name]
    organisation = await fresh_local.organisation("east")
    await write_many(fresh_local, organisation, 300)
    await seal_all(fresh_local)
    assert await verify(fresh_local, organisation) == 301
    [third] = await rows(fresh_local, "SELECT id FROM audit_leaves WHERE position = 3")
    async with owner_session(fresh_local.settings) as session:
        for part in statement.split("; "):
            values = {"third": third.id} if ":third" in part else {}
            await session.execute(text(part), values)
    with pytest.raises(TreeBroken) as broken:
        await verify(fresh_local, organisation)
    assert broken.value.position == position
    assert reason in broken.value.reason


async def test_a_new_epoch_begins_a_tree_that_names_the_old_ones_end(fresh_local: Service) -> None:
    organisation = await fresh_local.organisation("east")
    await write(fresh_local, organisation, 4)
    await seal_all(fresh_local)
    async with fresh_local.worker.transaction() as session:
        old = await find_tree(session, organisation)
        assert old is not None
        old_root = await root_at(session, old, 5)
    async with owner_session(fresh_local.settings) as session:
        await session.execute(text("UPDATE service_state SET epoch = epoch + interval '1 hour'"))
    await write(fresh_local, organisation, 2)
    await seal_all(fresh_local)
    assert await verify(fresh_local, organisation) == 8
    async with fresh_local.worker.transaction() as session:
        new = await find_tree(session, organisation)
        assert new is not None
        assert (new.size, new.origin) != (old.size, old.origin)
    [first] = await rows(
        fresh_local, "SELECT leaf FROM audit_leaves WHERE tree_id = :id AND position = 1", id=new.id
    )
    content = json.loads(first.leaf)
    assert (content["action"], content["detail"]["origin"]) == ("audit.tree_begun", new.origin)
    assert content["detail"]["before"]["origin"] == old.origin
    assert content["detail"]["before"]["size"] == 5
    assert content["detail"]["before"]["root"] == write_base64(old_root)
