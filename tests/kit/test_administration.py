"""What an operator does is audited, and cannot undo what keeps tenants apart."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from service_kit.administration import AdministrationRefused, Peer, owner_session, register_peer, withdraw_key
from service_kit.identity import Credential, hash_key
from service_kit.middleware import route_template
from service_kit.settings import Mode
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


async def networks_of(service: Service, link: UUID) -> list[str]:
    async with owner_session(service.settings) as session:
        found = text("SELECT allowed_networks FROM exchange_links WHERE id = :id")
        networks: list[str] = (await session.execute(found, {"id": link})).scalar_one()
        return networks


async def test_only_the_named_networks_are_opened_for_a_peer(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    first, second = peer("east", uuid4()), peer("east", uuid4(), allowed_networks=["10.20.0.0/16", "fd00::1"])
    await register(fresh_local, first)
    await register(fresh_local, second)
    assert await networks_of(fresh_local, first.link) == []
    assert await networks_of(fresh_local, second.link) == ["10.20.0.0/16", "fd00::1/128"]
    with pytest.raises(AdministrationRefused, match="A network must be written"):
        await register(fresh_local, peer("east", uuid4(), allowed_networks=["10.20.0.0/40"]))


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_peer_on_this_machine_is_opened_by_itself_only_where_nothing_is_live(
    fresh_local: Service, mode: Mode
) -> None:
    await fresh_local.organisation("east")
    settings = fresh_local.settings.model_copy(update={"mode": mode})
    loopback = peer("east", uuid4(), address="http://127.0.0.1:8000")
    named = peer("east", uuid4(), address="http://localhost:8000", allowed_networks=["127.0.0.1"])
    async with owner_session(settings) as session:
        await register_peer(session, settings, named)
        if mode is Mode.LIVE:
            with pytest.raises(AdministrationRefused, match="--allow-network"):
                await register_peer(session, settings, loopback)
        else:
            await register_peer(session, settings, loopback)
    assert await networks_of(fresh_local, named.link) == ["127.0.0.1/32"]
    if mode is not Mode.LIVE:
        assert await networks_of(fresh_local, loopback.link) == ["127.0.0.0/8", "::1/128"]


async def test_shared_secrets_are_asked_for_where_they_are_used(fresh_local: Service) -> None:
    await fresh_local.organisation("east")
    with pytest.raises(AdministrationRefused, match="both secrets"):
        await register(fresh_local, peer("east", uuid4(), schemes=("v1a", "v1")))


def test_no_value_of_a_path_is_written_down() -> None:
    path = "/v1/things/by-reference/mosaic/mosaic-4711"
    values = {"source": "mosaic", "reference": "mosaic-4711"}
    template = route_template({"endpoint": None, "path": path, "path_params": values})
    assert template == "/v1/things/by-reference/{source}/{reference}"
