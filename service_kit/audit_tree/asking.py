"""Asking one counterpart to cosign a checkpoint of ours, and what becomes of its answer."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.audit_tree.beginning import note_cosigned
from service_kit.audit_tree.keys import public_audit_keys
from service_kit.audit_tree.models import AuditCheckpoint, AuditCosignature, AuditTree, AuditWitness
from service_kit.audit_tree.refusals import REFUSALS, alert_refused, clear_refused
from service_kit.audit_tree.trees import proof_of_growth
from service_kit.db import Database
from service_kit.exchange.answers import Answer, problem_name, read_problem
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.suspecting import suspect
from service_kit.ids import new_id
from shared_schemas.exchange.checkpoints import CheckpointRejected, open_cosignature
from shared_schemas.exchange.encoding import read_base64, write_base64
from shared_schemas.exchange.limits import NUMBER_MAX
from shared_schemas.exchange.witnessing import CheckpointAnswer

CHECKPOINT_PATH = "/checkpoints"


@dataclass(frozen=True)
class Told:
    """What the counterpart answered: its line, or its problem with how far it says it cosigned this tree."""

    cosignature: str | None = None
    problem: str | None = None
    reason: str | None = None
    size: int | None = None
    root: bytes | None = None


async def ask_to_cosign(
    database: Database, client: ExchangeClient, keys: LinkKeys, checkpoint: AuditCheckpoint, now: datetime
) -> str | None:
    """Post a checkpoint with the proof from the size cosigned last; give the problem, if it was not cosigned.

    A counterpart that names another size of the same tree (an answer was lost, or it was restored) is asked once
    more with the proof from there.
    """
    asker = Asker.at(client, keys, now)
    tree, old_size = await _where_it_stands(database, keys, checkpoint)
    told = await _post(database, asker, tree, checkpoint, old_size)
    if told.reason == "other-old-size" and told.size is not None and told.size <= checkpoint.size:
        told = await _post(database, asker, tree, checkpoint, told.size)
    async with database.transaction(keys.organisation_id) as session:
        if told.cosignature is not None:
            return await _keep(session, keys, tree, checkpoint, told.cosignature)
        return await _note_problem(session, keys, tree, told)


async def _where_it_stands(
    database: Database, keys: LinkKeys, checkpoint: AuditCheckpoint
) -> tuple[AuditTree, int]:
    async with database.transaction(keys.organisation_id) as session:
        tree = await _tree_of(session, checkpoint)
        statement = select(AuditWitness.size).where(*_of_link(keys), AuditWitness.origin == tree.origin)
        size = (await session.execute(statement)).scalar_one_or_none() or 0
    return tree, min(size, checkpoint.size)


async def _post(
    database: Database, asker: Asker, tree: AuditTree, checkpoint: AuditCheckpoint, old_size: int
) -> Told:
    async with database.transaction(tree.organisation_id) as session:
        proof = await proof_of_growth(session, tree, old_size, checkpoint.size)
    content = {
        "old_size": old_size,
        "proof": [write_base64(node) for node in proof],
        "checkpoint": checkpoint.note,
    }
    try:
        return _read(await asker.post(CHECKPOINT_PATH, json.dumps(content).encode()))
    except QuestionRefused as refused:
        return Told(problem=refused.kind)


def _read(answer: Answer) -> Told:
    if answer.status == 200:
        try:
            return Told(cosignature=CheckpointAnswer.model_validate_json(answer.body).cosignature)
        except ValidationError:
            return Told(problem="unreadable_answer")
    problem = read_problem(answer)
    if problem is None:
        return Told(problem="no_answer")
    return Told(
        problem=problem_name(problem),
        reason=problem.get("reason") if problem.get("reason") in KNOWN_REASONS else None,
        size=_size(problem.get("size")),
        root=_root(problem.get("root")),
    )


# What of a stranger's words is kept.
KNOWN_REASONS = frozenset(
    {
        "not-signed",
        "no-audit-key-pinned",
        "origin-awaits-confirmation",
        "origin-has-a-successor",
        "smaller-than-cosigned",
        "other-old-size",
        "proof-unreadable",
        "not-grown-from-the-last",
    }
)


async def _keep(
    session: AsyncSession, keys: LinkKeys, tree: AuditTree, checkpoint: AuditCheckpoint, line: str
) -> str | None:
    known = await public_audit_keys(session, keys.organisation_id, keys.counterpart_party)
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    try:
        at = open_cosignature(line, text, witness=keys.counterpart_party, public_keys=known)
    except CheckpointRejected:
        return await _note_problem(session, keys, tree, Told(problem="cosignature-invalid"))
    row = insert(AuditCosignature).values(
        organisation_id=keys.organisation_id,
        id=new_id(),
        checkpoint_id=checkpoint.id,
        link_id=keys.link_id,
        line=line if line.endswith("\n") else f"{line}\n",
        cosigned_at=at,
    )
    await session.execute(row.on_conflict_do_nothing())
    await note_cosigned(
        session,
        keys.organisation_id,
        keys.link_id,
        origin=tree.origin,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    await session.execute(
        update(AuditWitness)
        .where(*_of_link(keys), AuditWitness.origin == tree.origin, AuditWitness.size <= checkpoint.size)
        .values(checkpoint_id=checkpoint.id, cosigned_at=at, problem=None)
        .execution_options(synchronize_session=False)
    )
    await clear_refused(session, keys.organisation_id, keys.link_id)
    return None


async def _note_problem(session: AsyncSession, keys: LinkKeys, tree: AuditTree, told: Told) -> str:
    size_now = await _size_now(session, tree)
    problem = told.problem or "no_answer"
    if told.reason == "smaller-than-cosigned" and told.size is not None and told.size <= size_now:
        problem = "overtaken"  # another worker's newer checkpoint came before this one
    await session.execute(
        update(AuditWitness)
        .where(*_of_link(keys))
        .values(problem=problem)
        .execution_options(synchronize_session=False)
    )
    if problem not in REFUSALS:
        return problem
    detail: dict[str, Any] = {"by": "counterpart", "problem": problem, "reason": told.reason}
    detail |= {"origin": tree.origin, "size": told.size}
    if await alert_refused(session, keys.organisation_id, keys.link_id, detail):
        caller = keys.caller()
        await record_audit(
            session, caller, "exchange.checkpoint_refused", "exchange_link", keys.link_id, detail
        )
    if told.size is not None and told.size > size_now:
        # It has cosigned what is not here: this database is an older copy of itself.
        await note_cosigned(
            session, keys.organisation_id, keys.link_id, origin=tree.origin, size=told.size, root=told.root
        )
        cosigned = {"origin": tree.origin, "size": told.size}
        await suspect(session, keys.organisation_id, keys.link_id, SuspicionReason.COSIGNED_SIZE, cosigned)
    return problem


async def _tree_of(session: AsyncSession, checkpoint: AuditCheckpoint) -> AuditTree:
    statement = select(AuditTree).where(
        AuditTree.organisation_id == checkpoint.organisation_id, AuditTree.id == checkpoint.tree_id
    )
    return (await session.execute(statement)).scalar_one()


async def _size_now(session: AsyncSession, tree: AuditTree) -> int:
    statement = select(AuditTree.size).where(
        AuditTree.organisation_id == tree.organisation_id, AuditTree.id == tree.id
    )
    return (await session.execute(statement)).scalar_one()


def _of_link(keys: LinkKeys) -> tuple[Any, ...]:
    return (AuditWitness.organisation_id == keys.organisation_id, AuditWitness.link_id == keys.link_id)


def _size(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= NUMBER_MAX else None


def _root(value: object) -> bytes | None:
    try:
        raw = read_base64(value) if isinstance(value, str) else b""
    except ValueError:
        return None
    return raw if len(raw) == 32 else None
