"""Links and their keys: who the counterpart is, what we sign with, what we accept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.key_models import SecretDirection
from service_kit.exchange.key_overlap import still_signs
from service_kit.exchange.key_ring import good_now
from service_kit.exchange.link_secrets import LinkSecrets, load_secrets, set_secret
from service_kit.exchange.models import DeliveryMode, ExchangeKey, KeyKind, Link, LinkState
from service_kit.exchange.wrapping import SEED, unwrap
from service_kit.identity import Caller
from service_kit.tables import Organisation
from shared_schemas.exchange.signatures import Scheme

# Written once: to put its many conditions together anew costs more than the database takes for it.
_LINK = (
    select(Link, Organisation.code, Organisation.name, ExchangeKey, still_signs())
    .join(Organisation, Organisation.id == Link.organisation_id)
    .join(
        ExchangeKey,
        and_(
            ExchangeKey.organisation_id == Link.organisation_id,
            ExchangeKey.party.in_([Link.organisation_id, Link.counterpart_party]),
            ExchangeKey.kind == KeyKind.SIGNING,
            *good_now(),
        ),
    )
    .where(Link.organisation_id == bindparam("organisation_id"), Link.id == bindparam("link_id"))
    .order_by(ExchangeKey.valid_from.desc(), ExchangeKey.id.desc())
    .execution_options(populate_existing=True)
)


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
    older_own_keys: tuple[Ed25519PrivateKey, ...]  # what the counterpart may still know us by
    counterpart_keys: tuple[Ed25519PublicKey, ...]
    secrets_out: tuple[bytes, ...]
    secrets_in: tuple[bytes, ...]
    allowed_networks: tuple[str, ...] = ()
    batch_max: int = 1  # what the counterpart last said that it takes at once
    counterpart_epoch: datetime | None = None

    @property
    def signing_keys(self) -> list[Ed25519PrivateKey]:
        """Give the keys to sign with, the newest first: several while a change of key is on its way."""
        return [self.own_key, *self.older_own_keys]

    @property
    def signing_secrets(self) -> list[bytes]:
        """Give the HMAC secrets to sign with, the newest first."""
        return list(self.secrets_out)

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
    delivery_mode: DeliveryMode = DeliveryMode.PUSH,
    allowed_networks: Sequence[str] = (),
) -> None:
    """Record a link; the same id again changes its name, address, schemes, mode and networks.

    ``counterpart_url`` is its registered base, `…/v1/exchange/links/{link_id}`. Both sides know the link by one id.
    A secret that is given takes the place of the one before at once; without one they stay as they are.
    ``allowed_networks`` (CIDR) are those its address may lie in though they are not public.
    """
    facts = {
        "counterpart_name": counterpart_name,
        "counterpart_url": counterpart_url.rstrip("/"),
        "schemes": sorted(scheme.value for scheme in schemes),
        "delivery_mode": delivery_mode.value,
        "allowed_networks": list(allowed_networks),
    }
    statement = insert(Link).values(
        organisation_id=organisation_id, id=link_id, counterpart_party=counterpart_party, **facts
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "id"], set_=facts)
    )
    for direction, secret in ((SecretDirection.OUT, secret_out), (SecretDirection.IN, secret_in)):
        if secret is not None:
            await set_secret(
                session,
                key_bytes,
                organisation_id=organisation_id,
                link_id=link_id,
                direction=direction,
                secret=secret,
                overlap=timedelta(0),
            )


async def load_link(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, key_bytes: bytes
) -> LinkKeys:
    """Read a link with the keys that are good now. Raises ``LinkUnusable``.

    Nothing is kept between transactions, so that a pinned or withdrawn key counts from its commit on.
    """
    found = await session.execute(_LINK, {"organisation_id": organisation_id, "link_id": link_id})
    rows = [(link, code, name, key, old) for link, code, name, key, old in found]
    secrets = LinkSecrets()
    if rows and Scheme.V1 in rows[0][0].schemes:
        secrets = await load_secrets(session, organisation_id, link_id, key_bytes)
    return _link_keys(rows, secrets, key_bytes)


def _link_keys(
    rows: Sequence[tuple[Link, str, str, ExchangeKey, bool]], secrets: LinkSecrets, key_bytes: bytes
) -> LinkKeys:
    """Put together a link from its rows, one for each key, the newest first."""
    own = [(key.wrapped_seed, old) for _, _, _, key, old in rows if key.wrapped_seed is not None]
    if not own:
        raise LinkUnusable
    link, code, name = rows[0][:3]
    owner = link.organisation_id
    # The newest, and of the others those by which the counterpart may still know us.
    seeds = [seed for position, (seed, old) in enumerate(own) if position == 0 or old]
    newest, *older = [
        Ed25519PrivateKey.from_private_bytes(unwrap(key_bytes, seed, organisation_id=owner, purpose=SEED))
        for seed in seeds
    ]
    return LinkKeys(
        organisation_id=owner,
        organisation_code=code,
        organisation_name=name,
        link_id=link.id,
        is_open=link.state == LinkState.ACTIVE,
        counterpart_party=link.counterpart_party,
        counterpart_url=link.counterpart_url,
        schemes=frozenset(Scheme(scheme) for scheme in link.schemes),
        own_key=newest,
        older_own_keys=tuple(older),
        counterpart_keys=tuple(
            Ed25519PublicKey.from_public_bytes(key.public_key)
            for _, _, _, key, _ in rows
            if key.party == link.counterpart_party
        ),
        secrets_out=secrets.out,
        secrets_in=secrets.into,
        allowed_networks=tuple(link.allowed_networks),
        batch_max=link.counterpart_batch_max,
        counterpart_epoch=link.counterpart_epoch,
    )
