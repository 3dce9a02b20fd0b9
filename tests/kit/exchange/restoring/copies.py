"""Earlier copies of a side's database, and services that run on them as the same party."""

from dataclasses import dataclass, replace
from uuid import uuid4

import asyncpg

from service_kit.acting import Acting
from service_kit.app import ServiceDefinition, make_app, worker_database
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.restoring.restorer import Restorer
from service_kit.exchange.restoring.settling import Settling, Standing, settle_link
from service_kit.exchange.router import router
from standalone.roles import RoleUrls
from tests.kit.exchange.restoring.operators import operate
from tests.kit.exchange.sides import NOTE, ROLES, Note, Side, Wire
from tests.support.databases import TestServer, settings_for


@dataclass(frozen=True)
class Copy:
    """A database as it was, and what had taken effect in it."""

    urls: RoleUrls
    words: tuple[str, ...]


async def copy_of(server: TestServer, side: Side) -> Copy:
    """Copy a side's database as it is now; its connections are opened anew afterwards."""
    await side.worker.close()
    await side.database.close()
    source = side.settings.database_url.get_secret_value().rsplit("/", 1)[1]
    name = f"copy_{uuid4().hex[:12]}"
    admin = server.cluster.superuser_url().replace("postgresql+asyncpg", "postgresql", 1)
    connection = await asyncpg.connect(admin, ssl=False)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", source
        )
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} OWNER panel_owner")
    finally:
        await connection.close()
    own = side.settings
    urls = [own.migration_database_url, own.database_url, own.worker_database_url]
    owner, app, worker = (f"{url.get_secret_value().rsplit('/', 1)[0]}/{name}" for url in urls)
    return Copy(RoleUrls(owner=owner, app=app, worker=worker), tuple(side.words))


def start_on(copy: Copy, side: Side, other: Side) -> Side:
    """Start the same party's service on an earlier copy. The side that was stays, and would be a surviving copy."""
    settings = settings_for(
        "panel", copy.urls, public_url=side.settings.public_url, poll_seconds=side.settings.poll_seconds
    )
    restored_of: list[Side] = []

    async def apply(acting: Acting, message: ReceivedMessage) -> None:
        del acting
        restored_of[0].handled.append(message)

    definition = ServiceDefinition(
        name=side.name,
        title=side.name,
        description=side.name,
        version="1",
        routers=(router,),
        tags=(),
        role_scopes=ROLES,
        expected_revision="0001",
        message_types={NOTE: MessageType(NOTE, Note, apply)},
    )
    wire = Wire()
    wire.app = other.app
    restored = replace(
        side,
        settings=settings,
        app=make_app(definition, settings),
        worker=worker_database(settings),
        wire=wire,
        client=ExchangeClient(attempt_seconds=5, transport_for=lambda _base: wire),
        handled=[],
    )
    restored_of.append(restored)
    other.wire.app = restored.app
    return restored


def settling(side: Side) -> Settling:
    return Settling(side.worker, side.settings, side.client, side.party, side.link)


async def settle(side: Side) -> Standing:
    return await settle_link(settling(side))


async def suspect_and_confirm(side: Side) -> None:
    answer = await operate(side, "POST", "/restore", {"reason": "Recovered to an earlier copy."})
    [restore] = answer.json()
    await confirm(side, restore["id"])


async def confirm(side: Side, restore_id: object) -> None:
    given = {"reason": "Fingerprints compared by telephone."}
    answer = await operate(side, "POST", f"/restore/{restore_id}/confirmation", given)
    assert answer.status_code == 200, answer.text


async def resume_all(side: Side) -> int:
    parked = (await operate(side, "GET", "/streams?parked=true")).json()["items"]
    for stream in parked:
        answer = await operate(
            side, "POST", f"/streams/{stream['id']}/resumption", {"reason": "Brought up to date."}
        )
        assert answer.status_code == 200, answer.text
    return len(parked)


def restorer(side: Side) -> Restorer:
    return Restorer(side.worker, side.settings, side.client)
