"""Rules about the databases: what migrations make is what the models say, and every table defends itself."""

from collections.abc import Sequence
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from local_service import app as local_app
from local_service.tables import METADATA as LOCAL
from panel_service import app as panel_app
from panel_service.tables import METADATA as PANEL
from service_kit.migrating import UnsafeRoleError, check_role, head_revision, migrate
from tests.support.databases import TestServer, settings_for

METADATA: dict[str, Sequence[MetaData]] = {"local": LOCAL, "panel": PANEL}
REVISIONS = {"local": local_app.SCHEMA_REVISION, "panel": panel_app.SCHEMA_REVISION}
# Tables without row-level security, each for a reason.
WITHOUT_ROW_SECURITY = {
    "alembic_version": "which revision this is; one row",
    "service_state": "the epoch and the demonstration's clock; one row, no organisation's",
    "organisations": "read to learn which organisation a credential belongs to; codes and names of public bodies",
    "principals": "read with the credential, before an organisation is known; no data about children",
    "credentials": "read to learn which organisation a caller belongs to; only hashes",
}
both = pytest.mark.parametrize("service", ["local", "panel"])


async def fetch(url: str, statement: str) -> list[Any]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = list((await connection.execute(text(statement))).all())
    await engine.dispose()
    return rows


@both
async def test_models_and_migrations_agree(server: TestServer, service: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, list(METADATA[service])))  # type: ignore[arg-type]  # takes several, its stubs say one

    engine = create_async_engine(server.urls[service].owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


@both
def test_the_code_expects_the_one_head(service: str) -> None:
    assert head_revision(service) == REVISIONS[service]


@both
async def test_migrations_go_up_down_and_up_again(server: TestServer, service: str) -> None:
    urls = await server.clone(service)
    settings = settings_for(service, urls)
    await migrate(service, settings, "base")
    left = await fetch(urls.owner, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert [row.tablename for row in left] == ["alembic_version"]
    await migrate(service, settings)
    await migrate(service, settings)


@both
async def test_every_table_has_row_security_or_a_reason(server: TestServer, service: str) -> None:
    rows = await fetch(
        server.urls[service].owner,
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relrowsecurity",
    )
    assert {row.relname for row in rows} == set(WITHOUT_ROW_SECURITY)


@both
async def test_every_row_secured_table_has_the_tenants_policy(server: TestServer, service: str) -> None:
    rows = await fetch(
        server.urls[service].owner,
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' "
        "AND relrowsecurity AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = relname "
        "AND p.qual LIKE '%app.organisation_id%' AND p.with_check LIKE '%app.organisation_id%')",
    )
    assert rows == []


@both
async def test_the_api_sees_every_tenant_nowhere(server: TestServer, service: str) -> None:
    rows = await fetch(
        server.urls[service].owner,
        "SELECT tablename, roles FROM pg_policies WHERE qual = 'true'",
    )
    assert rows
    assert {role for row in rows for role in row.roles} == {f"{service}_worker"}


@both
@pytest.mark.parametrize("kind", ["app", "worker"])
async def test_the_audit_trail_is_append_only(server: TestServer, service: str, kind: str) -> None:
    engine = create_async_engine(getattr(server.urls[service], kind))
    for statement in (
        "UPDATE audit_entries SET action = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(statement))
    await engine.dispose()


@both
async def test_the_api_cannot_make_credentials(server: TestServer, service: str) -> None:
    engine = create_async_engine(server.urls[service].app)
    for statement in ("INSERT INTO credentials DEFAULT VALUES", "UPDATE principals SET name = 'x'"):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(text(statement))
    await engine.dispose()


@both
async def test_an_owner_or_superuser_is_refused_at_start(server: TestServer, service: str) -> None:
    urls = server.urls[service]
    await check_role(urls.app, serves_callers=True)
    with pytest.raises(UnsafeRoleError, match="the worker's"):
        await check_role(urls.worker, serves_callers=True)
    await check_role(urls.worker)
    with pytest.raises(UnsafeRoleError, match="owns tables"):
        await check_role(urls.owner)
    with pytest.raises(UnsafeRoleError, match="superuser"):
        await check_role(server.cluster.superuser_url(service))
