"""The alert of a refused checkpoint: one for a link, open while either side's last one is refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit_tree.models import AuditWitness, WitnessedCheckpoint
from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert

REFUSALS = frozenset({"checkpoint-conflict", "checkpoint-inconsistent", "cosignature-invalid"})


async def alert_refused(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, detail: Mapping[str, Any]
) -> bool:
    """Let people hear of a refusal; ``False`` where they have already."""
    return await raise_alert(
        session, organisation_id, AlertKind.CHECKPOINT_REFUSED, link_id=link_id, detail=detail
    )


async def clear_refused(session: AsyncSession, organisation_id: UUID, link_id: UUID) -> None:
    """End the alert, if neither our last checkpoint nor the counterpart's is refused."""
    ours = select(AuditWitness.id).where(
        AuditWitness.organisation_id == organisation_id,
        AuditWitness.link_id == link_id,
        AuditWitness.problem.in_(REFUSALS),
    )
    theirs = select(WitnessedCheckpoint.id).where(
        WitnessedCheckpoint.organisation_id == organisation_id,
        WitnessedCheckpoint.link_id == link_id,
        WitnessedCheckpoint.refused.is_not(None),
    )
    if (await session.execute(ours.union_all(theirs).limit(1))).first() is None:
        await clear_alerts(session, organisation_id, AlertKind.CHECKPOINT_REFUSED, link_id=link_id)
