"""What only an operator with the owner's URL may do: organisations, keys, peers.

The API's own role can read these tables and no more, so that a hole in the API cannot make a credential.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.audit_tree.keys import own_audit_key
from service_kit.db import Database, make_engine
from service_kit.exchange.addresses import LOOPBACK, read_networks
from service_kit.exchange.alerts import AlertKind, clear_alerts
from service_kit.exchange.collecting.models import set_collecting
from service_kit.exchange.key_ring import add_missing_successor, add_own_key, own_card, pin_key
from service_kit.exchange.link_secrets import load_secrets
from service_kit.exchange.links import add_link
from service_kit.exchange.models import DeliveryMode, KeyKind, Link
from service_kit.identity import (
    Caller,
    Credential,
    PrincipalKind,
    add_organisation,
    create_key,
    find_organisation,
    revoke_key,
)
from service_kit.settings import Mode, ServiceSettings
from service_kit.tables import Organisation
from shared_schemas.exchange.identifiers import party_urn, party_uuid
from shared_schemas.exchange.keys import fingerprint, read_public_key, read_secret, write_public_key
from shared_schemas.exchange.signatures import Scheme

SHA_256 = re.compile("[0-9a-f]{64}")


class AdministrationRefused(Exception):
    """The command cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class PartyCard:
    """What the counterpart must be given of an organisation; people compare the fingerprints by another way."""

    organisation: UUID
    code: str
    party: str
    public_key: str
    fingerprint: str
    successor: str  # SHA-256 of the only key that may follow it
    audit_key: str
    audit_fingerprint: str


@dataclass(frozen=True)
class NewKey:
    """A credential just made; ``key`` is shown this once and kept nowhere."""

    credential: UUID
    principal: UUID
    key: str


@dataclass(frozen=True)
class Peer:
    """A counterpart as an operator registers it."""

    organisation_code: str
    party: str
    code: str
    name: str
    link: UUID
    address: str  # the counterpart service's base address; its link's URL is made of it
    public_key: str
    schemes: Sequence[str] = ("v1a",)
    secret_out: str | None = None
    secret_in: str | None = None
    successor: str | None = None  # SHA-256 of the only key that may follow its signing key
    audit_key: str | None = None
    delivery_mode: DeliveryMode = DeliveryMode.PUSH  # how it gets what we send
    collects: bool = False  # we ask it for what it has for us, since it cannot reach us
    allowed_networks: Sequence[str] = ()  # CIDR: where its address may lie though it is not public


PeerHook = Callable[[AsyncSession, UUID, Peer], Awaitable[None]]


@asynccontextmanager
async def owner_session(settings: ServiceSettings) -> AsyncIterator[AsyncSession]:
    """Open one transaction as the owner role, to which no row-level policy applies."""
    url = settings.migration_database_url.get_secret_value()
    engine = make_engine(
        url,
        pool_size=1,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
    )
    database = Database(engine)
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


async def register_organisation(
    session: AsyncSession,
    settings: ServiceSettings,
    *,
    code: str,
    name: str,
    organisation_id: UUID | None = None,
) -> PartyCard:
    """Record an organisation and give it a signing key; repeated, it gives the card there is."""
    identity = await add_organisation(session, code=code, name=name, organisation_id=organisation_id)
    if await own_card(session, identity) is None:
        await add_own_key(session, identity, settings.key_bytes())
        await audit_operator(session, identity, "organisation.added", "organisation", identity)
    await add_missing_successor(session, identity, settings.key_bytes())
    card = await own_card(session, identity)
    assert card is not None  # noqa: S101 -- it was added just above
    audit_key = (await own_audit_key(session, identity, settings.key_bytes())).public_key()
    return PartyCard(
        organisation=identity,
        code=code,
        party=party_urn(identity),
        public_key=write_public_key(card.key),
        fingerprint=fingerprint(card.key),
        successor=card.successor_hash or "",
        audit_key=write_public_key(audit_key),
        audit_fingerprint=fingerprint(audit_key),
    )


async def issue_key(
    session: AsyncSession,
    *,
    organisation_code: str,
    principal_name: str,
    kind: PrincipalKind,
    roles: Sequence[str],
    known_roles: Sequence[str],
    purpose: str,
    days: int | None = None,
) -> NewKey:
    """Make an API key for a person or system of an organisation."""
    unknown = sorted(set(roles) - set(known_roles))
    if unknown or not roles:
        raise AdministrationRefused(
            f"Unknown role {', '.join(unknown) or '(none given)'}. Known roles: {', '.join(sorted(known_roles))}."
        )
    organisation = await find_own(session, organisation_code)
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    credential, principal, key = await create_key(
        session,
        organisation_id=organisation.id,
        principal_name=principal_name,
        kind=kind,
        roles=list(roles),
        default_purpose=purpose,
        expires_at=expires_at,
    )
    detail = {"principal_id": str(principal), "roles": sorted(roles)}
    await audit_operator(session, organisation.id, "key.created", "credential", credential, detail)
    return NewKey(credential, principal, key)


async def withdraw_key(session: AsyncSession, credential: UUID) -> None:
    """Revoke an API key at once."""
    if not await revoke_key(session, credential):
        raise AdministrationRefused(
            "There is no good credential with this id: it is unknown or revoked already."
        )
    of = select(Credential.organisation_id).where(Credential.id == credential)
    organisation = (await session.execute(of)).scalar_one()
    await audit_operator(session, organisation, "key.revoked", "credential", credential)


async def register_peer(
    session: AsyncSession, settings: ServiceSettings, peer: Peer, hook: PeerHook | None = None
) -> UUID:
    """Record a counterpart: its link, its address and its pinned keys. Repeated, it changes what it says anew.

    Returns the organisation's id. ``hook`` lets a service record what it alone knows of a counterpart.
    """
    organisation = await find_own(session, peer.organisation_code)
    try:
        party = party_uuid(peer.party)
        secret_out, secret_in = _secret(peer.secret_out), _secret(peer.secret_in)
        schemes = [Scheme(scheme) for scheme in peer.schemes]
    except ValueError as error:
        raise AdministrationRefused(
            "The party must be urn:uuid:…, a secret whsec_…, a scheme v1a or v1."
        ) from error
    allowed_networks = _allowed_networks(settings, peer)
    await _check_link_is_free(session, organisation.id, peer.link, party)
    await add_link(
        session,
        settings.key_bytes(),
        organisation_id=organisation.id,
        link_id=peer.link,
        counterpart_party=party,
        counterpart_name=peer.name,
        counterpart_url=f"{peer.address.rstrip('/')}/v1/exchange/links/{peer.link}",
        schemes=schemes,
        secret_out=secret_out,
        secret_in=secret_in,
        delivery_mode=peer.delivery_mode,
        allowed_networks=allowed_networks,
    )
    if Scheme.V1 in schemes:
        await _check_secrets(session, settings, organisation.id, peer.link)
    await set_collecting(session, organisation.id, peer.link, wanted=peer.collects)
    pinned = await _pin_keys(session, organisation.id, party, peer)
    # Whatever a machine did not accept, people have settled with this.
    await clear_alerts(session, organisation.id, AlertKind.KEY_CHANGE_REFUSED, link_id=peer.link)
    detail = {"party": peer.party, "fingerprint": pinned}
    await audit_operator(session, organisation.id, "peer.registered", "exchange_link", peer.link, detail)
    if hook is not None:
        await hook(session, organisation.id, peer)
    return organisation.id


async def _pin_keys(session: AsyncSession, organisation: UUID, party: UUID, peer: Peer) -> str:
    """Pin what people compared; give the signing key's fingerprint."""
    if peer.successor is not None and not SHA_256.fullmatch(peer.successor):
        raise AdministrationRefused("The successor must be the lower-case hex of a SHA-256, 64 characters.")
    try:
        public_key = read_public_key(peer.public_key)
        await pin_key(
            session,
            organisation_id=organisation,
            party=party,
            public_key=public_key,
            successor_hash=peer.successor,
        )
        if peer.audit_key is not None:
            await pin_key(
                session,
                organisation_id=organisation,
                party=party,
                public_key=read_public_key(peer.audit_key),
                kind=KeyKind.AUDIT,
            )
    except ValueError as error:
        raise AdministrationRefused(
            "A public key must be whpk_…, and the audit key another one than the signing key."
        ) from error
    return fingerprint(public_key)


async def _check_secrets(
    session: AsyncSession, settings: ServiceSettings, organisation: UUID, link: UUID
) -> None:
    held = await load_secrets(session, organisation, link, settings.key_bytes())
    if not (held.out and held.into):
        raise AdministrationRefused(
            "The scheme v1 needs both secrets, --secret-out-file and --secret-in-file."
        )


async def find_own(session: AsyncSession, code: str) -> Organisation:
    """Find an organisation of this service by its code. Raises ``AdministrationRefused``."""
    organisation = await find_organisation(session, code)
    if organisation is None:
        raise AdministrationRefused(f"There is no organisation with the code {code}: add it first.")
    return organisation


async def _check_link_is_free(session: AsyncSession, organisation: UUID, link: UUID, party: UUID) -> None:
    # The door finds the tenant by the link's id alone, so two tenants must not share one.
    other = or_(Link.organisation_id != organisation, Link.counterpart_party != party)
    if (await session.execute(select(Link.id).where(Link.id == link, other))).first() is not None:
        raise AdministrationRefused(
            f"The link {link} is another one here already: each has an id of its own."
        )


async def audit_operator(
    session: AsyncSession,
    organisation: UUID,
    action: str,
    kind: str,
    subject: UUID,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Audit what an operator did to an organisation."""
    await record_audit(session, operator_of(organisation), action, kind, subject, detail)


def operator_of(organisation: UUID) -> Caller:
    """Give who acts when an operator works on an organisation by command."""
    return Caller(
        organisation_id=organisation,
        organisation_code="",
        organisation_name="",
        principal_id=None,
        principal_name="operator",
        is_person=False,
        roles=frozenset(),
        purpose="administration",
    )


def _secret(text: str | None) -> bytes | None:
    return read_secret(text) if text else None


def _allowed_networks(settings: ServiceSettings, peer: Peer) -> list[str]:
    plain = _is_plain(peer.address)
    try:
        networks = [str(network) for network in read_networks(peer.allowed_networks)]
    except ValueError:
        raise AdministrationRefused("A network must be written as 10.20.0.0/16 or fd00:1::/32.") from None
    if plain and not networks:
        if settings.mode is Mode.LIVE:
            raise AdministrationRefused(
                "A peer on this machine itself needs --allow-network 127.0.0.0/8 where the mode is live."
            )
        # Tests and demonstrations run both services on one machine: nothing else is opened for them.
        return list(LOOPBACK)
    return networks


def _is_plain(address: str) -> bool:
    parts = urlsplit(address)
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.hostname is None or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise AdministrationRefused(
            "A peer's address must be https://… (http only on this machine's own loopback)."
        )
    return parts.scheme == "http"
