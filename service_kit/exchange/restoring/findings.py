"""Naming losses: one row each, so that people can be told what became of every one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.restoring.models import FindingKind, RestoreFinding
from service_kit.ids import new_id


@dataclass(frozen=True)
class OfRestore:
    """Whose loss it is."""

    organisation_id: UUID
    link_id: UUID
    restore_id: UUID


async def add_finding(session: AsyncSession, of: OfRestore, kind: FindingKind, **facts: Any) -> None:
    """Name one loss."""
    await session.execute(
        insert(RestoreFinding).values(
            organisation_id=of.organisation_id,
            id=new_id(),
            restore_id=of.restore_id,
            link_id=of.link_id,
            kind=kind.value,
            **facts,
        )
    )
