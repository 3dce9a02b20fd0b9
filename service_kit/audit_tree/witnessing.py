"""Being a witness: a counterpart's checkpoint is cosigned only where it contains the one cosigned before.

What is refused is refused after the commit of what people must hear of: the answer is an error, its traces stay.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.audit_tree.keys import own_audit_key, public_audit_keys
from service_kit.audit_tree.models import WitnessedCheckpoint
from service_kit.audit_tree.refusals import alert_refused, clear_refused
from service_kit.exchange.links import LinkKeys
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.exchange.checkpoints import Checkpoint, CheckpointRejected, cosign, open_checkpoint
from shared_schemas.exchange.encoding import write_base64
from shared_schemas.exchange.merkle import is_consistent, root_of
from shared_schemas.exchange.witnessing import CheckpointAnswer, CheckpointQuestion, read_proof

# One checkpoint of a link is judged at a time: the next is compared with what this one left.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('witness ' || :link_id, 0))")


@dataclass(frozen=True)
class Refused:
    """Why a checkpoint is not cosigned; ``told`` are the members of the answer. ``alerts``: people must look at it."""

    problem: str
    reason: str
    told: dict[str, Any] = field(default_factory=dict)
    alerts: bool = True

    def raised(self) -> ApiProblem:
        """Give the answer; it is raised once the transaction is committed."""
        if self.problem == "checkpoint-conflict":
            return ApiProblem("checkpoint-conflict", members={"reason": self.reason, **self.told})
        return ApiProblem("checkpoint-inconsistent", members={"reason": self.reason, **self.told})


async def witness(
    acting: Acting, keys: LinkKeys, asked: CheckpointQuestion, key_bytes: bytes, at: datetime
) -> CheckpointAnswer | Refused:
    """Judge a counterpart's checkpoint; where it only grew, keep it in place of the last and cosign it."""
    session = acting.session
    await session.execute(_LOCK, {"link_id": str(keys.link_id)})
    known = await public_audit_keys(session, keys.organisation_id, keys.counterpart_party)
    try:
        checkpoint = open_checkpoint(asked.checkpoint, party=keys.counterpart_party, public_keys=known)
    except CheckpointRejected:
        reason = "not-signed" if known else "no-audit-key-pinned"
        return await _refuse(acting, keys, None, Refused("checkpoint-inconsistent", reason))
    row, newest = await _held(session, keys, checkpoint.origin)
    refused = _judge(row, newest, checkpoint, asked)
    if refused is not None:
        return await _refuse(acting, keys, row, refused)
    own_key = await own_audit_key(session, keys.organisation_id, key_bytes)
    row.size, row.root, row.note, row.refused = checkpoint.size, checkpoint.root, asked.checkpoint, None
    row.cosignature, row.cosigned_at = cosign(checkpoint, keys.organisation_id, own_key, at), at
    await session.flush()
    await clear_refused(session, keys.organisation_id, keys.link_id)
    return CheckpointAnswer(cosignature=row.cosignature)


async def last_cosigned(
    session: AsyncSession, organisation_id: UUID, link_id: UUID
) -> WitnessedCheckpoint | None:
    """Give the newest checkpoint of a link's counterpart that we cosigned."""
    newest = (
        select(WitnessedCheckpoint)
        .where(
            WitnessedCheckpoint.organisation_id == organisation_id,
            WitnessedCheckpoint.link_id == link_id,
            WitnessedCheckpoint.confirmed_at.is_not(None),
            WitnessedCheckpoint.cosigned_at.is_not(None),
        )
        .order_by(WitnessedCheckpoint.confirmed_at.desc())
        .limit(1)
    )
    return (await session.execute(newest)).scalar_one_or_none()


async def _held(session: AsyncSession, keys: LinkKeys, origin: str) -> tuple[WitnessedCheckpoint, str]:
    """Give what is held of this origin, and the origin in force; the first of a link is confirmed at once."""
    of_link = (
        WitnessedCheckpoint.organisation_id == keys.organisation_id,
        WitnessedCheckpoint.link_id == keys.link_id,
    )
    held = (await session.execute(select(WitnessedCheckpoint).where(*of_link))).scalars().all()
    row = next((row for row in held if row.origin == origin), None)
    if row is None:
        # At most one origin of a link waits for a person: whatever comes after it takes its place.
        row = next((row for row in held if row.confirmed_at is None), None)
        if row is None:
            row = WitnessedCheckpoint(
                organisation_id=keys.organisation_id, id=new_id(), link_id=keys.link_id, size=0
            )
            session.add(row)
        row.origin = origin
        row.confirmed_at = None if held else (await session.execute(select(func.now()))).scalar_one()
        await session.flush()
    confirmed = [each for each in (*held, row) if each.confirmed_at is not None]
    return row, max(confirmed, key=lambda each: (each.confirmed_at, each.id)).origin


def _judge(
    row: WitnessedCheckpoint, in_force: str, checkpoint: Checkpoint, asked: CheckpointQuestion
) -> Refused | None:
    told = {"size": row.size} | ({"root": write_base64(row.root)} if row.root else {})
    if row.confirmed_at is None:
        return Refused("checkpoint-conflict", "origin-awaits-confirmation", told)
    if row.origin != in_force:
        return Refused("checkpoint-conflict", "origin-has-a-successor", told)
    if checkpoint.size < row.size:
        return Refused("checkpoint-conflict", "smaller-than-cosigned", told)
    if asked.old_size != row.size:
        # Only an answer of ours was lost, unless we ourselves have forgotten one.
        return Refused("checkpoint-conflict", "other-old-size", told, alerts=asked.old_size > row.size)
    return _judge_proof(row, checkpoint, asked)


def _judge_proof(
    row: WitnessedCheckpoint, checkpoint: Checkpoint, asked: CheckpointQuestion
) -> Refused | None:
    try:
        proof = read_proof(asked.proof)
    except ValueError:
        return Refused("checkpoint-inconsistent", "proof-unreadable")
    if not is_consistent(row.size, checkpoint.size, row.root or root_of([]), checkpoint.root, proof):
        return Refused("checkpoint-inconsistent", "not-grown-from-the-last")
    return None


async def _refuse(
    acting: Acting, keys: LinkKeys, row: WitnessedCheckpoint | None, refused: Refused
) -> Refused:
    if not refused.alerts:
        return refused
    detail = {"by": "us", "reason": refused.reason}
    if row is not None:
        row.refused = refused.reason
        detail["origin"] = row.origin
    if await alert_refused(acting.session, keys.organisation_id, keys.link_id, detail):
        await acting.audit("exchange.checkpoint_refused", "exchange_link", keys.link_id, detail)
    return refused
