"""Our own checkpoints: made hourly, and posted to each counterpart until it has cosigned the newest.

Claim and commit, ask, record and commit: no transaction is held over the question.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit_tree.asking import ask_to_cosign
from service_kit.audit_tree.checkpoint_lookup import newest_checkpoint
from service_kit.audit_tree.keys import own_audit_key
from service_kit.audit_tree.models import AuditCheckpoint, AuditTree
from service_kit.audit_tree.trees import find_tree, root_at
from service_kit.db import Database, table_of
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkUnusable, load_link
from service_kit.exchange.waiting import wait_for
from service_kit.ids import new_id
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.checkpoints import write_checkpoint

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
ASK_AGAIN_SECONDS = 300.0

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('checkpoint ' || :organisation_id, 0))")
# Who is asked now: open links that we can post to, whose counterpart's audit key is pinned, that have not cosigned the
# newest checkpoint, and were not asked a short while ago. The row is the claim: another worker passes it by.
_CLAIM = text("""
    INSERT INTO audit_witnesses AS w (organisation_id, id, link_id, asked_at)
    SELECT l.organisation_id, gen_random_uuid(), l.id, now()
      FROM exchange_links l
     WHERE l.organisation_id = :organisation_id AND l.state = 'active' AND l.delivery_mode = 'push'
       AND EXISTS (SELECT FROM exchange_keys k
                    WHERE k.organisation_id = l.organisation_id AND k.party = l.counterpart_party AND k.kind = 'audit'
                      AND k.valid_from <= now() AND (k.valid_until IS NULL OR k.valid_until > now()))
    ON CONFLICT (organisation_id, link_id) DO UPDATE SET asked_at = now()
     WHERE w.checkpoint_id IS DISTINCT FROM :checkpoint_id
       AND (w.asked_at IS NULL OR w.asked_at <= now() - make_interval(secs => :ask_again))
    RETURNING link_id
""")


@dataclass(frozen=True)
class Asked:
    """How many counterparts were asked, and how many of them cosigned."""

    asked: int = 0
    cosigned: int = 0


class Checkpointer:
    """Runs under the worker's role. Two at once are safe."""

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._database = database
        self._settings = settings
        self._client = client

    async def run(self, stop: asyncio.Event) -> None:
        """Make and post checkpoints until asked to stop."""
        while not stop.is_set():
            await self.go_round()
            await wait_for(stop, min(LOOK_SECONDS, self._settings.checkpoint_seconds))

    async def go_round(self, *, at_once: bool = False) -> Asked:
        """Make what checkpoints are due, and ask whoever has not cosigned the newest. ``at_once``: all, now."""
        total = Asked()
        async with self._database.transaction() as session:
            organisations = (await session.execute(_with_trees())).scalars().all()
        for organisation in organisations:
            checkpoint = await self._make(organisation, at_once=at_once)
            if checkpoint is not None:
                done = await self._post(checkpoint, at_once=at_once)
                total = Asked(total.asked + done.asked, total.cosigned + done.cosigned)
        return total

    async def _make(self, organisation_id: UUID, *, at_once: bool) -> AuditCheckpoint | None:
        """Give the newest checkpoint, made now where it is due; nothing while another worker makes it."""
        async with self._database.transaction(organisation_id) as session:
            if not (await session.execute(_LOCK, {"organisation_id": str(organisation_id)})).scalar_one():
                return None
            tree = await find_tree(session, organisation_id)
            if tree is None or tree.size == 0:
                return None
            newest = await newest_checkpoint(session, tree)
            age = await _age(session, newest)
            if newest is not None and age < self._settings.checkpoint_seconds and not at_once:
                return newest
            return await self._sign(session, tree)

    async def _sign(self, session: AsyncSession, tree: AuditTree) -> AuditCheckpoint | None:
        root = await root_at(session, tree, tree.size)
        key = await own_audit_key(session, tree.organisation_id, self._settings.key_bytes())
        row = {
            "organisation_id": tree.organisation_id,
            "id": new_id(),
            "tree_id": tree.id,
            "size": tree.size,
            "root": root,
            "note": write_checkpoint(tree.origin, tree.size, root, key),
        }
        await session.execute(insert(table_of(AuditCheckpoint)), row)
        return await newest_checkpoint(session, tree)

    async def _post(self, checkpoint: AuditCheckpoint, *, at_once: bool) -> Asked:
        organisation_id = checkpoint.organisation_id
        values = {
            "organisation_id": organisation_id,
            "checkpoint_id": checkpoint.id,
            "ask_again": 0.0 if at_once else ASK_AGAIN_SECONDS,
        }
        async with self._database.transaction(organisation_id) as session:
            links: Sequence[UUID] = (await session.execute(_CLAIM, values)).scalars().all()
        answers = await asyncio.gather(*(self._ask(organisation_id, link, checkpoint) for link in links))
        return Asked(len(links), sum(answers))

    async def _ask(self, organisation_id: UUID, link_id: UUID, checkpoint: AuditCheckpoint) -> bool:
        async with self._database.transaction(organisation_id) as session:
            try:
                keys = await load_link(session, organisation_id, link_id, self._settings.key_bytes())
            except LinkUnusable:
                return False
            now: datetime = (await session.execute(select(func.now()))).scalar_one()
        problem = await ask_to_cosign(self._database, self._client, keys, checkpoint, now)
        if problem is not None:
            log.warning("checkpoint_not_cosigned", link_id=str(link_id), problem=problem)
        return problem is None


async def _age(session: AsyncSession, checkpoint: AuditCheckpoint | None) -> float:
    if checkpoint is None:
        return 0.0
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    return (now - checkpoint.made_at).total_seconds()


def _with_trees() -> Select[UUID]:
    return select(AuditTree.organisation_id).distinct()
