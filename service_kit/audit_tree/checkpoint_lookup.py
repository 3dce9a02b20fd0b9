from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit_tree.models import AuditCheckpoint, AuditCosignature, AuditTree


async def newest_checkpoint(
    session: AsyncSession, tree: AuditTree, *, cosigned: bool = False
) -> AuditCheckpoint | None:
    """Give the newest checkpoint of a tree, or the newest that a counterpart cosigned."""
    statement = select(AuditCheckpoint).where(
        AuditCheckpoint.organisation_id == tree.organisation_id, AuditCheckpoint.tree_id == tree.id
    )
    if cosigned:
        line = select(AuditCosignature.id).where(
            AuditCosignature.organisation_id == AuditCheckpoint.organisation_id,
            AuditCosignature.checkpoint_id == AuditCheckpoint.id,
        )
        statement = statement.where(line.exists())
    newest = statement.order_by(AuditCheckpoint.size.desc(), AuditCheckpoint.id.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()
