"""Giving each audit entry its place in its organisation's tree, after the commit.

Only what is committed is seen, so only that is sealed; what commits late gets a later position. The queue is written
with the entries, so nothing is passed by. A pass that does not come to its end leaves the queue as it was.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import AuditEntry, UnsealedEntry
from service_kit.audit_tree.beginning import note_beginning
from service_kit.audit_tree.leaves import NO_HASH, write_leaf
from service_kit.audit_tree.models import AuditLeaf, AuditNode, AuditTree
from service_kit.audit_tree.trees import LEVELS_A_NODE, NODE_WIDTH, find_tree, hashes_below
from service_kit.db import Database, table_of
from service_kit.exchange.waiting import wait_for
from service_kit.identity import ServiceState
from service_kit.ids import new_id
from shared_schemas.exchange.checkpoints import Origin
from shared_schemas.exchange.merkle import leaf_hash, root_of

AT_ONCE = 500
POLL_SECONDS = 0.5

_WAITING = select(UnsealedEntry.organisation_id).distinct()
# Held to the end of the transaction: one worker seals an organisation's entries, another passes it by.
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('audit ' || :organisation_id, 0))")
_OLDEST = select(func.extract("epoch", func.now() - func.min(UnsealedEntry.queued_at)))


class AuditSealer:
    """Runs under the worker's role, which sees every organisation's entries. Two at once are safe."""

    def __init__(self, database: Database, public_url: str) -> None:
        self._database = database
        self._host = urlsplit(public_url).netloc

    async def run(self, stop: asyncio.Event) -> None:
        """Seal what waits, until asked to stop."""
        while not stop.is_set():
            if not await self.seal():
                await wait_for(stop, POLL_SECONDS)

    async def seal(self) -> int:
        """Go once through the organisations whose entries wait; give how many were sealed."""
        async with self._database.transaction() as session:
            organisations = (await session.execute(_WAITING)).scalars().all()
        return sum([await self._seal_of(organisation) for organisation in organisations])

    async def _seal_of(self, organisation_id: UUID) -> int:
        async with self._database.transaction(organisation_id) as session:
            if not (await session.execute(_LOCK, {"organisation_id": str(organisation_id)})).scalar_one():
                return 0
            # Statements after the lock, so that they see what the holder before has sealed.
            tree = await find_tree(session, organisation_id)
            if tree is None:
                tree = await self._begin(session, organisation_id)
            entries = (await session.execute(_unsealed(organisation_id))).scalars().all()
            await _append(session, tree, entries)
            return len(entries)

    async def _begin(self, session: AsyncSession, organisation_id: UUID) -> AuditTree:
        """Begin a tree; where there was one before (a restore), its first leaf names that one's end."""
        epoch = (await session.execute(select(func.date_trunc("second", ServiceState.epoch)))).scalar_one()
        tree = AuditTree(
            organisation_id=organisation_id,
            id=new_id(),
            epoch=epoch,
            origin=str(Origin(self._host, organisation_id, epoch)),
            size=0,
            last_hash=None,
        )
        first = await note_beginning(session, organisation_id, tree.origin)
        session.add(tree)
        await session.flush()
        if first is not None:
            await _append(session, tree, [first])
        return tree


async def oldest_unsealed_seconds(session: AsyncSession) -> float:
    """Tell how long the oldest entry waits for its place, of all this transaction sees; 0 if none does."""
    return float((await session.execute(_OLDEST)).scalar_one() or 0)


async def _append(session: AsyncSession, tree: AuditTree, entries: Sequence[AuditEntry]) -> None:
    if not entries:
        return
    before, previous = tree.size, tree.last_hash or NO_HASH
    leaves = []
    for position, entry in enumerate(entries, before + 1):
        leaf = write_leaf(entry, position, previous)
        previous = leaf_hash(leaf)
        leaves.append(_of(tree) | {"id": entry.id, "position": position, "leaf": leaf, "hash": previous})
    await session.execute(insert(table_of(AuditLeaf)), leaves)
    tree.size, tree.last_hash = before + len(leaves), previous
    await _keep_nodes(session, tree, before)
    await session.execute(
        delete(UnsealedEntry)
        .where(
            UnsealedEntry.organisation_id == tree.organisation_id,
            UnsealedEntry.id.in_([entry.id for entry in entries]),
        )
        .execution_options(synchronize_session=False)
    )


async def _keep_nodes(session: AsyncSession, tree: AuditTree, before: int) -> None:
    """Keep the nodes that the new leaves have completed, level by level."""
    level = LEVELS_A_NODE
    while before >> level < tree.size >> level:
        for number in range(before >> level, tree.size >> level):
            below = await hashes_below(session, tree, level - LEVELS_A_NODE, number * NODE_WIDTH, NODE_WIDTH)
            row = {"id": new_id(), "level": level, "number": number, "hash": root_of(below)}
            await session.execute(insert(table_of(AuditNode)), _of(tree) | row)
        level += LEVELS_A_NODE


def _of(tree: AuditTree) -> dict[str, object]:
    return {"organisation_id": tree.organisation_id, "tree_id": tree.id}


def _unsealed(organisation_id: UUID) -> Select[AuditEntry]:
    queue = (
        select(UnsealedEntry.id)
        .where(UnsealedEntry.organisation_id == organisation_id)
        .order_by(UnsealedEntry.id)
        .limit(AT_ONCE)
    )
    return (
        select(AuditEntry)
        .where(AuditEntry.organisation_id == organisation_id, AuditEntry.id.in_(queue))
        .order_by(AuditEntry.id)
    )
