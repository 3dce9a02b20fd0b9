"""Organisations, keys and links of the demonstration: made where they are missing, kept where they are there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from local_service.settings import LocalSettings
from panel_service.partnerships.service import register_partnership
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from panel_service.settings import PanelSettings
from service_kit.administration import (
    PartyCard,
    Peer,
    issue_key,
    owner_session,
    register_organisation,
    register_peer,
)
from service_kit.audit_tree.keys import pin_audit_key
from service_kit.identity import Credential, PrincipalKind, hash_key
from service_kit.settings import Mode, ServiceSettings
from shared_schemas.exchange.keys import new_secret, read_public_key, write_secret
from standalone.context import StandaloneContext
from standalone.state import write_private


@dataclass(frozen=True)
class DemonstrationOrganisation:
    """An organisation of the demonstration; its areas are real, it is not."""

    code: str
    name: str


PARTNERSHIPS = (
    DemonstrationOrganisation("demonstration-east", "Demonstration East Safeguarding Children Partnership"),
    DemonstrationOrganisation("demonstration-west", "Demonstration West Safeguarding Children Partnership"),
)
PANEL = DemonstrationOrganisation("panel", "Child Safeguarding Practice Review Panel (demonstration)")
SYSTEM_ROLES = frozenset({"integrator"})
PURPOSE = "demonstration"


async def seed(context: StandaloneContext) -> None:
    """Make both services ready to talk to each other, and write the credentials file (0600)."""
    known = _read_credentials(context)
    local, panel = settings_of(context, "local"), settings_of(context, "panel")
    panel_card, panel_keys = await make_organisation(panel, PANEL, PANEL_ROLES, known["panel_service"])
    cards: list[PartyCard] = []
    local_keys: dict[str, Any] = {}
    for partnership in PARTNERSHIPS:
        card, keys = await make_organisation(local, partnership, LOCAL_ROLES, known["local_service"])
        cards.append(card)
        local_keys[partnership.code] = {"name": partnership.name, "id": str(card.organisation), "keys": keys}
    for partnership, card in zip(PARTNERSHIPS, cards, strict=True):
        await connect(context, local, panel, partnership, card, panel_card)
    document = {
        "local_service": {"url": context.local_url, "organisations": local_keys},
        "panel_service": {
            "url": context.panel_url,
            "organisations": {
                PANEL.code: {"name": PANEL.name, "id": str(panel_card.organisation), "keys": panel_keys}
            },
        },
    }
    write_private(context.credentials_path, json.dumps(document, indent=2) + "\n")


def settings_of(context: StandaloneContext, service: str) -> ServiceSettings:
    """Give a service's settings as its processes have them."""
    kind = LocalSettings if service == "local" else PanelSettings
    environment = context.environment(service)
    urls = context.database_urls[service]
    prefix = service.upper()
    return kind(
        database_url=SecretStr(urls.app),
        worker_database_url=SecretStr(urls.worker),
        migration_database_url=SecretStr(urls.owner),
        public_url=environment[f"{prefix}_PUBLIC_URL"],
        secret_key=SecretStr(environment[f"{prefix}_SECRET_KEY"]),
        mode=Mode.DEMONSTRATION,
    )


async def make_organisation(
    settings: ServiceSettings,
    organisation: DemonstrationOrganisation,
    role_scopes: Mapping[str, frozenset[str]],
    known: Mapping[str, Any],
) -> tuple[PartyCard, dict[str, str]]:
    """Make an organisation with a key for each of these roles, keeping what is there; give its card and its keys."""
    former = known.get("organisations", {}).get(organisation.code, {}).get("keys", {})
    async with owner_session(settings) as session:
        card = await register_organisation(session, settings, code=organisation.code, name=organisation.name)
        keys = {}
        for name, person, role in _key_holders(role_scopes):
            key = former.get(name)
            keys[name] = (
                key
                if key and await _is_good(session, key)
                else await _new_key(session, organisation, person, role, list(role_scopes))
            )
    return card, keys


def _key_holders(role_scopes: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str, str]]:
    """Name each key, the person who holds it and its role: a person for each role.

    The notifier also holds an authoriser's key, so that the rule of two people can be seen to compare people.
    """
    for role in role_scopes:
        yield role, role, role
    if {"notifier", "authoriser"} <= role_scopes.keys():
        yield "notifier_as_authoriser", "notifier", "authoriser"


async def _is_good(session: AsyncSession, key: str) -> bool:
    statement = select(Credential.id).where(
        Credential.key_hash == hash_key(key), Credential.revoked_at.is_(None)
    )
    return (await session.execute(statement)).first() is not None


async def _new_key(
    session: AsyncSession,
    organisation: DemonstrationOrganisation,
    person: str,
    role: str,
    known_roles: Sequence[str],
) -> str:
    made = await issue_key(
        session,
        organisation_code=organisation.code,
        principal_name=f"Demonstration {person.replace('_', ' ')}",
        kind=PrincipalKind.SYSTEM if role in SYSTEM_ROLES else PrincipalKind.PERSON,
        roles=[role],
        known_roles=known_roles,
        purpose=PURPOSE,
    )
    return made.key


async def connect(
    context: StandaloneContext,
    local: ServiceSettings,
    panel: ServiceSettings,
    partnership: DemonstrationOrganisation,
    card: PartyCard,
    panel_card: PartyCard,
) -> None:
    """Link a partnership and the Panel both ways, each knowing the other's public key."""
    # The link's id follows from the two parties, so that a second run finds the same link again.
    link = uuid5(panel_card.organisation, str(card.organisation))
    # Both schemes, so that the demonstration shows both; live links can do with v1a alone.
    out, back = write_secret(new_secret()), write_secret(new_secret())
    to_panel = _peer(partnership.code, PANEL, panel_card, link, context.panel_url, out, back)
    to_local = _peer(PANEL.code, partnership, card, link, context.local_url, back, out)
    async with owner_session(local) as session:
        await register_peer(session, local, to_panel)
        await _pin_audit_key(session, card, panel_card)
    async with owner_session(panel) as session:
        await register_peer(session, panel, to_local, register_partnership)
        await _pin_audit_key(session, panel_card, card)


async def _pin_audit_key(session: AsyncSession, own: PartyCard, counterpart: PartyCard) -> None:
    """Let each cosign the other's audit trail."""
    await pin_audit_key(
        session,
        organisation_id=own.organisation,
        party=counterpart.organisation,
        public_key=read_public_key(counterpart.audit_key),
    )


def _peer(
    own_code: str,
    counterpart: DemonstrationOrganisation,
    card: PartyCard,
    link: UUID,
    address: str,
    secret_out: str,
    secret_in: str,
) -> Peer:
    return Peer(
        organisation_code=own_code,
        party=card.party,
        code=counterpart.code,
        name=counterpart.name,
        link=link,
        address=address,
        public_key=card.public_key,
        successor=card.successor,
        schemes=("v1a", "v1"),
        secret_out=secret_out,
        secret_in=secret_in,
    )


def _read_credentials(context: StandaloneContext) -> dict[str, Any]:
    empty: dict[str, Any] = {"local_service": {}, "panel_service": {}}
    if not context.credentials_path.exists():
        return empty
    found: dict[str, Any] = json.loads(context.credentials_path.read_text())
    return empty | found
