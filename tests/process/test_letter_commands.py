"""What an operator sees and does about messages that are stuck, at the command line."""

import json
from uuid import UUID, uuid4

import pytest

from service_kit.acting import Acting
from service_kit.administration import Peer, owner_session, register_peer
from service_kit.db import set_tenant
from service_kit.exchange.links import load_link
from service_kit.exchange.outbox import send_message
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from tests.process.test_command_line import command
from tests.support.services import Service


async def linked(service: Service) -> tuple[UUID, UUID]:
    party, link = await service.organisation("east"), uuid4()
    peer = Peer(
        organisation_code="east",
        party=party_urn(uuid4()),
        code="panel",
        name="The Panel",
        link=link,
        address="https://panel.example",
        public_key=write_public_key(new_signing_key().public_key()),
    )
    async with owner_session(service.settings) as session:
        await register_peer(session, service.settings, peer)
    return party, link


async def send(service: Service, party: UUID, link: UUID) -> UUID:
    async with service.worker.transaction() as session:
        now = await set_tenant(session, party)
        keys = await load_link(session, party, link, service.settings.key_bytes())
        return await send_message(
            Acting(session, keys.caller(), now),
            link=link,
            subject=str(uuid4()),
            type="local.notification.v1",
            data={"summary": "A canary."},
            dataschema="https://local.example/schemas/local.notification.v1.json",
        )


async def kill(service: Service, *messages: UUID) -> None:
    problem = {"name": "invalid-message", "errors": [{"pointer": "/data/incident", "code": "missing"}]}
    async with owner_session(service.settings) as session:
        connection = await session.connection()
        for message in messages:
            await connection.exec_driver_sql(
                "UPDATE outbound_messages SET state = 'dead', problem = $1 WHERE id = $2",
                (json.dumps(problem), message),
            )


@pytest.mark.process
async def test_what_is_stuck_is_shown_and_sent_again(fresh_local: Service) -> None:
    code, output = await command(fresh_local, "exchange", "status")
    assert (code, output.strip()) == (0, "There is no link.")
    party, link = await linked(fresh_local)
    dead = [await send(fresh_local, party, link) for _ in range(3)]
    await send(fresh_local, party, link)
    await kill(fresh_local, *dead)
    code, output = await command(fresh_local, "exchange", "status")
    assert code == 0
    assert f"east → The Panel ({link}): active" in output
    assert "1 waiting, 3 dead, the oldest for 0 min" in output

    code, output = await command(fresh_local, "exchange", "dead-letters", "--link", str(link))
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == [str(message) for message in dead]
    assert "invalid-message (/data/incident missing)" in output
    assert "canary" not in output

    unknown = uuid4()
    code, output = await command(fresh_local, "exchange", "redrive", str(dead[0]), str(unknown))
    assert (code, f"{unknown} is no dead message here." in output) == (1, True)
    assert "1 sent again." in output
    code, output = await command(fresh_local, "exchange", "redrive", "--link", str(link))
    assert (code, "2 sent again." in output) == (0, True)
    code, output = await command(fresh_local, "exchange", "dead-letters", "--organisation", "east")
    assert (code, output.strip()) == (0, "No message is dead.")


@pytest.mark.process
async def test_errors_are_plain(fresh_local: Service) -> None:
    for words, code, said in (
        (["redrive"], 2, "one of the three"),
        (["redrive", str(uuid4()), "--all"], 2, "one of the three"),
        (["redrive", "--link", str(uuid4())], 1, "no such link"),
        (["status", "--organisation", "nowhere"], 1, "no organisation"),
    ):
        ended, output = await command(fresh_local, "exchange", *words)
        assert (ended, said in output) == (code, True), output
        assert "Traceback" not in output
