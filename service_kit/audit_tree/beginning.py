"""Where one tree ends and another begins: after a restore, what the new one's first leaf says of the old one."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import AuditEntry, record_audit
from service_kit.audit_tree.models import AuditTree, AuditWitness
from service_kit.audit_tree.trees import root_at
from service_kit.identity import Caller
from service_kit.ids import new_id
from shared_schemas.exchange.encoding import write_base64


async def note_beginning(session: AsyncSession, organisation_id: UUID, origin: str) -> AuditEntry | None:
    """Write the entry that links a new tree to the one before it; ``None`` for an organisation's first tree.

    It names the old tree's size and root as this database has them, and as each counterpart last told that it
    cosigned them: after a restore those may lie further on, and say so for ever.
    """
    newest = (
        select(AuditTree).where(AuditTree.organisation_id == organisation_id).order_by(AuditTree.epoch.desc())
    )
    old = (await session.execute(newest.limit(1))).scalar_one_or_none()
    if old is None:
        return None
    told = select(AuditWitness).where(
        AuditWitness.organisation_id == organisation_id, AuditWitness.origin == old.origin
    )
    witnesses = (await session.execute(told.order_by(AuditWitness.link_id))).scalars()
    detail: dict[str, Any] = {
        "origin": origin,
        "before": _place(old.origin, old.size, await root_at(session, old, old.size)),
        "cosigned": [
            {"link_id": str(witness.link_id)} | _place(old.origin, witness.size, witness.root)
            for witness in witnesses
        ],
    }
    await record_audit(session, _worker(organisation_id), "audit.tree_begun", "audit_tree", None, detail)
    begun = select(AuditEntry).where(
        AuditEntry.organisation_id == organisation_id, AuditEntry.action == "audit.tree_begun"
    )
    return (await session.execute(begun.order_by(AuditEntry.id.desc()).limit(1))).scalar_one()


async def note_cosigned(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, *, origin: str, size: int, root: bytes | None
) -> None:
    """Remember what a counterpart told it cosigned last of our tree.

    Told before a new epoch is taken, it is what the new tree's first leaf repeats. Less than is known already of
    the same origin changes nothing.
    """
    values = {"origin": origin, "size": size, "root": root}
    row = insert(AuditWitness).values(organisation_id=organisation_id, id=new_id(), link_id=link_id, **values)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["organisation_id", "link_id"],
            set_=values,
            where=(AuditWitness.origin.is_distinct_from(origin)) | (AuditWitness.size < size),
        )
    )


def _place(origin: str, size: int, root: bytes | None) -> dict[str, Any]:
    return {"origin": origin, "size": size, "root": write_base64(root) if root else None}


def _worker(organisation_id: UUID) -> Caller:
    return Caller(
        organisation_id=organisation_id,
        organisation_code="",
        organisation_name="",
        principal_id=None,
        principal_name="worker",
        is_person=False,
        roles=frozenset(),
        purpose="exchange",
    )
