"""What is shown of checkpoints: our own with its cosignatures, and how each link stands in both directions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import UnsealedEntry
from service_kit.audit_tree.checkpoint_lookup import newest_checkpoint
from service_kit.audit_tree.models import (
    AuditCheckpoint,
    AuditCosignature,
    AuditTree,
    AuditWitness,
    WitnessedCheckpoint,
)
from service_kit.audit_tree.sealing import oldest_unsealed_seconds
from service_kit.audit_tree.trees import find_tree
from service_kit.exchange.models import ExchangeKey, KeyKind, Link
from shared_schemas.exchange.encoding import write_base64


class OwnTree(BaseModel):
    """The audit trail of your organisation, as one tree."""

    origin: str = Field(description="Which tree it is: `{host}/audit/{party}/{epoch}`.")
    size: int = Field(description="How many entries are sealed.")
    unsealed: int = Field(description="How many entries wait for their place.")
    oldest_unsealed_seconds: float
    checkpoint: str | None = Field(
        description="The newest checkpoint (C2SP) with every cosignature it has: a signed note."
    )
    checkpoint_size: int | None
    checkpoint_made_at: datetime | None
    cosigned_by: list[UUID] = Field(description="The links whose counterparts cosigned it.")


class CosignedRead(BaseModel):
    """How far a counterpart has cosigned our tree."""

    size: int
    origin: str | None
    cosigned_at: datetime | None
    asked_at: datetime | None
    problem: str | None = Field(description="Why it did not cosign when it was last asked.")


class WitnessedRead(BaseModel):
    """A counterpart's tree, as far as we have cosigned it."""

    model_config = ConfigDict(from_attributes=True)

    origin: str
    size: int
    root: str | None = Field(description="The Merkle root over so many entries, in base64.")
    checkpoint: str | None = Field(description="Its checkpoint with our cosignature: a signed note.")
    cosigned_at: datetime | None
    first_seen_at: datetime
    confirmed_at: datetime | None = Field(
        description="None: the origin waits for a person here to confirm it."
    )
    refused: str | None = Field(description="Why its last checkpoint was refused, if it was.")


class LinkCheckpoints(BaseModel):
    """One link."""

    link_id: UUID
    counterpart_party: UUID
    counterpart_name: str
    audit_key_pinned: bool = Field(
        description="Without the counterpart's audit key, neither side's can be cosigned."
    )
    ours: CosignedRead | None
    theirs: list[WitnessedRead] = Field(description="Newest origin first: after a restore there is another.")


class CheckpointsRead(BaseModel):
    """Where the audit trees of both sides stand."""

    own: OwnTree | None = Field(description="None until something was sealed.")
    links: list[LinkCheckpoints]


async def show_checkpoints(session: AsyncSession, organisation_id: UUID) -> CheckpointsRead:
    """Show the organisation's own tree and what each link's two sides have cosigned."""
    tree = await find_tree(session, organisation_id)
    return CheckpointsRead(
        own=await _own(session, tree) if tree else None, links=await _links(session, organisation_id)
    )


async def published_checkpoint(session: AsyncSession, organisation_id: UUID) -> str | None:
    """Give the newest checkpoint that somebody cosigned, with every cosignature it has; else the newest."""
    tree = await find_tree(session, organisation_id)
    if tree is None:
        return None
    checkpoint = await newest_checkpoint(session, tree, cosigned=True) or await newest_checkpoint(
        session, tree
    )
    return (await _with_cosignatures(session, checkpoint))[0] if checkpoint else None


async def _own(session: AsyncSession, tree: AuditTree) -> OwnTree:
    checkpoint = await newest_checkpoint(session, tree)
    note, links = await _with_cosignatures(session, checkpoint) if checkpoint else (None, [])
    return OwnTree(
        origin=tree.origin,
        size=tree.size,
        unsealed=(await session.execute(select(func.count()).select_from(UnsealedEntry))).scalar_one(),
        oldest_unsealed_seconds=await oldest_unsealed_seconds(session),
        checkpoint=note,
        checkpoint_size=checkpoint.size if checkpoint else None,
        checkpoint_made_at=checkpoint.made_at if checkpoint else None,
        cosigned_by=links,
    )


async def _with_cosignatures(session: AsyncSession, checkpoint: AuditCheckpoint) -> tuple[str, list[UUID]]:
    statement = (
        select(AuditCosignature)
        .where(
            AuditCosignature.organisation_id == checkpoint.organisation_id,
            AuditCosignature.checkpoint_id == checkpoint.id,
        )
        .order_by(AuditCosignature.link_id)
    )
    lines = (await session.execute(statement)).scalars().all()
    return checkpoint.note + "".join(row.line for row in lines), [row.link_id for row in lines]


async def _links(session: AsyncSession, organisation_id: UUID) -> list[LinkCheckpoints]:
    pinned = (
        select(ExchangeKey.id)
        .where(
            ExchangeKey.organisation_id == Link.organisation_id,
            ExchangeKey.party == Link.counterpart_party,
            ExchangeKey.kind == KeyKind.AUDIT,
        )
        .exists()
    )
    joined = (AuditWitness.organisation_id == Link.organisation_id) & (AuditWitness.link_id == Link.id)
    statement = (
        select(Link, AuditWitness, pinned.label("pinned"))
        .outerjoin(AuditWitness, joined)
        .where(Link.organisation_id == organisation_id)
        .order_by(Link.id)
    )
    theirs = await _witnessed(session, organisation_id)
    return [
        LinkCheckpoints(
            link_id=link.id,
            counterpart_party=link.counterpart_party,
            counterpart_name=link.counterpart_name,
            audit_key_pinned=is_pinned,
            ours=_ours(witness),
            theirs=theirs.get(link.id, []),
        )
        for link, witness, is_pinned in (await session.execute(statement)).all()
    ]


async def _witnessed(session: AsyncSession, organisation_id: UUID) -> dict[UUID, list[WitnessedRead]]:
    statement = (
        select(WitnessedCheckpoint)
        .where(WitnessedCheckpoint.organisation_id == organisation_id)
        .order_by(WitnessedCheckpoint.first_seen_at.desc())
    )
    found: dict[UUID, list[WitnessedRead]] = {}
    for row in (await session.execute(statement)).scalars():
        found.setdefault(row.link_id, []).append(read_witnessed(row))
    return found


def read_witnessed(row: WitnessedCheckpoint) -> WitnessedRead:
    """Show one origin of a counterpart."""
    return WitnessedRead(
        origin=row.origin,
        size=row.size,
        root=write_base64(row.root) if row.root else None,
        checkpoint=f"{row.note}{row.cosignature}" if row.note else None,
        cosigned_at=row.cosigned_at,
        first_seen_at=row.first_seen_at,
        confirmed_at=row.confirmed_at,
        refused=row.refused,
    )


def _ours(witness: Any) -> CosignedRead | None:
    if witness is None:
        return None
    return CosignedRead(
        size=witness.size,
        origin=witness.origin,
        cosigned_at=witness.cosigned_at,
        asked_at=witness.asked_at,
        problem=witness.problem,
    )
