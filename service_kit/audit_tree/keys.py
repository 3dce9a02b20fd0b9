"""Audit keys: what an organisation signs checkpoints with, and those pinned of its counterparts."""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import ExchangeKey, KeyKind
from service_kit.exchange.wrapping import SEED, unwrap, wrap
from service_kit.ids import new_id
from shared_schemas.exchange.keys import new_signing_key, public_key_bytes

# Held to the end of the transaction: an organisation gets one audit key, whoever needs it first.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('audit key ' || :organisation_id, 0))")


async def own_audit_key(session: AsyncSession, organisation_id: UUID, key_bytes: bytes) -> Ed25519PrivateKey:
    """Give the key the organisation signs checkpoints with now; made here where it has none yet."""
    seed = await _own_seed(session, organisation_id)
    if seed is None:
        await session.execute(_LOCK, {"organisation_id": str(organisation_id)})
        seed = await _own_seed(session, organisation_id)
    if seed is not None:
        raw = unwrap(key_bytes, seed, organisation_id=organisation_id, purpose=SEED)
        return Ed25519PrivateKey.from_private_bytes(raw)
    key = new_signing_key()
    wrapped = wrap(key_bytes, key.private_bytes_raw(), organisation_id=organisation_id, purpose=SEED)
    await session.execute(
        insert(ExchangeKey).values(
            organisation_id=organisation_id,
            id=new_id(),
            party=organisation_id,
            kind=KeyKind.AUDIT.value,
            public_key=public_key_bytes(key.public_key()),
            wrapped_seed=wrapped,
        )
    )
    return key


async def pin_audit_key(
    session: AsyncSession, *, organisation_id: UUID, party: UUID, public_key: Ed25519PublicKey
) -> None:
    """Accept a counterpart's audit key, whose fingerprint people have compared; pinned already changes nothing."""
    row = insert(ExchangeKey).values(
        organisation_id=organisation_id,
        id=new_id(),
        party=party,
        kind=KeyKind.AUDIT.value,
        public_key=public_key_bytes(public_key),
    )
    await session.execute(
        row.on_conflict_do_nothing(index_elements=["organisation_id", "party", "public_key"])
    )


async def public_audit_keys(
    session: AsyncSession, organisation_id: UUID, party: UUID, *, ever: bool = False
) -> list[Ed25519PublicKey]:
    """Give a party's audit keys that are good now, or those that ever were."""
    statement = select(ExchangeKey.public_key).where(
        ExchangeKey.organisation_id == organisation_id,
        ExchangeKey.party == party,
        ExchangeKey.kind == KeyKind.AUDIT,
    )
    if not ever:
        statement = statement.where(
            ExchangeKey.valid_from <= func.now(),
            or_(ExchangeKey.valid_until.is_(None), ExchangeKey.valid_until > func.now()),
        )
    rows = (await session.execute(statement.order_by(ExchangeKey.id))).scalars()
    return [Ed25519PublicKey.from_public_bytes(raw) for raw in rows]


async def _own_seed(session: AsyncSession, organisation_id: UUID) -> bytes | None:
    newest = (
        select(ExchangeKey.wrapped_seed)
        .where(
            ExchangeKey.organisation_id == organisation_id,
            ExchangeKey.party == organisation_id,
            ExchangeKey.kind == KeyKind.AUDIT,
            ExchangeKey.wrapped_seed.is_not(None),
            or_(ExchangeKey.valid_until.is_(None), ExchangeKey.valid_until > func.now()),
        )
        .order_by(ExchangeKey.id.desc())
        .limit(1)
    )
    return (await session.execute(newest)).scalar_one_or_none()
