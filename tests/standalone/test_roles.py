import asyncpg
import pytest

from standalone.postgres import EmbeddedCluster
from standalone.roles import ensure_roles_and_databases
from tests.standalone.support import connect


async def test_roles_have_no_rights_beyond_their_own(cluster: EmbeddedCluster) -> None:
    await ensure_roles_and_databases(cluster)
    server = await connect(cluster.superuser_url())
    rows = await server.fetch("SELECT * FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'")
    await server.close()
    assert {row["rolname"] for row in rows} == {
        f"{service}_{role}" for service in ("local", "panel") for role in ("owner", "app", "worker")
    }
    for row in rows:
        assert row["rolcanlogin"]
        assert not any(
            row[right]
            for right in (
                "rolsuper",
                "rolbypassrls",
                "rolcreaterole",
                "rolcreatedb",
                "rolinherit",
                "rolreplication",
            )
        )


async def test_only_the_owner_makes_tables_and_policies_bind_the_app(cluster: EmbeddedCluster) -> None:
    urls = await ensure_roles_and_databases(cluster, ["local"])
    owner, app = await connect(urls["local"].owner), await connect(urls["local"].app)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("CREATE TABLE mine (value int)")
    await owner.execute("CREATE TABLE shown AS SELECT 1 AS value")
    await owner.execute("ALTER TABLE shown ENABLE ROW LEVEL SECURITY")
    await owner.execute("GRANT SELECT ON shown TO local_app")
    assert await app.fetch("SELECT * FROM shown") == []
    await owner.close()
    await app.close()


async def test_one_services_role_cannot_enter_the_others_database(cluster: EmbeddedCluster) -> None:
    urls = await ensure_roles_and_databases(cluster)
    across = urls["local"].app.removesuffix("/local") + "/panel"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(across)


async def test_asking_again_changes_nothing(cluster: EmbeddedCluster) -> None:
    first = await ensure_roles_and_databases(cluster)
    owner = await connect(first["panel"].owner)
    await owner.execute("CREATE TABLE kept (value int)")
    await owner.close()
    assert await ensure_roles_and_databases(cluster) == first
    owner = await connect(first["panel"].owner)
    assert await owner.fetch("SELECT * FROM kept") == []
    await owner.close()
