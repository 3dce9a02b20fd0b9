"""Changing our own signing key: to the successor that counterparts pinned, told on every link in its own stream."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service_kit.acting import Acting
from service_kit.db import Database
from service_kit.exchange.key_models import KeyAnnouncement
from service_kit.exchange.key_overlap import OVERLAP, not_settled
from service_kit.exchange.key_ring import add_own_key, newest_own
from service_kit.exchange.models import LINK_SUBJECT, ExchangeKey, KeyKind, Link, LinkState
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.exchange.waiting import wait_for
from service_kit.exchange.wrapping import SEED, SUCCESSOR, unwrap
from service_kit.ids import new_id
from shared_schemas.exchange.key_statements import write_key_statement
from shared_schemas.exchange.keys import fingerprint, public_key_hash, write_public_key
from shared_schemas.messages.exchange import KEY

log = structlog.get_logger(__name__)

# So many keys sign on one link at most, so that with its secrets they stay within what a receiver looks at.
SIGNING_AT_ONCE = 4
RETIRING_SECONDS = 600.0


class RotationRefused(Exception):
    """The key cannot be changed now; the message says why and what to do."""


@dataclass(frozen=True)
class NewSigningKey:
    """What the organisation signs with from now on, as people read it."""

    party: UUID
    public_key: str
    fingerprint: str
    successor: str
    links: int


async def rotate_signing_key(acting: Acting, key_bytes: bytes, public_url: str) -> NewSigningKey:
    """Make the successor the signing key, with a fresh successor after it, and tell every active link.

    The transaction's commit is the change: from then on both keys sign. Raises ``RotationRefused``.
    """
    session, owner = acting.session, acting.organisation_id
    # The lock lets one change of a party's key happen at a time.
    locked = newest_own(owner).with_for_update().execution_options(populate_existing=True)
    current = (await session.execute(locked)).scalar_one_or_none()
    if current is None or current.wrapped_seed is None or current.wrapped_successor is None:
        raise RotationRefused(
            "There is no successor of the signing key: it was changed just now, or `organisation add` must make one first."
        )
    await _check_settled(session, owner)
    old = _open(key_bytes, current.wrapped_seed, owner, SEED)
    new = _open(key_bytes, current.wrapped_successor, owner, SUCCESSOR)
    old_id = current.id
    # Used up: who waited for the lock finds no successor here.
    await session.execute(
        update(ExchangeKey)
        .where(ExchangeKey.organisation_id == owner, ExchangeKey.id == old_id)
        .values(wrapped_successor=None)
    )
    key_id, successor = await add_own_key(session, owner, key_bytes, new)
    statement = write_key_statement(owner, successor, old=old, new=new)
    links = await _announce(acting, statement, public_url, old_id=old_id, new_key_id=key_id)
    detail = {"fingerprint": public_key_hash(new.public_key()), "links": links}
    await acting.audit("exchange.key_rotated", "exchange_key", key_id, detail)
    return NewSigningKey(
        party=owner,
        public_key=write_public_key(new.public_key()),
        fingerprint=fingerprint(new.public_key()),
        successor=successor,
        links=links,
    )


async def retire_keys(session: AsyncSession) -> int:
    """End our keys that no link needs any more and destroy their seeds; the public keys stay, with their dates."""
    newer = aliased(ExchangeKey)
    followed = exists().where(
        newer.organisation_id == ExchangeKey.organisation_id,
        newer.party == ExchangeKey.party,
        newer.kind == KeyKind.SIGNING,
        newer.wrapped_seed.is_not(None),
        newer.valid_from > ExchangeKey.valid_from,
        newer.valid_from < func.now() - OVERLAP,
        newer.valid_until.is_(None),
    )
    needed = exists().where(
        KeyAnnouncement.organisation_id == ExchangeKey.organisation_id,
        KeyAnnouncement.old_key_id == ExchangeKey.id,
        not_settled(),
    )
    retired = await session.execute(
        update(ExchangeKey)
        .where(
            ExchangeKey.party == ExchangeKey.organisation_id,
            ExchangeKey.kind == KeyKind.SIGNING,
            ExchangeKey.wrapped_seed.is_not(None),
            ExchangeKey.wrapped_successor.is_(None),
            followed,
            ~needed,
        )
        .values(wrapped_seed=None, valid_until=func.coalesce(ExchangeKey.valid_until, func.now()))
        .returning(ExchangeKey.id)
        .execution_options(synchronize_session=False)
    )
    return len(retired.all())


class KeyKeeper:
    """The worker's part: it retires keys. ``database`` is in the worker's role, which sees all organisations' keys."""

    def __init__(self, database: Database, *, seconds: float = RETIRING_SECONDS) -> None:
        self._database = database
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and then, until asked to stop."""
        while not stop.is_set():
            async with self._database.transaction() as session:
                count = await retire_keys(session)
            if count:
                log.info("exchange_keys_retired", count=count)
            await wait_for(stop, self._seconds)


async def _check_settled(session: AsyncSession, owner: UUID) -> None:
    most = (
        select(func.count())
        .where(KeyAnnouncement.organisation_id == owner, not_settled())
        .group_by(KeyAnnouncement.link_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    if ((await session.execute(most)).scalar_one_or_none() or 0) >= SIGNING_AT_ONCE - 1:
        raise RotationRefused(
            "Three changes of key are still on their way on a link: deliver them first, or wait a day."
        )


async def _announce(
    acting: Acting, statement: str, public_url: str, *, old_id: UUID, new_key_id: UUID
) -> int:
    """Write the change into the stream of each active link, in one order everywhere: each stream stays locked."""
    active = (
        select(Link.id)
        .where(Link.organisation_id == acting.organisation_id, Link.state == LinkState.ACTIVE)
        .order_by(Link.id)
    )
    links = (await acting.session.execute(active)).scalars().all()
    for link in links:
        message_id = await send_message(
            acting,
            link=link,
            subject=LINK_SUBJECT,
            type=KEY,
            data={"statement": statement},
            dataschema=schema_uri(public_url, KEY),
        )
        row = {"organisation_id": acting.organisation_id, "link_id": link, "message_id": message_id}
        await acting.session.execute(
            insert(KeyAnnouncement).values(id=new_id(), **row, old_key_id=old_id, new_key_id=new_key_id)
        )
    return len(links)


def _open(key_bytes: bytes, wrapped: bytes, owner: UUID, purpose: str) -> Ed25519PrivateKey:
    seed = unwrap(key_bytes, wrapped, organisation_id=owner, purpose=purpose)
    return Ed25519PrivateKey.from_private_bytes(seed)
