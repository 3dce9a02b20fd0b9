"""The house's rules on transactions, proved on the running pair."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import make_url, text

from service_kit.administration import owner_session
from tests.pair.wires import Pair
from tests.support.databases import TestServer, settings_for
from tests.support.offices import Office, incident, open_office
from tests.support.services import Service, running

FAIL_AT_COMMIT = """
CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'not today'; END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fail_at_commit()
"""


async def change(service: Service, *statements: str) -> None:
    async with owner_session(service.settings) as session:
        for statement in statements:
            await session.execute(text(statement))


@asynccontextmanager
async def superuser(server: TestServer, database: str) -> AsyncIterator[asyncpg.Connection]:
    url = make_url(server.cluster.superuser_url()).set(drivername="postgresql", database=database)
    connection = await asyncpg.connect(url.render_as_string(hide_password=False), ssl=False)
    try:
        yield connection
    finally:
        await connection.close()


async def in_transaction(connection: asyncpg.Connection, url: str) -> int:
    """Count the sessions of a role in its database that hold a transaction open."""
    role = make_url(url)
    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND datname = $2 AND xact_start IS NOT NULL"
    )
    count: int = await connection.fetchval(statement, role.username, role.database)
    return count


async def test_nobody_holds_a_201_for_what_was_not_committed(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    await change(fresh_local, FAIL_AT_COMMIT, TRIGGER.format(table="cases"))
    headers = {"Idempotency-Key": f"{uuid4()}"}
    refused = await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (500, "internal-error")
    assert (await east.office.get("/v1/cases")).json()["items"] == []
    await change(fresh_local, "DROP TRIGGER fails ON cases")
    again = await east.office.post("/v1/cases", {"incident": incident()}, headers=headers)
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers


async def test_nothing_is_shown_whose_audit_entry_was_not_committed(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    path = await east.record()
    await change(fresh_local, FAIL_AT_COMMIT, TRIGGER.format(table="audit_entries"))
    answer = await east.office.get(path)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "LA100234" not in answer.text


async def test_no_receipt_is_given_for_what_was_not_committed(pair: Pair) -> None:
    await change(pair.panel.service, FAIL_AT_COMMIT, TRIGGER.format(table="inbound_messages"))
    path = await pair.east.notified()
    await pair.drain()
    assert [status for status, _ in pair.local.wire.answers] == [500]
    (message,) = (await pair.east.read(path))["messages"]
    assert (message["state"], message["receipt_reference"]) == ("waiting", None)
    await change(pair.panel.service, "DROP TRIGGER fails ON inbound_messages")
    await pair.local.make_due()
    await pair.drain()
    (message,) = (await pair.east.read(path))["messages"]
    assert message["state"] == "delivered"


async def test_no_transaction_is_open_while_a_message_is_on_its_way(pair: Pair, server: TestServer) -> None:
    urls = pair.local.service.urls
    seen: list[tuple[int, int]] = []
    async with superuser(server, "postgres") as connection:

        async def look(request: httpx.Request) -> httpx.Response:
            seen.append(
                (await in_transaction(connection, urls.worker), await in_transaction(connection, urls.app))
            )
            return await pair.local.wire.deliver(request)

        async with pair.local.service.worker.transaction() as session:
            await session.execute(text("SELECT 1"))
            assert await in_transaction(connection, urls.worker) == 1
        pair.local.wire.instead = look
        await pair.east.notified()
        await pair.drain()
    assert seen == [(0, 0)]


@pytest.fixture
async def one_connection(server: TestServer) -> AsyncIterator[Service]:
    """The local service whose pool holds a single connection."""
    urls = await server.clone("local")
    settings = settings_for("local", urls, pool_size=1)
    async with running("local", urls, settings) as service:
        yield service


async def ids(office: Office) -> list[str]:
    items: list[dict[str, Any]] = (await office.office.get("/v1/cases")).json()["items"]
    return [f"/v1/cases/{item['id']}" for item in items]


async def test_one_connection_serves_two_partnerships_and_mixes_nothing(one_connection: Service) -> None:
    east, west = await open_office(one_connection), await open_office(one_connection)
    mine: dict[str, list[str]] = {east.code: [], west.code: []}
    for _ in range(3):
        for office, other in ((east, west), (west, east)):
            path = await office.record()
            mine[office.code].insert(0, path)
            assert (await other.office.get(path)).status_code == 404
            assert await ids(office) == mine[office.code]
    await asyncio.gather(*(ids(office) for office in [east, west] * 10))
    found = await asyncio.gather(*(ids(office) for office in [east, west] * 10))
    assert found == [mine[east.code], mine[west.code]] * 10


async def test_no_request_leaves_its_view_behind(one_connection: Service) -> None:
    east, west = await open_office(one_connection), await open_office(one_connection)
    path = await east.record()
    refused = await east.office.patch(path, {"incident": {"zebedee": 1}}, '"v1"')
    assert refused.status_code == 422
    assert await ids(west) == []
    # After a request that was refused, and after one that was answered.
    for step in (east.office.get(f"/v1/cases/{uuid4()}"), east.office.get(path)):
        await step
        async with one_connection.app.state.database.transaction() as session:
            assert (await session.execute(text("SELECT count(*) FROM cases"))).scalar_one() == 0


async def test_a_connection_killed_in_its_transaction_leaks_nothing(
    one_connection: Service, server: TestServer
) -> None:
    east, west = await open_office(one_connection), await open_office(one_connection)
    path = await east.record()
    etag = (await east.office.get(path)).headers["ETag"]
    app = make_url(one_connection.urls.app)
    async with superuser(server, str(app.database)) as connection:
        blocker = connection.transaction()
        await blocker.start()
        await connection.execute("SELECT FROM cases FOR UPDATE")
        changing = asyncio.create_task(
            east.office.patch(path, {"incident": {"setting": "hospital"}}, etag=etag)
        )
        killed = 0
        while not killed:
            await asyncio.sleep(0.01)
            killed = await connection.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = $1 AND datname = $2 AND wait_event_type = 'Lock'",
                app.username,
                app.database,
            )
        await blocker.rollback()
    # The whole request was done again on a new connection, as if nothing had been.
    changed = await changing
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    assert await ids(west) == []
    assert await ids(east) == [path]
