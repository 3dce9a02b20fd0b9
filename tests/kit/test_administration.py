"""What an operator does is audited, and cannot undo what keeps tenants apart."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from service_kit.administration import AdministrationRefused, Peer, owner_session, register_peer, withdraw_key
from service_kit.identity import Credential, hash_key
from service_kit.middleware import route_template
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from tests.support.services import Service


def peer(code: str, link: UUID, **changed: Any) -> Peer:
    facts: dict[str, Any] = {
        "organisation_code": code,
        "party": party_urn(uuid4()),
        "code": "other",
        "name": "Other",
        "link": link,
        "address": "https://other.example",
        "public_key": write_public_key(new_signing_key().public_key()),
    }
    return Peer(**{**facts, **changed})


async def register(service: Service, registered: Peer) -> None:
    async with owner_session(service.settings) as session:
        await register_peer(session, service.settings, registered)


async def test_every_act_of_an_operator_is_audited(fresh_local: Service) -> None:
    caller = await fresh_local.caller("auditor", organisation="east")
    await register(fresh_local, peer("east", uuid4()))
    async with owner_session(fresh_local.settings) as session:
        found = text("SELECT id FROM credentials WHERE key_hash = :key_hash")
        credential = (await session.execute(found, {"key_hash": hash_key(caller.key)})).scalar_one()
        await withdraw_key(session, credential)
        assert await session.get(Credential, credential) is not None
        rows = await session.execute(text("SELECT action FROM audit_entries ORDER BY id"))
        actions = rows.scalars().all()
    assert actions == ["organisation.added", "key.created", "peer.registered", "key.revoked"]


async def test_a_link_belongs_to_one_organisation_and_one_counterpart(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    await fresh_local.organisation("west")
    link = uuid4()
    first = peer("east", link)
    await register(fresh_local, first)
    await register(fresh_local, first)
    for other in (peer("west", link), peer("east", link)):
        with pytest.raises(AdministrationRefused, match="another one here already"):
            await register(fresh_local, other)


async def test_shared_secrets_are_asked_for_where_they_are_used(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    with pytest.raises(AdministrationRefused, match="both secrets"):
        await register(fresh_local, peer("east", uuid4(), schemes=("v1a", "v1")))


def test_no_value_of_a_path_is_written_down() -> None:
    path = "/v1/things/by-reference/mosaic/mosaic-4711"
    values = {"source": "mosaic", "reference": "mosaic-4711"}
    template = route_template({"endpoint": None, "path": path, "path_params": values})
    assert template == "/v1/things/by-reference/{source}/{reference}"
