"""The keys of subscriptions: made here, wrapped at rest, two of them good while a change is on its way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.wrapping import unwrap, wrap
from service_kit.webhooks.models import WebhookKey, WebhookSubscription
from shared_schemas.exchange.keys import (
    new_secret,
    new_signing_key,
    public_key_bytes,
    write_public_key,
    write_secret,
)
from shared_schemas.exchange.signatures import Scheme

WRAPPED_FOR = "webhook key"
OVERLAP = timedelta(hours=24)
# A receiver looks at eight signatures; who changes a key more often than this within a day ends the old ones at once.
GOOD_AT_ONCE = 4


@dataclass(frozen=True)
class NewKey:
    """What the integrator must be given of a key: the secret, which is shown this once, or the public key."""

    secret: str | None
    public_key: str | None


async def add_key(
    session: AsyncSession, subscription: WebhookSubscription, wrapping_key: bytes, now: datetime
) -> NewKey:
    """Make a fresh key of the subscription's kind; it signs from this transaction's commit on."""
    signing = new_signing_key() if subscription.scheme == Scheme.V1A else None
    raw = signing.private_bytes_raw() if signing else new_secret()
    public = signing.public_key() if signing else None
    session.add(
        WebhookKey(
            organisation_id=subscription.organisation_id,
            subscription_id=subscription.id,
            wrapped=wrap(
                wrapping_key, raw, organisation_id=subscription.organisation_id, purpose=WRAPPED_FOR
            ),
            public_key=public_key_bytes(public) if public else None,
            valid_from=now,
        )
    )
    await session.flush()
    return NewKey(
        secret=None if signing else write_secret(raw),
        public_key=write_public_key(public) if public else None,
    )


async def end_keys(session: AsyncSession, subscription: WebhookSubscription, after: timedelta) -> None:
    """Let the keys there are end so long from now; one that ends earlier already stays so."""
    until = func.now() + after
    await session.execute(
        update(WebhookKey)
        .where(
            WebhookKey.organisation_id == subscription.organisation_id,
            WebhookKey.subscription_id == subscription.id,
            or_(WebhookKey.valid_until.is_(None), WebhookKey.valid_until > until),
        )
        .values(valid_until=until)
        .execution_options(synchronize_session=False)
    )


async def good_keys(
    session: AsyncSession, organisation_ids: Collection[UUID], subscription_ids: Collection[UUID]
) -> dict[UUID, list[WebhookKey]]:
    """Give the keys that sign now, the newest first, by subscription."""
    statement = (
        select(WebhookKey)
        .where(
            WebhookKey.organisation_id.in_(organisation_ids),
            WebhookKey.subscription_id.in_(subscription_ids),
            _is_good_now(),
        )
        .order_by(WebhookKey.id.desc())
    )
    found: dict[UUID, list[WebhookKey]] = {}
    for key in (await session.execute(statement)).scalars():
        found.setdefault(key.subscription_id, []).append(key)
    return found


def open_keys(keys: Sequence[WebhookKey], wrapping_key: bytes) -> tuple[list[Ed25519PrivateKey], list[bytes]]:
    """Unwrap keys into what signs: Ed25519 keys, and HMAC secrets. Raises ``WrappedValueRejected``."""
    private_keys, secrets = [], []
    for key in keys:
        raw = unwrap(wrapping_key, key.wrapped, organisation_id=key.organisation_id, purpose=WRAPPED_FOR)
        if key.public_key is None:
            secrets.append(raw)
        else:
            private_keys.append(Ed25519PrivateKey.from_private_bytes(raw))
    return private_keys, secrets


def shown_public_key(key: WebhookKey) -> str | None:
    """Write a key's public half, where it has one."""
    return write_public_key(Ed25519PublicKey.from_public_bytes(key.public_key)) if key.public_key else None


def _is_good_now() -> ColumnElement[bool]:
    return or_(WebhookKey.valid_until.is_(None), WebhookKey.valid_until > func.now())
