"""The signing keys of a party: our own with the one made to follow it, and those pinned of counterparts."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import ExchangeKey, KeyKind
from service_kit.exchange.wrapping import SEED, SUCCESSOR, wrap
from service_kit.ids import new_id
from shared_schemas.exchange.keys import new_signing_key, public_key_bytes, public_key_hash


@dataclass(frozen=True)
class PublicCard:
    """What a counterpart pins: the key we sign with and the hash of the only one that may follow it."""

    key: Ed25519PublicKey
    successor_hash: str | None


def good_now() -> tuple[ColumnElement[bool], ...]:
    """Narrow a query to the keys that count at the transaction's time."""
    return (
        # By the clock: a transaction may make a key and then look for it.
        ExchangeKey.valid_from <= func.clock_timestamp(),
        or_(ExchangeKey.valid_until.is_(None), ExchangeKey.valid_until > func.now()),
    )


def newest_own(organisation_id: UUID) -> Select[ExchangeKey]:
    """Ask for the key the organisation signs with now."""
    return (
        select(ExchangeKey)
        .where(
            ExchangeKey.organisation_id == organisation_id,
            ExchangeKey.party == organisation_id,
            ExchangeKey.wrapped_seed.is_not(None),
            ExchangeKey.kind == KeyKind.SIGNING,
            *good_now(),
        )
        .order_by(ExchangeKey.valid_from.desc(), ExchangeKey.id.desc())
        .limit(1)
    )


async def add_own_key(
    session: AsyncSession,
    organisation_id: UUID,
    key_bytes: bytes,
    private_key: Ed25519PrivateKey | None = None,
) -> tuple[UUID, str]:
    """Give the organisation a signing key, fresh unless one is brought, and the one to follow it.

    Both seeds are stored wrapped. From this transaction on it signs with the newest. Returns the row's id and the
    successor's hash.
    """
    key, successor, row_id = private_key or new_signing_key(), new_signing_key(), new_id()
    await session.execute(
        insert(ExchangeKey).values(
            organisation_id=organisation_id,
            id=row_id,
            party=organisation_id,
            public_key=public_key_bytes(key.public_key()),
            wrapped_seed=wrap(
                key_bytes, key.private_bytes_raw(), organisation_id=organisation_id, purpose=SEED
            ),
            # Not the transaction's time: of two changes that wait for each other the later is the newer.
            valid_from=func.clock_timestamp(),
            **_successor(key_bytes, organisation_id, successor),
        )
    )
    return row_id, public_key_hash(successor.public_key())


async def add_missing_successor(session: AsyncSession, organisation_id: UUID, key_bytes: bytes) -> None:
    """Make the successor of a key from before there were any."""
    current = (await session.execute(newest_own(organisation_id).with_for_update())).scalar_one_or_none()
    if current is None or current.wrapped_successor is not None:
        return
    await session.execute(
        update(ExchangeKey)
        .where(ExchangeKey.organisation_id == organisation_id, ExchangeKey.id == current.id)
        .values(**_successor(key_bytes, organisation_id, new_signing_key()))
    )


async def own_card(session: AsyncSession, organisation_id: UUID) -> PublicCard | None:
    """Give the key the organisation signs with now and its successor's hash, if it has one."""
    row = (
        await session.execute(newest_own(organisation_id).execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if row is None:
        return None
    return PublicCard(Ed25519PublicKey.from_public_bytes(row.public_key), row.successor_hash)


async def pin_key(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    party: UUID,
    public_key: Ed25519PublicKey,
    successor_hash: str | None = None,
    kind: KeyKind = KeyKind.SIGNING,
) -> None:
    """Accept a counterpart's key, whose fingerprint people have compared; pinned already changes its successor alone.

    Raises ValueError where the same key stands under the other kind: what it signs must have one meaning.
    """
    statement = insert(ExchangeKey).values(
        organisation_id=organisation_id,
        id=new_id(),
        party=party,
        kind=kind.value,
        public_key=public_key_bytes(public_key),
        successor_hash=successor_hash,
    )
    told = func.coalesce(statement.excluded.successor_hash, ExchangeKey.successor_hash)
    pinned = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "party", "public_key"],
            set_={"successor_hash": told},
            where=ExchangeKey.kind == kind.value,
        ).returning(ExchangeKey.id)
    )
    if pinned.first() is None:
        raise ValueError("the key is pinned for another use")


async def withdraw_signing_key(
    session: AsyncSession, organisation_id: UUID, public_key: Ed25519PublicKey
) -> ExchangeKey | None:
    """End a key's validity now, our own or a pinned one; ``None`` where no such key is good."""
    statement = (
        update(ExchangeKey)
        .where(
            ExchangeKey.organisation_id == organisation_id,
            ExchangeKey.public_key == public_key_bytes(public_key),
            *good_now(),
        )
        .values(valid_until=func.now())
        .returning(ExchangeKey)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _successor(key_bytes: bytes, organisation_id: UUID, successor: Ed25519PrivateKey) -> dict[str, object]:
    return {
        "successor_hash": public_key_hash(successor.public_key()),
        "wrapped_successor": wrap(
            key_bytes, successor.private_bytes_raw(), organisation_id=organisation_id, purpose=SUCCESSOR
        ),
    }
