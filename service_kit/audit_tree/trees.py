"""Reading a tree: roots and proofs at any size, from a few rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit_tree.models import AuditLeaf, AuditNode, AuditTree
from service_kit.identity import ServiceState
from shared_schemas.exchange.merkle import Range, consistency_ranges, join, root_of, subtrees

LEVELS_A_NODE = 8  # a node is kept over every 256 of those below it
NODE_WIDTH = 1 << LEVELS_A_NODE


async def find_tree(session: AsyncSession, organisation_id: UUID) -> AuditTree | None:
    """Give the organisation's tree of this database's present history, if anything was sealed in it."""
    statement = (
        select(AuditTree)
        .join(ServiceState, func.date_trunc("second", ServiceState.epoch) == AuditTree.epoch)
        .where(AuditTree.organisation_id == organisation_id)
    )
    found = await session.execute(statement.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def root_at(session: AsyncSession, tree: AuditTree, size: int) -> bytes:
    """Give the root over the first ``size`` leaves."""
    return root_of([]) if size == 0 else (await _roots_over(session, tree, [(0, size)]))[0]


async def proof_of_growth(
    session: AsyncSession, tree: AuditTree, old_size: int, new_size: int
) -> list[bytes]:
    """Prove that the first ``old_size`` leaves begin the first ``new_size`` (RFC 6962 section 2.1.2)."""
    return await _roots_over(session, tree, consistency_ranges(old_size, new_size))


async def hashes_below(
    session: AsyncSession, tree: AuditTree, level: int, first: int, count: int
) -> list[bytes]:
    """Give the hashes of so many complete subtrees of a kept level, or of leaves (level 0), in their order."""
    if level == 0:
        statement = select(AuditLeaf.hash).where(
            AuditLeaf.organisation_id == tree.organisation_id,
            AuditLeaf.tree_id == tree.id,
            AuditLeaf.position.between(first + 1, first + count),
        )
        return list((await session.execute(statement.order_by(AuditLeaf.position))).scalars())
    nodes = select(AuditNode.hash).where(
        AuditNode.organisation_id == tree.organisation_id,
        AuditNode.tree_id == tree.id,
        AuditNode.level == level,
        AuditNode.number.between(first, first + count - 1),
    )
    return list((await session.execute(nodes.order_by(AuditNode.number))).scalars())


async def _roots_over(session: AsyncSession, tree: AuditTree, ranges: Sequence[Range]) -> list[bytes]:
    return [join([await _subtree(session, tree, *place) for place in subtrees(leaves)]) for leaves in ranges]


async def _subtree(session: AsyncSession, tree: AuditTree, level: int, number: int) -> bytes:
    kept = level - level % LEVELS_A_NODE
    width = 1 << (level - kept)
    return root_of(await hashes_below(session, tree, kept, number * width, width))
