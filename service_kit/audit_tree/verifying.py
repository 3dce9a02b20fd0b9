"""Checking an audit tree against the entries it was made of: everything is computed anew, nothing is believed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import AuditEntry, UnsealedEntry
from service_kit.audit_tree.keys import public_audit_keys
from service_kit.audit_tree.leaves import NO_HASH, write_leaf
from service_kit.audit_tree.models import AuditCheckpoint, AuditLeaf, AuditNode, AuditTree, AuditWitness
from service_kit.audit_tree.trees import LEVELS_A_NODE
from shared_schemas.exchange.checkpoints import CheckpointRejected, open_checkpoint
from shared_schemas.exchange.merkle import join, leaf_hash, node_hash, root_of

AT_ONCE = 1000


class TreeBroken(Exception):
    """What is stored is not what was sealed; ``position`` is the first place where it shows, if it has one."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


@dataclass
class Growing:
    """A tree that leaves are added to: the roots of its complete subtrees, the largest first."""

    size: int = 0
    complete: list[tuple[int, bytes]] = field(default_factory=list)
    finished: list[tuple[int, int, bytes]] = field(
        default_factory=list
    )  # (level, number, hash) since last asked

    def add(self, leaf: bytes) -> None:
        level, found = 0, leaf
        while self.complete and self.complete[-1][0] == level:
            found = node_hash(self.complete.pop()[1], found)
            level += 1
            if level % LEVELS_A_NODE == 0:
                self.finished.append((level, self.size >> level, found))
        self.complete.append((level, found))
        self.size += 1

    def root(self) -> bytes:
        return join([found for _, found in self.complete]) if self.complete else root_of([])

    def take_finished(self) -> list[tuple[int, int, bytes]]:
        finished, self.finished = self.finished, []
        return finished


async def verify_trees(session: AsyncSession, organisation_id: UUID, progress: Callable[[int], None]) -> int:
    """Check an organisation's trees from their first leaf to their last; give how many leaves there are.

    Raises ``TreeBroken`` at the first thing that is wrong. ``progress`` is told the leaves checked since the last time.
    """
    trees = select(AuditTree).where(AuditTree.organisation_id == organisation_id).order_by(AuditTree.epoch)
    checked = 0
    for tree in (await session.execute(trees)).scalars().all():
        await _verify_tree(session, tree, progress)
        checked += tree.size
    await _find_unsealed(session, organisation_id)
    return checked


async def _verify_tree(session: AsyncSession, tree: AuditTree, progress: Callable[[int], None]) -> None:
    expected = await _signed_roots(session, tree)
    growing, previous = Growing(), NO_HASH
    _compare_root(growing, expected)
    while page := await _page(session, tree, growing.size):
        for leaf, entry in page:
            _check_leaf(leaf, entry, growing.size + 1, previous)
            growing.add(leaf.hash)
            previous = leaf.hash
            _compare_root(growing, expected)
        await _compare_nodes(session, tree, growing.take_finished())
        progress(len(page))
    if growing.size < tree.size:
        raise TreeBroken(
            f"the tree has {tree.size} leaves, and those from here on are gone", growing.size + 1
        )
    if (growing.size, previous) != (tree.size, tree.last_hash or NO_HASH):
        raise TreeBroken("the tree's end is not its last leaf", growing.size)
    for size in sorted(expected):
        if size > growing.size:
            raise TreeBroken(f"a checkpoint over {size} leaves was signed, and those from here on are gone",
                             growing.size + 1)  # fmt: skip


def _check_leaf(leaf: AuditLeaf, entry: AuditEntry | None, position: int, previous: bytes) -> None:
    if leaf.position != position:
        raise TreeBroken("the leaf is gone", position)
    if entry is None:
        raise TreeBroken(f"the entry {leaf.id} is gone", position)
    if leaf.leaf != write_leaf(entry, position, previous):
        raise TreeBroken(f"the entry {leaf.id} is not what was sealed", position)
    if leaf.hash != leaf_hash(leaf.leaf):
        raise TreeBroken(f"the hash of the entry {leaf.id} is not its leaf's", position)


def _compare_root(growing: Growing, expected: Mapping[int, bytes]) -> None:
    if growing.size in expected and expected[growing.size] != growing.root():
        raise TreeBroken(
            "the leaves up to here are not those that a checkpoint was signed over", growing.size
        )


async def _compare_nodes(
    session: AsyncSession, tree: AuditTree, finished: list[tuple[int, int, bytes]]
) -> None:
    for level, number, found in finished:
        statement = select(AuditNode.hash).where(
            AuditNode.organisation_id == tree.organisation_id,
            AuditNode.tree_id == tree.id,
            AuditNode.level == level,
            AuditNode.number == number,
        )
        if (await session.execute(statement)).scalar_one_or_none() != found:
            raise TreeBroken("a stored node is not that of its leaves", (number + 1) << level)


async def _page(
    session: AsyncSession, tree: AuditTree, after: int
) -> list[tuple[AuditLeaf, AuditEntry | None]]:
    statement = (
        select(AuditLeaf, AuditEntry)
        .outerjoin(
            AuditEntry,
            (AuditEntry.organisation_id == AuditLeaf.organisation_id) & (AuditEntry.id == AuditLeaf.id),
        )
        .where(
            AuditLeaf.organisation_id == tree.organisation_id,
            AuditLeaf.tree_id == tree.id,
            AuditLeaf.position > after,
        )
        .order_by(AuditLeaf.position)
        .limit(AT_ONCE)
    )
    rows: list[tuple[AuditLeaf, AuditEntry | None]] = [
        (leaf, entry) for leaf, entry in await session.execute(statement)
    ]
    session.expunge_all()
    return rows


async def _signed_roots(session: AsyncSession, tree: AuditTree) -> dict[int, bytes]:
    """The roots by size that we signed, and that counterparts told they cosigned of this tree."""
    keys = await public_audit_keys(session, tree.organisation_id, tree.organisation_id, ever=True)
    signed = select(AuditCheckpoint.note).where(
        AuditCheckpoint.organisation_id == tree.organisation_id, AuditCheckpoint.tree_id == tree.id
    )
    roots: dict[int, bytes] = {}
    for note in (await session.execute(signed)).scalars():
        try:
            checkpoint = open_checkpoint(note, party=tree.organisation_id, public_keys=keys)
        except CheckpointRejected:
            raise TreeBroken("a stored checkpoint is not one that our audit key signed") from None
        if roots.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            raise TreeBroken("two checkpoints of one size were signed over different leaves", checkpoint.size)
    told = select(AuditWitness).where(
        AuditWitness.organisation_id == tree.organisation_id, AuditWitness.origin == tree.origin
    )
    for witness in (await session.execute(told)).scalars():
        if witness.root and roots.setdefault(witness.size, witness.root) != witness.root:
            raise TreeBroken("a counterpart cosigned other leaves", witness.size)
    return roots


async def _find_unsealed(session: AsyncSession, organisation_id: UUID) -> None:
    """Every entry has its place or waits for it."""
    same = AuditLeaf.organisation_id == AuditEntry.organisation_id, AuditLeaf.id == AuditEntry.id
    waits = UnsealedEntry.organisation_id == AuditEntry.organisation_id, UnsealedEntry.id == AuditEntry.id
    without = (
        select(AuditEntry.id)
        .where(
            AuditEntry.organisation_id == organisation_id,
            ~select(AuditLeaf.id).where(*same).exists(),
            ~select(UnsealedEntry.id).where(*waits).exists(),
        )
        .order_by(AuditEntry.id)
        .limit(1)
    )
    found = (await session.execute(without)).scalar_one_or_none()
    if found is not None:
        raise TreeBroken(f"the entry {found} was never sealed and does not wait for it")
