"""Links and their keys: who the counterpart is, what we sign with, what we accept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import ExchangeKey, KeyKind, Link, LinkState
from service_kit.exchange.wrapping import SECRET_IN, SECRET_OUT, SEED, unwrap, wrap
from service_kit.identity import Caller
from service_kit.ids import new_id
from service_kit.tables import Organisation
from shared_schemas.exchange.keys import new_signing_key, public_key_bytes
from shared_schemas.exchange.signatures import Scheme


class LinkUnusable(LookupError):
    """There is no such link, or this organisation has no signing key of its own."""

    def __init__(self) -> None:
        super().__init__("no such link, or no signing key of this organisation")


@dataclass(frozen=True)
class LinkKeys:
    """A link as sending and receiving need it. ``own_key`` and the secrets are open: it is never logged."""

    organisation_id: UUID
    organisation_code: str
    organisation_name: str
    link_id: UUID
    is_open: bool
    counterpart_party: UUID
    counterpart_url: str
    schemes: frozenset[Scheme]
    own_key: Ed25519PrivateKey
    counterpart_keys: tuple[Ed25519PublicKey, ...]
    secret_out: bytes | None
    secret_in: bytes | None
    allowed_networks: tuple[str, ...] = ()
    batch_max: int = 1  # what the counterpart last said that it takes at once

    @property
    def signing_keys(self) -> list[Ed25519PrivateKey]:
        """Give the keys to sign with, the newest first: two while a change of key is on its way."""
        return [self.own_key]

    @property
    def signing_secrets(self) -> list[bytes]:
        """Give the HMAC secrets to sign with, the newest first."""
        return [self.secret_out] if self.secret_out else []

    def __repr__(self) -> str:
        return f"LinkKeys(link_id={self.link_id})"

    def caller(
        self,
        *,
        request_id: str | None = None,
        correlation_id: str | None = None,
        traceparent: str | None = None,
    ) -> Caller:
        """Give the system that acts for the organisation where no person does: the exchange itself."""
        return Caller(
            organisation_id=self.organisation_id,
            organisation_code=self.organisation_code,
            organisation_name=self.organisation_name,
            principal_id=None,
            principal_name="exchange",
            is_person=False,
            roles=frozenset(),
            purpose="exchange",
            request_id=request_id,
            correlation_id=correlation_id,
            traceparent=traceparent,
        )


async def add_link(
    session: AsyncSession,
    key_bytes: bytes,
    *,
    organisation_id: UUID,
    link_id: UUID,
    counterpart_party: UUID,
    counterpart_name: str,
    counterpart_url: str,
    schemes: Collection[Scheme] = (Scheme.V1A,),
    secret_out: bytes | None = None,
    secret_in: bytes | None = None,
    allowed_networks: Collection[str] = (),
) -> None:
    """Record a link; the same id again changes its name, address, schemes, secrets and allowed networks.

    ``counterpart_url`` is its registered base, `…/v1/exchange/links/{link_id}`. Both sides know the link by one id.
    ``allowed_networks`` (CIDR) are those its address may lie in though they are not public.
    """
    facts = {
        "counterpart_name": counterpart_name,
        "counterpart_url": counterpart_url.rstrip("/"),
        "schemes": sorted(scheme.value for scheme in schemes),
        "allowed_networks": list(allowed_networks),
        "secret_out": _wrapped(key_bytes, organisation_id, SECRET_OUT, secret_out),
        "secret_in": _wrapped(key_bytes, organisation_id, SECRET_IN, secret_in),
    }
    statement = insert(Link).values(
        organisation_id=organisation_id, id=link_id, counterpart_party=counterpart_party, **facts
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "id"], set_=facts)
    )


async def add_own_key(
    session: AsyncSession,
    organisation_id: UUID,
    key_bytes: bytes,
    private_key: Ed25519PrivateKey | None = None,
) -> Ed25519PublicKey:
    """Give the organisation a signing key, fresh unless one is brought; its seed is stored wrapped.

    From this transaction on it signs with the newest. Returns the public key, for the counterparts to pin.
    """
    key = private_key or new_signing_key()
    public_key = key.public_key()
    await session.execute(
        insert(ExchangeKey).values(
            organisation_id=organisation_id,
            id=new_id(),
            party=organisation_id,
            public_key=public_key_bytes(public_key),
            wrapped_seed=wrap(
                key_bytes, key.private_bytes_raw(), organisation_id=organisation_id, purpose=SEED
            ),
        )
    )
    return public_key


async def own_public_key(session: AsyncSession, organisation_id: UUID) -> Ed25519PublicKey | None:
    """Give the key the organisation signs with now, if it has one."""
    newest = (
        select(ExchangeKey.public_key)
        .where(
            ExchangeKey.organisation_id == organisation_id,
            ExchangeKey.wrapped_seed.is_not(None),
            ExchangeKey.kind == KeyKind.SIGNING,
            *_good_now(),
        )
        .order_by(ExchangeKey.id.desc())
        .limit(1)
    )
    raw = (await session.execute(newest)).scalar_one_or_none()
    return Ed25519PublicKey.from_public_bytes(raw) if raw else None


async def pin_key(
    session: AsyncSession, *, organisation_id: UUID, party: UUID, public_key: Ed25519PublicKey
) -> None:
    """Accept a counterpart's key, whose fingerprint people have compared; pinned already changes nothing."""
    await session.execute(
        insert(ExchangeKey)
        .values(
            organisation_id=organisation_id, id=new_id(), party=party, public_key=public_key_bytes(public_key)
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "party", "public_key"])
    )


async def load_link(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, key_bytes: bytes
) -> LinkKeys:
    """Read a link with the keys that are good now, in one statement. Raises ``LinkUnusable``.

    Nothing is kept between transactions, so that a pinned or withdrawn key counts from its commit on.
    """
    statement = (
        select(Link, Organisation.code, Organisation.name, ExchangeKey)
        .join(Organisation, Organisation.id == Link.organisation_id)
        .join(
            ExchangeKey,
            and_(
                ExchangeKey.organisation_id == Link.organisation_id,
                ExchangeKey.party.in_([Link.organisation_id, Link.counterpart_party]),
                ExchangeKey.kind == KeyKind.SIGNING,
                *_good_now(),
            ),
        )
        .where(Link.organisation_id == organisation_id, Link.id == link_id)
        .order_by(ExchangeKey.id)
    )
    found = await session.execute(statement.execution_options(populate_existing=True))
    return _link_keys([(link, code, name, key) for link, code, name, key in found], key_bytes)


def _good_now() -> tuple[ColumnElement[bool], ...]:
    return (
        ExchangeKey.valid_from <= func.now(),
        or_(ExchangeKey.valid_until.is_(None), ExchangeKey.valid_until > func.now()),
    )


def _link_keys(rows: Sequence[tuple[Link, str, str, ExchangeKey]], key_bytes: bytes) -> LinkKeys:
    keys = [row[3] for row in rows]
    seeds = [key.wrapped_seed for key in keys if key.wrapped_seed is not None]
    if not seeds:
        raise LinkUnusable
    link, code, name, _ = rows[0]
    owner = link.organisation_id
    seed = unwrap(key_bytes, seeds[-1], organisation_id=owner, purpose=SEED)
    return LinkKeys(
        organisation_id=owner,
        organisation_code=code,
        organisation_name=name,
        link_id=link.id,
        is_open=link.state == LinkState.ACTIVE,
        counterpart_party=link.counterpart_party,
        counterpart_url=link.counterpart_url,
        schemes=frozenset(Scheme(scheme) for scheme in link.schemes),
        own_key=Ed25519PrivateKey.from_private_bytes(seed),
        counterpart_keys=tuple(
            Ed25519PublicKey.from_public_bytes(key.public_key)
            for key in keys
            if key.party == link.counterpart_party
        ),
        secret_out=_unwrapped(key_bytes, owner, SECRET_OUT, link.secret_out),
        secret_in=_unwrapped(key_bytes, owner, SECRET_IN, link.secret_in),
        allowed_networks=tuple(link.allowed_networks),
        batch_max=link.counterpart_batch_max,
    )


def _wrapped(key_bytes: bytes, organisation_id: UUID, purpose: str, secret: bytes | None) -> bytes | None:
    return (
        None if secret is None else wrap(key_bytes, secret, organisation_id=organisation_id, purpose=purpose)
    )


def _unwrapped(key_bytes: bytes, organisation_id: UUID, purpose: str, secret: bytes | None) -> bytes | None:
    return (
        None
        if secret is None
        else unwrap(key_bytes, secret, organisation_id=organisation_id, purpose=purpose)
    )
